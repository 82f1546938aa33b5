"""Checkpoints: what is saved comes back, what does not fit is refused in one sentence."""

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from torch.nn import functional as F

from llmrec.encoders import Features
from llmrec.errors import CheckpointError, CheckpointMismatch, StorageError
from llmrec.fusion import FUSIONS
from llmrec.model import checkpoint as checkpoints
from llmrec.model.checkpoint import Checkpoint, CheckpointInfo, base_identity, load_checkpoint, save_checkpoint
from llmrec.model.inference import item_vectors, query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.normaliser import Normaliser
from llmrec.model.reclm import RecLM
from llmrec.model.restore import index_axes, restore_items, restore_model
from llmrec.paths import resource
from llmrec.prompts import CURRENT, version
from llmrec.ranking.score_component import INTEREST, LAST, LLM, PREFERENCE, ComponentKey

Made = tuple[RecLM, ItemTable]
BEFORE = (5, 9, 12)
HISTORIES = [[0, 1, 2], [3], [], [10, 4]]


@pytest.fixture
def made(make_model: Callable[..., Made]) -> Made:
    return make_model(soft_tokens=2)


@pytest.fixture
def folder(made: Made, tiny_base: Path, tiny_features: Features, tmp_path: Path) -> Path:
    return save(tmp_path / "pack", *made, tiny_base, tiny_features)


AXES = {"image": np.eye(8, 3, dtype=np.float32)}


def save(folder: Path, model: RecLM, table: ItemTable, base: Path, features: Features) -> Path:
    name, checksum = base_identity(base)
    prompts = {name: version(name) for name in CURRENT}
    weights = {"history": {LLM: 0.75, ComponentKey(LAST, "text"): 0.25}}
    info = CheckpointInfo("pack", name, checksum, model.config, features.encoders, prompts, weights, {"ndcg@10": 0.5})
    info = replace(info, steps=model.steps)
    fitted = {m: Normaliser.fit(features.vectors[m], features.mask[m]) for m in features.encoders}
    save_checkpoint(folder, info, model, table, fitted, {"popular": np.arange(12, dtype=np.float32)}, AXES)
    return folder


def restored(checkpoint: Checkpoint, base: Path, features: Features) -> Made:
    table = restore_items(checkpoint, features.ids, features.vectors, features.mask)
    return restore_model(checkpoint, base), table


def ordered(features: Features, order: np.ndarray) -> Features:
    return replace(
        features,
        ids=tuple(features.ids[row] for row in order),
        vectors={m: x[order] for m, x in features.vectors.items()},
        mask={m: x[order] for m, x in features.mask.items()},
    )


def scores(made: Made, histories: list[list[int]] = HISTORIES) -> np.ndarray:
    v, b = item_vectors(*made)
    return query_vectors(made[0], soft_tokens(*made), BEFORE, histories) @ v.T + b


def test_restored_and_merged_model_ranks_like_the_trained_one(
    made: Made, folder: Path, tiny_base: Path, tiny_features: Features
) -> None:
    checkpoint = load_checkpoint(folder)
    again = restored(checkpoint, tiny_base, tiny_features)
    assert not any("lora" in name for name, _ in again[0].named_parameters())
    assert not any(p.requires_grad for p in again[0].parameters())
    q, q_again = (query_vectors(m[0], soft_tokens(*m), BEFORE, HISTORIES) for m in (made, again))
    assert np.abs(q - q_again).max() < 1e-2
    assert np.abs(scores(made) - scores(again)).max() < 1e-2
    assert {m: x.tolist() for m, x in index_axes(checkpoint).items()} == {m: x.tolist() for m, x in AXES.items()}
    assert checkpoint.info.weights == {"history": {LLM: 0.75, ComponentKey(LAST, "text"): 0.25}}
    noted = json.loads((folder / "checkpoint.json").read_text())
    assert noted["weights"] == {"history": {"llm": 0.75, "text last": 0.25}} and noted["config"]["dim"] == 16
    assert checkpoint.info.metrics == {"ndcg@10": 0.5} and checkpoint.info.config == made[0].config
    assert np.array_equal(checkpoint.collaborative["popular"], np.arange(12))


