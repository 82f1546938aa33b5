"""What the gateway carries on this machine: `python -m eval.serving [--requests 100] [--chats 16]`.

Starts `llmrec serve` as a process with a store of its own and asks it from this one, with 1, 4 and 16 clients at once
(closed loop: each asks again when it is answered). Recommendations are for users with their whole history, ten items;
chats are streamed, five items with reasons. What the gateway adds is measured against the same requests in this
process, one after the other. Afterwards every event that was acknowledged is looked for. Writes
eval/results/serving.json.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from eval.ranking.cells import head_commit, this_machine
from eval.serving.gateway import serving
from llmrec.recommend import Recommender
from llmrec.request import Request

OUT = Path(__file__).resolve().parents[1] / "results" / "serving.json"
CLIENTS = (1, 4, 16)
WISHES = ("something funny from the 90s, not horror", "a dark thriller", "only dramas before 1980", "a space adventure")


def main() -> None:
    """Measure and write; exit code 1 where a request failed or an event was lost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=100)
    options.add_argument("--chats", type=int, default=16)
    chosen = options.parse_args()
    users, direct = _direct(chosen.requests)
    found: dict[str, Any] = {"recommendations, in this process": _summary(direct, sum(direct))}
    started = time.perf_counter()
    with serving() as (address, key):
        found["process start to serving, seconds"] = round(time.perf_counter() - started, 1)
        with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=300) as client:
            _chat(client, users[0])  # loads the writing model
            for clients in CLIENTS:
                times, took = _load(lambda user: _recommend(client, user), users, clients)
                found[f"recommendations, {clients} clients"] = _summary(times, took)
            times, took = _load(lambda user: _chat(client, user), users[: chosen.chats], 16)
            found["chats to the end, 16 clients"] = _summary([whole for whole, _ in times], took)
            found["chats to the first line, 16 clients"] = _summary([first for _, first in times], took)
            found["events"] = _events(client, 500)
    result = found | {
        "machine": this_machine(),
        "commit": head_commit(),
        "command": f"python -m eval.serving --requests {chosen.requests} --chats {chosen.chats}",
        "date": time.strftime("%Y-%m-%d"),
    }
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    sys.exit(found["events"]["lost"] > 0)


def _direct(requests: int) -> tuple[list[str], list[float]]:
    """Users, as many as requests, and the seconds that each one's recommendations take without the gateway."""
    shop = Recommender.open(None, None)
    users = sorted(shop.catalog.histories)[:requests]
    shop.recommend(Request(user=users[0]))
    times = []
    for user in users:
        started = time.perf_counter()
        shop.recommend(Request(user=user))
        times.append(time.perf_counter() - started)
    shop.opened.index.close()
    return users, times


def _load(ask: Callable[[str], Any], users: Sequence[str], clients: int) -> tuple[list[Any], float]:
    """What `ask` says of each user, and the seconds of the whole."""
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        told = list(pool.map(ask, users))
    return told, time.perf_counter() - started


def _recommend(client: httpx.Client, user: str) -> float:
    started = time.perf_counter()
    client.post("/v1/recommendations", json={"user": user}).raise_for_status()
    return time.perf_counter() - started


def _chat(client: httpx.Client, user: str) -> tuple[float, float]:
    """Seconds to the end and to the first line."""
    wish = WISHES[int(user) % len(WISHES)]
    body = {"model": "llmrec", "user": user, "stream": True, "messages": [{"role": "user", "content": wish}]}
    started, first = time.perf_counter(), 0.0
    with client.stream("POST", "/v1/chat/completions", json=body) as response:
        response.raise_for_status()
        for line in response.iter_lines():
            if not first and '"content": "1.' in line:
                first = time.perf_counter() - started
    assert line or first
    return time.perf_counter() - started, first


def _events(client: httpx.Client, many: int) -> dict[str, float]:
    """So many events by 16 clients, and how many of those acknowledged are in no history afterwards."""
    items = [str(n) for n in range(1, 51)]
    sent = [(f"load-{n // len(items)}", items[n % len(items)]) for n in range(many)]

    def send(pair: tuple[str, str]) -> bool:
        body = {"events": [{"user": pair[0], "item": pair[1]}]}
        return client.post("/v1/events", json=body).status_code == 201

    told, took = _load(send, sent, 16)  # type: ignore[arg-type]
    known = [pair for pair, ok in zip(sent, told, strict=True) if ok]
    histories = {
        user: client.post("/v1/recommendations", json={"user": user, "k": 1}).json()["history"]
        for user in {user for user, _ in known}
    }
    lost = sum(item not in histories[user] for user, item in known)
    return {"sent": many, "acknowledged": len(known), "lost": lost, "a second": round(many / took, 1)}


def _summary(seconds: Sequence[float], took: float) -> dict[str, float]:
    ordered = sorted(1000 * s for s in seconds)
    return {
        "requests": len(ordered),
        "p50 ms": round(statistics.median(ordered), 1),
        "p95 ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "a second": round(len(ordered) / took, 1),
    }


if __name__ == "__main__":
    main()
