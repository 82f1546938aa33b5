"""Requests for recommendations, and answers to them with and without reasons: evidence, claims, verdicts, sentences."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from llmrec import context
from llmrec.catalog import Interaction
from llmrec.catalog.feedback import KINDS, NEGATIVE, kind_of
from llmrec.context import Season, TimeOfDay
from llmrec.request import LARGEST, Intent, Request
from llmrec.response import Response
from llmrec.server.schemas.common import Attribute, Id, OneLine, Seconds, StrictBody, Text, Words
from llmrec.verification.reading import ClaimVerdict

MAX_EXPLAINED = 20
"""Items that are explained at once: each takes half a second of a core."""


class Context(StrictBody):
    """When and where somebody asks. The LLM reads it as words after the query: it is a winter evening; on a phone."""

    time_of_day: TimeOfDay | None = None
    season: Season | None = None
    place: Annotated[Text, Field(max_length=100)] | None = None
    device: Annotated[Text, Field(max_length=100)] | None = None

    def to_context(self) -> context.Context:
        """Convert to what a request holds.

        Returns
        -------
        llmrec.context.Context
            With the same fields.
        """
        return context.Context(self.time_of_day, self.season, self.place, self.device)


def _kind(kind: str) -> str:
    if (known := kind_of(kind)) not in KINDS:
        raise ValueError(f"is of no known kind; send one of {', '.join(KINDS)}, or none")
    return known


class HistoryEvent(StrictBody):
    """An item of a history, with what is known of the event."""

    item: Id
    timestamp: Seconds = Field(description="Unix seconds.")
    rating: float | None = Field(None, ge=-LARGEST, le=LARGEST, description="On the catalogue's scale.")
    kind: Annotated[Text, AfterValidator(_kind), Field(max_length=40)] | None = Field(
        None,
        description=f"One of {', '.join(KINDS)}, or another name of these. What was disliked or returned is no part of "
        "the history, and not shown.",
    )

    @classmethod
    def of(cls, event: Interaction) -> "HistoryEvent":
        """Convert an event of a catalogue or of the store; whose it is is not kept."""
        return cls.model_construct(item=event.item, timestamp=event.timestamp, rating=event.rating, kind=event.kind)

    def to_interaction(self) -> Interaction:
        """Convert to what the recommender takes."""
        return Interaction("", self.item, self.timestamp, self.rating, self.kind)


HistoryEntry = Annotated[
    Annotated[Id, Tag("id")] | Annotated[HistoryEvent, Tag("event")],
    Discriminator(lambda given: "event" if isinstance(given, dict | HistoryEvent) else "id"),
]


class RecommendationRequest(StrictBody):
    """A user of yours, or a history, or neither (somebody new); with a query, filters, an item like what is wanted."""

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
    history: Annotated[list[HistoryEntry], Field(max_length=2000)] | None = Field(
        None,
        description="Item ids, oldest first, in place of a user; or events, which also tell times and ratings, in any "
        "order.",
    )
    query: Words | None = Field(None, description="What is wanted, in words.")
    where: Words | None = Field(None, description="Filters on attributes: year>=1990 and genre=Comedy.")
    k: int = Field(10, ge=1, le=200, description="How many items.")
    explain: bool = Field(False, description="Measure the reasons and write a checked sentence for each item.")
    diversity: float = Field(0.0, ge=0, le=1, description="0 ranks by score alone, 1 by difference alone.")
    one_per_title: bool = Field(
        False, description="Whether of items with one title, such as the colours of a dress, only the best is listed."
    )
    exposure: Words | None = Field(
        None, description="Shares of the list that groups have at least or at most: tail>=0.3; brand<=0.4."
    )
    like: Id | None = Field(None, description="An item that is like what is wanted, or that it is to go with.")
    intent: Intent | None = Field(
        None,
        description="next: what comes next; similar: what is like the item of `like`; complement: what goes with it "
        "or, without one, with the newest item of the history. Default: similar with `like`, else next.",
    )
    context: Context | None = None

    @model_validator(mode="after")
    def _few_enough_to_explain(self) -> "RecommendationRequest":
        if self.explain and self.k > MAX_EXPLAINED:
            raise ValueError(f"at most {MAX_EXPLAINED} items are explained at once; ask for fewer, or without explain")
        return self

    def to_request(self) -> Request:
        """Convert to what the recommender takes.

        Returns
        -------
        llmrec.Request
            Its `user` is one of the tenant's, and is still to be replaced by their history.

        Raises
        ------
        BadInput
            Where fields contradict one another.
        """
        return Request(
            user=self.user,
            history=None if self.history is None else tuple(self._items(denied=False)),
            never=tuple(self._items(denied=True)),
            events=tuple(e.to_interaction() for e in self.history or () if isinstance(e, HistoryEvent)),
            query=self.query,
            k=self.k,
            where=self.where or None,
            explain=self.explain,
            diversity=self.diversity,
            one_per_title=self.one_per_title,
            exposure=self.exposure or None,
            like=self.like,
            intent=self.intent,
            context=self.context.to_context() if self.context else None,
        )

    def _items(self, denied: bool) -> Iterator[str]:
        """Ids of the history: of what was disliked or returned, or of all else."""
        entries = [*(self.history or ())]
        if all(isinstance(entry, HistoryEvent) for entry in entries):
            entries.sort(key=lambda entry: getattr(entry, "timestamp", 0.0))
        for entry in entries:
            id, kind = (entry, None) if isinstance(entry, str) else (entry.item, entry.kind)
            if (kind in NEGATIVE) == denied:
                yield id


class Claim(BaseModel):
    """One thing that a sentence claims, and the verifier's verdict on it."""

    kind: str
    text: str
    start: int
    verdict: ClaimVerdict
    against: str
    """What it was held against: evidence, the catalogue."""
    why: str
    cites: list[str]
    """The history items that a title means."""
    by: Literal["rule", "model"] = "rule"
    """What decided."""
    probability: float | None = None
    """How sure the entailment model is, where it decided."""


