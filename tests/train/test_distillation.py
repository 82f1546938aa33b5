"""Distillation: a model that learns of teachers ends nearer to them, and wrong teachers are refused in a sentence."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from llmrec.catalog import load_catalog
from llmrec.errors import BadInput, LlmrecError
from llmrec.evaluation.splits import rolling_events, rolling_split
from llmrec.model.checkpoint import load_checkpoint
from llmrec.model.prompt import PromptWords
from llmrec.model.restore import restore_items, restore_model
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.data import TrainingData, prepare
from llmrec.train.distillation import Teachers, load_teachers
from llmrec.train.held_out import llm_scores
from llmrec.train.logs import TrainEvent
from llmrec.train.run import train
from tests.train.test_run import CONFIG, SHAPE, write_catalogue

RECIPE = CONFIG.changed(
    rationale=RationaleConfig(pairs=0), split="rolling", epochs=6, patience=10, queries=0, lr=5e-3, average=0.5
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_catalogue(tmp_path_factory.mktemp("shop") / "data", users=12, items=16, events=12)


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMREC_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def teachers(data: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("teachers")
    return tuple(
        train(data, folder / f"seed{seed}", RECIPE.changed(base=tiny_base, seed=seed)).folder for seed in (1, 2)
    )


def prepared(data: Path) -> TrainingData:
    return prepare(load_catalog(data), RECIPE, lambda _line: None, folder=data)


def expectation(folder: Path, data: Path, base: Path) -> torch.Tensor:
    """Log probabilities of what comes next at the held-out events."""
    checkpoint, inputs = load_checkpoint(folder), prepared(data)
    catalog, read = inputs.catalog, checkpoint.info.encoders
    table = restore_items(
        checkpoint,
        [item.id for item in catalog.items],
        {m: inputs.features.vectors[m] for m in read},
        {m: inputs.features.mask[m] for m in read},
    )
    events = rolling_events(catalog, rolling_split(catalog), "test")
    scores = llm_scores(restore_model(checkpoint, base), table, PromptWords.load(base).before, events)
    return F.log_softmax(torch.from_numpy(scores), dim=-1)


def test_a_taught_model_expects_what_its_teachers_do(
    data: Path, tiny_base: Path, teachers: tuple[Path, ...], tmp_path: Path
) -> None:
    mean = F.softmax(torch.stack([expectation(each, data, tiny_base) for each in teachers]).mean(0), dim=-1)
    apart = {}
    for weight in (0.0, 1.0):
        config = RECIPE.changed(base=tiny_base, seed=3, teachers=teachers, teacher_weight=weight)
        out = train(data, tmp_path / f"taught-{weight}", config).folder
        apart[weight] = float(F.kl_div(expectation(out, data, tiny_base), mean, reduction="batchmean"))
    assert apart[1.0] < 0.8 * apart[0.0]


def test_teachers_that_weigh_nothing_change_nothing(
    data: Path, tiny_base: Path, teachers: tuple[Path, ...], tmp_path: Path
) -> None:
    plain = train(data, tmp_path / "plain", RECIPE.changed(base=tiny_base, seed=3, epochs=1)).folder
    config = RECIPE.changed(base=tiny_base, seed=3, epochs=1, teachers=teachers, teacher_weight=0.0)
    taught = train(data, tmp_path / "taught", config).folder
    one, other = (load_checkpoint(folder).arrays for folder in (plain, taught))
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_their_mean_is_over_the_candidates_that_are_told_apart(
    data: Path, tiny_base: Path, teachers: tuple[Path, ...]
) -> None:
    opened = Teachers.of(load_teachers(teachers), RECIPE, tiny_base, prepared(data))
    at, dim = torch.tensor([[True, False, True]]), opened.models[0].model.width
    trunk = torch.randn(1, 3, dim, generator=torch.Generator().manual_seed(0))
    rows, some = torch.arange(4), torch.tensor([1, 5, 7])
    whole = opened.prediction(lambda _model, _soft: trunk, rows, at, None)
    part = opened.prediction(lambda _model, _soft: trunk, rows, at, some)
    assert whole.shape == (2, 16) and torch.allclose(whole.sum(-1), torch.ones(2))
    assert torch.allclose(part, whole[:, some] / whole[:, some].sum(-1, keepdim=True), atol=1e-6)


def test_a_teacher_of_other_prompts_is_refused(data: Path, tiny_base: Path, teachers: tuple[Path, ...]) -> None:
    config = RECIPE.changed(model=SHAPE.changed(soft_tokens=2))
    with pytest.raises(BadInput, match=r"reads 1 soft tokens an item, this model 2; set `model.soft_tokens` alike"):
        Teachers.of(load_teachers(teachers), config, tiny_base, prepared(data))


def test_a_teacher_that_knows_the_answers_is_refused(data: Path, tiny_base: Path, tmp_path: Path) -> None:
    """By default a checkpoint is trained anew on everything in the end."""
    config = RECIPE.changed(base=tiny_base, split=None, epochs=1)
    knows = train(data, tmp_path / "knows", config).folder
    with pytest.raises(
        BadInput, match=r"has learnt from events that this training holds out.*train it on the same split"
    ):
        train(data, tmp_path / "taught", config.changed(split="rolling", teachers=(knows,)))
    assert not (tmp_path / "taught" / "checkpoint.json").exists()


def test_what_is_no_checkpoint_is_told_before_anything_is_encoded(data: Path, tiny_base: Path, tmp_path: Path) -> None:
    config = RECIPE.changed(base=tiny_base, teachers=f"{tmp_path / 'nothing'}, {tmp_path / 'neither'}")
    heard: list[TrainEvent] = []
    with pytest.raises(LlmrecError, match=r"nothing is no checkpoint") as refused:
        train(data, tmp_path / "out", config, report=heard.append)
    assert refused.value.fields == ("teachers",) and not any("encod" in event.message for event in heard)


def test_a_teacher_of_another_catalogue_is_refused(tiny_base: Path, teachers: tuple[Path, ...], tmp_path: Path) -> None:
    other = write_catalogue(tmp_path / "other", users=12, items=16, events=12)
    for name in ("items.csv", "interactions.csv"):
        file = other / name
        file.write_text(re.sub(r"\bi(\d)", r"x\1", file.read_text()))
    with pytest.raises(LlmrecError, match=r"the teacher .* knows no item of this catalogue"):
        Teachers.of(load_teachers(teachers), RECIPE, tiny_base, prepared(other))


def test_teachers_do_not_go_with_shards_or_a_privacy_budget(teachers: tuple[Path, ...]) -> None:
    for fields in ({"shards": 2}, {"privacy": {"epsilon": 8.0}}):
        with pytest.raises(BadInput, match="leave `teachers` at its default"):
            TrainConfig(teachers=teachers, **fields)
