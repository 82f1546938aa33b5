"""Which items go together, learned in closed form from histories alone; and how often each item is chosen.

The model is one sparse item-item matrix, the sum of two ridge regressions. "Cloze" predicts each item of a history
from the items around it, weighted by distance ** -distance_decay, the later ones also by `future`; with `future=0` it
is SLIT with the next item as target. "Static" is EASE, blind to order. At scoring the history is weighted by
(1 + age) ** -history_decay, which alone lifts EASE by four tenths on MovieLens-100K (validation NDCG@10 0.092 to
0.132; cloze alone 0.138, both 0.141).

A closed form needs items x items floats and items ** 3 operations, so above `closed_form_items` the matrix comes from
cosine item-kNN of the `implicit` package instead; scoring and storage are the same.

References
----------
Choe et al., "Session-aware Linear Item-Item Models for Session-based Recommendation" (SLIT, 2021, WWW); Steck,
"Embarrassingly Shallow Autoencoders for Sparse Data" (EASE, 2019, WWW).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from llmrec.catalog.events import Rows, decayed, flatten
from llmrec.errors import CheckpointError
from llmrec.extras import needs

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class CollaborativeConfig:
    """Defaults were chosen on the validation events of MovieLens-100K and do as well on H&M."""

    distance_decay: float = 0.75
    """Exponent by which an item's neighbours in the history lose weight with distance, in positions."""
    future: float = 0.5
    """Weight of the items after the predicted one, against those before it; 1 ignores direction."""
    ridge: float = 400.0
    """L2 penalty of the cloze regression."""
    static_ridge: float = 400.0
    """L2 penalty of the static regression (EASE's lambda)."""
    static_weight: float = 2.0
    """Weight of the static matrix once both have the same mean absolute weight; 0 leaves it out."""
    history_decay: float = 0.75
    """Exponent by which history items lose weight with age at scoring, in positions."""
    neighbours: int = 400
    """Source items kept for each target item."""
    max_history: int = 1000
    """Newest items of a history that take part in fitting: its cost is quadratic in them."""
    closed_form_items: int = 25_000
    """Catalogue size above which item-kNN replaces the closed form (there: 2.5 GB a matrix, four at once)."""


