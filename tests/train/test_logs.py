"""What a run leaves for eyes and spreadsheets, and tells while it goes."""

import csv
import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llmrec.train.logs import EpochRow, RunLog, TrainEvent, log_lines, write_log

SELECT = [
    EpochRow("select", {"epoch": float(n), "loss": 3.0 - n, "ndcg@10": 0.1 * n, "seconds": 5.0 * n}) for n in range(3)
]
REFIT = [EpochRow("refit", {"epoch": float(n), "loss": 3.1 - n, "seconds": 6.0 * n}) for n in range(2)]


def test_a_row_an_epoch(tmp_path: Path) -> None:
    write_log([*SELECT, *REFIT], tmp_path)
    with (tmp_path / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["stage"] for row in rows] == ["select"] * 3 + ["refit"] * 2
    assert [float(row["loss"]) for row in rows] == [3.0, 2.0, 1.0, 3.1, 2.1]
    assert [row["ndcg@10"] for row in rows] == ["0.0", "0.1", "0.2", "", ""]


def test_the_picture_shows_loss_and_quality_apart(tmp_path: Path) -> None:
    """One panel above the other: each has lines of its own colour, and they do not lie on one another."""
    write_log([*SELECT, *REFIT], tmp_path)
    with Image.open(tmp_path / "curve.png") as picture:
        pixels = np.asarray(picture.convert("RGB"), np.int32)
    half = len(pixels) // 2

    def drawn(colour: tuple[int, int, int]) -> np.ndarray:
        return np.flatnonzero((np.abs(pixels - colour).sum(-1) < 30).any(1))

    orange, green, blue = drawn((255, 127, 14)), drawn((44, 160, 44)), drawn((31, 119, 180))
    assert len(orange) and len(green) and len(blue)
    assert orange.max() < half + 20 and green.max() < half + 20 < blue.min() + 60


def test_run_without_epochs_leaves_nothing(tmp_path: Path) -> None:
    write_log([], tmp_path)
    assert not list(tmp_path.iterdir())


def test_lines_go_to_a_logger(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "llmrec.train"):
        log_lines(TrainEvent("message", "read", "reading"))
        log_lines(TrainEvent("step", "select", step=1, steps=2))
    assert [record.message for record in caplog.records] == ["reading"]


def test_tensorboard_gets_losses_and_metrics(tmp_path: Path) -> None:
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    heard: list[TrainEvent] = []
    with RunLog(heard.append, tensorboard=tmp_path / "board") as log:
        log(TrainEvent("step", "select", step=1, steps=2, metrics={"next": 3.0}))
        log(TrainEvent("epoch", "select", epoch=1, metrics={"loss": 2.5, "ndcg@10": 0.1}))
        log.notify("read", "not for the board")
    assert len(heard) == 3
    board = reader.EventAccumulator(str(tmp_path / "board"))
    board.Reload()
    assert {"select/step/next", "select/epoch/loss", "select/epoch/ndcg@10"} == set(board.Tags()["scalars"])
    assert board.Scalars("select/epoch/loss")[0].value == pytest.approx(2.5)
