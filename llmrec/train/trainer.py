"""The training loop of the next-item objective: accelerate, early stopping, exact resume."""

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn

from llmrec.errors import BadInput
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.provenance import machine_name
from llmrec.train.config import TrainConfig
from llmrec.train.distillation import Teachers
from llmrec.train.logs import Report, Stage, TrainEvent, log_lines
from llmrec.train.objective import class_weights, loss, to_batch
from llmrec.train.processes import Processes
from llmrec.train.sequence_windows import Prompts, Window, repeat_factors, resample
from llmrec.train.training_state import load_training_state, optimizer_state, resume, save_training_state
from llmrec.train.window_data import EpochFiles, Step

STARTED = "pointer.axes."
"""How the names of parameters begin that start where they are of use, and so move as slowly as the LLM's own."""


@dataclass
class Progress:
    """Progress of a run; everything here and in the tensors beside it is in the training state."""

    epoch: int = 0
    step: int = 0
    best: float = -1.0
    best_epoch: int = -1
    seconds: float = 0.0
    machine: str = ""
    """Where the steps ran."""
    losses: list[float] = field(default_factory=list)
    log: list[dict[str, float]] = field(default_factory=list)


def fit(
    model: RecLM,
    table: ItemTable,
    prompts: Prompts,
    validate: Callable[[RecLM], float] | None,
    config: TrainConfig,
    state: Path | None = None,
    report: Report = log_lines,
    epochs: int | None = None,
    teachers: Teachers | None = None,
) -> Progress:
    """Train a model in place.

    Started by `accelerate launch`, each process reads its share of every step, and all end with the same weights; see
    `llmrec.train.processes`. Every random draw is a function of (seed, epoch) or (seed, step), so a run that was killed
    and resumed ends with the weights of one that was not. A finished run goes on where `config.epochs` or
    `config.patience` is raised, on the learning rates that the longer run has from there.

    Parameters
    ----------
    model
        Ends with its best weights.
    table
        The items of training; row n of the model's ids is row n of it.
    prompts
        The training prompts.
    validate
        Higher is better; called after each epoch, with the averaged weights in the model. None: no epoch is better than
        the last.
    config
        The recipe.
    state
        File of the training state: written each epoch and every `config.checkpoint_minutes`, and on Ctrl-C; the run
        goes on from it.
    report
        Called with every step and epoch.
    epochs
        How many of `config.epochs` to train, on the learning rates of all; default: all.
    teachers
        Whose prediction of next items is learnt beside the events; default: none.

    Raises
    ------
    BadInput
        Where the state belongs to another recipe, other data or another base model.
    StorageError
        Where the state cannot be written.
    """
    accelerator = Accelerator(mixed_precision="bf16" if torch.cuda.is_available() else "no")
    processes, whole = Processes.of_environment(), model
    model = processes.divided(whole, accelerator.device) if processes.divide else whole.to(accelerator.device)
    table = table.to(accelerator.device)
    teachers = None if teachers is None else teachers.to(accelerator.device)
    trainable = model.trainable()
    slow = {name for name in trainable if "lora_" in name or name.startswith(STARTED)}
    lora = [p for name, p in trainable.items() if name in slow]
    rest = [p for name, p in trainable.items() if name not in slow]
    groups = [{"params": rest, "lr": config.lr}, {"params": lora, "lr": config.lr_lora}]
    optimizer = torch.optim.AdamW([g for g in groups if g["params"]], weight_decay=config.weight_decay)
    prepared = accelerator.prepare_model(model, evaluation_mode=True)  # not wrapped: gradients are summed here
    optimizer = accelerator.prepare_optimizer(optimizer)
    size, n_epochs = model.config.window, epochs or config.epochs
    weights, factors = _imbalance(table, prompts.histories, config)
    repeats = math.ceil(float(factors.max())) if factors is not None else 1
    steps_an_epoch = math.ceil(repeats * prompts.max_windows(size) / config.batch)
    total = max(1, steps_an_epoch * config.epochs)
    progress, average, best = Progress(), _snapshot(model), _snapshot(model)
    update_average = get_ema_multi_avg_fn(config.average)
    recipe = recipe_of(model, prompts, config)
    saved_state = resume(state, recipe) if state else None
    if saved_state is not None:
        progress, best = Progress(**saved_state["progress"]), _to(saved_state["best"], accelerator.device)
        _restore(model, saved_state["weights"])
        optimizer.load_state_dict(optimizer_state(saved_state["optimizer"]))
        average = _to(saved_state["average"], accelerator.device)
    progress.machine = progress.machine or machine_name()
    stage: Stage = "select" if validate else "refit"

    def save_state() -> None:
        if state and processes.leads:
            save_training_state(state, recipe | _state(model, average, best, optimizer, progress))

    started, last_save, state_is_exact = time.monotonic() - progress.seconds, time.monotonic(), True
    try:
        with EpochFiles(state.parent if state else None, processes) as files:
            while progress.epoch < n_epochs and not (
                validate and progress.epoch - progress.best_epoch > config.patience
            ):
                data = files.open(partial(_epoch_windows, prompts, size, config, progress.epoch, factors), config.batch)
                model.train()
                for step in data.steps(progress.step):
                    number = progress.epoch * steps_an_epoch + progress.step
                    generator = torch.Generator().manual_seed(config.seed * 1_000_003 + number)
                    torch.manual_seed((config.seed * 1_000_003 + number) * processes.count + processes.rank)
                    rate = _schedule(number, total)
                    for group, full in zip(optimizer.param_groups, (config.lr, config.lr_lora), strict=False):
                        group["lr"] = full * rate
                    parts = _gradients(
                        accelerator, processes, prepared, model, table, prompts, step, config, generator, weights,
                        teachers,
                    )  # fmt: skip
                    processes.add_gradients(lora + rest)
                    accelerator.clip_grad_norm_(lora + rest, config.clip)
                    state_is_exact = False
                    optimizer.step()
                    optimizer.zero_grad()
                    with torch.no_grad():
                        update_average(list(average.values()), list(model.trainable().values()), 0)
                    progress.losses.append(parts["next"] + config.query_weight * parts.get("query", 0.0))
                    progress.step, state_is_exact = progress.step + 1, True
                    progress.seconds = time.monotonic() - started
                    done = progress.epoch * len(data) + progress.step
                    report(
                        TrainEvent("step", stage, "", progress.epoch + 1, n_epochs, done, n_epochs * len(data), parts)
                    )
                    if time.monotonic() - last_save > config.checkpoint_minutes * 60:
                        save_state()
                        last_save = time.monotonic()
                best = _end_epoch(model, average, best, validate, progress, processes)
                save_state()
                last_save = time.monotonic()
                report(_epoch_event(progress, stage, n_epochs))
    except KeyboardInterrupt:
        if state_is_exact:  # else the weights are ahead of the count: the last state is the exact one
            save_state()
        raise
    accelerator.unwrap_model(prepared, keep_fp32_wrapper=False)
    _restore(whole, best)
    whole.eval()
    return progress


