"""How much is asked of the recommender at once, and by whom: lanes and a short queue, shared by tenants and keys.

A tenant that floods the gateway waits for itself. Of those that wait, who has the least under way comes first; beside
the lanes that anybody may use there are as many again for tenants of which nothing runs, so that nobody waits for the
end of another's long work; and in a full queue the latest of who has most in it gives way to who has less. What nobody
waits for any more is dropped, or told to stop.
"""

import asyncio
import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from llmrec.server.errors import Refused

Result = TypeVar("Result")
_SMOOTHING = 0.2
"""Weight of the latest piece of work of a kind in the mean time of one."""
_UNKNOWN_SECONDS = 1.0
"""What a piece of work is expected to take while none of its kind has ended."""
_PATIENCE = 0.75
"""Share of the time for an answer after which no further reasons are begun."""
_ARRIVALS = itertools.count()


class Abandoned(Exception):
    """Raised within work whose result nobody waits for."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who has work done within one request.

    Parameters
    ----------
    tenant, key
        Whose request it is: lanes and queue are shared by tenants, a tenant's part by its keys.
    left
        Done when the client closes the connection; None where that cannot be known.
    number
        Its place in the order of requests. Later work of a request goes before that of later requests.
    """

    tenant: str = ""
    key: str = ""
    left: "asyncio.Future[Any] | None" = None
    number: int = field(default_factory=lambda: next(_ARRIVALS))


class Job:
    """A piece of work, as it sees itself.

    Parameters
    ----------
    client
        For whom it is.
    kind
        What kind of work it is; the time that it will take is told by the others of its kind.
    seconds
        Time in which it is wanted.
    """

    def __init__(self, client: Client | None = None, kind: str = "", seconds: float = math.inf) -> None:
        self.client, self.kind = client or Client(), kind
        self.future: Future[Any] = Future()
        self.work: Callable[[Job], Any] = lambda _job: None
        self.continues = False
        self.begun = time.monotonic()
        self._end, self._late = self.begun + seconds, self.begun + _PATIENCE * seconds
        self.stopped = False
        """Whether nobody waits for it any more."""

    @property
    def late(self) -> bool:
        """Whether what is optional should be left out, so that the rest comes in time."""
        return time.monotonic() > self._late

    def check(self) -> None:
        """Go on only where somebody waits; called between steps that take a second at most.

        Raises
        ------
        Abandoned
            Where the client has left, the time is over, or the gateway ends.
        """
        if self.stopped or time.monotonic() > self._end:
            raise Abandoned

    def stop(self) -> None:
        """Have the next `check` raise."""
        self.stopped = True