class Collaborative:
    """Item-item scores of a history: ``score[item] = sum of age weight * weights[history item, item]``.

    Parameters
    ----------
    weights
        ``(items, items)`` float32, sparse: row = history item, column = scored item.
    history_decay
        Exponent by which history items lose weight with age, in positions.
    """

    def __init__(self, weights: sp.csr_matrix, history_decay: float) -> None:
        self.weights = weights
        self.history_decay = history_decay

    @classmethod
    def fit(
        cls,
        histories: Rows,
        n_items: int,
        config: CollaborativeConfig = CollaborativeConfig(),
        weights: Sequence[Sequence[float]] | None = None,
    ) -> "Collaborative":
        """Learns from histories.

        Parameters
        ----------
        histories
            Item rows of each user, oldest first.
        n_items
            How many items there are.
        config
            Its constants.
        weights
            Of each event as a target, in the order of `histories`: one of weight 0 is read and not predicted. Default:
            all alike. Item-kNN, in place of the closed form, counts events by it.

        Raises
        ------
        MissingExtra
            Where the catalogue is too large for the closed form and `implicit` is missing.
        """
        recent = [history[-config.max_history :] for history in histories]
        goals = None if weights is None else [own[-config.max_history :] for own in weights]
        if n_items > config.closed_form_items:
            return cls(_cosine_neighbours(recent, n_items, config.neighbours, goals), config.history_decay)
        dense = _unit(_cloze(recent, n_items, config, goals))
        if config.static_weight:
            dense += config.static_weight * _unit(_static(recent, n_items, config.static_ridge, goals))
        return cls(pruned(dense, config.neighbours), config.history_decay)

    def scores(self, histories: Rows) -> Floats:
        """Scores of the whole catalogue.

        Parameters
        ----------
        histories
            Item rows of each event, oldest first.

        Returns
        -------
        ndarray
            ``(events, items)`` float32; all zero for an empty history. Scores of history items mean nothing.
        """
        n_items = self.weights.shape[0]
        history = decayed(histories, n_items, self.history_decay)
        return np.asarray((history @ self.weights).toarray(), np.float32)

    def reached(self, histories: Rows) -> "Reached":
        """`scores` of the neighbours of histories' items, which alone have any.

        Parameters
        ----------
        histories
            Item rows of each event, oldest first.
        """
        return Reached.of(decayed(histories, self.weights.shape[0], self.history_decay), self.weights)

    def neighbours(self, item: int, most: int) -> tuple[NDArray[np.intp], Floats]:
        """The items that one speaks for most.

        Parameters
        ----------
        item
            Its row.
        most
            How many.

        Returns
        -------
        tuple of ndarray
            ``(n,)`` intp rows, and ``(n,)`` float32 weights above 0, the largest first.
        """
        start, stop = self.weights.indptr[item : item + 2]
        own = self.weights.data[start:stop]
        best = np.argsort(-own, kind="stable")[:most]
        best = best[own[best] > 0]
        return self.weights.indices[start + best].astype(np.intp), own[best]

    def over(self, source: NDArray[np.intp]) -> "Collaborative":
        """The same model in the rows of another catalogue.

        Parameters
        ----------
        source
            ``(items,)`` int: each item's row here, -1 for one that has no neighbours.
        """
        return Collaborative(over_rows(self.weights, source), self.history_decay)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Arrays for storage: CSR parts (weights as float16) and the history decay."""
        small = self.weights.shape[0] <= np.iinfo(np.uint16).max
        return {
            "weights": self.weights.data.astype(np.float16),
            "columns": self.weights.indices.astype(np.uint16 if small else np.int32),
            "row_ends": self.weights.indptr.astype(np.int64),
            "history_decay": np.array([self.history_decay], np.float32),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[np.generic]]) -> "Collaborative":
        """The model that `state` describes.

        Parameters
        ----------
        state
            Of a checkpoint; arrays of other parts are passed over.

        Raises
        ------
        CheckpointError
            Where a part is missing or damaged.
        """
        missing = {"weights", "columns", "row_ends", "history_decay"} - set(state)
        if missing:
            names = ", ".join(sorted(missing))
            raise CheckpointError(f"the checkpoint's item-item model lacks {names}; train it again")
        n_items = len(state["row_ends"]) - 1
        columns, row_ends = state["columns"].astype(np.int32), state["row_ends"].astype(np.int64)
        starts_right = n_items >= 0 and row_ends[0] == 0 and (np.diff(row_ends) >= 0).all()
        sizes_agree = starts_right and len(columns) == row_ends[-1] == len(state["weights"])
        if not sizes_agree or (columns >= n_items).any() or len(state["history_decay"]) != 1:
            raise CheckpointError("the checkpoint's item-item model is damaged (its arrays disagree); train it again")
        weights = sp.csr_matrix((state["weights"].astype(np.float32), columns, row_ends), shape=(n_items, n_items))
        return cls(weights, round(float(state["history_decay"].astype(np.float64)[0]), 6))


def over_rows(weights: sp.csr_matrix, source: NDArray[np.intp]) -> sp.csr_matrix:
    """What items say of each other, in the rows of another catalogue.

    Parameters
    ----------
    weights
        ``(items, items)`` float32, sparse.
    source
        ``(n,)`` int: each item's row in `weights`, -1 for one that is not there.

    Returns
    -------
    csr_matrix
        ``(n, n)``; that of the same items with some new ones behind them shares its entries with `weights`.
    """
    known = weights.shape[0]
    if len(source) >= known and np.array_equal(source[:known], np.arange(known)) and (source[known:] < 0).all():
        ends = np.pad(weights.indptr, (0, len(source) - known), mode="edge")
        return sp.csr_matrix((weights.data, weights.indices, ends), shape=(len(source), len(source)))
    there = np.flatnonzero(source >= 0)
    place = sp.csr_matrix((np.ones(len(there), np.float32), (there, source[there])), shape=(len(source), known))
    return sp.csr_matrix(place @ weights @ place.T)


class Reached:
    """Scores of several events that are zero but for few items.

    Parameters
    ----------
    scores
        ``(events, items)`` float32, sparse.
    """

    def __init__(self, scores: sp.csr_matrix) -> None:
        scores.sort_indices()
        self._scores = scores

    @classmethod
    def of(cls, histories: sp.csr_matrix, weights: sp.csr_matrix) -> "Reached":
        """`histories @ weights` in the memory that the neighbours take: SciPy's product works on all columns.

        Parameters
        ----------
        histories
            ``(events, items)`` float32, sparse.
        weights
            ``(items, items)`` float32, sparse.
        """
        interacted, row = np.unique(histories.indices, return_inverse=True)
        lists = weights[interacted]
        columns, column = np.unique(lists.indices, return_inverse=True)
        small = sp.csr_matrix((lists.data, column, lists.indptr), shape=(len(interacted), len(columns)))
        read = sp.csr_matrix((histories.data, row, histories.indptr), shape=(histories.shape[0], len(interacted)))
        found = sp.csr_matrix(read @ small)
        shape = (histories.shape[0], weights.shape[1])
        return cls(sp.csr_matrix((found.data, columns[found.indices], found.indptr), shape=shape))

    def at(self, rows: NDArray[np.intp]) -> Floats:
        """Scores of some items.

        Parameters
        ----------
        rows
            ``(C,)`` int.

        Returns
        -------
        ndarray
            ``(events, C)`` float32.
        """
        if len(rows) == self._scores.shape[1] and np.array_equal(rows, np.arange(len(rows))):
            return np.asarray(self._scores.toarray(), np.float32)
        found = np.zeros((self._scores.shape[0], len(rows)), np.float32)
        for event, (start, stop) in enumerate(pairwise(self._scores.indptr)):
            if start == stop:
                continue
            items, values = self._scores.indices[start:stop], self._scores.data[start:stop]
            place = np.minimum(np.searchsorted(items, rows), len(items) - 1)
            found[event] = np.where(items[place] == rows, values[place], np.float32(0))
        return found


Goals = Sequence[Sequence[float]] | None
"""Weight of each event as a target; None: 1 for all."""


def _cloze(histories: Rows, n_items: int, config: CollaborativeConfig, goals: Goals) -> Floats:
    """`(items, items)`: ridge weights from a position's decayed surroundings to the item at that position."""
    gram = np.zeros((n_items, n_items), np.float32)
    cross = np.zeros((n_items, n_items), np.float32)
    for n, history in enumerate(histories):
        rows = np.asarray(history, np.intp)
        gap = np.arange(rows.size)[:, None] - np.arange(rows.size)[None]  # (position, neighbour) > 0: before
        around = np.maximum(np.abs(gap), 1).astype(np.float32) ** -config.distance_decay
        around *= np.where(gap > 0, 1.0, np.where(gap < 0, config.future, 0.0)).astype(np.float32)
        block = np.ix_(rows, rows)
        gram[block] += around.T @ around
        cross[block] += around.T if goals is None else around.T * np.asarray(goals[n], np.float32)
    gram[np.diag_indices(n_items)] += config.ridge
    solved = scipy.linalg.solve(gram, cross, assume_a="pos", overwrite_a=True, overwrite_b=True)
    np.fill_diagonal(solved, 0)  # it would only say that an item does not follow itself; seen items are never ranked
    return np.asarray(solved, np.float32)


