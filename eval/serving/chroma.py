"""A real Chroma server as a process of its own, to be killed, stopped and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx


class Chroma:
    """`chroma run` on loopback, its data in a folder that outlives it."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder, self.url, self.log = folder, f"http://127.0.0.1:{self.port}", folder.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Returns when it answers."""
        program = Path(sys.executable).with_name("chroma")
        command = [program, "run", "--path", self.folder, "--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("ab") as log:
            env = os.environ | {"ANONYMIZED_TELEMETRY": "False"}
            self._process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, env=env)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat", timeout=5).raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise TimeoutError(f"chroma run does not answer; {self.log} says why")

    def send(self, number: signal.Signals) -> None:
        """A signal; SIGKILL returns when the process is gone."""
        assert self._process is not None
        self._process.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self.send(signal.SIGKILL)
