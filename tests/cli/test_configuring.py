"""Options of `llmrec train` that set fields of its config; no model is loaded."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from llmrec.cli import app
from llmrec.errors import BadInput
from llmrec.train.config import TrainConfig


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
