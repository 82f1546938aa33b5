"""Configs: what is wrong is one sentence that names the field; YAML and settings reach every field.

That of a training run: every field documented, and the whole of it readable from YAML.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import Field

from llmrec import paths
from llmrec.config import Config
from llmrec.errors import BadInput
from llmrec.model.checkpoint import load_checkpoint
from llmrec.train.config import ClipConfig, RationaleConfig, TrainConfig


class Size(Config):
    """A nested config."""

    rank: int = Field(default=16, ge=0)
    """Rank of the LoRA."""
    fusion: str = "concat"


class Run(Config):
    """A config with a config in it."""

    lr: float = Field(default=1e-3, gt=0)
    """Learning rate, a long story that goes on for so long that it will not fit into one line of a comment, as any line
    of a file should."""
    model: Size = Size()
    """Sizes."""
    folder: Path | None = None
    encoders: dict[str, str] = Field(default={})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"lr": "fast"}, "`lr` is 'fast'; it should be a valid number"),
        ({"lr": -1}, "`lr` is -1; it should be greater than 0"),
        ({"lr": float("nan")}, "`lr` is nan; it should be"),
        ({"model": {"rank": -1}}, "`model.rank` is -1; it should be greater than or equal to 0"),
        ({"model": {"rnk": 1}}, "there is no field `model.rnk`; did you mean `model.rank`?"),
        ({"speed": 1}, "there is no field `speed`; fields are lr, model, folder, encoders"),
        ({"model": 3}, "`model` is 3; it should be a valid dictionary or instance of Size"),
        ({"lr": 0, "model": {"rank": "x", "a": 1}, "b": 2}, "; and 1 more"),
    ],
)
def test_a_wrong_field_is_named_with_its_value(fields: dict[str, object], says: str) -> None:
    with pytest.raises(BadInput) as error:
        Run(**fields)  # type: ignore[arg-type]
    assert says in str(error.value) and "\n" not in str(error.value)


def test_a_config_cannot_be_changed_but_copied_with_changes() -> None:
    run = Run()
    with pytest.raises(Exception, match="frozen"):
        run.lr = 1.0  # type: ignore[misc]
    other = run.changed(lr=0.5, model=Size(rank=2))
    assert (other.lr, other.model.rank, run.lr, run.model.rank) == (0.5, 2, 1e-3, 16)
    with pytest.raises(BadInput, match="`lr` is 0"):
        run.changed(lr=0)


def test_settings_count_more_than_the_file_and_values_more_than_both(tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text("lr: 0.1\nmodel:\n  rank: 4\n  fusion: late\n")
    assert Run.read(file) == Run(lr=0.1, model=Size(rank=4, fusion="late"))
    found = Run.read(file, ["lr=5e-4", "model.rank=8", "encoders.image=timm:resnet50"], model__fusion="weighted")
    assert found == Run(lr=5e-4, model=Size(rank=8, fusion="weighted"), encoders={"image": "timm:resnet50"})
    assert Run.read(file, ["lr=1", "lr=2"]).lr == 2
    assert Run.read(settings=["folder=null"]).folder is None


@pytest.mark.parametrize(
    ("text", "settings", "says"),
    [
        ("- a\n- b\n", [], "is no mapping of field names"),
        ("lr: [1\n", [], "is no YAML"),
        ("lr: " + "[" * 5000, [], "is nested too deeply to be read"),
        ("", ["lr"], "the setting 'lr' is not field=value"),
        ("", ["lr=["], "the setting 'lr=[' is no YAML"),
        ("", ["model.rnk=1"], "did you mean `model.rank`?"),
        ("", ["lr.x=1"], "`lr` is {'x': 1}"),
    ],
)
def test_a_file_or_setting_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, text: str, settings: list[str], says: str
) -> None:
    file = tmp_path / "run.yaml"
    file.write_text(text)
    with pytest.raises(BadInput) as error:
        Run.read(file, settings)
    assert says in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"run\.yaml cannot be read"):
        Run.read(tmp_path / "run.yaml")


def test_what_is_printed_reads_back_and_explains_itself(tmp_path: Path) -> None:
    run = Run(lr=5e-4, model=Size(rank=8), folder=Path("a b"), encoders={"image": "timm:x"})
    file = tmp_path / "run.yaml"
    file.write_text(run.as_yaml())
    assert Run.read(file) == run
    lines = file.read_text().splitlines()
    assert "# Rank of the LoRA." in [line.strip() for line in lines] and max(map(len, lines)) <= 120


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
