"""What long work shows while it runs: a bar with the time left, or a line a minute where there is no terminal."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from llmrec import paths
from llmrec.cli import show
from llmrec.cli.boundary import Interrupted
from llmrec.setup import materialise_base

if TYPE_CHECKING:
    from llmrec.train.config import ClipConfig, TrainConfig
    from llmrec.train.logs import Report, TrainEvent
    from llmrec.train.run import TrainResult

EVERY = 60.0
"""Seconds from line to line where there is no terminal."""


def run_training(data: Path, out: Path, recipe: "TrainConfig") -> "TrainResult | None":
    """Train with a bar on stderr, or with a line a minute where that is no terminal.

    Returns None in all but the first of several processes. Raises `Interrupted` on Ctrl-C, when the training state has
    been written, and what `llmrec.train.run.train` raises.
    """
    from llmrec.train.processes import Processes
    from llmrec.train.run import STATE, train

    processes = Processes.of_environment()
    with processes.first_alone():
        if recipe.base is None:
            materialise_base(paths.home(), show.note)
    if not processes.leads:
        train(data, out, recipe)
        return None
    with _interruptible(out / STATE), reporting() as report:
        return train(data, out, recipe, report=report)


def run_unlearning(run: Path, out: Path, users: Sequence[str], data: Path | None) -> "TrainResult":
    """Forget users, shown as a training is.

    Raises `Interrupted` on Ctrl-C, and what `llmrec.train.unlearn.unlearn` raises.
    """
    from llmrec.train.run import STATE
    from llmrec.train.unlearn import unlearn

    with _interruptible(out / STATE), reporting() as report:
        return unlearn(run, out, users, data=data, report=report)


@contextmanager
def _interruptible(state: Path) -> Iterator[None]:
    """Around a training whose state lies in that folder: Ctrl-C becomes `Interrupted`, which says what is kept."""
    try:
        yield
    except KeyboardInterrupt as error:
        kept = any(state.glob("*.safetensors"))
        words = f"its state is kept in {state}" if kept else "no step was done yet"
        raise Interrupted(f"training was interrupted; {words}; run the same command to go on") from error


def run_checkpoint_of(run: Path, out: Path, data: Path | None) -> "TrainResult":
    """Write a checkpoint of a run as it stands; raises what `llmrec.train.run.checkpoint_of` does."""
    from llmrec.train.run import checkpoint_of

    with reporting() as report:
        return checkpoint_of(run, out, data=data, report=report)


@contextmanager
def reporting() -> "Iterator[Report]":
    """What shows a training run: a bar on a terminal, else a line for each epoch and each minute."""
    if not show.ERR.is_terminal:
        yield LineReport(show.note)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("steps,"),
        TimeElapsedColumn(), TextColumn("gone, at most"), TimeRemainingColumn(), TextColumn("left"),
    )  # fmt: skip
    with Progress(*columns, console=show.ERR) as progress:
        bar = progress.add_task("reading the catalogue", total=None)

        def report(event: "TrainEvent") -> None:
            if event.message:
                progress.console.print(event.message, markup=False)
            if event.kind == "step":
                progress.update(bar, description=name_of(event), completed=event.step, total=event.steps)

        yield report


class LineReport:
    """Messages and epochs as they come, and where a stage stands once a minute."""

    def __init__(self, say: Callable[[str], None], every: float = EVERY) -> None:
        """`say` is told each line; `every`: seconds."""
        self._say, self._every = say, every
        self._stage, self._began, self._first, self._told = "", 0.0, 0, 0.0

    def __call__(self, event: "TrainEvent") -> None:
        """Say what there is to say of the event."""
        if event.message:
            self._say(event.message)
        if event.kind != "step":
            return
        now = time.monotonic()
        if event.stage != self._stage:
            self._stage, self._began, self._first, self._told = event.stage, now, event.step, now
        if now - self._told >= self._every:
            self._told = now
            pace = (now - self._began) / max(1, event.step - self._first)
            left = pace * (event.steps - event.step) / 60
            loss = ", ".join(f"{name} {value:.3f}" for name, value in event.metrics.items())
            self._say(f"{name_of(event)}: step {event.step:,} of {event.steps:,}, {loss}; at most {left:.0f} min left")


def name_of(event: "TrainEvent") -> str:
    """What is under way, in words."""
    name = {"refit": "again on all events, ", "rationale": "sentences"}.get(event.stage, "")
    most = "at most " if event.stage == "select" else ""
    return f"{name}epoch {event.epoch} of {most}{event.epochs}" if event.epochs else name


def run_train_clip(data: Sequence[Path], out: Path, recipe: "ClipConfig") -> dict[str, float]:
    """Train with bars on stderr; return the metrics on held-out products. Raises what `train_clip` does."""
    from llmrec.train.clip.run import train_clip

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=show.ERR) as progress:
        bars = {}

        def report(stage: str, done: int, of: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=of)
            progress.update(bars[stage], completed=done)

        return train_clip(data, out, recipe, report)


@contextmanager
def users_bar(out: Path) -> "Iterator[Callable[[int, int], None]]":
    """What shows for how many users there are lists: a bar on a terminal, else a line a minute.

    Ctrl-C becomes `Interrupted`, which says what is kept beside `out`.
    """
    began, first, last = time.monotonic(), -1, time.monotonic()
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("users,"),
        TimeElapsedColumn(), TextColumn("gone,"), TimeRemainingColumn(), TextColumn("left"),
    )  # fmt: skip
    with Progress(*columns, console=show.ERR, transient=True, disable=not show.ERR.is_terminal) as bars:
        bar = bars.add_task("reading the catalogue", total=None)

        def report(done: int, total: int) -> None:
            nonlocal began, first, last
            now = time.monotonic()
            if first < 0:  # what an earlier run has done took no time of this one
                began, first, last = now, done, now
                bars.reset(bar, description="recommending", completed=done, total=total)
                if done and not show.ERR.is_terminal:
                    show.note(f"{done:,} of {total:,} users are there from an earlier run")
            bars.update(bar, completed=done)
            if not show.ERR.is_terminal and now - last >= EVERY and done < total:
                last = now
                left = (now - began) / max(1, done - first) * (total - done) / 60
                show.note(f"{done:,} of {total:,} users; {left:.0f} min left")

        try:
            yield report
        except KeyboardInterrupt as error:
            raise Interrupted(
                f"the batch was interrupted; what was done is kept in {out}.parts; run the same command to go on"
            ) from error
