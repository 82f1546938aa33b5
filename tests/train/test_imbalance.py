"""Rare items weigh more, prompts with rare modalities come more often."""

import pytest
import torch

from llmrec.train.imbalance import class_weights, repeat_factors, resample
from llmrec.train.sequence_windows import epoch_windows

HISTORIES = {"a": [0, 1, 2], "b": [0, 1], "c": [0, 3], "d": [0]}


def test_weights_fall_with_frequency_and_average_to_one() -> None:
    weights = class_weights(HISTORIES, 5, 1.0)
    assert weights[0] < weights[1] < weights[2] == weights[3] < weights[4]
    events = [row for rows in HISTORIES.values() for row in rows]
    assert float(weights[events].mean()) == pytest.approx(1)
    assert float(weights[1] / weights[0]) == pytest.approx(5 / 3)  # 4 events and 2, one added to each
    flat = class_weights(HISTORIES, 5, 0.0)
    assert torch.allclose(flat, torch.ones(5))


def test_rarest_modality_of_an_item_decides_how_often_it_is_wanted() -> None:
    rows = torch.arange(100)
    mask = {"text": rows >= 0, "image": rows < 25, "video": rows < 4, "audio": rows < 0}
    factors = repeat_factors(mask, rare=0.5)
    assert factors[0] == pytest.approx((0.5 / 0.04) ** 0.5) and factors[10] == pytest.approx(2**0.5)
    assert factors[50] == 1
    assert repeat_factors(mask, rare=0.01).max() == 1


def test_prompts_are_repeated_as_wanted_and_none_is_lost() -> None:
    histories = {str(user): [user, 50 + user % 7, 60] for user in range(40)}
    windows = epoch_windows(histories, 4, 0, lambda _row, _rng: (), "0:0")
    factors = torch.ones(100)
    factors[:20] = 2.5
    drawn = resample(windows, factors, "0:0")
    often = [drawn.count(w) for w in windows if min(w.items) < 20]
    assert set(often) == {2, 3} and 2.2 < sum(often) / len(often) < 2.8
    assert all(drawn.count(w) == 1 for w in windows if min(w.items) >= 20)
    assert drawn == resample(windows, factors, "0:0") != resample(windows, factors, "0:1")
    assert sorted(map(repr, resample(windows, torch.ones(100), "0:0"))) == sorted(map(repr, windows))
