"""A cell: one model, one seed, one data set, ranked, scored by the referee and filed as one JSON row.

Importing this needs nothing beyond the standard library, so it works on a bare GPU machine. The row has what
a reader needs to trace the number (data and referee fingerprints, commit, machine, command, date) and NDCG@10
of every user, so that two rows can be compared by a paired bootstrap wherever the repository is.
"""

import datetime
import json
import math
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.ranking import referee as judge

Row = dict[str, Any]

SECTIONS = {
    "main": "Ranking, rolling, test",
    "modality": "One modality removed",
    "order": "History shuffled",
    "cold-hidden": "Cold items, candidates are the hidden items",
    "cold-all": "Cold items, candidates are the whole catalogue",
    "prompt": "Soft tokens against titles as words",
    "pretrained": "What the pretrained LLM brings",
    "layers": "Number of LLM layers",
    "wish": "Ranking under a wish in words",
    "extra": "Further measurements",
}
"""Sections of the report, in order; a row names its own."""

KINDS = ("ours", "peer", "fusion")
SPLIT = "rolling, last 5"


def default_store() -> Path:
    """Where rankings, scores and splits lie: under llmrec's data directory, outside the repository."""
    from llmrec.paths import home

    return home() / "eval" / "ranking"


def cell_path(folder: Path, dataset: str, model: str, seed: int, section: str = "main") -> Path:
    """The row's file; rows of the main section are named by model and seed alone."""
    prefix = "" if section == "main" else f"{section}."
    return folder / "cells" / dataset / f"{prefix}{model}__s{seed}.json"


def record_cell(
    dataset: Path,
    model: str,
    seed: int,
    rankings: judge.Rankings,
    referee: Path,
    folder: Path,
    config: Mapping[str, Any],
    seconds: float,
    *,
    section: str = "main",
    kind: str = "ours",
    valid: Mapping[str, Any] | None = None,
    measures: Mapping[str, float] | None = None,
    at: str = "test",
    store: Path | None = None,
    machine: Mapping[str, Any] | None = None,
    commit: str | None = None,
) -> Row:
    """Score `rankings` of the data set folder `dataset` through the referee script and write the row.

    `folder` is eval/results/ranking. `config` is the one chosen on valid, `valid` what it reached there
    (`{"ndcg@10": …}`, and what else was tried), `measures` further numbers of the same run (milliseconds,
    prompt tokens). `machine` and `commit` describe this machine and checkout unless given. The ranking itself
    goes to `store` (default: under llmrec's data directory).
    Raises `RefereeError` where the referee refuses the ranking, `ValueError` on an unknown section or kind.
    """
    store = default_store() if store is None else store
    name = dataset.name
    path = judge.write_rankings(store / name / "rankings" / f"{section}.{model}__s{seed}.{at}.jsonl", rankings)
    metrics = judge.score(referee, dataset, path, at)
    split_path = store / name / "split.jsonl"
    split = judge.read_split(judge.write_split(referee, dataset, split_path))
    per_user = ndcg_per_user(split, rankings, at)
    mean = sum(per_user) / len(per_user)
    if abs(mean - metrics["ndcg@10"]) > 1e-5:
        raise judge.RefereeError(f"NDCG@10 {mean:.6f} here, {metrics['ndcg@10']} by the referee: report this")
    row = {
        "section": section,
        "kind": kind,
        "dataset": name,
        "model": model,
        "seed": seed,
        "at": at,
        "split": SPLIT,
        "scored_by": "referee",
        "metrics": metrics,
        "measures": dict(measures or {}),
        "valid": dict(valid or {}),
        "config": dict(config),
        "ndcg@10_per_user": [round(value, 4) for value in per_user],
        **fingerprints(dataset, referee),
    }
    return write_row(folder, row, seconds, machine, commit)


