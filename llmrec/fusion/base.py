"""The one protocol of every fusion: per-modality vectors in, K soft tokens an item out."""

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor


class Fusion(Protocol):
    """Turns what an item's media say into soft tokens of the LLM's embedding space."""

    def __call__(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`vectors[modality]: (items, dim) float32`, `mask[modality]: (items,) bool` -> `(items, K, hidden) float32`.

        A modality whose mask is False must not change the result, whatever its vector holds.
        """
        ...
