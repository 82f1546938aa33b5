"""The one protocol of every fusion: per-modality vectors in; soft tokens and what the item head reads out.

An item's media as a short sequence of tokens, one a modality (or a frame), for fusions that attend or recur.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

INNER = 128
"""Width in which modalities meet inside a fusion: the size of the query vector, so that none of it is lost."""


class Fusion(nn.Module, ABC):
    """Turns what an item's media say into soft tokens of the LLM's embedding space and into the item head's input.

    Arguments of both methods: `vectors[modality]: (items, dim) float32`, or `(items, steps, dim)` for a modality
    of several steps where the fusion `reads_frames`; `mask[modality]: (items,) bool`. A modality whose mask is
    False changes nothing, whatever its vector holds; an item without any media still gets finite numbers.
    """

    reads_frames: ClassVar[bool] = False
    """Whether a clip arrives as its frames; otherwise a temporal model has made one vector of them."""
    reads_neighbours: ClassVar[bool] = False
    """Whether an item's result depends on other items, so that the whole catalogue has to be passed."""

    def __init__(
        self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float, inner: int, width: int
    ) -> None:
        """`dims`: modality -> vector size; `hidden`: the LLM's width; `spread`: deviation of its embedding table;
        `inner`: size of the fused vector that `speak` gets; `width`: columns of `content`."""
        super().__init__()
        self.dims, self.hidden, self.soft_tokens, self.width = dict(dims), hidden, soft_tokens, width
        self.net = nn.Sequential(nn.Linear(inner, hidden), nn.GELU(), nn.Linear(hidden, hidden * soft_tokens))
        self.norm = nn.LayerNorm(hidden)
        nn.init.constant_(self.norm.weight, spread)

    @abstractmethod
    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """Soft tokens `(items, K, hidden)`."""

    @abstractmethod
    def content(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """What the (linear) item head reads, `(items, width)`."""

    def shares(self) -> dict[str, float]:
        """Modality -> learned weight, for fusions that weigh modalities alike for all items; else empty."""
        return {}

    def to_soft_tokens(self, fused: Tensor) -> Tensor:
        """`(items, inner)` -> soft tokens `(items, K, hidden)` as long as the LLM's own words.

        The length matters: soft tokens much longer than word embeddings saturate the first attention layer
        (LLaVA and BLIP-2 learn it away slowly; here the LayerNorm starts at the embedding table's spread).
        """
        tokens: Tensor = self.norm(self.net(fused).view(-1, self.soft_tokens, self.hidden))
        return tokens


def masked(vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor], names: Sequence[str]) -> list[Tensor]:
    """The vectors in the order of `names`, missing rows as zeros."""
    return [vectors[m].masked_fill(~mask[m].view(-1, *[1] * (vectors[m].dim() - 1)), 0.0) for m in names]


def presence(mask: Mapping[str, Tensor], names: Sequence[str]) -> Tensor:
    """`(items, modalities) bool` in the order of `names`."""
    return torch.stack([mask[m] for m in names], dim=-1)


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
