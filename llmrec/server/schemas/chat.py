"""Conversations in the shape of OpenAI's API: the parts of it that mean something here, and what is added to it."""

import base64
import binascii
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_serializer,
    model_validator,
)

from llmrec.chat.transcript import Message as ChatMessage
from llmrec.errors import BadInput
from llmrec.server.schemas.common import FreeText, Id, Text
from llmrec.server.schemas.recommendations import Context, RankedItem


class TextPart(BaseModel):
    """Words within a message."""

    type: Literal["text"]
    text: FreeText


class ImageUrl(BaseModel):
    """A picture as a `data:` URL."""

    url: str = Field(description="data:image/jpeg;base64,…; addresses are never fetched.")

    def content(self) -> bytes:
        """Decode the picture.

        Returns
        -------
        bytes
            The picture, as a file holds it.

        Raises
        ------
        BadInput
            Where the URL is another one, or is not valid base64: an address is never fetched.
        """
        head, comma, content = self.url.partition(",")
        if not head.lower().startswith("data:image/") or not comma:
            raise BadInput("a picture must come as a data: URL (data:image/jpeg;base64,…); addresses are not fetched")
        if not head.lower().endswith(";base64"):
            raise BadInput("a picture's data: URL must be base64; encode it so")
        try:
            return base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadInput("a picture's data: URL is not valid base64; encode the file again") from error


class ImagePart(BaseModel):
    """A picture within a message: a photo of something like what is wanted."""

    type: Literal["image_url"]
    image_url: ImageUrl


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


MAX_PARTS = 20
"""Parts of a message."""
MAX_MESSAGES = 200
"""Messages of a conversation that are read, the latest ones."""
MAX_CHARACTERS = 20_000
"""Characters of a message that are taken in."""
READ = ("user", "assistant")
"""Roles whose messages are read."""


def _read_part(message: Any) -> Any:
    """Leave out what would not be read: the end of a long message, and the content of other roles."""
    if not isinstance(message, dict):
        return message
    content = message.get("content")
    if message.get("role") not in READ:
        return {**message, "content": None}
    if isinstance(content, str):
        return {**message, "content": content[:MAX_CHARACTERS]}
    if isinstance(content, list):
        parts = [
            {**part, "text": part["text"][:MAX_CHARACTERS]}
            if isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)
            else part
            for part in content[: MAX_PARTS + 1]
        ]
        return {**message, "content": parts}
    return message


def latest(messages: Any) -> Any:
    """Leave out the messages before the latest ones, and what is not read of these."""
    return [_read_part(message) for message in messages[-MAX_MESSAGES:]] if isinstance(messages, list) else messages


def left_out(messages: Any) -> int:
    """Count the messages that `latest` leaves out."""
    return max(0, len(messages) - MAX_MESSAGES) if isinstance(messages, list) else 0


class Message(BaseModel):
    """One message. Those of roles other than user and assistant are not read: nothing here is steered by them."""

    role: Literal["user", "assistant", "system", "developer", "tool", "function"]
    content: FreeText | Annotated[list[Part], Field(max_length=MAX_PARTS)] | None = None
    id: Annotated[Text, Field(max_length=100)] | None = Field(
        None,
        description="Of an assistant's message: the id of the completion that it came in. The conversation goes on "
        "from what is kept under it, and the words of earlier messages are not read again.",
    )

    @property
    def words(self) -> str:
        """Its words, joined."""
        if isinstance(self.content, str):
            return self.content
        return " ".join(part.text for part in self.content or () if isinstance(part, TextPart))

    def to_message(self) -> ChatMessage:
        """Convert to a message of the dialogue.

        Returns
        -------
        llmrec.chat.transcript.Message
            Its words joined, its picture decoded.

        Raises
        ------
        BadInput
            Where it holds several pictures, or one that cannot be decoded.
        """
        parts = [] if isinstance(self.content, str) else self.content or []
        pictures = [part.image_url for part in parts if isinstance(part, ImagePart)]
        if len(pictures) > 1:
            raise BadInput("one picture at a time; send the others in messages of their own")
        image = pictures[0].content() if pictures else None
        return ChatMessage(self.role == "user", self.words, image, None if self.role == "user" else self.id)


