"""The contract of an index of item vectors, and the exact search that any index approximates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.errors import BadInput
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.vector_rows import VectorRows

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

INDEX = "index"
"""What `degraded` holds where the index did not answer and the other candidate sources did alone."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What `Index.query` gives.

    Parameters
    ----------
    rows : for each query vector, (found,) intp
        Rows of its best items, best first.
    scores : for each query vector, (found,) float32
        Their scores.
    degraded
        Parts of the index that were out of reach, such as a shard.
    """

    rows: list[Rows]
    scores: list[Floats]
    degraded: frozenset[str] = frozenset()

    @classmethod
    def none(cls, queries: int) -> "Neighbours":
        """Nothing found for so many query vectors."""
        return cls([np.empty(0, np.intp)] * queries, [np.empty(0, np.float32)] * queries)


class Index(Protocol):
    """Finds the items whose vectors score best with a query vector. Several threads may query one index at once."""

    @property
    def items(self) -> int:
        """Number of items that can be found now."""
        ...

    def query(
        self,
        q: Floats,
        k: int,
        where: Filter | None = None,
        exclude: Sequence[Sequence[int]] | None = None,
    ) -> Neighbours:
        """The best items of each query vector.

        Parameters
        ----------
        q : (batch, dim) float32
            Query vectors; an item of vector v and bias b scores q.v + b.
        k
            Items wanted for each; fewer come where fewer are left.
        where
            Only items that match it are returned.
        exclude
            For each query vector, rows that are never returned.

        Returns
        -------
        Neighbours
            In the order of `q`.

        Raises
        ------
        IndexUnreachable
            Where it does not answer.
        """
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...


@runtime_checkable
class ContentIndex(Protocol):
    """An `Index` that also finds the items whose media are nearest to a vector."""

    def alike(self, modality: str, vectors: Floats, k: int) -> Neighbours:
        """The items nearest to each vector by cosine.

        Parameters
        ----------
        modality
            Whose vectors are compared.
        vectors : (n, dim) float32
            Unit rows like those of `IndexInputs.media`.
        k
            Items wanted for each.

        Returns
        -------
        Neighbours
            In the order of `vectors`, with cosines as scores; none where the index does not hold the modality.

        Raises
        ------
        IndexUnreachable
            Where it does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class IndexInputs:
    """What an index is opened with, or built of.

    Parameters
    ----------
    v : (items, dim) float32
        Item vectors of the model.
    b : (items,) float32
        Item biases of the model.
    catalog
        The items, in the same rows, with the attributes that filters name.
    fingerprint
        What the vectors were made of: an index kept under another one must not be read.
    folder
        Where this catalogue's index with this checkpoint may keep files; its name tells it from others on a server. It
        may not exist yet.
    rebuild
        Whether it is built anew in any case.
    repair
        Whether one that is damaged or was made of something else may be replaced: a long-lived process goes on then,
        while a command says what is wrong.
    argument
        What follows `?` in the spec, such as the addresses of servers; "" without.
    media : modality -> (items, dim) float32
        Unit rows of the items' media, zeros where an item lacks one: for a `ContentIndex`.
    """

    v: VectorRows
    b: Floats
    catalog: Catalog
    fingerprint: IndexFingerprint
    folder: Path
    rebuild: bool = False
    repair: bool = False
    argument: str = ""
    media: Mapping[str, VectorRows] = field(default_factory=dict)

    def with_argument(self, argument: str) -> "IndexInputs":
        """The same, with another argument."""
        return replace(self, argument=argument)


IndexFactory = Callable[[IndexInputs], Index]
"""What a plug-in of the kind "index" is: a class or a function."""


class ExactIndex:
    """An `Index` that scores every item: exact, without files or a server, for catalogues of moderate size.

    Parameters
    ----------
    v : (items, dim) float32
        Item vectors.
    b : (items,) float32
        Item biases.
    catalog
        The items, in the same rows.
    media : modality -> (items, dim) float32
        Unit rows of the items' media.
    """

    def __init__(
        self, v: Floats | VectorRows, b: Floats, catalog: Catalog, media: Mapping[str, VectorRows] | None = None
    ) -> None:
        self._v, self._b, self._catalog = v[:], b, catalog
        self._media = {m: x[:] for m, x in (media or {}).items()}
        self.items = len(v)

    def query(
        self,
        q: Floats,
        k: int,
        where: Filter | None = None,
        exclude: Sequence[Sequence[int]] | None = None,
    ) -> Neighbours:
        """See `Index.query`; never unreachable."""
        allowed = np.ones(self.items, np.bool_) if where is None else where.mask(self._catalog)
        rows = exact_search(self._v, self._b, q, k, allowed, [()] * len(q) if exclude is None else exclude)
        scores = [self._v[found] @ query + self._b[found] for query, found in zip(q, rows, strict=True)]
        return Neighbours(rows, scores)

    def alike(self, modality: str, vectors: Floats, k: int) -> Neighbours:
        """See `ContentIndex.alike`."""
        if modality not in self._media:
            return Neighbours.none(len(vectors))
        held = self._media[modality]
        allowed = np.ones(self.items, np.bool_)
        rows = exact_search(held, np.zeros(len(held), np.float32), vectors, k, allowed, [()] * len(vectors))
        return Neighbours(rows, [held[found] @ vector for vector, found in zip(vectors, rows, strict=True)])

    def close(self) -> None:
        """See `Index.close`; there is nothing to release."""


def open_exact(inputs: IndexInputs) -> ExactIndex:
    """The index `exact`: of its inputs, without a file.

    Parameters
    ----------
    inputs
        What it is made of.

    Raises
    ------
    BadInput
        Where the spec has an argument.
    """
    if inputs.argument:
        raise BadInput(f"the index exact takes no argument, and {inputs.argument!r} was given", "index")
    return ExactIndex(inputs.v, inputs.b, inputs.catalog, inputs.media)


def exact_search(
    v: Floats, b: Floats, q: Floats, k: int, allowed: NDArray[np.bool_], exclude: Sequence[Sequence[int]]
) -> list[Rows]:
    """The best items of each query vector, found by scoring every item.

    Parameters
    ----------
    v : (items, dim) float32
        Item vectors.
    b : (items,) float32
        Item biases.
    q : (batch, dim) float32
        Query vectors.
    k
        Items wanted for each.
    allowed : (items,) bool
        What the filter lets through.
    exclude
        For each query vector, rows that are never returned.

    Returns
    -------
    list of (found,) intp
        Rows, best first, equal scores by row.
    """
    found = []
    for scores, never in zip(q @ v.T + b, exclude, strict=True):
        open_ = allowed.copy()
        open_[list(never)] = False
        rows = np.flatnonzero(open_)
        found.append(rows[np.argsort(-scores[rows], kind="stable")[:k]])
    return found
