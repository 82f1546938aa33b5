"""Histories (lists of item rows, oldest first) as flat arrays: what vectorised steps start from."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Rows = Sequence[Sequence[int]]
"""One list of item rows per event, oldest first."""


def flatten(histories: Rows) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Lay histories one after the other.

    Parameters
    ----------
    histories
        Item rows of each, oldest first.

    Returns
    -------
    tuple of (entries,) intp
        Number of the history, item row, and age of every entry; age counts back from 0, the newest item.

    Examples
    --------
    >>> [column.tolist() for column in flatten([[7, 8], [9]])]
    [[0, 0, 1], [7, 8, 9], [1, 0, 0]]
    """
    lengths = np.array([len(history) for history in histories], dtype=np.intp)
    events = np.repeat(np.arange(len(histories), dtype=np.intp), lengths)
    rows = np.fromiter((row for history in histories for row in history), np.intp, int(lengths.sum()))
    ends = np.repeat(np.cumsum(lengths), lengths)
    ages = ends - 1 - np.arange(rows.size, dtype=np.intp)
    return events, rows, ages


def decayed(histories: Rows, n_items: int, decay: float) -> sp.csr_matrix:
    """Weigh the items of histories by their age.

    Parameters
    ----------
    histories
        Item rows of each, oldest first.
    n_items
        Size of the catalogue.
    decay
        Exponent; 0 counts all items alike.

    Returns
    -------
    scipy.sparse.csr_matrix
        (histories, n_items) float32: `(1 + age) ** -decay` at each history item.
    """
    events, rows, ages = flatten(histories)
    weights = ((1.0 + ages) ** -decay).astype(np.float32)
    return sp.csr_matrix((weights, (events, rows)), shape=(len(histories), n_items))
