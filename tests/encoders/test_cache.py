"""The cache gives back what was put in, and only that; a full disk is said in one sentence;
features of items come and change, and a damaged file is refused."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import save_file

from llmrec.encoders import Features
from llmrec.encoders import cache as cache_module
from llmrec.encoders.cache import FeatureCache, content_key
from llmrec.errors import CheckpointError, StorageError

KEYS = [content_key(str(n).encode()) for n in range(67)]
VECTORS = np.random.default_rng(0).normal(size=(len(KEYS), 4)).astype(np.float32)


def test_every_batch_is_on_disk_at_once_and_one_shard_at_the_end(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, "a/b")
    for start in range(0, len(KEYS), 20):
        cache.put(KEYS[start : start + 20], VECTORS[start : start + 20])
    for shards in (4, 1):
        assert len(list(tmp_path.rglob("*.safetensors"))) == shards
        again = FeatureCache(tmp_path, "a/b")
        found = again.find(KEYS)
        np.testing.assert_array_equal([found[key] for key in KEYS], VECTORS.astype(np.float16))
        assert again.find([KEYS[5], content_key(b"new")]).keys() == {KEYS[5]} and again.find([]) == {}
        cache.close()
    assert FeatureCache(tmp_path, "a-b").find(KEYS) == {}


def test_contents_that_come_one_by_one_do_not_leave_a_file_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "MOST_SMALL", 5)
    for key, vector in zip(KEYS, VECTORS, strict=True):
        cache = FeatureCache(tmp_path, "a")
        cache.put([key], vector[None])
        cache.close()
        assert len(list(tmp_path.rglob("*.safetensors"))) <= 6
    found = FeatureCache(tmp_path, "a").find(KEYS)
    np.testing.assert_array_equal([found[key] for key in KEYS], VECTORS.astype(np.float16))


def test_a_shard_of_another_encoder_is_not_read(tmp_path: Path) -> None:
    one = FeatureCache(tmp_path, "one")
    one.put(KEYS, VECTORS)
    (shard,) = tmp_path.rglob("*.safetensors")
    two = FeatureCache(tmp_path, "two")
    two.put(KEYS, VECTORS)
    folder = next(path for path in tmp_path.iterdir() if path != shard.parent)
    for file in folder.iterdir():
        file.unlink()
    shard.rename(folder / shard.name)
    assert FeatureCache(tmp_path, "two").find(KEYS) == {}


def test_a_truncated_shard_is_dropped(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, "one")
    cache.put(KEYS, VECTORS)
    (shard,) = tmp_path.rglob("*.safetensors")
    shard.write_bytes(shard.read_bytes()[:-100])
    assert FeatureCache(tmp_path, "one").find(KEYS) == {}
    assert not shard.exists()


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_arrays: Any, path: Path, _metadata: Any) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(cache_module, "save_file", full)
    with pytest.raises(StorageError, match="the disk is full") as error:
        FeatureCache(tmp_path, "one").put(KEYS, VECTORS)
    assert "\n" not in str(error.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_safetensors_says_of_a_full_disk_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        # its words on a full tmpfs: the number of the error is only in the text
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(cache_module, "save_file", full)
    with pytest.raises(StorageError, match="the disk is full"):
        FeatureCache(tmp_path, "one").put(KEYS, VECTORS)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        FeatureCache(tmp_path / "file", "one").put(KEYS, VECTORS)


def test_without_any_content(tmp_path: Path) -> None:
    none = Features(
        ids=("ü", "02"),
        title_keys=(content_key(b"a"), content_key(b"b")),
        vectors={"image": np.zeros((2, 5), np.float32)},
        mask={"image": np.zeros(2, np.bool_)},
        encoders={"image": "e"},
        keys={"image": ("", "")},
    )
    none.save(tmp_path / "f.safetensors")
    loaded = Features.load(tmp_path / "f.safetensors")
    assert loaded.ids == ("ü", "02")
    assert loaded.row == {"ü": 0, "02": 1}
    assert loaded.keys == {"image": ("", "")}
    assert loaded.vectors["image"].dtype == np.float32


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.safetensors"
    with pytest.raises(CheckpointError, match="is missing or damaged"):
        Features.load(path)
    Features(("1",), (content_key(b"a"),), {}, {}, {}, {}).save(path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(CheckpointError, match="is missing or damaged"):
        Features.load(path)
    save_file({"x": np.zeros(1)}, path)
    with pytest.raises(CheckpointError, match="no features file of format"):
        Features.load(path)
