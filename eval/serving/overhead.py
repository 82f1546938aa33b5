"""What the gateway adds to bare vLLM for the same prompts and tokens:

    python -m eval.serving.overhead [--requests 16] [--rankings 48] [--clients 4] [--rank-url URL] [--write-url URL]

The two servers of serve/vllm/start must run. Of each request is recorded what the engine sends to vLLM for it: the
prompts, what goes side by side and what waits for what. Then the gateway is asked the request, and the recorded bodies
are sent to vLLM as they are, in the same order, the one right after the other and by turns which is first, so that
whatever else the machine does meets both. Latency is of one client, throughput of several. Files its
result in eval/results/measurements.jsonl.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from eval.command import run_command, whole_number
from eval.serving.recording import Phase, Record, RecordedEngine, relayed
from eval.serving.servers import serving
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec.engine.remote import TIMEOUT
from llmrec.recommender import Recommender
from llmrec.request import Request


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--requests", type=whole_number, default=16, help="with reasons: five items each")
    options.add_argument("--rankings", type=whole_number, default=48, help="without reasons: ten items each")
    options.add_argument(
        "--clients",
        type=whole_number,
        default=4,
        help="at once, for the throughput; four times as many, or a multiple of that, make fair numbers of requests",
    )
    options.add_argument("--rank-url", default="http://127.0.0.1:8001")
    options.add_argument("--write-url", default="http://127.0.0.1:8002")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    many = {"ranked and explained": chosen.requests, "ranked": chosen.rankings}
    recorded = _recorded(chosen.rank_url, chosen.write_url, many)
    words = ["--engine", f"vllm?{chosen.rank_url},{chosen.write_url}"]
    found: dict[str, Any] = {}
    with serving(words) as (address, key), ThreadPoolExecutor(64) as pool:
        headers, room = {"Authorization": f"Bearer {key}"}, httpx.Limits(max_connections=128)
        gateway = httpx.Client(base_url=address, headers=headers, timeout=600, limits=room)
        bare = httpx.Client(timeout=600, limits=room, headers={"Content-Type": "application/json"})
        with gateway, bare:
            for kind, requests in recorded.items():
                ways = {
                    "gateway": [lambda body=body: _ask(gateway, body) for body, _ in requests],
                    "bare vLLM": [lambda phases=phases: _replay(bare, phases, pool) for _, phases in requests],
                }
                found[kind] = _compared(ways, chosen.clients) | {"calls a request": _calls(requests)}
    print(json.dumps(file_measurement("serving.overhead", found, command_line(), file=chosen.out), indent=2))


def _recorded(rank_url: str, write_url: str, many: Mapping[str, int]) -> dict[str, list[tuple[Any, list[Phase]]]]:
    """Kind of request -> each one's body for the gateway, and what it comes to."""
    plain, record = Recommender.from_pretrained(), Record()
    with closing(plain.pipeline.index), relayed(rank_url, record) as rank, relayed(write_url, record) as write:
        pipeline = plain.pipeline.with_engine(f"vllm?{rank},{write}")
        shop = Recommender(replace(pipeline, engine=RecordedEngine(pipeline.engine, record)))
        found: dict[str, list[tuple[Any, list[Phase]]]] = {}
        for kind, count in many.items():
            explain, found[kind] = kind == "ranked and explained", []
            for user in sorted(shop.catalog.histories)[:count]:
                body: dict[str, Any] = {"user": user, "k": 5 if explain else 10, "explain": explain}
                record.phases = []
                answer = shop.recommend(Request(**body))
                if answer.degraded:
                    raise RuntimeError(f"vLLM did not answer within {TIMEOUT.read:.0f} s; the machine is too busy")
                found[kind].append((body, [phase for phase in record.phases if phase]))
    return found


def _ask(client: httpx.Client, body: Any) -> None:
    response = client.post("/v1/recommendations", json=body)
    response.raise_for_status()
    if response.json()["degraded"]:
        raise RuntimeError("the gateway answered without vLLM: nothing is measured")


def _replay(client: httpx.Client, phases: Sequence[Phase], pool: ThreadPoolExecutor) -> None:
    def send(call: tuple[str, bytes]) -> None:
        client.post(call[0], content=call[1]).raise_for_status().json()

    for phase in phases:
        list(pool.map(send, phase))


def _compared(ways: Mapping[str, Sequence[Callable[[], None]]], clients: int) -> dict[str, Any]:
    """Latency by pairs, one client; throughput by blocks of twice as many as `clients`, several at once. Ways take
    turns, so an even number of whole blocks is fair to both: who goes second finds prompts in vLLM's cache."""
    count = len(next(iter(ways.values())))
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    elapsed = dict.fromkeys(ways, 0.0)
    for name in ways:
        ways[name][0]()  # what is loaded late is loaded now
    for n in range(count):
        for name in sorted(ways, reverse=bool(n % 2)):
            started = time.perf_counter()
            ways[name][n]()
            seconds[name].append(time.perf_counter() - started)
    with ThreadPoolExecutor(clients) as pool:
        for block, start in enumerate(range(0, count, 2 * clients)):
            for name in sorted(ways, reverse=bool(block % 2)):
                started = time.perf_counter()
                list(pool.map(lambda do: do(), ways[name][start : start + 2 * clients]))
                elapsed[name] += time.perf_counter() - started
    rows = {
        name: {
            "median ms": round(1000 * statistics.median(times), 1),
            "requests a second": round(count / elapsed[name], 3),
        }
        for name, times in seconds.items()
    }
    gateway, bare = rows["gateway"], rows["bare vLLM"]
    ratios = np.array(seconds["gateway"]) / np.array(seconds["bare vLLM"])
    return rows | {
        "requests": count,
        "clients": clients,
        "added to the median latency": round(gateway["median ms"] / bare["median ms"] - 1, 3),
        "added, median of the pairs": round(float(np.median(ratios)) - 1, 3),
        "lost of the throughput": round(1 - gateway["requests a second"] / bare["requests a second"], 3),
    }


def _calls(requests: Sequence[tuple[Any, list[Phase]]]) -> float:
    return round(statistics.mean(sum(map(len, phases)) for _, phases in requests), 1)


if __name__ == "__main__":
    run_command(main)
