"""The loop, its states and what it tells: it learns, stops in time, and goes on as if it was never cut short."""

import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import torch

from llmrec.errors import BadInput, StorageError
from llmrec.fusion import FUSIONS
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.train.config import TrainConfig
from llmrec.train.logs import Report, TrainEvent, log_lines
from llmrec.train.sequence_windows import Prompts
from llmrec.train.trainer import Progress, fit
from llmrec.train.training_state import load_training_state, optimizer_state, resume, save_training_state

HISTORIES = {"a": [0, 2, 5, 8, 9, 6], "b": [1, 4, 3], "c": [6, 0, 7, 8, 4], "d": [2, 0, 11, 5, 1, 3, 9]}
BEFORE = (5, 9, 12)
CONFIG = TrainConfig(epochs=3, batch=2, queries=1, average=0.5, patience=10, lr=3e-3)
Made = tuple[RecLM, ItemTable]
Make = Callable[..., Made]


def query(row: int, _rng: Random) -> tuple[int, ...]:
    return (40 + row, 9)


PROMPTS = Prompts(HISTORIES, BEFORE, query)


def run(
    made: Made,
    config: TrainConfig = CONFIG,
    checkpoint: Path | None = None,
    report: Report | None = None,
    validate: Callable[[RecLM], float] | None = None,
) -> Progress:
    rising = iter(range(10_000))
    score = validate or (lambda _model: float(next(rising)))
    return fit(*made, PROMPTS, score, config, checkpoint, report or log_lines)


def weights(made: Made | RecLM) -> dict[str, torch.Tensor]:
    model = made if isinstance(made, RecLM) else made[0]
    return {name: p.detach().clone() for name, p in model.trainable().items()}


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def trainee(make_model: Make) -> Made:
    """One layer for speed, and dropout, so that the random numbers of a step matter."""
    return make_model(exit_layer=1, dropout=0.2)


@pytest.fixture(scope="module")
def whole(make_model: Make) -> dict[str, torch.Tensor]:
    """Weights of the run that nobody interrupted."""
    model = trainee(make_model)
    run(model, validate=quality)
    return weights(model)


def quality(model: RecLM) -> float:
    """A validation that depends on the weights and on nothing else."""
    return float(model.id_out.weight.detach().abs().sum())


def test_loss_falls(make_model: Make) -> None:
    told: list[TrainEvent] = []
    progress = run(make_model(exit_layer=1), CONFIG.changed(epochs=5, lr=1e-2), report=told.append)
    losses = [entry["loss"] for entry in progress.log]
    assert len(losses) == 5 and losses[-1] < 0.8 * losses[0]
    assert [e.metrics for e in told if e.kind == "epoch"] == progress.log
    assert all(1 <= e.step <= e.steps for e in told if e.kind == "step")


def test_stops_early_and_keeps_the_best_weights(make_model: Make) -> None:
    model, seen, scores = make_model(exit_layer=1), [], iter([0.1, 0.5, 0.4, 0.5, 0.9])

    def validate(m: RecLM) -> float:
        seen.append(weights(m))
        return next(scores)

    progress = run(model, CONFIG.changed(epochs=5, patience=2), validate=validate)
    assert len(progress.log) == 4 and progress.best_epoch == 1 and progress.best == 0.5
    assert same(weights(model), seen[1])
    assert not same(seen[0], seen[1])


def test_same_seed_same_weights(make_model: Make, whole: dict[str, torch.Tensor]) -> None:
    again, other = trainee(make_model), trainee(make_model)
    run(again, validate=quality)
    run(other, CONFIG.changed(seed=1, epochs=1), validate=quality)
    assert same(weights(again), whole) and not same(weights(other), whole)


