"""Shapley values: they add up, and sampled they come to what all orders give."""

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from llmrec.evidence.shapley import Coalition, marginals, shapley_effects
from tests.conftest import Scored


def game(coalitions: Sequence[Coalition]) -> NDArray[np.float32]:
    """Two candidates' values: 0 and 1 stand in for one another, 2 helps by itself, 3 only with 0."""
    rows = []
    for there in coalitions:
        first = 2.0 * (0 in there or 1 in there) + 0.5 * (2 in there) + 1.0 * (0 in there and 3 in there)
        rows.append([first, -1.0 * (3 in there)])
    return np.array(rows, np.float32)


def exact(value: Callable[[Sequence[Coalition]], NDArray[np.float32]], players: int) -> NDArray[np.float64]:
    """`(candidates, players)`: over all orders."""
    orders = list(permutations(range(players)))
    total = np.zeros((value([()]).shape[1], players))
    for order in orders:
        for n, player in enumerate(order):
            before, after = value([tuple(sorted(order[:n])), tuple(sorted(order[: n + 1]))])
            total[:, player] += after - before
    return total / len(orders)


def test_every_order_adds_up_to_what_all_players_add() -> None:
    gains = marginals(game, 4, 2, 15, seed=3)
    whole = np.subtract(*game([(0, 1, 2, 3), ()]))
    np.testing.assert_allclose(gains.sum(axis=2), np.tile(whole, (15, 1)), atol=1e-6)


def test_sampled_values_come_to_the_exact_ones_and_the_error_tells_how_near() -> None:
    truth = exact(game, 4)
    np.testing.assert_allclose(truth[0], [1.5, 1.0, 0.5, 0.5], atol=1e-6)
    gains = marginals(game, 4, 2, 600, seed=0)
    error = gains.std(axis=0, ddof=1) / np.sqrt(len(gains))
    np.testing.assert_array_less(np.abs(gains.mean(axis=0) - truth), 4 * error + 1e-6)
    assert error.max() < 0.05


def test_the_same_seed_draws_the_same_orders_and_no_coalition_is_valued_twice() -> None:
    asked: list[Coalition] = []

    def counted(coalitions: Sequence[Coalition]) -> NDArray[np.float32]:
        asked.extend(coalitions)
        return game(coalitions)

    first = marginals(counted, 4, 2, 40, seed=1)
    assert len(asked) == len(set(asked)) <= 16
    assert np.array_equal(first, marginals(game, 4, 2, 40, seed=1))
    assert not np.array_equal(first, marginals(game, 4, 2, 40, seed=2))


def test_on_the_real_scorer_they_come_to_the_exact_ones(scored: Callable[..., Scored]) -> None:
    shop = scored(3, 5, 9)
    situation, candidates = shop.situation, [1, 4]

    def value(coalitions: Sequence[Coalition]) -> NDArray[np.float32]:
        histories = [tuple(situation.history[n] for n in there) for there in coalitions]
        q = shop.engine.query_vectors(histories, [""] * len(histories)).vectors
        parts = shop.components.scores(q, histories)
        return situation.fused({name: scores[:, candidates] for name, scores in parts.items()})

    found = shapley_effects(situation, candidates, shop.components, shop.engine, orders=60)
    assert found.rows == (3, 5, 9) and found.evaluations <= 8
    np.testing.assert_allclose(found.effects, exact(value, 3), atol=4 * float(found.errors.max()) + 1e-4)
    none, whole = value([(), (0, 1, 2)])
    np.testing.assert_allclose(found.effects.sum(axis=1), whole - none, atol=1e-4)


def test_without_a_history_there_is_nothing_to_share(scored: Callable[..., Scored]) -> None:
    shop = scored()
    found = shapley_effects(shop.situation, [1], shop.components, shop.engine, orders=5)
    assert found.rows == () and found.effects.shape == (1, 0) and found.evaluations == 0


@pytest.mark.parametrize("orders", [1, 2, 5])
def test_one_order_tells_no_error(scored: Callable[..., Scored], orders: int) -> None:
    shop = scored(3, 5, 9)
    errors = shapley_effects(shop.situation, [1], shop.components, shop.engine, orders).errors
    assert np.isnan(errors).all() == (orders == 1)
