"""Open-loop load: requests come at random times and wait for nobody's answer, as those of many people do.

Each is timed from the moment when it was due. A tool whose users ask again only when they are answered (locust's do)
sends a slow server less, and leaves out the waits of those who would have come meanwhile: its percentiles flatter.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

Ask = Callable[[int], Awaitable[int]]
"""Sends the n-th request and reads its answer to the end; the HTTP status."""
AWAY = 0
"""The status of a request that got no answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`seconds` from when the request was due to the end of its answer."""

    seconds: float
    status: int


async def open_loop(ask: Ask, rate: float, seconds: float, seed: int = 0) -> tuple[list[Outcome], float]:
    """Poisson arrivals, `rate` a second, for so many seconds; the outcomes, and the seconds until all were answered."""
    rng, due, times = random.Random(seed), 0.0, []
    while (due := due + rng.expovariate(rate)) < seconds:
        times.append(due)
    started = time.perf_counter()

    async def one(n: int, due: float) -> Outcome:
        await asyncio.sleep(due - (time.perf_counter() - started))
        try:
            status = await ask(n)
        except httpx.HTTPError:
            status = AWAY
        return Outcome(time.perf_counter() - started - due, status)

    outcomes = await asyncio.gather(*(one(n, due) for n, due in enumerate(times)))
    return list(outcomes), time.perf_counter() - started


def summary(outcomes: Sequence[Outcome], elapsed: float) -> dict[str, float]:
    """Counts by what came of them; milliseconds of those that were answered; answers a second.

    Who is told to come again (429) is neither answered nor an error, and is counted apart.
    """
    answered = [outcome.seconds for outcome in outcomes if 200 <= outcome.status < 300]
    refused = sum(outcome.status == 429 for outcome in outcomes)
    return {
        "sent": len(outcomes),
        "answered": len(answered),
        "told to come again (429)": refused,
        "errors": len(outcomes) - len(answered) - refused,
        "answers a second": round(len(answered) / elapsed, 2),
        **percentiles(answered),
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds; NaN of nothing."""
    points = (50, 95, 99)
    found = np.percentile(seconds, points) if seconds else [float("nan")] * len(points)
    return {f"p{point} ms": round(1000 * float(value), 1) for point, value in zip(points, found, strict=True)}


def plot(rows: Sequence[dict[str, Any]], title: str, out: Path) -> None:
    """Latency and throughput over the load that was offered.

    Parameters
    ----------
    rows : sequence of dict
        One for each rate, as `summary` gives it, with the rate as "offered a second".
    title : str
        Above the plot.
    out : Path
        The picture that is written.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    offered = [row["offered a second"] for row in rows]
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(6, 5.5))
    for name in ("p50 ms", "p95 ms", "p99 ms"):
        above.plot(offered, [row[name] for row in rows], marker="o", label=name.removesuffix(" ms"))
    above.set(title=title, ylabel="answered after, ms", yscale="log")
    above.legend()
    below.plot(offered, offered, linestyle=":", color="grey", label="offered")
    below.plot(offered, [row["answers a second"] for row in rows], marker="o", label="answered")
    refused = [row["told to come again (429)"] / row["sent"] * row["offered a second"] for row in rows]
    below.plot(offered, refused, marker="o", label="told to come again")
    below.set(xlabel="offered, requests a second", ylabel="a second", xscale="log")
    below.legend()
    figure.tight_layout()
    figure.savefig(out, dpi=120)
    plt.close(figure)
