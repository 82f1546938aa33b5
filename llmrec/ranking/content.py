"""Likeness of media: to the newest history items, or to a vector that stands for words or an example."""

from collections.abc import Sequence

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from llmrec.catalog.events import Rows
from llmrec.vector_rows import VectorRows

Floats = NDArray[np.float32]
BLOCK = 256
"""Events whose history items are compared with the catalogue in one product."""
AXES, ITEMS_AN_AXIS = 128, 10
"""Numbers of a vector that an index compares, and items that each of its axes is fitted on. Of the truly nearest 50 by
text and by picture 99.6 % are among the nearest 100 by so many (MovieLens-100K), in a tenth of the room of pictures."""
MOST_FITTED = 20_000
"""Items that axes are fitted on: more change them little."""


def unit_rows(vectors: Floats, steps: int = 1) -> Floats:
    """What likeness is measured between.

    Compared block by block, two clips of one motion would be alike only where they begin alike, so a vector of several
    steps becomes the mean and standard deviation over them: the deviation keeps how they move, which a mean alone
    loses.

    Parameters
    ----------
    vectors
        ``(items, dim)`` float32.
    steps
        Frames of a clip or a sound: so many consecutive blocks of a vector.

    Returns
    -------
    ndarray
        ``(items, dim)`` float32 rows of unit length, ``(items, 2 * dim // steps)`` for several steps; zero rows stay
        zero.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0]], np.float32))
    array([[0.6, 0.8]], dtype=float32)
    """
    if steps > 1:
        blocks = vectors.reshape(len(vectors), steps, vectors.shape[1] // steps)
        mean = blocks.mean(axis=1)
        away = np.zeros_like(mean)
        for step in range(steps):  # not one expression: that would take the memory of all steps once more
            away += (blocks[:, step] - mean) ** 2
        vectors = np.hstack([mean, np.sqrt(away / np.float32(steps))])
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-6))
    return unit


def principal_axes(vectors: VectorRows, mask: NDArray[np.bool_]) -> Floats | None:
    """The few directions along which a modality is compared by an index.

    Parameters
    ----------
    vectors
        ``(items, dim)`` unit rows.
    mask
        ``(items,)`` bool.

    Returns
    -------
    ndarray or None
        ``(dim, AXES)`` float32, orthonormal: inner products along them are as near to cosines as so many numbers
        allow (principal components about the origin). None where the vectors are short already, or the items too few
        to tell.
    """
    there = np.flatnonzero(mask)
    if vectors.shape[1] <= AXES or len(there) < ITEMS_AN_AXIS * AXES:
        return None
    if len(there) > MOST_FITTED:
        there = there[np.linspace(0, len(there) - 1, MOST_FITTED).astype(np.intp)]
    present = vectors[there]
    last = vectors.shape[1] - 1
    _, axes = scipy.linalg.eigh(present.T @ present, subset_by_index=(last - AXES + 1, last))
    found: Floats = axes[:, ::-1].astype(np.float32)
    return found


def along(axes: Floats | None, vectors: Floats) -> Floats:
    """Unit rows as an index compares them.

    Parameters
    ----------
    axes
        ``(dim, k)`` float32 (see `principal_axes`); None: the rows themselves.
    vectors
        ``(n, dim)`` float32 unit rows.

    Returns
    -------
    ndarray
        ``(n, k)`` float32 unit rows; zero rows stay zero.
    """
    return vectors if axes is None else unit_rows(vectors @ axes)


def content_scores(
    vectors: Floats | VectorRows,
    mask: NDArray[np.bool_],
    histories: Rows,
    lasts: Sequence[int],
    shown: Floats | None = None,
    present: NDArray[np.bool_] | None = None,
) -> list[Floats]:
    """Each item's largest cosine to the newest history items.

    Parameters
    ----------
    vectors
        ``(items, dim)`` float32 unit rows.
    mask
        ``(items,)`` bool: False where an item lacks the modality.
    histories
        Item rows of each event, oldest first.
    lasts
        How many newest items to compare with, each.
    shown, present
        ``(C, dim)`` and ``(C,)``: rows of `vectors` and `mask` of the items that are scored; all by default.

    Returns
    -------
    list of ndarray
        For each of `lasts`, ``(events, C)`` float32. An item without the modality, or an event without a history
        item that has it, scores 0: unknown, neither like nor unlike.
    """
    shown, present = (vectors[:] if shown is None else shown), (mask if present is None else present)
    found = [np.zeros((len(histories), len(shown)), np.float32) for _ in lasts]
    for start in range(0, len(histories), BLOCK):
        block = [history[-max(lasts) :] for history in histories[start : start + BLOCK]]
        needed = sorted({row for rows in block for row in rows if mask[row]})
        place = {row: at for at, row in enumerate(needed)}
        cosine = vectors[needed] @ shown.T  # (needed, C)
        for event, rows in enumerate(block, start):
            for scores, last in zip(found, lasts, strict=True):
                if near := [place[row] for row in rows[-last:] if row in place]:
                    scores[event] = cosine[near].max(axis=0)
    for scores in found:
        scores[:, ~present] = 0
    return found


def similar_to(vector: Floats, vectors: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Cosine of each item to one vector.

    Parameters
    ----------
    vector
        ``(dim,)`` float32.
    vectors
        ``(items, dim)`` float32 unit rows.
    mask
        ``(items,)`` bool.

    Returns
    -------
    ndarray
        ``(items,)`` float32; 0 where masked.
    """
    length = float(np.linalg.norm(vector))
    if not length:
        return np.zeros(len(vectors), np.float32)
    return np.where(mask, vectors @ (vector / np.float32(length)), np.float32(0)).astype(np.float32)
