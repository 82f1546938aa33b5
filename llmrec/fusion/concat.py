"""Early fusion: concatenate the modalities present, then one small network makes the soft tokens."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class ConcatFusion(nn.Module):
    """`[m1 | m2 | … | which are present] -> Linear -> GELU -> Linear -> LayerNorm`, scaled like the LLM's own words.

    The scale matters: soft tokens much longer than word embeddings saturate the first attention layer
    (LLaVA and BLIP-2 learn it away slowly; here the LayerNorm starts at the embedding table's spread).
    """

    def __init__(self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float) -> None:
        """`dims`: modality -> vector size; `spread`: standard deviation of the LLM's embedding table."""
        super().__init__()
        self.dims = dict(dims)
        self.hidden, self.soft_tokens = hidden, soft_tokens
        width = sum(dims.values()) + len(dims)
        self.net = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, hidden * soft_tokens))
        self.norm = nn.LayerNorm(hidden)
        nn.init.constant_(self.norm.weight, spread)

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        parts = [vectors[m] * mask[m].unsqueeze(-1) for m in self.dims]
        present = torch.stack([mask[m] for m in self.dims], dim=-1).to(parts[0].dtype)
        fused: Tensor = self.net(torch.cat([*parts, present], dim=-1))
        tokens: Tensor = self.norm(fused.view(-1, self.soft_tokens, self.hidden))
        return tokens
