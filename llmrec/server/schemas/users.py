"""What users do, all that is kept of one, and the end of it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from llmrec.catalog.feedback import KINDS, kind_of
from llmrec.chat.state import DialogueState
from llmrec.server.schemas.common import Id, OneLine, Seconds, StrictBody, Text, Words
from llmrec.server.schemas.recommendations import HistoryEvent, Recommendations, StoredRequest
from llmrec.server.store.personal_data import PersonalData, Removal
from llmrec.server.store.users import FORGET, INTERACTION

_EVENT_KINDS = (INTERACTION, *KINDS, FORGET)


def _kind(kind: str) -> str:
    if kind_of(kind) not in _EVENT_KINDS:
        raise ValueError(f"is of no known kind; send one of {', '.join(_EVENT_KINDS)}")
    return kind


class EventBody(StrictBody):
    """Something that a user did with an item."""

    user: Id
    item: Id
    kind: Annotated[Text, AfterValidator(_kind), Field(max_length=40)] = Field(
        INTERACTION,
        description="What was returned or disliked is never shown to the user again; all else joins their history. Of "
        "events with one item the most telling kind counts; `forget` takes back what came before it. Other names of "
        "these are read, too (`buy`, `refund`).",
        json_schema_extra={"enum": [*_EVENT_KINDS]},
    )
    timestamp: Seconds | None = Field(None, description="Unix seconds; now where it is missing.")
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


Rule = Annotated[Words, Field(min_length=1)]
Source = Literal["event", "catalogue", "conversation"]
"""Where an entry of a memory comes from."""


class MemoryEntry(BaseModel):
    """An item that something is known of, and whence: an event, the catalogue's folder, or the conversation."""

    item: str
    title: OneLine
    source: Source


class Memory(BaseModel):
    """What is known of a person, the latest first."""

    user: str | None
    rules: list[str] = Field(description="What every list must meet until it is taken back, as filters.")
    refused: list[str] = Field(description="Words that no item of the conversation's lists is to be about.")
    likes: list[MemoryEntry]
    dislikes: list[MemoryEntry] = Field(description="They are never shown again.")
    history: list[MemoryEntry] = Field(description="Without likes and dislikes; the latest hundred.")
    history_total: int


class MemoryChange(StrictBody):
    """What is new of a person; all else stays. A rule is changed by the new one and the old one at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"user": "ann", "rules": ["no horror"], "without_rules": ["year>=1990"]}]},
    )

    user: Id | None = Field(None, description="One of your users.")
    reply: Annotated[Text, Field(max_length=100)] | None = Field(
        None, description="Id of the last reply of a conversation with them, in which it then holds, too."
    )
    likes: Annotated[list[Id], Field(max_length=100)] = Field([], description="Ids of items.")
    dislikes: Annotated[list[Id], Field(max_length=100)] = Field([], description="Ids of items.")
    rules: Annotated[list[Rule], Field(max_length=50)] = Field([], description="Filters, or words: no horror.")
    without_rules: Annotated[list[Rule], Field(max_length=50)] = Field(
        [], description="Rules that hold no longer, and words that are `refused` no longer."
    )


class KnownUsers(BaseModel):
    """Ids of users."""

    users: list[str]


class Recorded(BaseModel):
    """How many events were new; they are on disk."""

    recorded: int


_FOLDER = (
    "the catalogue's interactions file still names this user; it is read no more here, and its rows are yours to take "
    "out; that it is not to be read is kept as a salted digest"
)
_MODEL = (
    "the checkpoint and the counts of which items go together have learnt from that file; train again without its rows "
    "to have them unlearn this user"
)
_FRAGMENTS = "fragments may stay in the database file until a gateway writes it anew, which it does within the hour"
_SERVER_FILES = "PostgreSQL keeps the bytes of deleted rows in its files until it vacuums them, and in its log"
_MEMORY = "other running gateways may hold lines of chats in memory, without a name, until newer ones come"
_BACKUPS = "backups hold what was deleted since they were made; let them expire"


class Removed(BaseModel):
    """How many rows were deleted."""

    events: int
    answers: int
    conversations: int
    rules: int


class Forgotten(BaseModel):
    """The user is forgotten."""

    deleted: str
    removed: Removed
    kept: list[str] = Field(description="What is not deleted by this, each in a sentence that says who can.")

    @classmethod
    def of(cls, user: str, removal: Removal, embedded: bool) -> "Forgotten":
        """Describe what was deleted and what was not.

        Parameters
        ----------
        user
            The user's id.
        removal
            What was deleted.
        embedded
            Whether the database is SQLite's.

        Returns
        -------
        Forgotten
        """
        kept = [_BACKUPS, _MEMORY]
        if not embedded:
            kept.insert(0, _SERVER_FILES)
        if not removal.erased:
            kept.insert(0, _FRAGMENTS)
        if removal.of_folder:
            kept[:0] = [_FOLDER, _MODEL]
        removed = Removed(
            events=removal.events,
            answers=len(removal.responses),
            conversations=removal.conversations,
            rules=removal.rules,
        )
        return cls(deleted=user, removed=removed, kept=kept)


class KeptAnswer(BaseModel):
    """An answer, and what it answers."""

    id: str
    created: float
    request: StoredRequest
    answer: Recommendations


class KeptState(BaseModel):
    """What a conversation had come to after the reply of that id."""

    id: str
    created: float
    state: DialogueState


class PersonalExport(BaseModel):
    """All that is kept of a user. `POST /v1/events` takes `events` as they are; times are Unix seconds."""

    user: str
    events: list[EventBody]
    history: list[HistoryEvent] = Field(description="Events of the catalogue's own files.")
    answers: list[KeptAnswer]
    conversations: list[KeptState]
    rules: list[str] = Field(description="What every list of theirs must meet until it is taken back, as filters.")

    @classmethod
    def of(cls, user: str, data: PersonalData) -> "PersonalExport":
        """Convert what the store holds.

        Parameters
        ----------
        user
            The user's id.
        data
            What is kept of them.

        Returns
        -------
        PersonalExport
        """
        return cls(
            user=user,
            events=[
                EventBody.model_construct(user=user, item=event.item, kind=event.kind, timestamp=event.at, id=event.id)
                for event in data.events
            ],
            history=[HistoryEvent.of(event) for event in data.history],
            answers=[
                KeptAnswer(id=kept.id, created=kept.created, request=kept.request, answer=kept.response)
                for kept in data.responses
            ],
            conversations=[
                KeptState(id=kept.id, created=kept.created, state=kept.state) for kept in data.conversations
            ],
            rules=list(data.rules),
        )
