"""`python -m eval.ranking` from a shell, on tiny data."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def command(*args: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "eval.ranking", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"LLMREC_HOME": str(home)},
        check=False,
    )


def test_peers_fusion_report_and_resume(tiny_folder: Path, referee: Path, tmp_path: Path) -> None:
    args = [tiny_folder, "--referee", referee, "--results", tmp_path / "out", "--seeds", "0"]
    args += ["--groups", "peers", "--peers", "popularity,item-knn,ease"]
    first = command(*args, home=tmp_path)
    assert first.returncode == 0, first.stderr
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    assert [row["model"] for row in rows] == ["ease", "item-knn", "popularity"]
    assert (tmp_path / "out" / "ranking.png").exists()
    again = command(*args, home=tmp_path)
    assert again.returncode == 0 and "test NDCG@10" not in again.stdout


def test_errors_are_one_sentence(tiny_folder: Path, tmp_path: Path) -> None:
    done = command(tiny_folder, "--referee", tmp_path / "no.py", "--results", tmp_path, home=tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr and "--referee" in done.stderr
    wrong = command("--adapter", "nonsense", home=tmp_path)
    assert wrong.returncode == 2 and "DATASET:MODEL:SEED=PATH" in wrong.stderr


@pytest.mark.parametrize("part", ["--peers", "--groups"])
def test_unknown_names_are_refused(part: str, tmp_path: Path) -> None:
    done = command(part, "nobody", home=tmp_path)
    assert done.returncode == 2 and "choose from" in done.stderr
