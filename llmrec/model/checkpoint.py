"""Adapter packs: everything trained, in one folder, checked when it is loaded.

checkpoint.json            what it is: base model, sizes, encoders, prompts, fused-score weights, metrics, provenance
model.safetensors    LoRA of the ranking path, fusion, heads, ids, normalisers
items.json           ids of the items that own a row in the heads
features.safetensors the items' media as vectors (float16), so that the pack works without the media
collaborative.safetensors   the item-item model
rationale/           LoRA that writes sentences (peft layout) and how it was trained, where the pack has one
card.md              data, recipe, metrics, licence for people
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save_file as save_arrays
from torch import nn

from llmrec.errors import BadInput, CheckpointError, CheckpointMismatch, storage_error
from llmrec.fusion.normalise import normalise, project
from llmrec.model.backbone import add_lora, load_backbone
from llmrec.model.config import RecLMConfig
from llmrec.model.reclm import RecLM
from llmrec.prompts import version

FORMAT = 1
MANIFEST, FORMER_MANIFEST = "checkpoint.json", "pack.json"
"""What a checkpoint is, in its folder; checkpoints of before 2026-11-28 have the former name."""
RENAMED = {"newcomers": "cold_start"}
"""Fields of former manifests -> their names today."""
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class CheckpointInfo:
    """`checkpoint.json`."""

    name: str
    base: str
    """Id of the base model, as its folder's llmrec.json (or config.json) names it."""
    base_sha256: str
    """Checksum of the base's weights; "" where the base does not state one."""
    config: RecLMConfig
    encoders: Mapping[str, str]
    """Modality -> encoder id."""
    prompts: Mapping[str, str]
    weights: Mapping[str, Mapping[str, float]]
    """Situation ("history", "words", …) -> component -> weight of the fused score."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Data, seed, commit, machine, seconds, date, licence."""
    steps: Mapping[str, int] = field(default_factory=dict)
    """Modality -> consecutive blocks (frames) of a vector, where there is more than one."""
    cold_start: bool = False
    """Whether scores are lent to items without events."""
    format: int = FORMAT


@dataclass(frozen=True)
class Checkpoint:
    """A pack in memory: `info`, the trained arrays, and the row of each item id in them."""

    folder: Path
    info: CheckpointInfo
    arrays: Arrays
    items: tuple[str, ...]
    collaborative: Arrays


def base_identity(base: Path) -> tuple[str, str]:
    """Id and weight checksum of the base model in a folder (checksum "" where none is recorded)."""
    record = base / "llmrec.json"
    if record.is_file():
        noted = json.loads(record.read_text())
        return str(noted["id"]), str(noted["sha256"]["model.safetensors"])
    return base.name, ""