def _gradients(
    accelerator: Accelerator,
    processes: Processes,
    prepared: torch.nn.Module,
    model: RecLM,
    table: ItemTable,
    prompts: Prompts,
    step: Step,
    config: TrainConfig,
    generator: torch.Generator,
    weights: Tensor | None,
    teachers: Teachers | None,
) -> dict[str, float]:
    """Backpropagate this process's share of a step; returns the parts of the loss of the whole step."""
    names, device = ("next", "query"), accelerator.device
    parts: dict[str, float] = {}
    if step.own or processes.divide:  # of a divided base each takes part in every step, in one of another's for nothing
        batch = to_batch(step.own or [step.first], prompts.before, model.config.soft_tokens, device)
        if processes.count > 1:
            batch = replace(batch, goals=torch.tensor(step.goals, device=device))
        with accelerator.autocast():
            value, parts = loss(
                model, table, batch, config, generator, weights, prepared,
                processes.total if step.own else lambda weight: processes.total(0 * weight),
                apart=not processes.divide,  # of a divided base all read equally often
                teachers=teachers,
            )  # fmt: skip
        accelerator.backward(value if step.own else 0 * value)
        parts = parts if step.own else {}
    elif processes.count > 1:
        processes.total(torch.zeros(2, device=device))  # as many sums as the others make
    if processes.count == 1:
        return parts
    told = processes.total(torch.tensor([parts.get(name, math.nan) for name in names], device=device).nan_to_num())
    return {name: float(part) for name, part in zip(names, told, strict=True) if name == "next" or step.has_query}


def _epoch_windows(
    prompts: Prompts, size: int, config: TrainConfig, epoch: int, factors: Tensor | None
) -> Sequence[Window]:
    """Cut the prompts of an epoch; a pure function."""
    windows = prompts.windows(size, config, epoch)
    return windows if factors is None else resample(windows, factors, f"{config.seed}:{epoch}")


def restore_best(model: RecLM, prompts: Prompts, config: TrainConfig, state: Path) -> Progress:
    """Give a model the best weights of a run so far, without a step: the averaged ones where no epoch has ended.

    Parameters
    ----------
    model, prompts, config
        As of `fit`.
    state
        File of the training state.

    Raises
    ------
    BadInput
        Where there is no state, or it belongs to another recipe, other data or another base model.
    """
    saved = resume(state, recipe_of(model, prompts, config))
    if saved is None:
        raise BadInput(f"there is no training state {state}; train first")
    progress = Progress(**saved["progress"])
    _restore(model, saved["best"] if progress.log else saved["average"])
    model.eval()
    return progress


