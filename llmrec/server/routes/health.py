"""Whether the gateway lives, whether it can answer, and what it counts."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from llmrec.server.dependencies import Parts
from llmrec.server.observability import CONTENT_TYPE_LATEST
from llmrec.server.schemas.items import IndexServed, ItemsServed, Readiness

router = APIRouter(tags=["operation"])


@router.get("/healthz", response_class=PlainTextResponse)
async def alive() -> str:
    """Tell that the process lives."""
    return "ok"


@router.get("/readyz")
async def ready(parts: Parts) -> Readiness:
    """Tell whether the store answers, and what is served: gateways of equal versions give equal answers.

    503 where the store does not answer.
    """
    await parts.probe.run()
    snapshot = parts.live.snapshot
    return Readiness(
        status="ready",
        items=ItemsServed(version=snapshot.change_number, offered=len(snapshot.offered)),
        index=IndexServed(version=snapshot.recommender.pipeline.index_version, items=snapshot.index_size),
    )


@router.get("/metrics", include_in_schema=False)
def metrics(parts: Parts) -> Response:
    """For Prometheus."""
    return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)
