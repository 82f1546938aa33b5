"""The conversation in the newer shape of OpenAI's API (`client.responses.create`), for plain use."""

import json
import time
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from pydantic import ValidationError

from llmrec.server.dependencies import Caller, InLane, Parts
from llmrec.server.routes.chat import Begun, begin
from llmrec.server.schemas.responses import (
    Incomplete,
    OutputMessage,
    OutputText,
    ResponseBody,
    ResponsesRequest,
    ResponseUsage,
)
from llmrec.server.store.conversations import new_reply_id

router = APIRouter(tags=["chat"])
PREFIX = "resp_"


@router.post("/v1/responses", responses={200: {"model": ResponseBody}})
async def respond(body: ResponsesRequest, caller: Caller, parts: Parts, lane: InLane) -> Response:
    """Answer the last message, as `/v1/chat/completions` does.

    With `previous_response_id` the conversation goes on from what is kept under it, and `input` may be its next line
    alone. Beside OpenAI's fields the answer holds `recommendations`; streamed, the last event does.
    """
    try:
        chat = body.to_chat()
    except ValidationError as error:
        places = [{**each, "loc": ("body", "input", *each["loc"][1:])} for each in error.errors()]
        raise RequestValidationError(places) from error
    reply = await begin(chat, caller, parts, lane, new_reply_id(PREFIX))
    created = int(time.time())
    if body.stream:
        events = _stream(reply, created, body)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
    text = "".join([piece async for piece in reply.pieces])
    return Response(_whole(reply, created, body, text).model_dump_json(), media_type="application/json")


def _whole(reply: Begun, created: int, body: ResponsesRequest, text: str) -> ResponseBody:
    cut = reply.finish == "length"
    usage = reply.usage
    return _begun(reply, created, body).model_copy(
        update={
            "status": "incomplete" if cut else "completed",
            "incomplete_details": Incomplete() if cut else None,
            "output": [_message(reply, text, "incomplete" if cut else "completed")],
            "usage": ResponseUsage(
                input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens, total_tokens=usage.total_tokens
            ),
            "recommendations": reply.turn.shown(),
            "llmrec": reply.beside,
        }
    )


def _begun(reply: Begun, created: int, body: ResponsesRequest) -> ResponseBody:
    wanted = body.text.format if body.text else None
    return ResponseBody(
        id=reply.turn.id, created_at=created, status="in_progress", model=body.model, output=[],
        instructions=body.instructions, metadata=body.metadata or {}, previous_response_id=body.previous_response_id,
        text={"format": {"type": wanted.get("type", "text") if isinstance(wanted, dict) else "text"}},
    )  # fmt: skip


def _message(reply: Begun, text: str | None, status: Any) -> OutputMessage:
    content = [] if text is None else [OutputText(text=text)]
    return OutputMessage(id=f"msg_{reply.turn.id.removeprefix(PREFIX)}", status=status, content=content)


async def _stream(reply: Begun, created: int, body: ResponsesRequest) -> AsyncIterator[str]:
    """Server-sent events, as OpenAI's clients read them."""
    numbers = count()

    def event(type: str, **fields: Any) -> str:
        data = {"type": type, "sequence_number": next(numbers), **fields}
        return f"event: {type}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"

    begun = _begun(reply, created, body).model_dump(mode="json")
    place = {"item_id": _message(reply, None, "completed").id, "output_index": 0, "content_index": 0}
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    opened = _message(reply, None, "in_progress").model_dump(mode="json")
    yield event("response.output_item.added", output_index=0, item=opened)
    yield event("response.content_part.added", **place, part=OutputText(text="").model_dump(mode="json"))
    told = []
    async for piece in reply.pieces:
        if piece:
            told.append(piece)
            yield event("response.output_text.delta", **place, delta=piece, logprobs=[])
    text = "".join(told)
    whole = _whole(reply, created, body, text).model_dump(mode="json")
    yield event("response.output_text.done", **place, text=text, logprobs=[])
    yield event("response.content_part.done", **place, part=whole["output"][0]["content"][0])
    yield event("response.output_item.done", output_index=0, item=whole["output"][0])
    yield event(f"response.{whole['status']}", response=whole)
