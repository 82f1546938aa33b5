"""Ranking quality: one relevant item an event, means over a user's events, then over users.

Ranks count from 0 over all items outside the event's history; no negatives are sampled (Krichene & Rendle 2020, "On
Sampled Metrics for Item Recommendation", KDD). Items of equal score are ordered by the SHA-1 of their id (`tie_order`),
so that neither the order of the items file, often chronological, nor that of the ids helps anybody.

A metric of nothing (no event, no user, no cold target) is NaN with a warning, never 0. Averages are over users, not
over events or batches: who has many events must not outweigh the others.
"""

import hashlib
import math
import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows, flatten

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]
Means = NDArray[np.float64]

ABSENT = np.iinfo(np.intp).max
"""Rank of a target that a list does not hold."""


class UndefinedMetric(UserWarning):
    """A metric has nothing to average over and is NaN."""


def tie_order(item_ids: Sequence[str]) -> Ints:
    """The order in which items of equal score are ranked: by SHA-1 of the id.

    Parameters
    ----------
    item_ids : sequence of str
        Ids of the catalogue, in the order of its rows.

    Returns
    -------
    ndarray of shape (items,), int
        Item rows, first to be ranked first.

    Examples
    --------
    >>> tie_order(["a", "b", "c"]).tolist()
    [2, 0, 1]
    """
    return np.array(
        sorted(range(len(item_ids)), key=lambda row: hashlib.sha1(item_ids[row].encode()).digest()), np.intp
    )


def mask_seen(scores: Floats, seen: Rows) -> Floats:
    """A copy of `scores` with -inf at the items of each event's history.

    Parameters
    ----------
    scores : ndarray of shape (events, items), float32
    seen : sequence of sequence of int
        Item rows of each event's history.
    """
    masked = np.array(scores, np.float32)
    events, rows, _ = flatten(seen)
    masked[events, rows] = -np.inf
    return masked


def target_ranks(scores: Floats, targets: Ints, order: Ints | None = None) -> Ints:
    """How many items stand before each target.

    Parameters
    ----------
    scores : ndarray of shape (events, items), float32
        Higher is better; -inf at what is no candidate (`mask_seen`).
    targets : ndarray of shape (events,), int
        Row of the relevant item of each event.
    order : ndarray of shape (items,), int, optional
        `tie_order` of the catalogue. Without it equal scores rank by row, as a stable sort does: for scores of a
        trained model, which do not tie.

    Returns
    -------
    ndarray of shape (events,), int
        Ranks from 0.

    Raises
    ------
    ValueError
        Where a score is NaN or +inf: it would rank by accident.

    Examples
    --------
    >>> target_ranks(np.array([[1, 3, 3]], np.float32), np.array([2])).tolist()
    [1]
    """
    if np.isnan(scores).any() or np.isposinf(scores).any():
        raise ValueError("scores hold NaN or infinity; a rank among them would be an accident")
    place = np.arange(scores.shape[1]) if order is None else _places(order)
    own = scores[np.arange(len(targets)), targets][:, None]
    before = place[None] < place[targets][:, None]
    ahead: NDArray[np.bool_] = (scores > own) | ((scores == own) & before)
    return np.asarray(ahead.sum(axis=1), np.intp)


def top_rows(scores: Floats, k: int, order: Ints | None = None) -> Ints:
    """The rows of the `k` largest scores.

    Parameters
    ----------
    scores : ndarray of shape (events, items), float32
    k : int
        At most so many; fewer where the catalogue is smaller.
    order : ndarray of shape (items,), int, optional
        See `target_ranks`.

    Returns
    -------
    ndarray of shape (events, min(k, items)), int
        Best first. Rows of score -inf stand at the end where an event has fewer than `k` candidates.

    Examples
    --------
    >>> top_rows(np.array([[1, 3, 3, 0]], np.float32), 3).tolist()
    [[1, 2, 0]]
    """
    if order is None:
        return np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return order[np.argsort(-scores[:, order], axis=1, kind="stable")[:, :k]]


def ranks_in(lists: Sequence[Sequence[int]], targets: Sequence[int]) -> Ints:
    """Rank of each event's target in its list, `ABSENT` where the list does not hold it.

    Parameters
    ----------
    lists : sequence of sequence of int
        Item rows of each event, best first.
    targets : sequence of int
        Row of the relevant item of each event.

    Returns
    -------
    ndarray of shape (events,), int
    """
    places = ({row: place for place, row in enumerate(rows)} for rows in lists)
    return np.array([place.get(target, ABSENT) for place, target in zip(places, targets, strict=True)], np.intp)