def write_row(
    folder: Path,
    row: Row,
    seconds: float,
    machine: Mapping[str, Any] | None = None,
    commit: str | None = None,
) -> Row:
    """Add where, when and how long to `row`, write it to its place under `folder`, return the whole row."""
    if row["section"] not in SECTIONS:
        raise ValueError(f"section {row['section']!r} is unknown; choose one of {', '.join(SECTIONS)}")
    if row["kind"] not in KINDS:
        raise ValueError(f"kind {row['kind']!r} is unknown; choose one of {', '.join(KINDS)}")
    row = row | {
        "commit": commit or head_commit(),
        "machine": dict(machine or this_machine()),
        "command": command_line(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "seconds": round(seconds, 1),
    }
    path = cell_path(folder, row["dataset"], row["model"], row["seed"], row["section"])
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(_dump(row), encoding="utf-8")
    partial.replace(path)
    return row


def _dump(row: Row) -> str:
    """JSON, one key a line; long lists stay on their line."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in row.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def fingerprints(dataset: Path, referee: Path) -> dict[str, str]:
    """What a row was measured on: short hashes of the data and of the referee script."""
    return {"data": judge.dataset_fingerprint(dataset), "referee": judge.fingerprint(referee)}


def read_cell(folder: Path, dataset: str, model: str, seed: int, section: str = "main") -> Row:
    """The filed row; raises `FileNotFoundError` where there is none."""
    row: Row = json.loads(cell_path(folder, dataset, model, seed, section).read_text(encoding="utf-8"))
    return row


def finished(folder: Path, dataset: Path, referee: Path, model: str, seed: int, section: str = "main") -> bool:
    """Whether the row is there and was measured on this data by this referee."""
    if not cell_path(folder, dataset.name, model, seed, section).exists():
        return False
    row = read_cell(folder, dataset.name, model, seed, section)
    return all(row[key] == value for key, value in fingerprints(dataset, referee).items())


def read_rows(folder: Path) -> list[Row]:
    """All rows under `folder`, by data set, section, model and seed."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "cells").glob("*/*.json")]
    sections = list(SECTIONS)
    return sorted(rows, key=lambda r: (r["dataset"], sections.index(r["section"]), r["model"], r["seed"]))


def ndcg_per_user(split: judge.ParsedSplit, rankings: judge.Rankings, at: str) -> list[float]:
    """NDCG@10 of each user, in the order of the split: mean over the user's events."""
    values = []
    for user, (_, valid, test) in split.items():
        targets: Sequence[str] = test if at == "test" else valid
        gains = [
            1 / math.log2(list(top[:10]).index(target) + 2) if target in top[:10] else 0.0
            for target, top in zip(targets, rankings[user], strict=True)
        ]
        values.append(sum(gains) / len(gains))
    return values


def this_machine() -> dict[str, Any]:
    """CPU model, cores this process may use, and the GPU's name (None without one)."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = lines[0].split(":", 1)[1].strip() if lines else cpu
    gpu = None
    if shutil.which("nvidia-smi"):
        asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        listing = subprocess.run(asked, capture_output=True, text=True, check=False)
        gpu = listing.stdout.strip().splitlines()[0] if listing.returncode == 0 else None
    return {"cpu": cpu, "cores": os.cpu_count(), "threads": os.environ.get("OMP_NUM_THREADS"), "gpu": gpu}


def head_commit() -> str:
    """The checkout's commit, with `-dirty` where files other than results differ from it; `unknown` outside one."""
    if not shutil.which("git"):
        return "unknown"
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)eval/results")
    return f"{commit}-dirty" if changed else commit or "unknown"


def _git(*words: str) -> str:
    """What git prints of this checkout; "" where it fails."""
    root = Path(__file__).resolve().parent
    return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False).stdout.strip()


def command_line() -> str:
    """The command that runs, absolute paths made relative to the working directory."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    start = f"python -m {spec.name.removesuffix('.__main__')}" if spec else f"python {_relative(sys.argv[0])}"
    return " ".join([start, *(shlex.quote(_relative(arg)) for arg in sys.argv[1:])])


def _relative(arg: str) -> str:
    return os.path.relpath(arg) if arg.startswith("/") else arg
