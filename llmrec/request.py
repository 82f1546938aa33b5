"""A request for recommendations, and whether a catalogue can answer it.

No model is imported here, so that a wrong request is refused before anything is loaded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog, Interaction
from llmrec.catalog.feedback import KINDS, NO_PAST, Past, kind_of
from llmrec.catalog.types import derived, normal_id
from llmrec.context import Context
from llmrec.errors import BadInput, about
from llmrec.ranking.exposure import ExposureBound, parse_rules
from llmrec.retrieval.filters import Filter, attribute_named, parse_where

if TYPE_CHECKING:
    from llmrec.rationale.phrasing import Style


Intent = Literal["next", "similar", "complement"]
"""What a list is of: what comes next, what is like an example, or what goes with an item."""
MOST_ORDERS = 4096
"""Of the history that Shapley values are sampled over: the LLM reads as many histories as it has items for each."""
LARGEST = 1e15
"""Of the times and ratings of events: what is larger is none, and would overflow where it is squared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request: by a known user, by a history of items or by nobody; with a query, a filter and one example at most.

    Parameters
    ----------
    user
        Id of a user of the catalogue, whose history is read.
    history
        Item ids, oldest first, each once, or as often as `events` tell of it: the history of somebody who need not be
        in the catalogue.
    events
        What is known of the events behind `history`: when they were, ratings, kinds. They may also tell of other items,
        such as what was returned. Without them a history is an order alone.
    query
        What is wanted, in words.
    k
        Number of items wanted, from 1.
    where
        Filter on attributes, such as ``"year>=1990 and genre=Comedy"`` (see `llmrec.retrieval.filters`).
    explain
        Whether each item comes with evidence and a checked sentence.
    diversity
        From 0, by score alone, to 1, by difference from the items above alone.
    one_per_title
        Whether of items with one title, such as the colours of a dress, only the best stands in the list, as long as
        there are others to fill it.
    exposure
        Shares of the list that groups of items have at least or at most, such as ``"tail>=0.3; brand<=0.4"`` (see
        `llmrec.ranking.exposure`).
    image
        A picture of something like what is wanted: its file, or its bytes.
    video
        A clip of something like what is wanted.
    like
        Id of an item that is like what is wanted, or that what is wanted goes with. It is not recommended itself.
    intent
        What the list is of: "next", what comes next; "similar", what is like the example; "complement", what goes with
        the item of `like` or, without one, the newest of the history. Default: "similar" with an example, else "next".
    never
        Ids of items that must not be recommended.
    context
        When and where the request is made; the LLM reads it after the query.
    shapley
        With `explain`: number of random orders of the history that Shapley values are sampled over, in addition to
        leave-one-out; 4,096 at most, 0 for none.
    style
        With `explain`: the form of the sentences, which are then written by rule ("line", "two" or "comparison");
        None for sentences of the LLM.

    Raises
    ------
    BadInput
        Where a value is out of its range, or fields contradict each other. `BadInput.fields` names them.

    Examples
    --------
    >>> Request(user="471", query="a heist with humour", k=5).k
    5
    >>> Request(user="471", history=("50",))
    Traceback (most recent call last):
        ...
    llmrec.errors.BadInput: `user` and `history` are both given; pass one of them
    """

    user: str | None = None
    history: tuple[str, ...] | None = None
    events: tuple[Interaction, ...] = ()
    query: str | None = None
    k: int = 10
    where: str | None = None
    explain: bool = False
    diversity: float = 0.0
    one_per_title: bool = False
    exposure: str | None = None
    image: Path | bytes | None = None
    video: Path | None = None
    like: str | None = None
    never: tuple[str, ...] = ()
    context: Context | None = None
    shapley: int = 0
    style: "Style | None" = None
    intent: Intent | None = None

    @classmethod
    def of(cls, request: "Request | None", fields: Mapping[str, Any]) -> "Request":
        """Return a request that is given, or make one of its fields.

        Parameters
        ----------
        request
            The request; None where fields are given.
        fields
            Field -> value.

        Returns
        -------
        Request

        Raises
        ------
        BadInput
            Where both are given, a field has no such name, or the fields make no request.

        Examples
        --------
        >>> Request.of(None, {"usr": "471"})
        Traceback (most recent call last):
            ...
        llmrec.errors.BadInput: a request has no field `usr`; did you mean `user`?
        """
        if request is not None and not isinstance(request, cls):
            raise BadInput(
                f"{request!r} is no request; pass a `Request`, or its fields by name, such as user={request!r}"
            )
        if request is not None and fields:
            raise BadInput(f"a request and {_quoted([*fields])} are both given; pass one of them", *fields)
        for field in fields:
            if field not in cls.__dataclass_fields__:
                near = get_close_matches(field, cls.__dataclass_fields__, 1)
                known = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(cls.__dataclass_fields__)}"
                raise BadInput(f"a request has no field `{field}`; {known}", field)
        return cls(**fields) if request is None else request

    def __post_init__(self) -> None:
        for field in ("history", "never"):
            object.__setattr__(self, field, _ids(field, getattr(self, field)))
        object.__setattr__(self, "events", _events(self.events))
        for field in ("image", "video"):
            if isinstance(path := getattr(self, field), str):
                object.__setattr__(self, field, Path(path))
        self._check_values()
        for field in ("user", "like"):
            if (value := getattr(self, field)) is not None:
                object.__setattr__(self, field, normal_id(value))
        if len(given := [field for field in ("image", "video", "like") if getattr(self, field) is not None]) > 1:
            raise BadInput(f"{_quoted(given)} are given, and a request has one example; pass one of them", *given)
        self._check_intent(given)
        if (self.shapley or self.style) and not self.explain:
            field = "shapley" if self.shapley else "style"
            raise BadInput(f"`{field}` is about reasons, which are not asked for; pass `explain` too", field, "explain")
        if self.history is None:
            if self.events:
                raise BadInput("`events` tell of a `history`, and none is given; pass both", "events", "history")
            return
        if self.user is not None:
            raise BadInput("`user` and `history` are both given; pass one of them", "user", "history")
        known = Counter(event.item for event in self.events)
        if any(count > max(1, known[id]) for id, count in Counter(self.history).items()):
            raise BadInput("`history` names an item twice; name each item once, oldest first", "history")

    def _check_values(self) -> None:
        for field in ("user", "query", "where", "exposure", "like"):
            if not isinstance(value := getattr(self, field), str | None):
                raise BadInput(f"`{field}` is {value!r}; pass it as text, such as {str(value)!r}", field)
        if isinstance(self.k, bool) or not isinstance(self.k, Integral) or self.k < 1:
            raise BadInput(f"`k` is {self.k!r}; pass a whole number from 1 on", "k")
        if isinstance(self.diversity, bool) or not isinstance(self.diversity, Real) or not 0 <= self.diversity <= 1:
            raise BadInput(f"`diversity` is {self.diversity!r}; pass a number from 0 to 1", "diversity")
        if not parse_rules(self.exposure or ""):
            object.__setattr__(self, "exposure", None)
        if isinstance(self.shapley, bool) or not isinstance(self.shapley, Integral):
            raise BadInput(f"`shapley` is {self.shapley!r}; pass a number of orders, or 0 for none", "shapley")
        if not 0 <= self.shapley <= MOST_ORDERS:
            raise BadInput(f"`shapley` is {self.shapley}; pass at most {MOST_ORDERS:,} orders, or 0", "shapley")
        for field, kinds, wanted in (
            ("explain", bool, "True or False"),
            ("image", Path | bytes | None, "the path of a picture, or its bytes"),
            ("video", Path | None, "the path of a clip"),
            ("context", Context | None, "a `Context`"),
        ):
            if not isinstance(value := getattr(self, field), kinds):
                raise BadInput(f"`{field}` is of type {type(value).__name__}; pass {wanted}", field)
        if self.style is not None:
            from llmrec.rationale.phrasing import STYLES

            if self.style not in STYLES:
                raise BadInput(f"`style` is {self.style!r}; pass one of {', '.join(STYLES)}", "style")

    def _check_intent(self, examples: Sequence[str]) -> None:
        """Refuse an intent that lacks what it is about, or has what it is not about."""
        if self.intent is None:
            return
        if self.intent not in get_args(Intent):
            raise BadInput(f"`intent` is {self.intent!r}; pass one of {', '.join(get_args(Intent))}", "intent")
        if self.intent == "next" and examples:
            raise BadInput(
                f"`intent` is 'next', and `{examples[0]}` is an example; pass 'similar' or leave `intent` out",
                "intent", examples[0],
            )  # fmt: skip
        if self.intent == "similar" and not examples:
            raise BadInput("`intent` is 'similar', and nothing says to what; pass `like`, `image` or `video`", "intent")
        if self.intent == "complement" and examples not in ([], ["like"]):
            raise BadInput(
                f"what goes with an item of the catalogue can be found, not with `{examples[0]}`; pass `like`",
                "intent", examples[0],
            )  # fmt: skip
        if self.intent == "complement" and not (examples or self.history or self.user is not None):
            raise BadInput(
                "`intent` is 'complement', and nothing says with what; pass `like`, or a `user` or `history` whose "
                "newest item counts",
                "intent", "like",
            )  # fmt: skip

    def anchor(self, catalog: Catalog) -> str | None:
        """Id of the item that what is wanted goes with; None for another intent.

        Raises
        ------
        UnknownUser
            Where the catalogue lacks the user.
        BadInput
            Where the user has no history yet.
        """
        if self.intent != "complement":
            return None
        if self.like is not None:
            return self.like
        if not (history := self.history_ids(catalog)):
            raise BadInput(
                "the user has no history yet, so nothing says with what items are to go; pass `like`", "like"
            )
        return history[-1]

    def check(self, catalog: Catalog) -> None:
        """Refuse what `catalog` cannot answer, and files that cannot be read.

        Raises
        ------
        UnknownUser, UnknownItem, BadFilter
            Where the catalogue lacks what the request names.
        BadInput
            Where the file of an example cannot be read.
        """
        self.history_ids(catalog)
        self.anchor(catalog)
        self.filter(catalog)
        self.exposure_bounds(catalog, lambda _: np.zeros(len(catalog.items), np.bool_))
        with about("never"):
            catalog.rows(self.never)
        with about("events"):
            catalog.rows([event.item for event in self.events])
        if self.like is not None:
            with about("like"):
                catalog.rows([self.like])
        if self.image is not None:
            _check_image(self.image)
        if self.video is not None and not self.video.is_file():
            raise unreadable(self.video, "video", FileNotFoundError("there is no such file"))

    def history_ids(self, catalog: Catalog) -> tuple[str, ...]:
        """Item ids of the history, oldest first: the user's, or `history`.

        Raises
        ------
        UnknownUser, UnknownItem
            Where the catalogue lacks the user or an item of `history`.
        """
        if self.history is None:
            return catalog.history(self.user) if self.user is not None else ()
        with about("history"):
            catalog.rows(self.history)
        return self.history

    def past(self, catalog: Catalog) -> Past:
        """What the events of the user, or `events`, say beside their order.

        Where what was taken may be taken again, the last event, of the catalogue or the user, is now.

        Raises
        ------
        UnknownItem
            Where the catalogue lacks an item of `events`.
        """
        events: Sequence[Interaction] = self.events
        with about("events"):
            catalog.rows([event.item for event in events])
        if self.history is None and self.user is not None:
            events = catalog.histories.get(self.user, ())
        if not events:
            return NO_PAST
        now = max(last_moment(catalog), *(event.timestamp for event in events)) if catalog.repeats else None
        return Past.of(events, catalog.row, now)

    def filter(self, catalog: Catalog) -> Filter | None:
        """The parsed `where`; None without one.

        Raises
        ------
        BadFilter
            Where it does not parse, or names what no item of the catalogue has.
        """
        if not self.where:
            return None
        with about("where"):
            return parse_where(self.where, catalog)

    def exposure_bounds(
        self, catalog: Catalog, popularity_group: Callable[[str], NDArray[np.bool_]]
    ) -> tuple[ExposureBound, ...]:
        """The rules of `exposure`, with the items of their groups.

        Parameters
        ----------
        catalog
            Has the attributes.
        popularity_group
            Name of a group by training events -> ``(items,)`` bool, see `llmrec.ranking.exposure.popularity_group`.

        Raises
        ------
        BadFilter
            Where a group names what no item of the catalogue has.
        """
        bounds = []
        with about("exposure"):
            for rule in parse_rules(self.exposure or ""):
                if rule.filter:
                    bound = ExposureBound(rule, parse_where(rule.group, catalog).mask(catalog))
                elif rule.attribute:
                    name = attribute_named(rule.group, catalog)
                    bound = ExposureBound(rule, None, partial(_values, catalog, name))
                else:
                    bound = ExposureBound(rule, popularity_group(rule.group))
                bounds.append(bound)
        return tuple(bounds)


def _values(catalog: Catalog, attribute: str, row: int) -> frozenset[object]:
    value = catalog.items[row].attributes.get(attribute)
    return frozenset(value if isinstance(value, tuple) else () if value is None else (value,))


def last_moment(catalog: Catalog) -> float:
    """The timestamp of the catalogue's last event; 0 without one."""
    return derived(catalog, _last_moment)


