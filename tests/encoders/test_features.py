"""Features of items come and change, and a file of them that is damaged is refused with a sentence."""

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
