"""A catalogue's media as vectors, and the file in which a checkpoint carries them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from llmrec.encoders.cache import write_arrays
from llmrec.errors import CheckpointError
from llmrec.vector_rows import VectorRows, as_rows

FORMAT = "llmrec-features-1"


@dataclass(frozen=True)
class MediaVectors:
    """The vectors of a catalogue's media without what they were made of. They are never changed: `put` gives others.

    Parameters
    ----------
    vectors, mask, steps
        See `Features`.
    """

    vectors: Mapping[str, VectorRows]
    mask: Mapping[str, NDArray[np.bool_]]
    steps: Mapping[str, int]

    def put(self, rows: Sequence[int], other: "MediaVectors", items: int) -> "MediaVectors":
        """With other media in some rows.

        Parameters
        ----------
        rows
            Which change or come.
        other
            Theirs, in the same modalities.
        items
            How many there are then: fewer, and the last ones are gone.
        """
        mask = {}
        for m, there in self.mask.items():
            mask[m] = np.zeros(items, np.bool_)
            mask[m][: len(there)] = there[:items]
            mask[m][list(rows)] = other.mask[m]
        vectors = {m: x.put(rows, other.vectors[m], items) for m, x in self.vectors.items()}
        return MediaVectors(vectors, mask, self.steps)

    def mapped(self, folder: Path) -> "MediaVectors":
        """The same, in files of a folder where they are many (see `VectorRows.mapped`)."""
        return replace(self, vectors={m: x.mapped(folder) for m, x in self.vectors.items()})

    def release(self) -> None:
        """Let go of what was read of files (see `VectorRows.release`)."""
        for x in self.vectors.values():
            x.release()


@dataclass(frozen=True)
class Features:
    """Raw encoder vectors, a row an item, in each modality that was encoded.

    Parameters
    ----------
    ids
        Item ids, in row order.
    title_keys
        sha256 of each title: tells a namesake id of another catalogue, without carrying the words.
    vectors
        Modality -> ``(items, dim)``, float16 in precision (as cached and shipped); zero rows where missing.
    mask
        Modality -> ``(items,)`` bool: whether the item has it.
    encoders
        Modality -> encoder id.
    keys
        Modality -> sha256 of each item's content, "" where missing.
    steps
        Modality -> consecutive blocks of a vector, where there is more than one (see `Encoder.steps`).
    """

    ids: tuple[str, ...]
    title_keys: tuple[str, ...]
    vectors: Mapping[str, VectorRows]
    mask: Mapping[str, NDArray[np.bool_]]
    encoders: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take vectors that are given as arrays."""
        object.__setattr__(self, "vectors", {m: as_rows(x) for m, x in self.vectors.items()})

    @cached_property
    def row(self) -> dict[str, int]:
        """Item id -> row."""
        return {item: row for row, item in enumerate(self.ids)}

    @property
    def media(self) -> MediaVectors:
        """The vectors alone."""
        return MediaVectors(self.vectors, self.mask, self.steps)

    def digest(self) -> str:
        """Hex sha256 of which contents of which items were encoded, and by what: equal where the vectors are."""
        told = [self.ids, self.title_keys, dict(self.encoders), {m: self.keys[m] for m in self.encoders}]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def save(self, path: Path) -> None:
        """Writes one safetensors file, vectors as float16.

        Parameters
        ----------
        path
            The file.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        arrays: dict[str, NDArray[np.generic]] = {"title_keys": _packed(self.title_keys)}
        for modality in self.encoders:
            arrays[f"vectors.{modality}"] = self.vectors[modality][:].astype(np.float16)
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
        """Reads what `save` wrote.

        Parameters
        ----------
        path
            The file.

        Raises
        ------
        CheckpointError
            Where it is absent, damaged or of another format.
        """
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                if metadata.get("format") != FORMAT:
                    raise CheckpointError(f"{path} is no features file of format {FORMAT}; copy the checkpoint again")
                ids = tuple(json.loads(metadata["ids"]))
                encoders = json.loads(metadata["encoders"])
                steps = json.loads(metadata.get("steps", "{}"))  # older files know only text and pictures
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path} is missing or damaged ({error}); copy the checkpoint again") from error
        return cls(
            ids=ids,
            title_keys=_unpacked(arrays["title_keys"]),
            vectors={modality: as_rows(arrays[f"vectors.{modality}"]) for modality in encoders},
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
