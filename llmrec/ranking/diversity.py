"""Re-ranking that avoids five of the same: maximal marginal relevance (Carbonell & Goldstein 1998, SIGIR)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def diversify(scores: Floats, vectors: Floats, k: int, relevance: float) -> list[int]:
    """Places of `k` candidates, best first, each picked by `relevance * score - (1 - relevance) * likeness`.

    `scores`: (candidates,) finite, rescaled to 0..1 here; `vectors`: (candidates, dim) unit rows, likeness being
    the largest cosine to what is already picked; `relevance` from 0 (only variety) to 1 (the order of the scores).
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
