"""Fusions in which no modality reads another: side by side, added up by shares, or each scored by itself.

Weighted fusion is f = Σ a_m P_m e_m with learned a. The weights are a softmax over the modalities that the item has, so
that a missing one hands its share to the others (as in the modality attention of MMGCN-like recommenders; here one
number a modality, which can be shown).

In late fusion score(q, item) = Σ_m w_m q_m · v_m. The item head is linear, so a block of its columns is a modality's
own view of the query, q_m = W_mᵀ q, and the sum is exactly the one product q · v that the index and the fused score
ask for. As every score is a log-probability up to a constant, adding them is a product of experts. A missing modality
abstains: its block is zero.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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


class LateFusion(Fusion):
    """A soft token and a scoring network for each modality; only their results meet.

    Parameters
    ----------
    sizes
        See `Fusion`.

    References
    ----------
    Hinton, "Training Products of Experts by Minimizing Contrastive Divergence" (2002, Neural Computation 14).
    """

    def __init__(self, sizes: FusionSizes) -> None:
        dims = sizes.dims
        super().__init__(sizes, INNER, INNER * len(dims))
        self.read = nn.ModuleDict({m: nn.Linear(dim, INNER) for m, dim in dims.items()})
        self.score_nets = nn.ModuleDict({m: _ScoreNet(dim) for m, dim in dims.items()})
        self.token_logits = nn.Parameter(torch.zeros(len(dims)))
        self.score_logits = nn.Parameter(torch.full((len(dims),), 0.5413))  # softplus gives 1

    def forward(self, batch: ItemBatch) -> Tensor:
        """The modalities' own soft tokens, averaged by learned weights over those present."""
        present = self.presence(batch)
        weights = softmax_over_present(self.token_logits, present)
        tokens: Tensor = torch.zeros((), device=present.device)
        for n, m in enumerate(self.dims):
            own = self.to_soft_tokens(self.read[m](batch.vectors[m].masked_fill(~batch.mask[m][:, None], 0.0)))
            tokens = tokens + own * weights[:, n, None, None]
        return tokens

    def content(self, batch: ItemBatch) -> Tensor:
        """`[w_1 v_1 | w_2 v_2 | …]`, ``(n, INNER * modalities)``."""
        weights = F.softplus(self.score_logits)
        blocks = []
        for n, m in enumerate(self.dims):
            missing = ~batch.mask[m][:, None]
            own = self.score_nets[m](batch.vectors[m].masked_fill(missing, 0.0))
            blocks.append(own.masked_fill(missing, 0.0) * weights[n])
        return torch.cat(blocks, dim=-1)

    def shares(self) -> dict[str, float]:
        """Modality -> its part of the summed weights of the scores."""
        weights = F.softplus(self.score_logits.detach())
        return dict(zip(self.dims, (weights / weights.sum()).tolist(), strict=True))


class _ScoreNet(nn.Module):
    """``(n, dim) -> (n, INNER)``: a linear map, and a non-linear one added to it."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.straight = nn.Linear(dim, INNER)
        self.bent = nn.Sequential(nn.Linear(dim, INNER), nn.LayerNorm(INNER), nn.GELU(), nn.Linear(INNER, INNER))

    def forward(self, x: Tensor) -> Tensor:
        both: Tensor = self.straight(x) + self.bent(x)
        return both
