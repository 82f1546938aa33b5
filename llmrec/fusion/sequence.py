"""An item's media as a short sequence of tokens, one a modality (or a frame), for fusions that attend or recur."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from llmrec.fusion.base import INNER, masked


class MediaTokens(nn.Module):
    """Every modality into one space, with a learned mark of which modality it is and, for frames, when."""

    def __init__(self, dims: Mapping[str, int], steps: Mapping[str, int] | None = None) -> None:
        """`dims`: modality -> size of one vector; `steps`: modality -> vectors an item has of it (default one)."""
        super().__init__()
        self.names, self.steps = tuple(dims), {m: (steps or {}).get(m, 1) for m in dims}
        self.project = nn.ModuleDict(
            {m: nn.Sequential(nn.Linear(d, INNER), nn.LayerNorm(INNER)) for m, d in dims.items()}
        )
        self.kind = nn.ParameterDict({m: nn.Parameter(torch.randn(INNER) * 0.1) for m in dims})
        self.time = nn.ParameterDict(
            {m: nn.Parameter(torch.randn(s, INNER) * 0.1) for m, s in self.steps.items() if s > 1}
        )

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Tokens `(items, T, INNER)` and which of them are there `(items, T) bool`; T adds up the steps."""
        tokens, there = [], []
        for m, part in zip(self.names, masked(vectors, mask, self.names), strict=True):
            own = self.project[m](part) + self.kind[m]
            own = own + self.time[m] if m in self.time else own.unsqueeze(1)
            tokens.append(own)
            there.append(mask[m].unsqueeze(1).expand(-1, own.shape[1]))
        return torch.cat(tokens, dim=1), torch.cat(there, dim=1)
