"""ASGI middleware before the routes: keys and their rates, and the size of bodies.

It stands before routing, and a key is checked before a body is read, so that no route can forget either.
"""

import asyncio
import time

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

GUARDED = "/v1"
"""The path that, with all below it, is open only to those who have a key."""


class BodyLimit:
    """Take a body in whole before anything else, so that a slow or broken client holds nothing but its connection.

    Parameters
    ----------
    app
        What comes after.
    max_bytes
        Bytes of a body.
    seconds
        Time in which all of it must be there.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, seconds: float) -> None:
        self.app, self.max_bytes, self.seconds = app, max_bytes, seconds

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
        passed_on = False

        async def whole() -> Message:
            nonlocal passed_on
            if passed_on:
                return await receive()  # the next message is that the client is gone
            passed_on = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, whole, send)

    async def _read(self, announced: str, receive: Receive) -> bytes | None:
        """Read the body; None where the client is gone. Raises `Refused`."""
        self._check(int(announced) if announced.isdigit() else 0)
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            self._check(size)
            if not message.get("more_body"):
                return b"".join(parts)

    def _check(self, size: int) -> None:
        if size > self.max_bytes:
            raise Refused(413, "too_large", f"the body has more than {self.max_bytes:,} bytes; send less")


class Authentication:
    """Find the key of a request, hold it to its rates, and put it into `scope["state"]["key"]`.

    Parameters
    ----------
    app
        What comes after, for those who have a key and for paths outside of `GUARDED`.
    database
        The store of the keys.
    """

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self.app, self.database = app, database
        self._rates = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http" and (scope["path"] == GUARDED or scope["path"].startswith(f"{GUARDED}/")):
            try:
                key = await to_thread.run_sync(self._key, Headers(scope=scope).get("authorization", ""))
                self._count(key)
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

    def _count(self, key: Key) -> None:
        for rate in parse_many(key.rates):
            if not self._rates.hit(rate, key.id):
                reset = self._rates.get_window_stats(rate, key.id).reset_time
                wait = max(1, round(reset - time.time()))
                raise Refused(429, "rate_limit_exceeded", f"key {key.id} may ask {rate}; try again in {wait} s", wait)
