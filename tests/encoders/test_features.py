"""Features of items come and change, and a file of them that is damaged is refused with a sentence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from llmrec.encoders import Features
from llmrec.encoders.cache import content_key
from llmrec.errors import CheckpointError


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


def test_items_put_in_take_the_row_of_their_namesake_or_a_new_one(tiny_features: Features) -> None:
    rows = [3, 0, 7]
    other = replace(
        tiny_features,
        ids=("4", "new", "8"),
        title_keys=tuple(tiny_features.title_keys[row] for row in rows),
        vectors={m: x[rows] + 1 for m, x in tiny_features.vectors.items()},
        mask={m: ~x[rows] for m, x in tiny_features.mask.items()},
        keys=dict.fromkeys(tiny_features.keys, ("a", "b", "c")),
    )
    grown = tiny_features.put(other)
    assert grown.ids == (*tiny_features.ids, "new") and grown.title_keys[12] == tiny_features.title_keys[0]
    kept = [row for row in range(12) if row not in (3, 7)]
    for m, x in tiny_features.vectors.items():
        np.testing.assert_array_equal(grown.vectors[m][[3, 12, 7]], other.vectors[m])
        np.testing.assert_array_equal(grown.mask[m][[3, 12, 7]], other.mask[m])
        np.testing.assert_array_equal(grown.vectors[m][kept], x[kept])
        assert [grown.keys[m][row] for row in (3, 12, 7)] == ["a", "b", "c"]
    assert tiny_features.ids[-1] == "12" and len(tiny_features.vectors["text"]) == 12


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
