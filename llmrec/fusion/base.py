"""The one protocol of every fusion: a batch of items in; soft tokens and what the item head reads out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import torch
from torch import Tensor, nn

from llmrec.fusion.item_graph import ItemGraph

INNER = 128
"""Width in which modalities meet inside a fusion: the size of the query vector, so that none of it is lost."""


@dataclass(frozen=True, eq=False)
class ItemBatch:
    """n items as the model reads them: rows of a catalogue, or items that are in none.

    Parameters
    ----------
    vectors
        Modality -> ``(n, dim)`` float32, normalised. A modality of several steps (the frames of a clip or a sound)
        holds them as consecutive blocks; a fusion that `Fusion.reads_frames` gets ``(n, steps, width)``.
    mask
        Modality -> ``(n,)`` bool: False where an item lacks it, whatever its vector holds.
    id_rows
        ``(n,)`` int64: an item's row in the model's id embeddings, -1 for an item that owns none. Default: none does.
    graph
        Edges between the n items, for a fusion that `Fusion.reads_neighbours`.
    rows
        ``(m,)`` int64: which of the n items results are wanted for, where the others are there as their neighbours
        only. Default: all of them.

    Examples
    --------
    >>> text = torch.zeros(3, 4)
    >>> len(ItemBatch({"text": text}, {"text": torch.tensor([True, True, False])}))
    3
    """

    vectors: Mapping[str, Tensor]
    mask: Mapping[str, Tensor]
    id_rows: Tensor | None = None
    graph: ItemGraph | None = None
    rows: Tensor | None = None

    def __len__(self) -> int:
        """How many items there are, neighbours included."""
        return len(next(iter(self.mask.values())))

    def to(self, device: torch.device | str) -> "ItemBatch":
        """The same batch on another device.

        Parameters
        ----------
        device
            Where its tensors shall lie.
        """
        return ItemBatch(
            {m: x.to(device) for m, x in self.vectors.items()},
            {m: x.to(device) for m, x in self.mask.items()},
            None if self.id_rows is None else self.id_rows.to(device),
            None if self.graph is None else self.graph.to(device),
            None if self.rows is None else self.rows.to(device),
        )

    def hide(self, modality: str) -> "ItemBatch":
        """The same items, as if none had the modality.

        Parameters
        ----------
        modality
            The one to hide; others stay.
        """
        return replace(self, mask={m: x & (m != modality) for m, x in self.mask.items()})


@dataclass(frozen=True)
class FusionSizes:
    """What a fusion is built from.

    Parameters
    ----------
    dims
        Modality -> width of one vector of it (of one frame, where the fusion reads frames). Their order is the order
        in which modalities are read.
    hidden
        The LLM's width.
    soft_tokens
        Soft tokens an item (K).
    spread
        Standard deviation of the LLM's word embeddings, which soft tokens start with.
    steps
        Modality -> frames in it, where there are several.
    """

    dims: Mapping[str, int]
    hidden: int
    soft_tokens: int = 1
    spread: float = 1.0
    steps: Mapping[str, int] = field(default_factory=dict)


class Fusion(nn.Module, ABC):
    """Turns an item's media into soft tokens of the LLM's embedding space and into the item head's input.

    A modality whose mask is False changes nothing, whatever its vector holds; an item without any media still gets
    finite numbers. A subclass takes `FusionSizes` alone, so that it can be built by its name.

    Parameters
    ----------
    sizes
        What to build for.
    inner
        Width of the fused vector that `to_soft_tokens` is given.
    width
        Columns of `content`.

    Examples
    --------
    A fusion of one's own, the mean of the modalities an item has:

    >>> class MeanFusion(Fusion):
    ...     def __init__(self, sizes):
    ...         super().__init__(sizes, inner=INNER, width=INNER)
    ...         self.project = nn.ModuleDict({m: nn.Linear(dim, INNER) for m, dim in sizes.dims.items()})
    ...     def forward(self, batch):
    ...         return self.to_soft_tokens(self.content(batch))
    ...     def content(self, batch):
    ...         parts = torch.stack([self.project[m](x) for m, x in zip(self.dims, self.masked(batch))], dim=1)
    ...         there = self.presence(batch).unsqueeze(-1)
    ...         return (parts * there).sum(1) / there.sum(1).clamp(min=1)
    >>> fusion = MeanFusion(FusionSizes({"text": 4, "image": 6}, hidden=8, soft_tokens=2))
    >>> batch = ItemBatch(
    ...     {"text": torch.zeros(3, 4), "image": torch.zeros(3, 6)},
    ...     {"text": torch.ones(3).bool(), "image": torch.zeros(3).bool()},
    ... )
    >>> fusion(batch).shape, fusion.content(batch).shape
    (torch.Size([3, 2, 8]), torch.Size([3, 128]))
    """

    reads_frames: ClassVar[bool] = False
    """Whether a clip arrives as its frames ``(n, steps, width)``; else a temporal model has made one vector of them."""
    reads_neighbours: ClassVar[bool] = False
    """Whether an item's result depends on other items: then a batch holds the whole catalogue and its graph."""

    def __init__(self, sizes: FusionSizes, inner: int, width: int) -> None:
        super().__init__()
        self.dims, self.hidden, self.soft_tokens = dict(sizes.dims), sizes.hidden, sizes.soft_tokens
        self.width = width
        hidden, k = sizes.hidden, sizes.soft_tokens
        self.net = nn.Sequential(nn.Linear(inner, hidden), nn.GELU(), nn.Linear(hidden, hidden * k))
        self.norm = nn.LayerNorm(hidden)
        nn.init.constant_(self.norm.weight, sizes.spread)

    @abstractmethod
    def forward(self, batch: ItemBatch) -> Tensor:
        """Soft tokens.

        Parameters
        ----------
        batch
            n items.

        Returns
        -------
        Tensor
            ``(n, K, hidden)`` float32.
        """

    @abstractmethod
    def content(self, batch: ItemBatch) -> Tensor:
        """What the (linear) item head reads.

        Parameters
        ----------
        batch
            n items.

        Returns
        -------
        Tensor
            ``(n, width)`` float32.
        """

    def shares(self) -> dict[str, float]:
        """Modality -> learned weight, for fusions that weigh modalities alike for all items; else empty."""
        return {}

    def to_soft_tokens(self, fused: Tensor) -> Tensor:
        """A small network whose tokens are as long as the LLM's own words.

        The length matters: soft tokens much longer than word embeddings saturate the first attention layer
        (LLaVA and BLIP-2 learn it away slowly; here the LayerNorm starts at the embedding table's spread).

        Parameters
        ----------
        fused
            ``(n, inner)`` float32.

        Returns
        -------
        Tensor
            ``(n, K, hidden)`` float32.
        """
        tokens: Tensor = self.norm(self.net(fused).view(-1, self.soft_tokens, self.hidden))
        return tokens

    def masked(self, batch: ItemBatch) -> list[Tensor]:
        """The vectors in the order of `dims`, missing rows as zeros."""
        return masked(batch, tuple(self.dims))

    def presence(self, batch: ItemBatch) -> Tensor:
        """``(n, modalities)`` bool in the order of `dims`: which item has which modality."""
        return torch.stack([batch.mask[m] for m in self.dims], dim=-1)


