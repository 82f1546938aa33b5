"""ASGI middleware: nobody reaches a path under /v1 without a key, or faster than the key allows.

It stands before routing and before the body is read, so that no route can forget it.
"""

import time

from anyio import to_thread
from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from llmrec.errors import LlmrecError
from llmrec.server.refusals import Refused, refusal
from llmrec.server.store.database import Database
from llmrec.server.store.keys import Key, find_key

GUARDED = "/v1"


class Door:
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
