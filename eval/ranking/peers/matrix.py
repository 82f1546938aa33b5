"""Histories as a sparse binary matrix."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from eval.ranking.peers import History


def user_item(histories: Sequence[History], n_items: int) -> sparse.csr_matrix:
    """(histories, items) float32, 1 where the history holds the item."""
    lengths = [len(history) for history in histories]
    columns = np.fromiter((row for history in histories for row in history), dtype=np.int64)
    rows = np.repeat(np.arange(len(histories)), lengths)
    shape = (len(histories), n_items)
    return sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), (rows, columns)), shape=shape)
