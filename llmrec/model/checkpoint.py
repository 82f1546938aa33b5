"""Checkpoints: everything trained, in one folder (an adapter of a base model), checked when it is loaded.

checkpoint.json            what it is: base model, sizes, encoders, prompts, fused-score weights, metrics, provenance
model.safetensors          LoRA of the ranking path, fusion, heads, ids, normalisers
items.json                 ids of the items that own a row in the heads
features.safetensors       the items' media as vectors (float16), so that the checkpoint works without the media
collaborative.safetensors  the item-item model
rationale/                 LoRA that writes sentences (peft layout) and how it was trained, where there is one
card.md                    data, recipe, metrics, licence for people

`llmrec.model.restore` makes a model of one.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save_file as save_arrays

from llmrec.errors import BadInput, CheckpointError, CheckpointMismatch, UnknownPlugin, storage_error
from llmrec.model.config import RecLMConfig
from llmrec.model.item_table import ItemTable
from llmrec.model.normaliser import Normaliser
from llmrec.model.reclm import RecLM
from llmrec.prompts import version
from llmrec.ranking.score_component import ComponentKey
from llmrec.registry import Plugin, resolve

FORMAT = 1
MANIFEST, FORMER_MANIFEST = "checkpoint.json", "pack.json"
"""What a checkpoint is, in its folder; checkpoints of before 2026-11-28 have the former name."""
RENAMED = {"newcomers": "cold_start"}
"""Fields of former manifests -> their names today."""
INTERACTIONS = "taken"
"""What `model.safetensors` calls the training events of a fusion that reads neighbours."""
INDEX_AXES = "index_axes"
"""Before a modality's name: the axes along which an index compares it."""
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class CheckpointInfo:
    """`checkpoint.json`: what a checkpoint is and what it fits."""

    name: str
    base: str
    """Id of the base model, as its folder's llmrec.json (or config.json) names it."""
    base_sha256: str
    """Checksum of the base's weights; "" where the base does not state one."""
    config: RecLMConfig
    encoders: Mapping[str, str]
    """Modality -> encoder id."""
    prompts: Mapping[str, str]
    weights: Mapping[str, Mapping[ComponentKey, float]]
    """Situation ("history", "words", "example") -> component -> weight of the fused score."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Data, seed, commit, machine, seconds, date, licence."""
    steps: Mapping[str, int] = field(default_factory=dict)
    """Modality -> consecutive blocks (frames) of a vector, where there is more than one."""
    cold_start: bool = False
    """Whether scores are transferred to cold items."""
    components: tuple[str, ...] = ()
    """Specs of score components from outside llmrec, which `weights` names by their keys."""
    plugins: tuple[Plugin, ...] = ()
    """Parts from outside llmrec that it was trained with, and without which it is of no use."""
    format: int = FORMAT


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in memory.

    Parameters
    ----------
    folder
        Where it lies.
    info
        Its manifest.
    arrays
        `model.safetensors`: the trained parameters (float16) and what items are normalised with.
    items
        Ids of the items of training, in the row order of `arrays`.
    collaborative
        `collaborative.safetensors`: the parts of the fused score that need no LLM.
    """

    folder: Path
    info: CheckpointInfo
    arrays: Arrays
    items: tuple[str, ...]
    collaborative: Arrays

    def rows_of(self, ids: Iterable[str]) -> NDArray[np.intp]:
        """``(n,)`` int: the rows of items in `arrays`, -1 for those that were not there at training.

        Parameters
        ----------
        ids
            Of n items.
        """
        return np.array([self._row.get(id, -1) for id in ids], np.intp)

    @cached_property
    def _row(self) -> dict[str, int]:
        return {id: row for row, id in enumerate(self.items)}


SAMPLE = 2**20
"""Bytes at the start and at the end of a file of weights by which it is known."""


def base_identity(base: Path) -> tuple[str, str]:
    """Which base model lies in a folder.

    Parameters
    ----------
    base
        A folder in Hugging Face layout.

    Returns
    -------
    tuple of str
        Its id, and the sha256 of its weights as `llmrec setup` recorded it; of another's its folder's name, and that of
        the sizes, the first and the last mebibyte of its files of weights, as a large base takes minutes to read.
    """
    record = base / "llmrec.json"
    if record.is_file():
        noted = json.loads(record.read_text())
        return str(noted["id"]), str(noted["sha256"]["model.safetensors"])
    digest = hashlib.sha256()
    for file in sorted(base.glob("*.safetensors")):
        size = file.stat().st_size
        digest.update(f"{file.name} {size}\n".encode())
        with file.open("rb") as weights:
            digest.update(weights.read(SAMPLE))
            weights.seek(max(0, size - SAMPLE))
            digest.update(weights.read(SAMPLE))
    return base.resolve().name, digest.hexdigest()


def save_checkpoint(
    folder: Path,
    info: CheckpointInfo,
    model: RecLM,
    table: ItemTable,
    normalisers: Mapping[str, Normaliser],
    collaborative: Arrays,
    axes: Mapping[str, NDArray[np.float32]],
) -> None:
    """Writes all but the features, the rationale LoRA and the card.

    Parameters
    ----------
    folder
        Is made where there is none.
    info
        The manifest.
    model
        As trained: its LoRA not merged.
    table
        The items of training; row n of the model's ids is row n of it.
    normalisers
        Modality -> what the table's vectors were made with.
    collaborative
        The parts of the fused score that need no LLM.
    axes
        Modality -> ``(dim, k)``: along which an index compares it, where that is not the whole vector.

    Raises
    ------
    StorageError
        Where the disk refuses.
    """
    arrays: Arrays = {f"model.{n}": _half(p) for n, p in model.trainable().items()}
    for modality, fitted in normalisers.items():
        arrays |= {f"mean.{modality}": fitted.mean, f"spread.{modality}": fitted.spread}
        if fitted.axes is not None:
            arrays[f"axes.{modality}"] = fitted.axes
    arrays |= {f"{INDEX_AXES}.{m}": x.astype(np.float16) for m, x in axes.items()}
    arrays["known"] = table.known.cpu().numpy()
    if table.graph is not None:
        arrays[INTERACTIONS] = table.graph.events.cpu().numpy().astype(np.int32)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_arrays(arrays, folder / "model.safetensors")
        save_arrays(collaborative, folder / "collaborative.safetensors")
        write_text(folder / "items.json", json.dumps(table.items))
        write_text(folder / MANIFEST, json.dumps(manifest(info), indent=2))
    except (OSError, SafetensorError) as error:
        raise storage_error(f"the checkpoint {folder}", error) from error


def write_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _half(p: torch.Tensor) -> NDArray[Any]:
    # Half precision costs nothing measurable in ranking and halves what is shipped.
    half: NDArray[Any] = p.detach().float().cpu().numpy().astype(np.float16)
    return half


def load_checkpoint(folder: Path) -> Checkpoint:
    """Reads and checks a checkpoint.

    Parameters
    ----------
    folder
        That `llmrec train` wrote.

    Raises
    ------
    CheckpointError
        Where a part is missing, truncated or of an unknown format.
    CheckpointMismatch
        Where it was trained with other prompts than this version has, or with a plug-in that is not installed.
    """
    manifest = folder / (MANIFEST if (folder / MANIFEST).is_file() else FORMER_MANIFEST)
    try:
        noted = json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{folder} is no checkpoint (it has no {MANIFEST}); pass a folder that `llmrec train` wrote"
        ) from error
    except ValueError as error:
        raise CheckpointError(f"{manifest} is damaged ({error}); copy the checkpoint again, or retrain it") from error
    if not isinstance(noted, dict) or noted.get("format") != FORMAT:
        found = noted.get("format") if isinstance(noted, dict) else None
        raise CheckpointError(
            f"{folder} has checkpoint format {found!r}, this llmrec reads {FORMAT}; retrain, or use another version"
        )
    try:
        _check_plugins(folder, noted.get("plugins", ()))
        info = _info(noted)
    except CheckpointMismatch:
        raise  # it is whole, and lacks a plug-in
    except (KeyError, TypeError, AttributeError, BadInput) as error:
        raise CheckpointError(f"{manifest} is damaged ({error}); copy the checkpoint again, or retrain it") from error
    for name, trained in info.prompts.items():
        if version(name) != trained:
            raise CheckpointMismatch(
                f"{folder} was trained with prompt {trained}, this llmrec has {version(name)}; retrain, or use the "
                "llmrec version that its card names"
            )
    arrays, collaborative = (read_arrays(folder / f"{n}.safetensors") for n in ("model", "collaborative"))
    try:
        items = tuple(json.loads((folder / "items.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder / 'items.json'} is missing or damaged; copy the checkpoint again, or retrain it"
        ) from error
    return Checkpoint(folder, info, arrays, items, collaborative)


def _check_plugins(folder: Path, noted: Sequence[Mapping[str, Any]]) -> None:
    """Raises `CheckpointMismatch` where a plug-in is not here, `KeyError` or `TypeError` on another shape."""
    for plugin in (Plugin(**each) for each in noted):
        try:
            resolve(plugin.kind, plugin.spec)
        except UnknownPlugin as error:
            what = f"{plugin.kind.replace('_', ' ')} {plugin.spec!r}"
            package = f"the package {plugin.package}" if plugin.package else "its package"
            raise CheckpointMismatch(
                f"{folder} was trained with the {what}, which is not here; install {package} ({error})"
            ) from error


def manifest(info: CheckpointInfo) -> dict[str, Any]:
    """`info` as `checkpoint.json` has it."""
    noted: dict[str, Any] = {each.name: getattr(info, each.name) for each in fields(info)}
    noted["config"] = info.config.model_dump()
    noted["plugins"] = [asdict(plugin) for plugin in info.plugins]
    noted["weights"] = {
        situation: {str(key): weight for key, weight in parts.items()} for situation, parts in info.weights.items()
    }
    return noted


def _info(noted: Mapping[str, Any]) -> CheckpointInfo:
    """The manifest that `manifest` gave, or a former one. Raises `KeyError`, `TypeError`, `AttributeError`."""
    read = {RENAMED.get(name, name): value for name, value in noted.items()}
    read["config"] = RecLMConfig(**read["config"])
    read["weights"] = {
        situation: {ComponentKey.parse(name): weight for name, weight in parts.items()}
        for situation, parts in read["weights"].items()
    }
    read["components"] = tuple(read.get("components", ()))
    read["plugins"] = tuple(Plugin(**each) for each in read.get("plugins", ()))
    return CheckpointInfo(**read)


def identity(checkpoint: Checkpoint) -> str:
    """Name and content of a checkpoint: another training under the same name has another identity.

    Returns
    -------
    str
        `name@` and 12 hex digits of the sha256 of what was trained.
    """
    digest = hashlib.sha256()
    for name in sorted(checkpoint.arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(checkpoint.arrays[name]).tobytes())
    return f"{checkpoint.info.name}@{digest.hexdigest()[:12]}"


def read_arrays(path: Path) -> Arrays:
    """The arrays of a safetensors file.

    Raises
    ------
    CheckpointError
        Where it is missing or truncated.
    """
    try:
        arrays: Arrays = load_arrays(path)
        return arrays
    except (OSError, SafetensorError) as error:
        state = "is truncated or damaged" if os.path.exists(path) else "is missing"  # noqa: PTH110
        raise CheckpointError(f"{path} {state}; copy the checkpoint again, or retrain it") from error
