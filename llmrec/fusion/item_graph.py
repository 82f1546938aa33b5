"""Edges between items: through the users who interacted with both, and by likeness in each modality."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

NEAREST = 10
"""Neighbours an item has in each modality."""
CHUNK = 2048
"""Rows compared with the catalogue at a time: CHUNK x items floats are held."""


@dataclass(frozen=True, eq=False)
class ItemGraph:
    """The edges of a catalogue. Nodes 0…items-1 are the items in row order, the users follow.

    Parameters
    ----------
    items, users
        How many nodes there are of each kind.
    events
        ``(2, events)`` int64: item row and user number of every training event, as they came.
    interacted
        ``(2, edges)`` int64: item - user, both ways, each once.
    alike
        Modality -> ``(2, edges)`` int64: item - item, both ways.
    """

    items: int
    users: int
    events: Tensor
    interacted: Tensor
    alike: Mapping[str, Tensor]

    def to(self, device: torch.device | str) -> "ItemGraph":
        """The same graph on another device."""
        alike = {m: x.to(device) for m, x in self.alike.items()}
        return ItemGraph(self.items, self.users, self.events.to(device), self.interacted.to(device), alike)


def item_graph(vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor], events: Tensor) -> ItemGraph:
    """The graph of a catalogue.

    Parameters
    ----------
    vectors
        Modality -> ``(items, dim)`` float32, normalised.
    mask
        Modality -> ``(items,)`` bool.
    events
        ``(2, events)`` int64: item row and user number of every training event; may hold none.

    Returns
    -------
    ItemGraph
        An item's edges lead to its users, and to its `NEAREST` by cosine in each modality.
    """
    items = len(next(iter(mask.values())))
    users = int(events[1].max()) + 1 if events.numel() else 0
    pairs = torch.stack([events[0], events[1] + items]).long()
    alike = {m: _both_ways(nearest(vectors[m], mask[m])) for m in vectors}
    return ItemGraph(items, users, events, _both_ways(pairs), alike)


def nearest(vectors: Tensor, mask: Tensor, k: int = NEAREST) -> Tensor:
    """Pairs of items that are alike.

    Parameters
    ----------
    vectors
        ``(items, dim)`` float32.
    mask
        ``(items,)`` bool.
    k
        Neighbours an item gets at most.

    Returns
    -------
    Tensor
        ``(2, pairs)`` int64: each item that has the modality with its `k` nearest by cosine that have it too.
    """
    rows = torch.nonzero(mask).squeeze(1)
    k = min(k, len(rows) - 1)
    if k < 1:
        return torch.empty((2, 0), dtype=torch.long)
    unit = torch.nn.functional.normalize(vectors[rows].flatten(1), dim=1)
    found = []
    for start in range(0, len(rows), CHUNK):
        likeness = unit[start : start + CHUNK] @ unit.T
        own = torch.arange(len(likeness))
        likeness[own, own + start] = -torch.inf
        found.append(likeness.topk(k, dim=1).indices)
    near = rows[torch.cat(found)]
    return torch.stack([rows.repeat_interleave(k), near.flatten()])


def _both_ways(pairs: Tensor) -> Tensor:
    edges: Tensor = torch.cat([pairs, pairs.flip(0)], dim=1).unique(dim=1)
    return edges
