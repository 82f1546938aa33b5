"""What is known of an item beside the one that something is to go with: co-purchase, words, media, values, sales.

Counts come from the baskets of a catalogue (`llmrec.ranking.basket_counts`). Every feature is of some rows alone, so
that a request costs what its candidates do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.baskets import basket_so_far
from llmrec.catalog.types import Item
from llmrec.ranking.basket_counts import LEAST_SHARE, MANY, BasketCounts, ValuePairs, Variants, nominal
from llmrec.ranking.terms import Terms
from llmrec.vector_rows import VectorRows

Floats = NDArray[np.float32]
ItemRows = NDArray[np.intp]

BESIDE, BY_TERMS, VARIANTS, NEAR = 200, 200, 60, 150
"""Rows that are proposed: from baskets, by words, by title, and by media where they are compared one by one."""
LIFTED, POPULAR = 4, 12
"""Values of each attribute that an item speaks for most, and the most taken items of each that are proposed."""
WINDOWS = {"that day": 0.5, "that week": 7.0, "that month": 28.0, "that season": 90.0}
"""In how many days up to the request an item was taken."""


@dataclass(frozen=True)
class Anchored:
    """A request as these features see it.

    Parameters
    ----------
    anchor
        Row of the item that something is to go with.
    history
        Other item rows, oldest first.
    days
        When each was taken; NaN where that is not known.
    day
        When the item was taken, or now; NaN where no times are known.
    """

    anchor: int
    history: tuple[int, ...] = ()
    days: tuple[float, ...] = ()
    day: float = float("nan")

    @cached_property
    def so_far(self) -> tuple[int, ...]:
        """The rest of the item's basket."""
        return basket_so_far(self.history, self.days, self.day)


@dataclass(frozen=True, eq=False)
class ItemFacts:
    """What is known of the items of a catalogue without events.

    Parameters
    ----------
    terms
        Their words; None where these are not counted.
    media
        Modality -> ``(items, dim)`` unit rows.
    attributes
        Attributes whose values are counted: name, values, and which an item has.
    variants
        Which items are one another's.
    numbers
        Name -> ``(items,)`` float32: prices and the like, standardised; 0 where an item has none.
    """

    terms: Terms | None
    media: Mapping[str, VectorRows]
    attributes: tuple[tuple[str, tuple[str, ...], object], ...]
    variants: Variants
    numbers: Mapping[str, Floats]

    @classmethod
    def of(cls, items: Sequence[Item], terms: Terms | None, media: Mapping[str, VectorRows]) -> "ItemFacts":
        """Of items, in the rows of their words and media."""
        words = list(nominal(items))
        counted = [each for each in words if len(each[1]) <= MANY and each[2].nnz >= LEAST_SHARE * len(each[1])]
        rare = {name: held for name, values, held in words if held.nnz < LEAST_SHARE * len(values) < len(items) * 5}
        return cls(terms, media, tuple(counted), Variants.of(items, rare), _numbers(items))


