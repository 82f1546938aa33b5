"""What a training run shows where there is no terminal."""

import json
from pathlib import Path

import pytest

from llmrec.cli import show
from llmrec.cli.progress import LineReport, name_of
from llmrec.model.checkpoint import load_checkpoint
from llmrec.paths import resource
from llmrec.train.logs import TrainEvent
from llmrec.train.run import TrainResult


def step(at: int, stage: str = "select") -> TrainEvent:
    return TrainEvent("step", stage, epoch=1, epochs=12, step=at, steps=1200, metrics={"next": 4.0, "query": 5.25})  # type: ignore[arg-type]


def test_a_line_a_minute_says_how_far_it_is_and_how_long_it_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    now = [100.0]
    monkeypatch.setattr("llmrec.cli.progress.time.monotonic", lambda: now[0])
    report = LineReport(lines.append)
    report(TrainEvent("message", "read", "reading the catalogue"))
    for at in range(1, 182):  # a step a second
        report(step(at))
        now[0] += 1
    assert lines == [
        "reading the catalogue",
        "epoch 1 of at most 12: step 61 of 1,200, next 4.000, query 5.250; at most 19 min left",
        "epoch 1 of at most 12: step 121 of 1,200, next 4.000, query 5.250; at most 18 min left",
        "epoch 1 of at most 12: step 181 of 1,200, next 4.000, query 5.250; at most 17 min left",
    ]


def test_each_stage_has_a_name_and_a_pace_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    now = [0.0]
    monkeypatch.setattr("llmrec.cli.progress.time.monotonic", lambda: now[0])
    report = LineReport(lines.append)
    report(step(600))
    now[0] = 1000
    report(step(1, "refit"))
    now[0] = 1060
    report(step(61, "refit"))
    assert lines == [
        "again on all events, epoch 1 of 12: step 61 of 1,200, next 4.000, query 5.250; at most 19 min left"
    ]
    assert name_of(TrainEvent("step", "rationale", step=1, steps=2)) == "sentences"


def test_the_test_part_is_shown_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    folder = resource("adapters") / "ml-100k"
    row = {"ndcg@10": 0.1234, "se_ndcg@10": 0.005, "recall@10": 0.2, "mrr@10": 0.1, "users": 9.0, "events": 45.0}
    test = {"llmrec": row, "popularity": {**row, "ndcg@10": 0.05}}
    result = TrainResult(Path("adapter"), load_checkpoint(folder).info, test, [], {"select": 61.4, "refit": 50.0})
    show.trained(result, as_json=False)
    shown = capsys.readouterr().out
    assert "0.1234 ± 0.0050" in shown and "popularity" in shown and "select seconds  61" in shown
    show.trained(result, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["test"] == test and told["folder"] == "adapter" and told["seconds"]["refit"] == 50.0
