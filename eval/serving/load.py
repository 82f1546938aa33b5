"""Open-loop load: requests come at random times and wait for nobody's answer, as those of many people do.

Each is timed from the moment when it was due. A tool whose users ask again only when they are answered (locust's do)
sends a slow server less, and leaves out the waits of those who would have come meanwhile: its percentiles flatter.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

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


def summary(outcomes: Sequence[Outcome], interacted: float) -> dict[str, float]:
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
        "answers a second": round(len(answered) / interacted, 2),
        **percentiles(answered),
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds; NaN of nothing."""
    points = (50, 95, 99)
    found = np.percentile(seconds, points) if seconds else [float("nan")] * len(points)
    return {f"p{point} ms": round(1000 * float(value), 1) for point, value in zip(points, found, strict=True)}
