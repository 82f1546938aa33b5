"""`llmrec train`, `split` and `evaluate`: options that set fields of a config, what a run shows, one table."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from llmrec.cli import app, show
from llmrec.cli.progress import LineReport, name_of
from llmrec.cli.training import user_file
from llmrec.errors import BadInput
from llmrec.model.checkpoint import load_checkpoint
from llmrec.paths import resource
from llmrec.train.config import TrainConfig
from llmrec.train.logs import TrainEvent
from llmrec.train.run import TrainResult
from tests.evaluation import referee


def printed(tmp_path: Path, *words: str) -> TrainConfig:
    """The config that `llmrec train` would run with, read back from what it prints."""
    done = CliRunner().invoke(app, ["train", "--print-config", *words], catch_exceptions=False)
    assert done.exit_code == 0
    (tmp_path / "printed.yaml").write_text(done.stdout)
    return TrainConfig.read(tmp_path / "printed.yaml")


def test_without_options_the_config_is_that_of_the_class(tmp_path: Path) -> None:
    assert printed(tmp_path) == TrainConfig()


def test_options_count_more_than_settings_and_these_more_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("epochs: 3\nlr: 0.1\nmodel: {exit_layer: 2, dim: 32}\n")
    file = str(tmp_path / "run.yaml")
    words = ["--config", file, "--set", "lr=5e-4", "--set", "model.dim=16", "--set", "epochs=4", "--epochs", "5"]
    config = printed(tmp_path, *words, "--layers", "3", "--no-test", "--encoder", "image=timm:resnet50")
    assert config == TrainConfig(
        epochs=5, lr=5e-4, model={"exit_layer": 3, "dim": 16}, test=False, encoders={"image": "timm:resnet50"}
    )


def test_a_recipe_that_ships_goes_by_its_name(tmp_path: Path) -> None:
    assert printed(tmp_path, "--config", "quick").model.exit_layer == 1
    with pytest.raises(BadInput, match="recipes are hm, ml-100k, quick, simshop"):
        printed(tmp_path, "--config", "slow")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--epochs", "0"], "`epochs` is 0; it should be greater than or equal to 1"),
        (["--set", "lr=fast"], "`lr` is 'fast'"),
        (["--set", "model.lora_rnk=8"], "did you mean `model.lora_rank`"),
        (["--fusion", "mixed"], "`model.fusion` is 'mixed'; choose one of concat"),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, words: list[str], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        printed(tmp_path, *words)


def test_help_documents_options_by_their_fields() -> None:
    done = CliRunner().invoke(app, ["train", "--help"], env={"COLUMNS": "300"})
    assert "Most epochs; early stopping usually ends before. Default: 12." in done.stdout
    assert "@" not in done.stdout.replace("NDCG@10", "")
    done = CliRunner().invoke(app, ["train-clip", "--help"], env={"COLUMNS": "300"})
    assert "Training steps. Default: 500." in done.stdout


def test_data_and_out_are_asked_for() -> None:
    done = CliRunner().invoke(app, ["train", "--epochs", "1"])
    assert done.exit_code == 2 and "--data and --out are needed" in done.output


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


def llmrec(home: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "llmrec.cli", *map(str, args)]
    environment = os.environ | {"LLMREC_HOME": str(home)}
    return subprocess.run(asked, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(("kind", "last"), [("rolling", 5), ("loo", 1)])
def test_the_split_is_the_referees(made_folder: Path, tmp_path: Path, kind: str, last: int) -> None:
    file = tmp_path / "split.jsonl"
    done = llmrec(tmp_path, "split", "--data", made_folder, "--kind", kind, "--out", file, "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["user"]: (row["train"], row["valid"], row["test"]) for row in map(json.loads, file.open())}
    assert rows == referee.split(made_folder, last)[1]
    assert json.loads(done.stdout)["test"] == sum(len(test) for *_, test in rows.values())


def test_a_table_of_baselines_in_one_command(made_folder: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "split.jsonl", tmp_path / "out"
    llmrec(tmp_path, "split", "--data", made_folder, "--out", file)
    asked = ["evaluate", "--data", made_folder, "--split", file, "--baselines", "popularity, ease", "--out", out]
    done = llmrec(tmp_path, *asked)
    assert done.returncode == 0, done.stderr
    assert "ndcg@10" in done.stdout and "popularity" in done.stdout and str(out / "evaluation.json") in done.stdout
    told = json.loads(llmrec(tmp_path, *asked, "--json").stdout)
    assert {model["name"] for model in told["models"]} == {"popularity", "ease"}
    assert {file.name for file in out.iterdir()} >= {"evaluation.json", "evaluation.md", "evaluation.png"}


def test_mistakes_end_in_a_sentence(made_folder: Path, tmp_path: Path) -> None:
    wrong = llmrec(tmp_path, "evaluate", "--data", made_folder, "--baselines", "best", "--out", tmp_path / "out")
    assert wrong.returncode == 2 and "there is no baseline 'best'" in wrong.stderr
    absent = llmrec(tmp_path, "evaluate", "--data", made_folder, "--split", "nowhere.jsonl", "--out", tmp_path / "out")
    assert absent.returncode == 2 and "rolling, loo or a file of `llmrec split`" in absent.stderr
    none = llmrec(tmp_path, "evaluate", "--data", made_folder, "--baselines", "none", "--out", tmp_path / "out")
    assert none.returncode == 2 and "nothing to evaluate" in none.stderr
    assert "Traceback" not in wrong.stderr + absent.stderr + none.stderr


def test_privacy_and_shards_have_options_of_their_own(tmp_path: Path) -> None:
    assert printed(tmp_path, "--shards", "4").shards == 4
    private = printed(tmp_path, "--dp-epsilon", "8", "--dp-delta", "1e-6").privacy
    assert (private.epsilon, private.delta) == (8, 1e-6)
    with pytest.raises(
        BadInput, match=r"`privacy\.epsilon` is set, and what `shards` would learn is outside the budget"
    ):
        printed(tmp_path, "--dp-epsilon", "8", "--shards", "4")


def test_users_to_forget_are_options_or_lines_of_a_file(tmp_path: Path) -> None:
    file, run = tmp_path / "users.txt", tmp_path / "run"
    file.write_text("ann\n\n  bob \n", encoding="utf-8-sig")
    assert user_file(file) == ["ann", "bob"]
    words = ["unlearn", "--from", str(run), "--out", str(tmp_path / "out")]
    with pytest.raises(BadInput, match=f"{run} holds no training state; name a folder"):
        CliRunner().invoke(app, [*words, "--users", str(file), "--user", "eve"], catch_exceptions=False)
    for wrong, says in ((tmp_path / "none.txt", "cannot be read"), (tmp_path / "empty.txt", "holds no user")):
        (tmp_path / "empty.txt").write_text("\n")
        with pytest.raises(BadInput, match=says):
            CliRunner().invoke(app, [*words, "--users", str(wrong)], catch_exceptions=False)
