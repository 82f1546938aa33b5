"""Adapter packs: what is saved comes back, what does not fit is refused in one sentence."""

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from llmrec.encoders import Features
from llmrec.errors import CheckpointError, CheckpointMismatch, StorageError
from llmrec.fusion import FUSIONS
from llmrec.fusion.normalise import fit_normaliser
from llmrec.model import checkpoint as checkpoints
from llmrec.model.checkpoint import CheckpointInfo, base_identity, load_checkpoint, restore_model, save_checkpoint
from llmrec.model.inference import query_vectors
from llmrec.model.reclm import RecLM
from llmrec.paths import resource
from llmrec.prompts import CURRENT, version

BEFORE = (5, 9, 12)
HISTORIES = [[0, 1, 2], [3], [], [10, 4]]


@pytest.fixture
def model(make_model: Callable[..., RecLM]) -> RecLM:
    return make_model(soft_tokens=2)


@pytest.fixture
def folder(model: RecLM, tiny_base: Path, tiny_features: Features, tmp_path: Path) -> Path:
    return save(tmp_path / "pack", model, tiny_base, tiny_features)


def save(folder: Path, model: RecLM, base: Path, features: Features) -> Path:
    name, checksum = base_identity(base)
    prompts = {name: version(name) for name in CURRENT}
    weights = {"history": {"llm": 1.0}}
    info = CheckpointInfo("pack", name, checksum, model.config, features.encoders, prompts, weights, {"ndcg@10": 0.5})
    info = replace(info, steps=model.steps)
    fitted = {m: fit_normaliser(features.vectors[m], features.mask[m]) for m in features.encoders}
    save_checkpoint(folder, info, model, fitted, features.ids, {"popular": np.arange(12, dtype=np.float32)})
    return folder


def scores(model: RecLM, histories: list[list[int]] = HISTORIES) -> np.ndarray:
    v, b = model.item_vectors(model.known)
    return query_vectors(model, BEFORE, histories) @ v.detach().numpy().T + b.detach().numpy()


