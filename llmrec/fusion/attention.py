"""Attention fusion: modalities look at one another through a gate, then a gated unit weighs them for each item.

Cross-modal attention with tanh gates that start closed (Alayrac et al. 2022, Flamingo) and a gated multimodal unit
(Arevalo et al. 2017, GMU): h = Σ_m sigmoid(G_m [all]) ⊙ tanh(U_m m).
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llmrec.fusion.base import INNER, Fusion, MediaTokens, masked

HEADS = 4


class AttentionFusion(Fusion):
    """Modality tokens -> gated cross-attention -> gated sum. The item head also reads the modalities themselves."""

    def __init__(self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float) -> None:
        """See `Fusion`."""
        super().__init__(dims, hidden, soft_tokens, spread, INNER, sum(dims.values()) + INNER)
        self.tokens = MediaTokens(dims)
        self.look = GatedAttention()
        self.gate = nn.Linear(INNER * len(dims), INNER * len(dims))
        self.say = nn.ModuleDict({m: nn.Linear(INNER, INNER) for m in dims})

    def fuse(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`(items, INNER)`."""
        tokens, there = self.tokens(vectors, mask)
        tokens = self.look(tokens, there) * there.unsqueeze(-1)
        gates = torch.sigmoid(self.gate(tokens.flatten(1))).view_as(tokens) * there.unsqueeze(-1)
        said = torch.stack([torch.tanh(self.say[m](tokens[:, n])) for n, m in enumerate(self.dims)], dim=1)
        fused: Tensor = (gates * said).sum(1)
        return fused

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        return self.to_soft_tokens(self.fuse(vectors, mask))

    def content(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`[m1 | m2 | … | fused]`: what each modality says alone, and what they say together."""
        return torch.cat([*masked(vectors, mask, tuple(self.dims)), self.fuse(vectors, mask)], dim=-1)


class GatedAttention(nn.Module):
    """A pre-norm transformer layer whose two branches enter through tanh gates; missing tokens are not seen."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(INNER), nn.LayerNorm(INNER)
        self.qkv, self.out = nn.Linear(INNER, 3 * INNER), nn.Linear(INNER, INNER)
        self.feed = nn.Sequential(nn.Linear(INNER, 2 * INNER), nn.GELU(), nn.Linear(2 * INNER, INNER))
        # What an item without any media looks at; without it a softmax over nothing would be NaN.
        self.nothing = nn.Parameter(torch.zeros(INNER))
        self.gates = nn.Parameter(torch.zeros(2))

    def forward(self, tokens: Tensor, there: Tensor) -> Tensor:
        """`tokens (items, T, INNER)`, `there (items, T) bool` -> the same shape."""
        items, length, _ = tokens.shape
        keys = torch.cat([self.nothing.expand(items, 1, -1), self.before(tokens)], dim=1)
        seen = F.pad(there, (1, 0), value=True)[:, None, None]
        q, k, v = (x.view(items, -1, HEADS, INNER // HEADS).transpose(1, 2) for x in self.qkv(keys).chunk(3, dim=-1))
        mixed = F.scaled_dot_product_attention(q[:, :, 1:], k, v, attn_mask=seen)
        mixed = self.out(mixed.transpose(1, 2).reshape(items, length, INNER))
        gates = torch.tanh(self.gates)
        tokens = tokens + gates[0] * mixed
        fed: Tensor = tokens + gates[1] * self.feed(self.between(tokens))
        return fed
