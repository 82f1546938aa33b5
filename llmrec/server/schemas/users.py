"""What users do, and the end of what is known of them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from llmrec.server.schemas.common import Id, StrictBody, Text


class EventBody(StrictBody):
    """Something that a user did with an item."""

    user: Id
    item: Id
    kind: Literal["interaction", "like", "dislike"] = Field(
        "interaction",
        description="What was taken or liked joins the user's history; what was disliked is never shown to them again.",
    )
    timestamp: float | None = Field(None, ge=0, le=1e11, description="Unix seconds; now where it is missing.")
    id: Annotated[Text, Field(min_length=1, max_length=100)] | None = Field(
        None, description="Your own id of the event: what is sent again with the same id is counted once."
    )


class EventsBody(StrictBody):
    """Events; all of them are kept, or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"events": [{"user": "new-user", "item": "50"}]},
                {"events": [{"user": "471", "item": "172", "kind": "dislike", "id": "e-1", "timestamp": 1.7e9}]},
            ]
        },
    )

    events: Annotated[list[EventBody], Field(min_length=1, max_length=1000)]


class KnownUsers(BaseModel):
    """Ids of users."""

    users: list[str]


class Recorded(BaseModel):
    """How many events were new; they are on disk."""

    recorded: int


class Forgotten(BaseModel):
    """The user is forgotten; `note` says what is left to do, where something is."""

    deleted: str
    note: str | None
