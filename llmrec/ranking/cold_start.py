"""Scores for cold items: carried over from the items whose media are like theirs.

An item without events has no neighbours in the item-item model and no id in the LLM's item head: what users think of
it is unknown, and its scores lie far below everyone's. Here a request's scores of known items are carried over to cold
ones by kernel ridge regression on media (a Gaussian process' mean).

References
----------
Rasmussen & Williams, "Gaussian Processes for Machine Learning" (2006, MIT Press), eq. 2.25 and 5.12.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from llmrec.vector_rows import VectorRows

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
    loadings
        ``(m, dims)`` float32: what a source's score counts along each dimension of the media. Nothing is kept of cold
        items, of which there may be a million.
    echo
        ``(m, m)`` float32: predicts each source's own score from the others', which tells how much smaller than true
        scores the predicted ones come out.
    centres
        Modality -> ``(dim,)`` float32: the sources' mean.
    media, mask
        See `of`.
    """

    rows: ItemRows
    sources: ItemRows
    loadings: Floats
    echo: Floats
    centres: Mapping[str, Floats]
    media: Mapping[str, VectorRows]
    mask: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(
        cls, media: Mapping[str, VectorRows], mask: Mapping[str, NDArray[np.bool_]], popular: Floats
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
        rows, sources = np.flatnonzero(popular == 0), _sources(popular)
        if not len(rows) or len(sources) < 2:
            return None
        centres = {}
        for m, vectors in media.items():
            present = sources[mask[m][sources]]
            centres[m] = vectors[present].mean(axis=0) if len(present) else np.zeros(vectors.shape[1], np.float32)
        known = _centred(media, mask, centres, sources)
        inverse = scipy.linalg.inv(known @ known.T + RIDGE * np.eye(len(sources), dtype=np.float32))
        echo = np.eye(len(sources), dtype=np.float32) - inverse / np.diag(inverse)  # leave-one-out, ibid. eq. 5.12
        loadings = (inverse @ known).astype(np.float32)
        return cls(rows, sources, loadings, echo.astype(np.float32), centres, media, mask)

    def over(
        self,
        media: Mapping[str, VectorRows],
        mask: Mapping[str, NDArray[np.bool_]],
        popular: Floats,
        changed: Sequence[int],
    ) -> "ColdStart | None":
        """The regression after some items came or changed: solved again only where a source is among them.

        Parameters
        ----------
        media, mask, popular
            See `of`. All other items are in the rows they were in; the last ones may be gone.
        changed
            Rows of the items that are new or have other media.

        Returns
        -------
        ColdStart or None
            What `of` gives.
        """
        sources = _sources(popular)
        if not np.array_equal(sources, self.sources) or np.isin(changed, sources).any():
            return ColdStart.of(media, mask, popular)
        rows = np.flatnonzero(popular == 0)
        return replace(self, rows=rows, media=media, mask=mask) if len(rows) else None

    def transfer_to(self, rows: ItemRows, scores: Floats, raw: Callable[[ItemRows], Floats]) -> Floats:
        """Scores of some rows, those of the cold items filled in on an equal footing with the others.

        A regression shrinks: unstretched, no cold item could ever reach the top. The stretch is that under which the
        sources' scores, each predicted from the others', would vary as the real ones do.

        Parameters
        ----------
        rows
            ``(C,)`` int.
        scores
            ``(events, C)`` float32: theirs.
        raw
            Rows ``(n,)`` -> scores ``(events, n)`` of the same events; asked for the sources, where a row is cold.

        Returns
        -------
        ndarray
            ``(events, C)`` float32; known items keep their scores.
        """
        place = np.searchsorted(self.rows, rows)
        cold = self.rows[np.minimum(place, len(self.rows) - 1)] == rows
        if not cold.any():
            return scores
        level, above, stretch = self._above(raw(self.sources))
        filled = np.array(scores, np.float32)
        beside = _centred(self.media, self.mask, self.centres, rows[cold])
        filled[:, cold] = level + stretch * ((above @ self.loadings) @ beside.T)
        return filled

    def _above(self, known: Floats) -> tuple[Floats, Floats, Floats]:
        """The sources' mean `(events, 1)`, how far each is above it `(events, m)`, and the stretch `(events, 1)`."""
        level = known.mean(axis=1, keepdims=True)
        above = known - level
        stretch = above.std(axis=1, keepdims=True) / np.maximum((above @ self.echo).std(axis=1, keepdims=True), 1e-9)
        return level, above, stretch


def _sources(popular: Floats) -> ItemRows:
    """The items with most events, in row order."""
    return np.sort(np.argsort(-popular, kind="stable")[: min(MOST_SOURCES, int((popular > 0).sum()))])


def _centred(
    media: Mapping[str, VectorRows],
    mask: Mapping[str, NDArray[np.bool_]],
    centres: Mapping[str, Floats],
    rows: ItemRows,
) -> Floats:
    """`(rows, dims)`: unit vectors about the sources' mean, side by side; zeros where an item lacks the modality."""
    parts = []
    for m, vectors in media.items():
        moved = vectors[rows] - centres[m]
        moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
        parts.append(np.where(mask[m][rows, None], moved, np.float32(0)).astype(np.float32))
    beside: Floats = np.hstack(parts) / np.sqrt(np.float32(len(media)))
    return beside
