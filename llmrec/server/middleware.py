"""How much is asked of the recommender at once: some lanes, a short queue, and no more.

Who would wait longer than the queue is long is told at once when to come again; a queue that grows serves nobody.


ASGI middleware: a body is taken in whole before anything else, up to a size and within a time.

ASGI middleware: nobody reaches a path under /v1 without a key, or faster than the key allows.

It stands before routing and before the body is read, so that no route can forget it.

"""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from anyio import to_thread
from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from llmrec.errors import LlmrecError
from llmrec.server.errors import Refused, refusal
from llmrec.server.store.database import Database
from llmrec.server.store.keys import Key, find_key

Answer = TypeVar("Answer")


class ConcurrencyLimit:
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


class Bodies:
    """A slow or broken client holds nothing but its own connection."""

    def __init__(self, app: ASGIApp, most: int, seconds: float) -> None:
        """`most` bytes, all there within `seconds`."""
        self.app, self.most, self.seconds = app, most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.seconds):
                body = await self._read(Headers(scope=scope).get("content-length", ""), receive)
        except TimeoutError:
            refused = Refused(408, "slow_body", f"the body did not arrive within {self.seconds:.0f} s")
            await refused.response()(scope, receive, send)
            return
        except Refused as refused:
            await refused.response()(scope, receive, send)
            return
        if body is None:
            return
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()  # the next thing to hear is that the client is gone
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)

    async def _read(self, announced: str, receive: Receive) -> bytes | None:
        """The body; None where the client is gone."""
        self._allow(int(announced) if announced.isdigit() else 0)
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            self._allow(size)
            if not message.get("more_body"):
                return b"".join(parts)

    def _allow(self, size: int) -> None:
        if size > self.most:
            raise Refused(413, "too_large", f"the body has more than {self.most:,} bytes; send less")


GUARDED = "/v1"


class Authentication:
    """Finds the key of a request and puts it into `scope["state"]["key"]`."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self.app, self.database = app, database
        self._rates = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http" and (scope["path"] == GUARDED or scope["path"].startswith(f"{GUARDED}/")):
            try:
                key = await to_thread.run_sync(self._key, Headers(scope=scope).get("authorization", ""))
                self._pass(key)
            except (Refused, LlmrecError) as error:
                refused = refusal(error)
                assert refused is not None
                await refused.response()(scope, receive, send)
                return
            scope.setdefault("state", {})["key"] = key
        await self.app(scope, receive, send)

    def _key(self, header: str) -> Key:
        scheme, _, secret = header.partition(" ")
        key = find_key(self.database, secret.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise Refused(401, "invalid_api_key", "an API key is needed: send the header Authorization: Bearer KEY")
        return key

    def _pass(self, key: Key) -> None:
        for rate in parse_many(key.rates):
            if not self._rates.hit(rate, key.id):
                reset = self._rates.get_window_stats(rate, key.id).reset_time
                wait = max(1, round(reset - time.time()))
                raise Refused(429, "rate_limit_exceeded", f"key {key.id} may ask {rate}; try again in {wait} s", wait)
