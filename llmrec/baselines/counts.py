"""Baselines that count who took what: popularity and item-kNN.

References
----------
Sarwar, Karypis, Konstan & Riedl 2001, "Item-based collaborative filtering recommendation algorithms", WWW.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
import scipy.sparse as sp

from llmrec.baselines.base import Baseline, Config, Floats
from llmrec.catalog.events import Rows, decayed
from llmrec.evaluation.splits import Event


class Popularity(Baseline):
    """The same ranking for everybody: by number of training events.

    Examples
    --------
    >>> from llmrec.catalog.types import Catalog, Item
    >>> shop = Catalog("shop", tuple(Item(i, i.upper()) for i in "abc"), {})
    >>> baseline = Popularity().fit(shop, {"u": ["a", "b"], "v": ["b", "c"], "w": ["b", "c"]})
    >>> [each.item for each in baseline.recommend(history=["b"])]
    ['c', 'a']
    """

    counts: Floats

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        del valid
        self.counts = _interacted(train, len(self.catalog.items)).sum(axis=0).A1.astype(np.float32)

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        return np.tile(self.counts, (len(histories), 1))


class OwnPopularity(Baseline):
    """What the user took most often, the later of equals first; then what others take: the usual rival for groceries.

    Of use where what was taken may be taken again: elsewhere nothing of the history may be recommended, and what is
    left is popularity.

    Examples
    --------
    >>> from llmrec.catalog.types import Catalog, Item
    >>> shop = Catalog("shop", tuple(Item(i, i.upper()) for i in "abc"), {}, repeats=True)
    >>> OwnPopularity().fit(shop, {"u": ["a", "b", "b"]}).score([[0, 0, 2]]).argmax()
    np.int64(0)
    """

    counts: Floats

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        del valid
        counts = _interacted(train, len(self.catalog.items)).sum(axis=0).A1
        self.counts = (counts / (counts.max() + 1)).astype(np.float32)

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        own = _interacted(histories, len(self.counts)).toarray()
        last = decayed(histories, len(self.counts), 1.0).toarray()  # 1 / (1 + age), summed: below the number of events
        return np.asarray(own + last / (2 * own.max(initial=1)) + self.counts / 1e3, np.float32)


class ItemKNN(Baseline):
    """Sum over the history of the shrunk cosine between items, each history item voting for its nearest alone.

    ``s(i, j) = common / (sqrt(takers of i * takers of j) + shrink)``; the `k` largest of each i are kept.

    Parameters
    ----------
    k : int
        Neighbours of an item.
    shrink : float
        Added to the denominator: fewer common takers count less.
    """

    def __init__(self, k: int = 200, shrink: float = 5.0) -> None:
        self.k, self.shrink = k, shrink
        self.similarity = sp.csr_matrix((0, 0), dtype=np.float32)

    @classmethod
    def grid(cls, modalities: Sequence[str] = ()) -> Sequence[Config]:
        """See `Baseline.grid`."""
        del modalities
        return [{"k": k, "shrink": shrink} for k, shrink in product((200, 20, 50, 400), (5, 0, 20))]

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        del valid
        items = len(self.catalog.items)
        x = _interacted(train, items)
        takers = np.sqrt(x.sum(axis=0).A1)
        common = (x.T @ x).tocsr()
        rows, columns, values = [], [], []
        for item in range(items):
            start, end = common.indptr[item], common.indptr[item + 1]
            near, count = common.indices[start:end], common.data[start:end]
            near, count = near[near != item], count[near != item]
            cosine = count / (takers[item] * takers[near] + self.shrink)
            best = np.argsort(-cosine, kind="stable")[: self.k]
            rows.append(np.full(len(best), item))
            columns.append(near[best])
            values.append(cosine[best])
            if item % 1000 == 999:
                self._progress(item + 1, items)
        where = (np.concatenate(rows), np.concatenate(columns))
        self.similarity = sp.csr_matrix((np.concatenate(values), where), shape=(items, items), dtype=np.float32)

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        found: Floats = (_interacted(histories, self.similarity.shape[0]) @ self.similarity).toarray()
        return found.astype(np.float32)


def _interacted(histories: Rows, items: int) -> sp.csr_matrix:
    """`(histories, items)` float32: 1 where the history holds the item."""
    return decayed(histories, items, 0.0)
