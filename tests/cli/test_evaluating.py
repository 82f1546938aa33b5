"""`llmrec split` and `llmrec evaluate` from a shell."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluation import referee


def llmrec(home: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "llmrec.cli", *map(str, args)]
    environment = os.environ | {"LLMREC_HOME": str(home)}
    return subprocess.run(asked, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(("kind", "last"), [("rolling", 5), ("loo", 1)])
def test_the_split_is_the_referees(made_folder: Path, tmp_path: Path, kind: str, last: int) -> None:
    file = tmp_path / "split.jsonl"
    done = llmrec(tmp_path, "split", "--data", made_folder, "--kind", kind, "--out", file, "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["user"]: (row["train"], row["valid"], row["test"]) for row in map(json.loads, file.open())}
    assert rows == referee.split(made_folder, last)[1]
    assert json.loads(done.stdout)["test"] == sum(len(test) for *_, test in rows.values())


def test_a_table_of_baselines_in_one_command(made_folder: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "split.jsonl", tmp_path / "out"
    llmrec(tmp_path, "split", "--data", made_folder, "--out", file)
    asked = ["evaluate", "--data", made_folder, "--split", file, "--baselines", "popularity, ease", "--out", out]
    done = llmrec(tmp_path, *asked)
    assert done.returncode == 0, done.stderr
    assert "ndcg@10" in done.stdout and "popularity" in done.stdout and str(out / "evaluation.json") in done.stdout
    told = json.loads(llmrec(tmp_path, *asked, "--json").stdout)
    assert {model["name"] for model in told["models"]} == {"popularity", "ease"}
    assert {file.name for file in out.iterdir()} >= {"evaluation.json", "evaluation.md", "evaluation.png"}


def test_mistakes_end_in_a_sentence(made_folder: Path, tmp_path: Path) -> None:
    wrong = llmrec(tmp_path, "evaluate", "--data", made_folder, "--baselines", "best", "--out", tmp_path / "out")
    assert wrong.returncode == 2 and "there is no baseline 'best'" in wrong.stderr
    absent = llmrec(tmp_path, "evaluate", "--data", made_folder, "--split", "nowhere.jsonl", "--out", tmp_path / "out")
    assert absent.returncode == 2 and "rolling, loo or a file of `llmrec split`" in absent.stderr
    none = llmrec(tmp_path, "evaluate", "--data", made_folder, "--baselines", "none", "--out", tmp_path / "out")
    assert none.returncode == 2 and "nothing to evaluate" in none.stderr
    assert "Traceback" not in wrong.stderr + absent.stderr + none.stderr
