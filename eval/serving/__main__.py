"""What the gateway carries on this machine, asked by this process over loopback:

    python -m eval.serving [--engine local|vllm] [--rates 1,2,4,8,16,32] [--seconds 30] [--chats 16] [--requests 500]
    python -m eval.serving --memory [--requests 500]

First recommendations (ten items, users with their whole history) at rising rates, open loop: see `eval.serving.load`.
Then chats, streamed, lists of five with reasons: so many conversations at once, so many requests in all, an event after
each list. Afterwards every event that was acknowledged is looked for, and items with a photo are put and asked for.
`--engine vllm` expects the two servers of serve/vllm/start. Files a result for each engine in
eval/results/measurements.jsonl, and draws serving-<engine>.png beside it; exit code 1 where a chat failed, an event was
lost, or an item took longer than 5 s.

`--memory`: megabytes that a gateway holds (resident, and of that its own), at rest and after so many mixed requests one
after the other, two in five of them chats, half of these with a photo; and the seconds from the start of the process to
its first answer. Another line of the study.
"""

import argparse
import asyncio
import base64
import io
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from eval.command import run_command, whole_number
from eval.serving.chats import converse, lost_events
from eval.serving.load import open_loop, percentiles, plot, summary
from eval.serving.servers import Gateway, serving
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec import paths
from llmrec.catalog import load_catalog
from llmrec.setup import demo_data

REST_SECONDS = 20.0
"""After which a gateway that nobody asks anything has loaded all that it loads by itself."""
LINES = ("something funny from the 90s, not horror", "a dark thriller", "more like Fargo", "something for my daughter")
SOON = 5.0
"""Seconds in which an item that was put must be recommended."""


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engine", default="local", help="local, vllm, or vllm?RANK_URL,WRITE_URL")
    options.add_argument("--rates", default="1,2,4,8,16,32", help="recommendations a second, rising")
    options.add_argument("--seconds", type=float, default=30, help="of each rate")
    options.add_argument("--chats", type=whole_number, default=16, help="conversations at once")
    options.add_argument("--requests", type=whole_number, default=500, help="chat requests in all")
    options.add_argument("--memory", action="store_true", help="measure memory in place of load")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    engine = chosen.engine.partition("?")[0]
    if chosen.memory:
        found = {"engine": engine, "of": "memory"} | _memory(["--engine", chosen.engine], chosen.requests)
        filed = file_measurement("serving", found, command_line(), same=("engine", "of"), file=chosen.out)
        print(json.dumps(filed, indent=2))
        sys.exit(any(not 200 <= int(status) < 300 for status in found["answers by status"]))
    started = time.perf_counter()
    with serving(["--engine", chosen.engine]) as (address, key):
        ready = round(time.perf_counter() - started, 1)
        found = asyncio.run(_measure(address, key, chosen))
    result = {
        "engine": engine,
        "process start to serving, seconds": ready,
        **found,
    }
    filed = file_measurement("serving", result, command_line(), same=("engine",), file=chosen.out)
    picture = chosen.out.with_name(f"serving-{engine}.png")
    plot(found["recommendations"], f"Recommendations, engine {engine}", picture)
    print(json.dumps(filed, indent=2))
    sys.exit(bool(found["chats"]["errors"] or found["events"]["lost"] or found["items"]["slowest seconds"] > SOON))


async def _measure(address: str, key: str, chosen: argparse.Namespace) -> dict[str, Any]:
    headers, room = {"Authorization": f"Bearer {key}"}, httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=300, limits=room) as client:
        users = sorted(load_catalog(demo_data(paths.home())).histories)

        async def ask(n: int) -> int:
            response = await client.post("/v1/recommendations", json={"user": users[n % len(users)]})
            return response.status_code

        await converse(client, 1, 1)  # loads the writing model, which a start does beside its first requests
        rows = []
        for seed, rate in enumerate(float(rate) for rate in chosen.rates.split(",")):
            outcomes, elapsed = await open_loop(ask, rate, chosen.seconds, seed)
            rows.append({"offered a second": rate, **summary(outcomes, elapsed)})
        started = time.perf_counter()
        told = await converse(client, chosen.chats, chosen.requests)
        elapsed = time.perf_counter() - started
        chats = {
            "at once": chosen.chats,
            "requests": chosen.requests,
            "errors": told.errors,
            "requests a second": round(len(told.whole) / elapsed, 2),
            "to the end": percentiles(told.whole),
            "to the first line": percentiles(told.first),
        }
        events = {
            "acknowledged": sum(map(len, told.acknowledged.values())),
            "lost": await lost_events(client, told),
        }
        return {"recommendations": rows, "chats": chats, "events": events, "items": await _items(client)}


