"""An index on several Chroma servers under load: `python -m eval.shards [--servers 3] [--users 200] [--seconds 20]`.

The demo's films on that many servers. First the share of the truly best hundred items that one server and all together
find, for the query vectors of users. Then a gateway answers clients without a pause while a server is killed and
started again: statuses, latencies, what the answers say is missing, how much of users' lists is left meanwhile, and
whether they are the same afterwards. At last `llmrec index` is told of a further server: items that are written, and
deleted elsewhere. Files its result in eval/results/measurements.jsonl; exit code 1 where a request failed or lists
differ.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from eval.command import run_command, whole_number
from eval.serving.servers import Chroma, Gateway
from eval.store import MEASUREMENTS, command_line, file_measurement

NEAREST, LISTED, CLIENTS = 100, 10, 2


@dataclass(frozen=True)
class Answered:
    """One request of a client: when it was sent, how long it took, its status (0: none), and what was missing."""

    at: float
    seconds: float
    status: int
    degraded: tuple[str, ...]


class Load:
    """Clients that ask for lists of random users, each as soon as it is answered, until `end`."""

    def __init__(self, gateway: Gateway, users: Sequence[str]) -> None:
        self.answers: list[Answered] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(gateway, users, n)) for n in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Returns when the last is answered."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, gateway: Gateway, users: Sequence[str], seed: int) -> None:
        rng = random.Random(seed)
        with gateway.client() as client:
            while not self._ended.is_set():
                body: dict[str, Any] = {"user": rng.choice(users), "k": LISTED}
                body |= rng.choice(({}, {"query": "a quiet film about a family"}))  # a filter would need no index
                started = time.perf_counter()
                try:
                    answer = client.post("/v1/recommendations", json=body)
                    told = tuple(answer.json()["degraded"]) if answer.status_code == 200 else ()
                    status = answer.status_code
                except httpx.TransportError:
                    status, told = 0, ()
                self.answers.append(Answered(started, time.perf_counter() - started, status, told))


def recalls(servers: Sequence[Chroma], users: Sequence[str]) -> dict[str, float]:
    """Share of the truly nearest that are found by one server and by all, as one opens after the other."""
    from llmrec.pipeline_config import PipelineConfig
    from llmrec.recommender import Recommender
    from llmrec.retrieval.fingerprint import IndexFingerprint
    from llmrec.retrieval.index import ExactIndex, IndexInputs
    from llmrec.retrieval.sharded import open_chroma

    pipeline = Recommender.from_pretrained(config=PipelineConfig(index="exact")).pipeline
    parts, catalog = pipeline.components, pipeline.catalog
    histories = [catalog.rows(catalog.history(user)) for user in users]
    q = pipeline.engine.query_vectors(histories, [""] * len(histories)).vectors
    stamp = IndexFingerprint.of(catalog, {}, "measured", parts.v.shape[1])
    inputs = IndexInputs(parts.v, parts.b, catalog, stamp, Path("measured"), media=parts.index_media)
    wanted = ExactIndex(parts.v, parts.b, catalog).query(q, NEAREST).rows
    found = {}
    for name, asked in (("one server", servers[:1]), (f"{len(servers)} servers", servers)):
        index = open_chroma(replace(inputs, argument=",".join(each.url for each in asked)))
        try:
            index.query(q[:1], NEAREST)
            started = time.perf_counter()
            rows = [index.query(own[None], NEAREST).rows[0] for own in q]
            took = 1000 * (time.perf_counter() - started) / len(q)
        finally:
            index.close()
        found[f"recall@{NEAREST}, {name}"] = float(
            np.mean([np.isin(best, near).mean() for best, near in zip(wanted, rows, strict=True)])
        )
        found[f"ms a query, {name}"] = round(took, 2)
    return found


def lists(gateway: Gateway, users: Sequence[str]) -> list[list[str]]:
    """The items of each user's list."""
    with gateway.client() as client:
        answers = [client.post("/v1/recommendations", json={"user": user, "k": LISTED}) for user in users]
    return [[item["id"] for item in answer.raise_for_status().json()["items"]] for answer in answers]


