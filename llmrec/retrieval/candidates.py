"""Candidate sources: where the items come from that are scored and ranked for a request.

Each source proposes rows of the catalogue; what is ranked is their union, without what the filter and the request
exclude. Built-in are the index by query vector, the best items of each score component, and the items that are not in
the index.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.errors import IndexUnreachable, PluginError
from llmrec.registry import working
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.index import INDEX, Floats, Index, Rows, exact_search

CANDIDATES = 400
"""Items that a source proposes for a request."""


@dataclass(frozen=True, slots=True)
class CandidateQuery:
    """A batch of requests as candidate sources see it.

    Parameters
    ----------
    vectors : (requests, dim) float32
        Query vectors of the LLM.
    histories
        For each request, item rows, oldest first.
    exclude
        For each request, the rows that are never recommended: its history among them.
    scores : component -> (requests, items) float32
        What each score component gives.
    where
        The filter, the same for all requests.
    allowed : (items,) bool
        What the filter lets through.
    k
        Rows wanted of each source for each request.
    """

    vectors: Floats
    histories: Sequence[Sequence[int]]
    exclude: Sequence[Sequence[int]]
    scores: Mapping[str, Floats]
    where: Filter | None
    allowed: NDArray[np.bool_]
    k: int = CANDIDATES


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a source proposes.

    Parameters
    ----------
    rows : for each request, (found,) intp
        Rows of the catalogue, in any order. Those that the filter or the request excludes may be among them.
    degraded
        What was out of reach and was replaced.
    """

    rows: Sequence[Rows]
    degraded: frozenset[str] = frozenset()


class CandidateSource(Protocol):
    """Proposes items for requests."""

    def candidates(self, query: CandidateQuery) -> Candidates:
        """Rows for each request of the batch."""
        ...


@dataclass(frozen=True, slots=True)
class SourceInputs:
    """What sources may propose from; a source is made anew where it changes.

    Parameters
    ----------
    catalog
        The items, in their rows.
    index
        The open index.
    vectors : (items, dim) float32
        Item vectors of the model.
    biases : (items,) float32
        Item biases of the model.
    unindexed : (n,) intp
        Rows of the items that came or changed since the index was built.
    indexed_scores
        Names of the score components whose best items the index finds.
    """

    catalog: Catalog
    index: Index
    vectors: Floats
    biases: Floats
    unindexed: Rows
    indexed_scores: Collection[str]


SourceFactory = Callable[[SourceInputs], CandidateSource]
"""How a candidate source is made: a class whose constructor takes the inputs, or a function."""


class IndexSource:
    """The nearest items by query vector. Where the index does not answer, all item vectors are searched."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._inputs = inputs

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        inputs = self._inputs
        try:
            found = inputs.index.query(query.vectors, query.k, query.where, query.exclude)
        except IndexUnreachable:
            exact = exact_search(inputs.vectors, inputs.biases, query.vectors, query.k, query.allowed, query.exclude)
            return Candidates(exact, frozenset({INDEX}))
        return Candidates(found.rows, found.degraded)


class ComponentSource:
    """The best items of each score component that the index does not cover."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._indexed = inputs.indexed_scores

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        reach = min(query.k, len(query.allowed))
        names = [name for name in query.scores if name not in self._indexed]
        scores = [np.where(query.allowed, query.scores[name], -np.inf) for name in names]
        best = [
            [np.argpartition(-component[request], reach - 1)[:reach] for component in scores]
            for request in range(len(query.vectors))
        ]
        return Candidates([np.concatenate([np.empty(0, np.intp), *rows]) for rows in best])


class UnindexedSource:
    """The items that came or changed since the index was built, so that each is found at once."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._rows = inputs.unindexed

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        return Candidates([self._rows] * len(query.vectors))


def gather(sources: Sequence[CandidateSource], query: CandidateQuery) -> Candidates:
    """The union of what the sources propose, without what the filter excludes.

    Parameters
    ----------
    sources
        Asked one after the other.
    query
        The batch of requests.

    Returns
    -------
    Candidates
        For each request, rows in ascending order, each once.
    """
    found = [_asked(source, query) for source in sources]
    rows = []
    for proposed in zip(*(each.rows for each in found), strict=True):
        union = np.unique(np.concatenate(proposed))
        rows.append(union[query.allowed[union]])
    return Candidates(rows, frozenset().union(*(each.degraded for each in found)))


def _asked(source: CandidateSource, query: CandidateQuery) -> Candidates:
    """A source's rows; what are none of the catalogue's are refused: a negative one would stand for another item."""
    with working("candidate_source", source):
        found = source.candidates(query)
    name, requests, items = type(source).__name__, len(query.vectors), len(query.allowed)
    if not isinstance(found, Candidates) or len(found.rows) != requests:
        raise PluginError(f"candidate source {name} has to give `Candidates` with rows for each of {requests} requests")
    for rows in map(np.asarray, found.rows):
        if rows.size and (not np.issubdtype(rows.dtype, np.integer) or rows.min() < 0 or rows.max() >= items):
            raise PluginError(f"candidate source {name} gave rows that are none of the catalogue's 0 to {items - 1}")
    return found
