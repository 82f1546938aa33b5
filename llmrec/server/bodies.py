"""ASGI middleware: a body is taken in whole before anything else, up to a size and within a time."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from llmrec.server.refusals import Refused


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
