"""The item-item model: right by its formulas, useful on sequences, the same after storage."""

import sys
from pathlib import Path

import numpy as np
import pytest

from llmrec.catalog import load_catalog
from llmrec.errors import CheckpointError, SetupError
from llmrec.evaluation.metrics import ranking_metrics, top_rows
from llmrec.evaluation.splits import rolling_split
from llmrec.ranking.item_item import Collaborative, CollaborativeConfig

N_ITEMS = 24


@pytest.fixture(scope="module")
def walks() -> list[list[int]]:
    """60 users who walk a ring of items, one step at a time and sometimes two."""
    rng = np.random.default_rng(3)
    steps = rng.choice([1, 1, 1, 2], size=(60, 8))
    starts = rng.integers(N_ITEMS, size=(60, 1))
    return ((starts + np.cumsum(steps, axis=1)) % N_ITEMS).tolist()


def test_both_regressions_equal_their_textbook_solution(walks: list[list[int]]) -> None:
    config = CollaborativeConfig(ridge=5, static_ridge=7, static_weight=1.5, future=0.5, neighbours=N_ITEMS)
    x, y = [], []
    for walk in walks:
        for place, item in enumerate(walk):
            row = np.zeros(N_ITEMS)
            for other, neighbour in enumerate(walk):
                if other != place:
                    row[neighbour] = abs(place - other) ** -0.75 * (1.0 if other < place else 0.5)
            x.append(row)
            y.append(np.eye(N_ITEMS)[item])
    x, y = np.array(x), np.array(y)
    cloze = np.linalg.solve(x.T @ x + 5 * np.eye(N_ITEMS), x.T @ y)
    np.fill_diagonal(cloze, 0)
    interacted = np.array([np.isin(np.arange(N_ITEMS), walk).astype(float) for walk in walks])
    ease = np.zeros((N_ITEMS, N_ITEMS))
    for item in range(N_ITEMS):  # EASE is one ridge regression per item, on the other items
        others = np.arange(N_ITEMS) != item
        a = interacted[:, others]
        ease[others, item] = np.linalg.solve(a.T @ a + 7 * np.eye(N_ITEMS - 1), a.T @ interacted[:, item])
    expected = N_ITEMS * (cloze / np.abs(cloze).sum() + 1.5 * ease / np.abs(ease).sum())
    weights = Collaborative.fit(walks, N_ITEMS, config).weights.toarray()
    np.testing.assert_allclose(weights, expected, atol=2e-4)


def test_the_next_station_of_the_ring_ranks_first(walks: list[list[int]]) -> None:
    model = Collaborative.fit(walks, N_ITEMS, CollaborativeConfig(ridge=5, static_ridge=5))
    histories = [[(item - 2) % N_ITEMS, (item - 1) % N_ITEMS, item] for item in range(N_ITEMS)]
    scores = model.scores(histories)
    for item, history in enumerate(histories):
        scores[item, history] = -np.inf
    nexts = [{(item + 1) % N_ITEMS, (item + 2) % N_ITEMS} for item in range(N_ITEMS)]
    assert all(int(top) in ahead for top, ahead in zip(top_rows(scores, 1)[:, 0], nexts, strict=True))


def test_recent_items_weigh_more(walks: list[list[int]]) -> None:
    model = Collaborative.fit(walks, N_ITEMS, CollaborativeConfig(ridge=5, static_ridge=5))
    late, early = model.scores([[12, 2], [2, 12]])
    assert late[3] > early[3]
    assert early[13] > late[13]


def test_batch_and_single_agree_and_no_history_scores_zero(walks: list[list[int]]) -> None:
    model = Collaborative.fit(walks, N_ITEMS)
    batch = model.scores([walks[0], [], walks[1][:2]])
    assert batch.dtype == np.float32
    assert not batch[1].any()
    np.testing.assert_allclose(batch[0], model.scores([walks[0]])[0], rtol=1e-6)
    np.testing.assert_allclose(batch[2], model.scores([walks[1][:2]])[0], rtol=1e-6)


