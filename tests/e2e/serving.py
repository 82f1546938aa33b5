"""`llmrec serve` as a process of its own, over the demo's catalogue."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from llmrec import paths


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
