"""A checkpoint's model, and the table of a catalogue's items as that model reads them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from llmrec.errors import CheckpointError, CheckpointMismatch
from llmrec.fusion.item_graph import item_graph
from llmrec.model.backbone import add_lora, load_backbone, require_base
from llmrec.model.checkpoint import INDEX_AXES, INTERACTIONS, Checkpoint, base_identity
from llmrec.model.item_table import ItemTable
from llmrec.model.normaliser import NormalisedRows, Normaliser
from llmrec.model.reclm import ItemSchema, RecLM
from llmrec.vector_rows import VectorRows, as_rows

RENAMED_PARAMETERS = {"fusion.score_nets.": ("fusion.loaded.", "fusion.tower.")}
"""Beginning of a parameter's name -> what it was in former checkpoints."""


def check_base(checkpoint: Checkpoint, base: Path) -> None:
    """Whether a checkpoint fits a base model.

    Parameters
    ----------
    checkpoint
        The trained part.
    base
        Folder of the base model.

    Raises
    ------
    SetupError
        Where there is no base model.
    CheckpointMismatch
        Where the checkpoint was trained on another base model.
    """
    require_base(base)
    name, checksum = base_identity(base)
    known, recorded = checkpoint.info.base_sha256, (base / "llmrec.json").is_file()
    named = name == checkpoint.info.base
    if not ((named or not recorded) and checksum == known if known else named):  # a copy may have another name
        raise CheckpointMismatch(
            f"{checkpoint.folder} was trained on base model {checkpoint.info.base} "
            f"({checkpoint.info.base_sha256[:12]}), but {base} "
            f"holds {name} ({checksum[:12]}); name that base's folder in LLMREC_BASE, or retrain with `llmrec train`"
        )


