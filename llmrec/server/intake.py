"""An item that comes in over the wire: typed as the catalogue's others are, its media looked at before it is kept."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from llmrec import paths
from llmrec.catalog import AttributeValue, Catalog, Item
from llmrec.errors import BadInput, StorageError
from llmrec.opening import features_of
from llmrec.retrieval.filters import Kind, attribute_kinds
from llmrec.server.shelf import Shelf
from llmrec.server.store.database import Database
from llmrec.server.store.items import media_in_use, put_item, withdraw_item

Given = str | int | float | list[str]
"""An attribute as JSON holds it."""


class Intake:
    """Takes items in and withdraws them."""

    def __init__(self, shelf: Shelf, database: Database, media: Path) -> None:
        self._shelf, self._database, self._media = shelf, database, media

    def put(
        self, id: str, title: str, description: str, attributes: Mapping[str, Given], media: Mapping[str, bytes]
    ) -> int:
        """Keeps the item, to be found within seconds; the number of the change.

        Raises `BadInput` where an attribute is of another kind than the catalogue's, or a medium cannot be read or is
        none that the adapter knows, `StorageError` where the disk refuses.
        """
        opened = self._shelf.stock.recommender.opened
        kinds = attribute_kinds(opened.catalog)
        typed = {name: typed_value(name, value, kinds.get(name)) for name, value in attributes.items()}
        for modality in media:
            if modality not in opened.pack.info.encoders:
                known = " and ".join(opened.pack.info.encoders)
                raise BadInput(f"items are known here by {known} alone; leave the {modality} out")
        with self._shelf.encoding:
            try:
                files = {modality: self._kept(content) for modality, content in media.items()}
                item = Item(id, title, description, typed, files)
                # what it costs to look at the media is not lost: their vectors are cached
                _, problems = features_of(Catalog(opened.catalog.name, (item,), {}), opened.pack, paths.home(), False)
                for problem in problems:
                    raise BadInput(f"{problem.modality}: the file cannot be read ({problem.reason}); send another")
                number = put_item(self._database, item)
            finally:
                self._clean()
        self._shelf.note_change()
        return number

    def withdraw(self, id: str) -> int:
        """From now on the item is not offered; the number of the change."""
        number = withdraw_item(self._database, id)
        with self._shelf.encoding:
            self._clean()
        self._shelf.note_change()
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
