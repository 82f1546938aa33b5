"""Evidence of a list as it was measured, and the effects that it is made of."""

from collections.abc import Callable

import numpy as np
import pytest

from llmrec.evidence.effects import Situation, history_effects, input_effects
from llmrec.evidence.measure import AblationSetup, add_shapley, measure
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.fused import fuse
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.score_component import PREFERENCE
from llmrec.train import preference as training
from llmrec.train.preference import learn_preference
from tests.conftest import Scored


def ablation_setup(shop: Scored) -> AblationSetup:
    return AblationSetup(shop.components, shop.engine, shop.engine, {}, shop.situation.weights)


def ranking(shop: Scored, history: tuple[int, ...], closed: list[int]) -> list[int]:
    """Rows as a request of that history ranks them, best first."""
    parts = shop.components.scores(shop.engine.query_vectors([history], [""]).vectors, [history])
    fused = fuse(parts, shop.situation.weights, [closed])[0]
    return [int(row) for row in np.argsort(-fused, kind="stable") if np.isfinite(fused[row])]


def test_the_rank_without_the_strongest_item_is_that_of_a_request_without_it(scored: Callable[..., Scored]) -> None:
    shop = scored(3, 5, 9, 6)
    history, candidates = shop.situation.history, [1, 4, 8]
    found = history_effects(shop.situation, candidates, shop.components, shop.engine)
    assert found.rows == history
    whole = ranking(shop, history, list(history))
    assert found.ranks.tolist() == [whole.index(row) + 1 for row in candidates]
    for place, row in enumerate(candidates):
        strongest = int(found.effects[place].argmax())
        left = history[:strongest] + history[strongest + 1 :]
        without = ranking(shop, left, list(history))
        assert found.ranks_without[place] == without.index(row) + 1


def test_ranks_are_among_what_the_filter_lets_through(scored: Callable[..., Scored]) -> None:
    allowed = np.zeros(12, np.bool_)
    allowed[[1, 4]] = True
    shop = scored(3, 5, 9, allowed=allowed)
    assert sorted(history_effects(shop.situation, [1, 4], shop.components, shop.engine).ranks.tolist()) == [1, 2]


def test_evidence_holds_a_counterfactual_for_the_strongest_item_and_one_for_the_wish(
    scored: Callable[..., Scored],
) -> None:
    shop = scored(3, 5, 9, query="comedy")
    for evidence in measure(shop.situation, [1, 4, 8], shop.q, ablation_setup(shop), shop.catalog).evidence:
        named = [record.history_item for record in evidence.counterfactuals]
        assert named == [*(record.history_item for record in evidence.history[:1]), None]
        assert len({record.rank for record in evidence.counterfactuals}) == 1
        assert evidence.companions == ()  # six users are no group


def test_shapley_values_are_in_the_unit_of_effects(scored: Callable[..., Scored]) -> None:
    shop = scored(9)
    plain = measure(shop.situation, [1], shop.q, ablation_setup(shop), shop.catalog)
    measured = add_shapley(plain, shop.situation, [1], ablation_setup(shop), shop.catalog, orders=2)
    (share,) = measured.evidence[0].shapley
    effects = history_effects(shop.situation, [1], shop.components, shop.engine).effects
    # Of a history of one item its value is what leaving it out costs.
    assert measured.evaluations == 2 and share.history_item == "10"
    np.testing.assert_allclose(share.effect, effects[0, 0] / shop.situation.spread(), rtol=1e-4)


ITEMS = 60


@pytest.fixture(scope="module")
def shop() -> tuple[Components, np.ndarray, list[list[int]]]:
    """Colours in pictures and tones in sounds, four of each; users keep to a colour, or (odd ones) to a tone."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, (ITEMS, 2))
    vectors = {
        m: (rng.normal(size=(4, 16))[values[:, n]] + 0.3 * rng.normal(size=(ITEMS, 16))).astype(np.float32)
        for n, m in enumerate(("image", "audio"))
    }
    users = []
    for user in range(120):
        liked = np.flatnonzero(values[:, user % 2] == rng.integers(0, 4))
        users.append([int(row) for row in rng.choice(liked, 8, replace=False)])
    mask = {m: np.ones(ITEMS, np.bool_) for m in vectors}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "STEPS", 150)
        taste = learn_preference(vectors, mask, {}, users, seed=0)
    nothing = np.zeros((ITEMS, 2), np.float32)
    learnt = InteractionModels(Collaborative.fit(users, ITEMS), nothing[:, 0], taste)
    components = Components.of(nothing, nothing[:, 0], learnt, vectors, mask, {})
    return components, values, users


@pytest.mark.parametrize(("user", "cause", "other"), [(0, "image", "audio"), (1, "audio", "image")])
def test_the_modality_that_the_taste_lives_in_moved_the_score(
    shop: tuple[Components, np.ndarray, list[list[int]]], user: int, cause: str, other: str
) -> None:
    components, values, users = shop
    history, about = tuple(users[user]), user % 2
    q = np.zeros(2, np.float32)
    parts = {name: scores[0] for name, scores in components.scores(q[None], [history]).items()}
    unseen = np.ones(ITEMS, np.bool_)
    unseen[list(history)] = False
    situation = Situation(history, "", None, parts, {key: float(key == PREFERENCE) for key in parts}, unseen)
    right = [int(row) for row in np.flatnonzero(unseen & (values[:, about] == values[history[0], about]))]
    without = dict.fromkeys(("image", "audio"), (components.v, components.b))
    for row, effects in zip(right, input_effects(situation, right, components, q, without), strict=True):
        assert effects[cause] > 1 > 2 * abs(effects[other])
        # The effect is the score lost, in the deviations of the fused score.
        assert components.preferences is not None
        lost = parts[PREFERENCE][row] - components.preferences.scores([history], without=cause)[0, row]
        assert effects[cause] == pytest.approx(float(lost) / situation.scales[PREFERENCE][1], rel=1e-4)
