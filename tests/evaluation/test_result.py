"""What an evaluation found, in every form, and its intervals."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from llmrec.errors import StorageError
from llmrec.evaluation.bootstrap import Interval, compare, mean_interval
from llmrec.evaluation.metrics import UndefinedMetric
from llmrec.evaluation.result import Evaluation, Kind, ModelResult, measure
from llmrec.evaluation.splits import Event

EVENTS = [Event("u", 0, (0,), 1), Event("u", 1, (0, 1), 2), Event("v", 0, (3,), 4)]
TAKERS = np.array([2, 1, 0, 1, 1, 0])


def test_figures_are_means_over_users_cold_and_warm_apart() -> None:
    lists = [[1, 2, 3], [3, 2, 4], [0, 1, 2]]  # hit at once, hit at the second place, miss
    found, per_user = measure(lists, EVENTS, TAKERS, 2)
    second = 1 / np.log2(3)
    assert per_user.tolist() == pytest.approx([(1 + second) / 2, 0])
    assert found["ndcg@10"].value == pytest.approx((1 + second) / 4)
    assert found["recall@10"].value == 0.5 and found["mrr@10"].value == pytest.approx(0.375)
    assert found["cold ndcg@10"].value == pytest.approx(second)  # item 2: of one user, who alone counts
    assert found["warm ndcg@10"].value == pytest.approx(0.5)
    assert found["coverage@10"].value == pytest.approx(5 / 6)
    assert found["ndcg@10"].low <= found["ndcg@10"].value <= found["ndcg@10"].high


def test_without_a_cold_event_there_is_no_cold_figure() -> None:
    with pytest.warns(UndefinedMetric, match="cold"):
        found, _ = measure([[1]], EVENTS[:1], TAKERS, 2)
    assert math.isnan(found["cold ndcg@10"].value) and not math.isnan(found["warm ndcg@10"].value)


def result(name: str, kind: Kind, values: list[float], trust: str = "clean") -> ModelResult:
    names = ("recall@10", "ndcg@10", "mrr@10", "coverage@10", "novelty@10", "warm ndcg@10")
    metrics = {each: Interval(float(np.mean(values)), 0.0, 1.0) for each in names} | {
        "cold ndcg@10": Interval(math.nan)
    }
    note = "LEAKS: it has seen the answers" if trust == "leaks" else ""
    return ModelResult(name, kind, metrics, np.array(values), {"k": 1}, 0.1, {"fit": 1.5, "rank": 0.2}, trust, note)  # type: ignore[arg-type]


@pytest.fixture
def evaluation() -> Evaluation:
    models = (
        result("ours", "adapter", [0.5, 0.6, 0.4, 0.5]),
        result("ease", "baseline", [0.3, 0.4, 0.2, 0.3]),
        result("popularity", "baseline", [0.1, 0.1, 0.3, 0.1]),
        result("peeked", "adapter", [1.0, 1.0, 1.0, 1.0], "leaks"),
    )
    about = {"data": "films", "split": "rolling", "users": 4, "events": 4, "cold events": 0, "items": 9}
    return Evaluation(about, models, {"broken": "it is no checkpoint"})


def test_the_rival_is_the_best_baseline_and_who_leaks_is_compared_with_nobody(evaluation: Evaluation) -> None:
    assert evaluation.best_baseline is evaluation.models[1]
    found = evaluation.comparisons()
    assert set(found) == {"ours", "popularity"}
    assert found["ours"].difference.value == pytest.approx(0.2) and found["ours"].p == 0
    assert found["popularity"].p > 0.9


def test_it_reads_well_as_text_frame_json_and_plot(evaluation: Evaluation, tmp_path: Path) -> None:
    text = repr(evaluation)
    assert "ours against ease: +0.2000 [+0.2000, +0.2000], p < 0.0001" in text
    assert "peeked (leaks)" in text and "LEAKS" in text and "broken left out: it is no checkpoint" in text
    assert "cold" not in text.splitlines()[1]  # no column of nothing
    assert "<td>ours</td>" in evaluation._repr_html_()
    frame = evaluation.to_pandas()
    assert frame.loc["ease", "ndcg@10"] == pytest.approx(0.3) and frame.loc["peeked", "trust"] == "leaks"
    assert isinstance(frame, pd.DataFrame) and "ndcg@10 low" in frame
    files = evaluation.save(tmp_path / "out")
    told = json.loads(files[0].read_text())  # strict: JSON has no NaN
    assert told["best baseline"] == "ease" and told["models"][0]["metrics"]["cold ndcg@10"]["value"] is None
    assert "| ours |" in files[1].read_text() and files[2].stat().st_size > 5000


def test_a_folder_that_cannot_be_made_is_named(evaluation: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        evaluation.save(tmp_path / "file")


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
