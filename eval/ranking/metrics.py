"""Ranks, NDCG and top lists from score matrices, equal to the referee's to the last digit.

Ties between scores are broken by the hash of the item id, so that neither the order of the items file (often
chronological) nor of the ids helps anybody.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def tie_order(item_ids: Sequence[str]) -> Ints:
    """(items,) column order in which equal scores are resolved: by SHA-1 of the id."""
    return np.array(sorted(range(len(item_ids)), key=lambda row: hashlib.sha1(item_ids[row].encode()).digest()))


def mask_seen(scores: Floats, seen: Sequence[Sequence[int]]) -> Floats:
    """Copy of `scores` (events, items) with -inf at each event's `seen` rows."""
    masked = np.array(scores, dtype=np.float32)
    for event, rows in enumerate(seen):
        masked[event, list(rows)] = -np.inf
    return masked


def target_ranks(scores: Floats, seen: Sequence[Sequence[int]], targets: Ints, order: Ints) -> Ints:
    """(events,) zero-based rank of each event's target among the items not in `seen`.

    A score that is not finite is an error: it would rank by accident. Raises `ValueError`.
    """
    if not np.isfinite(scores).all():
        raise ValueError("scores hold NaN or infinity")
    masked = mask_seen(scores, seen)
    own = masked[np.arange(len(targets)), targets][:, None]
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    before = place[None, :] < place[targets][:, None]
    ranks: Ints = ((masked > own) | ((masked == own) & before)).sum(axis=1)
    return ranks


def ndcg(ranks: Ints, k: int = 10) -> NDArray[np.float64]:
    """(events,) NDCG@k (Järvelin & Kekäläinen 2002), one relevant item: 1 / log2(rank + 2) within k."""
    gain: NDArray[np.float64] = np.where(ranks < k, 1.0 / np.log2(ranks + 2.0), 0.0)
    return gain


def recall(ranks: Ints, k: int = 10) -> NDArray[np.float64]:
    """(events,) 1 where the one relevant item is among the first k."""
    hit: NDArray[np.float64] = (ranks < k).astype(np.float64)
    return hit


def user_means(values: NDArray[np.float64], owners: Ints) -> NDArray[np.float64]:
    """(users,) mean of `values` (events,) over each user's events; `owners` are 0…users-1, all present."""
    means: NDArray[np.float64] = np.bincount(owners, weights=values) / np.bincount(owners)
    return means


def top_lists(scores: Floats, seen: Sequence[Sequence[int]], order: Ints, k: int = 20) -> Ints:
    """(events, k) item rows, best first, none of them in the event's `seen`."""
    masked = mask_seen(scores, seen)[:, order]
    return order[np.argsort(-masked, axis=1, kind="stable")[:, :k]]


def z_scores(scores: Floats, seen: Sequence[Sequence[int]]) -> Floats:
    """Scores with mean 0 and deviation 1 over each event's candidates (items not in `seen`); 0 for seen ones.

    A row without spread becomes zeros: it says nothing.
    """
    candidates = np.ones(scores.shape, dtype=bool)
    for event, rows in enumerate(seen):
        candidates[event, list(rows)] = False
    mean = scores.mean(axis=1, where=candidates, keepdims=True, dtype=np.float64)
    deviation = scores.std(axis=1, where=candidates, keepdims=True, dtype=np.float64)
    z = np.where(candidates, scores - mean, 0.0) / np.where(deviation > 1e-12, deviation, np.inf)
    return z.astype(np.float32)
