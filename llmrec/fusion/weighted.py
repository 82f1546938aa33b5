"""The modalities side by side, or added up by shares that are the same for every item.

Weighted fusion is f = Σ a_m P_m e_m with learned a. The weights are a softmax over the modalities that the item has, so
that a missing one hands its share to the others (as in the modality attention of MMGCN-like recommenders; here one
number a modality, which can be shown).
"""

import torch
from torch import Tensor, nn

from llmrec.fusion.base import INNER, Fusion, FusionSizes, ItemBatch


class ConcatFusion(Fusion):
    """`[m1 | m2 | … | which are present] -> Linear -> GELU -> Linear -> LayerNorm`; the item head reads `[m1 | …]`.

    Parameters
    ----------
    sizes
        See `Fusion`.

    References
    ----------
    Early fusion as in Liu et al., "LLaVA" (2023, arXiv 2304.08485), whose projector is the same small network.
    """

    def __init__(self, sizes: FusionSizes) -> None:
        width = sum(sizes.dims.values())
        super().__init__(sizes, width + len(sizes.dims), width)

    def forward(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.forward`."""
        parts = self.masked(batch)
        return self.to_soft_tokens(torch.cat([*parts, self.presence(batch).to(parts[0].dtype)], dim=-1))

    def content(self, batch: ItemBatch) -> Tensor:
        """The modalities side by side, `[m1 | m2 | …]`, missing ones as zeros."""
        return torch.cat(self.masked(batch), dim=-1)


class WeightedFusion(Fusion):
    """Projects every modality into one space and adds them up by learned shares.

    Parameters
    ----------
    sizes
        See `Fusion`.

    References
    ----------
    Wei et al., "MMGCN: Multi-modal Graph Convolution Network for Personalized Recommendation of Micro-video"
    (2019, ACM Multimedia).
    """

    def __init__(self, sizes: FusionSizes) -> None:
        super().__init__(sizes, INNER, INNER)
        self.project = nn.ModuleDict({m: nn.Linear(dim, INNER) for m, dim in sizes.dims.items()})
        self.logits = nn.Parameter(torch.zeros(len(sizes.dims)))

    def forward(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.forward`."""
        return self.to_soft_tokens(self.content(batch))

    def content(self, batch: ItemBatch) -> Tensor:
        """The weighted sum itself, ``(n, INNER)``."""
        each = [self.project[m](part) for m, part in zip(self.dims, self.masked(batch), strict=True)]
        weights = softmax_over_present(self.logits, self.presence(batch))
        return (torch.stack(each, dim=1) * weights.unsqueeze(-1)).sum(1)

    def shares(self) -> dict[str, float]:
        """Modality -> weight in an item that has all of them."""
        return dict(zip(self.dims, self.logits.detach().softmax(0).tolist(), strict=True))


def softmax_over_present(logits: Tensor, present: Tensor) -> Tensor:
    """Shares of the modalities that an item has.

    Parameters
    ----------
    logits
        ``(modalities,)`` float32.
    present
        ``(n, modalities)`` bool.

    Returns
    -------
    Tensor
        ``(n, modalities)`` float32: weights that sum to 1 over an item's modalities; 0 for an item without any.
    """
    shifted = (logits - logits.max()).exp() * present
    return shifted / shifted.sum(-1, keepdim=True).clamp(min=1e-12)
