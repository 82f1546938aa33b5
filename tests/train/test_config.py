"""The config of a training run: every field documented, and the whole of it readable from YAML."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmrec import paths
from llmrec.config import Config
from llmrec.errors import BadInput
from llmrec.model.checkpoint import load_checkpoint
from llmrec.train.config import ClipConfig, RationaleConfig, TrainConfig


def fields(config: type[Config]) -> Iterator[tuple[str, str | None]]:
    for name, field in config.model_fields.items():
        yield f"{config.__name__}.{name}", field.description
        if isinstance(field.annotation, type) and issubclass(field.annotation, Config):
            yield from fields(field.annotation)


@pytest.mark.parametrize("config", [TrainConfig, ClipConfig])
def test_every_field_says_what_it_does(config: type[Config]) -> None:
    assert [name for name, doc in fields(config) if not doc] == []


def test_a_printed_config_reads_back(tmp_path: Path) -> None:
    config = TrainConfig(lr=5e-4, model={"lora_rank": 8}, rationale={"pairs": 0}, split=tmp_path / "s.jsonl")
    (tmp_path / "run.yaml").write_text(config.as_yaml())
    assert TrainConfig.read(tmp_path / "run.yaml") == config
    assert config.split == str(tmp_path / "s.jsonl")


def test_an_unknown_fusion_is_refused_and_an_import_path_is_not() -> None:
    with pytest.raises(BadInput, match=r"`model\.fusion` is 'mixed'; choose one of concat"):
        TrainConfig(model={"fusion": "mixed"})
    assert TrainConfig(model={"fusion": "my_package.fusions:Mine"}).model.fusion == "my_package.fusions:Mine"


def test_how_long_it_runs_and_what_comes_after_is_no_part_of_the_recipe() -> None:
    config = TrainConfig()
    same = config.changed(epochs=99, patience=9, tensorboard=True, rationale={"pairs": 0}, checkpoint_minutes=1)
    assert same.recipe() == config.recipe() != config.changed(lr=1).recipe()


RECIPES = sorted(file.stem for file in paths.resource("configs").glob("*.yaml"))


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_that_ships_is_valid(name: str) -> None:
    assert isinstance(TrainConfig.read(paths.resource("configs") / f"{name}.yaml"), TrainConfig)


def test_the_recipes_that_help_names_are_there() -> None:
    assert RECIPES == ["hm", "ml-100k", "quick", "simshop"]


def test_the_shipped_checkpoint_is_made_by_its_recipe() -> None:
    made = load_checkpoint(paths.resource("adapters") / "ml-100k").info
    recipe = TrainConfig.read(paths.resource("configs") / "ml-100k.yaml")
    assert made.config == recipe.model
    assert recipe.rationale.pairs == RationaleConfig().pairs
