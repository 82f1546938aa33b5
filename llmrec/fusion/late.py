"""Late fusion: each modality is read and scored by itself, and the scores are added with learned weights.

score(q, item) = Σ_m w_m q_m · v_m. The item head is linear, so a block of its columns is a modality's own view of
the query, q_m = W_mᵀ q, and the sum is exactly the one product q · v that the index and the fused score ask for.
As every score is a log-probability up to a constant, adding them multiplies the modalities' opinions (Hinton 2002,
product of experts). A missing modality abstains: its block is zero.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llmrec.fusion.base import INNER, Fusion, presence
from llmrec.fusion.gating import softmax_over_present


class LateFusion(Fusion):
    """A soft token and a scoring tower for each modality; only their results meet."""

    def __init__(self, dims: Mapping[str, int], hidden: int, soft_tokens: int, spread: float) -> None:
        """See `Fusion`."""
        super().__init__(dims, hidden, soft_tokens, spread, INNER, INNER * len(dims))
        self.read = nn.ModuleDict({m: nn.Linear(dim, INNER) for m, dim in dims.items()})
        self.loaded = nn.ModuleDict({m: _EncoderSide(dim) for m, dim in dims.items()})
        self.token_logits = nn.Parameter(torch.zeros(len(dims)))
        self.score_logits = nn.Parameter(torch.full((len(dims),), 0.5413))  # softplus gives 1

    def forward(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """The modalities' own soft tokens, averaged by learned weights over those present."""
        present = presence(mask, tuple(self.dims))
        weights = softmax_over_present(self.token_logits, present)
        tokens: Tensor = torch.zeros((), device=present.device)
        for n, m in enumerate(self.dims):
            own = self.to_soft_tokens(self.read[m](vectors[m].masked_fill(~mask[m][:, None], 0.0)))
            tokens = tokens + own * weights[:, n, None, None]
        return tokens

    def content(self, vectors: Mapping[str, Tensor], mask: Mapping[str, Tensor]) -> Tensor:
        """`[w_1 v_1 | w_2 v_2 | …]`, `(items, INNER x modalities)`."""
        weights = F.softplus(self.score_logits)
        blocks = []
        for n, m in enumerate(self.dims):
            missing = ~mask[m][:, None]
            own = self.loaded[m](vectors[m].masked_fill(missing, 0.0))
            blocks.append(own.masked_fill(missing, 0.0) * weights[n])
        return torch.cat(blocks, dim=-1)

    def shares(self) -> dict[str, float]:
        """Modality -> its part of the summed weights of the scores."""
        weights = F.softplus(self.score_logits.detach())
        return dict(zip(self.dims, (weights / weights.sum()).tolist(), strict=True))


class _EncoderSide(nn.Module):
    """`(items, dim) -> (items, INNER)`: a linear map and a bend beside it."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.straight = nn.Linear(dim, INNER)
        self.bent = nn.Sequential(nn.Linear(dim, INNER), nn.LayerNorm(INNER), nn.GELU(), nn.Linear(INNER, INNER))

    def forward(self, x: Tensor) -> Tensor:
        both: Tensor = self.straight(x) + self.bent(x)
        return both