class StreamOptions(BaseModel):
    """What a stream holds beside its pieces."""

    include_usage: bool = False


def _no_forced_function(wanted: Any) -> Any:
    if wanted not in (None, "auto", "none"):
        raise ValueError("functions of this older form are not called here; send `tools` and `tool_choice`")
    return wanted


def _only_words(wanted: Any) -> Any:
    if wanted not in (None, ["text"]):
        raise ValueError("answers are text; leave it out")
    return wanted


def _none(wanted: Any) -> Any:
    if wanted not in (None, False):
        raise ValueError("there are none; leave it out")
    return wanted


class ChatRequest(BaseModel):
    """A conversation in the shape of OpenAI's API; fields that only tune a model (temperature, seed) change nothing.

    What cannot be met, such as a schema of what is not known, is refused: a program that reads JSON must not get prose.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "llmrec",
                    "user": "471",
                    "messages": [{"role": "user", "content": "something funny from the 90s, not horror"}],
                    "stream": False,
                }
            ]
        }
    )

    model: Annotated[Text, Field(max_length=200)] = "llmrec"
    messages: Annotated[list[Message], BeforeValidator(latest), Field(min_length=1)] = Field(
        description=f"Oldest first; the last {MAX_MESSAGES} are read, {MAX_CHARACTERS:,} characters of each."
    )
    user: Id | None = Field(None, description="One of your users; of one that nobody knows nothing is read.")
    context: Context | None = Field(None, description="When and where it is asked; OpenAI's clients: extra_body.")
    previous_response_id: Annotated[Text, Field(max_length=100)] | None = Field(
        None,
        description="The id of the completion before, in place of an `id` in the last assistant's message: with it the "
        "messages before the last may be left out. OpenAI's clients: extra_body.",
    )
    store: bool | None = Field(
        None, description="`false`: nothing is kept of the answer, and no reply goes on from it by its id."
    )
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    stop: (
        Annotated[Text, Field(min_length=1, max_length=200)]
        | Annotated[list[Annotated[Text, Field(min_length=1, max_length=200)]], Field(max_length=4)]
        | None
    ) = Field(None, description="Sequences at which the answer ends.")
    max_tokens: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Tokens at most: words, numbers and marks. Also as `max_completion_tokens`."
    )
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    response_format: Any = Field(
        None,
        description="`text`, `json_object`, or `json_schema`: the list by a schema of what is known of items (id, "
        "title, rank, score, reason, description, attributes by name) and of the reply (message, count), or null.",
    )
    tools: Annotated[list[Any], Field(max_length=128)] | None = Field(
        None, description="One called `recommend` is called with the list, by its parameters; others where forced."
    )
    tool_choice: Any = Field(None, description="`auto`, `none`, `required`, or one of `tools`.")
    function_call: Annotated[Any, AfterValidator(_no_forced_function)] = Field(
        None, description="The older form; `auto` or `none`."
    )
    modalities: Annotated[Any, AfterValidator(_only_words)] = Field(None, description='`["text"]`.')
    logprobs: Annotated[Any, AfterValidator(_none)] = Field(None, description="There are none.")
    _left_out: int = PrivateAttr(0)

    @model_validator(mode="wrap")
    @classmethod
    def _counted(cls, given: Any, handler: ModelWrapValidatorHandler["ChatRequest"]) -> "ChatRequest":
        made = handler(given)
        made._left_out = left_out(given.get("messages")) if isinstance(given, dict) else 0
        return made

    def noting(self, left_out: int) -> "ChatRequest":
        """Note how many messages were left out before these; the request itself."""
        self._left_out = left_out
        return self

    @property
    def notes(self) -> list[str]:
        """What was not read of it, in a sentence."""
        if not self._left_out:
            return []
        return [f"the last {MAX_MESSAGES} messages were read, and {self._left_out:,} before them were not"]

    @property
    def stops(self) -> list[str]:
        """The sequences at which the answer ends."""
        return [self.stop] if isinstance(self.stop, str) else self.stop or []

    @property
    def most_tokens(self) -> int | None:
        """Tokens of the answer at most."""
        return self.max_completion_tokens or self.max_tokens

    def to_messages(self) -> list[ChatMessage]:
        """Convert to the messages of the dialogue.

        Returns
        -------
        list of llmrec.chat.transcript.Message
            Those of the user and of the assistant, oldest first.

        Raises
        ------
        BadInput
            Where a picture is not one, or a message holds several.
        """
        read = [message for message in self.messages if message.role in READ]
        if self.messages[-1].role in (
            "tool",
            "function",
        ):  # a call is no reply
            while read and read[-1].role == "assistant":
                read.pop()
        found = [message.to_message() for message in read]
        if self.previous_response_id is not None:
            replies = [at for at, message in enumerate(found) if not message.from_user]
            if replies:
                found[replies[-1]] = replace(found[replies[-1]], id=self.previous_response_id)
            else:
                found.insert(0, ChatMessage(False, "", id=self.previous_response_id))
        return found


class ListedItem(RankedItem):
    """An item of a list.

    `media`: what there is of it besides words; `reason`: why it is listed, in the language of the conversation, ""
    before reasons are there.
    """

    media: list[str]
    reason: str = ""


class QuestionBack(BaseModel):
    """A question that stands below a list; each of its `options` is an answer when it is sent as the next message."""

    text: str
    options: list[str]


class ChatRecommendations(BaseModel):
    """The list of a completion: the id of the answer, its items with scores and evidence, and what they rest on.

    `titles`: titles of the history items that the evidence names, by id; `conditions`: what every item meets, as
    filters; `inputs`: what people call the inputs of an item that the evidence names ("plot" for text); `question`:
    what is asked back, null for nothing.
    """

    id: str
    items: list[ListedItem]
    titles: dict[str, str]
    notes: list[str]
    degraded: list[str]
    conditions: list[str]
    inputs: dict[str, str]
    question: QuestionBack | None = None


class ModelCard(BaseModel):
    """What a client may name as its model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: Literal["llmrec"] = "llmrec"


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class FunctionCall(BaseModel):
    """A function of the client's, and what it is called with, as JSON."""

    name: str
    arguments: str


