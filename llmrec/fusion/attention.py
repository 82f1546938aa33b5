"""Fusions that read the modalities as tokens: by attention among them, or one after another.

Attention fusion: modalities attend to one another through a gate, then a gated unit weighs them for each item.
Recurrent fusion: a GRU reads the modalities one after another; a missing one is skipped.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llmrec.fusion.base import INNER, Fusion, FusionSizes, ItemBatch, MediaTokens

HEADS = 4


class AttentionFusion(Fusion):
    """Modality tokens -> gated cross-attention -> gated sum. The item head also reads the modalities themselves.

    Attention enters through tanh gates that start closed; a gated multimodal unit then adds the modalities up,
    h = Σ_m sigmoid(G_m [all]) ⊙ tanh(U_m m).

    Parameters
    ----------
    sizes
        See `Fusion`.

    References
    ----------
    Alayrac et al., "Flamingo" (2022, arXiv 2204.14198), for the gates; Arevalo et al., "Gated Multimodal Units for
    Information Fusion" (2017, arXiv 1702.01992), for the sum.
    """

    def __init__(self, sizes: FusionSizes) -> None:
        dims = sizes.dims
        super().__init__(sizes, INNER, sum(dims.values()) + INNER)
        self.tokens = MediaTokens(dims)
        self.look = GatedAttention()
        self.gate = nn.Linear(INNER * len(dims), INNER * len(dims))
        self.say = nn.ModuleDict({m: nn.Linear(INNER, INNER) for m in dims})

    def fuse(self, batch: ItemBatch) -> Tensor:
        """The gated sum, ``(n, INNER)``."""
        tokens, present = self.tokens(batch)
        tokens = self.look(tokens, present) * present.unsqueeze(-1)
        gates = torch.sigmoid(self.gate(tokens.flatten(1))).view_as(tokens) * present.unsqueeze(-1)
        said = torch.stack([torch.tanh(self.say[m](tokens[:, n])) for n, m in enumerate(self.dims)], dim=1)
        fused: Tensor = (gates * said).sum(1)
        return fused

    def forward(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.forward`."""
        return self.to_soft_tokens(self.fuse(batch))

    def content(self, batch: ItemBatch) -> Tensor:
        """`[m1 | m2 | … | fused]`: each modality alone, and all of them together."""
        return torch.cat([*self.masked(batch), self.fuse(batch)], dim=-1)


class GatedAttention(nn.Module):
    """A pre-norm transformer layer whose two branches enter through tanh gates; missing tokens are not attended to."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(INNER), nn.LayerNorm(INNER)
        self.qkv, self.out = nn.Linear(INNER, 3 * INNER), nn.Linear(INNER, INNER)
        self.feed = nn.Sequential(nn.Linear(INNER, 2 * INNER), nn.GELU(), nn.Linear(2 * INNER, INNER))
        # What an item without any media attends to; without it a softmax over nothing would be NaN.
        self.nothing = nn.Parameter(torch.zeros(INNER))
        self.gates = nn.Parameter(torch.zeros(2))

    def forward(self, tokens: Tensor, present: Tensor) -> Tensor:
        """One layer.

        Parameters
        ----------
        tokens
            ``(n, T, INNER)`` float32.
        present
            ``(n, T)`` bool.

        Returns
        -------
        Tensor
            ``(n, T, INNER)`` float32.
        """
        items, length, _ = tokens.shape
        keys = torch.cat([self.nothing.expand(items, 1, -1), self.before(tokens)], dim=1)
        seen = F.pad(present, (1, 0), value=True)[:, None, None]
        q, k, v = (x.view(items, -1, HEADS, INNER // HEADS).transpose(1, 2) for x in self.qkv(keys).chunk(3, dim=-1))
        mixed = F.scaled_dot_product_attention(q[:, :, 1:], k, v, attn_mask=seen)
        mixed = self.out(mixed.transpose(1, 2).reshape(items, length, INNER))
        gates = torch.tanh(self.gates)
        tokens = tokens + gates[0] * mixed
        fed: Tensor = tokens + gates[1] * self.feed(self.between(tokens))
        return fed


class RecurrentFusion(Fusion):
    """The GRU's last state makes the soft tokens; the item head also reads the modalities themselves.

    Parameters
    ----------
    sizes
        See `Fusion`; modalities are read in the order of `sizes.dims`.

    References
    ----------
    Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014, arXiv 1406.1078).
    """

    def __init__(self, sizes: FusionSizes) -> None:
        super().__init__(sizes, INNER, sum(sizes.dims.values()) + INNER)
        self.tokens = MediaTokens(sizes.dims)
        self.cell = nn.GRUCell(INNER, INNER)
        self.start = nn.Parameter(torch.zeros(INNER))

    def fuse(self, batch: ItemBatch) -> Tensor:
        """The last state, ``(n, INNER)``."""
        tokens, there = self.tokens(batch)
        state = self.start.expand(len(tokens), -1)
        for n in range(tokens.shape[1]):
            state = torch.where(there[:, n, None], self.cell(tokens[:, n], state), state)
        return state

    def forward(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.forward`."""
        return self.to_soft_tokens(self.fuse(batch))

    def content(self, batch: ItemBatch) -> Tensor:
        """`[m1 | m2 | … | state]`."""
        return torch.cat([*self.masked(batch), self.fuse(batch)], dim=-1)
