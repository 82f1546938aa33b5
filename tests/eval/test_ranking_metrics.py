"""Metrics: hand-computed cases and agreement with the referee."""

from pathlib import Path

import numpy as np
import pytest

from eval.ranking import metrics
from eval.ranking import referee as judge
from eval.ranking.peers.popularity import Popularity
from eval.ranking.problem import build_problem
from llmrec.catalog import load_catalog
from llmrec.evaluation.splits import load_split


def test_ndcg_by_hand() -> None:
    assert metrics.ndcg(np.array([0, 1, 9, 10])).tolist() == pytest.approx([1, 1 / np.log2(3), 1 / np.log2(11), 0])


def test_user_mean_is_over_users_not_events() -> None:
    means = metrics.user_means(np.array([1.0, 0.0, 0.0, 1.0]), np.array([0, 0, 0, 1]))
    assert means.mean() == pytest.approx((1 / 3 + 1) / 2)


def test_rank_agrees_with_top_list_and_ignores_seen() -> None:
    draw = np.random.default_rng(0)
    scores = draw.integers(0, 4, size=(20, 30)).astype(np.float32)  # many ties
    seen = [sorted(draw.choice(30, 5, replace=False).tolist()) for _ in range(20)]
    targets = np.array([next(row for row in draw.permutation(30) if row not in rows) for rows in seen])
    order = metrics.tie_order([f"item{n}" for n in range(30)])
    ranks = metrics.target_ranks(scores, seen, targets, order)
    tops = metrics.top_lists(scores, seen, order, k=25)
    for rank, target, top, rows in zip(ranks, targets, tops, seen, strict=True):
        assert top[rank] == target
        assert not set(top.tolist()) & set(rows)


def test_order_of_items_does_not_matter_even_with_ties() -> None:
    ids = [f"item{n}" for n in range(30)]
    scores = np.random.default_rng(1).integers(0, 3, size=(5, 30)).astype(np.float32)
    shuffle = np.random.default_rng(2).permutation(30)
    straight = metrics.top_lists(scores, [[]] * 5, metrics.tie_order(ids))
    moved = metrics.top_lists(scores[:, shuffle], [[]] * 5, metrics.tie_order([ids[n] for n in shuffle]))
    assert (shuffle[moved] == straight).all()


def test_z_scores_are_normalised_over_candidates_only() -> None:
    scores = np.array([[1, 2, 3, 100], [5, 5, 5, 5]], dtype=np.float32)
    z = metrics.z_scores(scores, [[3], []])
    assert z[0, :3].mean() == pytest.approx(0, abs=1e-6) and z[0, :3].std() == pytest.approx(1, abs=1e-6)
    assert z[0, 3] == 0 and (z[1] == 0).all()


def test_scores_with_nan_are_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        metrics.target_ranks(np.array([[np.nan, 1.0]]), [[]], np.array([1]), np.arange(2))


def test_agrees_with_the_referee_on_real_data(shared: Path, referee: Path, tmp_path: Path) -> None:
    folder = shared / "data" / "ml-100k"
    catalog = load_catalog(folder)
    path = judge.write_split(referee, folder, tmp_path / "split.jsonl")
    problem = build_problem(folder, catalog, load_split(path, catalog))
    peer = Popularity(problem.n_items)
    peer.fit(problem.train)
    for at in ("valid", "test"):
        scores = peer.scores(problem.events(at).histories)
        ranking = judge.write_rankings(tmp_path / "ranking.jsonl", problem.rankings(scores, at))
        assert judge.score(referee, folder, ranking, at)["ndcg@10"] == pytest.approx(problem.ndcg(scores, at), abs=6e-6)
