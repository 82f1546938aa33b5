"""The conversation in the shape of OpenAI's API, so that its clients talk to llmrec unchanged."""

import time
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from llmrec.server.chat_turn import ChatTurn, prefetch
from llmrec.server.dependencies import Caller, Gateway, Parts
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
async def complete(body: ChatRequest, caller: Caller, parts: Parts) -> Response:
    """Answer the last message: a list, at once; then a checked sentence for each item.

    "user" is one of your users. A picture in a message asks for things that look like it. Beside OpenAI's fields the
    answer holds `recommendations`: the items with scores and evidence, and the id of the answer; streamed, a chunk
    after the list holds them without their reasons, and the last chunk with. Who sends the `id` of the completion
    before along (in the assistant's message, or as `previous_response_id`) has the conversation go on from what is kept
    under it; otherwise it is read off the messages.
    """
    _check_model(body.model, parts)
    messages = body.to_messages()

    def begin() -> tuple[ChatTurn, str]:
        context = body.context.to_context() if body.context else None
        turn = ChatTurn(parts.service, caller.tenant, body.user, messages, context)
        return turn, turn.opening()

    await prefetch(parts.live, messages)
    turn, opening = await parts.limit.run(begin)
    created = int(time.time())
    if body.stream:
        events = _stream(turn, created, body.model, opening, parts)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
    text = opening + await parts.limit.run(lambda: "".join(turn.rest()))
    completion = ChatCompletion(
        id=turn.id,
        created=created,
        model=body.model,
        choices=[Choice(message=ReplyMessage(content=text))],
        recommendations=turn.shown(),
    )
    return Response(completion.model_dump_json(), media_type="application/json")


async def _stream(turn: ChatTurn, created: int, model: str, opening: str, parts: Gateway) -> AsyncIterator[str]:
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
    rest = turn.rest()
    try:
        while (piece := await parts.limit.run(lambda: next(rest, None))) is not None:
            yield event(Delta(content=piece))
    except Exception as error:
        refused = refusal(error)
        if refused is None:
            raise
        # The list stands: it is the reasons that cannot be had now.
        yield event(Delta(content=f"\n\n(The reasons are missing: {refused.sentence}.)"))
    yield event(Delta(), ends=True, shows=True)
    yield "data: [DONE]\n\n"


def _names(parts: Gateway) -> tuple[str, ...]:
    return MODEL, f"{MODEL}/{parts.live.snapshot.model_name}"


def _check_model(name: str, parts: Gateway) -> None:
    if name not in _names(parts):
        raise Refused(404, "model_not_found", f"there is no model {name!r}; ask {' or '.join(_names(parts))}")