@pytest.mark.parametrize("moment", ["a step", "validation", "the end of an epoch"])
def test_run_cut_short_ends_like_one_that_was_not(
    make_model: Make, whole: dict[str, torch.Tensor], tmp_path: Path, moment: str
) -> None:
    calls = {"validation": 0}

    def report(event: TrainEvent) -> None:
        done = event.epoch == 2 and (
            in_second_epoch(event) == 2
            if moment == "a step"
            else event.kind == "epoch" and moment == "the end of an epoch"
        )
        if done:
            raise KeyboardInterrupt

    def validate(model: RecLM) -> float:
        calls["validation"] += 1
        if moment == "validation" and calls["validation"] == 2:
            raise KeyboardInterrupt
        return quality(model)

    with pytest.raises(KeyboardInterrupt):
        run(trainee(make_model), checkpoint=tmp_path / "c.safetensors", report=report, validate=validate)
    resumed = trainee(make_model)
    progress = run(resumed, checkpoint=tmp_path / "c.safetensors", validate=quality)
    assert len(progress.log) == 3 and [e["epoch"] for e in progress.log] == [0, 1, 2]
    assert same(weights(resumed), whole)


def in_second_epoch(event: TrainEvent) -> int:
    """Which step of the second epoch has just been done; 0 for another event."""
    return event.step - event.steps // event.epochs if event.kind == "step" and event.epoch == 2 else 0


class Killed(BaseException):
    """Ends the run without a last word, as kill -9 does: nothing but the checkpoint on disk is left."""


def test_killed_run_resumes_exactly(make_model: Make, whole: dict[str, torch.Tensor], tmp_path: Path) -> None:
    config, path = CONFIG.changed(checkpoint_minutes=0.0), tmp_path / "c.safetensors"

    def die(event: TrainEvent) -> None:
        if in_second_epoch(event) == 2:
            raise Killed

    with pytest.raises(Killed):
        run(trainee(make_model), config, path, die, quality)
    left = load_training_state(path)
    assert left is not None and (left["progress"]["epoch"], left["progress"]["step"]) == (1, 1)
    resumed = trainee(make_model)
    run(resumed, CONFIG.changed(checkpoint_minutes=0.0), path, validate=quality)
    assert same(weights(resumed), whole)


