"""Weights of what goes with an item on disk: fitting them takes seconds, and a process that starts again need not."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from llmrec.catalog.types import Catalog
from llmrec.ranking.complement_fit import ComplementWeights, Network

FORMAT = "1"
"""Changes where other features, or another fit, would make other weights of the same catalogue."""
_ARRAYS = ("mean", "spread", "first", "bias", "last")


def weights_file(folder: Path, catalog: Catalog, names: Sequence[str]) -> Path:
    """Where the weights of a catalogue lie, by all that they are fitted on.

    Parameters
    ----------
    folder
        Of all such files.
    catalog
        Its items and events.
    names
        Of the features, and of what the items' vectors are.
    """
    digest = hashlib.blake2b(f"{FORMAT}:{[*names]}".encode(), digest_size=12)
    for item in catalog.items:
        digest.update(f"{item.id}\x1f{item.title}\x1f{item.attributes}\x1f{item.description}\x1e".encode())
    for user, events in catalog.histories.items():
        digest.update(f"{user}\x1d".encode())
        for event in events:
            digest.update(f"{event.item}\x1f{event.timestamp}\x1f{event.kind}\x1e".encode())
    return folder / f"{digest.hexdigest()}.safetensors"


def load_weights(path: Path) -> ComplementWeights | None:
    """The weights of a file; None where there is none, or it is damaged."""
    try:
        held = load_file(path)
        network = Network(*(held[name] for name in _ARRAYS)) if "first" in held else None
        return ComplementWeights(held["linear"], network, int(held["baskets"][0]))
    except (OSError, SafetensorError, LookupError):
        return None


def save_weights(path: Path, weights: ComplementWeights) -> None:
    """Write weights, whole or not at all; a disk that refuses costs the next process its seconds, and nothing else."""
    arrays: dict[str, NDArray[Any]] = {"linear": weights.linear, "baskets": np.array([weights.baskets], np.int64)}
    if weights.network is not None:
        arrays |= {name: np.ascontiguousarray(getattr(weights.network, name)) for name in _ARRAYS}
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with suppress(OSError, SafetensorError):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(arrays, part)
        part.replace(path)
