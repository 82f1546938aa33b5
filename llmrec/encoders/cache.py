"""Vectors on disk, found by the hash of the content they were computed from; one folder an encoder id.

A cache is a set of shards. Each batch is written at once as a shard of its own, beside its place and then moved in,
so that a process killed at any time loses at most the batch at work, and two processes cannot damage each other's
work; a process that ends in order makes one shard of its own ones. A write costs milliseconds, its batch seconds.
"""

import errno
import hashlib
import json
import os
import re
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from llmrec import __version__
from llmrec.errors import StorageError

SMALL_SHARD, MOST_SMALL = 8 * 2**20, 64
"""Bytes of a file below which it is small, and how many small ones there may be."""
REFUSED = f"refused-{__version__}.jsonl"  # another version may decode more


def content_key(raw: bytes) -> str:
    """Hex sha256 of a content's bytes, by which its vector is found."""
    return hashlib.sha256(raw).hexdigest()


def write_arrays(path: Path, arrays: dict[str, NDArray[np.generic]], metadata: dict[str, str]) -> None:
    """Writes a safetensors file whole or not at all.

    Parameters
    ----------
    path
        The file; its folder is made where there is none.
    arrays
        Name -> array.
    metadata
        Words that go with them.

    Raises
    ------
    StorageError
        Where the disk refuses.
    """
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a content has no vector.

    Parameters
    ----------
    reason
        In words.
    absent
        Nothing is damaged: the file just has no such content.
    """

    reason: str
    absent: bool = False


class FeatureCache:
    """Content key -> vector of one encoder. Vectors are kept as float16, as checkpoints carry them.

    Parameters
    ----------
    root
        Folder of all caches.
    encoder
        Encoder id; its cache is begun where there is none.
    """

    def __init__(self, root: Path, encoder: str) -> None:
        slug = re.sub(r"[^A-Za-z0-9.]+", "-", encoder).strip("-")
        # two ids may read alike once slugged: the hash tells them apart
        self._folder = root / f"{slug}-{hashlib.sha256(encoder.encode()).hexdigest()[:8]}"
        self._encoder = encoder
        self._fresh: dict[str, NDArray[np.float16]] = {}
        self._shards: list[Path] = []
        self._refused = dict(_refusals(self._folder / REFUSED))

    def find(self, keys: Collection[str]) -> dict[str, NDArray[np.float16]]:
        """The vectors of those contents that were computed before; of a large cache only these are read.

        Parameters
        ----------
        keys
            Their `content_key`.

        Returns
        -------
        dict
            Content key -> ``(dim,)`` float16.
        """
        found: dict[str, NDArray[np.float16]] = {}
        wanted = _digests(keys)
        for shard in sorted(self._folder.glob("*.safetensors")) if len(wanted) else ():
            found |= self._read(shard, wanted)
        return {key: vector for key in keys if (vector := found.get(key)) is not None}

    def _read(self, shard: Path, wanted: NDArray[np.uint64] | None) -> dict[str, NDArray[np.float16]]:
        try:
            with safe_open(shard, "numpy") as file:
                if (file.metadata() or {}).get("encoder") != self._encoder:
                    return {}
                keys, held = file.get_tensor("keys"), file.get_slice("vectors")
                if len(keys) != held.get_shape()[0]:
                    raise SafetensorError("keys and vectors are not of the same contents")
                # by the first of four numbers, which two contents hardly share: the caller compares whole keys
                rows = np.arange(len(keys))
                if wanted is not None:
                    rows = np.flatnonzero(np.isin(keys.view(np.uint64)[:, 0], wanted))
                if len(rows) > len(keys) // 8:
                    vectors = file.get_tensor("vectors")[rows]
                else:
                    vectors = [held[row : row + 1][0] for row in rows.tolist()]
        except FileNotFoundError:
            return {}  # another process has just made one shard of several
        except (SafetensorError, OSError):
            shard.unlink(missing_ok=True)  # damaged from outside; its contents are simply encoded again
            return {}
        return {keys[row].tobytes().hex(): vector for row, vector in zip(rows, vectors, strict=True)}

    def refused(self, key: str) -> Refusal | None:
        """Why a content could not be decoded, where that was tried before."""
        return self._refused.get(key)

    def refuse(self, key: str, refusal: Refusal) -> None:
        """Remembers that a content cannot be decoded.

        Parameters
        ----------
        key
            Its `content_key`.
        refusal
            Why.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        self._refused[key] = refusal
        line = json.dumps({"key": key, "reason": refusal.reason, "absent": refusal.absent}) + "\n"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / REFUSED).open("a", encoding="utf-8") as file:
                file.write(line)  # one write: lines of two processes do not mix
        except OSError as error:
            raise StorageError(f"{self._folder} cannot be written: {error.strerror}; free some space") from error

    def put(self, keys: Iterable[str], vectors: NDArray[np.float32]) -> None:
        """Writes vectors.

        Parameters
        ----------
        keys
            `content_key` of n contents.
        vectors
            ``(n, dim)`` float32: theirs.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        fresh = dict(zip(keys, vectors.astype(np.float16), strict=True))
        if not fresh:
            return
        self._shards.append(self._write(fresh))
        self._fresh.update(fresh)

    def close(self) -> None:
        """Makes one shard of those that were written since the cache was opened, and of small ones where they are many.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        if len(self._shards) > 1:
            self._write(self._fresh)
            for shard in self._shards:
                shard.unlink(missing_ok=True)
        self._shards.clear()
        self._fresh.clear()
        small = [shard for shard in sorted(self._folder.glob("*.safetensors")) if _size(shard) < SMALL_SHARD]
        if len(small) > MOST_SMALL:  # items put one by one leave a file each, and every opening reads their keys
            read = {shard: own for shard in small if (own := self._read(shard, None))}
            if read:
                self._write({key: x for own in read.values() for key, x in own.items()})
            for shard in read:
                shard.unlink(missing_ok=True)

    def _write(self, vectors: dict[str, NDArray[np.float16]]) -> Path:
        keys = np.frombuffer(bytes.fromhex("".join(vectors)), np.uint8).reshape(-1, 32)
        shard = self._folder / f"{time.time_ns():020d}-{os.getpid()}.safetensors"
        write_arrays(shard, {"keys": keys, "vectors": np.stack(list(vectors.values()))}, {"encoder": self._encoder})
        return shard


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return SMALL_SHARD  # another process has just made one of several


def _digests(keys: Collection[str]) -> NDArray[np.uint64]:
    """The first number of each content key."""
    return np.frombuffer(b"".join(bytes.fromhex(key[:16]) for key in keys), np.uint64)


def _refusals(file: Path) -> Iterator[tuple[str, Refusal]]:
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            noted = json.loads(line)
            yield noted["key"], Refusal(noted["reason"], noted["absent"])
        except (ValueError, KeyError, TypeError):
            continue  # cut off by a full disk or a kill: that content is tried again
