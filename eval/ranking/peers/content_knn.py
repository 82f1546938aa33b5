"""Content-kNN: similarity of frozen text and image features to the history's last items; learns nothing."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.ranking.metrics import Floats
from eval.ranking.peers import Config, History

POOLS = ("max", "mean")
_ONE: list[dict[str, Any]] = [
    {"last": last, "pool": pool, "centred": centred}
    for last, pool, centred in product((1, 2, 3, 5, 10, 20, 50), POOLS, (False, True))
    if last > 1 or pool == "max"
]
GRID_TEXT: list[Config] = [config | {"image_weight": 0.0} for config in _ONE]
GRID_IMAGE: list[Config] = [config | {"image_weight": 1.0} for config in _ONE]
GRID_BOTH: list[Config] = [
    config | {"image_weight": weight} for config in _ONE for weight in (0.1, 0.2, 0.35, 0.5, 0.7)
]


class ContentKNN:
    """Weighted mean of text and image cosine, pooled (max or mean) over the last `last` items.

    `similarity(modality, centred)` gives that modality's `cosine` matrix, (items, items).
    """

    def __init__(
        self,
        similarity: Callable[[str, bool], Floats],
        last: int,
        pool: str,
        centred: bool,
        image_weight: float,
    ) -> None:
        self.last, self.pool = last, pool
        weights = {"text": 1.0 - image_weight, "image": image_weight}
        parts = [np.float32(w) * similarity(name, centred) for name, w in weights.items() if w]
        self.similarity: Floats = parts[0] if len(parts) == 1 else parts[0] + parts[1]

    def fit(self, train: Sequence[History]) -> None:
        """Nothing to learn."""

    def scores(self, histories: Sequence[History]) -> Floats:
        """(events, items); zeros after an empty history."""
        dense = np.zeros((len(histories), len(self.similarity)), dtype=np.float32)
        for event, history in enumerate(histories):
            if history:
                near = self.similarity[list(history[-self.last :])]
                dense[event] = near.max(axis=0) if self.pool == "max" else near.mean(axis=0)
        return dense


def cosine(vectors: Floats, mask: NDArray[np.bool_], centred: bool) -> Floats:
    """(items, items) cosine of `vectors` (items, dim); rows outside `mask` (items,) are zero.

    `centred` takes the mean vector of the masked items off first.
    """
    own = np.array(vectors, dtype=np.float32)
    if centred:
        own -= own[mask].mean(axis=0)
    own[~mask] = 0.0
    length = np.linalg.norm(own, axis=1, keepdims=True)
    own /= np.where(length > 0, length, 1.0)
    between: Floats = own @ own.T
    return between
