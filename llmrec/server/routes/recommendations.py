"""Recommendations, and the reasons for those that were given."""

from typing import Annotated

from fastapi import APIRouter, Path

from llmrec.server.dependencies import Caller, InLane, Parts
from llmrec.server.errors import Refused
from llmrec.server.schemas.common import ID_IN_PATH
from llmrec.server.schemas.recommendations import Explanation, RecommendationRequest, Recommendations

router = APIRouter(tags=["recommendations"])


@router.post("/v1/recommendations")
async def recommend(body: RecommendationRequest, caller: Caller, parts: Parts, lane: InLane) -> Recommendations:
    """Items for a user, for a history, or for somebody new; with a query, filters, an item like what is wanted."""
    request = body.to_request()
    kind = f"list of {body.k} with reasons" if body.explain else "list"
    return await lane.run(lambda job: parts.service.recommend(caller.tenant, request, job), kind)


@router.get("/v1/explanations/{id}")
async def explain(
    id: Annotated[str, Path(max_length=100, pattern=ID_IN_PATH)], caller: Caller, parts: Parts, lane: InLane
) -> Explanation:
    """Why the items of an answer were recommended: measured evidence, sentences, and the verdict on each claim.

    Where the answer was given without reasons they are measured now, from the history as it was then.
    """
    found = await lane.run(lambda job: parts.service.explained(caller.tenant, id, job), "reasons")
    if found is None:
        raise Refused(
            404, "unknown_answer", f"there is no answer of that id; they are kept for {parts.retention.days:g} days"
        )
    return Explanation(id=id, created=found.created, query=found.request.query, items=found.response.items)
