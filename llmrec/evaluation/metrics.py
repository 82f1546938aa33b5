"""Ranking quality as the project's referee counts it: means over a user's events, then over users.

recall@k is 1 where the target is among the first k; ndcg@k is 1 / log2(rank + 2) there (one relevant item, so
the ideal is 1; Järvelin & Kekäläinen 2002); mrr@10 is 1 / (rank + 1) within ten; rank counts from 0 over
every item outside the history so far. Equal scores rank by item row, as a stable sort does.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows, flatten


def ranking_metrics(
    scores: NDArray[np.float32], targets: Sequence[int], seen: Rows, users: Sequence[object]
) -> dict[str, float]:
    """Metrics of `scores` (events, items): in event e user `users[e]` took row `targets[e]` after `seen[e]`.

    se_ndcg@10 is the standard error over users (NaN for a single user); coverage@10 is distinct items shown
    over catalogue size.
    """
    open_scores = mask_seen(scores, seen)
    rank = target_ranks(open_scores, np.asarray(targets, np.intp))
    _, user_of = np.unique(np.array([str(user) for user in users]), return_inverse=True)
    count = np.bincount(user_of)
    found = {f"recall@{k}": (rank < k).astype(float) for k in (10, 20)}
    found |= {f"ndcg@{k}": np.where(rank < k, 1 / np.log2(rank + 2.0), 0.0) for k in (10, 20)}
    found["mrr@10"] = np.where(rank < 10, 1 / (rank + 1.0), 0.0)
    per_user = {name: np.bincount(user_of, value) / count for name, value in found.items()}
    result = {name: float(value.mean()) for name, value in per_user.items()}
    spread = float(per_user["ndcg@10"].std(ddof=1)) if len(count) > 1 else math.nan
    shown = np.unique(top_rows(open_scores, 10)).size
    return result | {
        "se_ndcg@10": spread / math.sqrt(len(count)),
        "coverage@10": shown / scores.shape[1],
        "users": float(len(count)),
        "events": float(len(rank)),
    }


def mask_seen(scores: NDArray[np.float32], seen: Rows) -> NDArray[np.float32]:
    """A copy of `scores` (events, items) with -inf at the items of each event's history."""
    masked = np.array(scores, np.float32)
    events, rows, _ = flatten(seen)
    masked[events, rows] = -np.inf
    return masked


def target_ranks(scores: NDArray[np.float32], targets: NDArray[np.intp]) -> NDArray[np.intp]:
    """`(events,)` int: how many items stand before the target in a stable descending sort of `scores`."""
    mine = scores[np.arange(len(targets)), targets][:, None]
    before = np.arange(scores.shape[1])[None] < targets[:, None]
    ahead: NDArray[np.bool_] = (scores > mine) | ((scores == mine) & before)
    return np.asarray(ahead.sum(axis=1), np.intp)


def top_rows(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """`(events, k)`: the rows of the `k` largest scores, best first, equal scores by row."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]
