"""The truth file brings back the world; the oracle ranks by it, and a learner can come near it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from llmrec.catalog.simshop import ATTRIBUTES, BY_NAME, World, load_truth, make_world, oracle_scores
from llmrec.errors import BadInput, UnknownItem, UnknownUser

Ranker = Callable[[str, list[str]], NDArray[np.float64]]


def test_round_trip(folder: Path) -> None:
    assert load_truth(folder) == make_world(60, 40, 3)


def test_a_missing_damaged_or_foreign_truth_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_truth(tmp_path)
    shutil.copy(folder / "truth.jsonl", tmp_path)
    text = (tmp_path / "truth.jsonl").read_text()
    (tmp_path / "truth.jsonl").write_text(text[:-30])
    with pytest.raises(BadInput, match="is damaged"):
        load_truth(tmp_path)
    (tmp_path / "truth.jsonl").write_text(text.replace("simshop-1", "simshop-0", 1))
    with pytest.raises(BadInput, match="another version"):
        load_truth(tmp_path)


def test_oracle_scores_are_the_chances_of_the_next_purchase(world: World) -> None:
    user, taste = next(iter(world.tastes.items()))
    seen = world.histories()[user][:4]
    scores = oracle_scores(world, user, seen)
    assert scores.shape == (600,)
    assert scores.sum() == pytest.approx(1)
    rows = [world.items.index(item) for item in seen]
    assert not scores[rows].any()
    liked = np.all([np.isin(world.values[name], values) for name, values in taste.likes.items()], axis=0)
    liked[rows] = False
    assert scores[liked].min() > scores[~liked].max()
    with pytest.raises(UnknownUser, match="nobody"):
        oracle_scores(world, "nobody")
    with pytest.raises(UnknownItem, match="nothing"):
        oracle_scores(world, user, ["nothing"])


def test_the_oracle_ranks_well_popularity_does_not_and_a_learner_comes_near(world: World) -> None:
    counts = np.bincount([world.items.index(p.item) for p in world.purchases], minlength=600).astype(float)
    oracle = ndcg(world, lambda user, seen: oracle_scores(world, user, seen))
    assert oracle > 0.38
    assert ndcg(world, lambda _, __: counts) < 0.03
    assert ndcg(world, PreferenceLearner(world)) > 0.85 * oracle


def ndcg(world: World, rank: Ranker) -> float:
    """NDCG@10 of the last five purchases, each ranked after all before; ties are broken at random."""
    rng, values = np.random.default_rng(0), []
    row = {item: n for n, item in enumerate(world.items)}
    for user, bought in world.histories().items():
        for at in range(len(bought) - 5, len(bought)):
            scores = rank(user, list(bought[:at])) + 1e-12 * rng.random(600)
            scores[[row[item] for item in bought[:at]]] = -np.inf
            place = int((scores > scores[row[bought[at]]]).sum())
            values.append(1 / np.log2(place + 2) if place < 10 else 0.0)
    return float(np.mean(values))


class PreferenceLearner:
    """Knows the attributes of items but not the tastes: each attribute apart is liked in one to three values or not."""

    def __init__(self, world: World) -> None:
        self.row = {item: n for n, item in enumerate(world.items)}
        self.codes = {a.name: np.array([a.values.index(v) for v in world.values[a.name]]) for a in ATTRIBUTES}

    def __call__(self, _: str, seen: list[str]) -> NDArray[np.float64]:
        scores = np.zeros(len(self.row))
        for name, codes in self.codes.items():
            size = len(BY_NAME[name].values)
            counts = np.bincount(codes[[self.row[item] for item in seen]], minlength=size)
            subsets = np.array([[n >> v & 1 for v in range(size)] for n in range(1, 2**size - 1)])
            subsets = subsets[subsets.sum(1) <= 3]
            held = subsets.sum(1, keepdims=True)
            chances = np.where(subsets, 0.94 / held, 0.06 / (size - held))
            chances = np.vstack([chances, np.full(size, 1 / size)])  # the taste may not be about it
            prior = np.r_[np.full(len(subsets), 0.25 / len(subsets)), 0.75]
            log = np.log(prior) + np.log(chances) @ counts
            weight = np.exp(log - log.max())
            scores += np.log(weight / weight.sum() @ chances)[codes]
        return scores