def test_lora_counts(made: Made, folder: Path, tiny_base: Path, tiny_features: Features) -> None:
    checkpoint = load_checkpoint(folder)
    for name in checkpoint.arrays:
        if "lora_B" in name:
            checkpoint.arrays[name] = np.zeros_like(checkpoint.arrays[name])
    without = restored(checkpoint, tiny_base, tiny_features)
    assert np.abs(scores(made) - scores(without)).max() > 5e-2


def test_order_of_the_catalogue_does_not_matter(folder: Path, tiny_base: Path, tiny_features: Features) -> None:
    checkpoint, order = load_checkpoint(folder), np.random.default_rng(1).permutation(12)
    place = np.argsort(order)
    plain = restored(checkpoint, tiny_base, tiny_features)
    shuffled = restored(checkpoint, tiny_base, ordered(tiny_features, order))
    moved = scores(shuffled, [[int(place[row]) for row in h] for h in HISTORIES])
    assert np.allclose(scores(plain), moved[:, place], atol=1e-5)


def test_new_item_of_a_catalogue_gets_a_score_and_moves_no_other(
    folder: Path, tiny_base: Path, tiny_features: Features
) -> None:
    checkpoint = load_checkpoint(folder)
    plain = restored(checkpoint, tiny_base, tiny_features)
    vectors = {m: np.vstack([x, x[7:8]]) for m, x in tiny_features.vectors.items()}
    mask = {m: np.append(x, x[7]) for m, x in tiny_features.mask.items()}
    grown = plain[0], restore_items(checkpoint, (*tiny_features.ids, "brand new"), vectors, mask)
    after = scores(grown)
    assert np.allclose(after[:, :12], scores(plain), atol=1e-5)
    assert np.isfinite(after[:, 12]).all() and after[:, 12].std() > 0
    # Same media as film 7, whose id it does not own.
    assert not grown[1].known[12] and not np.allclose(after[:, 12], after[:, 7])


def one_sentence(error: pytest.ExceptionInfo[Exception]) -> str:
    message = str(error.value)
    assert "\n" not in message and ";" in message, "the message names no way out"
    return message


def test_other_base_model_is_refused(folder: Path, tiny_base: Path, tiny_features: Features, tmp_path: Path) -> None:
    def restore(base: Path) -> None:
        restored(load_checkpoint(folder), base, tiny_features)

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
@pytest.mark.parametrize("tokens", [1, 2])
def test_every_fusion_comes_back(
    make_model: Callable[..., tuple[RecLM, ItemTable]],
    tiny_base: Path,
    tiny_features: Features,
    tmp_path: Path,
    fusion: str,
    tokens: int,
) -> None:
    made = make_model(fusion=fusion, soft_tokens=tokens, steps={"image": 10}, temporal="lstm")
    checkpoint = load_checkpoint(save(tmp_path / "pack", *made, tiny_base, tiny_features))
    assert checkpoint.info.config.fusion == fusion and checkpoint.info.steps == {"image": 10}
    again = restored(checkpoint, tiny_base, tiny_features)
    assert np.abs(scores(made) - scores(again)).max() < 2e-2
    order = np.random.default_rng(1).permutation(12)
    shuffled = restored(checkpoint, tiny_base, ordered(tiny_features, order))
    place = np.argsort(order)
    moved = scores(shuffled, [[int(place[row]) for row in h] for h in HISTORIES])
    assert np.allclose(scores(again), moved[:, place], atol=1e-4)


def test_checkpoint_from_before_there_was_a_choice_is_concat(folder: Path) -> None:
    noted = json.loads((folder / "checkpoint.json").read_text())
    del noted["config"]["fusion"], noted["config"]["temporal"], noted["steps"]
    (folder / "checkpoint.json").write_text(json.dumps(noted))
    info = load_checkpoint(folder).info
    assert (info.config.fusion, info.config.temporal, info.steps) == ("concat", "mean", {})


