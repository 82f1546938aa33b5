"""The held-out events of a split, each with everything that came before it.

Histories (lists of item rows, oldest first) as flat arrays: what vectorised steps start from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from llmrec.catalog.split import Split
from llmrec.catalog.types import Catalog


@dataclass(frozen=True, slots=True)
class Event:
    """The `number`-th held-out item of `user`: `target` row, to be ranked from the `history` rows, oldest first."""

    user: str
    number: int
    history: tuple[int, ...]
    target: int


def rolling_events(catalog: Catalog, split: Split, at: str) -> list[Event]:
    """Events of the `valid` or `test` part; earlier held-out items are part of the history of later ones."""
    events = []
    for user, train in split.train.items():
        before = train if at == "valid" else (*train, *split.valid[user])
        held = split.valid[user] if at == "valid" else split.test[user]
        rows = catalog.rows((*before, *held))
        events += [Event(user, n, tuple(rows[: len(before) + n]), rows[len(before) + n]) for n in range(len(held))]
    return events


Rows = Sequence[Sequence[int]]
"""One list of item rows per event, oldest first."""


def flatten(histories: Rows) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """`(event, item row, age)` of every entry, each `(entries,)`; age counts back from 0, the newest item."""
    lengths = np.array([len(history) for history in histories], dtype=np.intp)
    events = np.repeat(np.arange(len(histories), dtype=np.intp), lengths)
    rows = np.fromiter((row for history in histories for row in history), np.intp, int(lengths.sum()))
    ends = np.repeat(np.cumsum(lengths), lengths)
    ages = ends - 1 - np.arange(rows.size, dtype=np.intp)
    return events, rows, ages


def decayed(histories: Rows, n_items: int, decay: float) -> sp.csr_matrix:
    """`(events, n_items)` float32, sparse: the weight `(1 + age) ** -decay` of each history item."""
    events, rows, ages = flatten(histories)
    weights = ((1.0 + ages) ** -decay).astype(np.float32)
    return sp.csr_matrix((weights, (events, rows)), shape=(len(histories), n_items))