class EvidenceRecord(BaseModel):
    """One thing that moved the score: what the score loses without it, in standard deviations of the user's scores."""

    kind: Literal["history", "attribute", "modality", "query", "trait"]
    history_item: str | None
    attribute: str | None
    modality: str | None
    effect: float


class Counterfactual(BaseModel):
    """The item's rank with and without one reason: a history item, or (null) the query."""

    history_item: str | None
    rank: int
    rank_without: int


class Companions(BaseModel):
    """How many of the `group` who took the history item took the item too, and its `takers` among all `people`.

    Each is of 20 people or more, to the nearest ten.
    """

    history_item: str
    both: int
    group: int
    takers: int
    people: int


class Pairing(BaseModel):
    """On how many of the `group` days with the item that this is to go with, or its value, this or its value was taken.

    Its own days are `takers` of all `days`; each is of 20 people or more, to the nearest ten, or 0 where none is told.
    """

    anchor: str
    item_value: str | None
    anchor_value: str | None
    both: int
    group: int
    takers: int
    days: int
    shared: str | None


class Share(BaseModel):
    """A history item's Shapley value with its standard error."""

    history_item: str
    effect: float
    error: float | None


class Evidence(BaseModel):
    """The measured evidence of one item; answers that were kept before it had more than `items` lack the rest."""

    item: str
    query: str
    items: list[EvidenceRecord]
    counterfactuals: list[Counterfactual] = []
    companions: list[Companions] = []
    shapley: list[Share] = []
    fidelity: float | None = None
    """R² of the linear model from which the effects of attributes (`trait`) come."""
    ratings: dict[str, float] = {}
    """What the user gave history items that raise the score, where the scorer reads ratings."""
    pairing: Pairing | None = None
    """What is known of the item beside the one that it is to go with, where that was asked for."""


class RefusedSentence(BaseModel):
    """A sentence of the LLM that the verifier did not let through."""

    text: str
    problem: str


class Remark(BaseModel):
    """A sentence made by rule on what was counted and re-ranked, and the verdict on its claims."""

    text: str
    claims: list[Claim]


