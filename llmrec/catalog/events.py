"""Histories (lists of item rows, oldest first) as flat arrays: what vectorised steps start from."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

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
