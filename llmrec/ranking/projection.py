"""The directions of a modality that users choose by, in closed form, before any training.

Items that are chosen together more often than by chance should lie near each other. With X the items' vectors and S
the standardised excess of co-occurrence, the directions are the leading eigenvectors of R S R with
R = X (X'X + ridge)⁻¹ X': reduced-rank ridge regression of co-occurrence on the modality. Variation that moves no choice
drops out; a handful of numbers is left, from which a model cannot learn items by heart.

References
----------
Izenman, "Reduced-Rank Regression for the Multivariate Linear Model" (1975, Journal of Multivariate Analysis 5).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float32]
DIRECTIONS = 48
"""Of a modality, the most telling first."""
RIDGE = 3.0
"""In units of the mean squared length of the vectors."""
MOST_ITEMS = 6000
"""The items with most events tell: squares of more would fill the memory."""


@dataclass(frozen=True)
class Interest:
    """The interest space of one modality.

    Parameters
    ----------
    mean, spread
        ``(dim,)`` float32: standardise unit rows.
    axes
        ``(dim, k)`` float32: its directions, the most telling first.
    """

    mean: Floats
    spread: Floats
    axes: Floats

    @classmethod
    def of(cls, media: Floats, mask: NDArray[np.bool_], histories: Iterable[Sequence[int]]) -> "Interest":
        """Fits it.

        Parameters
        ----------
        media
            ``(items, dim)`` float32 unit rows.
        mask
            ``(items,)`` bool.
        histories
            Item rows of each user.
        """
        present = media[mask] if mask.any() else media[:0]
        mean = present.mean(0) if len(present) else np.zeros(media.shape[1])
        spread = present.std(0) if len(present) else np.ones(media.shape[1])
        # One spread for all dimensions would let a few hot channels of an image encoder drown the rest.
        start = cls(mean.astype(np.float32), (spread + 1e-4).astype(np.float32), np.eye(0, dtype=np.float32))
        return replace(start, axes=interest_axes(start.scaled(media), mask, histories, DIRECTIONS))

    def scaled(self, media: Floats) -> Floats:
        """``(n, dim)`` unit rows, standardised and of unit length again."""
        found = (media - self.mean) / self.spread
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), np.float32(1e-6))
        return found

    def places(self, media: Floats) -> Floats:
        """Coordinates of ``(n, dim)`` unit rows, ``(n, k)`` of about unit deviation."""
        found: Floats = self.scaled(media) @ self.axes
        return found


def interest_axes(vectors: Floats, mask: NDArray[np.bool_], histories: Iterable[Sequence[int]], k: int) -> Floats:
    """Directions along which items chosen together lie near each other.

    Parameters
    ----------
    vectors
        ``(items, dim)`` float32 of one modality, normalised.
    mask
        ``(items,)`` bool.
    histories
        Item rows of each user.
    k
        How many directions.

    Returns
    -------
    ndarray
        ``(dim, k)`` float32: `vectors @ axes` are coordinates of about unit deviation over the catalogue. Where
        co-occurrence tells of fewer directions than `k`, the other columns are zero.
    """
    interacted = [np.asarray(rows, np.intp) for rows in histories]
    counts = np.bincount(np.concatenate([*interacted, np.empty(0, np.intp)]), minlength=len(vectors))
    able = np.flatnonzero(mask & (counts > 0))
    able = np.sort(able[np.argsort(-counts[able], kind="stable")[:MOST_ITEMS]])
    axes = np.zeros((vectors.shape[1], k), np.float32)
    if len(able) < 3:
        return axes
    centred = vectors[able].astype(np.float64)
    centred -= centred.mean(0)
    u, s, vt = scipy.linalg.svd(centred, full_matrices=False, check_finite=False)
    kept = s > 1e-6 * s[0]
    u, s, vt = u[:, kept], s[kept], vt[kept]
    shrink = s**2 / (s**2 + RIDGE * (s**2).sum() / len(able))
    inner = (u * shrink).T @ _excess(interacted, able, len(vectors)) @ (u * shrink)
    values, directions = np.linalg.eigh(inner)
    best = np.argsort(-values)[: min(k, int((values > 0).sum()))]
    found = (vt.T * (shrink / s)) @ directions[:, best]
    axes[:, : len(best)] = found / np.maximum((centred @ found).std(0), 1e-9)
    return axes


def _excess(interacted: Sequence[NDArray[np.intp]], able: NDArray[np.intp], items: int) -> NDArray[np.float64]:
    """`(able, able)`: co-occurrences less those of chance, in deviations of a Poisson count; zero diagonal."""
    users = np.repeat(np.arange(len(interacted)), [len(rows) for rows in interacted])
    matrix = sp.csr_matrix((np.ones(len(users)), (users, np.concatenate(interacted))), shape=(len(interacted), items))[
        :, able
    ]
    together = np.asarray((matrix.T @ matrix).toarray(), np.float64)
    counts, sizes = np.diag(together).copy(), np.asarray(matrix.sum(1)).ravel()
    chance = np.outer(counts, counts) * (sizes * (sizes - 1)).sum() / max(sizes.sum() ** 2, 1.0)
    excess: NDArray[np.float64] = (together - chance) / np.sqrt(chance + 1)
    np.fill_diagonal(excess, 0)
    return excess
