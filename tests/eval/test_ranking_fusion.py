"""The peers of the study are baselines by name; two of them are fused with a weight chosen on valid."""

from itertools import islice

import numpy as np
import pytest

from eval.ranking import fusion
from eval.ranking.problem import Problem
from eval.ranking.runs import RECIPES, tune


@pytest.mark.parametrize("name", RECIPES)
def test_every_configuration_of_a_peer_is_one_of_its_baseline(name: str) -> None:
    for config in RECIPES[name].grid:
        RECIPES[name].build(0, config)


def test_tuning_keeps_the_best_on_valid(tiny_problem: Problem) -> None:
    recipe = RECIPES["item-knn"]
    tuned = tune(tiny_problem, lambda config: recipe.build(0, config), list(islice(recipe.grid, 0, None, 7)))
    assert tuned.ndcg == pytest.approx(max(reached for _, reached in tuned.tried), abs=1e-5)
    assert tuned.ndcg == tiny_problem.ndcg(tuned.valid, "valid") and len(tuned.tried) == 4


def test_z_scores_are_normalised_over_candidates_only() -> None:
    scores = np.array([[1, 2, 3, 100], [5, 5, 5, 5]], dtype=np.float32)
    z = fusion.z_scores(scores, [[3], []])
    assert z[0, :3].mean() == pytest.approx(0, abs=1e-6) and z[0, :3].std() == pytest.approx(1, abs=1e-6)
    assert z[0, 3] == 0 and (z[1] == 0).all()


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
