"""The referee as a subprocess: it alone decides the split and the metrics of a ranking.

Only the standard library is needed here, so that a ranking made on a bare machine can be scored there.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

LAST = 5
"""Held-out items of a user, at most: "rolling"; 1 is leave-one-out."""
Rankings = Mapping[str, Sequence[Sequence[str]]]
"""user -> one list of 20 item ids, best first, for each held-out item."""

ParsedSplit = dict[str, tuple[list[str], list[str], list[str]]]
"""user -> (train, valid, test), item ids oldest first; users in the referee's order."""


class RefereeError(RuntimeError):
    """The referee refused a ranking or could not read a data set; the message is the referee's own."""


def _run(referee: Path, *args: str) -> str:
    if not referee.is_file():
        raise RefereeError(f"no referee at {referee}; pass --referee PATH/referee.py")
    done = subprocess.run([sys.executable, str(referee), *args], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RefereeError(done.stderr.strip() or f"{referee} exited with {done.returncode}")
    return done.stdout


def write_split(referee: Path, dataset: Path, out: Path, last: int = LAST) -> Path:
    """Have the referee write its split of `dataset` to `out` (JSONL, a line a user); returns `out`.

    `last`: items of a user that are test, at most, and as many valid.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    _run(referee, "split", str(dataset), str(out), "--last", str(last))
    return out


def read_split(path: Path) -> ParsedSplit:
    """Parse a split file that the referee wrote."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {str(row["user"]): (row["train"], row["valid"], row["test"]) for row in rows}


def write_rankings(path: Path, rankings: Rankings) -> Path:
    """Write rankings in the referee's format (JSONL, a line a user); returns `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as out:
        for user, lists in rankings.items():
            out.write(json.dumps({"user": user, "items": [list(items) for items in lists]}) + "\n")
    return path


def read_rankings(path: Path) -> dict[str, list[list[str]]]:
    """Parse a ranking file."""
    with path.open(encoding="utf-8") as lines:
        return {str(row["user"]): row["items"] for row in map(json.loads, lines)}


def score(referee: Path, dataset: Path, rankings: Path, at: str = "test", last: int = LAST) -> dict[str, float]:
    """The referee's metrics of a ranking file; raises `RefereeError` where it refuses the file."""
    asked = ("score", str(dataset), str(rankings), "--at", at, "--last", str(last))
    metrics: dict[str, float] = json.loads(_run(referee, *asked))
    return metrics


def fingerprint(*files: Path) -> str:
    """Short SHA-256 over the bytes of the files, in order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def dataset_fingerprint(dataset: Path) -> str:
    """Short SHA-256 over what the referee reads of a data set: items.csv and the interactions."""
    events = dataset / "interactions.tsv"
    return fingerprint(dataset / "items.csv", events if events.exists() else dataset / "interactions.csv")
