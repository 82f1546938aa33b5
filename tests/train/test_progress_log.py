"""What a run leaves for eyes and spreadsheets."""

import csv
from pathlib import Path

from PIL import Image

from llmrec.train.progress_log import write_log


def test_a_row_an_epoch_and_a_picture(tmp_path: Path) -> None:
    log = [{"epoch": float(n), "loss": 3.0 - n, "ndcg@10": 0.1 * n, "seconds": 5.0 * n} for n in range(3)]
    write_log(log, tmp_path)
    with (tmp_path / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [{name: float(value) for name, value in row.items()} for row in rows] == log
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.width > 400


def test_run_without_epochs_leaves_nothing(tmp_path: Path) -> None:
    write_log([], tmp_path)
    assert not list(tmp_path.iterdir())