def state_fits(model: RecLM, prompts: Prompts, config: TrainConfig, state: Path) -> bool:
    """Whether a training state is there and of the same recipe, data and base model, so that `fit` goes on from it.

    Parameters
    ----------
    model, prompts, config
        As of `fit`.
    state
        File of the training state.
    """
    try:
        return resume(state, recipe_of(model, prompts, config)) is not None
    except BadInput:
        return False


def saved_progress(state: Path) -> Progress:
    """Read the progress of the run that saved a training state; that of a new run where there is none."""
    saved = load_training_state(state)
    return Progress(**saved["progress"]) if saved else Progress()


def recipe_of(model: RecLM, prompts: Prompts, config: TrainConfig) -> dict[str, Any]:
    """Return what a training state must be equal in to be resumed."""
    return {"config": config.recipe() | model.config.model_dump(), "origin": _origin(model, prompts)}


def _epoch_event(progress: Progress, stage: Stage, epochs: int) -> TrainEvent:
    """The event of the epoch that has just ended."""
    entry = progress.log[-1]
    valid = f", valid NDCG@10 {entry['ndcg@10']:.4f}" if "ndcg@10" in entry else ""
    line = f"epoch {progress.epoch}: loss {entry['loss']:.3f}{valid}, {entry['seconds'] / 60:.1f} min"
    return TrainEvent("epoch", stage, line, progress.epoch, epochs, metrics=entry)


def _imbalance(
    table: ItemTable, histories: Mapping[str, Sequence[int]], config: TrainConfig
) -> tuple[Tensor | None, Tensor | None]:
    """Weights of events by item and factors by which items are repeated, `(items,)` each, where configured."""
    weights = factors = None
    if config.class_weights:
        weights = class_weights(histories, len(table), config.class_weights)
        weights = weights.to(table.id_rows.device)
    if config.resample_rare:
        factors = repeat_factors(table.mask, config.resample_rare)
    return weights, factors


def _state(
    model: RecLM,
    average: dict[str, Tensor],
    best: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    progress: Progress,
) -> dict[str, Any]:
    """Return the training state: all that the rest of the run depends on."""
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
    validate: Callable[[RecLM], float] | None,
    progress: Progress,
    processes: Processes,
) -> dict[str, Tensor]:
    """Validate the averaged weights, record the epoch, and return the best weights so far."""
    metrics = {}
    if validate is None:
        best, progress.best_epoch = {name: p.clone() for name, p in average.items()}, progress.epoch
    else:
        running = _snapshot(model)
        _restore(model, average)
        model.eval()
        try:
            if processes.divide:
                found = validate(model)
                metrics["ndcg@10"] = processes.from_first(lambda: found)
            else:
                metrics["ndcg@10"] = processes.from_first(partial(validate, model))
            if metrics["ndcg@10"] > progress.best:
                progress.best, progress.best_epoch, best = metrics["ndcg@10"], progress.epoch, _snapshot(model)
        finally:
            # Ctrl-C in here writes the state: it must hold the running weights, not their average.
            _restore(model, running)
    mean_loss = sum(progress.losses) / max(1, len(progress.losses))
    entry = {"epoch": float(progress.epoch), "loss": mean_loss, **metrics, "seconds": progress.seconds}
    progress.log.append(entry)
    progress.losses = []
    progress.epoch, progress.step = progress.epoch + 1, 0
    return best


def _origin(model: RecLM, prompts: Prompts) -> str:
    """Return a digest of data and base model, so that no run resumes with the weights of others."""
    items = model.id_in.num_embeddings
    histories = {user: list(rows) for user, rows in prompts.histories.items()}
    first_new = prompts.first_new and dict(prompts.first_new)
    inputs: list[Any] = [list(prompts.before), items, histories, first_new, prompts.replay, prompts.content]
    if prompts.target_weights is not None:
        inputs.append({user: list(own) for user, own in prompts.target_weights.items()})
    digest = hashlib.sha256(json.dumps(inputs).encode())
    table: Tensor = model.backbone.get_input_embeddings().weight  # type: ignore[operator]
    digest.update(table.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()


def _schedule(step: int, total: int) -> float:
    """Linear warm-up over the first 5 % of all steps, then a cosine down to a tenth.

    A pure function of the step, so that a resumed run needs no state of it. `transformers` has the same shape, but
    from a warm-up that starts at 0 and as an object that counts its own steps.
    """
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


def _to(weights: Mapping[str, Any], device: torch.device) -> dict[str, Tensor]:
    return {name: tensor.to(device) for name, tensor in weights.items()}
