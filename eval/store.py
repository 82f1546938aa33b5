"""The rows of a study: one JSON line a measured model and seed, in one file, with what it takes to trace each number.

A row carries data set, split, seed, commit, machine and command. The file is sorted, so that a new row is one new line
of a diff, and written whole beside itself, so that a run that is killed leaves the old one. Only the standard library
is needed here: a row can be filed on a machine that has nothing else.
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
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        kept = {name: value for name, value in told.items() if value not in ({}, (), "") or name == "metrics"}
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "Row":
        """The row of one line; raises `ValueError` or `TypeError` on anything else."""
        found = json.loads(line)
        return cls(**{**found, "ndcg_per_user": tuple(found.get("ndcg_per_user", ()))})


def stamped(row: Row, seconds: float, machine: Mapping[str, Any] | None = None, commit: str | None = None) -> Row:
    """The row with where, when and by which command it was measured; by default on this machine and commit."""
    return replace(
        row,
        commit=commit or head_commit(),
        machine=dict(machine or this_machine()),
        command=command_line(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
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
        with self._locked():
            rows = sorted([*(other for other in self.rows() if other.key != row.key), row], key=self._order)
            partial = self.file.with_suffix(".partial")
            partial.write_text("".join(one.to_json() + "\n" for one in rows), encoding="utf-8")
            partial.replace(self.file)
        return row

    def _order(self, row: Row) -> tuple[str, int, str, int]:
        return row.dataset, list(self.sections).index(row.section), row.model, row.seed

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two runs of a study may file rows at a time; on Windows one must not."""
        try:
            import fcntl
        except ImportError:
            yield
            return
        descriptor = os.open(self.folder, os.O_RDONLY)
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
