"""Linear baselines in closed form or by alternating least squares: EASE, implicit ALS, PureSVD.

References
----------
Steck 2019, "Embarrassingly shallow autoencoders for sparse data", WWW (EASE).
Hu, Koren & Volinsky 2008, "Collaborative filtering for implicit feedback datasets", ICDM (ALS).
Cremonesi, Koren & Turrin 2010, "Performance of recommender algorithms on top-N recommendation tasks", RecSys (PureSVD).
"""

from collections.abc import Sequence
from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from llmrec.baselines.base import Baseline, Config, Floats
from llmrec.catalog.events import Rows, decayed
from llmrec.errors import BadInput
from llmrec.evaluation.splits import Event
from llmrec.extras import needs

MOST_ITEMS = 25_000
"""Items with events up to which EASE's matrix is inverted: beyond, it takes more than 10 GB and hours."""


class Ease(Baseline):
    """``B = argmin |X - XB|^2 + regulariser |B|^2`` with zero diagonal; scores are ``X B``.

    Items without a training event have zero rows and columns.

    Parameters
    ----------
    regulariser : float
        L2 penalty, the paper's lambda.
    """

    def __init__(self, regulariser: float = 200.0) -> None:
        self.regulariser = regulariser
        self.active: NDArray[np.intp] = np.zeros(0, np.intp)
        self.weights: Floats = np.zeros((0, 0), np.float32)

    @classmethod
    def grid(cls, modalities: Sequence[str] = ()) -> Sequence[Config]:
        """See `Baseline.grid`."""
        del modalities
        return [{"regulariser": value} for value in (200, 50, 500, 1000)]

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        del valid
        from scipy import linalg

        x = decayed(train, len(self.catalog.items), 0.0)
        self.active = np.flatnonzero(x.sum(axis=0).A1)
        if len(self.active) > MOST_ITEMS:
            raise BadInput(
                f"EASE inverts a matrix of items x items, which {len(self.active)} items with events are too many "
                f"for (at most {MOST_ITEMS}); leave it out"
            )
        gram = (x.T @ x)[self.active][:, self.active].toarray().astype(np.float64)
        gram[np.diag_indices_from(gram)] += self.regulariser
        inverse = linalg.inv(gram, overwrite_a=True, check_finite=False, assume_a="pos")
        weights = -inverse / np.diag(inverse)  # column j divided by P_jj
        weights[np.diag_indices_from(weights)] = 0.0
        self.weights = weights.astype(np.float32)

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        items = len(self.catalog.items)
        found = np.zeros((len(histories), items), np.float32)
        found[:, self.active] = decayed(histories, items, 0.0)[:, self.active] @ self.weights
        return found


class Als(Baseline):
    """Implicit ALS by the package `implicit`; a history that was not in training is folded in.

    Parameters
    ----------
    factors : int
    regularization : float
    alpha : float
        Confidence of an event is 1 + alpha.
    seed : int
    """

    random: ClassVar[bool] = True

    def __init__(self, factors: int = 64, regularization: float = 1.0, alpha: float = 1.0, seed: int = 0) -> None:
        self.factors, self.regularization, self.alpha, self.seed = factors, regularization, alpha, seed
        self.model: Any = None

    @classmethod
    def grid(cls, modalities: Sequence[str] = ()) -> Sequence[Config]:
        """See `Baseline.grid`."""
        del modalities
        values = product((64, 16, 32, 128), (1.0, 0.1, 10.0), (1.0, 0.5, 5.0, 20.0))
        return [{"factors": f, "regularization": r, "alpha": a} for f, r, a in values]

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        del valid
        with needs("peers", "the baseline als"):
            from implicit.als import AlternatingLeastSquares
        self.model = AlternatingLeastSquares(
            factors=self.factors, regularization=self.regularization, alpha=self.alpha, iterations=15,
            random_state=self.seed, num_threads=1, use_gpu=False,
        )  # fmt: skip
        self.model.fit(decayed(train, len(self.catalog.items), 0.0), show_progress=False)

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        x = decayed(histories, len(self.catalog.items), 0.0)
        users = self.model.recalculate_user(np.arange(len(histories)), x)
        return np.asarray(users @ self.model.item_factors.T, np.float32)


class PureSvd(Baseline):
    """``h V V^T`` with V the right singular vectors of the user-item matrix: new histories need no training.

    Parameters
    ----------
    factors : int
        At most so many; fewer where the matrix is smaller.
    seed : int
        Of the start vector.
    """

    random: ClassVar[bool] = True

    def __init__(self, factors: int = 64, seed: int = 0) -> None:
        self.factors, self.seed = factors, seed
        self.items: Floats = np.zeros((0, 0), np.float32)

    @classmethod
    def grid(cls, modalities: Sequence[str] = ()) -> Sequence[Config]:
        """See `Baseline.grid`."""
        del modalities
        return [{"factors": factors} for factors in (64, 16, 32, 128)]

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        del valid
        from scipy.sparse.linalg import svds

        x = decayed(train, len(self.catalog.items), 0.0)
        k = min(self.factors, min(x.shape) - 1)
        _, _, vt = svds(x, k=k, random_state=self.seed)
        self.items = np.ascontiguousarray(vt.T, dtype=np.float32)

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        # Row by row, so that a history is summed in the same order whatever the batch.
        sums = [self.items[list(history)].sum(0) for history in histories]
        return np.asarray(np.stack(sums) @ self.items.T, np.float32)