def merged_backbone(checkpoint: Checkpoint, base: Path) -> nn.Module:
    """The layers of `base` that rank, with the checkpoint's LoRA merged in: same numbers, fewer multiplications.

    Parameters
    ----------
    checkpoint
        The trained part.
    base
        Folder of its base model.

    Raises
    ------
    CheckpointError
        Where the LoRA is not of the sizes that checkpoint.json tells.
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


def restore_model(checkpoint: Checkpoint, base: Path) -> RecLM:
    """The checkpoint's RecLM, for any catalogue.

    Parameters
    ----------
    checkpoint
        The trained part.
    base
        Folder of its base model.

    Returns
    -------
    RecLM
        In evaluation mode, its LoRA merged into the base and nothing of it trainable.

    Raises
    ------
    CheckpointMismatch
        For another base model.
    CheckpointError
        Where the parameters are not those that checkpoint.json describes.
    """
    check_base(checkpoint, base)
    dims = {m: fitted.width for m, fitted in normalisers(checkpoint).items()}
    schema = ItemSchema(dims, checkpoint.info.steps, len(checkpoint.items))
    model = RecLM(merged_backbone(checkpoint, base), checkpoint.info.config, schema)
    with torch.no_grad():
        for parameter, p in model.named_parameters():
            if parameter.startswith("backbone."):
                continue  # merged above
            stored = stored_parameter(checkpoint, parameter)
            _check_shape(checkpoint, parameter, stored.shape, p.shape)
            p.copy_(torch.from_numpy(stored.astype(np.float32)))
    return model.eval().requires_grad_(False)


def restore_items(
    checkpoint: Checkpoint,
    items: Sequence[str],
    vectors: Mapping[str, VectorRows],
    mask: Mapping[str, NDArray[np.bool_]],
) -> ItemTable:
    """Items as a checkpoint's model reads them.

    Parameters
    ----------
    checkpoint
        The trained part.
    items
        Ids. Those that had training events own their id; others are new items, scored by their media alone.
    vectors
        Modality -> ``(items, dim)``, raw, by the checkpoint's encoders. They are not copied, but where the model reads
        an item's neighbours.
    mask
        Modality -> ``(items,)`` bool.

    Raises
    ------
    CheckpointMismatch
        Where the vectors are not of the sizes that the checkpoint was trained on.
    """
    source = checkpoint.rows_of(items)
    known = (source >= 0) & checkpoint.arrays["known"][source]
    fitted = normalisers(checkpoint)
    for modality in fitted:
        _check_size(checkpoint, modality, vectors[modality].shape[1])
    rows = {m: NormalisedRows(as_rows(vectors[m]), mask[m], normaliser) for m, normaliser in fitted.items()}
    masks = {m: torch.from_numpy(mask[m]) for m in fitted}
    id_rows = torch.from_numpy(np.where(known, source, -1).astype(np.int64))
    events = _interactions(checkpoint, source)
    if events is None:
        return ItemTable(tuple(items), rows, masks, id_rows)
    read = {m: x[:] for m, x in rows.items()}
    return ItemTable(tuple(items), read, masks, id_rows, item_graph(read, masks, events))


def normalisers(checkpoint: Checkpoint) -> dict[str, Normaliser]:
    """Modality -> what puts its raw vectors on the scale that the checkpoint's model reads.

    Raises
    ------
    CheckpointError
        Where one is missing.
    """
    found = {}
    for modality in checkpoint.info.encoders:
        names = ["mean", "spread", *(["axes"] if checkpoint.info.config.interest else [])]
        for name in names:
            if f"{name}.{modality}" not in checkpoint.arrays:
                raise CheckpointError(
                    f"{checkpoint.folder} lacks {name}.{modality}; copy the checkpoint again, or retrain it"
                )
        mean, spread, *axes = (checkpoint.arrays[f"{name}.{modality}"] for name in names)
        steps = checkpoint.info.steps.get(modality, 1)
        if len(mean) % steps:
            _check_size(checkpoint, modality, len(mean))
        found[modality] = Normaliser(mean, spread, axes[0] if axes else None, steps)
    return found


def index_axes(checkpoint: Checkpoint) -> dict[str, NDArray[np.float32]]:
    """Modality -> ``(dim, k)`` float32: along which an index compares it; none in checkpoints of before 2026-11-29."""
    prefix = f"{INDEX_AXES}."
    stored = {name.removeprefix(prefix): x for name, x in checkpoint.arrays.items() if name.startswith(prefix)}
    return {m: x.astype(np.float32) for m, x in stored.items()}


def stored_parameter(checkpoint: Checkpoint, parameter: str) -> NDArray[np.float16]:
    """A parameter of the model as the checkpoint stores it, under its present name or a former one."""
    for today, former in RENAMED_PARAMETERS.items():
        if parameter.startswith(today):
            names = [parameter, *(parameter.replace(today, name, 1) for name in former)]
            break
    else:
        names = [parameter]
    for name in names:
        if (stored := checkpoint.arrays.get(f"model.{name}")) is not None:
            return stored
    raise CheckpointError(
        f"{checkpoint.folder} lacks {parameter} of the model that checkpoint.json describes; copy the checkpoint "
        "again, or retrain it"
    )


def _check_shape(checkpoint: Checkpoint, parameter: str, found: tuple[int, ...], described: tuple[int, ...]) -> None:
    if tuple(found) != tuple(described):
        raise CheckpointError(
            f"{checkpoint.folder}: {parameter} is {tuple(found)}, but checkpoint.json describes a model where it is "
            f"{tuple(described)}; copy the checkpoint again, or retrain it"
        )


def _check_size(checkpoint: Checkpoint, modality: str, found: int) -> None:
    trained, steps = checkpoint.arrays[f"mean.{modality}"].shape[0], checkpoint.info.steps.get(modality, 1)
    if trained != found or trained % steps:
        raise CheckpointMismatch(
            f"{checkpoint.folder} was trained on {modality} vectors of {trained} numbers in {steps} "
            f"steps ({checkpoint.info.encoders[modality]}), the catalogue has {found}; encode it with that encoder, "
            "or retrain with `llmrec train`"
        )


def _interactions(checkpoint: Checkpoint, source: NDArray[np.intp]) -> torch.Tensor | None:
    """The training events that the checkpoint's graph was made of, in the catalogue's rows; None for other fusions."""
    stored = checkpoint.arrays.get(INTERACTIONS)
    if stored is None:
        return None
    place = np.full(len(checkpoint.items), -1)
    place[source[source >= 0]] = np.flatnonzero(source >= 0)
    rows = place[stored[0]]
    return torch.from_numpy(np.stack([rows, stored[1]])[:, rows >= 0].astype(np.int64))
