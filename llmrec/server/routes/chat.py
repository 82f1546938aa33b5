"""The conversation in the shape of OpenAI's API, so that its clients talk to llmrec unchanged."""

import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response, StreamingResponse

from llmrec.chat.conversation import Line
from llmrec.server.conversing import Conversation, hear, picture_of
from llmrec.server.dependencies import Caller, Gateway, Parts
from llmrec.server.errors import Refused, refusal
from llmrec.server.schemas_chat import ChatRequest, ImagePart, Message

router = APIRouter(tags=["chat"])
MODEL = "llmrec"
SHOWN = ("id", "title", "score", "parts", "attributes", "rationale")


@router.get("/v1/models")
def models(parts: Parts) -> dict[str, Any]:
    """What a client may name as its model."""
    return {"object": "list", "data": [_model(name) for name in _names(parts)]}


@router.get("/v1/models/{name:path}")
def model(name: str, parts: Parts) -> dict[str, Any]:
    """One of them."""
    _check(name, parts)
    return _model(name)


@router.post("/v1/chat/completions", response_class=JSONResponse)
async def complete(body: ChatRequest, caller: Caller, parts: Parts) -> Response:
    """Answers the last message: a list, at once; then a checked sentence for each item.

    "user" is one of your users. A picture in a message asks for things that look like it. Beside OpenAI's fields the
    answer holds `recommendations`: the items with scores and evidence, and the id of the answer; streamed, a chunk
    after the list holds them without their reasons, and the last chunk with.
    """
    _check(body.model, parts)
    lines = [_line(message) for message in body.messages if message.role in ("user", "assistant")]

    def begin() -> tuple[Conversation, str]:
        context = body.context.given() if body.context else None
        conversation = Conversation(parts.answering, caller.tenant, body.user, lines, context)
        return conversation, conversation.opening()

    await hear(parts.answering, lines)
    conversation, opening = await parts.concurrency_limit.run(begin)
    frame = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": body.model}
    if body.stream:
        events = _stream(frame, conversation, opening, parts)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
    text = opening + await parts.concurrency_limit.run(lambda: "".join(conversation.rest()))
    choice = {
        "index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "finish_reason": "stop",
        "logprobs": None,
    }  # fmt: skip
    told = frame | {"object": "chat.completion", "choices": [choice], "recommendations": _shown(conversation)}
    return JSONResponse(told)


async def _stream(
    frame: dict[str, Any], conversation: Conversation, opening: str, parts: Gateway
) -> AsyncIterator[str]:
    """Server-sent events: the opening by lines, then the rest as it comes."""

    def event(delta: dict[str, str], end: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}
        return f"data: {json.dumps(frame | {'object': 'chat.completion.chunk', 'choices': [choice]} | more)}\n\n"

    yield event({"role": "assistant", "content": ""})
    for line in opening.splitlines(keepends=True):
        yield event({"content": line})
    if conversation.stored is not None:  # who shows items as cards need not wait for their reasons
        yield event({}, recommendations=_shown(conversation))
    rest = conversation.rest()
    try:
        while (piece := await parts.concurrency_limit.run(lambda: next(rest, None))) is not None:
            yield event({"content": piece})
    except Exception as error:
        refused = refusal(error)
        if refused is None:
            raise
        # The list stands: it is the reasons that cannot be had now.
        yield event({"content": f"\n\n(The reasons are missing: {refused.sentence}.)"})
    yield event({}, "stop", recommendations=_shown(conversation))
    yield "data: [DONE]\n\n"


def _shown(conversation: Conversation) -> dict[str, Any] | None:
    stored = conversation.stored
    if stored is None:
        return None
    return {
        "id": stored["id"],
        "items": [
            {name: item[name] for name in SHOWN} | {"media": conversation.media(item["id"])} for item in stored["items"]
        ],
        "titles": conversation.titles(),
        "notes": stored["notes"],
        "degraded": stored.get("degraded", []),
        "conditions": list(conversation.conditions),
        "inputs": conversation.inputs,
    }


def _line(message: Message) -> Line:
    content = message.content or ""
    if isinstance(content, str):
        return Line(message.role == "assistant", content)
    words = " ".join(part.text for part in content if not isinstance(part, ImagePart))
    pictures = [part.image_url.url for part in content if isinstance(part, ImagePart)]
    if len(pictures) > 1:
        raise Refused(422, "bad_input", "one picture at a time; send the others in messages of their own")
    return Line(message.role == "assistant", words, picture_of(pictures[0]) if pictures else None)


def _names(parts: Gateway) -> tuple[str, ...]:
    return MODEL, f"{MODEL}/{parts.live.stock.recommender.pipeline.checkpoint.info.name}"


def _check(name: str, parts: Gateway) -> None:
    if name not in _names(parts):
        raise Refused(404, "model_not_found", f"there is no model {name!r}; ask {' or '.join(_names(parts))}")


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "llmrec"}
