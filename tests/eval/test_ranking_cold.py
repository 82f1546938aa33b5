"""Cold items: nothing of a hidden item reaches training or histories; candidates are as announced."""

import numpy as np
import pytest

from eval.ranking.cold import CANDIDATES, cold_metrics, cold_split, is_hidden
from eval.ranking.problem import Problem
from llmrec.evaluation.splits import rolling_split


def test_about_a_tenth_is_hidden_and_seeds_differ() -> None:
    ids = [str(n) for n in range(5000)]
    first, second = ([is_hidden(one, seed) for one in ids] for seed in (0, 1))
    assert 0.08 < np.mean(first) < 0.12
    assert first != second and first == [is_hidden(one, 0) for one in ids]


def test_hidden_items_are_targets_and_nothing_else(tiny_problem: Problem) -> None:
    split = cold_split(rolling_split(tiny_problem.catalog), seed=3)
    events = (*split.valid, *split.test)
    assert events
    assert not any(is_hidden(item, 3) for history in split.train.values() for item in history)
    for event in events:
        assert event.history and not any(is_hidden(item, 3) for item in event.history)
        assert is_hidden(event.target, 3) and event.target not in event.seen
        assert set(event.history) <= event.seen


def test_perfect_scores_reach_one_and_seen_items_are_no_candidates(tiny_problem: Problem) -> None:
    ids = [item.id for item in tiny_problem.catalog.items]
    split = cold_split(rolling_split(tiny_problem.catalog), seed=3)
    scores = np.zeros((len(split.test), len(ids)), dtype=np.float32)
    for line, event in zip(scores, split.test, strict=True):
        line[ids.index(event.target)] = 1.0
        line[[ids.index(item) for item in event.seen]] = 2.0
    for candidates in CANDIDATES:
        assert cold_metrics(scores, split.test, ids, 3, candidates)["ndcg@10"] == 1.0


def test_warm_items_count_only_among_the_whole_catalogue(tiny_problem: Problem) -> None:
    ids = [item.id for item in tiny_problem.catalog.items]
    split = cold_split(rolling_split(tiny_problem.catalog), seed=3)
    warm_first = np.tile(~split.hidden(ids), (len(split.test), 1)).astype(np.float32)
    for line, event in zip(warm_first, split.test, strict=True):
        line[ids.index(event.target)] = 0.5  # best of the hidden, below every warm item
    hidden, whole = (cold_metrics(warm_first, split.test, ids, 3, name)["ndcg@10"] for name in CANDIDATES)
    assert hidden == 1.0 and whole < 0.1


def test_unknown_candidates_are_refused(tiny_problem: Problem) -> None:
    split = cold_split(rolling_split(tiny_problem.catalog), seed=3)
    with pytest.raises(ValueError, match="cold-hidden"):
        cold_metrics(np.zeros((1, 40)), split.test[:1], [], 3, "some")