def save_checkpoint(
    folder: Path,
    info: CheckpointInfo,
    model: RecLM,
    normalisers: Mapping[str, tuple[NDArray[np.float32], ...]],
    items: tuple[str, ...],
    collaborative: Arrays,
) -> None:
    """Writes all but the features, the rationale LoRA and the card. Raises `StorageError` on a refused write."""
    arrays: Arrays = {f"model.{n}": _half(p) for n, p in model.trainable().items()}
    for modality, parts in normalisers.items():
        arrays |= {f"{name}.{modality}": part for name, part in zip(("mean", "spread", "axes"), parts, strict=False)}
    known: torch.Tensor = model.known  # type: ignore[assignment]
    arrays["known"] = known.cpu().numpy()
    if model.fusion.reads_neighbours:
        arrays["taken"] = model.interacted.cpu().numpy().astype(np.int32)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_arrays(arrays, folder / "model.safetensors")
        save_arrays(collaborative, folder / "collaborative.safetensors")
        write_text(folder / "items.json", json.dumps(items))
        write_text(folder / MANIFEST, json.dumps(asdict(info) | {"config": info.config.model_dump()}, indent=2))
    except (OSError, SafetensorError) as error:
        raise storage_error(f"the adapter pack {folder}", error) from error


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

    Raises `CheckpointError` (missing, truncated, unknown format) or `CheckpointMismatch` (prompts).
    """
    manifest = folder / (MANIFEST if (folder / MANIFEST).is_file() else FORMER_MANIFEST)
    try:
        noted = json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{folder} is no adapter pack (it has no {MANIFEST}); pass a folder that `llmrec train` wrote"
        ) from error
    except ValueError as error:
        raise CheckpointError(f"{folder / MANIFEST} is damaged ({error}); copy the pack again or retrain") from error
    if not isinstance(noted, dict) or noted.get("format") != FORMAT:
        found = noted.get("format") if isinstance(noted, dict) else None
        raise CheckpointError(
            f"{folder} has pack format {found!r}, this llmrec reads {FORMAT}; retrain, or use another version"
        )
    try:
        noted = {RENAMED.get(name, name): value for name, value in noted.items()}
        info = CheckpointInfo(**noted | {"config": RecLMConfig(**noted["config"])})
    except (KeyError, TypeError, BadInput) as error:
        raise CheckpointError(f"{folder / MANIFEST} is damaged ({error}); copy the pack again or retrain") from error
    for name, trained in info.prompts.items():
        if version(name) != trained:
            raise CheckpointMismatch(
                f"{folder} was trained with prompt {trained}, this llmrec has {version(name)}; retrain, or use the "
                "llmrec version that the pack's card names"
            )
    arrays, collaborative = (read_arrays(folder / f"{n}.safetensors") for n in ("model", "collaborative"))
    try:
        items = tuple(json.loads((folder / "items.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder / 'items.json'} is missing or damaged; copy the adapter pack again, or retrain it"
        ) from error
    return Checkpoint(folder, info, arrays, items, collaborative)


def identity(checkpoint: Checkpoint) -> str:
    """Name and content of a pack: another training under the same name is another pack."""
    digest = hashlib.sha256()
    for name in sorted(checkpoint.arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(checkpoint.arrays[name]).tobytes())
    return f"{checkpoint.info.name}@{digest.hexdigest()[:12]}"


def read_arrays(path: Path) -> Arrays:
    """The arrays of a safetensors file. Raises `CheckpointError` where it is missing or truncated."""
    try:
        arrays: Arrays = load_arrays(path)
        return arrays
    except (OSError, SafetensorError) as error:
        state = "is truncated or damaged" if os.path.exists(path) else "is missing"  # noqa: PTH110
        raise CheckpointError(f"{path} {state}; copy the adapter pack again, or retrain it") from error


def as_read(
    checkpoint: Checkpoint, modality: str, vectors: NDArray[np.float32], mask: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """What the pack's model reads of `vectors (items, dim)`: normalised, along its interest axes where it has such.

    Raises `CheckpointError` where those are missing.
    """
    scaled = normalise(vectors, mask, checkpoint.arrays[f"mean.{modality}"], checkpoint.arrays[f"spread.{modality}"])
    if not checkpoint.info.config.interest:
        return scaled
    if f"axes.{modality}" not in checkpoint.arrays:
        raise CheckpointError(f"{checkpoint.folder} lacks axes.{modality}; copy the adapter pack again, or retrain it")
    return project(scaled, checkpoint.arrays[f"axes.{modality}"], checkpoint.info.steps.get(modality, 1))


def check_base(checkpoint: Checkpoint, base: Path) -> None:
    """Raises `CheckpointMismatch` where the pack was trained on another base model than the one in `base`."""
    name, checksum = base_identity(base)
    if name != checkpoint.info.base or (
        checksum and checkpoint.info.base_sha256 and checksum != checkpoint.info.base_sha256
    ):
        raise CheckpointMismatch(
            f"{checkpoint.folder} was trained on base model {checkpoint.info.base} "
            f"({checkpoint.info.base_sha256[:12]}), but {base} "
            f"holds {name} ({checksum[:12]}); use that base, or retrain with `llmrec train`"
        )


def merged_backbone(checkpoint: Checkpoint, base: Path) -> nn.Module:
    """The layers of `base` that rank, with the pack's LoRA merged into them: same numbers, fewer multiplications.

    Raises `CheckpointError` where the LoRA is not of the sizes that checkpoint.json tells.
    """
    config = checkpoint.info.config
    backbone = add_lora(load_backbone(base, config.exit_layer), config.lora_rank, config.lora_alpha)
    with torch.no_grad():
        for parameter, p in backbone.named_parameters():
            stored = checkpoint.arrays.get(f"model.backbone.{parameter}")
            if stored is not None:
                _check_shape(checkpoint, parameter, stored.shape, p.shape)
                p.copy_(torch.from_numpy(stored.astype(np.float32)))
    merged: nn.Module = backbone.merge_and_unload() if hasattr(backbone, "merge_and_unload") else backbone  # type: ignore[operator]
    return merged


def _check_shape(checkpoint: Checkpoint, parameter: str, found: tuple[int, ...], described: tuple[int, ...]) -> None:
    if tuple(found) != tuple(described):
        raise CheckpointError(
            f"{checkpoint.folder}: {parameter} is {tuple(found)}, but checkpoint.json describes a model where it is "
            f"{tuple(described)}; copy the adapter pack again, or retrain it"
        )


def restore_model(
    checkpoint: Checkpoint,
    base: Path,
    items: tuple[str, ...],
    vectors: Mapping[str, NDArray[np.float32]],
    mask: Mapping[str, NDArray[np.bool_]],
    merged: nn.Module | None = None,
) -> RecLM:
    """The pack's RecLM over a catalogue: `items` its ids in row order, `vectors[modality]: (items, dim)` raw.

    Items the pack knows get their id row; others are new items and are scored by their media alone. The LoRA is
    merged into the base (same numbers, fewer multiplications); `merged` is that of a model of the same pack over
    another catalogue, which this one then shares. Raises `CheckpointMismatch` for another base model.
    """
    check_base(checkpoint, base)
    row = {item: n for n, item in enumerate(checkpoint.items)}
    source = np.array([row.get(item, -1) for item in items])
    known = (source >= 0) & checkpoint.arrays["known"][source]
    _check_sizes(checkpoint, vectors)
    scaled = {m: torch.from_numpy(as_read(checkpoint, m, vectors[m], mask[m])) for m in checkpoint.info.encoders}
    masks = {m: torch.from_numpy(mask[m]) for m in checkpoint.info.encoders}
    config = checkpoint.info.config
    backbone = merged or merged_backbone(checkpoint, base)
    interacted = _interactions(checkpoint, source)
    model = RecLM(
        backbone, config, scaled, masks, torch.from_numpy(known), steps=checkpoint.info.steps, interacted=interacted
    )
    with torch.no_grad():
        for parameter, p in model.named_parameters():
            stored = checkpoint.arrays.get(f"model.{parameter}")
            if stored is None:
                continue
            trained = torch.from_numpy(stored.astype(np.float32))
            own_rows = parameter.split(".")[0] in ("id_in", "id_out", "bias")
            _check_shape(checkpoint, parameter, trained.shape[own_rows:], p.shape[own_rows:])
            if own_rows:
                trained = torch.where(torch.from_numpy(known)[:, None], trained[source], 0.0)
            p.copy_(trained)
    return model.eval().requires_grad_(False)


def _check_sizes(checkpoint: Checkpoint, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Raises `CheckpointMismatch` where a modality's vectors are not those that the pack was trained on."""
    for modality, encoder in checkpoint.info.encoders.items():
        trained, found = checkpoint.arrays[f"mean.{modality}"].shape[0], vectors[modality].shape[1]
        steps = checkpoint.info.steps.get(modality, 1)
        if trained != found or trained % steps:
            raise CheckpointMismatch(
                f"{checkpoint.folder} was trained on {modality} vectors of {trained} numbers in {steps} "
                f"steps ({encoder}), the catalogue has {found}; encode it with that encoder, "
                "or retrain with `llmrec train`"
            )


def _interactions(checkpoint: Checkpoint, source: NDArray[np.intp]) -> torch.Tensor | None:
    """The training events that the pack's graph was made of, in the catalogue's rows; None for other fusions."""
    stored = checkpoint.arrays.get("taken")
    if stored is None:
        return None
    place = np.full(len(checkpoint.items), -1)
    place[source[source >= 0]] = np.flatnonzero(source >= 0)
    rows = place[stored[0]]
    return torch.from_numpy(np.stack([rows, stored[1]])[:, rows >= 0].astype(np.int64))
