"""ASGI middleware, outermost: every request gets an id, a line in the log and its place in the metrics."""

import logging
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from llmrec.server.logs import note
from llmrec.server.metrics import Metrics
from llmrec.server.refusals import Refused

METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"}


class Observed:
    """Also the end of every unforeseen error: a 500 without details."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, request_id = time.perf_counter(), 0, secrets.token_hex(8)

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, told)
        except Exception as error:
            note("failed", logging.ERROR, error, request=request_id)
            if status:
                raise  # half an answer is out: the connection breaks off, and the client sees that it is not whole
            refused = Refused(500, "broken", f"the server failed; its log says more under request {request_id}")
            await refused.response()(scope, receive, told)
        finally:
            seconds = time.perf_counter() - started
            # a name of the client's choice would make as many metrics
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            self.metrics.count(method, route, status, seconds)
            key = scope.get("state", {}).get("key")
            note(
                "request", request=request_id, method=method, route=route, status=status or 499,
                ms=round(seconds * 1000, 1), key=key.id if key else None,
            )  # fmt: skip
