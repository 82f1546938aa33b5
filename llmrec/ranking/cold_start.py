"""Scores for items that nobody has taken yet, lent by the items whose media are like theirs.

An item without events has no neighbours in the item-item model and no id in the LLM's item head: what others think
of it is unknown, and its scores lie far below everyone's. Here a request's scores of known items are carried over
to new ones by kernel ridge regression on media (a Gaussian process' mean; Rasmussen & Williams 2006, eq. 2.25).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RIDGE = 10.0
"""Noise of one item's score beside what its media tell; of 1, 3, 10 and 30 the best on MovieLens-100K's valid."""
MOST_SOURCES = 2000
"""The items with most events lend: thousands more would cost a cubic solve at every start."""


@dataclass(frozen=True)
class ColdStart:
    """How scores go from `lenders (m,)` to `rows (n,)`: `share (n, m)`; `echo (m, m)` foretells each lender's own
    score from the others', which tells how much smaller than true scores the lent ones come out."""

    rows: NDArray[np.intp]
    sources: NDArray[np.intp]
    share: Floats
    echo: Floats

    @classmethod
    def of(
        cls, media: Mapping[str, Floats], mask: Mapping[str, NDArray[np.bool_]], popular: Floats
    ) -> "ColdStart | None":
        """From unit vectors `(items, dim)` of each modality, and `popular (items,)`, which is 0 where nobody took it.

        None where there is nothing to lend: no new item, or fewer than two known ones.
        """
        rows = np.flatnonzero(popular == 0)
        sources = np.sort(np.argsort(-popular, kind="stable")[: min(MOST_SOURCES, int((popular > 0).sum()))])
        if not len(rows) or len(sources) < 2:
            return None
        x = np.hstack([_centred(media[m], mask[m], sources) for m in media]) / np.sqrt(np.float32(len(media)))
        inverse = scipy.linalg.inv(x[sources] @ x[sources].T + RIDGE * np.eye(len(sources), dtype=np.float32))
        echo = np.eye(len(sources), dtype=np.float32) - inverse / np.diag(inverse)  # leave-one-out, ibid. eq. 5.12
        return cls(rows, sources, (x[rows] @ x[sources].T @ inverse).astype(np.float32), echo.astype(np.float32))

    def transfer(self, scores: Floats) -> Floats:
        """`scores (events, items)` with those of the new items filled in, on an equal footing with the known ones.

        A regression shrinks: unstretched, no new item could ever reach the top. The stretch is that under which
        the lenders' scores, each foretold from the others', would vary as the real ones do.
        """
        known = scores[:, self.sources]
        level = known.mean(axis=1, keepdims=True)
        above = known - level
        stretch = above.std(axis=1, keepdims=True) / np.maximum((above @ self.echo).std(axis=1, keepdims=True), 1e-9)
        filled = np.array(scores, np.float32)
        filled[:, self.rows] = level + stretch * (above @ self.share.T)
        return filled


def _centred(vectors: Floats, mask: NDArray[np.bool_], sources: NDArray[np.intp]) -> Floats:
    """Unit rows `(items, dim)` about the lenders' mean; zeros where the item lacks the modality."""
    present = sources[mask[sources]]
    moved = vectors - (vectors[present].mean(axis=0) if len(present) else np.float32(0))
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
    return np.where(mask[:, None], moved, np.float32(0)).astype(np.float32)
