"""Adapter packs: what is saved comes back, what does not fit is refused in one sentence."""

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from llmrec.encoders import Features
from llmrec.errors import PackError, PackMismatch, StorageError
from llmrec.fusion.normalise import fit_normaliser
from llmrec.model import pack as packs
from llmrec.model.pack import PackInfo, base_identity, load_pack, restore_model, save_pack
from llmrec.model.query import query_vectors
from llmrec.model.reclm import RecLM
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
    info = PackInfo("pack", name, checksum, model.config, features.encoders, prompts, weights, {"ndcg@10": 0.5})
    fitted = {m: fit_normaliser(features.vectors[m], features.mask[m]) for m in features.encoders}
    save_pack(folder, info, model, fitted, features.ids, {"popular": np.arange(12, dtype=np.float32)})
    return folder


def scores(model: RecLM, histories: list[list[int]] = HISTORIES) -> np.ndarray:
    v, b = model.item_vectors(model.known)
    return query_vectors(model, BEFORE, histories) @ v.detach().numpy().T + b.detach().numpy()


def test_restored_and_merged_model_ranks_like_the_trained_one(
    model: RecLM, folder: Path, tiny_base: Path, tiny_features: Features
) -> None:
    pack = load_pack(folder)
    restored = restore_model(pack, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    assert not any("lora" in name for name, _ in restored.named_parameters())
    assert not any(p.requires_grad for p in restored.parameters())
    q, q_restored = (query_vectors(m, BEFORE, HISTORIES) for m in (model, restored))
    assert np.abs(q - q_restored).max() < 1e-2
    assert np.abs(scores(model) - scores(restored)).max() < 1e-2
    assert pack.info.metrics == {"ndcg@10": 0.5} and pack.info.config == model.config
    assert np.array_equal(pack.collaborative["popular"], np.arange(12))


def test_lora_counts(model: RecLM, folder: Path, tiny_base: Path, tiny_features: Features) -> None:
    pack = load_pack(folder)
    for name in pack.arrays:
        if "lora_B" in name:
            pack.arrays[name] = np.zeros_like(pack.arrays[name])
    without = restore_model(pack, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    assert np.abs(scores(model) - scores(without)).max() > 5e-2


def test_order_of_the_catalogue_does_not_matter(folder: Path, tiny_base: Path, tiny_features: Features) -> None:
    pack, order = load_pack(folder), np.random.default_rng(1).permutation(12)
    place = np.argsort(order)
    plain = restore_model(pack, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    shuffled = restore_model(
        pack,
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
    pack = load_pack(folder)
    plain = restore_model(pack, tiny_base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)
    vectors = {m: np.vstack([x, x[7:8]]) for m, x in tiny_features.vectors.items()}
    mask = {m: np.append(x, x[7]) for m, x in tiny_features.mask.items()}
    grown = restore_model(pack, tiny_base, (*tiny_features.ids, "brand new"), vectors, mask)
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
        restore_model(load_pack(folder), base, tiny_features.ids, tiny_features.vectors, tiny_features.mask)

    other = tmp_path / "other"
    shutil.copytree(tiny_base, other)
    stamp = json.loads((other / "llmrec.json").read_text())
    changed = {"id": "bigger"}, {"sha256": {"model.safetensors": "0" * 64}}
    for change in changed:
        (other / "llmrec.json").write_text(json.dumps(stamp | change))
        with pytest.raises(PackMismatch) as error:
            restore(other)
        assert "trained on base model tiny" in one_sentence(error)
    (other / "llmrec.json").unlink()
    with pytest.raises(PackMismatch):
        restore(other)


@pytest.mark.parametrize("name", ["model.safetensors", "collaborative.safetensors", "items.json", "pack.json"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_damaged_file_is_named(folder: Path, name: str, damage: str) -> None:
    file = folder / name
    if damage == "gone":
        file.unlink()
    else:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
    with pytest.raises(PackError, match=name) as error:
        load_pack(folder)
    one_sentence(error)


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"format": None}, {"config": {"layers": 3}}, {"encoders_of": 1}], ids=str
)
def test_unknown_format_is_refused(folder: Path, change: dict[str, object]) -> None:
    noted = json.loads((folder / "pack.json").read_text())
    (folder / "pack.json").write_text(json.dumps(noted | change))
    with pytest.raises(PackError) as error:
        load_pack(folder)
    one_sentence(error)


def test_pack_that_is_no_object(folder: Path) -> None:
    (folder / "pack.json").write_text("[1]")
    with pytest.raises(PackError):
        load_pack(folder)


def test_other_prompt_version_is_refused(folder: Path) -> None:
    noted = json.loads((folder / "pack.json").read_text())
    noted["prompts"]["recommend"] = "recommend.v0"
    (folder / "pack.json").write_text(json.dumps(noted))
    with pytest.raises(PackMismatch, match=r"recommend\.v0") as error:
        load_pack(folder)
    one_sentence(error)


def test_full_disk_is_one_sentence(
    model: RecLM, tiny_base: Path, tiny_features: Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(packs, "save_arrays", full)  # a fault that no test can cause on a healthy disk
    with pytest.raises(StorageError, match="the disk is full") as error:
        save(tmp_path / "pack", model, tiny_base, tiny_features)
    one_sentence(error)
