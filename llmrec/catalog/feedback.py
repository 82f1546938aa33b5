"""What an event says of the user's opinion: by its kind (view, purchase, return, …) and by its rating.

An event is *positive*, and then a target of training and evaluation, or not; and it has an *opinion*, a number above 0
for what was liked and below 0 for what was not, of which score components make use.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from llmrec.catalog.columns import plain
from llmrec.catalog.types import Catalog, Interaction

DAY = 86_400
EARLIEST = 10**8
"""Seconds (1973): smaller timestamps are positions in an order, not times."""

KINDS: Mapping[str, Sequence[str]] = {
    "view": ("view", "pv", "page_view", "impression", "detail", "browse", "visit", "open", "show"),
    "click": ("click", "clk", "tap", "select"),
    "play": ("play", "listen", "watch", "stream", "read", "loan", "borrow", "checkout", "download", "install"),
    "skip": ("skip", "skipped"),
    "cart": ("cart", "addtocart", "add_to_basket", "basket", "add"),
    "favourite": ("favourite", "favorite", "fav", "wishlist", "add_to_wishlist", "bookmark", "save", "collect"),
    "purchase": ("purchase", "buy", "transaction", "order", "sale", "bought", "paid", "conversion"),
    "like": ("like", "thumbs_up", "upvote", "love", "positive", "share", "follow"),
    "remove": ("remove", "remove_from_cart", "removefromcart", "unfavourite", "unfavorite"),
    "return": ("return", "refund", "cancel", "cancelled", "chargeback", "returned", "refunded"),
    "dislike": ("dislike", "thumbs_down", "downvote", "hate", "negative", "not_interested", "hide", "block", "report"),
}
"""Kind of event -> the names that data sets have for it; case, blanks and signs do not count."""
STRENGTHS: Mapping[str, int] = {
    "view": 1, "click": 1, "skip": 1, "play": 2, "cart": 2, "remove": 2, "favourite": 3, "purchase": 4, "like": 4,
    "return": 4, "dislike": 4,
}  # fmt: skip
"""How telling a kind is: of a user's events with one item the most telling kind counts, of several the last."""
NEGATIVE = frozenset({"return", "dislike"})
"""Kinds by which a user says no: never positive."""
OPINIONS: Mapping[str, float] = {"like": 1.0, "favourite": 1.0, "return": -1.0, "dislike": -1.0}
"""What kinds say without a rating, in standard deviations of ratings."""
_BY_NAME = {plain(name): kind for kind, names in KINDS.items() for name in names}

IsPositive = Callable[[Interaction], bool]


def kind_of(text: str) -> str:
    """The kind that a cell names; one that is not known stays as it is, in lower case; "" for none.

    Examples
    --------
    >>> kind_of("AddToCart"), kind_of("pv"), kind_of("Reserved "), kind_of("")
    ('cart', 'view', 'reserved', '')
    """
    return _BY_NAME.get(plain(text), text.strip().casefold())


@dataclass(frozen=True)
class Past:
    """What the events before a request say beside their order.

    Parameters
    ----------
    opinions
        Item row -> above 0 where the user liked it, below 0 where not; rows without an opinion are absent.
    ratings
        Item row -> the user's rating, where there is one.
    ages
        Item row -> seconds since each time it was taken, oldest first; empty where that is not asked for.
    denied
        Rows of which the most telling event, of several the last, is a return, a dislike or a rating below 0.
    moments
        Row and day (since 1970, a fraction) of each event, oldest first; empty where events have an order alone.

    Examples
    --------
    >>> events = [Interaction("u", "a", 1.0, 5.0), Interaction("u", "b", 2.0, 2.0), Interaction("u", "c", 3.0)]
    >>> Past.of(events, {"a": 0, "b": 1, "c": 2}).opinions
    {0: 1.5, 1: -1.5}
    """

    opinions: Mapping[int, float] = field(default_factory=dict)
    ratings: Mapping[int, float] = field(default_factory=dict)
    ages: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    denied: frozenset[int] = frozenset()
    moments: tuple[tuple[int, float], ...] = ()

    def days(self, history: Sequence[int], unknown: float) -> list[float]:
        """When each item of a history was taken.

        Parameters
        ----------
        history
            Item rows, oldest first.
        unknown
            For a row that no event tells of.

        Examples
        --------
        >>> Past(moments=((7, 19000.0), (8, 19001.5), (7, 19002.0))).days([7, 8, 5, 7], unknown=-1.0)
        [19000.0, 19001.5, -1.0, 19002.0]
        """
        waiting: dict[int, list[float]] = {}
        for row, day in reversed(self.moments):
            waiting.setdefault(row, []).append(day)
        days = []
        for row in history:
            own = waiting.get(row)
            days.append(unknown if not own else own.pop() if len(own) > 1 else own[0])
        return days

    @classmethod
    def of(cls, events: Iterable[Interaction], row: Mapping[str, int], now: float | None = None) -> "Past":
        """From interactions.

        Parameters
        ----------
        events
            Of one user, before the request.
        row
            Item id -> row.
        now
            Timestamp of the request, for `ages`.
        """
        events = tuple(events)
        ratings = [event.rating for event in events if event.rating is not None]
        mean = sum(ratings) / len(ratings) if ratings else 0.0
        # The last that says one counts: a view does not take back a like, or a rating.
        found = {row[e.item]: opinion(e, mean) for e in events if e.rating is not None or e.kind in OPINIONS}
        ages: dict[int, tuple[float, ...]] = {}
        if now is not None:
            for event in events:
                if denies(event):
                    continue  # a return is no taking
                at = row[event.item]
                ages[at] = (*ages.get(at, ()), max(0.0, now - event.timestamp))
        given = {row[event.item]: event.rating for event in events if event.rating is not None}
        telling: dict[int, tuple[int, bool]] = {}
        for event in events:
            strength = STRENGTHS.get(event.kind or "", max(STRENGTHS.values()))
            if strength >= telling.get(row[event.item], (0, False))[0]:
                telling[row[event.item]] = strength, denies(event)
        denied = frozenset(at for at, (_, no) in telling.items() if no)
        return cls({at: value for at, value in found.items() if value}, given, ages, denied, moments_of(events, row))


