"""Likeness of media: the closest of the user's last items, or a vector that stands for words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows

Floats = NDArray[np.float32]
BLOCK = 256
"""Events whose history items are compared with the catalogue in one product."""


def unit_rows(vectors: Floats, steps: int = 1) -> Floats:
    """What likeness is measured between: unit rows of `vectors (items, dim)` float32; zero rows stay zero.

    A vector of several `steps` (frames of a clip or a sound: so many consecutive blocks) gives `(items, 2 * dim //
    steps)`: mean and standard deviation over its steps. Compared block by block, two clips of one motion would be
    alike only where they begin alike; the deviation keeps how they move, which a mean alone loses.
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


def content_scores(vectors: Floats, mask: NDArray[np.bool_], histories: Rows, lasts: Sequence[int]) -> list[Floats]:
    """For each of `lasts`, `(batch, items)` float32: each item's largest cosine to so many newest history items.

    `vectors`: (items, dim), unit rows; `mask`: (items,), False where the item lacks the modality. An item
    without it, or an event without a described history item, scores 0: unknown, neither like nor unlike.
    """
    found = [np.zeros((len(histories), len(vectors)), np.float32) for _ in lasts]
    for start in range(0, len(histories), BLOCK):
        block = [history[-max(lasts) :] for history in histories[start : start + BLOCK]]
        needed = sorted({row for rows in block for row in rows if mask[row]})
        place = {row: at for at, row in enumerate(needed)}
        cosine = vectors[needed] @ vectors.T  # (needed, items)
        for event, rows in enumerate(block, start):
            for scores, last in zip(found, lasts, strict=True):
                if near := [place[row] for row in rows[-last:] if row in place]:
                    scores[event] = cosine[near].max(axis=0)
    for scores in found:
        scores[:, ~mask] = 0
    return found


def similar_to(vector: Floats, vectors: Floats, mask: NDArray[np.bool_]) -> Floats:
    """`(items,)` float32: cosine of each item's unit row to `vector` (dim,); 0 where masked."""
    length = float(np.linalg.norm(vector))
    if not length:
        return np.zeros(len(vectors), np.float32)
    return np.where(mask, vectors @ (vector / np.float32(length)), np.float32(0)).astype(np.float32)
