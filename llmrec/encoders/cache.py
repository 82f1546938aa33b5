"""Vectors on disk, found by the hash of the content they were computed from; one folder an encoder id.

A cache is a set of shards. Each flush writes a new shard beside its place and moves it in, so a process
killed at any time loses at most what it had not flushed, and two processes cannot damage each other's work.
"""

import errno
import hashlib
import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from llmrec.errors import StorageError

FLUSH_EVERY = 256  # vectors; about ten seconds of work on two cores


def content_key(raw: bytes) -> str:
    """Hex sha256 of a content's bytes."""
    return hashlib.sha256(raw).hexdigest()


def write_arrays(path: Path, arrays: dict[str, NDArray[np.generic]], metadata: dict[str, str]) -> None:
    """Write a safetensors file whole or not at all; raises `StorageError` where the disk refuses."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(arrays, part, metadata)
        part.replace(path)
    except (OSError, SafetensorError) as error:
        with suppress(OSError):
            part.unlink()
        # safetensors wraps the operating system's error into its own words
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        why = "the disk is full" if full else str(error)
        raise StorageError(f"{path} cannot be written ({why}); free some space, or move LLMREC_HOME") from error


class FeatureCache:
    """Content key -> vector of one encoder. Vectors are kept as float16, as adapter packs carry them."""

    def __init__(self, root: Path, encoder: str) -> None:
        """Open (or begin) the cache of encoder id `encoder` below `root`."""
        slug = re.sub(r"[^A-Za-z0-9.]+", "-", encoder).strip("-")
        # two ids may read alike once slugged: the hash tells them apart
        self._folder = root / f"{slug}-{hashlib.sha256(encoder.encode()).hexdigest()[:8]}"
        self._encoder = encoder
        self._vectors: dict[str, NDArray[np.float16]] = {}
        self._fresh: list[str] = []
        for shard in sorted(self._folder.glob("*.safetensors")):
            self._read(shard)

    def _read(self, shard: Path) -> None:
        try:
            with safe_open(shard, "numpy") as file:
                if (file.metadata() or {}).get("encoder") != self._encoder:
                    return
                keys, vectors = file.get_tensor("keys"), file.get_tensor("vectors")
        except (SafetensorError, OSError):
            shard.unlink(missing_ok=True)  # damaged from outside; its contents are simply encoded again
            return
        self._vectors.update(zip((row.tobytes().hex() for row in keys), vectors, strict=True))

    def get(self, key: str) -> NDArray[np.float16] | None:
        """The (dim,) vector of a content, or None."""
        return self._vectors.get(key)

    def put(self, keys: Iterable[str], vectors: NDArray[np.float32]) -> None:
        """Keep (n, dim) vectors of n contents; written to disk every `FLUSH_EVERY` and at `flush`."""
        for key, vector in zip(keys, vectors.astype(np.float16), strict=True):
            self._vectors[key] = vector
            self._fresh.append(key)
        if len(self._fresh) >= FLUSH_EVERY:
            self.flush()

    def flush(self) -> None:
        """Write what is new; raises `StorageError` where the disk refuses."""
        if not self._fresh:
            return
        keys = np.frombuffer(bytes.fromhex("".join(self._fresh)), np.uint8).reshape(len(self._fresh), 32)
        vectors = np.stack([self._vectors[key] for key in self._fresh])
        shard = self._folder / f"{time.time_ns():020d}-{os.getpid()}.safetensors"
        write_arrays(shard, {"keys": keys, "vectors": vectors}, {"encoder": self._encoder})
        self._fresh.clear()