class ConcurrencyLimit:
    """Lanes for work that keeps a core busy, each a thread.

    Parameters
    ----------
    workers
        Pieces of work that run at once, whoever asks. As many more run for tenants of which nothing else runs.
    queue
        How many may wait beside them.
    seconds
        Time in which each is answered, or refused.
    """

    def __init__(self, workers: int, queue: int, seconds: float) -> None:
        self._workers, self._lanes, self._queue, self._seconds = workers, 2 * workers, queue, seconds
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._waiting: list[Job] = []
        self._running: set[Job] = set()
        self._served: dict[str, int] = {}
        self._turns = itertools.count(1)
        self._means: dict[str, float] = {}
        self._handed: SimpleQueue[Job | None] = SimpleQueue()
        self._threads = 0
        self._closed = False

    @property
    def requests(self) -> int:
        """How many run or wait."""
        return len(self._running) + len(self._waiting)

    async def run(
        self, work: Callable[[Job], Result], client: Client | None = None, kind: str = "", continues: bool = False
    ) -> Result:
        """Run work in a lane.

        Parameters
        ----------
        work
            What is called there, with the job that it is. It keeps its lane to its end, which comes soon after nobody
            waits for it any more where it calls `Job.check` now and then.
        client
            For whom.
        kind
            What kind of work it is; one of few.
        continues
            Whether it goes on with a request that was let in before: it is not refused for a full queue.

        Returns
        -------
        Result
            What `work` returns; what it raises is raised.

        Raises
        ------
        Refused
            429 where too many wait, 503 where it takes too long or the gateway ends, 499 where the client has left.
        """
        job = Job(client, kind, self._seconds)
        job.work, job.continues = work, continues
        self._admit(job)
        future = asyncio.wrap_future(job.future)
        left = job.client.left
        try:
            await asyncio.wait(
                [future] if left is None else [future, left], timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if future.done():
                with suppress(Abandoned):  # its time ended within the work, a moment before it ended here
                    result: Result = await future
                    return result
        finally:
            if not future.done():
                self._give_up(job)
                future.cancel()
        if left is not None and left.done():
            raise Refused(499, "left", "the client left before the answer was there")
        if self._closed:
            raise _ending()
        sentence = f"no answer within {self._seconds:.0f} s; ask for fewer items or try again"
        raise Refused(503, "too_slow", sentence, self._wait())

    def close(self, seconds: float = 5.0) -> bool:
        """Refuse what waits, and have what runs stop.

        Parameters
        ----------
        seconds
            How long it gets to do so.

        Returns
        -------
        bool
            Whether all of it has.
        """
        with self._lock:
            self._closed = True
            for job in self._waiting:
                _refuse(job, _ending())
            self._waiting.clear()
            for job in self._running:
                job.stop()
            for _ in range(self._threads):
                self._handed.put(None)
            return self._idle.wait_for(lambda: not self._running, seconds)

    def _admit(self, job: Job) -> None:
        """Have a job wait or run. Raises `Refused`."""
        with self._lock:
            if self._closed:
                raise _ending()
            self._waiting.append(job)
            self._start()
            if job.continues or job not in self._waiting or len(self._waiting) <= self._queue:
                return
            latest = self._of_the_greediest()
            self._waiting.remove(latest)
            refused = self._busy()
            if latest is job:
                raise refused
            _refuse(latest, refused)

    def _of_the_greediest(self) -> Job:
        """The latest job of the tenant, and of its keys of the one, that has most there; none that goes on with one."""
        tenants = Counter(job.client.tenant for job in (*self._running, *self._waiting))
        keys = Counter(job.client.key for job in (*self._running, *self._waiting))
        # of equals the newcomer, who is the latest
        return max(
            (job for job in self._waiting if not job.continues),
            key=lambda job: (tenants[job.client.tenant], keys[job.client.key], job.client.number),
        )

    def _start(self) -> None:
        """Hand jobs that wait to free lanes."""
        while job := self._next():
            self._waiting.remove(job)
            self._running.add(job)
            turn = next(self._turns)
            self._served[job.client.tenant] = self._served[job.client.key] = turn
            if self._threads < len(self._running):
                self._threads += 1
                # a thread that does not end does not keep the process either
                threading.Thread(target=self._work, name=f"lane-{self._threads}", daemon=True).start()
            self._handed.put(job)
        if not self._running and not self._waiting:
            self._served.clear()

    def _next(self) -> Job | None:
        """The job that comes next, where there is a lane for it."""
        tenants = Counter(job.client.tenant for job in self._running)
        keys = Counter(job.client.key for job in self._running)
        free = len(self._running) < self._workers
        if len(self._running) >= self._lanes:
            return None
        return min(
            (job for job in self._waiting if free or not tenants[job.client.tenant]),
            key=lambda job: (
                tenants[job.client.tenant], self._served.get(job.client.tenant, 0),
                keys[job.client.key], self._served.get(job.client.key, 0), job.client.number,
            ),
            default=None,
        )  # fmt: skip

    def _work(self) -> None:
        """One lane: whatever is handed out, one after the other."""
        while job := self._handed.get():
            job.begun = time.monotonic()
            tell: Callable[[], None] | None = None
            if job.future.set_running_or_notify_cancel():
                try:
                    job.check()
                    tell = partial(job.future.set_result, job.work(job))
                except BaseException as error:
                    tell = partial(job.future.set_exception, error)
            with self._lock:
                if not job.stopped:
                    elapsed = time.monotonic() - job.begun
                    mean = self._means.get(job.kind, elapsed)
                    self._means[job.kind] = mean + _SMOOTHING * (elapsed - mean)
                self._running.discard(job)
                self._start()
                self._idle.notify_all()
            if tell:
                tell()  # not before: who asks again then must not find the lane taken
            del job, tell

    def _give_up(self, job: Job) -> None:
        """Nobody waits for a job any more."""
        with self._lock:
            job.stop()
            if job in self._waiting:
                self._waiting.remove(job)

    def _busy(self) -> Refused:
        wait = self._wait()
        return Refused(429, "busy", f"{self.requests} requests run or wait; try again in {wait} s", wait)

    def _wait(self) -> int:
        """Seconds until what runs and waits now is done, by what others of its kind took."""
        now = time.monotonic()
        known = dict(self._means)
        for job in tuple(self._running):  # what runs for longer than its kind did will go on for as long again
            known[job.kind] = max(known.get(job.kind, _UNKNOWN_SECONDS), now - job.begun)
        seconds = sum(known.get(job.kind, _UNKNOWN_SECONDS) for job in (*self._running, *self._waiting))
        return max(1, min(math.ceil(seconds / self._workers), math.ceil(self._seconds)))


def _ending() -> Refused:
    return Refused(503, "ending", "the server is ending; try again in a moment", 5)


def _refuse(job: Job, refused: Refused) -> None:
    if job.future.set_running_or_notify_cancel():
        job.future.set_exception(refused)


class StoreCalls:
    """Threads for short work with the store, apart from all others: while it hangs, what does without it goes on.

    Parameters
    ----------
    most
        Calls at once; with so many under way it is taken to hang.
    seconds
        Time in which each is answered, or refused.
    """

    def __init__(self, most: int = 64, seconds: float = 12.0) -> None:
        self._limiter, self._most, self._seconds = CapacityLimiter(most), most, seconds
        self._lock, self._running = threading.Lock(), 0

    async def run(self, call: Callable[[], Result]) -> Result:
        """Run a call in a thread.

        Parameters
        ----------
        call
            What is called.

        Returns
        -------
        Result
            What it returns; what it raises is raised.

        Raises
        ------
        Refused
            503 where it takes too long, or too many do.
        """
        with self._lock:
            if self._running >= self._most:
                raise Refused(503, "store_unavailable", "the store does not answer; try again", 5)
            self._running += 1
        try:
            async with asyncio.timeout(self._seconds):
                return await to_thread.run_sync(self._counted, call, limiter=self._limiter, abandon_on_cancel=True)
        except TimeoutError as error:
            raise Refused(503, "store_unavailable", "the store does not answer; try again", 5) from error

    def _counted(self, call: Callable[[], Result]) -> Result:
        try:
            return call()
        finally:
            with self._lock:
                self._running -= 1


class Probe:
    """A call whose answer anybody may ask for: at most one is under way, and its answer counts for a moment.

    Parameters
    ----------
    calls
        Where it runs.
    call
        What is called.
    seconds
        How long its answer counts.
    """

    def __init__(self, calls: StoreCalls, call: Callable[[], object], seconds: float = 1.0) -> None:
        self._calls, self._call, self._seconds = calls, call, seconds
        self._last: asyncio.Task[object] | None = None
        self._until = 0.0

    async def run(self) -> None:
        """Call it, unless that was done just now.

        Raises
        ------
        Exception
            What the call raised; `Refused` as `StoreCalls.run`.
        """
        if self._last is None or (self._last.done() and time.monotonic() > self._until):
            self._last = asyncio.ensure_future(self._calls.run(self._call))
            self._last.add_done_callback(self._note)
        await asyncio.shield(self._last)

    def _note(self, task: "asyncio.Task[object]") -> None:
        self._until = time.monotonic() + self._seconds
        if not task.cancelled():
            task.exception()  # it may be that nobody waits for it any more
