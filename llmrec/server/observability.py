"""What is known of a running gateway: logs as lines of JSON, and metrics for Prometheus. Neither tells of a person.

Paths, bodies, user ids and the messages of unforeseen errors stay out: a path stands as its route, an error as its type
and the places in the code that it came through. Every request gets an id, which the client gets too.
"""

import asyncio
import json
import logging
import os
import secrets
import time
import traceback
from collections.abc import Callable
from typing import Any, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from llmrec.server.errors import Refused

__all__ = ["CONTENT_TYPE_LATEST", "JsonFormatter", "Metrics", "RequestObserver", "configure_logging", "log_event"]

LOG = logging.getLogger("llmrec.server")
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds of the buckets of times."""
SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of the environment that names the folder in which several processes count together."""
Merged = Literal["livesum", "livemin"]
METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"}
MAX_FRAMES = 12
"""Places in the code that an error is logged with."""


class JsonFormatter(logging.Formatter):
    """Write a record as one JSON object; what is passed as `extra={"fields": {…}}` is part of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record.

        Parameters
        ----------
        record
            Its message is the name of the event. Of an error only type and places are written.

        Returns
        -------
        str
            One line.
        """
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-MAX_FRAMES:]]
        return json.dumps(line, ensure_ascii=False, default=str)


def log_event(event: str, level: int = logging.INFO, error: BaseException | None = None, **fields: object) -> None:
    """Write one line of the log.

    Parameters
    ----------
    event
        Its name.
    level
        A level of `logging`.
    error
        What went wrong.
    **fields
        What else belongs to it; nothing that tells of a person.
    """
    LOG.log(level, event, exc_info=error, extra={"fields": fields})


def configure_logging() -> None:
    """Have this process log JSON lines on stderr from now on; libraries only from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("llmrec").setLevel(logging.INFO)
    logging.getLogger("openai").setLevel(logging.WARNING)  # OPENAI_LOG=debug has older clients log what people say


class Metrics:
    """The metrics of one app; where `PROMETHEUS_MULTIPROC_DIR` is set, those of all processes that write there.

    Counts and times of several processes are added up, requests that run and processes too; of items and index the
    least of the processes' numbers is told: that of the one that is furthest behind.

    Parameters
    ----------
    requests
        Number of requests that run or wait for the recommender.
    items
        Number of items offered.
    version
        Number of the last change of items that is in force.
    indexed
        Number of items in the index; 0 while it is out of reach.
    """

    def __init__(
        self,
        requests: Callable[[], int],
        items: Callable[[], int],
        version: Callable[[], int],
        indexed: Callable[[], int],
    ) -> None:
        self._registry = CollectorRegistry()
        self._folder = os.environ.get(SHARED_METRICS)
        self._answered = Counter(
            "llmrec_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "llmrec_request_seconds", "Time to the end of the answer.", ("route",), registry=self._registry,
            buckets=SECONDS,
        )  # fmt: skip
        gauges: tuple[tuple[str, str, Callable[[], int], Merged], ...] = (
            ("llmrec_workers", "Processes that serve.", lambda: 1, "livesum"),
            ("llmrec_gate_requests", "Requests that run or wait for the recommender.", requests, "livesum"),
            ("llmrec_items", "Items offered.", items, "livemin"),
            ("llmrec_items_version", "Number of the last change of items that is in force.", version, "livemin"),
            ("llmrec_index_items", "Items in the index; 0 while it is out of reach.", indexed, "livemin"),
        )
        self._gauges = [
            (Gauge(name, description, registry=self._registry, multiprocess_mode=merged), value)
            for name, description, value, merged in gauges
        ]

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request that is answered.

        Parameters
        ----------
        method
            Its HTTP method.
        route
            The pattern of its path; no label tells of a person.
        status
            The status of the answer.
        seconds
            Time to the end of the answer.
        """
        self._answered.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Write all metrics.

        Returns
        -------
        bytes
            In Prometheus' format.
        """
        self._refresh()
        if not self._folder:
            return generate_latest(self._registry)
        merged = CollectorRegistry()
        MultiProcessCollector(merged, self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(merged)

    async def keep_fresh(self) -> None:
        """Have the other processes see the numbers of this one, every second; without end where there are others."""
        while self._folder:
            self._refresh()
            await asyncio.sleep(1)

    def _refresh(self) -> None:
        for gauge, value in self._gauges:
            gauge.set(value())


class RequestObserver:
    """ASGI middleware, outermost: an id, a line in the log and a place in the metrics for every request.

    It is also the end of every unforeseen error: a 500 without details.

    Parameters
    ----------
    app
        What comes after.
    metrics
        Where requests are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, request_id = time.perf_counter(), 0, secrets.token_hex(8)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            log_event("failed", logging.ERROR, error, request=request_id)
            if status:
                raise  # half an answer is out: the connection breaks off, and the client sees that it is not whole
            refused = Refused(500, "broken", f"the server failed; its log says more under request {request_id}")
            await refused.response()(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            # a name of the client's choice would make as many metrics
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            self.metrics.count(method, route, status, seconds)
            key = scope.get("state", {}).get("key")
            log_event(
                "request", request=request_id, method=method, route=route, status=status or 499,
                ms=round(seconds * 1000, 1), key=key.id if key else None,
            )  # fmt: skip