NO_PAST = Past()


def moments_of(events: Iterable[Interaction], row: Mapping[str, int]) -> tuple[tuple[int, float], ...]:
    """Row and day of each event; nothing where timestamps are numbers of an order.

    Parameters
    ----------
    events
        Of one user.
    row
        Item id -> row.
    """
    return tuple((row[event.item], event.timestamp / DAY) for event in events if event.timestamp >= EARLIEST)


def opinion(event: Interaction, mean: float) -> float:
    """What one event says: its rating against the user's `mean`, else its kind; 0 for nothing."""
    if event.kind in NEGATIVE or event.rating is None:
        return OPINIONS.get(event.kind or "", 0.0)
    return event.rating - mean


@dataclass(frozen=True)
class Feedback:
    """Which events of a catalogue are positive, and how much each counts as a target.

    Parameters
    ----------
    rule
        By which events were told apart, in words, for cards.
    weights
        User -> `event_key` -> weight of the event as a target of training, from 0; absent events have 1.
    others
        User -> `event_key` of the events that are not positive: they are seen, and read, but never asked for.
    """

    rule: str = ""
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def informative(self) -> bool:
        """Whether it tells any events apart."""
        return bool(self.weights or self.others)

    def weight(self, user: str, item: str, time: int = 0) -> float:
        """What the user's event with an item counts as a target, of several that of index `time`, the oldest first."""
        return self.weights.get(user, {}).get(event_key(item, time), 1.0)

    def positive(self, user: str, item: str, time: int = 0) -> bool:
        """Whether the user's event with an item is one that is to be predicted; `time` as for `weight`."""
        return event_key(item, time) not in self.others.get(user, ())

    @classmethod
    def of(
        cls,
        catalog: Catalog,
        rule: str,
        is_positive: IsPositive | None = None,
        kinds: Mapping[str, float] | None = None,
        other_weight: float = 0.0,
        known: Mapping[str, Collection[str]] | None = None,
    ) -> "Feedback":
        """Tell the events of a catalogue apart.

        Parameters
        ----------
        catalog
            Whose events.
        rule
            In words.
        is_positive
            Whether an event is positive; default: where its rating is not below the mean of the user's.
        kinds
            Kind -> weight of its events; others have 1.
        other_weight
            Weight of events that are not positive. Returns and dislikes always have 0.
        known
            User -> items whose ratings make that mean; default: all of the user's.
        """
        kinds = kinds or {}
        weights: dict[str, dict[str, float]] = {}
        others: dict[str, frozenset[str]] = {}
        for user, events in catalog.histories.items():
            mean = _mean(events, None if known is None else known.get(user, ()))
            own: dict[str, float] = {}
            no: set[str] = set()
            for event, time in zip(events, times_before([event.item for event in events]), strict=True):
                key = event_key(event.item, time)
                denied = denies(event)
                if denied or not (is_positive(event) if is_positive else event.rating is None or event.rating >= mean):
                    no.add(key)
                    own[key] = 0.0 if denied else other_weight * kinds.get(event.kind or "", 1.0)
                elif (weight := kinds.get(event.kind or "", 1.0)) != 1.0:
                    own[key] = weight
            if own:
                weights[user] = own
            if no:
                others[user] = frozenset(no)
        return cls(rule, weights, others)


ALL = Feedback()
"""Every event is positive and counts alike."""


def event_key(item: str, time: int) -> str:
    """What an event of a user is told by: its item, with the number of the user's earlier events with it if any."""
    return f"{item}\x1f{time}" if time else item


def times_before(history: Sequence[Hashable]) -> list[int]:
    """For each event of a history, how often its item stands before it.

    Examples
    --------
    >>> times_before(["milk", "bread", "milk"])
    [0, 0, 1]
    """
    counts: Counter[Hashable] = Counter()
    before = []
    for item in history:
        before.append(counts[item])
        counts[item] += 1
    return before


def denies(event: Interaction) -> bool:
    """Whether an event says no by itself: a return, a dislike, a rating below 0."""
    return event.kind in NEGATIVE or (event.rating is not None and event.rating < 0)


def _mean(events: Sequence[Interaction], known: Collection[str] | None) -> float:
    ratings = [e.rating for e in events if e.rating is not None and (known is None or e.item in known)]
    return float(np.mean(ratings)) if ratings else -np.inf
