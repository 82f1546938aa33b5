"""The conversation in the shape of OpenAI's API, so that its clients talk to llmrec unchanged."""

import math
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from llmrec.server.chat_turn import ChatTurn, prefetch
from llmrec.server.concurrency import Job
from llmrec.server.dependencies import Caller, Gateway, InLane, Lane, Parts
from llmrec.server.errors import Refused, refusal
from llmrec.server.schemas.chat import (
    ChatChunk,
    ChatCompletion,
    ChatRequest,
    Choice,
    ChunkChoice,
    Delta,
    ModelCard,
    ModelList,
    ReplyMessage,
)

router = APIRouter(tags=["chat"])
MODEL = "llmrec"
PATIENCE_SECONDS = 60.0
"""Seconds after the list, after which an answer that is not streamed goes out without the reasons that are missing."""


@router.get("/v1/models")
def models(parts: Parts) -> ModelList:
    """List what a client may name as its model."""
    return ModelList(data=[ModelCard(id=name) for name in _names(parts)])


@router.get("/v1/models/{name:path}")
def model(name: str, parts: Parts) -> ModelCard:
    """Get one of them."""
    _check_model(name, parts)
    return ModelCard(id=name)


@router.post("/v1/chat/completions", responses={200: {"model": ChatCompletion}})
async def complete(body: ChatRequest, caller: Caller, parts: Parts, lane: InLane) -> Response:
    """Answer the last message: a list, at once; then a checked sentence for each item.

    "user" is one of your users. A picture in a message asks for things that look like it. Beside OpenAI's fields the
    answer holds `recommendations`: the items with scores and evidence, and the id of the answer; streamed, a chunk
    after the list holds them without their reasons, and the last chunk with. Who sends the `id` of the completion
    before along (in the assistant's message, or as `previous_response_id`) has the conversation go on from what is kept
    under it; otherwise it is read off the messages.
    """
    _check_model(body.model, parts)
    messages = body.to_messages()

    def begin(job: Job) -> tuple[ChatTurn, str]:
        context = body.context.to_context() if body.context else None
        turn = ChatTurn(parts.service, caller.tenant, body.user, messages, context, job)
        return turn, turn.opening()

    await prefetch(parts.live, messages)
    turn, opening = await lane.run(begin, "chat")
    created = int(time.time())
    if body.stream:
        events = _stream(turn, created, body.model, opening, lane)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
    until = time.monotonic() + PATIENCE_SECONDS
    text = "".join([opening, *[piece async for piece in _reasons(turn, lane, until)]])
    completion = ChatCompletion(
        id=turn.id,
        created=created,
        model=body.model,
        choices=[Choice(message=ReplyMessage(content=text))],
        recommendations=turn.shown(),
    )
    return Response(completion.model_dump_json(), media_type="application/json")


async def _stream(turn: ChatTurn, created: int, model: str, opening: str, lane: Lane) -> AsyncIterator[str]:
    """Server-sent events: the opening by lines, then the rest as it comes."""

    def event(delta: Delta, ends: bool = False, shows: bool = False) -> str:
        choice = ChunkChoice(delta=delta, finish_reason="stop" if ends else None)
        shown = turn.shown() if shows else None
        chunk = ChatChunk(id=turn.id, created=created, model=model, choices=[choice], recommendations=shown)
        return f"data: {chunk.model_dump_json(exclude=None if shows else {'recommendations'})}\n\n"

    yield event(Delta(role="assistant", content=""))
    for line in opening.splitlines(keepends=True):
        yield event(Delta(content=line))
    if turn.recommendations is not None:  # who shows items as cards need not wait for their reasons
        yield event(Delta(), shows=True)
    async for piece in _reasons(turn, lane, math.inf):
        yield event(Delta(content=piece))
    yield event(Delta(), ends=True, shows=True)
    yield "data: [DONE]\n\n"


async def _reasons(turn: ChatTurn, lane: Lane, until: float) -> AsyncIterator[str]:
    """The reasons of a list one by one, each in a lane of its own time, until it is late.

    The list stands, whatever happens to them: a sentence says that they are missing.
    """
    rest = turn.rest(lambda: time.monotonic() > until)
    try:
        while (piece := await lane.run(lambda _: next(rest, None), "reason", continues=True)) is not None:
            yield piece
    except Exception as error:
        refused = refusal(error)
        if refused is None:
            raise
        yield f"\n\n(The reasons are missing: {refused.sentence}.)"


def _names(parts: Gateway) -> tuple[str, ...]:
    return MODEL, f"{MODEL}/{parts.live.snapshot.model_name}"


def _check_model(name: str, parts: Gateway) -> None:
    if name not in _names(parts):
        raise Refused(404, "model_not_found", f"there is no model {name!r}; ask {' or '.join(_names(parts))}")