def _memory(words: Sequence[str], requests: int) -> dict[str, Any]:
    """What a gateway holds before and after mixed requests, and how soon it answers."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        gateway = Gateway(["--database", f"sqlite:///{folder}/store.db", *words], Path(folder) / "log")
        ready = time.perf_counter() - started
        statuses: Counter[str] = Counter()
        try:
            with gateway.client() as client:
                client.post("/v1/recommendations", json={"user": "471", "k": 3}).raise_for_status()
                first = time.perf_counter() - started
                time.sleep(REST_SECONDS)  # the writing model is loaded beside the first requests
                rest = gateway.memory()
                for n in range(requests):
                    path, body = _mixed(n)
                    statuses[str(client.post(path, json=body).status_code)] += 1
                return {
                    "start to serving, seconds": round(ready, 1),
                    "start to the first answer, seconds": round(first, 1),
                    "at rest, MB": rest,
                    "requests": requests,
                    "answers by status": dict(statuses),
                    "after them, MB": gateway.memory(),
                }
        finally:
            gateway.end()


def _mixed(n: int) -> tuple[str, dict[str, Any]]:
    """The n-th of mixed requests: of five a list, a list with a query and reasons, two chats, an event."""
    user, kind = str(n % 40 + 1), n % 5
    if kind == 0:
        return "/v1/recommendations", {"user": user, "k": 10}
    if kind == 1:
        return "/v1/recommendations", {"user": user, "query": "a dark thriller", "k": 5, "explain": n % 10 == 1}
    if kind == 2:
        return "/v1/chat/completions", {"user": user, "messages": [{"role": "user", "content": LINES[n % len(LINES)]}]}
    if kind == 3:
        return "/v1/chat/completions", {"user": user, "messages": [{"role": "user", "content": _with_photo(n)}]}
    return "/v1/events", {"events": [{"user": user, "item": str(n % 100 + 1)}]}


def _with_photo(n: int) -> list[dict[str, Any]]:
    from PIL import Image

    photo = io.BytesIO()
    Image.fromarray(np.random.default_rng(n).integers(0, 255, (240, 320, 3), np.uint8)).save(photo, "JPEG")
    url = f"data:image/jpeg;base64,{base64.b64encode(photo.getvalue()).decode()}"
    return [{"type": "text", "text": "something like this"}, {"type": "image_url", "image_url": {"url": url}}]


async def _items(client: httpx.AsyncClient, many: int = 5) -> dict[str, float]:
    """Seconds from the PUT of an item with a photo to the first answer that holds it, asked for in its words."""
    from PIL import Image

    slowest = 0.0
    for n in range(many):
        photo = io.BytesIO()
        Image.fromarray(np.random.default_rng(n).integers(0, 255, (240, 160, 3), np.uint8)).save(photo, "JPEG")
        said = f"Miners number {n} far out in space meet an alien machine."
        item = {"title": f"Galaxy Miners {n}", "description": said, "attributes": {"genres": ["Sci-Fi"], "year": 1997}}
        started = time.perf_counter()
        put = await client.put(
            f"/v1/items/load-{n}", data={"item": json.dumps(item)}, files={"image": ("p.jpg", photo.getvalue())}
        )
        put.raise_for_status()
        found = False
        while not found and time.perf_counter() - started < 60:
            answer = await client.post("/v1/recommendations", json={"query": said, "k": 10})
            found = f"load-{n}" in [item["id"] for item in answer.json().get("items", ())]
        slowest = max(slowest, time.perf_counter() - started)
    return {"put": many, "slowest seconds": round(slowest, 2)}


if __name__ == "__main__":
    run_command(main)
