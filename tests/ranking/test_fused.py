"""The fused score: seen items never come back, what is missing is left out, weights follow the evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrec.evaluation.metrics import ABSENT, ranking_metrics, target_ranks, top_rows
from llmrec.ranking.diversity import diversify
from llmrec.ranking.fused import CandidateScores, ScoredRows, fit_weights, fuse, z_normalise

EVENTS, ITEMS = 80, 40


def _case(seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray, list[list[int]]]:
    """A good component, a weaker one and noise; targets drawn from the softmax of 2 * good + 1 * weak."""
    rng = np.random.default_rng(seed)
    parts = {name: rng.normal(size=(EVENTS * 5, ITEMS)).astype(np.float32) for name in ("good", "weak", "noise")}
    seen = [rng.choice(ITEMS, size=rng.integers(0, 9), replace=False).tolist() for _ in range(EVENTS * 5)]
    logits = 2 * parts["good"] + parts["weak"]
    for event, rows in enumerate(seen):
        logits[event, rows] = -np.inf
    chance = np.exp(logits - logits.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    targets = np.array([rng.choice(ITEMS, p=p / p.sum()) for p in chance.astype(float)])
    return {"good": 7 * parts["good"] + 100, "weak": parts["weak"] / 50, "noise": parts["noise"]}, targets, seen


def test_normalised_within_the_unseen_items_of_each_event() -> None:
    parts, _, seen = _case()
    z = z_normalise(parts["good"], seen)
    for event, rows in enumerate(seen):
        assert np.isneginf(z[event, rows]).all()
        rest = np.delete(z[event], rows)
        assert rest.mean() == pytest.approx(0, abs=1e-5)
        assert rest.std() == pytest.approx(1, abs=1e-4)


def test_a_component_that_says_nothing_becomes_zero() -> None:
    flat = np.full((2, 5), 0.1, np.float32)
    assert not z_normalise(flat, [[], []]).any()
    assert not z_normalise(flat * 0, [[], []]).any()
    assert np.isneginf(z_normalise(flat, [[0, 1, 2, 3, 4], []])[0]).all()  # nothing is left to rank


def test_weights_recover_what_drew_the_targets() -> None:
    parts, targets, seen = _case()
    weights = fit_weights(parts, targets.tolist(), seen)
    assert sum(weights.values()) == pytest.approx(1, abs=1e-3)
    assert min(weights.values()) >= 0
    assert weights["good"] / weights["weak"] == pytest.approx(2, rel=0.5)
    assert weights["noise"] < 0.15
    assert weights == fit_weights(parts, targets.tolist(), seen)


def test_the_fusion_ranks_better_than_its_parts() -> None:
    parts, targets, seen = _case()
    users = list(range(len(targets)))
    fused = fuse(parts, fit_weights(parts, targets.tolist(), seen), seen)
    best = max(ranking_metrics(scores, targets.tolist(), seen, users)["ndcg@10"] for scores in parts.values())
    assert ranking_metrics(fused, targets.tolist(), seen, users)["ndcg@10"] > best


def test_missing_components_leave_the_decision_to_the_others() -> None:
    parts, _, seen = _case()
    weights = {"good": 0.5, "weak": 0.5, "noise": 0.0}
    alone = fuse({"weak": parts["weak"]}, weights, seen)
    masked = z_normalise(parts["weak"], seen)
    assert (top_rows(alone, 10) == top_rows(masked, 10)).all()
    cold = fuse({"good": np.zeros_like(parts["good"]), "noise": parts["noise"]}, weights, seen)
    assert (top_rows(cold, 10) == top_rows(z_normalise(parts["noise"], seen), 10)).all()
    with pytest.raises(ValueError, match="weights"):
        fuse({"other": parts["good"]}, weights, seen)
    with pytest.raises(ValueError, match="weights"):
        fuse({}, weights, seen)


def test_candidates_alone_give_the_weights_and_ranks_that_all_items_give_where_they_are_all() -> None:
    parts, targets, seen = _case()
    every = [ScoredRows.whole(ITEMS, rows) for rows in seen]
    raw = [{name: scores[n, own.rows] for name, scores in parts.items()} for n, own in enumerate(every)]
    half = len(every) // 2
    made = CandidateScores.joined(
        [CandidateScores.of(every[p], raw[p], targets[p].tolist()) for p in (slice(half), slice(half, None))]
    )
    weights = fit_weights(parts, targets.tolist(), seen)
    assert made.fit() == pytest.approx(weights, abs=2e-3)
    fused = fuse(parts, weights, seen)
    assert (made.ranks(weights) == target_ranks(fused, targets)).mean() > 0.99  # sums in another order
    assert (made.top(weights, 5) == top_rows(fused, 5)).mean() > 0.99


def test_a_target_that_is_no_candidate_has_no_rank_and_says_nothing_of_weights() -> None:
    parts, targets, seen = _case()
    sample, rng = np.arange(ITEMS), np.random.default_rng(5)
    scored, missed = [], []
    for n, never in enumerate(seen):
        open_ = np.setdiff1d(np.arange(ITEMS), never)
        chosen = np.sort(rng.choice(open_, 20, replace=False))
        scored.append(ScoredRows.of(chosen, sample, never, ITEMS))
        missed.append(targets[n] not in chosen)
    raw = [{name: scores[n, own.rows] for name, scores in parts.items()} for n, own in enumerate(scored)]
    made = CandidateScores.of(scored, raw, targets.tolist())
    weights = made.fit()
    assert ((made.ranks(weights) == ABSENT) == missed).all() and any(missed) and not all(missed)
    assert (made.ranks(weights)[~np.array(missed)] < 20).all() and weights["good"] == max(weights.values())


def test_permuting_the_candidates_permutes_the_scores() -> None:
    parts, _, seen = _case()
    weights = {"good": 0.6, "weak": 0.3, "noise": 0.1}
    order = np.random.default_rng(4).permutation(ITEMS)
    place = np.argsort(order)
    other = fuse({n: s[:, order] for n, s in parts.items()}, weights, [place[rows].tolist() for rows in seen])
    np.testing.assert_allclose(other[:, place], fuse(parts, weights, seen), atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(2, 30))
def test_seen_items_never_come_back_and_batch_equals_single(seed: int, events: int, items: int) -> None:
    rng = np.random.default_rng(seed)
    parts = {"a": rng.normal(size=(events, items)), "b": rng.integers(2, size=(events, items))}
    parts = {name: scores.astype(np.float32) for name, scores in parts.items()}
    seen = [rng.choice(items, size=rng.integers(0, items), replace=False).tolist() for _ in range(events)]
    batch = fuse(parts, {"a": 0.7, "b": 0.3}, seen)
    for event, rows in enumerate(seen):
        assert np.isneginf(batch[event, rows]).all()
        assert np.isfinite(np.delete(batch[event], rows)).all()
        single = fuse({n: s[event : event + 1] for n, s in parts.items()}, {"a": 0.7, "b": 0.3}, [rows])
        np.testing.assert_allclose(single[0], batch[event], atol=1e-5)


SCORES = np.array([5.0, 4.9, 4.8, 3.0, 2.0], np.float32)
KINDS = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)


def test_relevance_one_keeps_the_order_of_the_scores() -> None:
    shuffled = np.array([2, 0, 4, 1, 3])
    picked = diversify(SCORES[shuffled], KINDS[shuffled], 5, relevance=1)
    assert shuffled[picked].tolist() == [0, 1, 2, 3, 4]


def test_variety_brings_one_of_each_kind_first() -> None:
    assert diversify(SCORES, KINDS, 3, relevance=0.4) == [0, 3, 4]


def test_no_place_twice_and_no_more_than_there_are() -> None:
    assert sorted(diversify(SCORES, KINDS, 9, relevance=0.5)) == [0, 1, 2, 3, 4]
    assert diversify(SCORES[:0], KINDS[:0], 3, relevance=0.5) == []
    equal = np.ones(4, np.float32)
    assert sorted(diversify(equal, KINDS[:4], 4, relevance=0.5)) == [0, 1, 2, 3]
