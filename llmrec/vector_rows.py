"""Vectors of a catalogue's items, a row an item: what takes most of its memory, so it is held once and as it came.

Encoders' vectors are kept in float16, in memory or in a file that is mapped; whoever wants them as unit rows, or on the
scale that the model reads, gets the rows that are asked for, made as they are read. Rows that change are added behind
the others, so that an item that is put copies no vector of another.
"""

import mmap
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from llmrec.errors import StorageError

Floats = NDArray[np.float32]
Which = slice | Sequence[int] | NDArray[Any]
BLOCK: Final = 8192
"""Rows that are made at once where all are walked through."""
LEAST_MAPPED: Final = 64 * 2**20
"""Bytes from which vectors are better off in a file."""


class VectorRows:
    """Vectors ``(items, dim)`` that are read as float32. They are never changed: `put` gives others.

    Parameters
    ----------
    held
        ``(items, dim)`` of any floating type: they are neither copied nor converted.

    Examples
    --------
    >>> rows = VectorRows(np.array([[3, 4], [0, 2]], np.float16))
    >>> unit = rows.through(lambda x: x / np.linalg.norm(x, axis=1, keepdims=True))
    >>> unit[[1, 0]]
    array([[0. , 1. ],
           [0.6, 0.8]], dtype=float32)
    >>> rows.put([2], np.array([[5, 5]], np.float32), items=3)[2], len(rows)
    (array([5., 5.], dtype=float32), 2)
    """

    def __init__(self, held: NDArray[Any]) -> None:
        self._held, self._added = held, _Added(held.shape[1], held.dtype)
        self._place: NDArray[np.int64] | None = None  # of each row, beyond `held` in `_added`; None: all are in `held`
        self._made: Callable[[Floats], Floats] | None = None
        self._dim = int(held.shape[1])

    def __len__(self) -> int:
        """How many items there are."""
        return len(self._held) if self._place is None else len(self._place)

    @property
    def shape(self) -> tuple[int, int]:
        """Items, and numbers in a vector."""
        return len(self), self._dim

    @property
    def nbytes(self) -> int:
        """Bytes of memory that they take: those in a file take none for certain."""
        mapped = isinstance(self._held, np.memmap) or isinstance(self._held.base, np.memmap)
        own = 0 if mapped else self._held.nbytes
        return own + self._added.nbytes + (0 if self._place is None else self._place.nbytes)

    def __getitem__(self, rows: int | np.integer[Any] | Which) -> Floats:
        """The vectors of some rows: ``(n, dim)`` float32, or ``(dim,)`` for a single one."""
        if isinstance(rows, int | np.integer):
            alone: Floats = self[[int(rows)]][0]
            return alone
        which = rows if isinstance(rows, slice) else np.asarray(rows if len(rows) else np.empty(0, np.intp))
        raw = self._held[which] if self._place is None else self._scattered(self._place[which])
        read: Floats = raw.astype(np.float32, copy=False)
        return read if self._made is None else self._made(read)

    def products(self, queries: Floats, rows: NDArray[np.intp]) -> Floats:
        """Inner products ``(queries, rows)`` of some vectors with the vectors of `rows`, however many these are.

        Parameters
        ----------
        queries
            ``(queries, dim)`` float32.
        rows
            Which rows.
        """
        found = np.empty((len(queries), len(rows)), np.float32)
        for start in range(0, len(rows), BLOCK):  # what a block is made of stays in the processor's cache
            found[:, start : start + BLOCK] = queries @ self[rows[start : start + BLOCK]].T
        return found

    def _scattered(self, place: NDArray[np.int64]) -> NDArray[Any]:
        added = place >= len(self._held)
        if not added.any():
            found: NDArray[Any] = self._held[place]
            return found
        found = np.empty((len(place), self._held.shape[1]), self._held.dtype)
        found[~added] = self._held[place[~added]]
        found[added] = self._added.at(place[added] - len(self._held))
        return found

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """What they are read as."""
        return np.dtype(np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of them, for NumPy."""
        return self[:] if dtype is None else self[:].astype(dtype)

    def blocks(self) -> list[slice]:
        """Slices that cover all rows, for what walks through them without holding them all."""
        return [slice(start, min(start + BLOCK, len(self))) for start in range(0, len(self), BLOCK)]

    @property
    def present(self) -> NDArray[np.bool_]:
        """``(items,)`` bool: whose vector is not all zeros."""
        parts = [self[block].any(axis=1) for block in self.blocks()]
        return np.concatenate([*parts, np.empty(0, np.bool_)])

    def through(self, made: Callable[[Floats], Floats]) -> "VectorRows":
        """The same items, each vector made of the stored one as it is read.

        Parameters
        ----------
        made
            ``(n, dim)`` float32 -> ``(n, k)`` float32, each row of its own one alone.
        """
        view = self._sharing(self._place)
        before = self._made
        view._made = made if before is None else lambda x: made(before(x))
        view._dim = int(view._made(np.zeros((1, self._held.shape[1]), np.float32)).shape[1])
        return view

    def _sharing(self, place: NDArray[np.int64] | None) -> "VectorRows":
        other = object.__new__(VectorRows)
        other._held, other._added, other._place = self._held, self._added, place
        other._made, other._dim = self._made, self._dim
        return other

    def put(self, rows: Sequence[int], vectors: "Floats | VectorRows", items: int) -> "VectorRows":
        """With other vectors in some rows; no other is copied.

        Parameters
        ----------
        rows
            Which change or come.
        vectors
            ``(rows, dim)``, as they are stored: not through what `through` was given.
        items
            How many there are then: fewer, and the last ones are gone; more, and those without a vector are zeros.
        """
        now = np.arange(len(self)) if self._place is None else self._place
        beyond = sorted({*range(len(now), items)} - {*rows})
        stored = np.zeros((len(rows) + len(beyond), self._held.shape[1]), self._held.dtype)
        stored[: len(rows)] = vectors[:]
        place = np.concatenate([now[:items], np.zeros(max(0, items - len(now)), np.int64)])
        other = self._sharing(place)
        later = np.flatnonzero(place >= len(self._held))
        if self._added.used > 2 * len(later) + BLOCK:  # most of what was added is of no row any more
            other._added = _Added(self._held.shape[1], self._held.dtype)
            place[later] = len(self._held) + other._added.append(self._added.at(place[later] - len(self._held)))
        if len(stored):
            place[[*rows, *beyond]] = len(self._held) + other._added.append(stored)
        return other

    def release(self) -> None:
        """Let go of what was read of a mapped file: a walk through all rows leaves them in memory.

        From then on single rows are read, so the system is told not to read on behind them.
        """
        file = getattr(self._held if isinstance(self._held, np.memmap) else self._held.base, "_mmap", None)
        if file is not None and hasattr(mmap, "MADV_DONTNEED"):
            file.madvise(mmap.MADV_DONTNEED)
            file.madvise(mmap.MADV_RANDOM)

    def mapped(self, folder: Path) -> "VectorRows":
        """The same vectors in a file that goes with the process, where they are many; themselves where few.

        Parameters
        ----------
        folder
            Of the file; it is made where there is none.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        if self._place is not None or self._made is not None or self._held.nbytes < LEAST_MAPPED:
            return self
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Unlinked as soon as it is open: nothing has to be tidied up after a crash.
            with tempfile.TemporaryFile(dir=folder) as file:
                for block in self.blocks():
                    file.write(np.ascontiguousarray(self._held[block]).data)
                file.flush()
                return VectorRows(np.memmap(file, self._held.dtype, "r", shape=self._held.shape))
        except OSError as error:
            raise StorageError(f"{folder} cannot be written: {error.strerror}; free some space") from error


class _Added:
    """Rows that came later, of all descendants of one table: each finds its own by their places."""

    def __init__(self, dim: int, dtype: np.dtype[Any]) -> None:
        self._rows: NDArray[Any] = np.empty((0, dim), dtype)
        self._used, self._lock = 0, Lock()

    @property
    def used(self) -> int:
        return self._used

    @property
    def nbytes(self) -> int:
        return self._rows.nbytes

    def append(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Add rows; return their places. Those that are there already stay where they are for whoever reads them."""
        with self._lock:
            end = self._used + len(rows)
            if end > len(self._rows):
                grown = np.empty((max(end, 2 * len(self._rows)), self._rows.shape[1]), self._rows.dtype)
                grown[: self._used] = self._rows[: self._used]
                self._rows = grown
            self._rows[self._used : end] = rows
            places = np.arange(self._used, end)
            self._used = end
            return places

    def at(self, places: NDArray[np.int64]) -> NDArray[Any]:
        found: NDArray[Any] = self._rows[places]
        return found


def as_rows(vectors: "NDArray[Any] | VectorRows") -> VectorRows:
    """Vectors as `VectorRows`.

    Parameters
    ----------
    vectors
        ``(items, dim)``.
    """
    return vectors if isinstance(vectors, VectorRows) else VectorRows(vectors)
