"""Graph fusion: features are propagated along interactions and along likeness, as in LightGCN.

Items and users are nodes. Edges join an item with the users who interacted with it in training, and with the items
nearest to it in each modality, so that a cold item is reached through those it is like. Every modality is projected,
propagated without weights or non-linearity, and averaged over the layers. What a neighbour lacks is left out of the
average, so an item without a picture gets the mean picture of its neighbours.
"""

import torch
from torch import Tensor, nn
from torch_geometric.nn import LGConv

from llmrec.fusion.base import INNER, Fusion, FusionSizes, ItemBatch
from llmrec.fusion.item_graph import ItemGraph

LAYERS = 2
"""Two hops: item - user - item, the shortest way by which one user's items meet."""


class GraphFusion(Fusion):
    """`[own | propagated]` of every modality, for the soft tokens and for the item head.

    A batch holds the whole catalogue in row order, with its `ItemGraph`.

    Parameters
    ----------
    sizes
        See `Fusion`.

    References
    ----------
    He et al., "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation" (2020, SIGIR).
    """

    reads_neighbours = True

    def __init__(self, sizes: FusionSizes) -> None:
        dims = sizes.dims
        width = sum(dims.values()) + INNER * len(dims)
        super().__init__(sizes, width + len(dims), width)
        self.project = nn.ModuleDict({m: nn.Linear(dim, INNER) for m, dim in dims.items()})
        self.conv = LGConv()

    def edges(self, batch: ItemBatch) -> Tensor:
        """Edges of likeness count only where both ends have the modality they were drawn from.

        Returns
        -------
        Tensor
            ``(2, edges)`` int64.

        Raises
        ------
        ValueError
            Where the batch has no graph.
        """
        graph = _graph(batch)
        kept = [graph.interacted]
        for m in self.dims:
            pairs = graph.alike[m]
            kept.append(pairs[:, batch.mask[m][pairs[0]] & batch.mask[m][pairs[1]]])
        return torch.cat(kept, dim=1)

    def propagate(self, batch: ItemBatch) -> Tensor:
        """The mean over layers 0…LAYERS of every modality, ``(n, modalities * INNER)``."""
        names, there = tuple(self.dims), self.presence(batch).float()
        items = len(there)
        own = torch.cat([self.project[m](x) for m, x in zip(names, self.masked(batch), strict=True)], dim=-1)
        own = (own.view(items, len(names), INNER) * there.unsqueeze(-1)).flatten(1)
        # The share of neighbours that have the modality travels along, to divide by.
        state = torch.cat([own, there], dim=-1)
        state = torch.cat([state, state.new_zeros(_graph(batch).users, state.shape[1])])
        edges, total = self.edges(batch), state
        for _ in range(LAYERS):
            state = self.conv(state, edges)
            total = total + state
        summed = total[:items, : own.shape[1]].view(items, len(names), INNER)
        share = total[:items, own.shape[1] :].unsqueeze(-1)
        return (summed / share.clamp(min=1e-6)).flatten(1)

    def forward(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.forward`."""
        content = self.content(batch)
        return self.to_soft_tokens(torch.cat([content, self.presence(batch).to(content.dtype)], dim=-1))

    def content(self, batch: ItemBatch) -> Tensor:
        """`[m1 | m2 | … | propagated]`."""
        return torch.cat([*self.masked(batch), self.propagate(batch)], dim=-1)


def _graph(batch: ItemBatch) -> ItemGraph:
    if batch.graph is None:
        raise ValueError("fusion 'graph' needs the catalogue's edges; pass a batch that has its `graph`")
    return batch.graph
