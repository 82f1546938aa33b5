"""Results on disk: one JSON line a measured model and seed, with what it takes to trace each number.

A study that compares models has a `Store` of its own (`rows.jsonl`); a study with one result has a line of
`measurements.jsonl`, which all such studies share. A line carries seed, commit, machine and command. The files are
sorted, so that a new result is one new line of a diff, and written whole beside themselves, so that a run that is
killed leaves the old one. Only the standard library is needed here: a result can be filed on a machine that has nothing
else.
"""

import datetime
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

MEASUREMENTS = Path(__file__).resolve().parent / "results" / "measurements.jsonl"
"""Where the studies with one result each file it."""
KINDS = ("ours", "peer", "fusion")
Key = tuple[str, str, str, int]
"""Data set, section, model, seed: one row each."""


@dataclass(frozen=True)
class Row:
    """One model with one seed on one data set.

    Attributes
    ----------
    dataset : str
        Name of the data set's folder.
    split : str
        How train, valid and test were told apart.
    section : str
        Which table of the report shows it.
    kind : str
        One of `KINDS`.
    model : str
        What was measured, as the report calls it.
    seed : int
        Seed of everything random.
    metrics, measures : mapping
        What was reached, and further numbers of the same run (milliseconds, weights).
    config, valid : mapping
        The configuration chosen on valid, and what it reached there.
    data, referee : str
        Short hashes of the data, and of the referee where it scored.
    ndcg_per_user : tuple of float
        NDCG@10 of every user in the order of the split, for paired comparisons; empty where not kept.
    commit, machine, command, date, seconds
        Where the row comes from; see `stamped`.
    """

    dataset: str
    split: str
    section: str
    kind: str
    model: str
    seed: int
    metrics: Mapping[str, float]
    measures: Mapping[str, float] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    valid: Mapping[str, Any] = field(default_factory=dict)
    at: str = "test"
    data: str = ""
    referee: str = ""
    scored_by: str = ""
    ndcg_per_user: tuple[float, ...] = ()
    commit: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    date: str = ""
    seconds: float = 0.0

    @property
    def key(self) -> Key:
        """What no two rows of a study have in common."""
        return self.dataset, self.section, self.model, self.seed

    def to_json(self) -> str:
        """One line; what is empty is left out."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        kept = {name: value for name, value in values.items() if value not in ({}, (), "") or name == "metrics"}
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "Row":
        """The row of one line; raises `ValueError` or `TypeError` on anything else."""
        row = json.loads(line)
        return cls(**{**row, "ndcg_per_user": tuple(row.get("ndcg_per_user", ()))})


def stamped(row: Row, seconds: float, machine: Mapping[str, Any] | None = None, commit: str | None = None) -> Row:
    """The row with where, when and by which command it was measured; by default on this machine and commit."""
    return replace(
        row,
        commit=commit or head_commit(),
        machine=dict(machine or this_machine()),
        command=command_line(),
        date=_today(),
        seconds=round(seconds, 1),
    )


@dataclass(frozen=True)
class Store:
    """The rows of one study in `folder`/rows.jsonl; `sections`: their names in the order of the report."""

    folder: Path
    sections: Sequence[str]

    @property
    def file(self) -> Path:
        """Where the rows lie."""
        return self.folder / "rows.jsonl"

    def rows(self) -> list[Row]:
        """All rows, by data set, section, model and seed; none where there is no file."""
        if not self.file.exists():
            return []
        lines = self.file.read_text(encoding="utf-8").splitlines()
        return sorted(map(Row.from_json, lines), key=self._order)

    def find(self, dataset: str, model: str, seed: int, section: str) -> Row | None:
        """The filed row, or None."""
        return next((row for row in self.rows() if row.key == (dataset, section, model, seed)), None)

    def done(self, dataset: str, model: str, seed: int, section: str, same: Callable[[Row], bool]) -> bool:
        """Whether the row is filed and `same` says that it is what would be measured now."""
        row = self.find(dataset, model, seed, section)
        return row is not None and same(row)

    def write(self, row: Row) -> Row:
        """File the row in place of the one with its key. Raises `ValueError` on an unknown section or kind."""
        if row.section not in self.sections:
            raise ValueError(f"section {row.section!r} is unknown; choose one of {', '.join(self.sections)}")
        if row.kind not in KINDS:
            raise ValueError(f"kind {row.kind!r} is unknown; choose one of {', '.join(KINDS)}")
        self.folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder):
            rows = sorted([*(other for other in self.rows() if other.key != row.key), row], key=self._order)
            _replace_lines(self.file, [one.to_json() for one in rows])
        return row

    def _order(self, row: Row) -> tuple[str, int, str, int]:
        return row.dataset, list(self.sections).index(row.section), row.model, row.seed


def file_measurement(
    study: str,
    result: Mapping[str, Any],
    command: str,
    *,
    same: Sequence[str] = (),
    file: Path = MEASUREMENTS,
) -> dict[str, Any]:
    """File the result of a study that has one, in place of its last.

    Parameters
    ----------
    study : str
        Name of the study's module below `eval`.
    result : mapping
        What was measured; with `machine`, where that is more than `this_machine` tells.
    command : str
        What measures it again.
    same : sequence of str
        Fields of the result that tell its results apart, for a study with a result for each model or engine.
    file : Path
        Where it is filed.

    Returns
    -------
    dict
        The line: the result with the study's name and where, when and by which command it was measured.
    """
    machine = result.get("machine") or this_machine()
    about = {"machine": machine, "commit": head_commit(), "command": command, "date": _today()}
    line = {"study": study, **result, **about}
    file.parent.mkdir(parents=True, exist_ok=True)
    with _locked(file.parent):
        others = [old for old in measurements(file=file) if any(old.get(n) != line.get(n) for n in ("study", *same))]
        lines = sorted([*others, line], key=lambda one: (one["study"], *(str(one.get(n)) for n in same)))
        _replace_lines(file, [json.dumps(one, ensure_ascii=False) for one in lines])
    return line


def measurements(study: str | None = None, file: Path = MEASUREMENTS) -> list[dict[str, Any]]:
    """The filed results of one study, or of all that have one each; none where there is no file."""
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if study in (None, line["study"])]


def _replace_lines(file: Path, lines: Sequence[str]) -> None:
    partial = file.with_suffix(".partial")
    partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    partial.replace(file)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Two runs of a study may file results at a time; on Windows one must not."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def this_machine() -> dict[str, Any]:
    """CPU model, cores this process may use, and the GPU's name (None without one)."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = lines[0].split(":", 1)[1].strip() if lines else cpu
    gpu = None
    if shutil.which("nvidia-smi"):
        query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        listing = subprocess.run(query, capture_output=True, text=True, check=False)
        gpu = listing.stdout.strip().splitlines()[0] if listing.returncode == 0 else None
    return {"cpu": cpu, "cores": os.cpu_count(), "threads": os.environ.get("OMP_NUM_THREADS"), "gpu": gpu}


def head_commit() -> str:
    """The checkout's commit, with `-dirty` where files other than results differ from it; `unknown` outside one."""
    if not shutil.which("git"):
        return "unknown"
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)eval/results")
    return f"{commit}-dirty" if changed else commit or "unknown"


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


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
