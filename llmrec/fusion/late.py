"""Late fusion: each modality is read and scored by itself, and the scores are added with learned weights.

score(q, item) = Σ_m w_m q_m · v_m. The item head is linear, so a block of its columns is a modality's own view of
the query, q_m = W_mᵀ q, and the sum is exactly the one product q · v that the index and the fused score ask for.
As every score is a log-probability up to a constant, adding them is a product of experts. A missing modality abstains:
its block is zero.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llmrec.fusion.base import INNER, Fusion, FusionSizes, ItemBatch
from llmrec.fusion.weighted import softmax_over_present


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