class ComplementFeatures:
    """Features of items beside an anchor, and which items are worth scoring.

    Parameters
    ----------
    facts
        Of the items.
    counts
        Of the baskets.
    """

    def __init__(self, facts: ItemFacts, counts: BasketCounts) -> None:
        self.facts, self.counts = facts, counts
        self.pairs = [ValuePairs.of(name, values, held, counts.totals) for name, values, held in facts.attributes]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of `of`."""
        found = ["together", "together so far", "words", "words so far"]
        found += [f"{m}{which}" for m in self.facts.media for which in ("", " so far")]
        for pair in self.pairs:
            found += [f"{pair.name} lift", f"{pair.name} share", f"same {pair.name}"]
        found += ["same title", "same number", "title so far", "number so far", "number before"]
        found += [f"{name}{which}" for name in self.facts.numbers for which in (" apart", " more")]
        return (*found, *WINDOWS, "ever")

    def of(self, request: Anchored, rows: ItemRows) -> Floats:
        """Of some items.

        Parameters
        ----------
        request
            What they are to go with, and for whom.
        rows
            ``(C,)`` int.

        Returns
        -------
        ndarray
            ``(C, features)`` float32.
        """
        facts, counts, anchor, so_far = self.facts, self.counts, request.anchor, request.so_far
        none = np.zeros(len(rows), np.float32)
        found = [counts.lift([anchor], rows), counts.lift(so_far, rows) if so_far else none]
        if facts.terms is None:
            found += [none, none]
        else:
            likeness = facts.terms.history_scores([[row] for row in (anchor, *so_far)], rows)
            found += [likeness[0], likeness[1:].max(axis=0) if so_far else none]
        for vectors in facts.media.values():
            shown = vectors[rows] @ vectors[[anchor, *so_far]].T
            found += [shown[:, 0], shown[:, 1:].max(axis=1) if so_far else none]
        for pair in self.pairs:
            found += pair.scores(anchor, rows)
        found += facts.variants.same([anchor], rows)
        found += facts.variants.same(so_far, rows) if so_far else (none, none)
        found.append(facts.variants.same(request.history, rows)[1] if request.history else none)
        for values in facts.numbers.values():
            found += [np.abs(values[rows] - values[anchor]), values[rows] - values[anchor]]
        for days in WINDOWS.values():
            found.append(none if np.isnan(request.day) else np.log1p(counts.events_within(rows, request.day, days)))
        found.append(np.log1p(counts.events_within(rows, float("nan"), 0.0)))
        return np.stack(found, axis=1).astype(np.float32)

    def proposed(self, request: Anchored) -> ItemRows:
        """Rows that are worth scoring, the anchor not among them: from baskets, by words, title, and lifted values.

        Parameters
        ----------
        request
            Its anchor and the rest of its basket count.
        """
        anchor = request.anchor
        found = [self.counts.beside(row, BESIDE) for row in (anchor, *request.so_far)]
        found.append(self.facts.variants.of_title(anchor, VARIANTS))
        if self.facts.terms is not None:
            found += [self.facts.terms.like_history([row], BY_TERMS) for row in (anchor, *request.so_far[-2:])]
        found += [
            self._popular(n, column) for n, pair in enumerate(self.pairs) for column in pair.lifted(anchor, LIFTED)
        ]
        return np.setdiff1d(np.concatenate(found), [anchor]).astype(np.intp)

    def _popular(self, n: int, column: int) -> ItemRows:
        """Rows of the most taken items that have a value of the n-th attribute."""
        rows, ends = self._most_popular[n]
        return rows[ends[column] : ends[column + 1]][:POPULAR]

    @cached_property
    def _most_popular(self) -> list[tuple[ItemRows, NDArray[np.intp]]]:
        """For each attribute the items by value, the most taken first, and where each value's begin."""
        found = []
        for pair in self.pairs:
            held = pair.held.tocoo()
            popular = self.counts.events_within(held.row.astype(np.intp), float("nan"), 0.0)
            order = np.lexsort((-popular, held.col))
            ends = np.searchsorted(held.col[order], np.arange(len(pair.values) + 1))
            found.append((held.row[order].astype(np.intp), ends.astype(np.intp)))
        return found


def _numbers(items: Sequence[Item]) -> dict[str, Floats]:
    """The attributes whose values are numbers: their logarithm where all are above 0, in standard deviations."""
    found = {}
    for name in dict.fromkeys(name for item in items for name in item.attributes):
        held = [
            (n, float(v)) for n, item in enumerate(items) if isinstance(v := item.attributes.get(name), int | float)
        ]
        if len(held) < len(items) / 2 or len({value for _, value in held}) < FEWEST:
            continue
        values = np.array([value for _, value in held])
        values = np.log(values) if (values > 0).all() else values
        scaled = np.zeros(len(items), np.float32)
        scaled[[n for n, _ in held]] = np.clip((values - values.mean()) / max(values.std(), 1e-9), -5, 5)
        found[name] = scaled
    return found


FEWEST = 10
"""Distinct values of a number that is compared."""
