"""Bases of several architectures: prompts with branches, training, serving, writing and export are those of Llama."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from llmrec.errors import CheckpointMismatch, SetupError
from llmrec.model.backbone import add_lora, load_backbone
from llmrec.model.checkpoint import base_identity, load_checkpoint
from llmrec.model.config import RecLMConfig
from llmrec.model.export import export_merged
from llmrec.model.prompt import Branch, splice
from llmrec.model.reclm import ItemSchema, RecLM
from llmrec.pipeline_config import PipelineConfig
from llmrec.recommender import Recommender
from llmrec.train.config import RationaleConfig
from llmrec.train.run import train
from tests.train.test_run import CONFIG, write_catalogue

SIZES = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 2048, "initializer_range": 0.2,
}  # fmt: skip
ARCHITECTURES = ("Qwen2", "Qwen3", "Gemma3", "Mistral")


def write_base(architecture: str, tokenizer_of: Path, folder: Path) -> Path:
    """A tiny model of random weights, in the layout in which people have theirs: without a record of ours."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(tokenizer_of)
    own = {"sliding_window": 512, "query_pre_attn_scalar": 8} if architecture == "Gemma3" else {}
    name = f"{architecture}Text" if architecture == "Gemma3" else architecture
    ends = {"bos_token_id": tokenizer.eos_token_id, "eos_token_id": tokenizer.eos_token_id}
    config = getattr(transformers, f"{name}Config")(
        vocab_size=len(tokenizer), tie_word_embeddings=True, **SIZES, **own, **ends
    )
    torch.manual_seed(0)
    getattr(transformers, f"{architecture}ForCausalLM")(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=ARCHITECTURES)
def base(request: pytest.FixtureRequest, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(request.param, tiny_base, tmp_path_factory.mktemp("bases") / f"tiny-{request.param}")


def test_branches_answer_like_prompts_of_their_own(base: Path) -> None:
    model = RecLM(
        add_lora(load_backbone(base, 2), 4, 8), RecLMConfig(exit_layer=2, dim=16), ItemSchema({"text": 8}, {}, 9)
    )
    model.eval()
    before, words, items = (5, 6, 7), (9, 10, 11), torch.randn(9, 1, 32)
    with torch.inference_mode():
        trunk, branches = model(splice(before, [[1, 5, 3]], [[Branch(1, words), Branch(3, (8,), (2,))]], 1), items)
        embed = model.backbone.get_input_embeddings()

        def alone(history: list[int], after: tuple[int, ...]) -> torch.Tensor:
            parts = [
                embed(torch.tensor(before)),
                items[history].flatten(0, 1),
                embed(torch.tensor(after, dtype=torch.long)),
            ]
            states = model.backbone(inputs_embeds=torch.cat(parts).unsqueeze(0), use_cache=False).last_hidden_state
            return model.query_head(states[0, -1])

        torch.testing.assert_close(branches[0, 0], alone([1], words), atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(branches[0, 1], alone([1, 5, 3, 2], (8,)), atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(trunk[0, 3], alone([1, 5, 3], ()), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(branches[0, 0], branches[0, 1], atol=1e-2)


def test_soft_tokens_are_as_large_as_words(base: Path) -> None:
    model = RecLM(load_backbone(base, 1), RecLMConfig(exit_layer=1, dim=16), ItemSchema({"text": 8}, {}, 300))
    words = model.backbone.get_input_embeddings()(torch.arange(100))
    assert model.id_in.weight.std().item() == pytest.approx(words.std().item(), rel=0.1)


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Home, catalogue and checkpoint of a training that writes sentences, too."""
    folder = tmp_path_factory.mktemp("trained")
    data = write_catalogue(folder / "data", users=12, items=16, events=12)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMREC_HOME", str(folder / "home"))
        train(data, folder / "adapter", CONFIG.changed(base=base, rationale=RationaleConfig(pairs=6)))
    return folder / "home", data, folder / "adapter"


def test_a_checkpoint_is_served_on_the_base_that_it_was_trained_on(
    trained: tuple[Path, Path, Path], base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, data, adapter = trained
    monkeypatch.setenv("LLMREC_HOME", str(home))
    shop = Recommender.from_pretrained(adapter, data, config=PipelineConfig(index="exact", writer="llm"))
    found = shop.recommend(user="u0", query="a comedy", k=3, explain=True)
    assert len(found.items) == 3 and all(item.rationale and item.rationale.text for item in found.items)
    assert shop.pipeline.engine.generate(["Why?"], 0).texts[0] is not None
    names = export_merged(load_checkpoint(adapter), base, tmp_path / "export")
    assert {"rank", "write"} == {*names}
    assert json.loads((tmp_path / "export" / "rank" / "config.json").read_text())["num_hidden_layers"] == 1


def test_a_base_elsewhere_is_named_by_a_variable_and_another_is_refused(
    trained: tuple[Path, Path, Path], base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, data, adapter = trained
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))  # another machine: no link below models/
    config = PipelineConfig(index="exact")
    with pytest.raises(SetupError, match="base model"):
        Recommender.from_pretrained(adapter, data, config=config)
    copy = tmp_path / "copied"
    shutil.copytree(base, copy)
    monkeypatch.setenv("LLMREC_BASE", str(copy))
    assert len(Recommender.from_pretrained(adapter, data, config=config).recommend(user="u0", k=3).items) == 3
    monkeypatch.setenv("LLMREC_BASE", str(tmp_path / "nowhere"))
    with pytest.raises(SetupError, match="no such folder"):
        Recommender.from_pretrained(adapter, data, config=config)
    monkeypatch.setenv("LLMREC_BASE", str(copy))
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(CheckpointMismatch, match="LLMREC_BASE"):
        Recommender.from_pretrained(adapter, data, config=config)


def test_what_is_no_decoder_of_text_alone_is_refused(tmp_path: Path, tiny_base: Path) -> None:
    from transformers import Gemma3Config

    write_base("Qwen3", tiny_base, tmp_path / "media")
    Gemma3Config().save_pretrained(tmp_path / "media")
    with pytest.raises(SetupError, match="no decoder of text alone"):
        load_backbone(tmp_path / "media", 1)


def test_a_folder_is_known_by_its_weights(tiny_base: Path, tmp_path: Path) -> None:
    one = write_base("Qwen3", tiny_base, tmp_path / "one")
    shutil.copytree(one, tmp_path / "two")
    name, digest = base_identity(one)
    assert name == "one" and len(digest) == 64
    assert base_identity(tmp_path / "two") == ("two", digest)
    assert base_identity(write_base("Mistral", tiny_base, tmp_path / "three"))[1] != digest
