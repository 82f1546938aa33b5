"""Whether the gateway lives, whether it can answer, and what it counts."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from llmrec.server.dependencies import Parts
from llmrec.server.observability import CONTENT_TYPE_LATEST

router = APIRouter(tags=["operation"])


@router.get("/healthz", response_class=PlainTextResponse)
async def alive() -> str:
    """Tell that the process lives."""
    return "ok"


@router.get("/readyz", response_class=PlainTextResponse)
async def ready(parts: Parts) -> str:
    """Tell whether the store answers; 503 where it does not."""
    await parts.probe.run()
    return "ready"


@router.get("/metrics", include_in_schema=False)
def metrics(parts: Parts) -> Response:
    """For Prometheus."""
    return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)