def test_renumbering_the_items_renumbers_the_scores(walks: list[list[int]]) -> None:
    order = np.random.default_rng(0).permutation(N_ITEMS)
    model = Collaborative.fit(walks, N_ITEMS)
    other = Collaborative.fit([order[walk].tolist() for walk in walks], N_ITEMS)
    np.testing.assert_allclose(
        other.scores([order[walks[0]].tolist()])[0][order], model.scores([walks[0]])[0], atol=1e-4
    )


def test_storage_keeps_the_ranking(walks: list[list[int]]) -> None:
    model = Collaborative.fit(walks, N_ITEMS, CollaborativeConfig(neighbours=10, history_decay=0.6))
    state = model.state()
    again = Collaborative.from_state(state)
    assert state["weights"].dtype == np.float16
    assert again.history_decay == model.history_decay == 0.6
    np.testing.assert_allclose(again.scores(walks), model.scores(walks), atol=2e-3)
    assert (np.diff(again.weights.tocsc().indptr) <= 10).all()


def test_pruning_keeps_the_largest_neighbours(walks: list[list[int]]) -> None:
    full = Collaborative.fit(walks, N_ITEMS, CollaborativeConfig(neighbours=N_ITEMS)).weights.toarray()
    kept = Collaborative.fit(walks, N_ITEMS, CollaborativeConfig(neighbours=4)).weights.toarray()
    for column in range(N_ITEMS):
        largest = np.sort(np.abs(full[:, column]))[-4:]
        np.testing.assert_allclose(np.sort(np.abs(kept[:, column]))[-4:], largest, rtol=1e-6)
        assert np.count_nonzero(kept[:, column]) <= 4


@pytest.mark.parametrize("fault", ["missing", "short", "column", "ends", "empty"])
def test_a_damaged_state_is_refused(walks: list[list[int]], fault: str) -> None:
    state = Collaborative.fit(walks, N_ITEMS).state()
    if fault == "missing":
        del state["columns"]
    elif fault == "short":
        state["weights"] = state["weights"][:-3]
    elif fault == "column":
        state["columns"] = state["columns"] + N_ITEMS
    elif fault == "ends":
        state["row_ends"] = state["row_ends"][::-1].copy()
    else:
        state["row_ends"] = state["row_ends"][:0]
    with pytest.raises(CheckpointError, match="train it again"):
        Collaborative.from_state(state)


def test_a_large_catalogue_takes_item_knn_behind_the_same_face(walks: list[list[int]]) -> None:
    pytest.importorskip("implicit")
    config = CollaborativeConfig(closed_form_items=5, neighbours=6)
    model = Collaborative.fit(walks, N_ITEMS, config)
    again = Collaborative.from_state(model.state())
    assert not model.weights.diagonal().any()
    scores = again.scores([[3, 4, 5], []])
    assert not scores[1].any()
    scores[0, [3, 4, 5]] = -np.inf
    assert set(top_rows(scores[:1], 4)[0].tolist()) <= {0, 1, 2, 6, 7, 8, 9}


def test_without_implicit_a_large_catalogue_says_what_to_install(
    walks: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "implicit.nearest_neighbours", None)
    with pytest.raises(SetupError, match="pip install"):
        Collaborative.fit(walks, N_ITEMS, CollaborativeConfig(closed_form_items=5))


def test_on_movielens_it_beats_ease_by_half(shared: Path) -> None:
    catalog = load_catalog(shared / "data" / "ml-100k")
    split = rolling_split(catalog)
    users = sorted(split.train)[:300]
    model = Collaborative.fit([catalog.rows(split.train[user]) for user in split.train], len(catalog.items))
    histories, targets, owners = [], [], []
    for user in users:
        history = catalog.rows(split.train[user])
        for target in catalog.rows(split.valid[user]):
            histories.append(list(history))
            targets.append(target)
            owners.append(user)
            history = [*history, target]
    found = ranking_metrics(model.scores(histories), targets, histories, owners)
    assert found["ndcg@10"] > 0.12  # all users: 0.141; EASE 0.092
