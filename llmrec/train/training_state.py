"""The state of a training run on disk: one safetensors file, from which an interrupted run is resumed exactly.

The tensors are the file's; everything else (counts, losses, the recipe) is JSON in its header. Nothing in it can be
executed. A file is written whole beside the last one and then renamed over it, so that `kill -9` leaves one of the two.
"""

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from llmrec.errors import BadInput, StorageError

SEPARATOR = "/"
"""Between the keys of a tensor's path in the state."""


def save_training_state(path: Path, state: Mapping[str, Any]) -> None:
    """Write the state; the old file stays until the new one is complete on disk.

    Parameters
    ----------
    path
        File to write; its folder is made.
    state
        Nested mappings (with str or int keys, without "/") and lists of tensors, numbers, strings, booleans and None.

    Raises
    ------
    StorageError
        Where the disk is full or refuses; the old file is then untouched.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    tensors: dict[str, torch.Tensor] = {}
    rest = json.dumps(_split_tensors(state, "", tensors))
    draft = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, draft, {"state": rest})
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    except (OSError, SafetensorError) as error:
        draft.unlink(missing_ok=True)
        # safetensors hides the errno in its words
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        cause = "the disk is full" if full else str(error)
        raise StorageError(
            f"the training state {path} could not be written ({cause}); free some space and run the same command "
            "again: training goes on from the last state"
        ) from error


def load_training_state(path: Path) -> dict[str, Any] | None:
    """Read the state last saved.

    Parameters
    ----------
    path
        File of `save_training_state`.

    Returns
    -------
    dict or None
        The state, its tensors on the CPU; None where there is no file.

    Raises
    ------
    BadInput
        Where the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as file:
            rest = json.loads((file.metadata() or {})["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        state: dict[str, Any] = _join_tensors(rest, "", tensors)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise BadInput(f"the training state {path} is damaged; delete it to train from the start") from error
    return state


def optimizer_state(saved: Mapping[str, Any]) -> dict[str, Any]:
    """An optimizer's `state_dict` as it was before it was saved: JSON knows no numbers as keys."""
    return {**saved, "state": {int(number): state for number, state in saved["state"].items()}}


def resume(path: Path, recipe: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the state that a run of this recipe saved.

    Parameters
    ----------
    path
        File of `save_training_state`.
    recipe
        Parts of the state that have to be equal.

    Returns
    -------
    dict or None
        The state; None where there is no file.

    Raises
    ------
    BadInput
        Where the file is damaged, or another recipe's; the message names the fields of `config` that differ.
    """
    state = load_training_state(path)
    if state is None:
        return None
    saved_config, config = state.get("config", {}), recipe.get("config", {})
    differing = [
        f"`{name}` was {saved_config.get(name)!r}" for name in config if saved_config.get(name) != config[name]
    ]
    if differing or set(saved_config) != set(config):
        raise BadInput(
            f"{path} was made by another recipe ({', '.join(differing) or 'of another version'}); delete it, or train "
            "with the same options"
        )
    if any(state.get(part) != recipe[part] for part in recipe):
        raise BadInput(
            f"{path} was made from other data, prompts or on another base model; delete it, or train on the same data"
        )
    return state


def _split_tensors(value: Any, path: str, tensors: dict[str, torch.Tensor]) -> Any:
    """Return `value` as JSON, its tensors moved into `tensors` under their paths."""
    if isinstance(value, torch.Tensor):
        tensor = value.detach().cpu().contiguous()
        memory = {held.untyped_storage().data_ptr() for held in tensors.values()}
        # safetensors refuses two tensors that share memory
        tensors[path] = tensor.clone() if tensor.untyped_storage().data_ptr() in memory else tensor
        return None
    if isinstance(value, Mapping):
        return {str(name): _split_tensors(part, f"{path}{SEPARATOR}{name}", tensors) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_split_tensors(part, f"{path}{SEPARATOR}{n}", tensors) for n, part in enumerate(value)]
    return value


def _join_tensors(value: Any, path: str, tensors: Mapping[str, torch.Tensor]) -> Any:
    if path in tensors:
        return tensors[path]
    if isinstance(value, dict):
        return {name: _join_tensors(part, f"{path}{SEPARATOR}{name}", tensors) for name, part in value.items()}
    if isinstance(value, list):
        return [_join_tensors(part, f"{path}{SEPARATOR}{n}", tensors) for n, part in enumerate(value)]
    return value
