"""Resampler fusion: K learned queries read all of an item's tokens, frames included, and become its soft tokens.

In every layer the queries attend to the media tokens and to themselves, so an item without any media still has
something to attend to.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llmrec.fusion.base import INNER, Fusion, FusionSizes, ItemBatch, MediaTokens

LAYERS, HEADS = 2, 4


class ResamplerFusion(Fusion):
    """Encoder-decoder: media tokens in, K decoded tokens out; the item head reads their mean and the media's own.

    Parameters
    ----------
    sizes
        See `Fusion`.

    References
    ----------
    Jaegle et al., "Perceiver" (2021, arXiv 2103.03206); Alayrac et al., "Flamingo" (2022, arXiv 2204.14198).
    """

    reads_frames = True

    def __init__(self, sizes: FusionSizes) -> None:
        hidden = sizes.hidden
        super().__init__(sizes, INNER, sum(sizes.dims.values()) + INNER)
        self.net = nn.Sequential(nn.Linear(INNER, hidden), nn.GELU(), nn.Linear(hidden, hidden))  # a query a token
        self.tokens = MediaTokens(sizes.dims, sizes.steps)
        # Small, as in BLIP-2: a query that is large beside what it reads makes all items look alike.
        self.queries = nn.Parameter(torch.randn(sizes.soft_tokens, INNER) * 0.02)
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))

    def decode(self, batch: ItemBatch) -> Tensor:
        """The queries after the last layer, ``(n, K, INNER)``."""
        tokens, there = self.tokens(batch)
        decoded = self.queries.expand(len(tokens), -1, -1)
        for layer in self.layers:
            decoded = layer(decoded, tokens, there)
        return decoded

    def forward(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.forward`."""
        return self.to_soft_tokens(self.decode(batch))

    def content(self, batch: ItemBatch) -> Tensor:
        """`[m1 | m2 | … | mean decoded token]`, a clip as the mean of its frames."""
        own = [part if part.dim() == 2 else part.mean(1) for part in self.masked(batch)]
        return torch.cat([*own, self.decode(batch).mean(1)], dim=-1)


class _Layer(nn.Module):
    """Cross-attention of the queries to media and queries, then a feed-forward network; pre-norm."""

    def __init__(self) -> None:
        super().__init__()
        self.norm_queries, self.norm_media, self.norm_feed = (nn.LayerNorm(INNER) for _ in range(3))
        self.ask, self.offer, self.out = nn.Linear(INNER, INNER), nn.Linear(INNER, 2 * INNER), nn.Linear(INNER, INNER)
        self.feed = nn.Sequential(nn.Linear(INNER, 2 * INNER), nn.GELU(), nn.Linear(2 * INNER, INNER))

    def forward(self, queries: Tensor, media: Tensor, there: Tensor) -> Tensor:
        """One layer.

        Parameters
        ----------
        queries
            ``(n, K, INNER)`` float32.
        media
            ``(n, T, INNER)`` float32.
        there
            ``(n, T)`` bool: which media tokens an item has.

        Returns
        -------
        Tensor
            ``(n, K, INNER)`` float32.
        """
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
