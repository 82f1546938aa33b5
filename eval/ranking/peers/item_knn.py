"""Item-kNN (Sarwar et al. 2001): shrunk cosine between items' buyers, summed over the history's items."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy import sparse

from eval.ranking.metrics import Floats
from eval.ranking.peers import Config, History
from eval.ranking.peers.matrix import user_item

GRID: list[Config] = [{"k": k, "shrink": shrink} for k, shrink in product((10, 20, 50, 100, 200, 400), (0, 5, 20, 100))]


class ItemKNN:
    """similarity(i, j) = common buyers / (sqrt(buyers i · buyers j) + shrink); `k` nearest of each i."""

    def __init__(self, n_items: int, k: int, shrink: float) -> None:
        self.n_items, self.k, self.shrink = n_items, k, shrink
        self.similarity = sparse.csr_matrix((n_items, n_items), dtype=np.float32)

    def fit(self, train: Sequence[History]) -> None:
        """Neighbours from co-occurrence within a user's training items."""
        x = user_item(train, self.n_items)
        buyers = np.sqrt(np.asarray(x.sum(axis=0)).ravel())
        common = (x.T @ x).tocsr()
        rows, columns, values = [], [], []
        for item in range(self.n_items):
            start, end = common.indptr[item], common.indptr[item + 1]
            near, count = common.indices[start:end], common.data[start:end]
            near, count = near[near != item], count[near != item]
            cosine = count / (buyers[item] * buyers[near] + self.shrink)
            best = np.argsort(-cosine, kind="stable")[: self.k]
            rows.append(np.full(len(best), item))
            columns.append(near[best])
            values.append(cosine[best])
        where = (np.concatenate(rows), np.concatenate(columns))
        shape = (self.n_items, self.n_items)
        self.similarity = sparse.csr_matrix((np.concatenate(values), where), shape=shape, dtype=np.float32)

    def scores(self, histories: Sequence[History]) -> Floats:
        """(events, items): similarity summed over the history."""
        dense: Floats = (user_item(histories, self.n_items) @ self.similarity).toarray().astype(np.float32)
        return dense
