"""What the items of a history count in a sum over it: newer ones more, by the days since where times are known."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from llmrec.catalog.events import Rows, flatten

STEP = 0.6
"""What a history item counts beside the next newer one: 0.048 of NDCG@10 by words on H&M's valid part, 0.042 by 0.8."""
TIMED_STEP, DAYS = 0.9, 7.0
"""Where times are known, what a history item counts beside the next newer one, and the days in which it falls to 1/e
of that: 0.050 of NDCG@10 by words alone on H&M's valid part, where places alone give 0.046, and 0.022 on
MovieLens-100K's (0.017). Three days or fourteen are as good."""
REACH = 30
"""Newest history items that count."""


def recency_weights(histories: Rows, items: int, days: Sequence[Sequence[float]] | None = None) -> sp.csr_matrix:
    """Weigh the newest `REACH` items of histories.

    Parameters
    ----------
    histories
        Item rows of each, oldest first.
    items
        How many items there are.
    days
        When each item of each history was taken, in days; NaN, as by default, where that is not known.

    Returns
    -------
    csr_matrix
        ``(histories, items)`` float32; the newest item of a history counts 1.

    Examples
    --------
    >>> recency_weights([[2, 0]], 3).toarray()
    array([[1. , 0. , 0.6]], dtype=float32)
    """
    events, entries, ages = flatten([history[-REACH:] for history in histories])
    weights = STEP**ages
    if days is not None:
        when = np.array([day for own in days for day in own[-REACH:]], np.float64)
        newest = np.full(len(histories), -np.inf)
        np.fmax.at(newest, events, when)
        gap = newest[events] - when
        weights = np.where(np.isnan(gap), weights, TIMED_STEP**ages * np.exp(-gap / DAYS))
    return sp.csr_matrix((weights.astype(np.float32), (events, entries)), shape=(len(histories), items))
