"""The catalogue as a graph: who took what, and which items are alike in which modality."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

NEAREST = 10
"""Neighbours an item has in each modality."""
CHUNK = 2048
"""Rows compared with the catalogue at a time: CHUNK x items floats are held."""


@dataclass(frozen=True)
class ItemGraph:
    """Edges in both directions, `(2, edges) int64`. Nodes 0…items-1 are the items, the users follow.

    `taken`: item - user, from training; `alike[modality]`: item - item.
    """

    items: int
    users: int
    interacted: Tensor
    alike: Mapping[str, Tensor]


def item_graph(vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor], interacted: Tensor) -> ItemGraph:
    """From normalised `vectors[modality] (items, dim)` with `mask (items,)`, and `taken (2, events)`: item, user."""
    items = len(next(iter(mask.values())))
    users = int(interacted[1].max()) + 1 if interacted.numel() else 0
    pairs = torch.stack([interacted[0], interacted[1] + items]).long()
    alike = {m: _both_ways(nearest(vectors[m], mask[m])) for m in vectors}
    return ItemGraph(items, users, _both_ways(pairs), alike)


def nearest(vectors: Tensor, mask: Tensor, k: int = NEAREST) -> Tensor:
    """`(2, pairs)`: each item that has the modality with its `k` nearest by cosine that have it too."""
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
