"""The parts of a running gateway, and how the routes get at them and at who asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from llmrec.server.concurrency import Client, ConcurrencyLimit, Job, Probe, StoreCalls
from llmrec.server.ingestion import ItemIngestion
from llmrec.server.live_catalog import LiveCatalog
from llmrec.server.observability import Metrics
from llmrec.server.recommending import RecommendationService
from llmrec.server.retention import Retention
from llmrec.server.store.database import Database
from llmrec.server.store.keys import Key

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of one running app.

    Parameters
    ----------
    database
        The store.
    live
        The items as they are offered now.
    service
        What answers requests for recommendations.
    ingestion
        What takes items in.
    limit
        What runs work that keeps a core busy.
    metrics
        What is counted.
    calls
        What runs short work with the store.
    probe
        Asks the store for a sign of life.
    retention
        What deletes by the clock.
    """

    database: Database
    live: LiveCatalog
    service: RecommendationService
    ingestion: ItemIngestion
    limit: ConcurrencyLimit
    metrics: Metrics
    calls: StoreCalls
    probe: Probe
    retention: Retention


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


def _caller(request: Request) -> Key:
    key: Key = request.state.key
    return key


class Lane:
    """The recommender's lanes, for one request.

    Parameters
    ----------
    request
        With its key. Where its client leaves, its work is dropped.
    """

    def __init__(self, request: Request) -> None:
        key = _caller(request)
        self._limit = _gateway(request).limit
        self._client = Client(key.tenant, key.id, getattr(request.state, "left", None))

    async def run(self, work: Callable[[Job], Result], kind: str, continues: bool = False) -> Result:
        """Run work; see `ConcurrencyLimit.run`."""
        return await self._limit.run(work, self._client, kind, continues)


Parts = Annotated[Gateway, Depends(_gateway)]
Caller = Annotated[Key, Depends(_caller)]
InLane = Annotated[Lane, Depends(Lane)]
