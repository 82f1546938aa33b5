"""What the days of a catalogue's users say of two items: counts of those on which both, or their like, were taken."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from llmrec.catalog.baskets import baskets_of
from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import Facet, Vocabulary, is_kind
from llmrec.evidence.records import Pairing, rounded_count
from llmrec.evidence.selection import MIN_GROUP, shared_facets

LEAST_LIFT = 1.2
"""How many times as often as on any day values have to be taken together, so that people are told of it."""
MOST_TOLD = ("section", "department", "group", "code", "index", "path")
"""Parts of names of attributes by which a shop files its goods, and that are not told."""


def pairing(catalog: Catalog, item: str, anchor: str) -> Pairing:
    """Count on how many days an item, or its like, was taken beside another, against chance.

    Parameters
    ----------
    catalog
        With the events.
    item
        Id of the recommended item.
    anchor
        Id of the item that it is to go with.

    Returns
    -------
    Pairing
        With counts of the two items, else of the two values of one attribute that go together most; rounded to tens,
        each of 20 people at least, and above chance as counted and as rounded. Without counts, an attribute that both
        have, the rarest.

    Raises
    ------
    UnknownItem
        Where the catalogue lacks an id.
    """
    rows = catalog.rows([item, anchor])
    days, facets = derived(catalog, Days), Vocabulary.of(catalog).facets
    if told := days.counts(days.of_row(rows[1]), days.of_row(rows[0])):
        return Pairing(anchor, None, None, *told)
    best, found = LEAST_LIFT, Pairing(anchor)
    for theirs in _told(facets[anchor]):
        for own in _told(facets[item]):
            if theirs.name != own.name or not (told := days.counts_of_facets(theirs, own)):
                continue
            both, group, takers, of = told
            lift = both * of / (group * takers)
            if lift > best or (found.item_value and is_kind(own.name) and not is_kind(found.item_value.split("=")[0])):
                best, found = max(lift, best), Pairing(anchor, own.key, theirs.key, *told)
    if found.days:
        return found
    shared = next(iter(shared_facets(Vocabulary.of(catalog), item, anchor)), None)
    return Pairing(anchor, shared=shared.key if shared else None)


def _told(facets: tuple[Facet, ...]) -> Iterator[Facet]:
    return (
        each for each in facets if not any(part in each.name.lower() for part in MOST_TOLD) and each.name != "price"
    )


@dataclass(frozen=True, eq=False)
class _Side:
    """Days with an item or its like: their numbers, and how many such items each has."""

    days: NDArray[np.intp]
    items: NDArray[np.intp]


class Days:
    """What each user took on each day; made once for a catalogue and kept with it.

    Parameters
    ----------
    catalog
        With the events. Those without times are passed over: what stands beside one another in an order need not be of
        one day.
    """

    def __init__(self, catalog: Catalog) -> None:
        baskets = [basket for basket in baskets_of(catalog) if not np.isnan(basket.day)]
        ends = np.cumsum([0, *(len(basket.rows) for basket in baskets)])
        entries = np.fromiter((row for basket in baskets for row in basket.rows), np.intp, int(ends[-1]))
        shape = (len(baskets), len(catalog.items))
        self._held = sp.csr_matrix((np.ones(len(entries), np.int32), entries, ends), shape=shape)
        self._having = self._held.tocsc()
        self._users = np.array([basket.user for basket in baskets], np.intp)
        self._catalog = catalog
        self._sides: dict[Facet, _Side] = {}
        self._rows: dict[Facet, list[int]] | None = None

    def of_row(self, row: int) -> _Side:
        """The days with one item."""
        days = self._having.indices[self._having.indptr[row] : self._having.indptr[row + 1]].astype(np.intp)
        return _Side(np.sort(days), np.ones(len(days), np.intp))

    def of_facet(self, facet: Facet) -> _Side:
        """The days with an item that has an attribute value, found once."""
        if facet not in self._sides:
            if self._rows is None:
                rows: dict[Facet, list[int]] = {}
                facets = Vocabulary.of(self._catalog).facets
                for row, item in enumerate(self._catalog.items):
                    for each in facets[item.id]:
                        rows.setdefault(each, []).append(row)
                self._rows = rows
            count = np.asarray(self._having[:, self._rows.get(facet, [])].sum(axis=1)).ravel()
            days = np.flatnonzero(count)
            self._sides[facet] = _Side(days, count[days].astype(np.intp))
        return self._sides[facet]

    def counts_of_facets(self, anchor: Facet, item: Facet) -> tuple[int, int, int, int] | None:
        """As `counts`, of two attribute values; of one value, days with two items that have it."""
        side = self.of_facet(anchor)
        if anchor == item:
            twice = side.items > 1
            return self.counts(side, _Side(side.days[twice], side.items[twice]), all_of=side)
        return self.counts(side, self.of_facet(item))

    def counts(self, anchor: _Side, item: _Side, all_of: _Side | None = None) -> tuple[int, int, int, int] | None:
        """Days with both, with the anchor's side, with the item's side, and all, rounded to tens.

        Parameters
        ----------
        anchor, item
            The two sides.
        all_of
            What the item's side is compared with; default: itself.

        Returns
        -------
        tuple or None
            None where a count is of fewer than `MIN_GROUP` people, or both together are no more than by chance.
        """
        both = np.intersect1d(anchor.days, item.days, assume_unique=True)
        sides = (both, anchor.days, (all_of or item).days)
        if any(len(np.unique(self._users[days])) < MIN_GROUP for days in sides):
            return None
        exact = (*map(len, sides), self._held.shape[0])
        told = (*map(rounded_count, exact[:3]), rounded_count(exact[3]))
        if all(b * n > group * takers for b, group, takers, n in (exact, told)):
            return told[0], told[1], told[2], told[3]
        return None
