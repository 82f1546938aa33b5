"""Recurrent fusion: a GRU reads the modalities one after another (Cho et al. 2014); a missing one is skipped."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from llmrec.fusion.base import INNER, Fusion, MediaTokens, masked


class RecurrentFusion(Fusion):
    """The GRU's last state makes the soft tokens; the item head also reads the modalities themselves."""

    def __init__(self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float) -> None:
        """See `Fusion`; modalities are read in the order of `dims`."""
        super().__init__(dims, hidden, soft_tokens, spread, INNER, sum(dims.values()) + INNER)
        self.tokens = MediaTokens(dims)
        self.cell = nn.GRUCell(INNER, INNER)
        self.start = nn.Parameter(torch.zeros(INNER))

    def fuse(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`(items, INNER)`."""
        tokens, there = self.tokens(vectors, mask)
        state = self.start.expand(len(tokens), -1)
        for n in range(tokens.shape[1]):
            state = torch.where(there[:, n, None], self.cell(tokens[:, n], state), state)
        return state

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        return self.to_soft_tokens(self.fuse(vectors, mask))

    def content(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`[m1 | m2 | … | state]`."""
        return torch.cat([*masked(vectors, mask, tuple(self.dims)), self.fuse(vectors, mask)], dim=-1)
