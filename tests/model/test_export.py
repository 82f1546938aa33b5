"""Exported models say what the checkpoint's own says, with plain Hugging Face code alone."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

from llmrec.encoders import Features
from llmrec.errors import CheckpointMismatch
from llmrec.model.checkpoint import load_checkpoint
from llmrec.model.export import export_merged
from llmrec.model.inference import prompt_embeddings, query_vectors, read_states, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.model.restore import restore_items, restore_model
from tests.model.test_checkpoint import save

BEFORE = (5, 9, 12)
HISTORIES: list[list[int]] = [[0, 1, 2], [3], [], [10, 4], [1, 2, 3, 4, 5, 6]]
QUERIES = [(), (7, 8), (9,), (), (3, 4, 5)]


@pytest.fixture
def folder(
    make_model: Callable[..., tuple[RecLM, ItemTable]], tiny_base: Path, tiny_features: Features, tmp_path: Path
) -> Path:
    """A checkpoint of one layer of the two, with a rationale adapter whose weights count."""
    folder = save(tmp_path / "pack", *make_model(soft_tokens=2, exit_layer=1, shared=24), tiny_base, tiny_features)
    writer = get_peft_model(
        AutoModelForCausalLM.from_pretrained(tiny_base), LoraConfig(r=4, target_modules="all-linear")
    )
    with torch.no_grad():
        for name, p in writer.named_parameters():
            if "lora_B" in name:
                p.normal_(std=0.3)
    writer.save_pretrained(folder / "rationale")
    return folder


def test_the_ranking_model_gives_the_same_q(
    folder: Path, tiny_base: Path, tiny_features: Features, tmp_path: Path
) -> None:
    checkpoint = load_checkpoint(folder)
    names = export_merged(checkpoint, tiny_base, tmp_path / "out")
    model = restore_model(checkpoint, tiny_base)
    soft = soft_tokens(model, restore_items(checkpoint, tiny_features.ids, tiny_features.vectors, tiny_features.mask))
    served = AutoModel.from_pretrained(tmp_path / "out" / "rank").eval()
    assert served.config.num_hidden_layers == 1
    prompts = prompt_embeddings(model, soft, BEFORE, HISTORIES, QUERIES)
    with torch.inference_mode():
        states = [served(inputs_embeds=prompt[None]).last_hidden_state[0, -1].numpy() for prompt in prompts]
    own = query_vectors(model, soft, BEFORE, HISTORIES, QUERIES)
    assert np.abs(read_states(model, np.stack(states), soft, BEFORE, HISTORIES) - own).max() < 1e-4
    assert json.loads((tmp_path / "out" / "rank" / "llmrec.json").read_text())["id"] == names["rank"]


def test_the_ranking_models_chat_template_adds_nothing(folder: Path, tiny_base: Path, tmp_path: Path) -> None:
    export_merged(load_checkpoint(folder), tiny_base, tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out" / "rank")
    message = [{"role": "user", "content": "as it is"}]
    assert tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True) == "as it is"


def test_the_writing_model_has_the_adapter_in_its_weights(folder: Path, tiny_base: Path, tmp_path: Path) -> None:
    from peft import PeftModel

    names = export_merged(load_checkpoint(folder), tiny_base, tmp_path / "out")
    assert set(names) == {"rank", "write"}
    base = AutoModelForCausalLM.from_pretrained(tiny_base).eval()
    words = torch.tensor([[4, 8, 15, 16, 23, 42]])
    with torch.inference_mode():
        plain = base(words).logits
        taught = PeftModel.from_pretrained(base, str(folder / "rationale")).eval()(words).logits
        served = AutoModelForCausalLM.from_pretrained(tmp_path / "out" / "write").eval()(words).logits
    assert (served - taught).abs().max() < 1e-3 < 0.1 < (served - plain).abs().max()


def test_a_checkpoint_without_sentences_exports_the_ranking_alone_and_another_training_has_another_name(
    make_model: Callable[..., tuple[RecLM, ItemTable]], tiny_base: Path, tiny_features: Features, tmp_path: Path
) -> None:
    model, table = make_model()
    first = export_merged(
        load_checkpoint(save(tmp_path / "a", model, table, tiny_base, tiny_features)), tiny_base, tmp_path / "1"
    )
    with torch.no_grad():
        model.query_head[2].bias += 1
    second = export_merged(
        load_checkpoint(save(tmp_path / "b", model, table, tiny_base, tiny_features)), tiny_base, tmp_path / "2"
    )
    assert set(first) == {"rank"} and not (tmp_path / "1" / "write").exists()
    assert first["rank"] != second["rank"]


def test_another_base_is_refused(folder: Path, tmp_path: Path, tiny_base: Path) -> None:
    checkpoint = load_checkpoint(folder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text((tiny_base / "config.json").read_text())
    save_file({"weight": torch.zeros(1)}, other / "model.safetensors")
    with pytest.raises(CheckpointMismatch, match="was trained on base model"):
        export_merged(checkpoint, other, tmp_path / "out")
