"""Rankings are scored by the referee and filed; tables and bootstrap are made of the rows."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.ranking import record as filing
from eval.ranking.problem import Problem
from eval.ranking.referee import RefereeError
from eval.ranking.report import write_report
from eval.ranking.tables import compare
from eval.store import Row
from llmrec.baselines import Popularity


def rankings(problem: Problem, noise: float = 0.0, seed: int = 0) -> dict[str, list[list[str]]]:
    peer = Popularity().fit_rows(problem.catalog, problem.train)
    scores = peer.score(problem.test.histories)
    extra = np.random.default_rng(seed).normal(0, noise, size=scores.shape)
    return problem.rankings((scores + extra).astype(np.float32))


def record(problem: Problem, referee: Path, tmp: Path, model: str, seed: int = 0, **more: object) -> Row:
    own = more.pop("rankings", None) or rankings(problem, noise=0.1, seed=seed)
    config = {"a": 1}
    return filing.record_row(
        problem.folder, model, seed, own, referee, tmp / "results", config, 1.5, store=tmp / "store", **more
    )  # type: ignore[arg-type]


def test_a_row_is_of_its_data_and_referee(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    row = record(tiny_problem, referee, tmp_path, "mine", valid={"ndcg@10": 0.5}, measures={"ms": 3.0})
    results = tmp_path / "results"
    store = filing.store_of(results)
    assert store.rows() == [row]
    assert row.split and row.commit and row.machine and row.command and row.data and row.referee
    assert np.mean(row.ndcg_per_user) == pytest.approx(row.metrics["ndcg@10"], abs=1e-4)
    assert filing.finished(results, tiny_problem.folder, referee, "mine", 0)
    assert not filing.finished(results, tiny_problem.folder, referee, "mine", 1)
    store.write(replace(row, data="other"))
    assert not filing.finished(results, tiny_problem.folder, referee, "mine", 0)


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
    assert text.index(filing.SECTIONS["main"]) < text.index(filing.SECTIONS["layers"])
    assert "| llmrec | ours | 2 |" in text and "±" in text
    compared = json.loads(files[1].read_text())
    assert {one["rival"] for one in compared} == {"other", "both"}


def test_report_without_rows_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m eval\.ranking"):
        write_report(tmp_path)


def row(values: list[float], data: str = "x") -> Row:
    return Row("d", "rolling", "main", "ours", "m", 0, {}, data=data, referee="y", ndcg_per_user=tuple(values))


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