def recall(ranks: Ints, k: int = 10) -> Means:
    """Recall@k: 1 where the one relevant item is among the first `k`, else 0 (then equal to hit rate).

    Parameters
    ----------
    ranks : ndarray of shape (events,), int
    k : int

    Returns
    -------
    ndarray of shape (events,), float64

    Examples
    --------
    >>> recall(np.array([0, 9, 10])).tolist()
    [1.0, 1.0, 0.0]
    """
    return np.asarray(ranks < k, np.float64)


def ndcg(ranks: Ints, k: int = 10) -> Means:
    """NDCG@k: ``1 / log2(rank + 2)`` within the first `k`, else 0; with one relevant item the ideal is 1.

    Parameters
    ----------
    ranks : ndarray of shape (events,), int
    k : int

    Returns
    -------
    ndarray of shape (events,), float64

    References
    ----------
    Järvelin & Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques", TOIS 20(4).

    Examples
    --------
    >>> ndcg(np.array([0, 2, 10])).tolist()
    [1.0, 0.5, 0.0]
    """
    within = np.minimum(ranks, k)  # `ABSENT` + 2 would overflow
    return np.where(ranks < k, 1.0 / np.log2(within + 2.0), 0.0)


def reciprocal_rank(ranks: Ints, k: int = 10) -> Means:
    """Reciprocal rank@k, whose mean is MRR@k: ``1 / (rank + 1)`` within the first `k`, else 0.

    Parameters
    ----------
    ranks : ndarray of shape (events,), int
    k : int

    Returns
    -------
    ndarray of shape (events,), float64

    References
    ----------
    Voorhees 1999, "The TREC-8 question answering track report", TREC.

    Examples
    --------
    >>> reciprocal_rank(np.array([0, 3, 10])).tolist()
    [1.0, 0.25, 0.0]
    """
    within = np.minimum(ranks, k)
    return np.where(ranks < k, 1.0 / (within + 1.0), 0.0)


def user_means(values: Means, owners: Ints) -> Means:
    """Mean of `values` over each user's events.

    Parameters
    ----------
    values : ndarray of shape (events,), float64
        NaN marks an event that does not count.
    owners : ndarray of shape (events,), int
        User of each event, 0 … users - 1.

    Returns
    -------
    ndarray of shape (users,), float64
        NaN for a user without an event that counts.

    Examples
    --------
    >>> user_means(np.array([1.0, 0.0, 1.0]), np.array([0, 0, 1])).tolist()
    [0.5, 1.0]
    """
    users = int(owners.max()) + 1 if len(owners) else 0
    counted = ~np.isnan(values)
    total = np.bincount(owners[counted], weights=values[counted], minlength=users)
    count = np.bincount(owners[counted], minlength=users)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def mean_over_users(per_user: Means, what: str) -> float:
    """The mean of the users that have a value; NaN, with a warning that names `what`, where none has.

    Parameters
    ----------
    per_user : ndarray of shape (users,), float64
        As `user_means` returns it.
    what : str
        The metric, for the warning.
    """
    there = per_user[~np.isnan(per_user)]
    if not len(there):
        warnings.warn(f"{what} is undefined: no user has an event that it counts", UndefinedMetric, stacklevel=2)
        return math.nan
    return float(there.mean())


def coverage(lists: Sequence[Sequence[int]], n_items: int, k: int = 10) -> float:
    """Coverage@k: distinct items among the first `k` of all lists, over the size of the catalogue.

    Parameters
    ----------
    lists : sequence of sequence of int
        Item rows of each event, best first.
    n_items : int
        Size of the catalogue.
    k : int

    Returns
    -------
    float
        Between 0 and 1; NaN, with a warning, for an empty catalogue.

    References
    ----------
    Ge, Delgado-Battenfeld & Jannach 2010, "Beyond accuracy: evaluating recommender systems by coverage and
    serendipity", RecSys (catalogue coverage).

    Examples
    --------
    >>> coverage([[0, 1], [1, 2]], 10)
    0.3
    """
    if not n_items:
        warnings.warn("coverage is undefined: the catalogue is empty", UndefinedMetric, stacklevel=2)
        return math.nan
    return len({int(row) for rows in lists for row in rows[:k]}) / n_items


