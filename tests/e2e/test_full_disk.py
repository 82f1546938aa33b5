"""A disk that is really full: a file system of a few MB, mounted in a namespace of our own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.commands

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def small_disk(tmp_path: Path) -> tuple[Path, Run]:
    """A mount point, and a function that runs llmrec where a disk of that `size` is mounted there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    namespace = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*namespace, "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a small disk")

    def run(size: str, *words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        command = f'mount -t tmpfs -o size={size} none "{disk}" && exec "$@"'
        llmrec = [sys.executable, "-m", "llmrec.cli", *map(str, words)]
        return subprocess.run(
            [*namespace, "sh", "-c", command, "sh", *llmrec], capture_output=True, text=True, env=os.environ | env
        )

    return disk, run


def refuses(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    sentence = next(line for line in done.stderr.splitlines() if line.startswith("error: "))
    assert "no space left on device" in sentence.lower() or "disk is full" in sentence


def test_setup(small_disk: tuple[Path, Run]) -> None:
    disk, run = small_disk
    refuses(run("40m", "setup", LLMREC_HOME=str(disk)))


def test_training(small_disk: tuple[Path, Run], films: Path) -> None:
    disk, run = small_disk
    words = ["--epochs", "1", "--layers", "1", "--wishes", "1", "--rationales", "0"]
    refuses(run("2m", "train", "--data", films, "--out", disk / "pack", *words))


def test_index(small_disk: tuple[Path, Run], films: Path, checkpoint: Path, base_model: Path) -> None:
    disk, run = small_disk
    home = disk.parent / "home"  # models as they are, the index on the full disk
    home.mkdir()
    (home / "models").symlink_to(base_model.parent)
    (home / "index").symlink_to(disk)
    refuses(run("128k", "index", "--data", films, "--adapter", checkpoint, LLMREC_HOME=str(home)))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, the file of a full disk")
def test_ranking(films: Path, checkpoint: Path, tmp_path: Path) -> None:
    lines = (line.split(",") for line in (films / "interactions.csv").read_text().splitlines())
    events = [line[1] for line in lines if line[0] == "u1"]
    split = tmp_path / "split.jsonl"
    split.write_text(json.dumps({"user": "u1", "train": events[:-2], "valid": [events[-2]], "test": [events[-1]]}))
    words = ["--data", films, "--adapter", checkpoint, "--split", split, "--out", "/dev/full"]
    llmrec = [sys.executable, "-m", "llmrec.cli", "rank", *map(str, words)]
    refuses(subprocess.run(llmrec, capture_output=True, text=True))
