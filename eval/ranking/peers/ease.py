"""EASE (Steck 2019, arXiv:1905.03375): the closed-form linear item-to-item model with zero diagonal."""

from collections.abc import Sequence

import numpy as np
from scipy import linalg

from eval.ranking.metrics import Floats
from eval.ranking.peers import Config, History
from eval.ranking.peers.matrix import user_item

GRID: list[Config] = [{"regulariser": value} for value in (5, 20, 50, 100, 200, 300, 500, 1000)]


class Ease:
    """B = argmin ‖X - XB‖² + λ‖B‖², diag B = 0; items without a training event have zero rows and columns."""

    def __init__(self, n_items: int, regulariser: float) -> None:
        self.n_items, self.regulariser = n_items, regulariser
        self.active = np.zeros(0, dtype=np.int64)
        self.weights = np.zeros((0, 0), dtype=np.float32)

    def fit(self, train: Sequence[History]) -> None:
        """Invert the regularised Gram matrix of the items that occur."""
        x = user_item(train, self.n_items)
        self.active = np.flatnonzero(np.asarray(x.sum(axis=0)).ravel())
        gram = (x.T @ x)[self.active][:, self.active].toarray().astype(np.float64)
        gram[np.diag_indices_from(gram)] += self.regulariser
        inverse = linalg.inv(gram, overwrite_a=True, check_finite=False, assume_a="pos")
        weights = -inverse / np.diag(inverse)  # column j divided by P_jj
        weights[np.diag_indices_from(weights)] = 0.0
        self.weights = weights.astype(np.float32)

    def scores(self, histories: Sequence[History]) -> Floats:
        """(events, items): X B."""
        dense = np.zeros((len(histories), self.n_items), dtype=np.float32)
        dense[:, self.active] = user_item(histories, self.n_items)[:, self.active] @ self.weights
        return dense
