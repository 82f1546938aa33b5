"""Checkpoints: whole or not at all."""

import errno
from pathlib import Path

import pytest
import torch

from llmrec.errors import BadInput, StorageError
from llmrec.train.resume import load_training_state, save_training_state


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "new" / "checkpoint.pt"
    assert load_training_state(path) is None
    save_training_state(path, {"weights": {"a": torch.arange(3)}, "epoch": 2})
    state = load_training_state(path)
    assert state is not None and state["epoch"] == 2 and torch.equal(state["weights"]["a"], torch.arange(3))
    assert [file.name for file in path.parent.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("write failed")])
def test_full_disk_keeps_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    path = tmp_path / "checkpoint.pt"
    save_training_state(path, {"epoch": 1})

    def full(_state: object, file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise fault

    monkeypatch.setattr(torch, "save", full)  # a full disk, as the writer sees it
    with pytest.raises(StorageError, match="the disk is full"):
        save_training_state(path, {"epoch": 2})
    assert load_training_state(path) == {"epoch": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize("keep", [0, 10, 400])
def test_damaged_checkpoint_is_one_sentence(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "checkpoint.pt"
    save_training_state(path, {"weights": torch.zeros(1000)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match=r"checkpoint\.pt is damaged; delete it"):
        load_training_state(path)


def test_nothing_in_a_checkpoint_is_executed(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save({"state": Path("/")}, path)  # an object that only a real unpickler would build
    with pytest.raises(BadInput, match="damaged"):
        load_training_state(path)