class Rationale(BaseModel):
    """Why an item was recommended: the sentence, the verdict on each of its claims, the evidence it rests on."""

    text: str
    source: Literal["llm", "llm-retry", "plain"]
    claims: list[Claim]
    evidence: Evidence
    refused: list[RefusedSentence]
    remarks: list[Remark] = []


class RankedItem(BaseModel):
    """One item of an answer; `parts`: what each component adds to the score."""

    id: str
    title: OneLine
    score: float
    parts: dict[str, float]
    attributes: dict[str, Attribute]
    rationale: Rationale | None


class Recommendations(BaseModel):
    """Items, best first; the history that was read; seconds by step; remarks; what was out of reach and replaced."""

    id: str = Field(description="Ask for the reasons with GET /v1/explanations/{id}.")
    items: list[RankedItem]
    history: list[str]
    timings: dict[str, float]
    notes: list[str]
    degraded: list[str] = []

    @classmethod
    def of(cls, id: str, response: Response) -> "Recommendations":
        """Convert what the recommender gives.

        Parameters
        ----------
        id
            Id under which the answer is kept.
        response
            The list, with or without reasons.

        Returns
        -------
        Recommendations
            As `Response.to_dict` has it.
        """
        return cls.model_validate({"id": id, **response.to_dict()})

    def with_reasons(self, response: Response) -> "Recommendations":
        """Add the reasons of the same list.

        Parameters
        ----------
        response
            The list with its reasons.

        Returns
        -------
        Recommendations
            With the items, the timings and the notes of this one; an item that `response` lacks stays as it was.
        """
        explained = Recommendations.of(self.id, response)
        reasons = {item.id: item.rationale for item in explained.items}
        items = [item.model_copy(update={"rationale": item.rationale or reasons.get(item.id)}) for item in self.items]
        return self.model_copy(update={"items": items, "degraded": sorted({*self.degraded, *explained.degraded})})


class StoredRequest(BaseModel):
    """A request as it is kept with its answer, so that the answer can be explained later.

    A user stands as their history of then; a picture is not kept.
    """

    history: tuple[str, ...]
    query: str | None
    k: int
    where: str | None
    diversity: float
    like: str | None
    never: tuple[str, ...]
    image: bool
    context: Context | None = None  # answers that were kept before there was context have none
    exposure: str | None = None  # nor had they this
    one_per_title: bool = False
    intent: Intent | None = None  # nor this
    events: tuple[tuple[str, float, float | None, str | None], ...] = ()
    """Item, timestamp, rating and kind of each event that is known behind the history."""

    @classmethod
    def of(cls, request: Request) -> "StoredRequest":
        """Convert what the recommender took.

        Parameters
        ----------
        request
            With a history in place of a user.

        Returns
        -------
        StoredRequest
            What is kept of it.
        """
        return cls(
            history=request.history or (),
            query=request.query,
            k=request.k,
            where=request.where,
            diversity=request.diversity,
            like=request.like,
            never=request.never,
            image=request.image is not None,
            context=Context(**asdict(request.context)) if request.context else None,
            exposure=request.exposure,
            one_per_title=request.one_per_title,
            intent=request.intent,
            events=tuple((e.item, e.timestamp, e.rating, e.kind) for e in request.events),
        )

    def to_request(self, k: int) -> Request:
        """Convert back, to have the answer's reasons measured.

        Parameters
        ----------
        k
            Number of items at most.

        Returns
        -------
        llmrec.Request
            The same request, without a picture and with `explain`.
        """
        return Request(
            history=self.history,
            events=tuple(Interaction("", *event) for event in self.events),
            query=self.query,
            k=min(self.k, k),
            where=self.where,
            explain=True,
            diversity=self.diversity,
            like=self.like,
            never=self.never,
            context=self.context.to_context() if self.context else None,
            exposure=self.exposure,
            one_per_title=self.one_per_title,
            intent=self.intent,
        )


class Explanation(BaseModel):
    """Why the items of one answer were recommended."""

    id: str
    created: float
    query: str | None
    items: list[RankedItem]