def test_checkpoint_of_another_run_is_refused(make_model: Make, tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    run(make_model(exit_layer=1), CONFIG.changed(epochs=1), path)
    for model, config in (
        (make_model(exit_layer=1), CONFIG.changed(lr=1e-4)),
        (make_model(exit_layer=1, dim=8), CONFIG),
    ):
        with pytest.raises(BadInput, match="another recipe"):
            run(model, config, path)
    with pytest.raises(BadInput, match="other data"):
        fit(*make_model(exit_layer=1), Prompts({"a": [1, 2, 3]}, BEFORE, query), quality, CONFIG, path)


def test_finished_run_returns_at_once(make_model: Make, tmp_path: Path) -> None:
    model, again = make_model(exit_layer=1), make_model(exit_layer=1)
    run(model, CONFIG.changed(epochs=1), tmp_path / "c.safetensors")

    def never(_: object) -> float:
        raise AssertionError("nothing is left to do")

    progress = run(again, CONFIG.changed(epochs=1), tmp_path / "c.safetensors", never, never)
    assert len(progress.log) == 1
    assert same(weights(model), weights(again))


def with_one_picture(make_model: Make) -> Made:
    model, table = trainee(make_model)
    there = table.mask["image"] & (torch.arange(12) == 1)
    return model, replace(table, mask={**table.mask, "image": there})


def test_rare_modality_makes_an_epoch_longer_and_resumes_exactly(make_model: Make, tmp_path: Path) -> None:
    """Options against imbalance in the loop: more prompts with pictures, and the same end after an interruption."""
    config = CONFIG.changed(resample_rare=0.5, focal=1.0, class_weights=0.5, epochs=2)
    told: list[TrainEvent] = []
    unbroken, broken, resumed = (with_one_picture(make_model) for _ in range(3))
    run(unbroken, config, report=told.append, validate=quality)
    assert told[0].steps > 8  # two of the seven or eight prompts hold item 1, each is wanted 2.4 times

    def stop(event: TrainEvent) -> None:
        if event.epoch == 2 and event.kind == "step":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(broken, config, tmp_path / "c.safetensors", stop, quality)
    run(resumed, config, tmp_path / "c.safetensors", validate=quality)
    assert same(weights(resumed), weights(unbroken))


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_fusion_learns_and_stays_finite(make_model: Make, fusion: str) -> None:
    """Frames and gaps included: a tenth of the picture's numbers is a frame, some items have no picture."""
    shape = {"fusion": fusion, "temporal": "transformer", "soft_tokens": 2, "steps": {"image": 10}}
    model = make_model(exit_layer=1, dropout=0.1, **shape)
    before = weights(model)
    progress = run(model, CONFIG.changed(epochs=3, lr=5e-3))
    losses = [entry["loss"] for entry in progress.log]
    assert losses[-1] < losses[0]
    after = weights(model)
    assert all(torch.isfinite(p).all() for p in after.values())
    learnt = [name for name in before if name.startswith(("fusion.", "temporal.", "item_head."))]
    assert learnt and not any(torch.equal(before[name], after[name]) for name in learnt)


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.safetensors"
    assert load_training_state(path) is None
    one = torch.arange(3)
    save_training_state(path, {"weights": {"a.b": one, "same": one}, "epoch": 2, "losses": [0.1, one, None]})
    state = load_training_state(path)
    assert state is not None and state["epoch"] == 2 and state["losses"][0] == 0.1 and state["losses"][2] is None
    assert all(torch.equal(x, one) for x in (*state["weights"].values(), state["losses"][1]))
    assert [file.name for file in path.parent.iterdir()] == ["run.safetensors"]


def test_an_optimizer_goes_on_exactly(tmp_path: Path) -> None:
    def step(weight: torch.nn.Parameter, optimizer: torch.optim.Optimizer) -> None:
        (weight**2).sum().backward()
        optimizer.step()

    def adam() -> tuple[torch.nn.Parameter, torch.optim.Optimizer]:
        weight = torch.nn.Parameter(torch.arange(3.0))
        return weight, torch.optim.AdamW([weight], lr=0.1)

    weight, optimizer = adam()
    step(weight, optimizer)
    save_training_state(tmp_path / "s.safetensors", {"weight": weight, "optimizer": optimizer.state_dict()})
    step(weight, optimizer)
    state = load_training_state(tmp_path / "s.safetensors")
    assert state is not None
    other, again = adam()
    other.data.copy_(state["weight"])
    again.load_state_dict(optimizer_state(state["optimizer"]))
    other.grad = torch.zeros(3)
    other.grad += 2 * torch.arange(3.0)  # what the first step left there
    step(other, again)
    assert torch.equal(weight, other)


def test_a_refused_write_keeps_the_old_state(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    save_training_state(path, {"epoch": 1})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # the system refuses to write on, as a full disk does
    try:
        with pytest.raises(StorageError, match="could not be written"):
            save_training_state(path, {"epoch": 2, "weights": torch.zeros(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert load_training_state(path) == {"epoch": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["run.safetensors"]


@pytest.mark.parametrize("keep", [0, 10, 400])
def test_damaged_checkpoint_is_one_sentence(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "run.safetensors"
    save_training_state(path, {"weights": torch.zeros(1000)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match=r"run\.safetensors is damaged; delete it"):
        load_training_state(path)


def test_another_recipe_is_refused_with_the_fields_that_differ(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    save_training_state(path, {"config": {"lr": 0.1, "batch": 4}, "origin": "a", "epoch": 1})
    assert resume(path, {"config": {"lr": 0.1, "batch": 4}, "origin": "a"})
    with pytest.raises(BadInput, match=r"another recipe \(`lr` was 0\.1\)"):
        resume(path, {"config": {"lr": 0.2, "batch": 4}, "origin": "a"})
    with pytest.raises(BadInput, match="other data"):
        resume(path, {"config": {"lr": 0.1, "batch": 4}, "origin": "b"})


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    torch.save({"state": Path("/")}, path)
    with pytest.raises(BadInput, match="damaged"):
        load_training_state(path)
