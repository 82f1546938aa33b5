"""The conversation in the shape of OpenAI's API, so that its clients talk to llmrec unchanged."""

import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from llmrec.server.chat_turn import ChatTurn, prefetch
from llmrec.server.completion import CompletionText, count_tokens
from llmrec.server.concurrency import Job
from llmrec.server.dependencies import Caller, Gateway, InLane, Lane, Parts
from llmrec.server.errors import Refused, refusal
from llmrec.server.schemas.chat import (
    READ,
    Beside,
    ChatChunk,
    ChatCompletion,
    ChatRequest,
    Choice,
    ChunkChoice,
    Delta,
    Finish,
    FunctionCall,
    ModelCard,
    ModelList,
    ReplyMessage,
    ToolCall,
    Usage,
)
from llmrec.server.structured import Answer, Form, reply_form

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
    check_model(name, parts)
    return ModelCard(id=name)


@router.post("/v1/chat/completions", responses={200: {"model": ChatCompletion}})
async def complete(body: ChatRequest, caller: Caller, parts: Parts, lane: InLane) -> Response:
    """Answer the last message: a list, at once; then a checked sentence for each item.

    "user" is one of your users. A picture in a message asks for things that look like it. Beside OpenAI's fields the
    answer holds `recommendations`: the items with scores and evidence, and the id of the answer; streamed, a chunk
    after the list holds them without their reasons, and the last chunk with. `llmrec` says in a sentence what the reply
    comes to, also where its text is JSON by a schema without a place for it, and what was not read of a long
    conversation. Who sends the `id` of the completion before along (in the assistant's message, or as
    `previous_response_id`) has the conversation go on from what is kept under it; otherwise it is read off the
    messages.
    """
    reply = await begin(body, caller, parts, lane)
    created = int(time.time())
    if body.stream:
        events = _stream(reply, created, body)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
    content = None if reply.call else "".join([piece async for piece in reply.pieces])
    completion = ChatCompletion(
        id=reply.turn.id,
        created=created,
        model=body.model,
        choices=[
            Choice(
                message=ReplyMessage(content=content, tool_calls=[reply.call] if reply.call else None),
                finish_reason=reply.finish,
            )
        ],
        usage=reply.usage,
        recommendations=reply.turn.shown(),
        llmrec=reply.beside,
    )
    return Response(completion.model_dump_json(), media_type="application/json")


@dataclass(frozen=True)
class Begun:
    """A reply whose list stands; the rest is made as it is asked for.

    Attributes
    ----------
    turn
        The turn of the conversation.
    pieces
        The text by pieces, up to where it is to end; "" where the list is whole.
    call
        The tool that is called in place of a text.
    """

    turn: ChatTurn
    pieces: AsyncIterator[str]
    call: ToolCall | None
    _body: ChatRequest
    _text: CompletionText

    @property
    def finish(self) -> Finish:
        """Why it ended, once all pieces are there."""
        return "tool_calls" if self.call else self._text.finish

    @property
    def beside(self) -> Beside:
        """What it says whatever its form."""
        return Beside(message=self.turn.message, notes=[*self._body.notes, *self.turn.notes])

    @property
    def usage(self) -> Usage:
        """Tokens that were read, and those that were written by now."""
        read = sum(count_tokens(message.words) for message in self._body.messages if message.role in READ)
        written = count_tokens(self.call.function.arguments) if self.call else self._text.tokens
        return Usage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


