"""Recurrent fusion: a GRU reads the modalities one after another; a missing one is skipped."""

import torch
from torch import Tensor, nn

from llmrec.fusion.base import INNER, Fusion, FusionSizes, ItemBatch, MediaTokens


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
