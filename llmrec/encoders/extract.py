"""Catalogue -> features: from the checkpoint, else from the cache, else by running the encoder.

Threads decode the next batches while the encoder works on this one.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from llmrec.catalog import Catalog, Item
from llmrec.catalog.quarantine import note_unreadable
from llmrec.encoders.base import ContentError, Encoder, item_key, lacks, media_file, read_item
from llmrec.encoders.cache import FeatureCache, Refusal, content_key
from llmrec.encoders.decoder_pool import end_idle
from llmrec.encoders.features import Features
from llmrec.encoders.parallel import Unreadable, encode_in_parts, unreadable
from llmrec.runtime import keep_freed_memory
from llmrec.vector_rows import VectorRows
from llmrec.workers import Workers

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 2
"""Batches in memory besides the one at work."""
MOST = 8
"""Threads that decode: more than this wait for one encoder."""
BATCH = {"text": 64, "image": 64, "video": 8, "audio": 32}
"""Contents that are decoded, encoded and written together; so many are lost where the process is killed."""
PART = {"text": 256}
"""Contents that a worker elsewhere gets at once, where not as many as a batch: texts take little of its time."""


def default_workers() -> int:
    """One a core that this process may use, at most `MOST`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, cores)


def read_ahead(
    tasks: Sequence[Task], size: int, read: Callable[[Task], Result], workers: int
) -> Iterator[list[Result]]:
    """Does tasks in threads, a few batches ahead of who takes them.

    Parameters
    ----------
    tasks
        In order.
    size
        Tasks a batch; at most `AHEAD` batches wait to be taken.
    read
        Does one task. What it raises is raised here, at its place.
    workers
        Threads; the batches do not depend on their number.

    Yields
    ------
    list
        Results of a batch, in the order of the tasks.
    """
    pool = ThreadPoolExecutor(workers, "decode")
    pending: deque[list[Future[Result]]] = deque()
    try:
        for start in range(0, len(tasks), size):
            pending.append([pool.submit(read, task) for task in tasks[start : start + size]])
            if len(pending) > AHEAD:
                yield [future.result() for future in pending.popleft()]
        while pending:
            yield [future.result() for future in pending.popleft()]
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Read:
    """A content that was decoded, or why it could not be."""

    row: int
    content: Any
    error: ContentError | OSError | None


@dataclass(frozen=True, slots=True)
class Problem:
    """A content that could not be read; its item goes on without that modality.

    Parameters
    ----------
    item
        Its id.
    path
        The media file; None for text.
    reason
        In words.
    modality
        Which of the item's contents it is.
    """

    item: str
    path: Path | None
    reason: str
    modality: str

    def __str__(self) -> str:
        """One line for people."""
        return f"item {self.item}: {self.path or 'text'} cannot be read ({self.reason}); it is left out"


def extract(
    catalog: Catalog,
    encoders: Sequence[Encoder[Any]],
    cache: Path,
    shipped: Features | None = None,
    progress: bool = True,
    workers: int | None = None,
    processes: Workers | None = None,
) -> tuple[Features, list[Problem]]:
    """Features of all items in the modalities of the encoders.

    A run that is cut off, also by `kill -9`, loses at most one batch.

    Parameters
    ----------
    catalog
        The items.
    encoders
        One a modality. An encoder is loaded only where it has to run.
    cache
        Folder of vectors that were computed before.
    shipped
        A checkpoint's features: they serve where it has the item by the same encoder, and either the same content or,
        where the catalogue lacks that medium, the same title.
    progress
        Whether a progress bar is shown.
    workers
        Threads that decode while the encoder is at work (default: one a core, at most 8); their number does not
        change the vectors.
    processes
        Processes or actors of Ray that read and encode in place of this one, each on one thread; they open the encoders
        by their ids.

    Returns
    -------
    tuple
        The features, and the contents that could not be read.

    Raises
    ------
    StorageError
        Where the cache cannot be written.
    SetupError
        Where an encoder that is needed is not installed.
    BadInput, LlmrecError
        As `encode_in_parts`, with `processes`.
    """
    keep_freed_memory()  # here, as whatever runs encoders or an LLM over a catalogue comes by here first
    problems: list[Problem] = []
    title_keys = tuple(content_key(item.title.encode()) for item in catalog.items)
    vectors, masks, keys = {}, {}, {}
    for encoder in encoders:
        found = _Modality(catalog.items, title_keys, encoder, FeatureCache(cache, encoder.id), problems)
        if shipped is not None and shipped.encoders.get(encoder.modality) == encoder.id:
            found.take_shipped(shipped)
        found.take_cached()
        found.encode_rest(progress, workers or default_workers(), processes)
        found.leave_out_rest()
        vectors[encoder.modality], masks[encoder.modality] = found.arrays()
        keys[encoder.modality] = tuple(found.keys)
    ids = tuple(item.id for item in catalog.items)
    names = {encoder.modality: encoder.id for encoder in encoders}
    steps = {encoder.modality: encoder.steps for encoder in encoders if encoder.steps > 1}
    return Features(ids, title_keys, vectors, masks, names, keys, steps), problems