def exposure(lists: Sequence[Sequence[int]], n_items: int, k: int = 10) -> Means:
    """Exposure@k of each item: the sum of ``1 / log2(1 + place)`` over the first `k` of all lists, places from 1.

    Parameters
    ----------
    lists : sequence of sequence of int
        Item rows of each event, best first.
    n_items : int
        Size of the catalogue.
    k : int

    Returns
    -------
    ndarray of shape (items,), float64

    References
    ----------
    Singh & Joachims 2018, "Fairness of Exposure in Rankings", KDD.

    Examples
    --------
    >>> exposure([[0, 1], [0]], 3).round(2).tolist()
    [2.0, 0.63, 0.0]
    """
    total = np.zeros(n_items)
    for rows in lists:
        top = np.asarray(rows[:k], np.intp)
        np.add.at(total, top, 1 / np.log2(2 + np.arange(len(top))))
    return total


def gini(shares: Means) -> float:
    """Gini's coefficient: how unequally something is shared.

    Parameters
    ----------
    shares : ndarray of shape (items,), float64
        What each has, from 0; of exposure see `exposure`.

    Returns
    -------
    float
        From 0, where all have alike, towards 1, where one has all; NaN, with a warning, where nobody has anything.

    Examples
    --------
    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 2.0]))
    (0.0, 0.75)
    """
    ordered, n = np.sort(shares), len(shares)
    if not ordered.sum():
        warnings.warn("Gini's coefficient is undefined: nothing is shared", UndefinedMetric, stacklevel=2)
        return math.nan
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


def novelty(lists: Sequence[Sequence[int]], takers: Ints, users: int, k: int = 10) -> Means:
    """Novelty@k: mean self-information of the first `k`, ``-log2(takers of the item / users)``, in bits.

    Parameters
    ----------
    lists : sequence of sequence of int
        Item rows of each event, best first.
    takers : ndarray of shape (items,), int
        Users that have each item in train. An item without any counts as if it had one.
    users : int
        Users in train.
    k : int

    Returns
    -------
    ndarray of shape (events,), float64
        NaN for an empty list.

    References
    ----------
    Zhou et al. 2010, "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS 107(10);
    Vargas & Castells 2011, "Rank and relevance in novelty and diversity metrics for recommender systems", RecSys.

    Examples
    --------
    >>> novelty([[0, 1]], np.array([4, 1]), 4).tolist()
    [1.0]
    """
    bits = np.log2(max(users, 1)) - np.log2(np.maximum(takers, 1))
    return np.array([bits[list(rows[:k])].mean() if len(rows) else np.nan for rows in lists], np.float64)


def ranking_metrics(
    scores: Floats, targets: Sequence[int], seen: Rows, users: Sequence[object], order: Ints | None = None
) -> dict[str, float]:
    """The referee's metrics of a matrix of scores.

    Parameters
    ----------
    scores : ndarray of shape (events, items), float32
        Higher is better; history items are masked here.
    targets : sequence of int
        Row of the item that each event's user took.
    seen : sequence of sequence of int
        Item rows of each event's history, which are no candidates.
    users : sequence
        Whose event each is.
    order : ndarray of shape (items,), int, optional
        See `target_ranks`.

    Returns
    -------
    dict of str to float
        recall, ndcg @10 and @20, mrr@10, se_ndcg@10 (standard error over users, NaN for a single one), coverage@10,
        users, events.
    """
    candidates = mask_seen(scores, seen)
    ranks = target_ranks(candidates, np.asarray(targets, np.intp), order)
    _, owners = np.unique(np.array([str(user) for user in users]), return_inverse=True)
    found = {f"recall@{k}": recall(ranks, k) for k in (10, 20)}
    found |= {f"ndcg@{k}": ndcg(ranks, k) for k in (10, 20)}
    found["mrr@10"] = reciprocal_rank(ranks)
    per_user = {name: user_means(values, owners) for name, values in found.items()}
    count = int(owners.max()) + 1 if len(owners) else 0
    spread = float(per_user["ndcg@10"].std(ddof=1)) if count > 1 else math.nan
    return {name: mean_over_users(values, name) for name, values in per_user.items()} | {
        "se_ndcg@10": spread / math.sqrt(max(count, 1)),
        "coverage@10": np.unique(top_rows(candidates, 10, order)).size / scores.shape[1],
        "users": float(count),
        "events": float(len(ranks)),
    }


def _places(order: Ints) -> Ints:
    """`(items,)`: where each item stands in `order`."""
    place = np.empty(len(order), np.intp)
    place[order] = np.arange(len(order))
    return place
