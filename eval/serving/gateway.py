"""A gateway as a process of its own, with an empty store, for suites that ask it over loopback."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from llmrec.errors import SetupError


@contextmanager
def serving(words: Sequence[str] = (), log: Path | None = None) -> Iterator[tuple[str, str]]:
    """Address and key of `llmrec serve`, which is ended at the end.

    `words`: further options of the command; `log`: the file that gets its log. Raises `SetupError` where it ends
    before it serves.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-u", "-m", "llmrec.cli", "serve", "--port", "0", *words]
        command += ["--database", f"sqlite:///{folder}/store.db"]
        with (log or Path(folder) / "log").open("ab") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert process.stdout is not None
            key = address = ""
            while not address:
                line = process.stdout.readline()
                if not line:
                    raise SetupError(f"`{' '.join(command[2:])}` ended before it served; run it by hand to see why")
                key = (re.findall(r"llmrec-\S{20,}", line) or [key])[0]
                address = (re.findall(r"http://\S+", line) or [""])[0]
            yield address, key
        finally:
            process.terminate()
            process.wait()
