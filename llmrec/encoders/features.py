"""A catalogue's media as vectors, and the file in which an adapter pack carries them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from llmrec.encoders.cache import write_arrays
from llmrec.errors import CheckpointError

FORMAT = "llmrec-features-1"


@dataclass(frozen=True)
class Features:
    """Vectors of `ids`, a row an item, in each modality that was encoded."""

    ids: tuple[str, ...]
    title_keys: tuple[str, ...]
    """sha256 of each title: tells a namesake id of another catalogue, without carrying the words."""
    vectors: Mapping[str, NDArray[np.float32]]
    """Modality -> (items, dim), float16 in precision (as cached and shipped); zero rows where missing."""
    mask: Mapping[str, NDArray[np.bool_]]
    """Modality -> (items,): whether the item has it."""
    encoders: Mapping[str, str]
    """Modality -> encoder id."""
    keys: Mapping[str, tuple[str, ...]]
    """Modality -> sha256 of each item's content, "" where missing."""
    steps: Mapping[str, int] = field(default_factory=dict)
    """Modality -> consecutive blocks of a vector, where there is more than one (see `Encoder.steps`)."""

    @cached_property
    def row(self) -> dict[str, int]:
        """Item id -> row."""
        return {item: row for row, item in enumerate(self.ids)}

    def save(self, path: Path) -> None:
        """Write one safetensors file (vectors as float16); raises `StorageError` where the disk refuses."""
        arrays: dict[str, NDArray[np.generic]] = {"title_keys": _packed(self.title_keys)}
        for modality in self.encoders:
            arrays[f"vectors.{modality}"] = self.vectors[modality].astype(np.float16)
            arrays[f"mask.{modality}"] = self.mask[modality]
            arrays[f"keys.{modality}"] = _packed(self.keys[modality])
        metadata = {
            "format": FORMAT,
            "ids": json.dumps(self.ids, ensure_ascii=False),
            "encoders": json.dumps(dict(self.encoders)),
            "steps": json.dumps(dict(self.steps)),
        }
        write_arrays(path, arrays, metadata)

    @classmethod
    def load(cls, path: Path) -> "Features":
        """Read what `save` wrote; raises `CheckpointError` where it is absent, damaged or of another format."""
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                if metadata.get("format") != FORMAT:
                    raise CheckpointError(f"{path} is no features file of format {FORMAT}; get the pack again")
                ids = tuple(json.loads(metadata["ids"]))
                encoders = json.loads(metadata["encoders"])
                steps = json.loads(metadata.get("steps", "{}"))  # older files know only text and pictures
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path} is missing or damaged ({error}); get the pack again") from error
        return cls(
            ids=ids,
            title_keys=_unpacked(arrays["title_keys"]),
            vectors={modality: arrays[f"vectors.{modality}"].astype(np.float32) for modality in encoders},
            mask={modality: arrays[f"mask.{modality}"] for modality in encoders},
            encoders=encoders,
            keys={modality: _unpacked(arrays[f"keys.{modality}"]) for modality in encoders},
            steps=steps,
        )


def _packed(keys: tuple[str, ...]) -> NDArray[np.generic]:
    """Hex digests as (n, 32) bytes, zeros for ""."""
    return np.frombuffer(b"".join(bytes.fromhex(key.zfill(64)) for key in keys), np.uint8).reshape(-1, 32)


def _unpacked(packed: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(row.tobytes().hex() if row.any() else "" for row in packed)
