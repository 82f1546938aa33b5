"""Scores for cold items: carried over from the items whose media are like theirs.

An item without events has no neighbours in the item-item model and no id in the LLM's item head: what users think of
it is unknown, and its scores lie far below everyone's. Here a request's scores of known items are carried over to cold
ones by kernel ridge regression on media (a Gaussian process' mean).

References
----------
Rasmussen & Williams, "Gaussian Processes for Machine Learning" (2006, MIT Press), eq. 2.25 and 5.12.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

Floats = NDArray[np.float32]
ItemRows = NDArray[np.intp]

RIDGE = 10.0
"""Noise of one item's score beside what its media tell; of 1, 3, 10 and 30 the best on MovieLens-100K's valid."""
MOST_SOURCES = 2000
"""Only the items with most events are sources: thousands more would cost a cubic solve at every start."""


@dataclass(frozen=True, eq=False)
class ColdStart:
    """How scores go from known items to cold ones.

    Parameters
    ----------
    rows
        ``(n,)`` int: the cold items.
    sources
        ``(m,)`` int: the known items that scores are carried over from.
    share
        ``(n, m)`` float32: what each source counts for each cold item.
    echo
        ``(m, m)`` float32: predicts each source's own score from the others', which tells how much smaller than true
        scores the predicted ones come out.
    """

    rows: ItemRows
    sources: ItemRows
    share: Floats
    echo: Floats

    @classmethod
    def of(
        cls, media: Mapping[str, Floats], mask: Mapping[str, NDArray[np.bool_]], popular: Floats
    ) -> "ColdStart | None":
        """Fits the regression.

        Parameters
        ----------
        media
            Modality -> ``(items, dim)`` float32 unit rows.
        mask
            Modality -> ``(items,)`` bool.
        popular
            ``(items,)`` float32: 0 for an item without events.

        Returns
        -------
        ColdStart or None
            None where there is nothing to carry over: no cold item, or fewer than two known ones.
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
        """Scores of the whole catalogue with those of the cold items filled in, on an equal footing with the others.

        A regression shrinks: unstretched, no cold item could ever reach the top. The stretch is that under which the
        sources' scores, each predicted from the others', would vary as the real ones do.

        Parameters
        ----------
        scores
            ``(events, items)`` float32.

        Returns
        -------
        ndarray
            The same shape; known items keep their scores.
        """
        level, above, stretch = self._above(scores[:, self.sources])
        filled = np.array(scores, np.float32)
        filled[:, self.rows] = level + stretch * (above @ self.share.T)
        return filled

    def transfer_to(self, rows: ItemRows, scores: Floats, raw: Callable[[ItemRows], Floats]) -> Floats:
        """`transfer` for some rows of one event.

        Parameters
        ----------
        rows
            ``(C,)`` int.
        scores
            ``(C,)`` float32: theirs.
        raw
            Rows ``(n,)`` -> scores ``(n,)`` of the same event; asked for the sources, where a row is cold.

        Returns
        -------
        ndarray
            ``(C,)`` float32.
        """
        place = np.searchsorted(self.rows, rows)
        cold = self.rows[np.minimum(place, len(self.rows) - 1)] == rows
        if not cold.any():
            return scores
        level, above, stretch = self._above(raw(self.sources)[None])
        filled = np.array(scores, np.float32)
        filled[cold] = level[0] + stretch[0] * (self.share[place[cold]] @ above[0])
        return filled

    def _above(self, known: Floats) -> tuple[Floats, Floats, Floats]:
        """The sources' mean `(events, 1)`, how far each is above it `(events, m)`, and the stretch `(events, 1)`."""
        level = known.mean(axis=1, keepdims=True)
        above = known - level
        stretch = above.std(axis=1, keepdims=True) / np.maximum((above @ self.echo).std(axis=1, keepdims=True), 1e-9)
        return level, above, stretch


def _centred(vectors: Floats, mask: NDArray[np.bool_], sources: ItemRows) -> Floats:
    """Unit rows `(items, dim)` about the sources' mean; zeros where the item lacks the modality."""
    present = sources[mask[sources]]
    moved = vectors - (vectors[present].mean(axis=0) if len(present) else np.float32(0))
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
    return np.where(mask[:, None], moved, np.float32(0)).astype(np.float32)
