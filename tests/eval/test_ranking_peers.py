"""Each peer on tiny data: what its formula promises, and that it learns something."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from eval.ranking import fusion
from eval.ranking.peers import Peer
from eval.ranking.peers.content_knn import ContentKNN, cosine
from eval.ranking.peers.ease import Ease
from eval.ranking.peers.item_knn import ItemKNN
from eval.ranking.peers.matrix import user_item
from eval.ranking.peers.popularity import Popularity
from eval.ranking.problem import Problem


def fitted(peer: Peer, problem: Problem) -> Peer:
    peer.fit(problem.train)
    return peer


def als(n_items: int) -> Peer:
    pytest.importorskip("implicit", reason="the extra `peers` is not installed")
    from eval.ranking.peers.als import Als

    return Als(n_items, seed=0, factors=4, regularization=0.1, alpha=5.0)


def sasrec(n_items: int, windows: bool = False) -> Peer:
    pytest.importorskip("rectools", reason="the extra `peers` is not installed")
    from eval.ranking.peers.sasrec import SASRec

    return SASRec(n_items, seed=0, session_max_len=5, dropout_rate=0.1, lr=5e-3, epochs=30, n_heads=1, windows=windows)


@pytest.mark.parametrize("build", [partial(ItemKNN, k=20, shrink=1), partial(Ease, regulariser=2), als, sasrec])
def test_personal_models_beat_popularity(build, tiny_problem: Problem) -> None:  # type: ignore[no-untyped-def]
    popular = fitted(Popularity(tiny_problem.n_items), tiny_problem)
    peer = fitted(build(tiny_problem.n_items), tiny_problem)
    histories = tiny_problem.test.histories
    scores = peer.scores(histories)
    assert scores.shape == (len(histories), tiny_problem.n_items) and np.isfinite(scores).all()
    assert tiny_problem.ndcg(scores, "test") > tiny_problem.ndcg(popular.scores(histories), "test")


def test_ease_solves_its_normal_equations(tiny_problem: Problem) -> None:
    peer = Ease(tiny_problem.n_items, regulariser=3.0)
    peer.fit(tiny_problem.train)
    x = user_item(tiny_problem.train, tiny_problem.n_items).toarray().astype(np.float64)[:, peer.active]
    b = peer.weights.astype(np.float64)
    assert np.diag(b) == pytest.approx(0)
    gradient = x.T @ (x @ b - x) + 3.0 * b  # zero off the diagonal at the optimum
    np.fill_diagonal(gradient, 0)
    assert np.abs(gradient).max() < 1e-3


def test_item_knn_by_hand() -> None:
    peer = ItemKNN(3, k=1, shrink=1.0)
    peer.fit([[0, 1], [0, 1], [0, 2]])
    s01, s02 = 2 / (np.sqrt(3 * 2) + 1), 1 / (np.sqrt(3 * 1) + 1)
    assert peer.scores([[1], [2], [0]]) == pytest.approx(np.array([[s01, 0, 0], [s02, 0, 0], [0, s01, 0]]))


def test_sasrec_reads_order_and_windows_keep_every_step() -> None:
    peer = sasrec(6, windows=True)
    history = tuple(range(13))
    windows = peer._sequences(history)  # type: ignore[attr-defined]
    steps = [step for window in windows for step in pairwise(window)]
    assert sorted(steps) == list(pairwise(history))
    peer.fit([[0, 1, 2, 3, 4, 5], [2, 3, 4, 5, 0, 1], [4, 5, 0, 1, 2, 3]] * 20)
    scores = peer.scores([[0, 1], [4, 3, 2]])
    assert scores.argmax(axis=1).tolist() == [2, 3]


def test_content_uses_only_present_media() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [9, 9]], dtype=np.float32)
    mask = np.array([True, True, True, False])
    near = {"text": partial(cosine, vectors, mask)}
    peer = ContentKNN(lambda name, centred: near[name](centred), 1, "max", False, image_weight=0.0)
    scores = peer.scores([[2, 0], []])
    assert scores[0].argsort()[::-1].tolist()[:2] == [0, 1]
    assert scores[0, 3] == 0 and not scores[1].any()


def test_fusion_finds_the_component_that_knows(tiny_problem: Problem) -> None:
    events = tiny_problem.valid
    draw = np.random.default_rng(0)
    noise = draw.normal(size=(len(events.targets), tiny_problem.n_items)).astype(np.float32)
    knows = noise.copy()
    knows[np.arange(len(events.targets)), events.targets] += 3.0
    random = draw.normal(size=noise.shape).astype(np.float32)
    fused = fusion.tune(tiny_problem, random, knows)
    assert fused.weight >= 0.5 and fused.valid >= tiny_problem.ndcg(knows, "valid")
    assert fusion.tune(tiny_problem, knows, np.zeros_like(noise)).valid == pytest.approx(
        tiny_problem.ndcg(knows, "valid")
    )
