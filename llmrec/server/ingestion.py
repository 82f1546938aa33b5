"""Items that come in over HTTP: typed as the catalogue's others are, their media decoded before they are kept."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from llmrec import paths
from llmrec.catalog import AttributeValue, Catalog, Item
from llmrec.errors import BadInput, StorageError
from llmrec.pipeline import extract_features
from llmrec.retrieval.filters import Kind, attribute_kinds
from llmrec.server.live_catalog import LiveCatalog
from llmrec.server.schemas.common import Attribute
from llmrec.server.store.database import Database
from llmrec.server.store.items import media_in_use, put_item, withdraw_item


class ItemIngestion:
    """Takes items in and withdraws them.

    Parameters
    ----------
    live
        Where they are to be offered.
    database
        Where they are kept.
    media
        The folder of their media files.
    """

    def __init__(self, live: LiveCatalog, database: Database, media: Path) -> None:
        self._live, self._database, self._media = live, database, media

    def put(
        self, id: str, title: str, description: str, attributes: Mapping[str, Attribute], media: Mapping[str, bytes]
    ) -> int:
        """Keep an item, to be found within seconds.

        Parameters
        ----------
        id
            Its id; an item of the same id is replaced.
        title, description
            Its words.
        attributes
            As JSON holds them, of the kinds that the catalogue's items have.
        media
            Modality -> the content of its file.

        Returns
        -------
        int
            Number of the change; the item is on disk.

        Raises
        ------
        BadInput
            Where an attribute is of another kind than the catalogue's, or a medium cannot be read or has no encoder.
        StorageError, StoreUnavailable
            Where the disk or the database refuses.
        """
        snapshot = self._live.snapshot
        kinds = attribute_kinds(snapshot.catalog)
        typed = {name: typed_value(name, value, kinds.get(name)) for name, value in attributes.items()}
        for modality in media:
            if modality not in snapshot.modalities:
                known = " and ".join(snapshot.modalities)
                raise BadInput(f"items are known here by {known} alone; leave the {modality} out")
        with self._live.encoding:
            try:
                files = {modality: self._write(content) for modality, content in media.items()}
                item = Item(id, title, description, typed, files)
                # encoding them is no lost work: the vectors are cached
                _, problems = extract_features(
                    Catalog(snapshot.catalog.name, (item,), {}),
                    snapshot.recommender.pipeline.checkpoint,
                    paths.home(),
                    False,
                )
                for problem in problems:
                    raise BadInput(f"{problem.modality}: the file cannot be read ({problem.reason}); send another")
                number = put_item(self._database, item)
            finally:
                self._delete_unused()
        self._live.notify()
        return number

    def withdraw(self, id: str) -> int:
        """Offer an item no more, from the next answer on.

        Parameters
        ----------
        id
            Its id.

        Returns
        -------
        int
            Number of the change; it is on disk.

        Raises
        ------
        UnknownItem
            Where it is not offered.
        StorageError, StoreUnavailable
            Where the database refuses.
        """
        if id not in self._live.snapshot.offered:
            self._live.take_in()  # another gateway may have put it just now
        self._live.check_offered([id])
        number = withdraw_item(self._database, id)
        with self._live.encoding:
            self._delete_unused()
        self._live.take_in()
        return number

    def _write(self, content: bytes) -> Path:
        """Write the file that holds `content`, named after it; it is on disk then. Raises `StorageError`."""
        path = self._media / hashlib.sha256(content).hexdigest()
        part = path.with_name(f"{path.name}.{os.urandom(4).hex()}.part")
        try:
            self._media.mkdir(0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
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

    def _delete_unused(self) -> None:
        """Delete the media files that no item holds."""
        used = media_in_use(self._database)
        for path in self._media.glob("*") if self._media.is_dir() else ():
            if path.name not in used:
                path.unlink(missing_ok=True)


def typed_value(name: str, value: Attribute, kind: Kind | None) -> AttributeValue:
    """Convert an attribute to what the catalogue's items hold.

    Parameters
    ----------
    name
        Name of the attribute.
    value
        As JSON holds it.
    kind
        What the catalogue's items hold there; None where none of them has the attribute.

    Returns
    -------
    AttributeValue
        Several words as a tuple.

    Raises
    ------
    BadInput
        Where the value is of another kind.

    Examples
    --------
    >>> typed_value("genres", "Drama", "words")
    ('Drama',)
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
