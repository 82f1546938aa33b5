"""How often each item was taken: the answer for a user about whom nothing is known."""

import numpy as np
from numpy.typing import NDArray

from llmrec.retrieval.histories import Rows, flatten


def popularity(histories: Rows, n_items: int) -> NDArray[np.float32]:
    """`(items,)` float32: log(1 + histories that hold the item), so that one hit does not drown the rest."""
    _, rows, _ = flatten(histories)
    return np.log1p(np.bincount(rows, minlength=n_items)).astype(np.float32)
