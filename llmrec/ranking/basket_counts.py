"""What is counted in baskets: items and attribute values that are taken together, and what was taken lately."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from llmrec.catalog.baskets import Basket
from llmrec.catalog.types import Item
from llmrec.ranking.item_item import Reached

Floats = NDArray[np.float32]
ItemRows = NDArray[np.intp]

SHRINK = 0.1
"""Baskets with both items that are added to what was counted and to what chance would have: of two items that were
bought once each, and together, the lift stays below 10."""
SHRINK_VALUES = 20.0
"""Pairs that are added to those of an attribute value, spread as chance has them."""
FEW, MANY = 2, 300
"""Distinct values from which an attribute tells items apart, and up to which pairs of its values are counted."""
LEAST_SHARE = 5
"""Items that a value has on average, where the pairs of an attribute's values are counted; of fewer it is the number of
a product or series, whose items are one another's variants."""
HOURS = 22
"""Bits of an event's hour since 1970."""


@dataclass(frozen=True, eq=False)
class ValuePairs:
    """How often values of one attribute are taken together, against chance.

    Parameters
    ----------
    name
        Of the attribute.
    values
        Its values, in the order of the columns.
    held
        ``(items, values)`` float32, sparse: which an item has, its row adding up to 1.
    lift
        ``(values, values)`` float32: log of how many times as often as by chance an item with the second is in a basket
        beside one with the first, shrunk to 0.
    share
        ``(values,)`` float32: log of the value's share of what is in baskets against its share of the items.
    """

    name: str
    values: tuple[str, ...]
    held: sp.csr_matrix = field(repr=False)
    lift: Floats = field(repr=False)
    share: Floats = field(repr=False)

    @classmethod
    def of(cls, name: str, values: tuple[str, ...], held: sp.csr_matrix, counts: "PairTotals") -> "ValuePairs":
        """From the pairs of all baskets, each item of a basket counting one."""
        of_basket = sp.csr_matrix(counts.baskets @ held)
        scaled = sp.diags(counts.weight) @ of_basket
        own = sp.diags(np.asarray(counts.baskets.T @ counts.weight).ravel()) @ held
        pairs = np.asarray((of_basket.T @ scaled - held.T @ own).todense(), np.float64)
        events = pairs.sum(axis=0) + 1e-9
        chance = events / events.sum()
        shrunk = (pairs + SHRINK_VALUES * chance) / (pairs.sum(axis=1, keepdims=True) + SHRINK_VALUES)
        there = np.asarray(held.sum(axis=0)).ravel() / max(held.shape[0], 1)
        share = np.log((chance + 1e-4) / (there + 1e-4)) if counts.baskets.shape[0] else np.zeros(len(values))
        lift = np.log(np.maximum(shrunk, 1e-9) / np.maximum(chance, 1e-9))
        return cls(name, values, held, lift.astype(np.float32), share.astype(np.float32))

    def scores(self, anchor: int, rows: ItemRows) -> tuple[Floats, Floats, Floats]:
        """Of some items beside one: the lift of their values, the values' share, and whether they are the same."""
        own, theirs = self.held[[anchor]], self.held[rows]
        lift = np.asarray(own @ self.lift, np.float32).ravel()
        same = np.asarray((theirs @ own.T).todense(), np.float32).ravel()
        return np.asarray(theirs @ lift, np.float32), np.asarray(theirs @ self.share, np.float32), same

    def lifted(self, anchor: int, most: int) -> NDArray[np.intp]:
        """Columns of the values that an item speaks for most."""
        own = np.asarray(self.held[[anchor]] @ self.lift).ravel() + self.share
        best: NDArray[np.intp] = np.argsort(-own, kind="stable")[:most]
        return best


@dataclass(frozen=True, eq=False)
class PairTotals:
    """Baskets of two items and more as a matrix: `baskets (baskets, items)`, `weight (baskets,)` of each pair."""

    baskets: sp.csr_matrix
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, baskets: Sequence[Basket], items: int) -> "PairTotals":
        """Each item of a basket counts one, spread over the others."""
        rows = [basket.rows for basket in baskets if len(basket.rows) > 1]
        ends = np.cumsum([0, *map(len, rows)])
        entries = np.fromiter((row for own in rows for row in own), np.intp, int(ends[-1]))
        held = sp.csr_matrix((np.ones(len(entries), np.float32), entries, ends), shape=(len(rows), items))
        return cls(held, 1.0 / np.maximum(np.diff(ends) - 1.0, 1.0))


