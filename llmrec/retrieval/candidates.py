"""Candidate sources: where the items come from that are scored and ranked for a request.

Each source proposes a bounded number of rows of the catalogue; what is scored and ranked is their union, without what
the filter and the request exclude. llmrec's own are in `llmrec.retrieval.sources`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.errors import PluginError
from llmrec.registry import working
from llmrec.retrieval.at_once import at_once
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.index import INDEX, Floats, Index, Rows
from llmrec.vector_rows import VectorRows

SCANNED = 2000
"""A filter that lets through so few items is answered by scoring all of them: an index is slow at such filters, and
finds less. Where 1,000 of 5,000 items passed, a request took 384 ms in place of 624 with 400 here, and 442 in place of
543 where 1,900 did (each both ways, in turn, on a busy machine). It is no share of the items: scoring 1 % of a million
took 200 ms."""


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
    where
        The filter, the same for all requests.
    allowed : (items,) bool
        What the filter lets through.
    words : (requests, text dim) float32, optional
        Each query as the encoder of the items' text reads it; None without queries.
    queries
        The queries themselves; empty without any.
    example : modality -> (dim,) float32
        The requests' example, in the same vectors as `SourceInputs.media`; empty without one.
    k
        Items that each request wants at least.
    anchor
        Row of the item that what is wanted goes with; None where the requests want something else.
    alone
        Whether the index did not answer, so that the other sources have to propose more than they do beside it.
    """

    vectors: Floats
    histories: Sequence[Sequence[int]]
    exclude: Sequence[Sequence[int]]
    where: Filter | None
    allowed: NDArray[np.bool_]
    words: Floats | None = None
    queries: Sequence[str] = ()
    example: Mapping[str, Floats] = field(default_factory=dict)
    k: int = 10
    anchor: int | None = None
    alone: bool = False


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
    """Proposes items for requests, which may come from several threads at once."""

    def candidates(self, query: CandidateQuery) -> Candidates:
        """Rows for each request of the batch."""
        ...


def _none(_row: int) -> Rows:
    return np.empty(0, np.intp)


def _unchanged(_modality: str, vectors: Floats) -> Floats:
    return vectors


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
    media : modality -> (items, dim) float32
        Unit rows of the encoders' vectors; zeros where an item lacks the modality.
    compared
        Modalities by which the history's newest items are worth comparing: those that the fused score counts.
    popular : (items,) float32
        How often each item was chosen in training; 0 for a cold item.
    named
        A query in words, number n -> rows ``(at most n,)`` intp of the items that have its words, best first.
    phrased_like
        Rows of a history, number n -> rows ``(at most n,)`` intp of the items that are worded most like it, best first.
    neighbours
        Row of an item, number n -> rows ``(at most n,)`` intp of the items that it speaks for most, and how much each,
        float32.
    short_media : modality -> (items, k) float32
        Unit rows of the modalities that the index compares along fewer axes than `media` have.
    beside
        Row of an item -> rows ``(n,)`` intp, a few hundred at most, that may go with it.
    shortened
        A modality and ``(n, dim)`` unit rows like those of `media` -> the same as the index compares them, ``(n, k)``.
    """

    catalog: Catalog
    index: Index
    vectors: VectorRows
    biases: Floats
    unindexed: Rows
    media: Mapping[str, VectorRows]
    compared: Collection[str]
    popular: Floats
    neighbours: Callable[[int, int], tuple[Rows, Floats]]
    named: Callable[[str, int], Rows]
    phrased_like: Callable[[Sequence[int], int], Rows]
    short_media: Mapping[str, VectorRows] = field(default_factory=dict)
    shortened: Callable[[str, Floats], Floats] = _unchanged
    beside: Callable[[int], Rows] = _none


SourceFactory = Callable[[SourceInputs], CandidateSource]
"""How a candidate source is made: a class whose constructor takes the inputs, or a function."""


def gather(sources: Sequence[CandidateSource], query: CandidateQuery) -> Candidates:
    """The union of what the sources propose, without what the filter or the request excludes.

    Where the filter lets so little through that all of it can be scored (see `SCANNED`), no source is asked.

    Parameters
    ----------
    sources
        Asked at once, each on a thread of its own.
    query
        The batch of requests.

    Returns
    -------
    Candidates
        For each request, rows in ascending order, each once.
    """
    items, requests = len(query.allowed), len(query.vectors)
    if query.where is not None and np.count_nonzero(query.allowed) <= SCANNED:
        scanned = np.flatnonzero(query.allowed)
        return Candidates([_open(scanned, closed) for closed in query.exclude])
    found = at_once([partial(_asked, source, query, items) for source in sources])
    if any(INDEX in each.degraded for each in found):
        alone = replace(query, alone=True)
        found += [_asked(s, alone, items) for s, own in zip(sources, found, strict=True) if INDEX not in own.degraded]
    rows = []
    for n in range(requests):
        union = np.unique(np.concatenate([np.asarray(each.rows[n], np.intp) for each in found]))
        rows.append(_open(union[query.allowed[union]], query.exclude[n]))
    return Candidates(rows, frozenset().union(*(each.degraded for each in found)))


def _open(rows: Rows, closed: Sequence[int]) -> Rows:
    return np.setdiff1d(rows, np.asarray(closed, np.intp), assume_unique=False)


def _asked(source: CandidateSource, query: CandidateQuery, items: int) -> Candidates:
    """A source's rows; what are none of the catalogue's are refused: a negative one would stand for another item."""
    with working("candidate_source", source):
        found = source.candidates(query)
    name, requests = type(source).__name__, len(query.vectors)
    if not isinstance(found, Candidates) or len(found.rows) != requests:
        raise PluginError(f"candidate source {name} has to give `Candidates` with rows for each of {requests} requests")
    for rows in map(np.asarray, found.rows):
        if rows.size and (not np.issubdtype(rows.dtype, np.integer) or rows.min() < 0 or rows.max() >= items):
            raise PluginError(f"candidate source {name} gave rows that are none of the catalogue's 0 to {items - 1}")
    return found
