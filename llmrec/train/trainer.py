"""The training loop of the next-item objective: accelerate, early stopping, exact resume."""

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor

from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import splice
from llmrec.model.reclm import RecLM
from llmrec.provenance import machine_name
from llmrec.train.config import TrainConfig
from llmrec.train.objective import Batch, class_weights, loss
from llmrec.train.resume import resume, save_training_state
from llmrec.train.sequence_windows import QueryWords, Window, epoch_windows, repeat_factors, resample, shuffled

Report = Callable[[dict[str, float]], None]
"""Told of every step: {"epoch", "step", "steps", "loss", …}; and once an epoch with "ndcg@10"."""


@dataclass
class Progress:
    """Where a run stands; everything here and in the tensors beside it is in the checkpoint."""

    epoch: int = 0
    step: int = 0
    best: float = -1.0
    best_epoch: int = -1
    seconds: float = 0.0
    machine: str = ""
    """Where the steps ran."""
    done: bool = False
    losses: list[float] = field(default_factory=list)
    log: list[dict[str, float]] = field(default_factory=list)


def to_batch(windows: Sequence[Window], before: Sequence[int], soft_tokens: int, device: torch.device) -> Batch:
    """Lays windows out as prompts with their targets."""
    prompt = splice(before, [w.items for w in windows], [w.branches for w in windows], soft_tokens, device)
    return Batch(
        prompt,
        _pad([w.targets for w in windows], prompt.read_trunk.shape[1], device),
        _pad([w.queried for w in windows], prompt.read_branch.shape[1], device),
    )


def _pad(rows: Sequence[Sequence[int]], width: int, device: torch.device) -> Tensor:
    return torch.tensor([[*row, *[-1] * (width - len(row))] for row in rows], dtype=torch.long, device=device)


def fit(
    model: RecLM,
    table: ItemTable,
    histories: Mapping[str, Sequence[int]],
    before: Sequence[int],
    query_words: QueryWords,
    validate: Callable[[RecLM], float],
    config: TrainConfig,
    checkpoint: Path | None = None,
    report: Report | None = None,
    contexts: Mapping[str, Sequence[str]] | None = None,
) -> Progress:
    """Trains `model` in place and leaves its best weights (by `validate`, higher is better) in it.

    `contexts`: words of when each event happened, for `config.contexts` of the wishes.

    Every random draw is a function of (seed, epoch) or (seed, step), so a run that was killed and resumed from
    `checkpoint` ends with the weights of one that was not. Raises `BadInput` where the checkpoint belongs to
    another recipe, `StorageError` where it cannot be written; on Ctrl-C the checkpoint is written first.
    """
    accelerator = Accelerator(mixed_precision="bf16" if torch.cuda.is_available() else "no")
    model.to(accelerator.device)
    table = table.to(accelerator.device)
    lora = [p for name, p in model.trainable().items() if "lora_" in name]
    rest = [p for name, p in model.trainable().items() if "lora_" not in name]
    groups = [{"params": rest, "lr": config.lr}, {"params": lora, "lr": config.lr_lora}]
    optimizer = torch.optim.AdamW([g for g in groups if g["params"]], weight_decay=config.weight_decay)
    optimizer = accelerator.prepare(optimizer)
    size = model.config.window
    weights, factors = _imbalance(table, histories, config)
    most = math.ceil(float(factors.max())) if factors is not None else 1
    steps_an_epoch = math.ceil(most * sum(_windows(len(h), size) for h in histories.values()) / config.batch)
    total = max(1, steps_an_epoch * config.epochs)
    progress, average, best = Progress(), _snapshot(model), _snapshot(model)
    recipe = {"config": config.recipe() | model.config.model_dump(), "origin": _origin(model, histories, before)}
    state = resume(checkpoint, recipe) if checkpoint else None
    if state is not None:
        progress, best = Progress(**state["progress"]), _to(state["best"], accelerator.device)
        if progress.done:
            return _finish(model, best, progress)
        _restore(model, state["weights"])
        optimizer.load_state_dict(state["optimizer"])
        average = _to(state["average"], accelerator.device)
    progress.machine = machine_name()

    def keep() -> None:
        if checkpoint and accelerator.is_main_process:
            save_training_state(checkpoint, recipe | _state(model, average, best, optimizer, progress))

    started, saved, counted = time.monotonic() - progress.seconds, time.monotonic(), True
    try:
        while progress.epoch < config.epochs and progress.epoch - progress.best_epoch <= config.patience:
            drawn = f"{config.seed}:{progress.epoch}"
            read = shuffled(histories, drawn) if config.shuffle else histories
            told = shuffled(contexts, drawn) if contexts and config.shuffle else contexts
            windows = epoch_windows(read, size, config.queries, query_words, drawn, told, config.contexts)
            if factors is not None:
                windows = resample(windows, factors, drawn)
            batches = [windows[i : i + config.batch] for i in range(0, len(windows), config.batch)]
            model.train()
            while progress.step < len(batches):
                number = progress.epoch * steps_an_epoch + progress.step
                generator = torch.Generator().manual_seed(config.seed * 1_000_003 + number)
                torch.manual_seed(config.seed * 1_000_003 + number)
                rate = _schedule(number, total)
                for group, full in zip(optimizer.param_groups, (config.lr, config.lr_lora), strict=False):
                    group["lr"] = full * rate
                batch = to_batch(batches[progress.step], before, model.config.soft_tokens, accelerator.device)
                with accelerator.autocast():
                    value, parts = loss(model, table, batch, config, generator, weights)
                accelerator.backward(value)
                accelerator.clip_grad_norm_(lora + rest, config.clip)
                counted = False
                optimizer.step()
                optimizer.zero_grad()
                _follow(average, model, config.average)
                progress.losses.append(float(value.detach()))
                progress.step, counted = progress.step + 1, True
                progress.seconds = time.monotonic() - started
                if report:
                    report({"epoch": progress.epoch, "step": progress.step, "steps": len(batches)} | parts)
                if time.monotonic() - saved > config.checkpoint_minutes * 60:
                    keep()
                    saved = time.monotonic()
            best = _end_epoch(model, average, best, validate, config, progress)
            keep()
            saved = time.monotonic()
            if report:
                report(progress.log[-1])
    except KeyboardInterrupt:
        if counted:  # else the weights are ahead of the count: the last checkpoint is the exact one
            keep()
        raise
    progress.done = True
    if checkpoint and accelerator.is_main_process:
        save_training_state(checkpoint, recipe | {"best": best, "progress": asdict(progress)})
    return _finish(model, best, progress)


