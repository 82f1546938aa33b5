"""How like an item is to what a history's media have in common: their weighted sum, in a whitened space.

Whitened along the axes that items differ by, what all items share counts no more than what tells single ones. On H&M's
valid part the sum of a history's text vectors ranks so at 0.053 of NDCG@10, as they are at 0.045
(`python -m eval.shared_space`).

References
----------
Su et al., "Whitening Sentence Representations for Better Semantics and Faster Retrieval" (2021, arXiv 2103.15316).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from llmrec.ranking.content import ITEMS_AN_AXIS, MOST_FITTED, unit_rows
from llmrec.ranking.recency import recency_weights
from llmrec.ranking.score_component import ComponentKey, Floats, InBatches, ItemRows, ScoringBatch
from llmrec.vector_rows import BLOCK, VectorRows

PROFILE = "profile"
"""Kind of which there is one a modality: likeness to what the history's media have in common."""
SUMMED = ("text",)
"""Modalities that have one: the sum of a history's photos adds nothing on H&M (valid 0.0641, without it 0.0654)."""
AXES, LEAST_AXES = 256, 8
"""Axes that are kept, and how few are of no use: each is fitted on `ITEMS_AN_AXIS` items at least."""
SMALL, LEAST_SPREAD = 1e-4, 1e-4
"""Share of the largest variance below which one counts as that much, and what every dimension's deviation is at least:
what is hardly there is not blown up."""
STORED = "whitening."
"""How the names of a checkpoint's arrays begin."""


