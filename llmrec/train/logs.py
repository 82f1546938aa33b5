"""Progress of a training run: events for a callback, metrics.csv, curve.png, TensorBoard."""

import csv
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from llmrec.extras import needs

Stage = Literal["read", "select", "calibrate", "test", "refit", "rationale", "write"]
"""Stage of a run: the catalogue is read; the model is trained while validation chooses the epoch; the weights of the
score's components are fitted; the test part is ranked; the model is trained anew on everything; the LoRA that writes
sentences is trained; the checkpoint is written."""

COLUMNS = ("stage", "epoch", "loss", "ndcg@10", "seconds")
LOGGER = logging.getLogger("llmrec.train")


@dataclass(frozen=True, slots=True)
class TrainEvent:
    """One event of a run.

    Parameters
    ----------
    kind
        ``message``: a stage begins, or a note for the user; ``step``: an optimizer step is done; ``epoch``: an
        epoch is.
    stage
        See `Stage`.
    message
        A line for people; "" for a step.
    epoch, epochs
        The epoch under way, from 1, and how many there may be; 0 where the stage has none.
    step, steps
        Steps done in this stage, over all its epochs, and how many there may be.
    metrics
        Losses of a step; loss, ndcg@10 on validation events (not in "refit") and seconds of an epoch.
    """

    kind: Literal["message", "step", "epoch"]
    stage: Stage
    message: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)


Report = Callable[[TrainEvent], None]


def log_lines(event: TrainEvent) -> None:
    """A `Report` that writes messages and epochs to the logger ``llmrec.train``, level INFO."""
    if event.message:
        LOGGER.info(event.message)


@dataclass(frozen=True)
class EpochRow:
    """A row of metrics.csv: an epoch of a stage."""

    stage: Stage
    metrics: Mapping[str, float]
    """epoch (from 0), loss, seconds so far in the stage, and ndcg@10 where there was a validation."""


class RunLog:
    """Passes events on to `report`; keeps `metrics.csv` and `curve.png`, and TensorBoard's log on request.

    Parameters
    ----------
    report
        Called with each event.
    folder
        Gets `metrics.csv` and `curve.png` after each epoch; None: no files.
    tensorboard
        Folder for TensorBoard; None: none.

    Raises
    ------
    MissingExtra
        Where TensorBoard is asked for and not installed.
    """

    def __init__(self, report: Report, folder: Path | None = None, tensorboard: Path | None = None) -> None:
        self._report, self._folder = report, folder
        self._board = _board(tensorboard) if tensorboard else None
        self.rows: list[EpochRow] = []

    def __call__(self, event: TrainEvent) -> None:
        """Record an event, and pass it on."""
        if self._board is not None and event.kind != "message":
            at = event.step if event.kind == "step" else event.epoch
            for name, value in event.metrics.items():
                self._board.add_scalar(f"{event.stage}/{event.kind}/{name}", value, at)
        if event.kind == "epoch":
            self.rows.append(EpochRow(event.stage, event.metrics))
            self.write()
        self._report(event)

    def restore(self, stage: Stage, log: Sequence[Mapping[str, float]]) -> None:
        """Add the epochs of a stage that earlier sessions finished."""
        self.rows += [EpochRow(stage, metrics) for metrics in log]

    def part(self, name: str) -> Report:
        """A report of one of several trainings in a stage: its epochs are told with its name, and not recorded."""

        def report(event: TrainEvent) -> None:
            if event.kind == "epoch":
                self.notify(event.stage, f"{name}: {event.message}")
            else:
                self(event)

        return report

    def write(self) -> None:
        """Write `metrics.csv` and `curve.png`."""
        if self._folder is not None:
            write_log(self.rows, self._folder)

    def notify(self, stage: Stage, message: str) -> None:
        """Report a message."""
        self(TrainEvent("message", stage, message))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._board is not None:
            self._board.close()


def _board(folder: Path) -> Any:
    with needs("tensorboard", "the log for TensorBoard"):
        from torch.utils.tensorboard import SummaryWriter
    return SummaryWriter(str(folder))


def write_log(rows: Sequence[EpochRow], folder: Path) -> None:
    """Write `metrics.csv`, a row an epoch, and `curve.png` into `folder`; nothing where there is no row."""
    if not rows:
        return
    with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({"stage": row.stage, **row.metrics} for row in rows)
    _plot(rows, folder / "curve.png")


def _plot(rows: Sequence[EpochRow], file: Path) -> None:
    """Two panels over the epochs: the training loss of each stage, and the validation NDCG@10 with its best epoch."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import MaxNLocator

    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(6, 5), layout="constrained")
    styles: dict[str, dict[str, Any]] = {
        "select": {"color": "tab:orange", "marker": "o", "label": "while the epoch is chosen"},
        "refit": {"color": "tab:green", "marker": "s", "linestyle": "--", "label": "again, on everything"},
    }
    stages = [stage for stage in styles if any(row.stage == stage for row in rows)]
    for stage in stages:
        chosen = [row.metrics for row in rows if row.stage == stage]
        above.plot([x["epoch"] + 1 for x in chosen], [x["loss"] for x in chosen], markersize=4, **styles[stage])
    above.set_ylabel("training loss")
    if len(stages) > 1:
        above.legend()
    judged = [row.metrics for row in rows if "ndcg@10" in row.metrics]
    below.plot([x["epoch"] + 1 for x in judged], [x["ndcg@10"] for x in judged], "o-", color="tab:blue", markersize=4)
    if judged:
        best = max(judged, key=lambda x: x["ndcg@10"])
        below.plot(best["epoch"] + 1, best["ndcg@10"], "o", color="tab:blue", markersize=9, label="kept")
        below.legend()
    below.set(xlabel="epoch", ylabel="valid NDCG@10 (LLM alone)")
    below.xaxis.set_major_locator(MaxNLocator(integer=True))
    for panel in (above, below):
        panel.grid(alpha=0.3)
    figure.savefig(file, dpi=120)
    plt.close(figure)
