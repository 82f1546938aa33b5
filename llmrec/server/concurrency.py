"""How much is asked of the recommender at once: some workers, a short queue, and no more.

A request that finds the queue full is refused at once, with the time after which it can be tried again: in a queue that
grows without bound every request is late.
"""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from llmrec.server.errors import Refused

Result = TypeVar("Result")
_SMOOTHING = 0.1
"""Weight of the latest request in the mean time of one."""


class ConcurrencyLimit:
    """Threads for work that keeps a core busy.

    Parameters
    ----------
    workers
        Requests that run at once.
    queue
        Requests that may wait beside them.
    seconds
        Time in which each is answered, or refused.
    """

    def __init__(self, workers: int, queue: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._workers, self._capacity, self._seconds = workers, workers + queue, seconds
        self._lock = threading.Lock()
        self._mean_seconds = 0.1
        self.requests = 0
        """How many run or wait."""

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run work in a worker's thread.

        Parameters
        ----------
        work
            What is called there. Once begun it goes on to its end and keeps its worker until then, even where nobody
            waits for it any more.

        Returns
        -------
        Result
            What `work` returns; what it raises is raised.

        Raises
        ------
        Refused
            429 where too many wait, 503 where it takes too long.
        """
        with self._lock:
            if self.requests >= self._capacity:
                wait = math.ceil(self.requests * self._mean_seconds / self._workers)
                raise Refused(429, "busy", f"{self.requests} requests run or wait; try again in {wait} s", wait)
            self.requests += 1
        future = self._pool.submit(self._timed, work)
        future.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            sentence = f"no answer within {self._seconds:.0f} s; ask for fewer items or try again"
            raise Refused(503, "too_slow", sentence, self._mean_seconds) from error

    def close(self) -> None:
        """Wait for what runs; what only waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _timed(self, work: Callable[[], Result]) -> Result:
        started = time.perf_counter()
        try:
            return work()
        finally:
            self._mean_seconds += _SMOOTHING * (time.perf_counter() - started - self._mean_seconds)

    def _done(self, _future: Future[Result]) -> None:
        with self._lock:
            self.requests -= 1