def test_restored_and_merged_model_ranks_like_the_trained_one(
    model: RecLM, folder: Path, tiny_base: Path, tiny_features: Features
) -> None:
    checkpoint = load_checkpoint(folder)
    restored = restore_model(checkpoint, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    assert not any("lora" in name for name, _ in restored.named_parameters())
    assert not any(p.requires_grad for p in restored.parameters())
    q, q_restored = (query_vectors(m, BEFORE, HISTORIES) for m in (model, restored))
    assert np.abs(q - q_restored).max() < 1e-2
    assert np.abs(scores(model) - scores(restored)).max() < 1e-2
    assert checkpoint.info.metrics == {"ndcg@10": 0.5} and checkpoint.info.config == model.config
    assert np.array_equal(checkpoint.collaborative["popular"], np.arange(12))


def test_lora_counts(model: RecLM, folder: Path, tiny_base: Path, tiny_features: Features) -> None:
    checkpoint = load_checkpoint(folder)
    for name in checkpoint.arrays:
        if "lora_B" in name:
            checkpoint.arrays[name] = np.zeros_like(checkpoint.arrays[name])
    without = restore_model(checkpoint, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    assert np.abs(scores(model) - scores(without)).max() > 5e-2


def test_order_of_the_catalogue_does_not_matter(folder: Path, tiny_base: Path, tiny_features: Features) -> None:
    checkpoint, order = load_checkpoint(folder), np.random.default_rng(1).permutation(12)
    place = np.argsort(order)
    plain = restore_model(checkpoint, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    shuffled = restore_model(
        checkpoint,
        tiny_base,
        tuple(tiny_features.ids[row] for row in order),
        {m: x[order] for m, x in tiny_features.vectors.items()},
        {m: x[order] for m, x in tiny_features.mask.items()},
    )
    moved = scores(shuffled, [[int(place[row]) for row in h] for h in HISTORIES])
    assert np.allclose(scores(plain), moved[:, place], atol=1e-5)


def test_new_item_of_a_catalogue_gets_a_score_and_moves_no_other(
    folder: Path, tiny_base: Path, tiny_features: Features
) -> None:
    checkpoint = load_checkpoint(folder)
    plain = restore_model(checkpoint, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    vectors = {m: np.vstack([x, x[7:8]]) for m, x in tiny_features.vectors.items()}
    mask = {m: np.append(x, x[7]) for m, x in tiny_features.mask.items()}
    grown = restore_model(checkpoint, tiny_base, (*tiny_features.ids, "brand new"), vectors, mask)
    after = scores(grown)
    assert np.allclose(after[:, :12], scores(plain), atol=1e-5)
    assert np.isfinite(after[:, 12]).all() and after[:, 12].std() > 0
    # Same media as film 7, whose id it does not own.
    assert not grown.known[12] and not np.allclose(after[:, 12], after[:, 7])


def one_sentence(error: pytest.ExceptionInfo[Exception]) -> str:
    message = str(error.value)
    assert "\n" not in message and ";" in message, "the message names no way out"
    return message


def test_other_base_model_is_refused(folder: Path, tiny_base: Path, tiny_features: Features, tmp_path: Path) -> None:
    def restore(base: Path) -> None:
        restore_model(load_checkpoint(folder), base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)

    other = tmp_path / "other"
    shutil.copytree(tiny_base, other)
    fingerprint = json.loads((other / "llmrec.json").read_text())
    changed = {"id": "bigger"}, {"sha256": {"model.safetensors": "0" * 64}}
    for change in changed:
        (other / "llmrec.json").write_text(json.dumps(fingerprint | change))
        with pytest.raises(CheckpointMismatch) as error:
            restore(other)
        assert "trained on base model tiny" in one_sentence(error)
    (other / "llmrec.json").unlink()
    with pytest.raises(CheckpointMismatch):
        restore(other)


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("soft_tokens", [1, 2])
def test_every_fusion_comes_back(
    make_model: Callable[..., RecLM],
    tiny_base: Path,
    tiny_features: Features,
    tmp_path: Path,
    fusion: str,
    soft_tokens: int,
) -> None:
    model = make_model(fusion=fusion, soft_tokens=soft_tokens, steps={"image": 10}, temporal="lstm")
    checkpoint = load_checkpoint(save(tmp_path / "pack", model, tiny_base, tiny_features))
    assert checkpoint.info.config.fusion == fusion and checkpoint.info.steps == {"image": 10}
    restored = restore_model(checkpoint, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    assert np.abs(scores(model) - scores(restored)).max() < 2e-2
    order = np.random.default_rng(1).permutation(12)
    shuffled = restore_model(
        checkpoint,
        tiny_base,
        tuple(tiny_features.ids[row] for row in order),
        {m: x[order] for m, x in tiny_features.vectors.items()},
        {m: x[order] for m, x in tiny_features.mask.items()},
    )
    place = np.argsort(order)
    moved = scores(shuffled, [[int(place[row]) for row in h] for h in HISTORIES])
    assert np.allclose(scores(restored), moved[:, place], atol=1e-4)


def test_pack_from_before_there_was_a_choice_is_concat(folder: Path) -> None:
    noted = json.loads((folder / "checkpoint.json").read_text())
    del noted["config"]["fusion"], noted["config"]["temporal"], noted["steps"]
    (folder / "checkpoint.json").write_text(json.dumps(noted))
    info = load_checkpoint(folder).info
    assert (info.config.fusion, info.config.temporal, info.steps) == ("concat", "mean", {})


def test_shipped_pack_says_what_it_always_said(base_model: Path) -> None:
    """Soft tokens and item vectors by their formula, from the arrays that lie in the pack."""
    checkpoint = load_checkpoint(resource("adapters") / "ml-100k")
    features = Features.load(checkpoint.folder / "features.safetensors")
    model = restore_model(checkpoint, base_model, features.ids, features.vectors, features.mask)
    a = {n.removeprefix("model."): torch.from_numpy(x).float() for n, x in checkpoint.arrays.items()}
    media = [getattr(model, f"vectors_{m}") for m in ("text", "image")]
    present = torch.stack([getattr(model, f"mask_{m}").float() for m in ("text", "image")], dim=-1)
    v = torch.cat(media, -1) @ a["item_head.weight"].T + a["item_head.bias"] + a["id_out.weight"]
    known = model.known
    assert torch.allclose(model.item_vectors(known)[0][known], v[known], atol=1e-6)
    bent = F.gelu(torch.cat([*media, present], -1) @ a["fusion.net.0.weight"].T + a["fusion.net.0.bias"])
    out = bent @ a["fusion.net.2.weight"].T + a["fusion.net.2.bias"]
    tokens = F.layer_norm(out, out.shape[-1:], a["fusion.norm.weight"], a["fusion.norm.bias"]) + a["id_in.weight"]
    assert torch.allclose(model.soft(known)[known][:, 0], tokens[known], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        ({"config": {"fusion": "blend"}}, CheckpointError, "blend"),
        ({"config": {"temporal": "gru"}}, CheckpointError, "gru"),
        ({"config": {"fusion": "late"}}, CheckpointError, "checkpoint.json describes"),
        ({"steps": {"image": 7}}, CheckpointMismatch, "7 steps"),
    ],
)
def test_pack_json_that_does_not_fit_the_weights_is_refused(
    folder: Path,
    tiny_base: Path,
    tiny_features: Features,
    change: dict[str, dict[str, object]],
    kind: type[Exception],
    says: str,
) -> None:
    noted = json.loads((folder / "checkpoint.json").read_text())
    for key, value in change.items():
        noted[key] |= value
    (folder / "checkpoint.json").write_text(json.dumps(noted))
    with pytest.raises(kind, match=says) as error:
        checkpoint = load_checkpoint(folder)
        restore_model(checkpoint, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    one_sentence(error)


def test_vectors_of_another_width_are_refused(folder: Path, tiny_base: Path, tiny_features: Features) -> None:
    vectors = {m: x[:, :100] for m, x in tiny_features.vectors.items()}
    with pytest.raises(CheckpointMismatch, match="384 numbers") as error:
        restore_model(load_checkpoint(folder), tiny_base, tiny_features.ids, vectors, tiny_features.mask)
    one_sentence(error)


@pytest.mark.parametrize("name", ["model.safetensors", "collaborative.safetensors", "items.json", "checkpoint.json"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_damaged_file_is_named(folder: Path, name: str, damage: str) -> None:
    file = folder / name
    if damage == "gone":
        file.unlink()
    else:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match=name) as error:
        load_checkpoint(folder)
    one_sentence(error)


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"format": None}, {"config": {"layers": 3}}, {"encoders_of": 1}], ids=str
)
def test_unknown_format_is_refused(folder: Path, change: dict[str, object]) -> None:
    noted = json.loads((folder / "checkpoint.json").read_text())
    (folder / "checkpoint.json").write_text(json.dumps(noted | change))
    with pytest.raises(CheckpointError) as error:
        load_checkpoint(folder)
    one_sentence(error)


def test_pack_that_is_no_object(folder: Path) -> None:
    (folder / "checkpoint.json").write_text("[1]")
    with pytest.raises(CheckpointError):
        load_checkpoint(folder)


def test_other_prompt_version_is_refused(folder: Path) -> None:
    noted = json.loads((folder / "checkpoint.json").read_text())
    noted["prompts"]["recommend"] = "recommend.v0"
    (folder / "checkpoint.json").write_text(json.dumps(noted))
    with pytest.raises(CheckpointMismatch, match=r"recommend\.v0") as error:
        load_checkpoint(folder)
    one_sentence(error)


def test_full_disk_is_one_sentence(
    model: RecLM, tiny_base: Path, tiny_features: Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints, "save_arrays", full)  # a fault that no test can cause on a healthy disk
    with pytest.raises(StorageError, match="the disk is full") as error:
        save(tmp_path / "pack", model, tiny_base, tiny_features)
    one_sentence(error)
