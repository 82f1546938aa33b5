"""Recommendations, and the reasons for those that were given."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from llmrec.server.answering import Question
from llmrec.server.dependencies import Caller, Parts
from llmrec.server.errors import Refused
from llmrec.server.schemas import Explanation, RecommendationRequest, Recommendations

router = APIRouter(tags=["recommendations"])


@router.post("/v1/recommendations", response_model=Recommendations)
async def recommend(body: RecommendationRequest, caller: Caller, parts: Parts) -> dict[str, Any]:
    """Items for a user, a history or a newcomer; with a wish in words, filters, an item like what is wanted."""
    question = Question(
        user=body.user,
        history=None if body.history is None else tuple(body.history),
        query=body.query,
        k=body.k,
        where=body.where or None,
        explain=body.explain,
        diversity=body.diversity,
        like=body.like,
        context=body.context.given() if body.context else None,
    )
    return await parts.concurrency_limit.run(lambda: parts.answering.answer(caller.tenant, question))


@router.get("/v1/explanations/{id}", response_model=Explanation)
async def explain(id: Annotated[str, Path(max_length=100)], caller: Caller, parts: Parts) -> dict[str, Any]:
    """Why the items of an answer were recommended: measured evidence, sentences, and the verdict on each claim.

    Where the answer was given without reasons they are measured now, from the history as it was then.
    """
    found = await parts.concurrency_limit.run(lambda: parts.answering.explanation(caller.tenant, id))
    if found is None:
        raise Refused(404, "unknown_answer", "there is no answer of that id; answers are kept for 30 days")
    return found
