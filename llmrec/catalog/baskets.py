"""Baskets: the events of a user that belong together, as what was bought on one day does."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

from llmrec.catalog.feedback import DAY, EARLIEST, denies
from llmrec.catalog.types import Catalog, Interaction

GAP = 0.25
"""Days without an event, after which another basket begins: purchases of one day stay together where times are days,
and a sitting of some hours where they are seconds."""
MOST = 20
"""Items of a basket: what somebody rates in one sitting goes on for hundreds, of which those next to one another tell
most."""
NEIGHBOURS = 3
"""Events that make a basket where nothing but their order is known."""


@dataclass(frozen=True, slots=True)
class Basket:
    """Items that one user took together.

    Parameters
    ----------
    user
        Number of the user in the catalogue.
    rows
        Item rows, each once, in the order of the events.
    day
        Of the last event, since 1970; NaN where times are not known.
    before
        Item rows of the user's earlier baskets, oldest first.
    days
        When each of these was taken.
    """

    user: int
    rows: tuple[int, ...]
    day: float
    before: tuple[int, ...] = ()
    days: tuple[float, ...] = ()


def baskets_of(catalog: Catalog) -> list[Basket]:
    """The baskets of all users, a user's oldest first; those of a single item too.

    Parameters
    ----------
    catalog
        Its events. Returns and dislikes are in no basket.

    Returns
    -------
    list of Basket

    Examples
    --------
    >>> from llmrec.catalog.types import Item
    >>> day, items = 1_600_000_000.0, tuple(Item(id, id) for id in "abc")
    >>> events = tuple(Interaction("u", id, day + more) for id, more in (("a", 0), ("b", 60), ("c", 3 * DAY)))
    >>> [basket.rows for basket in baskets_of(Catalog("shop", items, {"u": events}))]
    [(0, 1), (2,)]
    """
    found = []
    for user, events in enumerate(catalog.histories.values()):
        rows, days = list[int](), list[float]()
        for part in _parts([event for event in events if event.item in catalog.row and not denies(event)]):
            own = tuple(dict.fromkeys(catalog.row[event.item] for event in part))
            day = _day(part[-1])
            found.append(Basket(user, own, day, tuple(rows), tuple(days)))
            rows += own
            days += [day] * len(own)
    return found


def basket_so_far(history: Sequence[int], days: Sequence[float], day: float) -> tuple[int, ...]:
    """The items of a history that belong to a basket of some moment.

    Parameters
    ----------
    history
        Item rows, oldest first.
    days
        When each was taken; NaN where that is not known.
    day
        The moment, in days.

    Returns
    -------
    tuple of int
        Rows; none where `day` is NaN.

    Examples
    --------
    >>> basket_so_far([7, 8, 9], [1.0, 3.0, 3.1], 3.1)
    (8, 9)
    """
    return tuple(row for row, own in zip(history, days, strict=True) if abs(own - day) <= GAP)[-MOST:]


def _parts(events: Sequence[Interaction]) -> list[list[Interaction]]:
    parts: list[list[Interaction]] = []
    before = nan
    for event in events:
        day = _day(event)
        most = NEIGHBOURS if isnan(day) else MOST
        if not parts or len(parts[-1]) == most or day - before > GAP:
            parts.append([])
        parts[-1].append(event)
        before = day
    return parts


def _day(event: Interaction) -> float:
    return event.timestamp / DAY if event.timestamp >= EARLIEST else nan
