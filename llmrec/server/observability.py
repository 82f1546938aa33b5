"""Logs: one JSON object a line, on stderr, without anything that tells of a person.

Paths, bodies, user ids and the messages of unforeseen errors stay out: a path is logged as its route, an error as its
type and the places in the code that it came through.


What Prometheus reads at /metrics: routes, statuses, times, the queue. No label tells of a person.

ASGI middleware, outermost: every request gets an id, a line in the log and its place in the metrics.
"""

import json
import logging
import secrets
import time
import traceback
from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from llmrec.server.errors import Refused

LOG = logging.getLogger("llmrec.server")


class JsonLines(logging.Formatter):
    """A record as JSON; what is passed as `extra={"fields": {…}}` is part of it."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
        return json.dumps(line, ensure_ascii=False, default=str)


def note(event: str, level: int = logging.INFO, error: BaseException | None = None, **fields: object) -> None:
    """One line of the log."""
    LOG.log(level, event, exc_info=error, extra={"fields": fields})


def log_to_stderr() -> None:
    """From now on this process logs JSON lines; libraries only from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("llmrec").setLevel(logging.INFO)
    logging.getLogger("openai").setLevel(logging.WARNING)  # OPENAI_LOG=debug has older clients log what people say


__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The counters of one app."""

    def __init__(self, inside: Callable[[], int], items: Callable[[], int], indexed: Callable[[], int]) -> None:
        """`inside`: requests that run or wait at the gate; `items`: items offered; `indexed`: items in the index."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "llmrec_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "llmrec_request_seconds", "Time to the end of the answer.", ("route",), registry=self._registry,
            buckets=SECONDS,
        )  # fmt: skip
        concurrency_limit = Gauge(
            "llmrec_gate_requests", "Requests that run or wait for the recommender.", registry=self._registry
        )
        concurrency_limit.set_function(inside)
        offered = Gauge("llmrec_items", "Items offered.", registry=self._registry)
        offered.set_function(items)
        index = Gauge("llmrec_index_items", "Items in the index; 0 while it is out of reach.", registry=self._registry)
        index.set_function(indexed)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request is answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of them in Prometheus' format."""
        return generate_latest(self._registry)


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
