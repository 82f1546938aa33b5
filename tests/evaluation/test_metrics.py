"""The same numbers as the referee's, on lists with many ties, and the rules at the edges."""

import math
from pathlib import Path

import numpy as np
import pytest

from llmrec.catalog import load_catalog
from llmrec.evaluation.metrics import (
    ABSENT,
    UndefinedMetric,
    coverage,
    mean_over_users,
    ndcg,
    novelty,
    ranking_metrics,
    ranks_in,
    recall,
    reciprocal_rank,
    target_ranks,
    tie_order,
    top_rows,
    user_means,
)
from llmrec.evaluation.splits import rolling_events, rolling_split
from tests.evaluation import referee


@pytest.mark.parametrize("at", ["valid", "test"])
def test_equal_to_the_referee(made_folder: Path, at: str) -> None:
    catalog = load_catalog(made_folder)
    events = rolling_events(catalog, rolling_split(catalog), at)
    ids = [item.id for item in catalog.items]
    order = tie_order(ids)
    scores = np.random.default_rng(5).integers(12, size=(len(events), len(ids))).astype(np.float32)  # many ties
    masked = scores.copy()
    for n, event in enumerate(events):
        masked[n, event.history] = -np.inf
    tops = top_rows(masked, 20, order)
    rankings: dict[str, list[list[str]]] = {}
    for event, top in zip(events, tops, strict=True):
        rankings.setdefault(event.user, []).append([ids[row] for row in top])
    expected = referee.score(made_folder, rankings, at)
    targets, seen, users = [e.target for e in events], [e.history for e in events], [e.user for e in events]
    found = ranking_metrics(scores, targets, seen, users, order)
    assert set(found) == set(expected)
    assert found == pytest.approx(expected, abs=6e-5)

    # From the lists alone, as `llmrec evaluate` counts.
    ranks, owners = ranks_in(tops, targets), np.unique(users, return_inverse=True)[1]
    for name, values in {
        "ndcg@20": ndcg(ranks, 20),
        "recall@10": recall(ranks),
        "mrr@10": reciprocal_rank(ranks),
    }.items():
        assert mean_over_users(user_means(values, owners), name) == pytest.approx(expected[name], abs=6e-6)
    assert coverage(tops, len(ids)) == pytest.approx(expected["coverage@10"], abs=6e-5)


def test_rank_and_list_agree_whatever_breaks_ties() -> None:
    scores = np.random.default_rng(0).integers(4, size=(20, 30)).astype(np.float32)
    for order in (None, tie_order([f"item{n}" for n in range(30)])):
        tops = top_rows(scores, 30, order)
        for item in range(30):
            ranks = target_ranks(scores, np.full(20, item), order)
            assert (tops[np.arange(20), ranks] == item).all()


def test_the_order_of_the_items_file_helps_nobody() -> None:
    ids = [f"item{n}" for n in range(30)]
    scores = np.random.default_rng(1).integers(3, size=(5, 30)).astype(np.float32)
    moved = np.random.default_rng(2).permutation(30)
    straight = top_rows(scores, 30, tie_order(ids))
    again = top_rows(scores[:, moved], 30, tie_order([ids[n] for n in moved]))
    assert (moved[again] == straight).all()


def test_by_hand() -> None:
    ranks = np.array([0, 1, 9, 10, ABSENT])
    assert ndcg(ranks).tolist() == pytest.approx([1, 1 / np.log2(3), 1 / np.log2(11), 0, 0])
    assert recall(ranks).tolist() == [1, 1, 1, 0, 0]
    assert reciprocal_rank(ranks).tolist() == pytest.approx([1, 0.5, 0.1, 0, 0])
    assert coverage([[0, 1, 2], [2, 3, 4]], 10, k=2) == 0.4
    # Half of four users took item 0, nobody item 2, which counts as one: 1 and 2 bits.
    assert novelty([[0, 2], []], np.array([2, 4, 0]), 4).tolist() == pytest.approx([1.5, math.nan], nan_ok=True)


def test_means_are_over_users_and_skip_what_does_not_count() -> None:
    values = np.array([1.0, 0.0, 0.0, 1.0, np.nan, np.nan])
    means = user_means(values, np.array([0, 0, 0, 1, 1, 2]))
    assert means.tolist() == pytest.approx([1 / 3, 1, math.nan], nan_ok=True)
    assert mean_over_users(means, "anything") == pytest.approx(2 / 3)


def test_a_metric_of_nothing_is_not_zero() -> None:
    with pytest.warns(UndefinedMetric, match="cold ndcg@10 is undefined"):
        assert math.isnan(mean_over_users(np.array([np.nan]), "cold ndcg@10"))
    with pytest.warns(UndefinedMetric):
        assert math.isnan(coverage([], 0))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_that_rank_by_accident_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="NaN"):
        target_ranks(np.array([[bad, 1.0]], np.float32), np.array([0]))


def test_one_user_has_no_standard_error() -> None:
    found = ranking_metrics(np.eye(3, 40, dtype=np.float32), [0, 1, 2], [[], [], []], ["u", "u", "u"])
    assert found["ndcg@10"] == found["recall@10"] == found["mrr@10"] == 1
    assert math.isnan(found["se_ndcg@10"])
    assert found["users"] == 1