def note_problems(folder: Path, features: Features, problems: Sequence[Problem]) -> None:
    """Lists the problems beside the bad rows of a catalogue.

    Parameters
    ----------
    folder
        The catalogue's.
    features
        Of the catalogue.
    problems
        What `extract` found.

    Raises
    ------
    StorageError
        Where the disk refuses.
    """
    records = [
        {"item": p.item, "modality": p.modality, "file": str(p.path or ""), "reason": p.reason} for p in problems
    ]
    note_unreadable(folder, features.encoders, records)


def _content(item: Item, modality: str) -> str:
    """An item's content as a worker elsewhere is told of it: its text, or where its file lies."""
    return item.text() if modality == "text" else str(Path(media_file(item, modality) or "").resolve())


def _file_version(item: Item, modality: str) -> int:
    """By what a file that is written to is told from what it was; 0 for text. Raises `OSError` where it has gone."""
    path = None if modality == "text" else media_file(item, modality)
    if path is None:
        return 0
    there = path.stat()
    return hash((there.st_mtime_ns, there.st_size, there.st_ino))


class _Modality:
    """One modality under way: what each item's content is, and the vectors found so far."""

    def __init__(
        self,
        items: Sequence[Item],
        title_keys: Sequence[str],
        encoder: Encoder[Any],
        cache: FeatureCache,
        problems: list[Problem],
    ) -> None:
        self.items, self.title_keys, self.encoder, self.cache = items, title_keys, encoder, cache
        self.problems = problems
        self.found: dict[int, NDArray[np.floating[Any]]] = {}
        self.failed: dict[str, Refusal] = {}
        self.file_versions = [0] * len(items)
        self.keys = [self._key(row, item) for row, item in enumerate(items)]

    def _key(self, row: int, item: Item) -> str:
        try:
            self.file_versions[row] = _file_version(item, self.encoder.modality)
            return item_key(item, self.encoder.modality)
        except OSError as error:
            self._report(item, error.strerror or str(error))
            return ""

    def _report(self, item: Item, reason: str) -> None:
        modality = self.encoder.modality
        self.problems.append(Problem(item.id, media_file(item, modality), reason, modality))

    def take_shipped(self, shipped: Features) -> None:
        modality = self.encoder.modality
        for row, item in enumerate(self.items):
            there = shipped.row.get(item.id)
            if there is None or not shipped.mask[modality][there]:
                continue
            same = shipped.keys[modality][there] == self.keys[row]
            named = lacks(item, modality) and shipped.title_keys[there] == self.title_keys[row]
            if same or named:
                self.found[row] = shipped.vectors[modality][there]
                self.keys[row] = shipped.keys[modality][there]

    def take_cached(self) -> None:
        missing = self._missing()
        kept = self.cache.find({self.keys[row] for row in missing})
        self.found |= {row: kept[self.keys[row]] for row in missing if self.keys[row] in kept}

    def _missing(self) -> list[int]:
        return [row for row, key in enumerate(self.keys) if key and row not in self.found]

    def leave_out_rest(self) -> None:
        """Items whose content cannot be decoded go on without it; those that have a damaged one are reported."""
        for row in self._missing():
            refusal = self.failed.get(self.keys[row]) or self.cache.refused(self.keys[row])
            if refusal is not None and not refusal.absent:
                self._report(self.items[row], refusal.reason)
            self.keys[row] = ""

    def encode_rest(self, progress: bool, workers: int, processes: Workers | None) -> None:
        untried = [row for row in self._missing() if self.cache.refused(self.keys[row]) is None]
        rows = sorted({self.keys[row]: row for row in reversed(untried)}.values())  # each content once
        if not rows:
            return
        console = Console(stderr=True, quiet=not progress)
        label = f"encoding {self.encoder.modality} with {self.encoder.id}"
        if not console.is_terminal:
            console.print(f"{label}: {len(rows)} contents")
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"), TimeRemainingColumn(),
        )  # fmt: skip
        there = processes if processes is not None and processes.elsewhere else None
        counts = self._there(rows, there) if there else self._here(rows, workers)
        started, done = time.perf_counter(), 0
        try:
            with Progress(
                *columns, console=console, transient=True, disable=not console.is_terminal or not progress
            ) as bar:
                task = bar.add_task(label, total=len(rows), speed="")
                for count in counts:
                    done += count
                    speed = f"{done / (time.perf_counter() - started):.1f}/s"
                    bar.update(task, completed=done, speed=speed)
        finally:
            self.cache.close()
            end_idle()
        seconds = time.perf_counter() - started
        console.print(f"{label}: {done} contents in {seconds:.1f} s ({done / seconds:.1f}/s)")
        self.take_cached()

    def _read(self, row: int) -> "_Read":
        """One content, decoded; called from several threads."""
        try:
            content = read_item(self.items[row], self.encoder)
        except (ContentError, OSError) as error:
            return _Read(row, None, error)
        return _Read(row, content, None)

    def _here(self, rows: Sequence[int], workers: int) -> Iterator[int]:
        """Encode in this process; gives the number of contents of each batch."""
        for batch in read_ahead(rows, BATCH.get(self.encoder.modality, 32), self._read, workers):
            kept = [read for read in batch if self._unchanged(read.row)]  # all of it is read by now
            for read in kept:
                if read.error is not None:
                    self._refuse(self.keys[read.row], unreadable(read.error))
            good = [read for read in kept if read.error is None and read.content is not None]
            if good:
                vectors = self.encoder.encode([read.content for read in good])
                self.cache.put([self.keys[read.row] for read in good], vectors)
            yield len(batch)

    def _there(self, rows: Sequence[int], workers: Workers) -> Iterator[int]:
        """Encode by workers elsewhere; gives the number of contents of each part."""
        modality = self.encoder.modality
        contents = [_content(self.items[row], modality) for row in rows]
        size = PART.get(modality, BATCH.get(modality, 32))
        with closing(encode_in_parts(self.encoder, contents, size, workers)) as parts:
            for part in parts:
                kept = [n for n, place in enumerate(part.places) if self._unchanged(rows[place])]
                self.cache.put([self.keys[rows[part.places[n]]] for n in kept], part.vectors[kept])
                for place, why in part.unreadable.items():
                    if self._unchanged(rows[place]):
                        self._refuse(self.keys[rows[place]], why)
                yield part.count

    def _unchanged(self, row: int) -> bool:
        """Whether the content is the one that the key is of; else nothing of it is kept, and the next run reads it."""
        try:
            same = self.file_versions[row] == _file_version(self.items[row], self.encoder.modality)
        except OSError:
            return True  # it has gone, which reading it has told
        if not same:
            self.failed[self.keys[row]] = Refusal("it was changed while the catalogue was read")
        return same

    def _refuse(self, key: str, why: Unreadable) -> None:
        self.failed[key] = why.refusal
        if why.lasting:
            self.cache.refuse(key, why.refusal)

    def arrays(self) -> tuple[VectorRows, NDArray[np.bool_]]:
        """(items, dim) vectors and (items,) mask."""
        # a checkpoint's vectors serve also where its encoder is not installed and cannot say how wide it is
        dim = len(next(iter(self.found.values()))) if self.found else self.encoder.dim
        vectors = np.zeros((len(self.items), dim), np.float16)
        mask = np.zeros(len(self.items), np.bool_)
        for row, vector in self.found.items():
            vectors[row], mask[row] = vector, True
        self.found.clear()
        return VectorRows(vectors), mask
