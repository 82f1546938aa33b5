"""The best items by their vectors, all of them gone through: what the index finds, without the index."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def exact_search(
    v: Floats, b: Floats, q: Floats, k: int, allowed: NDArray[np.bool_], exclude: Sequence[Sequence[int]]
) -> list[NDArray[np.intp]]:
    """For each query vector of `q` (batch, dim): rows of its `k` best items by q.v + b, best first.

    `v (items, dim)`, `b (items,)`; `allowed (items,)`: the filter's answer; `exclude`: per query, rows never to
    return.
    """
    found = []
    for scores, never in zip(q @ v.T + b, exclude, strict=True):
        open_ = allowed.copy()
        open_[list(never)] = False
        rows = np.flatnonzero(open_)
        found.append(rows[np.argsort(-scores[rows], kind="stable")[:k]])
    return found
