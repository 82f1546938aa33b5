"""Catalogue -> features: from the adapter pack, else from the cache, else by running the encoder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from llmrec.catalog import Catalog, Item
from llmrec.encoders.base import ContentError, Encoder, lacks, raw_content
from llmrec.encoders.cache import FeatureCache, content_key
from llmrec.encoders.features import Features

BATCH = 64  # contents read and encoded between two steps of the progress bar


@dataclass(frozen=True, slots=True)
class Problem:
    """A content that could not be read; its item goes on without that modality."""

    item: str
    path: Path | None
    """The media file; None for text."""
    reason: str

    def __str__(self) -> str:
        """One line for people."""
        return f"item {self.item}: {self.path or 'text'} cannot be read ({self.reason}); it is left out"


def extract(
    catalog: Catalog,
    encoders: Sequence[Encoder[Any]],
    cache: Path,
    shipped: Features | None = None,
    progress: bool = True,
) -> tuple[Features, list[Problem]]:
    """Features of all items in the modalities of the encoders, and the contents that could not be read.

    `shipped` are an adapter pack's features: they serve where the pack has the item by the same encoder, and
    either the same content or, where the catalogue lacks that medium, the same title. Otherwise the vector
    comes from the folder `cache`, or else the encoder runs (and is loaded only then), with a progress bar.
    A run that is cut off goes on where it stopped. Raises `StorageError` where the cache cannot be written,
    `SetupError` where an encoder that is needed is not installed.
    """
    problems: list[Problem] = []
    title_keys = tuple(content_key(item.title.encode()) for item in catalog.items)
    vectors, masks, keys = {}, {}, {}
    for encoder in encoders:
        found = _Modality(catalog.items, title_keys, encoder, FeatureCache(cache, encoder.id), problems)
        if shipped is not None and shipped.encoders.get(encoder.modality) == encoder.id:
            found.take_shipped(shipped)
        found.take_cached()
        found.encode_rest(progress)
        vectors[encoder.modality], masks[encoder.modality] = found.arrays()
        keys[encoder.modality] = tuple(found.keys)
    ids = tuple(item.id for item in catalog.items)
    names = {encoder.modality: encoder.id for encoder in encoders}
    return Features(ids, title_keys, vectors, masks, names, keys), problems


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
        self.keys = [self._key(item) for item in items]

    def _key(self, item: Item) -> str:
        raw = self._raw(item)
        return "" if raw is None else content_key(raw)

    def _raw(self, item: Item) -> bytes | None:
        try:
            return raw_content(item, self.encoder.modality)
        except OSError as error:
            self._report(item, error.strerror or str(error))
            return None

    def _report(self, item: Item, reason: str) -> None:
        self.problems.append(Problem(item.id, item.media.get(self.encoder.modality), reason))

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
        for row in self._missing():
            vector = self.cache.get(self.keys[row])
            if vector is not None:
                self.found[row] = vector

    def _missing(self) -> Iterable[int]:
        return [row for row, key in enumerate(self.keys) if key and row not in self.found]

    def encode_rest(self, progress: bool) -> None:
        first = {self.keys[row]: row for row in reversed(list(self._missing()))}  # each content once
        rows = sorted(first.values())
        if not rows:
            return
        console = Console(stderr=True, quiet=not progress)
        label = f"encoding {self.encoder.modality} with {self.encoder.id}"
        if not console.is_terminal:
            console.print(f"{label}: {len(rows)} contents")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        try:
            with Progress(
                *columns, console=console, transient=True, disable=not console.is_terminal or not progress
            ) as bar:
                task = bar.add_task(label, total=len(rows))
                for start in range(0, len(rows), BATCH):
                    self._encode(rows[start : start + BATCH])
                    bar.advance(task, len(rows[start : start + BATCH]))
        finally:
            self.cache.flush()  # also on Ctrl-C: what was computed is kept
        self.take_cached()
        for row in self._missing():
            self.keys[row] = ""

    def _encode(self, rows: Sequence[int]) -> None:
        keys, contents = [], []
        for row in rows:
            raw = self._raw(self.items[row])
            if raw is None:
                continue
            try:
                contents.append(self.encoder.read(raw))
                keys.append(self.keys[row])
            except ContentError as error:
                self._report(self.items[row], str(error))
        if contents:
            self.cache.put(keys, self.encoder.encode(contents))

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(items, dim) vectors and (items,) mask."""
        vectors = np.zeros((len(self.items), self.encoder.dim), np.float32)
        mask = np.zeros(len(self.items), np.bool_)
        for row, vector in self.found.items():
            vectors[row], mask[row] = vector, True
        return vectors, mask
