"""Re-ranking for variety.

References
----------
Carbonell & Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents" (1998, SIGIR).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from llmrec.vector_rows import VectorRows

Floats = NDArray[np.float32]


POOL, LEAST_POOL = 10, 50
"""Candidates that are re-ranked: so many for each item wanted, and so many at least."""


def diversified(
    order: NDArray[np.intp], scores: Floats, media: Mapping[str, VectorRows], k: int, diversity: float
) -> NDArray[np.intp]:
    """The `k` items that are recommended when variety counts too.

    Parameters
    ----------
    order : (candidates,) intp
        Rows, best first.
    scores : (candidates,) float32
        Their fused scores, in the same order.
    media : modality -> (items, dim) float32
        Unit rows: two items are as alike as their media.
    k
        Number of items wanted.
    diversity
        From 0 (the order as it is) to 1 (variety alone).

    Returns
    -------
    (at most k,) intp
        Rows.
    """
    pool = order[: max(POOL * k, LEAST_POOL)]
    if not len(pool):
        return pool
    vectors = np.hstack([unit[pool] for unit in media.values()])
    return pool[diversify(scores[: len(pool)], vectors, k, 1 - diversity)]


def diversify(scores: Floats, vectors: Floats, k: int, relevance: float) -> list[int]:
    """Maximal marginal relevance: each pick maximises ``relevance * score - (1 - relevance) * likeness``.

    Parameters
    ----------
    scores
        ``(candidates,)`` float32, finite; rescaled to 0..1 here.
    vectors
        ``(candidates, dim)`` float32 unit rows: likeness is the largest cosine to what is already picked.
    k
        How many to pick.
    relevance
        From 0 (variety alone) to 1 (the order of the scores).

    Returns
    -------
    list of int
        Places of the picked candidates, best first.

    Examples
    --------
    >>> scores = np.array([1.0, 0.9, 0.5], np.float32)
    >>> alike = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    >>> diversify(scores, alike, 2, relevance=0.5)
    [0, 2]
    """
    low, high = (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 0.0)
    worth = (scores - low) / (high - low) if high > low else np.zeros_like(scores)
    likeness = np.zeros(len(scores), np.float32)
    free = np.ones(len(scores), np.bool_)
    picked: list[int] = []
    while len(picked) < min(k, len(scores)):
        value = np.where(free, relevance * worth - (1 - relevance) * likeness, -np.inf)
        best = int(value.argmax())
        picked.append(best)
        free[best] = False
        cosine = vectors @ vectors[best]
        likeness = cosine if len(picked) == 1 else np.maximum(likeness, cosine)
    return picked