def _static(histories: Rows, n_items: int, ridge: float, goals: Goals) -> Floats:
    """`(items, items)`: EASE, B = I - P / diag(P) with P = (X'X + ridge I)^-1 and a zero diagonal.

    With goals Y in place of X, B = P X'Y - P diag(g), where g = diag(P X'Y) / diag(P) makes the diagonal 0.
    """
    x = decayed(histories, n_items, 0.0)
    gram = (x.T @ x).toarray()
    gram[np.diag_indices(n_items)] += ridge
    inverse = scipy.linalg.inv(gram, overwrite_a=True, check_finite=False)
    if goals is not None:
        events, rows, _ = flatten(histories)
        values = np.fromiter((goal for own in goals for goal in own), np.float32, len(rows))
        y = sp.csr_matrix((values, (events, rows)), shape=x.shape)
        solved = np.asarray(inverse @ (x.T @ y).toarray(), np.float32)
        solved -= inverse * (np.diag(solved) / np.diag(inverse))
        np.fill_diagonal(solved, 0)
        return solved
    inverse /= -np.diag(inverse).copy()
    np.fill_diagonal(inverse, 0)
    return np.asarray(inverse, np.float32)


def _cosine_neighbours(histories: Rows, n_items: int, neighbours: int, goals: Goals) -> sp.csr_matrix:
    """`(items, items)` sparse: cosine of two items' users, `neighbours` kept an item."""
    with needs("large", f"the item-item model of a catalogue of {n_items:,} items"):
        from implicit.nearest_neighbours import CosineRecommender
    model = CosineRecommender(K=neighbours + 1, num_threads=1)  # an item's nearest neighbour is itself
    events = decayed(histories, n_items, 0.0)
    if goals is not None:
        users, rows, _ = flatten(histories)
        values = np.fromiter((goal for own in goals for goal in own), np.float32, len(rows))
        events = sp.csr_matrix((values, (users, rows)), shape=events.shape)
    model.fit(events, show_progress=False)
    similar = model.similarity.astype(np.float32).tocsr()
    similar.setdiag(0)
    similar.eliminate_zeros()
    return sp.csr_matrix(similar)


def _unit(weights: Floats) -> Floats:
    """Scaled so that a target's absolute weights sum to 1 on average; a matrix of zeros stays."""
    total = float(np.abs(weights).sum(dtype=np.float64))
    return weights * np.float32(len(weights) / total) if total else weights


def pruned(weights: Floats, keep: int) -> sp.csr_matrix:
    """The `keep` sources of largest absolute weight for each target.

    Parameters
    ----------
    weights
        ``(items, items)``: row = source, column = target; is changed.
    keep
        How many.

    Returns
    -------
    scipy.sparse.csr_matrix
        Of the same shape.
    """
    if keep < len(weights):
        for column in range(weights.shape[1]):
            size = np.abs(weights[:, column])
            weights[size < np.partition(size, -keep)[-keep], column] = 0
    return sp.csr_matrix(weights)


def popularity(histories: Rows, n_items: int) -> NDArray[np.float32]:
    """How often each item is chosen.

    Parameters
    ----------
    histories
        Item rows of each user.
    n_items
        How many items there are.

    Returns
    -------
    ndarray
        ``(items,)`` float32: log(1 + histories that hold the item), so that one hit does not drown the rest.
    """
    _, rows, _ = flatten(histories)
    return np.log1p(np.bincount(rows, minlength=n_items)).astype(np.float32)
