"""The next-item objective: a softmax over the catalogue at every history position and at every query."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptBatch, by_length, splice
from llmrec.model.reclm import RecLM
from llmrec.train.config import TrainConfig
from llmrec.train.distillation import Teachers
from llmrec.train.sequence_windows import Window

GROUP = {"cpu": 128, "cuda": 8192}
"""Device -> slots of padding that cost as much as one more reading of the base model."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Prompts with their answers.

    Parameters
    ----------
    prompt
        B prompts.
    targets
        ``(B, N + 1)`` int64: item rows that come after 0, 1, … items of the history; -1 for none.
    queried
        ``(B, M)`` int64: item rows that answer the queries; -1 for none.
    weights, query_weights
        ``(B, N + 1)`` and ``(B, M)`` float32: of each target in the loss; None where all count alike.
    goals
        ``(n,)`` int64: item rows that a sampled softmax must hold; None: this batch's own targets.
    """

    prompt: PromptBatch
    targets: Tensor
    queried: Tensor
    weights: Tensor | None = None
    query_weights: Tensor | None = None
    goals: Tensor | None = None


def to_batch(windows: Sequence[Window], before: Sequence[int], soft_tokens: int, device: torch.device) -> Batch:
    """Lay windows out as prompts with their targets.

    Parameters
    ----------
    windows
        Of a step.
    before
        Token ids that open every prompt.
    soft_tokens
        Soft tokens an item.
    device
        Where the tensors shall lie.
    """
    prompt = splice(before, [w.items for w in windows], [w.branches for w in windows], soft_tokens, device)
    trunk, branch = prompt.read_trunk.shape[1], prompt.read_branch.shape[1]
    weights = query_weights = None
    if any(w.weights for w in windows):
        weights = _pad([w.weights for w in windows], trunk, device, torch.float32)
        query_weights = _pad([w.query_weights for w in windows], branch, device, torch.float32)
    return Batch(
        prompt,
        _pad([w.targets for w in windows], trunk, device),
        _pad([w.queried for w in windows], branch, device),
        weights,
        query_weights,
    )


def _pad(rows: Sequence[Sequence[float]], width: int, device: torch.device, dtype: torch.dtype = torch.long) -> Tensor:
    return torch.tensor([[*row, *[-1] * (width - len(row))] for row in rows], dtype=dtype, device=device)


def _hide(table: ItemTable, config: TrainConfig, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
    """Draw which items keep their id `(items,)` bool in this step, and which lose which modality."""
    uniform = torch.rand((1 + len(table.mask), len(table)), generator=generator).to(table.id_rows.device)
    ids = table.known & (uniform[0] >= config.id_dropout)
    hidden = {name: uniform[n + 1] < config.modality_dropout for n, name in enumerate(table.mask)}
    return ids, hidden


def _cross_entropy(logits: Tensor, target: Tensor, weights: Tensor | None, focal: float) -> tuple[Tensor, Tensor]:
    """Sum of the softmax cross-entropy of `logits (n, candidates)` for the columns `target (n,)`, and of its weights.

    `weights (n,)`: of each; `focal`: gamma of the focal loss (Lin et al. 2017), (1 - p)^gamma x loss.
    """
    losses = F.cross_entropy(logits, target, reduction="none")
    if focal:
        losses = (1 - (-losses).exp()) ** focal * losses
    weights = torch.ones_like(losses) if weights is None else weights
    return (losses * weights).sum(), weights.sum()


def loss(
    model: RecLM,
    table: ItemTable,
    batch: Batch,
    config: TrainConfig,
    generator: torch.Generator,
    weights: Tensor | None = None,
    forward: nn.Module | None = None,
    total_of: Callable[[Tensor], Tensor] = Tensor.detach,
    apart: bool = True,
    teachers: Teachers | None = None,
) -> tuple[Tensor, dict[str, float]]:
    """Loss of one batch.

    Parameters
    ----------
    model
        Its item vectors and soft tokens are made anew, with ids and media hidden at random.
    table
        The items; the softmax is over all of them, or over `config.sampled_items`.
    batch
        Prompts with their answers.
    config
        The recipe.
    generator
        Of what is hidden and sampled.
    weights
        ``(items,)`` float32: weight of an event, by its target; default: all equal.
    forward
        The model as accelerate prepared it, which reads the prompts; default: `model` itself.
    total_of
        Sums weights over all parts of a step, where this batch is one of several: the losses add up to that of the
        whole then. Default: the batch is the step.
    apart
        Whether short prompts are read apart from long ones, which changes no loss, only what padding costs.
    teachers
        Whose prediction of next items is learnt, too.

    Returns
    -------
    tuple
        The loss, a scalar, and its parts by name: "next" and, where there are queries, "query".
    """
    ids, hidden = _hide(table, config, generator)
    # Only the items that are read need soft tokens; the whole catalogue is scored.
    rows, place = batch.prompt.items.clamp(min=0).unique(return_inverse=True)
    prompt = replace(batch.prompt, items=place.where(batch.prompt.items >= 0, -1))
    trunk, branch = _read(forward or model, prompt, model.soft_tokens(table.batch(rows, hidden, ids)), apart)
    # The item head sees every modality: hiding media there as well would blur the targets themselves.
    v, b = model.item_vectors(table.batch(ids=ids))
    candidates = _sample(batch, config, v.shape[0], generator)

    def cross_entropy(
        q: Tensor, targets: Tensor, event_weights: Tensor | None, expected: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        has_target = targets >= 0
        target = targets[has_target]
        counts = None if weights is None else weights[target]
        if event_weights is not None:
            counts = event_weights[has_target] * (1 if counts is None else counts)
        if candidates is None:
            logits = q[has_target] @ v.T + b
        else:
            logits = q[has_target] @ v[candidates].T + b[candidates]
            target = torch.searchsorted(candidates, target)
        total, weight = _cross_entropy(logits, target, counts, config.focal)
        if teachers is not None and expected is not None:
            taught = -(expected * F.log_softmax(logits, dim=-1)).sum(-1)
            total = (1 - teachers.weight) * total + teachers.weight * (taught * (1 if counts is None else counts)).sum()
        return total, weight

    expected = None
    if teachers is not None:

        def along(teacher: nn.Module, soft: Tensor) -> Tensor:
            return _read(teacher, prompt, soft, apart)[0]

        expected = teachers.prediction(along, rows, batch.targets >= 0, candidates)
    following, weight = cross_entropy(trunk, batch.targets, batch.weights, expected)
    asked, asked_weight = cross_entropy(branch, batch.queried, batch.query_weights)
    weight, asked_weight = total_of(torch.stack([weight, asked_weight])).clamp(min=1e-12)
    total = following / weight
    parts = {"next": float(total.detach())}
    if asked_weight > 1e-12:
        query = asked / asked_weight
        parts["query"] = float(query.detach())
        total = total + config.query_weight * query
    return total, parts


def _read(forward: nn.Module, prompt: PromptBatch, soft: Tensor, apart: bool) -> tuple[Tensor, Tensor]:
    """Query vectors of all prompts, as `RecLM.forward`."""
    groups = by_length(prompt.lengths.tolist(), GROUP.get(soft.device.type, GROUP["cuda"])) if apart else []
    if len(groups) < 2:
        trunk, branch = forward(prompt, soft)
        return trunk, branch
    order = torch.tensor([place for group in groups for place in group], device=soft.device)
    read = [forward(prompt.rows(rows), soft) for rows in order.split([len(group) for group in groups])]
    back = order.argsort()
    return torch.cat([trunk for trunk, _ in read])[back], torch.cat([branch for _, branch in read])[back]


def _sample(batch: Batch, config: TrainConfig, items: int, generator: torch.Generator) -> Tensor | None:
    """Sorted rows for a sampled softmax: the batch's own targets and uniform negatives; None: the whole catalogue."""
    if not 0 < config.sampled_items < items:
        return None
    targets = batch.goals
    if targets is None:
        targets = torch.cat([batch.targets[batch.targets >= 0], batch.queried[batch.queried >= 0]])
    negatives = torch.randint(items, (config.sampled_items,), generator=generator).to(targets.device)
    rows: Tensor = torch.cat([targets, negatives]).unique()
    return rows


def class_weights(histories: Mapping[str, Sequence[int]], items: int, power: float) -> Tensor:
    """Weight events by their item: less where many users interacted with it.

    Parameters
    ----------
    histories
        User -> training item rows.
    items
        Size of the catalogue.
    power
        0 weighs all events alike, 1 all items alike.

    Returns
    -------
    Tensor
        ``(items,)`` float32: (events of the item + 1) ** -power, scaled so that a training event weighs 1 on average.
    """
    counts = torch.zeros(items)
    for rows in histories.values():
        counts += torch.bincount(torch.tensor(list(rows), dtype=torch.long), minlength=items)
    weights = (counts + 1) ** -power
    return weights * counts.sum() / (weights * counts).sum().clamp(min=1e-12)
