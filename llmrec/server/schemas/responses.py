"""Conversations in the newer shape of OpenAI's API, as far as plain use needs it; they are read as chat completions."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)

from llmrec.server.schemas.chat import (
    MAX_CHARACTERS,
    MAX_MESSAGES,
    Beside,
    ChatRecommendations,
    ChatRequest,
    latest,
    left_out,
)
from llmrec.server.schemas.common import FreeText, Id, Text
from llmrec.server.schemas.recommendations import Context

ROLES = ("user", "assistant", "system", "developer")


def _as_message(item: Any) -> Any:
    """An item of the input as a message of a chat; what is neither a message nor read is left out."""
    if not isinstance(item, dict):
        return item
    if item.get("type", "message") == "function_call_output":
        return {"role": "tool", "content": None}
    if item.get("type", "message") != "message" or item.get("role") not in ROLES:
        return {"role": "system", "content": None}
    content = item.get("content")
    if isinstance(content, list):
        content = [_as_part(part) for part in content]
    return {"role": item["role"], "content": content} | ({"id": item["id"]} if _is_reply(item.get("id")) else {})


def _is_reply(id: Any) -> bool:
    """Whether an id is one of a whole reply; that of a message within one is not kept."""
    return isinstance(id, str) and id.startswith("resp_")


def _as_part(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    if part.get("type") in ("input_text", "output_text", "text"):
        return {"type": "text", "text": part.get("text")}
    if part.get("type") == "input_image":
        return {"type": "image_url", "image_url": {"url": part.get("image_url")}}
    return part


def _as_messages(given: Any) -> Any:
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    if isinstance(given, list):
        given = [_as_message(item) for item in given[-MAX_MESSAGES:]]
    return latest(given)


def _no_tools(wanted: Any) -> Any:
    if wanted not in (None, "auto", "none"):
        raise ValueError("tools are called by /v1/chat/completions alone; leave it out")
    return wanted


def _not_in_the_background(wanted: Any) -> Any:
    if wanted:
        raise ValueError("replies are given at once; leave it out")
    return wanted


class TextOptions(BaseModel):
    """What the text is."""

    format: Any = Field(None, description="As `response_format` of chat completions, its schema one level up.")


class ResponsesRequest(BaseModel):
    """A line, or a conversation; fields that only tune a model change nothing, and instructions are not read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"model": "llmrec", "input": "something warm"}]})

    model: Annotated[Text, Field(max_length=200)] = "llmrec"
    input: Annotated[Any, BeforeValidator(_as_messages)] = Field(
        description=f"A line, or messages, oldest first; the last {MAX_MESSAGES} are read, "
        f"{MAX_CHARACTERS:,} characters of each."
    )
    instructions: FreeText | None = None
    user: Id | None = Field(None, description="One of your users; of one that nobody knows nothing is read.")
    context: Context | None = Field(None, description="When and where it is asked; OpenAI's clients: extra_body.")
    previous_response_id: Annotated[Text, Field(max_length=100)] | None = Field(
        None, description="The id of the response before: the conversation goes on from what is kept under it."
    )
    store: bool | None = Field(
        None, description="`false`: nothing is kept of the reply, and none goes on from it by its id."
    )
    stream: bool = False
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    text: TextOptions | None = None
    tool_choice: Annotated[Any, AfterValidator(_no_tools)] = None
    tools: Annotated[list[Any], Field(max_length=128)] | None = Field(None, description="Accepted and never called.")
    background: Annotated[Any, AfterValidator(_not_in_the_background)] = None
    metadata: Annotated[dict[FreeText, FreeText], Field(max_length=16)] | None = Field(None, description="Given back.")
    _left_out: int = PrivateAttr(0)

    @model_validator(mode="wrap")
    @classmethod
    def _counted(cls, given: Any, handler: ModelWrapValidatorHandler["ResponsesRequest"]) -> "ResponsesRequest":
        made = handler(given)
        made._left_out = left_out(given.get("input")) if isinstance(given, dict) else 0
        return made

    def to_chat(self) -> ChatRequest:
        """Convert to a chat completion.

        Returns
        -------
        ChatRequest

        Raises
        ------
        pydantic.ValidationError
            Where the input is no conversation.
        """
        wanted = self.text.format if self.text else None
        if isinstance(wanted, dict) and wanted.get("type") == "json_schema":
            wanted = {"type": "json_schema", "json_schema": {name: wanted.get(name) for name in ("name", "schema")}}
        made = ChatRequest.model_validate(
            {
                "model": self.model, "messages": self.input, "user": self.user, "context": self.context,
                "stream": self.stream, "store": self.store, "previous_response_id": self.previous_response_id,
                "max_tokens": self.max_output_tokens, "response_format": wanted,
            }
        )  # fmt: skip
        return made.noting(self._left_out)


class OutputText(BaseModel):
    """The words of a reply."""

    type: Literal["output_text"] = "output_text"
    text: str
    annotations: list[Any] = []
    logprobs: list[Any] = []


class OutputMessage(BaseModel):
    """The one message of a reply."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    status: Literal["in_progress", "completed", "incomplete"]
    content: list[OutputText]


class TokenDetails(BaseModel):
    """Of the tokens that were read; there is no cache of them."""

    cached_tokens: int = 0


class OutputTokenDetails(BaseModel):
    """Of the tokens that were written; nothing is thought aloud."""

    reasoning_tokens: int = 0


class ResponseUsage(BaseModel):
    """Tokens that were read and written: words, numbers and marks."""

    input_tokens: int
    input_tokens_details: TokenDetails = TokenDetails()
    output_tokens: int
    output_tokens_details: OutputTokenDetails = OutputTokenDetails()
    total_tokens: int


class Incomplete(BaseModel):
    """Why a reply ends before its end."""

    reason: Literal["max_output_tokens"] = "max_output_tokens"


class ResponseBody(BaseModel):
    """A reply; `recommendations` is null where it speaks of no list."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Literal["in_progress", "completed", "incomplete"]
    error: None = None
    incomplete_details: Incomplete | None = None
    instructions: str | None = None
    metadata: dict[str, Any] = {}
    model: str
    output: list[OutputMessage]
    parallel_tool_calls: bool = False
    previous_response_id: str | None = None
    temperature: None = None
    text: dict[str, Any] = {}
    tool_choice: Literal["none"] = "none"
    tools: list[Any] = []
    top_p: None = None
    usage: ResponseUsage | None = None
    recommendations: ChatRecommendations | None = None
    llmrec: Beside | None = None
