"""Early fusion: concatenate the modalities present, then one small network makes the soft tokens."""

from collections.abc import Mapping

import torch
from torch import Tensor

from llmrec.fusion.base import Fusion, masked, presence


class ConcatFusion(Fusion):
    """`[m1 | m2 | … | which are present] -> Linear -> GELU -> Linear -> LayerNorm`; the item head reads `[m1 | …]`."""

    def __init__(self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float) -> None:
        """See `Fusion`."""
        super().__init__(dims, hidden, soft_tokens, spread, sum(dims.values()) + len(dims), sum(dims.values()))

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        parts = masked(vectors, mask, tuple(self.dims))
        return self.to_soft_tokens(torch.cat([*parts, presence(mask, tuple(self.dims)).to(parts[0].dtype)], dim=-1))

    def content(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        return torch.cat(masked(vectors, mask, tuple(self.dims)), dim=-1)
