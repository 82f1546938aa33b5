"""Implicit ALS (Hu, Koren & Volinsky 2008) by the `implicit` package; a new history is folded in."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from eval.ranking.metrics import Floats
from eval.ranking.peers import Config, History
from eval.ranking.peers.matrix import user_item

GRID: list[Config] = [
    {"factors": factors, "regularization": reg, "alpha": alpha}
    for factors, reg, alpha in product((16, 32, 64, 128), (0.1, 1.0, 10.0), (0.5, 1.0, 5.0, 20.0))
]


class Als:
    """15 alternating least-squares sweeps with confidence 1 + alpha on each event."""

    def __init__(self, n_items: int, seed: int, factors: int, regularization: float, alpha: float) -> None:
        from implicit.als import AlternatingLeastSquares

        self.n_items = n_items
        self.model = AlternatingLeastSquares(
            factors=factors,
            regularization=regularization,
            alpha=alpha,
            iterations=15,
            random_state=seed,
            num_threads=1,
            use_gpu=False,
        )

    def fit(self, train: Sequence[History]) -> None:
        """Factorise the user-item matrix."""
        self.model.fit(user_item(train, self.n_items), show_progress=False)

    def scores(self, histories: Sequence[History]) -> Floats:
        """(events, items): folded-in user factors times item factors."""
        users = self.model.recalculate_user(np.arange(len(histories)), user_item(histories, self.n_items))
        dense: Floats = (users @ self.model.item_factors.T).astype(np.float32)
        return dense
