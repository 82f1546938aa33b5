"""Items that come in over HTTP: typed as the catalogue's others are, their media decoded before they are kept."""

import hashlib
import logging
import os
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from llmrec import paths
from llmrec.catalog import AttributeValue, Catalog, Item
from llmrec.errors import BadInput, LlmrecError, StorageError
from llmrec.pipeline import extract_features
from llmrec.retrieval.filters import Kind, attribute_kinds
from llmrec.server.live_catalog import LiveCatalog
from llmrec.server.observability import log_event
from llmrec.server.schemas.common import Attribute
from llmrec.server.store.database import Database
from llmrec.server.store.items import delete_media, put_item, withdraw_item

LEFT_SECONDS = 3600.0
"""Age from which a file that no item holds is taken to be left by a process that ended amid its work."""


class ItemIngestion:
    """Takes items in and withdraws them.

    Parameters
    ----------
    live
        Where they are to be offered.
    database
        Where they are kept.
    media
        The folder of their media files, which several gateways may share: a file is named after its content, put there
        in the change that names it, and deleted while no change is under way.
    """

    def __init__(self, live: LiveCatalog, database: Database, media: Path) -> None:
        self._live, self._database, self._media = live, database, media
        try:
            self._delete(self._left())
        except (LlmrecError, OSError) as error:  # nothing hangs on it; the next start tries again
            log_event("media files left", logging.WARNING, error)

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
            written: list[Path] = []
            try:
                for content in media.values():
                    written.append(self._write(content))
                files = dict(zip(media, written, strict=True))
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
                item = replace(item, media={modality: self._kept(path) for modality, path in files.items()})
                try:
                    change = put_item(self._database, item, lambda: self._place(written))
                except BaseException:
                    with suppress(LlmrecError):
                        self._delete([self._kept(path).name for path in written])
                    raise
            finally:
                for path in written:
                    path.unlink(missing_ok=True)
        self._live.notify()
        self._delete(change.released)
        return change.number

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
        change = withdraw_item(self._database, id)
        self._live.take_in()
        self._delete(change.released)
        return change.number

    def _write(self, content: bytes) -> Path:
        """Write `content` to a file that is not kept yet; it is on disk then. Raises `StorageError`."""
        part = self._media / f"{hashlib.sha256(content).hexdigest()}.{os.urandom(4).hex()}"
        try:
            self._media.mkdir(0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _not_written(error) from error
        return part

    def _kept(self, part: Path) -> Path:
        """Where a file that was written is kept: by the name of its content."""
        return part.with_suffix("")

    def _place(self, parts: Collection[Path]) -> None:
        """Put files that were written where they are kept; they are on disk there. Raises `StorageError`."""
        if not parts:
            return
        try:
            for part in parts:
                part.replace(self._kept(part))
            folder = os.open(self._media, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise _not_written(error) from error

    def _left(self) -> list[str]:
        """Names of the files that are old enough to be held by an item, or by nobody any more."""
        old = time.time() - LEFT_SECONDS
        files = self._media.glob("*") if self._media.is_dir() else ()
        return [path.name for path in files if path.stat().st_mtime < old]

    def _delete(self, names: Collection[str]) -> None:
        delete_media(self._database, names, lambda name: (self._media / name).unlink(missing_ok=True))


def _not_written(error: OSError) -> StorageError:
    return StorageError(f"the media file cannot be written ({error.strerror}); free some space")


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