async def begin(body: ChatRequest, caller: Caller, parts: Gateway, lane: Lane, id: str | None = None) -> Begun:
    """Make the list that answers a conversation; of a reply that is JSON all of it.

    Parameters
    ----------
    body
        The conversation.
    caller, parts, lane
        Of the request.
    id
        Id of the reply; default: one as completions have.

    Returns
    -------
    Begun

    Raises
    ------
    Refused
        Where there is no such model.
    LlmrecError
        As `ChatTurn` raises it, and where the reply cannot have the form that is wanted.
    """
    check_model(body.model, parts)
    form = reply_form(body)
    messages = body.to_messages()

    def turned(job: Job) -> tuple[ChatTurn, str]:
        context = body.context.to_context() if body.context else None
        turn = ChatTurn(parts.service, caller.tenant, body.user, messages, context, job, id, body.store is not False)
        return turn, turn.opening()

    await prefetch(parts.live, messages)
    turn, opening = await lane.run(turned, "chat")
    until = time.monotonic() + PATIENCE_SECONDS
    text = CompletionText(body.stops, body.most_tokens)
    made = await _formed(turn, form, lane, until) if form else None
    if form and form.tool and made is not None:
        function = FunctionCall(name=form.tool, arguments=made)
        return Begun(turn, _cut(_said(""), text), ToolCall(id=f"call_{turn.id[-24:]}", function=function), body, text)
    pieces = _pieces(turn, opening, lane, math.inf if body.stream else until) if made is None else _said(made)
    return Begun(turn, _cut(pieces, text), None, body, text)


async def _formed(turn: ChatTurn, form: Form, lane: Lane, until: float) -> str | None:
    """The reply as JSON, with its reasons where they are wanted; those that are late are left empty."""
    if form.format.reasons:
        async for _ in _reasons(turn, lane, until):
            pass
    shown = turn.shown()
    return form.text(Answer(turn.line, turn.message, shown.items if shown else (), turn.describe))


async def _said(text: str) -> AsyncIterator[str | None]:
    """A text in one piece."""
    yield text
    yield None


async def _stream(reply: Begun, created: int, body: ChatRequest) -> AsyncIterator[str]:
    """Server-sent events: the opening by lines, then the rest as it comes."""
    counts = body.stream_options is not None and body.stream_options.include_usage
    turn = reply.turn

    def event(*choices: ChunkChoice, shows: bool = False, usage: Usage | None = None, ends: bool = False) -> str:
        shown = turn.shown() if shows else None
        beside = reply.beside if ends else None
        chunk = ChatChunk(
            id=turn.id, created=created, model=body.model, choices=[*choices], usage=usage, recommendations=shown,
            llmrec=beside,
        )  # fmt: skip
        held = (("recommendations", shows), ("usage", counts), ("llmrec", ends))
        left_out = {name for name, there in held if not there}
        return f"data: {chunk.model_dump_json(exclude=left_out)}\n\n"

    yield event(ChunkChoice(delta=Delta(role="assistant", content=None if reply.call else "")))
    if reply.call:
        yield event(ChunkChoice(delta=Delta(tool_calls=[reply.call])))
    async for piece in reply.pieces:
        if reply.call:
            break
        if piece:
            yield event(ChunkChoice(delta=Delta(content=piece)))
        elif turn.recommendations is not None:  # who shows items as cards need not wait for their reasons
            yield event(ChunkChoice(delta=Delta()), shows=True)
    yield event(ChunkChoice(delta=Delta(), finish_reason=reply.finish), shows=True, ends=True)
    if counts:
        yield event(usage=reply.usage)
    yield "data: [DONE]\n\n"


async def _cut(pieces: AsyncIterator[str | None], text: CompletionText) -> AsyncIterator[str]:
    """Pieces up to where the text is to end; "" where the list is whole. What is not to be told is not made."""
    async for piece in pieces:
        if piece is None:
            yield ""
        elif passed := text.add(piece):
            yield passed
        if text.ended:
            return
    if last := text.rest():
        yield last


async def _pieces(turn: ChatTurn, opening: str, lane: Lane, until: float) -> AsyncIterator[str | None]:
    """The opening by lines, None, and the reasons."""
    for line in opening.splitlines(keepends=True):
        yield line
    yield None
    async for piece in _reasons(turn, lane, until):
        yield piece


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


def check_model(name: str, parts: Gateway) -> None:
    """Refuse what is none of the names of the model."""
    if name not in _names(parts):
        raise Refused(404, "model_not_found", f"there is no model {name!r}; ask {' or '.join(_names(parts))}")
