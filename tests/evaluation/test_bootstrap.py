"""Intervals hold what they should, pairs are kept together, and nothing is made of nothing."""

import math

import numpy as np
import pytest

from llmrec.evaluation.bootstrap import compare, mean_interval
from llmrec.evaluation.metrics import UndefinedMetric


def test_the_interval_holds_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    found = [mean_interval(rng.exponential(size=60), 500, seed=n) for n in range(200)]
    assert 0.88 < np.mean([each.low <= 1 <= each.high for each in found]) < 0.99
    values = rng.random(50)
    assert mean_interval(values) == mean_interval(values) != mean_interval(values, seed=1)


def test_users_without_a_value_are_left_out() -> None:
    assert mean_interval(np.array([0.2, np.nan, 0.4])) == mean_interval(np.array([0.2, 0.4]))
    alone = mean_interval(np.array([0.2]))
    assert alone.value == 0.2 and math.isnan(alone.low)
    assert math.isnan(mean_interval(np.array([])).value)


def test_equals_and_a_clear_winner() -> None:
    base = np.random.default_rng(0).random(200)
    same = compare(base, base)
    assert (same.ratio.value, same.ratio.low, same.ratio.high, same.p) == (1, 1, 1, 1)
    better = compare(base + 0.2, base)
    assert better.p == 0 and 1 < better.ratio.low < better.ratio.value < better.ratio.high
    # Paired: the gain is the same for everybody, so its interval is a point, however much users differ.
    assert better.difference.low == pytest.approx(0.2) == better.difference.high


def test_a_gain_of_a_few_users_is_no_gain() -> None:
    base = np.random.default_rng(0).random(50)
    lucky = base.copy()
    lucky[0] += 0.5
    found = compare(lucky, base)
    assert found.difference.value > 0 and found.p > 0.3


def test_different_users_are_refused_and_none_is_undefined() -> None:
    with pytest.raises(ValueError, match="in pairs"):
        compare(np.ones(3), np.ones(4))
    with pytest.warns(UndefinedMetric):
        assert math.isnan(compare(np.array([np.nan, 0.2]), np.array([1.0, 1.0])).p)


def test_against_a_rival_of_zero_there_is_no_ratio() -> None:
    assert math.isnan(compare(np.array([0.1, 0.2]), np.zeros(2)).ratio.value)