def run(folder: Path, count: int, many: int, seconds: float) -> dict[str, Any]:
    """Measures; `folder` gets the servers' data, the gateway's and the logs."""
    from llmrec import paths
    from llmrec.catalog import load_catalog
    from llmrec.setup import demo_data

    users = random.Random(0).sample(sorted(load_catalog(demo_data(paths.home())).histories), many)
    with ExitStack() as stack:
        servers = [stack.enter_context(Chroma(folder / f"chroma-{n + 1}")) for n in range(count)]
        found: dict[str, Any] = recalls(servers, users)
        addresses = ",".join(server.url for server in servers)
        gateway = Gateway(["--chroma", addresses, "--database", f"sqlite:///{folder}/store.db"], folder / "gateway.log")
        stack.callback(gateway.kill)
        before = lists(gateway, users)
        load = Load(gateway, users)
        stack.callback(load.end)
        time.sleep(seconds)
        killed = time.perf_counter()
        servers[1].send(signal.SIGKILL)
        _until(lambda: bool(load.answers[-1].degraded), 30)
        meanwhile = lists(gateway, users)
        time.sleep(seconds)
        started = time.perf_counter()
        servers[1].start()
        answering = time.perf_counter()
        whole = _until(lambda: not load.answers[-1].degraded, 60)
        time.sleep(seconds)
        load.end()
        after = lists(gateway, users)
        further = stack.enter_context(Chroma(folder / f"chroma-{count + 1}"))
        moved = _moved(f"{addresses},{further.url}")
    spans = {
        "all up": [each for each in load.answers if each.at < killed],
        "one killed": [each for each in load.answers if killed <= each.at < started],
        "back": [each for each in load.answers if each.at >= whole],
    }
    items = sum(each["items"] for each in moved)
    return found | {
        "servers": count,
        "clients": CLIENTS,
        "answers by status": dict(Counter(str(each.status) for each in load.answers)),
        "load": {name: _span(answers) for name, answers in spans.items()},
        "seconds from the server's answering until lists are whole": round(whole - answering, 2),
        "share of lists kept while one was killed": round(_kept(before, meanwhile), 4),
        "lists that differ when it was back": sum(a != b for a, b in zip(before, after, strict=True)),
        "a further server": {
            "items": items,
            "written": sum(each["added"] for each in moved),
            "deleted elsewhere": sum(each["removed"] for each in moved),
            "share moved": round(sum(each["added"] for each in moved) / items, 4),
        },
    }


def _until(true: Callable[[], bool], seconds: float) -> float:
    """When it was so. Raises `TimeoutError`."""
    end = time.perf_counter() + seconds
    while not true():
        if time.perf_counter() > end:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.02)
    return time.perf_counter()


def _span(answers: Sequence[Answered]) -> dict[str, Any]:
    p50, p95, most = np.percentile([1000 * each.seconds for each in answers], (50, 95, 100)).round().tolist()
    told = Counter(", ".join(each.degraded) or "nothing" for each in answers)
    return {"requests": len(answers), "p50 ms": p50, "p95 ms": p95, "max ms": most, "missing": dict(told)}


def _kept(before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> float:
    return float(np.mean([len({*a} & {*b}) / max(len(a), 1) for a, b in zip(before, after, strict=True)]))


def _moved(addresses: str) -> list[dict[str, Any]]:
    """What `llmrec index` says of each server."""
    command = [sys.executable, "-m", "llmrec.cli", "index", "--chroma", addresses, "--json"]
    shards: list[dict[str, Any]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["shards"]
    return shards


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--servers", type=whole_number, default=3)
    options.add_argument("--users", type=whole_number, default=200)
    options.add_argument("--seconds", type=float, default=20, help="of load before, while, and after a server is lost")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), chosen.servers, chosen.users, chosen.seconds)
    print(json.dumps(file_measurement("shards", found | {"seed": 0}, command_line(), file=chosen.out), indent=2))
    sys.exit({*found["answers by status"]} != {"200"} or bool(found["lists that differ when it was back"]))


if __name__ == "__main__":
    run_command(main)