@dataclass(frozen=True, eq=False)
class BasketCounts:
    """What was counted in the baskets of a catalogue.

    Parameters
    ----------
    together
        ``(items, items)`` float32, sparse: baskets with both.
    having
        ``(items,)`` float32: baskets of two items and more with each.
    baskets
        How many of these there are.
    events
        ``(events,)`` int64, ascending: row and hour of every event, for `events_within`.
    totals
        The baskets themselves, from which pairs of values are counted.
    """

    together: sp.csr_matrix
    having: Floats
    baskets: int
    events: NDArray[np.int64] = field(repr=False)
    totals: PairTotals = field(repr=False)

    @classmethod
    def of(cls, baskets: Sequence[Basket], items: int) -> "BasketCounts":
        """Count.

        Parameters
        ----------
        baskets
            Of all users.
        items
            How many items there are.
        """
        totals = PairTotals.of(baskets, items)
        together = sp.csr_matrix(totals.baskets.T @ totals.baskets)
        together.setdiag(0)
        together.eliminate_zeros()
        having = np.asarray(totals.baskets.sum(axis=0), np.float32).ravel()
        events = np.array([_moment(row, each.day) for each in baskets for row in each.rows], np.int64)
        return cls(together, having, totals.baskets.shape[0], np.sort(events), totals)

    def lift(self, anchors: Sequence[int], rows: ItemRows) -> Floats:
        """Log of how many times as often as by chance items are taken together with some items, shrunk to 0.

        Parameters
        ----------
        anchors
            Rows of the items, counted as one.
        rows
            ``(C,)`` int: which items.

        Returns
        -------
        ndarray
            ``(C,)`` float32; about 0 where too little is known.
        """
        own = [*anchors]
        both = Reached(self.together[own]).at(rows).sum(axis=0)
        chance = self.having[own].sum() * self.having[rows] / max(self.baskets, 1)
        lift: Floats = np.log((both + SHRINK) / (chance + SHRINK)).astype(np.float32)
        return lift

    def events_within(self, rows: ItemRows, day: float, days: float) -> Floats:
        """How often items were taken in the days up to a moment.

        Parameters
        ----------
        rows
            ``(C,)`` int.
        day
            The moment, in days since 1970; NaN counts all events.
        days
            How many.

        Returns
        -------
        ndarray
            ``(C,)`` float32.
        """
        last, first = (1 << HOURS) - 1, -1
        if not np.isnan(day):
            last = min(int(day * 24), last)
            first = max(int((day - days) * 24), -1)
        keys = rows.astype(np.int64) << HOURS
        upto = np.searchsorted(self.events, keys + last, "right")
        return (upto - np.searchsorted(self.events, keys + first, "right")).astype(np.float32)

    def beside(self, anchor: int, most: int) -> ItemRows:
        """Rows of the items that were in baskets with one, those of the largest lift first."""
        start, stop = self.together.indptr[anchor : anchor + 2]
        rows = self.together.indices[start:stop].astype(np.intp)
        best: ItemRows = rows[np.argsort(-self.lift([anchor], rows), kind="stable")[:most]]
        return best


def _moment(row: int, day: float) -> int:
    return (row << HOURS) + (0 if np.isnan(day) else int(day * 24))


def nominal(items: Sequence[Item]) -> Iterator[tuple[str, tuple[str, ...], sp.csr_matrix]]:
    """The attributes of a catalogue whose values are words: name, values, and which an item has.

    Yields
    ------
    tuple
        As `ValuePairs` holds them; those with next to no value in common between items, too.
    """
    names = dict.fromkeys(name for item in items for name in item.attributes)
    for name in names:
        codes: dict[str, int] = {}
        columns, ends = list[int](), [0]
        for item in items:
            value = item.attributes.get(name)
            words = value if isinstance(value, tuple) else (value,) if isinstance(value, str) and value else ()
            columns += [codes.setdefault(word, len(codes)) for word in dict.fromkeys(words)]
            ends.append(len(columns))
        if len(codes) < FEW:
            continue
        sizes = np.diff(ends)
        data = np.repeat(1.0 / np.maximum(sizes, 1), sizes).astype(np.float32)
        held = sp.csr_matrix((data, np.array(columns, np.intp), np.array(ends)), shape=(len(items), len(codes)))
        held.sort_indices()
        yield name, tuple(codes), held


@dataclass(frozen=True, eq=False)
class Variants:
    """Which items are one another's variants: they share a title, or the number of a product.

    Parameters
    ----------
    groups
        ``(items, kinds)`` int64: number of an item's group, by its title and by each such attribute; a group of its own
        where it has none.
    """

    groups: NDArray[np.int64]

    @classmethod
    def of(cls, items: Sequence[Item], attributes: Mapping[str, sp.csr_matrix]) -> "Variants":
        """From titles, and from attributes of which an item has one value."""
        titles = _numbered([item.title.casefold().strip() for item in items])
        found = [titles]
        for held in attributes.values():
            first = np.array([held.indices[a] if b > a else -1 for a, b in pairwise(held.indptr)], np.int64)
            found.append(np.where(first < 0, -1 - np.arange(len(items)), first))
        return cls(np.stack(found, axis=1))

    @cached_property
    def _order(self) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        order = np.argsort(self.groups[:, 0], kind="stable")
        return self.groups[order, 0], order

    def same(self, anchors: Sequence[int], rows: ItemRows) -> tuple[Floats, Floats]:
        """Whether items have the title, and the number, of one of some items: ``(C,)`` float32 each."""
        alike = (self.groups[rows][:, None] == self.groups[[*anchors]][None]).any(axis=1)
        return alike[:, 0].astype(np.float32), alike[:, 1:].any(axis=1).astype(np.float32)

    def of_title(self, anchor: int, most: int) -> ItemRows:
        """Rows of the items with the title of one."""
        titles, order = self._order
        start, stop = np.searchsorted(titles, self.groups[anchor, 0], "left"), 0
        stop = int(np.searchsorted(titles, self.groups[anchor, 0], "right"))
        return order[start : min(stop, start + most)]


def _numbered(words: Sequence[str]) -> NDArray[np.int64]:
    codes: dict[str, int] = {}
    return np.array([codes.setdefault(w, len(codes)) if w else -1 - n for n, w in enumerate(words)], np.int64)