@pytest.mark.parametrize("fusion", ["concat", "late", "graph"])
def test_a_checkpoint_with_the_former_names_gives_the_same_numbers_to_the_bit(
    make_model: Callable[..., Made], tiny_base: Path, tiny_features: Features, tmp_path: Path, fusion: str
) -> None:
    """As llmrec wrote them before its names changed: manifest, fields, components, parameters of late fusion."""
    folder = save(tmp_path / "pack", *make_model(fusion=fusion, soft_tokens=2), tiny_base, tiny_features)
    now = load_checkpoint(folder)
    noted = json.loads((folder / "checkpoint.json").read_text())
    (folder / "checkpoint.json").unlink()
    noted["newcomers"] = noted.pop("cold_start")
    noted["weights"] = {"history": {"llm": 0.5, "taste": 0.25, "text interest": 0.25}}
    (folder / "pack.json").write_text(json.dumps(noted))
    former = {name.replace("fusion.score_nets.", "fusion.tower."): x for name, x in now.arrays.items()}
    assert (former.keys() != now.arrays.keys()) == (fusion == "late")
    save_file(former, folder / "model.safetensors")
    then = load_checkpoint(folder)
    assert then.info.cold_start == now.info.cold_start
    assert then.info.weights["history"] == {LLM: 0.5, PREFERENCE: 0.25, ComponentKey(INTEREST, "text"): 0.25}
    rng = np.random.default_rng(0)
    histories = [rng.integers(0, 12, rng.integers(0, 9)).tolist() for _ in range(50)]
    made = restored(now, tiny_base, tiny_features), restored(then, tiny_base, tiny_features)
    q, q_then = (query_vectors(m[0], soft_tokens(*m), BEFORE, histories) for m in made)
    assert np.array_equal(q, q_then) and np.abs(q[0] - q[1]).max() > 1e-3
    for mine, theirs in zip(item_vectors(*made[0]), item_vectors(*made[1]), strict=True):
        assert np.array_equal(mine, theirs)


def test_a_parameter_that_lacks_is_named(folder: Path, tiny_base: Path) -> None:
    checkpoint = load_checkpoint(folder)
    del checkpoint.arrays["model.item_head.bias"]
    with pytest.raises(CheckpointError, match=r"lacks item_head\.bias") as error:
        restore_model(checkpoint, tiny_base)
    one_sentence(error)


def test_shipped_checkpoint_says_what_it_always_said(base_model: Path) -> None:
    """Soft tokens and item vectors by their formula, from the arrays that lie in the checkpoint."""
    checkpoint = load_checkpoint(resource("adapters") / "ml-100k")
    features = Features.load(checkpoint.folder / "features.safetensors")
    model, table = restored(checkpoint, base_model, features)
    a = {n.removeprefix("model."): torch.from_numpy(x).float() for n, x in checkpoint.arrays.items()}
    media = [table.vectors[m][:] for m in ("text", "image")]
    present = torch.stack([table.mask[m].float() for m in ("text", "image")], dim=-1)
    v = torch.cat(media, -1) @ a["item_head.weight"].T + a["item_head.bias"] + a["id_out.weight"]
    known, encoded = table.known, model.encode_items(table.batch())
    assert torch.allclose(encoded.vectors[known], v[known], atol=1e-6)
    bent = F.gelu(torch.cat([*media, present], -1) @ a["fusion.net.0.weight"].T + a["fusion.net.0.bias"])
    out = bent @ a["fusion.net.2.weight"].T + a["fusion.net.2.bias"]
    tokens = F.layer_norm(out, out.shape[-1:], a["fusion.norm.weight"], a["fusion.norm.bias"]) + a["id_in.weight"]
    assert torch.allclose(encoded.soft[known][:, 0], tokens[known], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        ({"config": {"fusion": "blend"}}, CheckpointError, "blend"),
        ({"config": {"temporal": "gru"}}, CheckpointError, "gru"),
        ({"config": {"fusion": "late"}}, CheckpointError, "checkpoint.json describes"),
        ({"steps": {"image": 7}}, CheckpointMismatch, "7 steps"),
    ],
)
def test_manifest_that_does_not_fit_the_weights_is_refused(
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
        restored(load_checkpoint(folder), tiny_base, tiny_features)
    one_sentence(error)


def test_vectors_of_another_width_are_refused(folder: Path, tiny_features: Features) -> None:
    vectors = {m: x[:][:, :100] for m, x in tiny_features.vectors.items()}
    with pytest.raises(CheckpointMismatch, match="384 numbers") as error:
        restore_items(load_checkpoint(folder), tiny_features.ids, vectors, tiny_features.mask)
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


def test_manifest_that_is_no_object(folder: Path) -> None:
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
    made: Made, tiny_base: Path, tiny_features: Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints, "save_arrays", full)  # a fault that no test can cause on a healthy disk
    with pytest.raises(StorageError, match="the disk is full") as error:
        save(tmp_path / "pack", *made, tiny_base, tiny_features)
    one_sentence(error)
