"""Two vLLM servers of each role, one of them killed amid requests and started again: is a request lost or different?

The load is a steady one, open loop: each request is sent when it is due, whatever became of the last. Just before the
kill eight more are sent at once, so that both servers have some under way.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from eval.serving.servers import Gateway, Vllm
from llmrec.model.checkpoint import load_checkpoint
from llmrec.model.export import export_merged
from llmrec.paths import adapter_folder, home
from llmrec.setup import base_folder

ROLES = ("rank", "write")
LISTS: dict[str, Any] = {"k": 10}
REASONS: dict[str, Any] = {"k": 2, "explain": True}


@contextmanager
def pairs(folder: Path, writers: bool = True) -> Iterator[dict[str, tuple[Vllm, Vllm]]]:
    """Two servers of each role on the demo's checkpoint, up, and killed at the end.

    Parameters
    ----------
    folder
        Gets the exported models and the logs.
    writers
        Whether there are two that write; else there is one.
    """
    export_merged(load_checkpoint(adapter_folder("ml-100k")), base_folder(home()), folder)
    with ExitStack() as servers:
        found: dict[str, tuple[Vllm, ...]] = {}
        for role in ROLES:
            many = 2 if writers or role == "rank" else 1
            found[role] = tuple(Vllm(role, folder / role, folder / f"{role}-{n}.log") for n in range(many))
            for each in found[role]:
                servers.callback(each.kill)
        for role in ROLES:
            for each in found[role]:
                each.wait()
        yield {role: (of[0], of[-1]) for role, of in found.items()}


@dataclass(frozen=True)
class Load:
    """What is asked for, for how many users in turn, how often a second, and how many at once just before the kill."""

    body: dict[str, Any]
    users: int
    rate: float
    at_once: int


LOADS = {"rank": Load(LISTS, 20, 2.5, 8), "write": Load(REASONS, 6, 0.1, 4)}
"""Of two cores that the servers share with the gateway: sentences take seconds there."""


def run_replicas(folder: Path, seconds: float = 20.0) -> dict[str, Any]:
    """Kill one that ranks under lists, then one that writes under lists with reasons by the LLM.

    Parameters
    ----------
    folder
        Gets models, logs and the gateway's store.
    seconds
        From the begin of the load to the kill, from there to the next start, and from its return to the end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with pairs(folder) as servers:
        engine = "vllm?" + ";".join(",".join(each.url for each in servers[role]) for role in ROLES)
        words = ["--engine", engine, "--writer", "llm", "--database", f"sqlite:///{folder}/store.db"]
        gateway = Gateway(words, folder / "gateway.log")
        try:
            log = folder / "gateway.log"
            return {
                f"one of two that {role}": killed(gateway, log, servers[role], LOADS[role], seconds) for role in ROLES
            }
        finally:
            gateway.kill()


def killed(gateway: Gateway, log: Path, two: Sequence[Vllm], asked: Load, seconds: float) -> dict[str, Any]:
    """Kill one of two under a steady load, and start it again under it; what became of the requests."""
    with gateway.client() as client, ThreadPoolExecutor(64) as pool:

        def ask(n: int) -> tuple[int, list[str], Any, float]:
            begun = time.perf_counter()
            try:
                response = client.post("/v1/recommendations", json={"user": str(n % asked.users + 1), **asked.body})
                found = response.json()
            except (httpx.HTTPError, ValueError) as error:
                return 0, [type(error).__name__], None, time.perf_counter() - begun
            told = [(item["id"], (item["rationale"] or {}).get("text")) for item in found.get("items", ())]
            return response.status_code, found.get("degraded", ["no list"]), told, time.perf_counter() - begun

        before = [ask(n) for n in range(asked.users)]
        sent: list[tuple[int, str, Future[Any]]] = []
        period, ended, begun = "both", threading.Event(), time.monotonic()

        def load() -> None:
            for n in range(1_000_000):
                if ended.wait(max(0.0, begun + n / asked.rate - time.monotonic())):
                    return
                sent.append((n, period, pool.submit(ask, n)))

        sender = threading.Thread(target=load)
        sender.start()
        time.sleep(seconds)
        away, back = _events(log, "vLLM away"), _events(log, "vLLM back")
        at_once = [(n, "one killed", pool.submit(ask, n)) for n in range(asked.at_once)]
        _until(lambda: two[1].running() > 0 or all(future.done() for *_, future in at_once), 30)
        under_way = sum(not future.done() for _, _, future in at_once)
        running, shared = two[1].running(), [each.answered() for each in two]
        period = "one killed"
        two[1].kill()
        time.sleep(seconds)
        told_away = _events(log, "vLLM away") - away
        two[1].start()
        two[1].wait()
        _until(lambda: _events(log, "vLLM back") > back, 60)
        period = "both again"
        time.sleep(seconds)
        ended.set()
        sender.join()
        answers = [(n, of, future.result()) for n, of, future in [*sent, *at_once]]
    return {
        "requests a second": asked.rate,
        "requests": len(answers),
        "answers by status": dict(Counter(str(status) for _, _, (status, *_) in answers)),
        "degraded": dict(Counter(part for _, _, (_, degraded, *_) in answers for part in degraded)),
        "others than before": sum(told != before[n % asked.users][2] for n, _, (_, _, told, _) in answers),
        "under way at the kill": {"at the gateway": under_way, "at the server": running},
        "answered by each until the kill": shared,
        "answered by the one that came back": two[1].answered(),
        "vLLM away in the log": told_away,
        "vLLM back in the log": _events(log, "vLLM back") - back,
        "seconds an answer": {
            of: _seconds([took for _, when, (*_, took) in answers if when == of])
            for of in ("both", "one killed", "both again")
        },
    }


def _seconds(took: Sequence[float]) -> dict[str, float]:
    if not took:
        return {"requests": 0}
    p50, p95 = np.percentile(took, (50, 95))
    found = {"requests": len(took), "p50": float(p50), "p95": float(p95), "most": max(took)}
    return {name: round(value, 2) for name, value in found.items()}


def _events(log: Path, event: str) -> int:
    return log.read_text(errors="replace").count(f'"{event}"')


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
