"""Resampler fusion: K learned queries read all of an item's tokens, frames included, and become its soft tokens.

The Perceiver resampler of Flamingo (Jaegle et al. 2021; Alayrac et al. 2022): in every layer the queries attend to
the media tokens and to themselves, so an item without any media still has something to attend to.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llmrec.fusion.base import INNER, Fusion, MediaTokens, masked

LAYERS, HEADS = 2, 4


class ResamplerFusion(Fusion):
    """Encoder-decoder: media tokens in, K decoded tokens out; the item head reads their mean and the media's own."""

    reads_frames = True

    def __init__(
        self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float, steps: Mapping[str, int]
    ) -> None:
        """See `Fusion`; `steps`: modality -> frames of an item."""
        super().__init__(dims, hidden, soft_tokens, spread, INNER, sum(dims.values()) + INNER)
        self.net = nn.Sequential(nn.Linear(INNER, hidden), nn.GELU(), nn.Linear(hidden, hidden))  # a query a token
        self.tokens = MediaTokens(dims, steps)
        # Small, as in BLIP-2: a query that is large beside what it reads makes all items sound alike.
        self.queries = nn.Parameter(torch.randn(soft_tokens, INNER) * 0.02)
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))

    def decode(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`(items, K, INNER)`."""
        tokens, there = self.tokens(vectors, mask)
        decoded = self.queries.expand(len(tokens), -1, -1)
        for layer in self.layers:
            decoded = layer(decoded, tokens, there)
        return decoded

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        return self.to_soft_tokens(self.decode(vectors, mask))

    def content(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`[m1 | m2 | … | mean decoded token]`, a clip as the mean of its frames."""
        own = [part if part.dim() == 2 else part.mean(1) for part in masked(vectors, mask, tuple(self.dims))]
        return torch.cat([*own, self.decode(vectors, mask).mean(1)], dim=-1)


class _Layer(nn.Module):
    """Cross-attention of the queries to media and queries, then a feed-forward network; pre-norm."""

    def __init__(self) -> None:
        super().__init__()
        self.norm_queries, self.norm_media, self.norm_feed = (nn.LayerNorm(INNER) for _ in range(3))
        self.ask, self.offer, self.out = nn.Linear(INNER, INNER), nn.Linear(INNER, 2 * INNER), nn.Linear(INNER, INNER)
        self.feed = nn.Sequential(nn.Linear(INNER, 2 * INNER), nn.GELU(), nn.Linear(2 * INNER, INNER))

    def forward(self, queries: Tensor, media: Tensor, there: Tensor) -> Tensor:
        """`queries (items, K, INNER)`, `media (items, T, INNER)`, `there (items, T) bool` -> `(items, K, INNER)`."""
        items, count, _ = queries.shape
        normed = self.norm_queries(queries)
        offered = self.offer(torch.cat([self.norm_media(media), normed], dim=1))
        seen = F.pad(there, (0, count), value=True)[:, None, None]
        q, k, v = (
            x.view(items, -1, HEADS, INNER // HEADS).transpose(1, 2)
            for x in (self.ask(normed), *offered.chunk(2, dim=-1))
        )
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        queries = queries + self.out(mixed.transpose(1, 2).reshape(items, count, INNER))
        fed: Tensor = queries + self.feed(self.norm_feed(queries))
        return fed