@dataclass(frozen=True, eq=False)
class Whitening:
    """An affine map after which the items' vectors differ as much along each axis.

    Parameters
    ----------
    axes
        ``(dim, k)`` float32.
    offset
        ``(k,)`` float32.

    Examples
    --------
    >>> raw = np.random.default_rng(0).normal(size=(100, 8)).astype(np.float32)
    >>> rows = VectorRows(unit_rows(raw + 3))  # all have much in common
    >>> white = Whitening.fit(rows, np.ones(100, bool))(rows[:])
    >>> bool(white[0] @ white[1:].mean(0) < 0.1 < rows[0] @ rows[1:].mean(0))
    True
    """

    axes: Floats
    offset: Floats

    @classmethod
    def fit(cls, vectors: VectorRows, mask: NDArray[np.bool_]) -> "Whitening | None":
        """Fit it to the items of a catalogue.

        Parameters
        ----------
        vectors
            ``(items, dim)`` unit rows.
        mask
            ``(items,)`` bool: which items have the modality.

        Returns
        -------
        Whitening or None
            None where too few items have it to tell by what they differ, or all have the same.
        """
        there = np.flatnonzero(mask)
        most = min(AXES, vectors.shape[1], len(there) // ITEMS_AN_AXIS)
        if most < LEAST_AXES:
            return None
        if len(there) > MOST_FITTED:
            there = there[np.linspace(0, len(there) - 1, MOST_FITTED).astype(np.intp)]
        present = vectors[there]
        mean, spread = present.mean(0), present.std(0) + LEAST_SPREAD
        if spread.max() < 2 * LEAST_SPREAD:
            return None
        scaled = unit_rows((present - mean) / spread).astype(np.float64)
        last = scaled.shape[1] - 1
        variances, axes = scipy.linalg.eigh(scaled.T @ scaled, subset_by_index=(last - most + 1, last))
        axes = axes / np.sqrt(np.maximum(variances, SMALL * variances[-1])) / spread[:, None]
        axes *= np.sqrt(len(there) / axes.shape[1])
        return cls(axes.astype(np.float32), (-mean @ axes).astype(np.float32))

    def __call__(self, vectors: Floats) -> Floats:
        """``(n, dim)`` unit rows as ``(n, k)`` float32 unit rows."""
        return unit_rows(vectors @ self.axes + self.offset)

    def shares(self, vectors: VectorRows, rows: ItemRows) -> Floats:
        """``(rows,)`` float32: one through the length of each item's whitened vector before it is made a unit."""
        lengths = np.linalg.norm(vectors[rows] @ self.axes + self.offset, axis=1)
        return np.asarray(1 / np.maximum(lengths, 1e-6), np.float32)


@dataclass(frozen=True, eq=False)
class HistoryProfile(InBatches):
    """Mean cosine to the newest history items that have the modality, newer ones counting more; 0 where it is unknown.

    Parameters
    ----------
    key
        Its name.
    vectors
        ``(items, dim)`` unit rows.
    whitening
        Of the modality.
    shares
        ``(items,)`` float32: see `Whitening.shares`; 0 for an item without the modality.
    """

    key: ComponentKey
    vectors: VectorRows
    whitening: Whitening
    shares: Floats

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        days = [past.days(own, np.nan) for own, past in zip(batch.histories, batch.pasts, strict=True)]
        weights = recency_weights(batch.histories, len(self.shares), days)
        read = np.unique(weights.indices)
        read = read[self.shares[read] > 0]
        weights = weights[:, read]
        total = np.maximum(np.asarray(weights.sum(axis=1), np.float32), np.float32(1e-9))
        queries = (weights @ self.whitening(self.vectors[read])) / total
        # The map is put on the few queries: that of the many items would cost hundreds of times as much.
        products = (queries @ self.whitening.axes.T) @ batch.at(self.vectors, rows).T
        scores: Floats = (products + (queries @ self.whitening.offset)[:, None]) * self.shares[rows]
        return scores


@dataclass(frozen=True, eq=False)
class ProfileSpaces:
    """The whitened spaces of a catalogue's modalities.

    Parameters
    ----------
    whitenings
        Modality -> its map.
    shares
        Modality -> ``(items,)`` float32: see `HistoryProfile`.
    """

    whitenings: Mapping[str, Whitening] = field(default_factory=dict)
    shares: Mapping[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        media: Mapping[str, VectorRows],
        mask: Mapping[str, NDArray[np.bool_]],
        whitenings: Mapping[str, Whitening] | None = None,
        before: "ProfileSpaces | None" = None,
        changed: Sequence[int] = (),
    ) -> "ProfileSpaces":
        """Of a catalogue.

        Parameters
        ----------
        media
            Modality -> ``(items, dim)`` unit rows.
        mask
            Modality -> ``(items,)`` bool.
        whitenings
            Those of training; default: fitted to the media.
        before, changed
            Those of the catalogue as it was, and the rows that came or changed since.
        """
        if whitenings is None:
            fitted = {m: Whitening.fit(vectors, mask[m]) for m, vectors in media.items() if m in SUMMED}
            whitenings = {m: own for m, own in fitted.items() if own is not None}
        shares = {}
        for m, own in whitenings.items():
            found = np.zeros(len(media[m]), np.float32)
            kept = min(len(found), len(before.shares[m])) if before else 0
            found[:kept] = before.shares[m][:kept] if before else 0
            rows = np.asarray(changed, np.intp) if before else np.arange(len(found))
            for start in range(0, len(rows), BLOCK):
                block = rows[start : start + BLOCK]
                found[block] = np.where(mask[m][block], own.shares(media[m], block), 0)
            shares[m] = found
        return cls(whitenings, shares)

    @staticmethod
    def whitenings_in(state: Mapping[str, NDArray[Any]]) -> dict[str, Whitening]:
        """Modality -> the map that `state` gave; none in checkpoints from before there were such."""
        names = (name for name in state if name.startswith(STORED) and name.endswith(".axes"))
        modalities = [name.removeprefix(STORED).removesuffix(".axes") for name in names]
        return {m: Whitening(state[f"{STORED}{m}.axes"], state[f"{STORED}{m}.offset"]) for m in modalities}

    def state(self) -> dict[str, NDArray[Any]]:
        """Arrays for a checkpoint."""
        axes = {f"{STORED}{m}.axes": own.axes for m, own in self.whitenings.items()}
        return axes | {f"{STORED}{m}.offset": own.offset for m, own in self.whitenings.items()}

    def parts(self, media: Mapping[str, VectorRows]) -> Iterator[HistoryProfile]:
        """The components, one a modality; `media` as in `of`."""
        for m, own in self.whitenings.items():
            yield HistoryProfile(ComponentKey(PROFILE, m), media[m], own, self.shares[m])
