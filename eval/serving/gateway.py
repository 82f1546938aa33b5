"""A gateway as a process of its own, over loopback, to be asked, killed and started again."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from llmrec.errors import SetupError


class Gateway:
    """`llmrec serve` on a free port; `address` is another after each start, `key` is that of the first."""

    def __init__(
        self,
        words: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        python: Sequence[str] = (sys.executable,),
    ) -> None:
        """`words`: options of the command; `log`: the file that gets its log; `env`: more environment; `python`: how
        Python is started."""
        self._words, self._log, self._env, self._python = words, log, dict(env or {}), python
        self._process: subprocess.Popen[str] | None = None
        self.address = self.key = ""
        self.start()

    def start(self) -> None:
        """Returns when it serves. Raises `SetupError` where it ends before."""
        command = [*self._python, "-u", "-m", "llmrec.cli", "serve", "--port", "0", *self._words]
        with self._log.open("ab") as errors:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | self._env
            )
        assert self._process.stdout is not None
        self.address = ""
        while not self.address:
            line = self._process.stdout.readline()
            if not line:
                raise SetupError(f"`llmrec serve {' '.join(self._words)}` ended before it served; {self._log} says why")
            self.key = (re.findall(r"llmrec-\S{20,}", line) or [self.key])[0]
            self.address = (re.findall(r"http://\S+", line) or [""])[0]

    def client(self, timeout: float = 300) -> httpx.Client:
        """A client with the key."""
        return httpx.Client(
            base_url=self.address, headers={"Authorization": f"Bearer {self.key}"}, timeout=timeout
        )  # fmt: skip

    def kill(self) -> None:
        """As `kill -9` does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        """Tells it to end (SIGTERM) and waits; its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait()


@contextmanager
def serving(words: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Address and key of a gateway with an empty store, which is ended at the end. Raises `SetupError`."""
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(["--database", f"sqlite:///{folder}/store.db", *words], Path(folder) / "log")
        try:
            yield gateway.address, gateway.key
        finally:
            gateway.end()
