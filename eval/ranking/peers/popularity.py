"""Popularity: the same ranking for everybody, by number of training events."""

from collections.abc import Sequence

import numpy as np

from eval.ranking.metrics import Floats
from eval.ranking.peers import Config, History

GRID: list[Config] = [{}]


class Popularity:
    """Counts of training events an item."""

    def __init__(self, n_items: int) -> None:
        self.counts = np.zeros(n_items, dtype=np.float32)

    def fit(self, train: Sequence[History]) -> None:
        """Count."""
        rows = np.fromiter((row for history in train for row in history), dtype=np.int64)
        self.counts = np.bincount(rows, minlength=len(self.counts)).astype(np.float32)

    def scores(self, histories: Sequence[History]) -> Floats:
        """(events, items): the counts, once an event."""
        return np.tile(self.counts, (len(histories), 1))
