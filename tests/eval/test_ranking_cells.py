"""Rows: scored by the referee, traceable, resumable; tables and bootstrap made of them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from eval.ranking import cells
from eval.ranking.bootstrap import compare
from eval.ranking.peers.popularity import Popularity
from eval.ranking.problem import Problem
from eval.ranking.referee import RefereeError
from eval.ranking.report import write_report


def rankings(problem: Problem, noise: float = 0.0, seed: int = 0) -> dict[str, list[list[str]]]:
    peer = Popularity(problem.n_items)
    peer.fit(problem.train)
    scores = peer.scores(problem.test.histories)
    extra = np.random.default_rng(seed).normal(0, noise, size=scores.shape)
    return problem.rankings((scores + extra).astype(np.float32))


def record(problem: Problem, referee: Path, tmp: Path, model: str, seed: int = 0, **more: object) -> cells.Row:
    own = more.pop("rankings", None) or rankings(problem, noise=0.1, seed=seed)
    config = {"a": 1}
    return cells.record_cell(
        problem.folder, model, seed, own, referee, tmp / "results", config, 1.5, store=tmp / "store", **more
    )  # type: ignore[arg-type]


def test_row_is_traceable_and_found_again(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    row = record(tiny_problem, referee, tmp_path, "mine", valid={"ndcg@10": 0.5}, measures={"ms": 3.0})
    path = tmp_path / "results" / "cells" / "tiny" / "mine__s0.json"
    assert json.loads(path.read_text()) == json.loads(json.dumps(row))
    for key in ("dataset", "split", "seed", "commit", "machine", "command", "date", "seconds", "config"):
        assert row[key] not in (None, ""), key
    assert np.mean(row["ndcg@10_per_user"]) == pytest.approx(row["metrics"]["ndcg@10"], abs=1e-4)
    results = tmp_path / "results"
    assert cells.finished(results, tiny_problem.folder, referee, "mine", 0)
    assert not cells.finished(results, tiny_problem.folder, referee, "mine", 1)
    stale = json.loads(path.read_text()) | {"data": "other"}
    path.write_text(json.dumps(stale))
    assert not cells.finished(results, tiny_problem.folder, referee, "mine", 0)


def test_a_seen_item_is_refused_in_the_referees_words(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    own = rankings(tiny_problem)
    user = tiny_problem.users[0]
    own[user][0][0] = tiny_problem.catalog.items[tiny_problem.train[0][0]].id
    with pytest.raises(RefereeError, match="already seen"):
        record(tiny_problem, referee, tmp_path, "mine", rankings=own)
    assert not (tmp_path / "results").exists()


def test_unknown_section_and_missing_referee_are_refused(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose one of"):
        record(tiny_problem, referee, tmp_path, "mine", section="nonsense")
    with pytest.raises(RefereeError, match="--referee"):
        record(tiny_problem, tmp_path / "no.py", tmp_path, "mine")


def test_report_groups_sections_and_compares(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    for seed in (0, 1):
        record(tiny_problem, referee, tmp_path, "llmrec", seed)
        record(tiny_problem, referee, tmp_path, "llmrec-2", seed, section="layers", measures={"layers": 2})
    record(tiny_problem, referee, tmp_path, "other", kind="peer")
    record(tiny_problem, referee, tmp_path, "both", kind="fusion")
    files = write_report(tmp_path / "results")
    assert all(file.stat().st_size > 0 for file in files)
    text = files[0].read_text()
    assert text.index(cells.SECTIONS["main"]) < text.index(cells.SECTIONS["layers"])
    assert "| llmrec | ours | 2 |" in text and "±" in text
    compared = json.loads(files[2].read_text())
    assert {one["rival"] for one in compared} == {"other", "both"}


def test_report_without_rows_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m eval\.ranking"):
        write_report(tmp_path)


def row(values: list[float], **more: object) -> cells.Row:
    return {
        "dataset": "d", "data": "x", "referee": "y", "at": "test", "section": "main", "model": "m",
        "ndcg@10_per_user": values,
    } | more  # fmt: skip


def test_bootstrap_of_equals_and_of_a_clear_winner() -> None:
    base = np.random.default_rng(0).random(200).tolist()
    same = compare([row(base)], [row(base)])
    assert same.ratio == 1 and same.low == 1 and same.high == 1 and same.p == 1
    better = compare([row([value + 0.2 for value in base])], [row(base)])
    assert better.p == 0 and 1 < better.low < better.ratio < better.high


def test_bootstrap_refuses_rows_of_different_data() -> None:
    with pytest.raises(ValueError, match="differ in data"):
        compare([row([0.1])], [row([0.1], data="z")])


def test_recording_needs_the_standard_library_alone() -> None:
    code = (
        "import sys; import eval.ranking; "
        "print([m for m in ('numpy', 'torch', 'llmrec', 'rectools', 'chromadb') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
