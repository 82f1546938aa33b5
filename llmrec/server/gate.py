"""How much is asked of the recommender at once: some lanes, a short queue, and no more.

Who would wait longer than the queue is long is told at once when to come again; a queue that grows serves nobody.
"""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from llmrec.server.refusals import Refused

Answer = TypeVar("Answer")


class Gate:
    """Runs work that keeps a core busy."""

    def __init__(self, lanes: int, waiting: int, seconds: float) -> None:
        """`lanes` run at once, `waiting` more may wait, and each is answered within `seconds` or told to go."""
        self._pool = ThreadPoolExecutor(lanes, thread_name_prefix="lane")
        self._lanes, self._room, self._seconds = lanes, lanes + waiting, seconds
        self._lock = threading.Lock()
        self._mean = 0.1
        self.inside = 0
        """How many run or wait."""

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """What `work` returns or raises. Raises `Refused`: 429 where too many wait, 503 where it takes too long.

        Work that was begun goes on to its end and keeps its lane until then.
        """
        with self._lock:
            if self.inside >= self._room:
                wait = math.ceil(self.inside * self._mean / self._lanes)
                raise Refused(429, "busy", f"{self.inside} requests run or wait; try again in {wait} s", wait)
            self.inside += 1
        future = self._pool.submit(self._timed, work)
        future.add_done_callback(self._left)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            raise Refused(
                503, "too_slow", f"no answer within {self._seconds:.0f} s; ask for fewer items or try again", self._mean
            ) from error

    def close(self) -> None:
        """Waits for what runs; what only waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _timed(self, work: Callable[[], Answer]) -> Answer:
        started = time.perf_counter()
        try:
            return work()
        finally:
            self._mean += 0.1 * (time.perf_counter() - started - self._mean)

    def _left(self, _future: Future[Answer]) -> None:
        with self._lock:
            self.inside -= 1
