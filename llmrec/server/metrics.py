"""What Prometheus reads at /metrics: routes, statuses, times, the queue. No label tells of a person."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

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
        gate = Gauge("llmrec_gate_requests", "Requests that run or wait for the recommender.", registry=self._registry)
        gate.set_function(inside)
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
