"""Users of one item who also interacted with another: counts over a catalogue's interactions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog, derived
from llmrec.evidence.records import CoOccurrence, rounded_count

MIN_GROUP = 20
"""Smallest number of users that evidence gives: fewer could be identified, and their share is unreliable."""


def co_occurrences(catalog: Catalog, item: str, history: Sequence[str]) -> tuple[CoOccurrence, ...]:
    """Count how many users of each history item also interacted with an item.

    Parameters
    ----------
    catalog : Catalog
        With the interactions. A request's user who is one of the catalogue's is counted.
    item : str
        Id of the recommended item.
    history : sequence of str
        Ids of the history items.

    Returns
    -------
    tuple of CoOccurrence
        For each history item that raises the probability of `item`: those shared by `MIN_GROUP` users at least, whose
        share is above that of all users, as counted and as rounded to tens, which is what the records hold.

    Raises
    ------
    UnknownItem
        Where the catalogue lacks an id.
    """
    item_users = _ItemUsers.of(catalog)
    users = item_users.of_row(catalog.rows([item])[0])
    records = []
    for cited, row in zip(history, catalog.rows(tuple(history)), strict=True):
        cited_users = item_users.of_row(row)
        shared = len(np.intersect1d(cited_users, users, assume_unique=True))
        counts = shared, len(cited_users), len(users), item_users.n_users
        rounded = tuple(map(rounded_count, counts))
        if shared >= MIN_GROUP and all(both * n > group * takers for both, group, takers, n in (counts, rounded)):
            records.append(CoOccurrence(cited, *rounded))
    return tuple(records)


class _ItemUsers:
    """The users of each item, as numbers; built once for a catalogue and kept with it."""

    def __init__(self, catalog: Catalog) -> None:
        row = catalog.row
        interacted = [{event.item for event in events if event.item in row} for events in catalog.histories.values()]
        rows = np.fromiter((row[item] for items in interacted for item in items), np.intp)
        lengths = [len(items) for items in interacted]
        users = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        self.n_users = len(lengths)
        self._users: NDArray[np.int32] = users[np.argsort(rows, kind="stable")]
        self._ends = np.searchsorted(np.sort(rows), np.arange(len(catalog.items) + 1))

    @classmethod
    def of(cls, catalog: Catalog) -> "_ItemUsers":
        return derived(catalog, cls)

    def of_row(self, row: int) -> NDArray[np.int32]:
        """Return the numbers of the users of an item, each once."""
        return self._users[self._ends[row] : self._ends[row + 1]]
