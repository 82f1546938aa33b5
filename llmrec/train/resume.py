"""Checkpoints that survive kill -9: written whole to a temporary file, then renamed over the last one."""

import errno
import os
import pickle
from pathlib import Path
from typing import Any

import torch

from llmrec.errors import BadInput, StorageError


def save_training_state(path: Path, state: dict[str, Any]) -> None:
    """Writes tensors, numbers and strings; the old checkpoint stays until the new one is complete on disk.

    Raises `StorageError` when the disk is full; the old checkpoint is then untouched.
    """
    draft = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except (OSError, RuntimeError) as error:
        draft.unlink(missing_ok=True)
        # torch reports a failed write as RuntimeError and hides the errno behind it.
        full = getattr(error, "errno", None) == errno.ENOSPC or isinstance(error, RuntimeError)
        why = "the disk is full" if full else str(error)
        raise StorageError(
            f"the checkpoint {path} could not be written ({why}); free some space and run the same command again: "
            "training resumes from the last checkpoint"
        ) from error


def load_training_state(path: Path) -> dict[str, Any] | None:
    """The state last saved, or None where there is none; nothing in it is executed (weights_only).

    Raises `BadInput` where the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise BadInput(f"the checkpoint {path} is damaged; delete it to train from the start") from error
    return state


def resume(path: Path, recipe: dict[str, Any]) -> dict[str, Any] | None:
    """The state last saved by a run of this `recipe` (a part of the state), or None where there is none.

    Raises `BadInput` where the file is damaged or another recipe's.
    """
    state = load_training_state(path)
    if state is not None and any(state.get(part) != recipe[part] for part in recipe):
        raise BadInput(
            f"the checkpoint {path} was made by another recipe, from other data or on another base model; "
            "delete it, or train with the same options"
        )
    return state
