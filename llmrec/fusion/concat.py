"""Early fusion: concatenate the modalities present, then one small network makes the soft tokens."""

import torch
from torch import Tensor

from llmrec.fusion.base import Fusion, FusionSizes, ItemBatch


class ConcatFusion(Fusion):
    """`[m1 | m2 | … | which are present] -> Linear -> GELU -> Linear -> LayerNorm`; the item head reads `[m1 | …]`.

    Parameters
    ----------
    sizes
        See `Fusion`.

    References
    ----------
    Early fusion as in Liu et al., "LLaVA" (2023, arXiv 2304.08485), whose projector is the same small network.
    """

    def __init__(self, sizes: FusionSizes) -> None:
        width = sum(sizes.dims.values())
        super().__init__(sizes, width + len(sizes.dims), width)

    def forward(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.forward`."""
        parts = self.masked(batch)
        return self.to_soft_tokens(torch.cat([*parts, self.presence(batch).to(parts[0].dtype)], dim=-1))

    def content(self, batch: ItemBatch) -> Tensor:
        """The modalities side by side, `[m1 | m2 | …]`, missing ones as zeros."""
        return torch.cat(self.masked(batch), dim=-1)