class ToolCall(BaseModel):
    """A call of one of the client's tools."""

    index: Literal[0] = 0
    id: str
    type: Literal["function"] = "function"
    function: FunctionCall


class ReplyMessage(BaseModel):
    """The words of a completion, or the tool that it calls."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: None = None
    tool_calls: list[ToolCall] | None = None


Finish = Literal["stop", "length", "tool_calls"]
"""Why an answer ends."""


class Usage(BaseModel):
    """Tokens that were read and written: words, numbers and marks."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Choice(BaseModel):
    """The one choice of a completion."""

    index: Literal[0] = 0
    message: ReplyMessage
    finish_reason: Finish = "stop"
    logprobs: None = None


class Beside(BaseModel):
    """What a reply says whatever its form: `message`, in a sentence; `notes`, what was not read of the conversation."""

    message: str
    notes: list[str]


class ChatCompletion(BaseModel):
    """A reply; `recommendations` is null where it speaks of no list."""

    id: str
    created: int
    model: str
    object: Literal["chat.completion"] = "chat.completion"
    choices: list[Choice]
    usage: Usage
    recommendations: ChatRecommendations | None
    llmrec: Beside


class Delta(BaseModel):
    """A piece of a reply."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    tool_calls: list[ToolCall] | None = None

    @model_serializer
    def _only_given(self) -> dict[str, Any]:
        calls = [call.model_dump() for call in self.tool_calls] if self.tool_calls else None
        given = {"role": self.role, "content": self.content, "tool_calls": calls}
        return {name: value for name, value in given.items() if value is not None}


class ChunkChoice(BaseModel):
    """The one choice of a chunk."""

    index: Literal[0] = 0
    delta: Delta
    finish_reason: Finish | None = None
    logprobs: None = None


class ChatChunk(BaseModel):
    """A piece of a streamed reply."""

    id: str
    created: int
    model: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    choices: list[ChunkChoice]
    usage: Usage | None = None
    recommendations: ChatRecommendations | None = None
    llmrec: Beside | None = None
