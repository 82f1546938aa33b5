"""Graph fusion: features flow along who-took-what and along likeness, as in LightGCN (He et al. 2020).

Items and users are nodes. Edges join an item with the users who took it in training, and with the items nearest to it
in each modality, so that a new item, which nobody took, is reached through its likes. Every modality is projected,
propagated without weights or bends, and averaged over the layers. What a neighbour lacks is left out of the average,
so an item without a picture borrows the look of its neighbours.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch_geometric.nn import LGConv

from llmrec.fusion.base import INNER, Fusion, masked, presence
from llmrec.fusion.item_graph import ItemGraph

LAYERS = 2
"""Two hops: item - user - item, the shortest way by which one user's items meet."""


class GraphFusion(Fusion):
    """`[own | propagated]` of every modality, for the soft tokens and for the item head."""

    reads_neighbours = True

    def __init__(self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float, graph: ItemGraph) -> None:
        """See `Fusion`; `graph`: the catalogue's edges. Row n of every vector passed later is item n of it."""
        width = sum(dims.values()) + INNER * len(dims)
        super().__init__(dims, hidden, soft_tokens, spread, width + len(dims), width)
        self.project = nn.ModuleDict({m: nn.Linear(dim, INNER) for m, dim in dims.items()})
        self.conv = LGConv()
        self.nodes = graph.items + graph.users
        self.register_buffer("taken", graph.interacted, persistent=False)
        for m, edges in graph.alike.items():
            self.register_buffer(f"alike_{m}", edges, persistent=False)

    def edges(self, mask: Mapping[str, Tensor]) -> Tensor:
        """`(2, edges)`: those of likeness count only where both ends have the modality they were drawn from."""
        kept = [self.interacted]
        for m in self.dims:
            pairs: Tensor = getattr(self, f"alike_{m}")
            kept.append(pairs[:, mask[m][pairs[0]] & mask[m][pairs[1]]])
        return torch.cat(kept, dim=1)  # type: ignore[arg-type]

    def propagate(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`(items, modalities x INNER)`: the mean over layers 0…LAYERS of every modality."""
        names, there = tuple(self.dims), presence(mask, tuple(self.dims)).float()
        items = len(there)
        own = torch.cat([self.project[m](x) for m, x in zip(names, masked(vectors, mask, names), strict=True)], dim=-1)
        own = (own.view(items, len(names), INNER) * there.unsqueeze(-1)).flatten(1)
        # The share of neighbours that have the modality travels along, to divide by.
        state = torch.cat([own, there], dim=-1)
        state = torch.cat([state, state.new_zeros(self.nodes - items, state.shape[1])])
        edges, total = self.edges(mask), state
        for _ in range(LAYERS):
            state = self.conv(state, edges)
            total = total + state
        summed = total[:items, : own.shape[1]].view(items, len(names), INNER)
        share = total[:items, own.shape[1] :].unsqueeze(-1)
        return (summed / share.clamp(min=1e-6)).flatten(1)

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        content = self.content(vectors, mask)
        return self.to_soft_tokens(torch.cat([content, presence(mask, tuple(self.dims)).to(content.dtype)], dim=-1))

    def content(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        own = masked(vectors, mask, tuple(self.dims))
        return torch.cat([*own, self.propagate(vectors, mask)], dim=-1)
