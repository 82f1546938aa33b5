"""The next-item objective: a softmax over the catalogue at every history position and at every wish."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from llmrec.model.prompt import PromptBatch
from llmrec.model.reclm import RecLM
from llmrec.train.config import TrainConfig


@dataclass(frozen=True, slots=True)
class Batch:
    """Prompts with their answers: `targets (B, N + 1)`, `wished (B, M)`: item rows, or -1 for none."""

    prompt: PromptBatch
    targets: Tensor
    wished: Tensor


def _hide(model: RecLM, config: TrainConfig, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
    """Draws whose id `(items,) bool` may be used in this step, and which items lose which modality."""
    known: Tensor = model.known  # type: ignore[assignment]
    draw = torch.rand((1 + len(model.modalities), known.shape[0]), generator=generator).to(known.device)
    ids = known & (draw[0] >= config.id_dropout)
    hidden = {name: draw[n + 1] < config.modality_dropout for n, name in enumerate(model.modalities)}
    return ids, hidden


def _cross_entropy(q: Tensor, v: Tensor, b: Tensor, target: Tensor, candidates: Tensor | None) -> Tensor:
    """Mean softmax cross-entropy of `q (n, dim)` for `target (n,)`, over all items or over `candidates` only."""
    if candidates is None:
        return F.cross_entropy(q @ v.T + b, target)
    column = torch.full((v.shape[0],), -1, device=v.device)
    column[candidates] = torch.arange(len(candidates), device=v.device)
    return F.cross_entropy(q @ v[candidates].T + b[candidates], column[target])


def loss(
    model: RecLM, batch: Batch, config: TrainConfig, generator: torch.Generator
) -> tuple[Tensor, dict[str, float]]:
    """Loss of one batch and its parts by name."""
    ids, hidden = _hide(model, config, generator)
    trunk, branch = model(batch.prompt, model.soft(ids, hidden))
    # The item head sees every modality: hiding media there as well would blur the targets themselves.
    v, b = model.item_vectors(ids)
    known = batch.targets >= 0
    candidates = _sample(batch, config, v.shape[0], generator)
    total = _cross_entropy(trunk[known], v, b, batch.targets[known], candidates)
    parts = {"next": float(total.detach())}
    wished = batch.wished >= 0
    if wished.any():
        wish = _cross_entropy(branch[wished], v, b, batch.wished[wished], candidates)
        parts["wish"] = float(wish.detach())
        total = total + config.wish_weight * wish
    return total, parts


def _sample(batch: Batch, config: TrainConfig, items: int, generator: torch.Generator) -> Tensor | None:
    """Rows for a sampled softmax: the batch's own targets and uniform negatives; None: the whole catalogue."""
    if not 0 < config.sampled_items < items:
        return None
    own = torch.cat([batch.targets[batch.targets >= 0], batch.wished[batch.wished >= 0]])
    drawn = torch.randint(items, (config.sampled_items,), generator=generator).to(own.device)
    rows: Tensor = torch.cat([own, drawn]).unique()
    return rows