def _imbalance(
    table: ItemTable, histories: Mapping[str, Sequence[int]], config: TrainConfig
) -> tuple[Tensor | None, Tensor | None]:
    """Weights of events by item and factors by which items are repeated, `(items,)` each, where they are asked for."""
    weights = factors = None
    if config.class_weights:
        weights = class_weights(histories, len(table), config.class_weights)
        weights = weights.to(table.id_rows.device)
    if config.resample_rare:
        factors = repeat_factors(table.mask, config.resample_rare)
    return weights, factors


def _finish(model: RecLM, best: Mapping[str, Tensor], progress: Progress) -> Progress:
    _restore(model, best)
    model.eval()
    return progress


def _state(
    model: RecLM,
    average: dict[str, Tensor],
    best: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    progress: Progress,
) -> dict[str, Any]:
    """Everything that the rest of the run depends on."""
    return {
        "weights": _snapshot(model),
        "average": average,
        "best": best,
        "optimizer": optimizer.state_dict(),
        "progress": asdict(progress),
    }


def _end_epoch(
    model: RecLM,
    average: dict[str, Tensor],
    best: dict[str, Tensor],
    validate: Callable[[RecLM], float],
    config: TrainConfig,
    progress: Progress,
) -> dict[str, Tensor]:
    """Validates the averaged weights, notes the epoch and returns the best weights so far."""
    running = _snapshot(model)
    if config.average:
        _restore(model, average)
    model.eval()
    try:
        ndcg = validate(model)
        if ndcg > progress.best:
            progress.best, progress.best_epoch, best = ndcg, progress.epoch, _snapshot(model)
    finally:
        # Ctrl-C in here writes a checkpoint: it must hold the running weights, not their average.
        _restore(model, running)
    entry = {
        "epoch": float(progress.epoch),
        "loss": sum(progress.losses) / max(1, len(progress.losses)),
        "ndcg@10": ndcg,
        "seconds": progress.seconds,
    }
    progress.log.append(entry)
    progress.losses = []
    progress.epoch, progress.step = progress.epoch + 1, 0
    return best


def _origin(model: RecLM, histories: Mapping[str, Sequence[int]], before: Sequence[int]) -> str:
    """Tells data and base model apart, so that no run goes on with weights that were learnt on others."""
    items = model.id_in.num_embeddings
    read = [list(before), items, {user: list(rows) for user, rows in histories.items()}]
    digest = hashlib.sha256(json.dumps(read).encode())
    table: Tensor = model.backbone.get_input_embeddings().weight  # type: ignore[operator]
    digest.update(table.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()


def _windows(length: int, size: int) -> int:
    """An upper bound of the windows a history is cut into (see `epoch_windows`)."""
    return 1 if length <= size + 1 else 2 + (length - 2) // size


def _schedule(step: int, total: int) -> float:
    """Linear warm-up over the first 5 % of all steps, then a cosine down to a tenth."""
    warm = max(1, total // 20)
    if step < warm:
        return (step + 1) / warm
    return 0.55 + 0.45 * math.cos(math.pi * min(1.0, (step - warm) / max(1, total - warm)))


def _snapshot(model: RecLM) -> dict[str, Tensor]:
    return {name: p.detach().clone() for name, p in model.trainable().items()}


@torch.no_grad()
def _restore(model: RecLM, weights: Mapping[str, Tensor]) -> None:
    for name, p in model.trainable().items():
        p.copy_(weights[name])


@torch.no_grad()
def _follow(average: dict[str, Tensor], model: RecLM, decay: float) -> None:
    """Moves the running average a step towards the weights (Polyak averaging); with decay 0 it equals them."""
    if decay:
        for name, p in model.trainable().items():
            average[name].lerp_(p, 1 - decay)


def _to(weights: Mapping[str, Any], device: torch.device) -> dict[str, Tensor]:
    return {name: tensor.to(device) for name, tensor in weights.items()}
