"""People who took one item also took another: counts over a catalogue's interactions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog, derived
from llmrec.evidence.records import CoOccurrence

LEAST_GROUP = 20
"""People whom a told count stands for at least: fewer could be recognised, and their share says little."""


def companions(catalog: Catalog, item: str, history: Sequence[str]) -> tuple[CoOccurrence, ...]:
    """For each of the `history` items that speaks for `item`: how many of its takers took `item` too.

    Nothing is said of fewer than `LEAST_GROUP` people, nor where the takers of the history item took `item` no oftener
    than everybody did. An asker who is one of the catalogue's users is among those counted. Raises `UnknownItem`.
    """
    takers = _Takers.of(catalog)
    of_item = takers.of_row(catalog.rows([item])[0])
    found = []
    for other, row in zip(history, catalog.rows(tuple(history)), strict=True):
        group = takers.of_row(row)
        both = len(np.intersect1d(group, of_item, assume_unique=True))
        if both >= LEAST_GROUP and both * takers.people > len(group) * len(of_item):
            found.append(CoOccurrence(other, both, len(group), len(of_item), takers.people))
    return tuple(found)


class _Takers:
    """Who took each item, as user numbers; built once a catalogue and kept as long as it lives."""

    def __init__(self, catalog: Catalog) -> None:
        row = catalog.row
        rows = np.fromiter(
            (row[event.item] for events in catalog.histories.values() for event in events if event.item in row), np.intp
        )
        lengths = [sum(event.item in row for event in events) for events in catalog.histories.values()]
        users = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        self.people = len(lengths)
        self._users: NDArray[np.int32] = users[np.argsort(rows, kind="stable")]
        self._ends = np.searchsorted(np.sort(rows), np.arange(len(catalog.items) + 1))

    @classmethod
    def of(cls, catalog: Catalog) -> "_Takers":
        return derived(catalog, cls)

    def of_row(self, row: int) -> NDArray[np.int32]:
        """Numbers of the users who took an item, each once."""
        return self._users[self._ends[row] : self._ends[row + 1]]