def masked(batch: ItemBatch, names: Sequence[str]) -> list[Tensor]:
    """The vectors of the modalities `names`, in their order, missing rows as zeros."""
    found = []
    for m in names:
        x = batch.vectors[m]
        found.append(x.masked_fill(~batch.mask[m].view(-1, *[1] * (x.dim() - 1)), 0.0))
    return found


class MediaTokens(nn.Module):
    """An item's media as a short sequence of tokens of one width, for fusions that attend or recur.

    Every token carries a learned mark of its modality and, for frames, of its place in time.

    Parameters
    ----------
    dims
        Modality -> width of one vector.
    steps
        Modality -> vectors an item has of it. Default: one.
    """

    def __init__(self, dims: Mapping[str, int], steps: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.names, self.steps = tuple(dims), {m: (steps or {}).get(m, 1) for m in dims}
        self.project = nn.ModuleDict(
            {m: nn.Sequential(nn.Linear(d, INNER), nn.LayerNorm(INNER)) for m, d in dims.items()}
        )
        self.kind = nn.ParameterDict({m: nn.Parameter(torch.randn(INNER) * 0.1) for m in dims})
        self.time = nn.ParameterDict(
            {m: nn.Parameter(torch.randn(s, INNER) * 0.1) for m, s in self.steps.items() if s > 1}
        )

    def forward(self, batch: ItemBatch) -> tuple[Tensor, Tensor]:
        """The tokens, and which of them an item has.

        Parameters
        ----------
        batch
            n items.

        Returns
        -------
        tuple of Tensor
            ``(n, T, INNER)`` float32 and ``(n, T)`` bool; T adds up the steps.
        """
        tokens, there = [], []
        for m, part in zip(self.names, masked(batch, self.names), strict=True):
            own = self.project[m](part) + self.kind[m]
            own = own + self.time[m] if m in self.time else own.unsqueeze(1)
            tokens.append(own)
            there.append(batch.mask[m].unsqueeze(1).expand(-1, own.shape[1]))
        return torch.cat(tokens, dim=1), torch.cat(there, dim=1)
