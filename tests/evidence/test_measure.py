"""What is measured of a ranked list, on a tiny real scorer."""

from collections.abc import Callable

import numpy as np

from llmrec.evidence.effects import history_effects
from llmrec.evidence.measure import AblationSetup, add_shapley, measure
from llmrec.ranking.fused import fuse
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