def _last_moment(catalog: Catalog) -> float:
    return max((event.timestamp for events in catalog.histories.values() for event in events), default=0.0)


def _ids(field: str, ids: object) -> tuple[str, ...] | None:
    """`ids` as a tuple of item ids. A string would else count as an id for each of its characters."""
    if ids is None and field == "history":
        return None
    if isinstance(ids, str | bytes) or not hasattr(ids, "__iter__"):
        raise BadInput(f"`{field}` is {ids!r}; pass a sequence of item ids, such as ('50', '172')", field)
    found = tuple(ids)
    for id in found:
        if not isinstance(id, str):
            raise BadInput(f"`{field}` holds {id!r}; pass item ids as text, such as {str(id)!r}", field)
    return tuple(map(normal_id, found))


def _events(events: object) -> tuple[Interaction, ...]:
    """`events` as a tuple, oldest first, with ids as the catalogue has them."""
    if isinstance(events, str | bytes | Mapping) or not isinstance(events, Iterable):
        raise BadInput(f"`events` is of type {type(events).__name__}; pass a sequence of `Interaction`", "events")
    found: list[Interaction] = []
    for event in events:
        if not isinstance(event, Interaction):
            raise BadInput(f"`events` holds {event!r}; pass events as `Interaction(user, item, timestamp)`", "events")
        kind, numbers = event.kind or "", (event.timestamp, 0.0 if event.rating is None else event.rating)
        if not (isinstance(event.item, str) and isinstance(kind, str)) or not all(
            isinstance(value, float | Real) and -LARGEST <= value <= LARGEST for value in numbers
        ):
            raise BadInput(
                f"`events` holds {event!r}; an item and a kind are text, a time Unix seconds, a rating a number",
                "events",
            )
        item, known = normal_id(event.item), kind if kind in KINDS else kind_of(kind) or None
        same = (item, known) == (event.item, event.kind)  # as all that comes from a catalogue: a history has hundreds
        found.append(event if same else replace(event, item=item, kind=known))
    return tuple(sorted(found, key=lambda event: event.timestamp))


def _quoted(fields: list[str]) -> str:
    return " and ".join(f"`{field}`" for field in fields)


def _check_image(image: Path | bytes) -> None:
    """Decode a picture, so that a bad one is refused before any model is loaded."""
    from llmrec.encoders.base import ContentError
    from llmrec.encoders.image import picture

    try:
        picture(image if isinstance(image, bytes) else image.read_bytes())
    except (ContentError, OSError) as error:
        raise unreadable(image, "image", error) from error


def unreadable(content: Path | bytes, modality: str, error: Exception) -> BadInput:
    """The error for an example that cannot be read.

    Parameters
    ----------
    content
        The file of the example, or its bytes.
    modality
        "image" or "video".
    error
        What reading it raised.

    Returns
    -------
    BadInput
        To be raised from `error`; it is about the field `modality`.
    """
    what = {"image": "a picture", "video": "a video clip"}[modality]
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    name = "what was sent" if isinstance(content, bytes) else content
    return BadInput(f"{name} cannot be read as {what} ({why}); pass {what} that other programs open", modality)
