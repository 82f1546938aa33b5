"""A small catalogue on disk and an adapter trained on it with the real base model, made once a session; `llmrec serve`
as a process of its own, over the demo's catalogue.
"""

import csv
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from llmrec import paths

GENRES = ("Comedy", "Drama", "Horror", "Sci-Fi", "Western", "Animation")
SCENES = {
    "Comedy": "two friends and a wedding that goes wrong", "Drama": "a family and a long buried secret",
    "Horror": "a house where nobody survives the night", "Sci-Fi": "a crew far out in space meets a machine",
    "Western": "a sheriff alone against the gang", "Animation": "a brave toy looks for its child",
}  # fmt: skip


def write_catalogue(folder: Path, films: int = 48, users: int = 40, seed: int = 0) -> Path:
    """Films of six genres; each user likes two genres and watches from them nine times in ten."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    genre = [GENRES[n % len(GENRES)] for n in range(films)]
    with (folder / "items.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["item_id", "title", "year", "genres", "description"])
        for n in range(films):
            first = rng.choice(["Silver", "Broken", "Last", "Hidden"])
            title = f"{first} {rng.choice(['River', 'Road', 'Song', 'Door'])} {n}"
            rows.writerow([f"f{n:02}", title, 1970 + n % 30, genre[n], f"About {SCENES[genre[n]]}."])
    with (folder / "interactions.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["user_id", "item_id", "timestamp"])
        for user in range(users):
            liked = rng.sample(GENRES, 2)
            pool = [n for n in range(films) if genre[n] in liked or rng.random() < 0.1]
            for time, n in enumerate(rng.sample(pool, min(14, len(pool)))):
                rows.writerow([f"u{user}", f"f{n:02}", 1000 + time])
    return folder


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue's folder."""
    return write_catalogue(tmp_path_factory.mktemp("films") / "films")


@pytest.fixture(scope="session")
def checkpoint(films: Path, base_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter pack, trained by the command itself."""
    out = tmp_path_factory.mktemp("packs") / "films"
    words = ["--data", films, "--out", out, "--base", base_model, "--epochs", "2", "--layers", "1", "--wishes", "1"]
    words += ["--rationales", "0"]
    done = subprocess.run(
        [sys.executable, "-m", "llmrec.cli", "train", *map(str, words)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return out


def home_in(folder: Path) -> Path:
    """A data directory with the models and the demo's data of this run's, and a store of its own."""
    for name in ("models", "datasets", "features"):
        (folder / name).symlink_to(paths.home() / name)
    return folder


@contextmanager
def serving(
    home: Path, log: Path, words: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str, str | None]]:
    """The process, its address, and the key it printed, if any; killed at the end where it still runs.

    `words`: more options of the command; `env`: more of its environment.
    """
    with log.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "llmrec.cli", "serve", "--port", "0", *words], stdout=subprocess.PIPE, stderr=errors,
            text=True, env=os.environ | {"LLMREC_HOME": str(home), "PYTHONUNBUFFERED": "1"} | dict(env or {}),
        )  # fmt: skip
        try:
            key = None
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(r"API key.*: (llmrec-\S+)", line):
                    key = found[1]
                if found := re.search(r"http://\S+", line):
                    yield process, found[0], key
                    break
            else:
                raise AssertionError(log.read_text())
        finally:
            process.kill()
            process.wait()
