"""ASGI middleware before the routes: keys and their rates, and the size of bodies.

It stands before routing, and a key is checked before a body is read, so that no route can forget either.
"""

import asyncio
from collections import Counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from llmrec.errors import LlmrecError
from llmrec.server.concurrency import StoreCalls
from llmrec.server.errors import Refused, refusal
from llmrec.server.rates import KeyRates
from llmrec.server.settings import Limits
from llmrec.server.store.database import Database
from llmrec.server.store.keys import Key, find_key

GUARDED = "/v1"
"""The path that, with all below it, is open only to those who have a key."""
MEDIA_PATHS = ("/v1/items/", "/v1/chat/", "/v1/responses")
"""Paths below which bodies may hold pictures, clips and sounds."""


MAX_PARTS = 200_000
"""Commas and brackets of a body of JSON."""


def guarded(path: str) -> bool:
    """Tell whether a path is open only to those who have a key.

    Parameters
    ----------
    path
        Of a request.

    Returns
    -------
    bool
    """
    return path == GUARDED or path.startswith(f"{GUARDED}/")


class BodyLimit:
    """Take a body in whole before anything else, so that a slow or broken client holds nothing but its connection.

    Then it listens for the end of the connection: `scope["state"]["left"]` is a future that is done when the client has
    left, so that work which nobody waits for can be dropped.

    Parameters
    ----------
    app
        What comes after.
    limits
        Bytes of a body and of all of them, and the time in which all of it must be there.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app, self.limits = app, limits
        self._held: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        holder = _Holder(self._held, state["key"].tenant if "key" in state else "", self.limits.bodies)
        try:
            await self._call(scope, receive, send, holder)
        finally:
            holder.release()

    async def _call(self, scope: Scope, receive: Receive, send: Send, holder: "_Holder") -> None:
        seconds = self.limits.seconds
        try:
            async with asyncio.timeout(seconds):
                announced = Headers(scope=scope).get("content-length", "")
                body = await self._read(announced, self._most(scope), receive, holder)
        except TimeoutError:
            refused = Refused(408, "slow_body", f"the body did not arrive within {seconds:.0f} s")
            await refused.response()(scope, receive, send)
            return
        except Refused as refused:
            await refused.response()(scope, receive, send)
            return
        if body is None:
            return
        left = asyncio.ensure_future(receive())  # the next message is that the client is gone
        scope["state"]["left"] = left
        passed_on = False

        async def whole() -> Message:
            nonlocal passed_on
            if passed_on:
                return await asyncio.shield(left)
            passed_on = True
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            await self.app(scope, whole, send)
        finally:
            left.cancel()

    def _most(self, scope: Scope) -> int:
        """Bytes of the body of a request: none without a key, many only where there may be media in it."""
        if not guarded(scope["path"]):
            return 0
        media = scope["path"].startswith(MEDIA_PATHS)
        return self.limits.body if media else min(self.limits.plain_body, self.limits.body)

    async def _read(self, announced: str, most: int, receive: Receive, holder: "_Holder") -> bytes | None:
        """Read the body; None where the client is gone. Raises `Refused`."""
        _check_size(int(announced) if announced.isdigit() else 0, most)
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            _check_size(size, most)
            holder.take(len(parts[-1]))
            if not message.get("more_body"):
                return _checked(b"".join(parts))


def _checked(body: bytes) -> bytes:
    """Refuse JSON of very many parts: each takes many times its bytes in memory."""
    if body.lstrip()[:1] in (b"{", b"["):
        parts = sum(map(body.count, (b",", b"[", b"{")))
        if parts > MAX_PARTS:
            raise Refused(413, "too_large", f"the body has more than {MAX_PARTS:,} parts; send less")
    return body


def _check_size(size: int, most: int) -> None:
    if size > most:
        wanted = f"the body has more than {most:,} bytes; send less" if most else "this path takes no body; send none"
        raise Refused(413, "too_large", wanted)


class _Holder:
    """The bytes that one request holds, counted with those of all others."""

    def __init__(self, held: Counter[str], tenant: str, most: int) -> None:
        self._held, self._tenant, self._most, self._own = held, tenant, most, 0

    def take(self, size: int) -> None:
        """Count bytes that came. Raises `Refused`."""
        self._held[self._tenant] += size
        self._own += size
        if self._held[self._tenant] > self._most // 2:
            raise Refused(429, "busy", "too many of your large requests are under way; try again in 5 s", 5)
        if self._held.total() > self._most:
            raise Refused(503, "busy", "too many large requests are under way; try again in 5 s", 5)

    def release(self) -> None:
        """Count them no more."""
        self._held[self._tenant] -= self._own
        if not self._held[self._tenant]:
            del self._held[self._tenant]


class Authentication:
    """Find the key of a request, hold it to its rates, and put it into `scope["state"]["key"]`.

    Parameters
    ----------
    app
        What comes after, for those who have a key and for paths outside of `GUARDED`.
    database
        The store of the keys.
    calls
        What asks it.
    """

    def __init__(self, app: ASGIApp, database: Database, calls: StoreCalls) -> None:
        self.app, self.database, self.calls = app, database, calls
        self._rates = KeyRates(database)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http" and guarded(scope["path"]):
            try:
                header = Headers(scope=scope).get("authorization", "")
                key = await self.calls.run(lambda: self._key(header))
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
        self._rates.count(key)
        return key
