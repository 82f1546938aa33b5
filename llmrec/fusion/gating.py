"""Weighted fusion: f = Σ a_m P_m e_m, the weights a learned and the same for every item.

The weights are a softmax over the modalities that the item has, so that a missing one hands its share to the others
(as in the modality attention of MMGCN-like recommenders; here one number a modality, which can be shown).
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from llmrec.fusion.base import INNER, Fusion, masked, presence


class WeightedFusion(Fusion):
    """Projects every modality into one space and adds them up by learned shares."""

    def __init__(self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float) -> None:
        """See `Fusion`."""
        super().__init__(dims, hidden, soft_tokens, spread, INNER, INNER)
        self.project = nn.ModuleDict({m: nn.Linear(dim, INNER) for m, dim in dims.items()})
        self.logits = nn.Parameter(torch.zeros(len(dims)))

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """See `Fusion`."""
        return self.to_soft_tokens(self.content(vectors, mask))

    def content(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """The weighted sum itself, `(items, INNER)`."""
        names = tuple(self.dims)
        each = [self.project[m](part) for m, part in zip(names, masked(vectors, mask, names), strict=True)]
        weights = softmax_over_present(self.logits, presence(mask, names))
        return (torch.stack(each, dim=1) * weights.unsqueeze(-1)).sum(1)

    def shares(self) -> dict[str, float]:
        """Modality -> weight in an item that has all of them."""
        return dict(zip(self.dims, self.logits.detach().softmax(0).tolist(), strict=True))


def softmax_over_present(logits: Tensor, present: Tensor) -> Tensor:
    """`logits (modalities,)`, `present (items, modalities) bool` -> weights that sum to 1, or are 0 without any."""
    shifted = (logits - logits.max()).exp() * present
    return shifted / shifted.sum(-1, keepdim=True).clamp(min=1e-12)
