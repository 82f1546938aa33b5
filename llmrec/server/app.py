"""The app: its parts put together, middleware around them, routes in front."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fastapi import FastAPI, Security
from fastapi.security import HTTPBearer

from llmrec.recommender import Recommender
from llmrec.server.concurrency import ConcurrencyLimit, Probe, StoreCalls
from llmrec.server.dependencies import Gateway
from llmrec.server.errors import add_handlers
from llmrec.server.ingestion import ItemIngestion
from llmrec.server.live_catalog import LiveCatalog
from llmrec.server.media_store import MediaFolder
from llmrec.server.middleware import Authentication, BodyLimit
from llmrec.server.observability import Metrics, RequestObserver, log_event
from llmrec.server.recommending import RecommendationService
from llmrec.server.retention import Retention
from llmrec.server.routes import chat, health, items, media_files, page, recommendations, responses, users
from llmrec.server.schemas.common import Failed
from llmrec.server.settings import KEPT_DAYS, LOCAL_LIMITS, Limits
from llmrec.server.store.database import Database

if TYPE_CHECKING:
    from llmrec.chat.nlu.chat_model import ChatModelParser

DESCRIPTION = """\
Recommendations by one LLM that reads item media as soft tokens, ranks, and says why.

Every path under `/v1` wants a key: `Authorization: Bearer KEY`. Whatever is refused is told in one sentence.
"""
FAILURES = {
    401: "no key, or one that is not known",
    409: "the user was deleted while this was answered",
    408: "the body came too slowly",
    413: "the body is too large",
    422: "the request is wrong; the sentence says what to change",
    429: "too many requests; Retry-After says when to come again",
    503: "no answer in time, or the store does not answer",
    507: "the server's disk is full",
}
"""Status -> when it comes, for the routes that want a key."""


def build(
    recommender: Recommender,
    database: Database,
    media: MediaFolder,
    limits: Limits = LOCAL_LIMITS,
    parser: "ChatModelParser | None" = None,
    kept_days: float = KEPT_DAYS,
) -> FastAPI:
    """Make the gateway over an open recommender and store; whoever opened them closes them when the app has ended.

    Parameters
    ----------
    recommender
        Over the items of the catalogue's folder.
    database
        The store.
    media
        Where the media that items bring are kept.
    limits
        What clients may ask of it.
    parser
        A chat model that reads lines beside the rules.
    kept_days
        How long answers and conversations are kept.

    Returns
    -------
    FastAPI
        An ASGI app.

    Raises
    ------
    LlmrecError
        Where the changes that the store holds cannot be taken in.
    """
    live = LiveCatalog(recommender, database, media, parser)
    limit = ConcurrencyLimit(limits.workers, limits.queue, limits.seconds)
    calls, retention = StoreCalls(), Retention(database, kept_days)
    metrics = Metrics(
        lambda: limit.requests, lambda: len(live.snapshot.offered), lambda: live.snapshot.change_number,
        lambda: live.snapshot.index_size,
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if live.snapshot.parser:
            await live.snapshot.parser.prefetch()  # a wrong key or name is in the log before anybody waits
        retention.start()
        log_event("ready", items=len(live.snapshot.offered))
        refreshing = asyncio.ensure_future(metrics.keep_fresh())
        yield
        refreshing.cancel()
        log_event("ending")
        retention.close()
        await to_thread.run_sync(limit.close)
        await to_thread.run_sync(live.close)

    app = FastAPI(
        title="llmrec", version=version("llmrec"), description=DESCRIPTION, lifespan=lifespan, docs_url=None,
        redoc_url=None,
    )  # fmt: skip
    app.state.gateway = Gateway(
        database, live, RecommendationService(live, database), ItemIngestion(live, database, media), limit, metrics,
        calls, Probe(calls, database.ping), retention,
    )  # fmt: skip
    app.include_router(health.router)
    app.include_router(page.page)
    page.add_files(app)
    # The middleware has checked the key already: here it only shows on the pages of the API.
    key = Security(HTTPBearer(auto_error=False, description="The key that the first start printed."))
    failures: Any = {status: {"model": Failed, "description": when} for status, when in FAILURES.items()}
    for routes in (chat, responses, recommendations, users, items, media_files):
        app.include_router(routes.router, dependencies=[key], responses=failures)
    add_handlers(app)
    app.add_middleware(BodyLimit, limits=limits)
    app.add_middleware(Authentication, database=database, calls=calls)
    app.add_middleware(RequestObserver, metrics=metrics)
    return app
