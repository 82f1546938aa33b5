"""Rows of a study are typed, in one file, each once, as they were after a round trip; every study can be started."""

import json
import os
import pkgutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import eval as studies
from eval.store import Row, Store, file_measurement, measurements, stamped

ROOT = Path(__file__).resolve().parents[2]
ROW = Row("films", "rolling, last 5", "main", "peer", "ease", 0, {"ndcg@10": 0.0810, "users": 3}, config={"λ": 200})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "study", ("main", "extra"))


def test_a_row_comes_back_as_it_was_with_where_it_is_from(store: Store) -> None:
    row = store.write(stamped(replace(ROW, ndcg_per_user=(0.5, 0.0), valid={"tried": [[{"k": 1}, 0.2]]}), 1.26))
    assert store.rows() == [row] == [store.find("films", "ease", 0, "main")]
    assert row.commit and row.machine["cores"] and row.command and row.date and row.seconds == 1.3
    assert json.loads(store.file.read_text())["dataset"] == "films"
    assert store.done("films", "ease", 0, "main", lambda found: found.config == {"λ": 200})
    assert not store.done("films", "ease", 1, "main", lambda _: True)


def test_a_row_is_filed_once_and_the_file_is_sorted(store: Store) -> None:
    for model, section, seed in (("b", "extra", 0), ("b", "main", 1), ("b", "main", 0), ("a", "main", 0)):
        store.write(replace(ROW, model=model, section=section, seed=seed))
    store.write(replace(ROW, model="b", metrics={"ndcg@10": 0.2}))
    assert [(row.section, row.model, row.seed) for row in store.rows()] == [
        ("main", "a", 0), ("main", "b", 0), ("main", "b", 1), ("extra", "b", 0),
    ]  # fmt: skip
    assert store.rows()[1].metrics == {"ndcg@10": 0.2}


def test_two_runs_may_file_at_a_time(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: store.write(replace(ROW, seed=seed)), range(24)))
    assert [row.seed for row in store.rows()] == list(range(24))


def test_unknown_sections_and_kinds_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="choose one of main, extra"):
        store.write(replace(ROW, section="nonsense"))
    with pytest.raises(ValueError, match="choose one of ours"):
        store.write(replace(ROW, kind="nonsense"))
    assert not store.file.exists()


@pytest.mark.parametrize(("study", "least"), [("ranking", 150), ("modalities", 190)])
def test_the_reports_are_made_of_the_stored_rows(study: str, least: int, tmp_path: Path) -> None:
    folder = ROOT / "eval" / "results" / study
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    assert len(rows) >= least
    for row in rows:
        told = [row[name] for name in ("dataset", "split", "commit", "machine", "command", "date")]
        assert all(told) and isinstance(row["seed"], int)
    (tmp_path / "rows.jsonl").write_bytes((folder / "rows.jsonl").read_bytes())
    asked = [sys.executable, "-m", f"eval.{study}", "--results", str(tmp_path)]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=ROOT, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    made = tmp_path / f"{study}.md"
    assert made.read_text() == (folder / made.name).read_text()


def test_a_study_with_one_result_replaces_its_line(tmp_path: Path) -> None:
    file = tmp_path / "study" / "measurements.jsonl"
    file_measurement("latency", {"p50 ms": 2.0}, "python -m eval.latency", file=file)
    line = file_measurement("latency", {"p50 ms": 1.0}, "python -m eval.latency", file=file)
    assert measurements("latency", file) == [line] and line["p50 ms"] == 1.0
    for engine, seconds in (("vllm", 3.0), ("local", 2.0), ("local", 1.0)):
        result = {"engine": engine, "seconds": seconds}
        file_measurement("serving", result, "python -m eval.serving", same=("engine",), file=file)
    assert [(row["engine"], row["seconds"]) for row in measurements("serving", file)] == [("local", 1.0), ("vllm", 3.0)]
    assert measurements("absent", file) == [] == measurements(file=tmp_path / "absent.jsonl")


def test_every_filed_measurement_can_be_traced_to_a_study_that_exists() -> None:
    filed = measurements()
    assert len(filed) >= 15
    for line in filed:
        assert all(line[name] for name in ("commit", "machine", "command", "date"))
        assert find_spec(f"eval.{line['study']}") is not None
        assert line["command"].startswith(f"python -m eval.{line['study']}")


MODULES = [module.name for module in pkgutil.walk_packages(studies.__path__, "eval.")]
OPTIONAL = {"xgrammar": "eval.chat_filters"}


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_a_module_of_a_study_imports(name: str) -> None:
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        assert OPTIONAL.get(error.name or "") == name


@pytest.mark.parametrize("name", ["ranking", "modalities", "explanations", "serving"])
def test_a_study_tells_what_it_does(name: str) -> None:
    asked = [sys.executable, "-m", f"eval.{name}", "--help"]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0 and "usage:" in done.stdout
