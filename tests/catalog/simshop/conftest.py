"""One small world on disk, and one large world in memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmrec.catalog.simshop import World, make_world

SMALL = ("--items", "60", "--users", "40", "--seed", "3")


def simshop(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `llmrec simshop` as a shell would."""
    command = [sys.executable, "-m", "llmrec.cli", "simshop", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | env, timeout=300)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 items and 40 users, written by the command; read only."""
    out = tmp_path_factory.mktemp("simshop") / "shop"
    done = simshop("--out", out, *SMALL, "--json", PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def world() -> World:
    """600 items and 300 users."""
    return make_world(600, 300, 0)
