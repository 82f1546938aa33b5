"""What the gateway carries on this machine, asked by this process over loopback:

    python -m eval.serving [--engine local|vllm] [--rates 1,2,4,8,16,32] [--seconds 30] [--chats 16] [--requests 500]

First recommendations (ten items, users with their whole history) at rising rates, open loop: see `eval.serving.load`.
Then chats, streamed, lists of five with reasons: so many conversations at once, so many requests in all, an event after
each list. Afterwards every event that was acknowledged is looked for, and items with a photo are put and asked for.
`--engine vllm` expects the two servers of serve/vllm/start. Files a result for each engine in
eval/results/measurements.jsonl, and draws serving-<engine>.png beside it; exit code 1 where a chat failed, an event was
lost, or an item took longer than 5 s.
"""

import argparse
import asyncio
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from eval.serving.chats import converse, lost_events
from eval.serving.load import open_loop, percentiles, plot, summary
from eval.serving.servers import serving
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec import paths
from llmrec.catalog import load_catalog
from llmrec.setup import demo_data

SOON = 5.0
"""Seconds in which an item that was put must be recommended."""


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engine", default="local", help="local, vllm, or vllm?RANK_URL,WRITE_URL")
    options.add_argument("--rates", default="1,2,4,8,16,32", help="recommendations a second, rising")
    options.add_argument("--seconds", type=float, default=30, help="of each rate")
    options.add_argument("--chats", type=int, default=16, help="conversations at once")
    options.add_argument("--requests", type=int, default=500, help="chat requests in all")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    engine = chosen.engine.partition("?")[0]
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
    main()
