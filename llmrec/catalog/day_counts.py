"""Counts of days: on how many a user took one thing beside another, or items that have the one value and the other."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from llmrec.catalog.baskets import baskets_of
from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary


@dataclass(frozen=True, eq=False)
class Side:
    """Days with an item or with a value.

    Parameters
    ----------
    days
        ``(n,)`` intp: their numbers, ascending.
    items
        ``(n,)`` intp: how many such items each has.
    """

    days: NDArray[np.intp]
    items: NDArray[np.intp]


class DayCounts:
    """What each user took on each day; to be made once for a catalogue, see `llmrec.catalog.types.derived`.

    Parameters
    ----------
    catalog
        With the events. Those without times are passed over: what stands beside one another in an order need not be of
        one day.

    Examples
    --------
    >>> from llmrec.catalog.types import Interaction, Item
    >>> items = tuple(Item(id, id) for id in "abc")
    >>> events = {u: tuple(Interaction(u, id, 1.6e9) for id in ids) for u, ids in (("u", "ab"), ("v", "abc"))}
    >>> DayCounts(Catalog("shop", items, events)).of_items(0, 2)
    ((1, 2, 1, 2), 1)
    """

    def __init__(self, catalog: Catalog) -> None:
        baskets = [basket for basket in baskets_of(catalog) if not np.isnan(basket.day)]
        ends = np.cumsum([0, *(len(basket.rows) for basket in baskets)])
        entries = np.fromiter((row for basket in baskets for row in basket.rows), np.intp, int(ends[-1]))
        shape = (len(baskets), len(catalog.items))
        self._having = sp.csr_matrix((np.ones(len(entries), np.int32), entries, ends), shape=shape).tocsc()
        self._users = np.array([basket.user for basket in baskets], np.intp)
        self._sides: dict[Facet, Side] = {}
        self._rows: dict[Facet, list[int]] = {}
        for row, item in enumerate(catalog.items):
            for facet in Vocabulary.of(catalog).facets[item.id]:
                self._rows.setdefault(facet, []).append(row)

    def of_items(self, anchor: int, item: int) -> tuple[tuple[int, int, int, int], int]:
        """Count the days with two items.

        Parameters
        ----------
        anchor, item
            Their rows.

        Returns
        -------
        counts : tuple of int
            Days with both, with the first, with the second, and all.
        people : int
            Of how many users the smallest of the first three is.
        """
        return self._counts(self._side([anchor]), self._side([item]))

    def of_values(self, anchor: Facet, item: Facet) -> tuple[tuple[int, int, int, int], int]:
        """Count the days with items that have one value and the other; of one value, with two such items.

        Parameters
        ----------
        anchor, item
            The two values.

        Returns
        -------
        counts, people
            As `of_items`.
        """
        first = self._of_value(anchor)
        if anchor != item:
            return self._counts(first, self._of_value(item))
        return self._counts(first, Side(first.days[first.items > 1], first.items[first.items > 1]), first)

    def _of_value(self, facet: Facet) -> Side:
        if facet not in self._sides:
            self._sides[facet] = self._side(self._rows.get(facet, []))
        return self._sides[facet]

    def _side(self, rows: list[int]) -> Side:
        held = np.concatenate(
            [self._having.indices[slice(*self._having.indptr[row : row + 2])] for row in rows] or [_NONE]
        )
        days, items = np.unique(held, return_counts=True)
        return Side(days.astype(np.intp), items.astype(np.intp))

    def _counts(self, anchor: Side, item: Side, all_of: Side | None = None) -> tuple[tuple[int, int, int, int], int]:
        both = np.intersect1d(anchor.days, item.days, assume_unique=True)
        sides = (both, anchor.days, (all_of or item).days)
        people = min(len(np.unique(self._users[days])) for days in sides)
        return (len(sides[0]), len(sides[1]), len(sides[2]), len(self._users)), people


_NONE = np.empty(0, np.intp)
