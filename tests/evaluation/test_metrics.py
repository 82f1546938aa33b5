"""The same numbers as the referee's, and its rules at the edges."""

import csv
import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from llmrec.evaluation.metrics import ranking_metrics, target_ranks, top_rows


def _referee(shared: Path):  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("referee", shared / "referee" / "referee.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("at", ["valid", "test"])
def test_equal_to_the_referee(shared: Path, tmp_path: Path, at: str) -> None:
    referee, rng = _referee(shared), np.random.default_rng(5)
    with (tmp_path / "items.csv").open("w", newline="") as out:
        csv.writer(out).writerows([["item_id"], *([f"i{n}"] for n in range(80))])
    with (tmp_path / "interactions.tsv").open("w") as out:
        for user in range(40):
            for item in rng.choice(80, size=rng.integers(2, 40), replace=False):
                out.write(f"u{user}\ti{item}\t4\t{rng.integers(9)}\n")
    items, users = referee.split(tmp_path)
    row = {item: n for n, item in enumerate(items)}
    seen, targets, owners = [], [], []
    for user, (train, valid, test) in users.items():
        history = [row[i] for i in (train if at == "valid" else train + valid)]
        for item in valid if at == "valid" else test:
            seen.append(list(history))
            targets.append(row[item])
            owners.append(user)
            history = [*history, row[item]]
    scores = rng.integers(12, size=(len(targets), 80)).astype(np.float32)  # many ties
    masked = scores.copy()
    for event, rows in enumerate(seen):
        masked[event, rows] = -np.inf
    rankings: dict[str, list[list[str]]] = {}
    for owner, top in zip(owners, top_rows(masked, 20), strict=True):
        rankings.setdefault(owner, []).append([items[n] for n in top])
    expected = referee.score(tmp_path, rankings, at)
    found = ranking_metrics(scores, targets, seen, owners)
    assert set(found) == set(expected)
    assert found == pytest.approx(expected, abs=6e-5)


def test_rank_counts_ties_by_row_as_a_stable_sort_does() -> None:
    scores = np.array([[1, 3, 3, 0, 3]], np.float32)
    order = top_rows(scores, 5)[0].tolist()
    assert order == [1, 2, 4, 0, 3]
    for item in range(5):
        assert target_ranks(scores, np.array([item]))[0] == order.index(item)


def test_one_user_has_no_standard_error() -> None:
    found = ranking_metrics(np.eye(3, 40, dtype=np.float32), [0, 1, 2], [[], [], []], ["u", "u", "u"])
    assert found["ndcg@10"] == found["recall@10"] == found["mrr@10"] == 1
    assert math.isnan(found["se_ndcg@10"])
    assert found["users"] == 1
