"""The items as they are offered now: the folder's, with the changes of the store on top.

A change is written to the store first and acknowledged; a thread then takes all changes that wait into a new
recommender at once and puts that in the place of the old, so that a thousand items at a time cost little more than one.


An item that comes in over the wire: typed as the catalogue's others are, its media looked at before it is kept.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmrec import paths
from llmrec.catalog import AttributeValue, Catalog, Item
from llmrec.errors import BadInput, LlmrecError, StorageError
from llmrec.pipeline import changed, features_of
from llmrec.recommender import Recommender
from llmrec.retrieval.filters import Kind, attribute_kinds
from llmrec.server.observability import note
from llmrec.server.store.database import Database
from llmrec.server.store.items import changes_since, media_in_use, put_item, withdraw_item

if TYPE_CHECKING:
    from llmrec.chat.reader import CatalogueReader, ModelReader

AGAIN = 5.0
"""Seconds until changes that could not be taken in (a full disk) are tried again."""


@dataclass(frozen=True, slots=True)
class Stock:
    """One state of the shelf, in which all parts agree."""

    recommender: Recommender
    offered: frozenset[str]
    """Ids of the items that may be asked for."""
    number: int
    """The last change of the store that is in it."""
    reader: "CatalogueReader | None"
    """What reads lines of chats beside the rules, told of this catalogue."""


class LiveCatalog:
    """Holds the stock of this moment; whoever answers takes it once and keeps it to the end of the answer."""

    def __init__(
        self, recommender: Recommender, database: Database, media: Path, reader: "ModelReader | None" = None
    ) -> None:
        """Takes in the changes that the store holds already; `media`: the folder of their media files; `reader`: a
        chat model that reads lines beside the rules.

        Raises what `changed` raises.
        """
        self._database, self._media, self._reader = database, media, reader
        self.encoding = threading.Lock()
        """Held by who encodes media (towers and their cache serve one at a time) or changes which there are."""
        self._waits, self._ends = threading.Event(), False
        self.stock = self._stock(recommender, 0)
        self._take_in()
        self._thread = threading.Thread(target=self._run, name="shelf", daemon=True)
        self._thread.start()

    def note_change(self) -> None:
        """There is a change in the store."""
        self._waits.set()

    def close(self) -> None:
        """Ends the thread; changes that wait are taken in at the next start."""
        self._ends = True
        self._waits.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._waits.wait()
            if self._ends:
                return
            self._waits.clear()
            try:
                self._take_in()
            except Exception as error:
                note("items not taken in", logging.ERROR, error, reason=str(error) if _safe(error) else None)
                threading.Timer(AGAIN, self._waits.set).start()

    def _take_in(self) -> None:
        with self.encoding:
            stock = self.stock
            changes = changes_since(self._database, stock.number, self._media)
            if not changes:
                return
            known = stock.recommender.catalog.row
            put = [change.item for change in changes if change.item is not None]
            gone = [change.id for change in changes if change.item is None and change.id in known]
            pipeline = changed(stock.recommender.pipeline, put, gone)
        self.stock = self._stock(Recommender(pipeline), changes[-1].number)
        note("items taken in", put=len(put), withdrawn=len(gone), offered=len(self.stock.offered))

    def _stock(self, recommender: Recommender, number: int) -> Stock:
        catalog = recommender.catalog
        gone = {catalog.items[row].id for row in recommender.pipeline.withdrawn}
        reader = self._reader.over(catalog) if self._reader else None
        return Stock(recommender, frozenset(catalog.row.keys() - gone), number, reader)


def _safe(error: Exception) -> bool:
    """Whether the message is one of ours, which tell of items and never of people here."""
    return isinstance(error, LlmrecError)


Given = str | int | float | list[str]
"""An attribute as JSON holds it."""


class Intake:
    """Takes items in and withdraws them."""

    def __init__(self, live: LiveCatalog, database: Database, media: Path) -> None:
        self._live, self._database, self._media = live, database, media

    def put(
        self, id: str, title: str, description: str, attributes: Mapping[str, Given], media: Mapping[str, bytes]
    ) -> int:
        """Keeps the item, to be found within seconds; the number of the change.

        Raises `BadInput` where an attribute is of another kind than the catalogue's, or a medium cannot be read or is
        none that the adapter knows, `StorageError` where the disk refuses.
        """
        pipeline = self._live.stock.recommender.pipeline
        kinds = attribute_kinds(pipeline.catalog)
        typed = {name: typed_value(name, value, kinds.get(name)) for name, value in attributes.items()}
        for modality in media:
            if modality not in pipeline.checkpoint.info.encoders:
                known = " and ".join(pipeline.checkpoint.info.encoders)
                raise BadInput(f"items are known here by {known} alone; leave the {modality} out")
        with self._live.encoding:
            try:
                files = {modality: self._kept(content) for modality, content in media.items()}
                item = Item(id, title, description, typed, files)
                # what it costs to look at the media is not lost: their vectors are cached
                _, problems = features_of(
                    Catalog(pipeline.catalog.name, (item,), {}), pipeline.checkpoint, paths.home(), False
                )
                for problem in problems:
                    raise BadInput(f"{problem.modality}: the file cannot be read ({problem.reason}); send another")
                number = put_item(self._database, item)
            finally:
                self._clean()
        self._live.note_change()
        return number

    def withdraw(self, id: str) -> int:
        """From now on the item is not offered; the number of the change."""
        number = withdraw_item(self._database, id)
        with self._live.encoding:
            self._clean()
        self._live.note_change()
        return number

    def _kept(self, content: bytes) -> Path:
        """The file that holds `content`, named after it; on disk when this returns. Raises `StorageError`."""
        path = self._media / hashlib.sha256(content).hexdigest()
        part = path.with_name(f"{path.name}.{os.urandom(4).hex()}.part")
        try:
            self._media.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            folder = os.open(self._media, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise StorageError(f"the media file cannot be written ({error.strerror}); free some space") from error
        return path

    def _clean(self) -> None:
        """Deletes the media files that no item holds."""
        held = media_in_use(self._database)
        for path in self._media.glob("*") if self._media.is_dir() else ():
            if path.name not in held:
                path.unlink(missing_ok=True)


def typed_value(name: str, value: Given, kind: Kind | None) -> AttributeValue:
    """The value as the catalogue's items hold that attribute; `kind` None for an attribute that none of them has.

    Raises `BadInput` for a value of another kind.
    """
    number = isinstance(value, int | float)
    if kind is None:
        return tuple(value) if isinstance(value, list) else value
    if kind == "number" and number:
        return value  # type: ignore[return-value]
    if kind == "words" and not number:
        return tuple(value) if isinstance(value, list) else (str(value),)
    if kind == "word" and isinstance(value, str):
        return value
    wanted = {"number": "a number", "word": "one word or phrase", "words": "words, as a list"}[kind]
    raise BadInput(f"attribute {name!r} holds {wanted} in this catalogue; send it so")
