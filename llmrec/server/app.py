"""The app: parts put together, middleware around them, routes in front."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fastapi import FastAPI, Security
from fastapi.security import HTTPBearer

from llmrec.recommender import Recommender
from llmrec.server.answering import Answering
from llmrec.server.dependencies import USUAL, Gateway, Limits
from llmrec.server.errors import add_handlers
from llmrec.server.live_catalog import Intake, LiveCatalog
from llmrec.server.middleware import Authentication, Bodies, ConcurrencyLimit
from llmrec.server.observability import Metrics, Observed, note
from llmrec.server.routes import catalog, chat, health, items, media_files, page, recommendations, users
from llmrec.server.schemas import Failed
from llmrec.server.store.database import Database

if TYPE_CHECKING:
    from llmrec.chat.reader import ModelReader

DESCRIPTION = """\
Recommendations by one LLM that reads item media as soft tokens, ranks, and says why.

Every path under `/v1` wants a key: `Authorization: Bearer KEY`. Whatever is refused is told in one sentence.
"""
STATUSES = {
    401: "no key, or one that is not known",
    409: "the user was deleted while this was answered",
    408: "the body came too slowly",
    413: "the body is too large",
    422: "the request is wrong; the sentence says what to change",
    429: "too many requests; Retry-After says when to come again",
    503: "no answer in time, or the store does not answer",
    507: "the server's disk is full",
}


def build(
    recommender: Recommender,
    database: Database,
    media: Path,
    limits: Limits = USUAL,
    reader: "ModelReader | None" = None,
) -> FastAPI:
    """The gateway over an open recommender and store; whoever opened them closes them when the app has ended.

    `media`: the folder of the media that items bring; `reader`: a chat model that reads lines beside the rules.
    """
    live = LiveCatalog(recommender, database, media, reader)
    concurrency_limit = ConcurrencyLimit(limits.lanes, limits.waiting, limits.seconds)
    metrics = Metrics(
        lambda: concurrency_limit.inside,
        lambda: len(live.stock.offered),
        lambda: live.stock.recommender.pipeline.index.items,
    )

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        if live.stock.reader:
            await live.stock.reader.hear()  # a wrong key or name is in the log before anybody waits
        note("ready", items=len(live.stock.offered))
        yield
        note("ending")
        await to_thread.run_sync(concurrency_limit.close)
        await to_thread.run_sync(live.close)

    failures: dict[int | str, dict[str, Any]] = {n: {"model": Failed, "description": w} for n, w in STATUSES.items()}
    app = FastAPI(
        title="llmrec", version=version("llmrec"), description=DESCRIPTION, lifespan=life, docs_url=None,
        redoc_url=None,
    )  # fmt: skip
    app.state.gateway = Gateway(
        database, live, Answering(live, database), Intake(live, database, media), concurrency_limit, metrics
    )
    app.include_router(health.router)
    app.include_router(page.page)
    page.add_files(app)
    # The door has let them in already: here the key only shows on the pages of the API.
    key = Security(HTTPBearer(auto_error=False, description="The key that the first start printed."))
    for routes in (chat, recommendations, users, items, media_files, catalog):
        app.include_router(routes.router, dependencies=[key], responses=failures)
    add_handlers(app)
    app.add_middleware(Bodies, most=limits.body, seconds=limits.seconds)
    app.add_middleware(Authentication, database=database)
    app.add_middleware(Observed, metrics=metrics)
    return app
