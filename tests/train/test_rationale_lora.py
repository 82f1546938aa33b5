"""The rationale LoRA: what training writes, peft reads, and a run cut short ends like one that was not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from llmrec.catalog.types import Catalog
from llmrec.errors import BadInput
from llmrec.rationale.compose import compose_pairs
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.logs import Report, TrainEvent, log_lines
from llmrec.train.rationale_lora import train_rationale

CONFIG = TrainConfig(rationale=RationaleConfig(batch=2, rank=4, epochs=2))
Train = Callable[..., None]


@pytest.fixture
def train(tiny_base: Path, tiny_catalog: Catalog) -> Train:
    """Trains on six sentences into a folder: six steps in two epochs."""

    def run(out: Path, report: Report = log_lines, config: TrainConfig = CONFIG, pairs: int = 6) -> None:
        train_rationale(tiny_base, compose_pairs(tiny_catalog, pairs, seed=0), out, config, state_of(out), report)

    return run


def state_of(out: Path) -> Path:
    return out.with_suffix(".safetensors")


def weights(out: Path) -> bytes:
    return (out / "adapter_model.safetensors").read_bytes()


def test_adapter_loads_and_says_something_else_than_the_base(train: Train, tiny_base: Path, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    told: list[TrainEvent] = []
    train(tmp_path / "lora", told.append)
    about = json.loads((tmp_path / "lora" / "training.json").read_text())
    assert (about["pairs"], about["held out"], about["recipe"]["seed"]) == (6, 1, 0)
    assert 0 < about["held-out loss"] < 50 and about["seconds"] > 0 and {"machine", "date", "commit"} <= about.keys()
    assert [event.step for event in told] == [1, 2, 3, 4, 5, 6] and told[-1].steps == 6
    assert [file.name for file in tmp_path.iterdir()] == ["lora"]  # no checkpoint is left to ship
    ids = torch.tensor([[10, 20, 30]])
    with torch.inference_mode():
        base = AutoModelForCausalLM.from_pretrained(tiny_base)
        plain = base(input_ids=ids).logits
        tuned = PeftModel.from_pretrained(base, tmp_path / "lora")(input_ids=ids).logits
    assert not torch.allclose(plain, tuned, atol=1e-5)


class Killed(BaseException):
    """Ends the run without a last word, as kill -9 does: nothing but the checkpoint on disk is left."""


@pytest.mark.parametrize(("end", "minutes", "lost"), [(KeyboardInterrupt, 60.0, 0), (Killed, 0.0, 1)])
def test_run_cut_short_ends_like_one_that_was_not(
    train: Train, tmp_path: Path, end: type[BaseException], minutes: float, lost: int
) -> None:
    config = CONFIG.changed(checkpoint_minutes=minutes)
    train(tmp_path / "whole", config=config)

    def cut(event: TrainEvent) -> None:
        if event.step == 4:  # in the second epoch
            raise end

    with pytest.raises(end):
        train(tmp_path / "cut", cut, config)
    assert state_of(tmp_path / "cut").is_file() and not (tmp_path / "cut").exists()
    told: list[TrainEvent] = []
    train(tmp_path / "cut", told.append, config)
    assert [event.step for event in told] == list(range(5 - lost, 7))
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_checkpoint_of_another_run_is_refused(train: Train, tmp_path: Path) -> None:
    def cut(_event: TrainEvent) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "lora", cut)
    with pytest.raises(BadInput, match="another recipe"):
        train(tmp_path / "lora", config=CONFIG.changed(rationale=CONFIG.rationale.changed(lr=1e-4)))
    with pytest.raises(BadInput, match="other data"):
        train(tmp_path / "lora", pairs=5)
