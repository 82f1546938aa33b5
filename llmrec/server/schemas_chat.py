"""What the conversation takes: the parts of OpenAI's schema that mean something here."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from llmrec.server.schemas import Context, Id, Text, Words


class TextPart(BaseModel):
    """Words within a message."""

    type: Literal["text"]
    text: Words


class ImageUrl(BaseModel):
    """A picture as a `data:` URL."""

    url: str = Field(description="data:image/jpeg;base64,…; addresses are never fetched.")


class ImagePart(BaseModel):
    """A picture within a message: a photo of something like what is wanted."""

    type: Literal["image_url"]
    image_url: ImageUrl


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class Message(BaseModel):
    """One message. Those of roles other than user and assistant are not read: nothing here is steered by them."""

    role: Literal["user", "assistant", "system", "developer", "tool", "function"]
    content: Annotated[Text, Field(max_length=20_000)] | Annotated[list[Part], Field(max_length=20)] | None = None


class ChatRequest(BaseModel):
    """A conversation in the shape of OpenAI's API; its other fields (temperature, tools, …) change nothing."""

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
    messages: Annotated[list[Message], Field(min_length=1, max_length=200)]
    user: Id | None = Field(None, description="One of your users; one that nobody knows is a newcomer.")
    context: Context | None = Field(None, description="When and where it is asked; OpenAI's clients: extra_body.")
    stream: bool = False
    n: Literal[1] | None = None
