"""What the gateway's own routes take and give, as its OpenAPI pages show it."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictFloat, StrictInt, model_validator

from llmrec.context import Context as Given
from llmrec.context import Season, TimeOfDay
from llmrec.server.answering import EXPLAINED
from llmrec.server.schemas_evidence import Rationale


def _printable(text: str) -> str:
    """Refuses what a database cannot hold as text."""
    if "\x00" in text:
        raise ValueError("must not hold the character NUL")
    return text


Text = Annotated[str, AfterValidator(_printable)]
Id = Annotated[Text, Field(min_length=1, max_length=200)]
Words = Annotated[Text, Field(max_length=2000)]


class Model(BaseModel):
    """A body with exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class Context(Model):
    """When and where somebody asks. The LLM reads it as words after the wish: it is a winter evening; on a phone."""

    time_of_day: TimeOfDay | None = None
    season: Season | None = None
    place: Annotated[Text, Field(max_length=100)] | None = None
    device: Annotated[Text, Field(max_length=100)] | None = None

    def given(self) -> Given:
        """As a request holds it."""
        return Given(self.time_of_day, self.season, self.place, self.device)


class RecommendationRequest(Model):
    """A user of yours, or a history, or neither (a newcomer); with a wish in words, filters, an item like it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"user": "471", "k": 5},
                {"history": ["50", "172"], "query": "a heist with humour", "where": "year>=1990", "explain": True},
            ]
        },
    )

    user: Id | None = Field(None, description="One of your users: of the catalogue's folder, or known by an event.")
    history: Annotated[list[Id], Field(max_length=2000)] | None = Field(
        None, description="Item ids, oldest first, in place of a user."
    )
    query: Words | None = Field(None, description="A wish in words.")
    where: Words | None = Field(None, description="Filters on attributes: year>=1990 and genre=Comedy.")
    k: int = Field(10, ge=1, le=200, description="How many items.")
    explain: bool = Field(False, description="Measure the reasons and write a checked sentence for each item.")
    diversity: float = Field(0.0, ge=0, le=1, description="0 ranks by score alone, 1 by difference alone.")
    like: Id | None = Field(None, description="An item that is like what is wanted.")
    context: Context | None = None

    @model_validator(mode="after")
    def _few_enough_to_explain(self) -> "RecommendationRequest":
        if self.explain and self.k > EXPLAINED:
            raise ValueError(f"at most {EXPLAINED} items are explained at once; ask for fewer, or without explain")
        return self


class RankedItem(BaseModel):
    """One item of an answer; `parts`: what each component adds to the score."""

    id: str
    title: str
    score: float
    parts: dict[str, float]
    attributes: dict[str, Any]
    rationale: Rationale | None


class Recommendations(BaseModel):
    """Items, best first; the history that was read; seconds by step; remarks; what was out of reach and replaced."""

    id: str = Field(description="Ask for the reasons with GET /v1/explanations/{id}.")
    items: list[RankedItem]
    history: list[str]
    timings: dict[str, float]
    notes: list[str]
    degraded: list[str]


class Explanation(BaseModel):
    """Why the items of one answer were recommended."""

    id: str
    created: float
    query: str | None
    items: list[RankedItem]


class Failure(BaseModel):
    """One sentence: what is wrong, and what to do."""

    message: str
    type: str
    param: str | None
    code: str


class Failed(BaseModel):
    """What every refused request gets."""

    error: Failure


class EventBody(Model):
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


class EventsBody(Model):
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


Name = Annotated[Text, Field(pattern=r"^\w[\w-]*$", max_length=100)]
Number = Annotated[StrictInt, Field(ge=-(10**15), le=10**15)] | Annotated[StrictFloat, Field(allow_inf_nan=False)]
Word = Annotated[Text, Field(min_length=1, max_length=200)]


class ItemBody(Model):
    """An item as it is offered from now on; media go beside it as files of a multipart form."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "Galaxy Miners",
                    "description": "A crew of miners far out in space meets an alien machine.",
                    "attributes": {"genres": ["Sci-Fi", "Adventure"], "year": 1997},
                }
            ]
        },
    )

    title: Annotated[Text, Field(min_length=1, max_length=500)]
    description: Annotated[Text, Field(max_length=20_000)] = ""
    attributes: Annotated[
        dict[Name, Number | Word | Annotated[list[Word], Field(min_length=1, max_length=50)]], Field(max_length=50)
    ] = Field(default_factory=dict, description="Of the kinds that the catalogue's items have: words, lists, numbers.")


class ItemState(BaseModel):
    """An item, and whether answers can hold it by now."""

    id: str
    searchable: bool
    title: str | None = None
    description: str | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)
    media: list[str] = Field(default_factory=list, description="What there is of it besides words.")


class CatalogState(BaseModel):
    """The catalogue; `noun`: what one item is called, `chose`: what people did with it ("watched"); `values`: attribute
    → its most frequent values, the most frequent first."""

    name: str
    items: int
    noun: str
    chose: str
    values: dict[str, list[str]]


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
