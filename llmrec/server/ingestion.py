"""Items that come in over HTTP: typed as the catalogue's others are, their media decoded before they are kept."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from llmrec import paths
from llmrec.catalog import AttributeValue, Catalog, Item
from llmrec.errors import BadInput, LlmrecError
from llmrec.pipeline import extract_features
from llmrec.retrieval.filters import Kind, attribute_kinds
from llmrec.server.live_catalog import LiveCatalog
from llmrec.server.media_store import MediaFolder
from llmrec.server.observability import log_event
from llmrec.server.schemas.common import Attribute
from llmrec.server.store.database import Database
from llmrec.server.store.items import delete_media, put_item, withdraw_item


class ItemIngestion:
    """Takes items in and withdraws them.

    Parameters
    ----------
    live
        Where they are to be offered.
    database
        Where they are kept.
    media
        Where their media lie, which several gateways may share: a file is named after its content, put there in the
        change that names it, and deleted while no change is under way.
    """

    def __init__(self, live: LiveCatalog, database: Database, media: MediaFolder) -> None:
        self._live, self._database, self._media = live, database, media
        try:
            stale = media.stale()
        except (LlmrecError, OSError) as error:  # nothing hangs on it; the next start tries again
            log_event("media files left", logging.WARNING, error)
        else:
            self._delete(stale)

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
            Where the disk, the place of the media or the database refuses.
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
                    written.append(self._media.write(content))
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
                self._media.upload(written)
                item = replace(item, media={modality: self._media.kept(path) for modality, path in files.items()})
                try:
                    change = put_item(self._database, item, lambda: self._media.keep(written))
                except BaseException:
                    self._delete([self._media.kept(path).name for path in written])
                    raise
            finally:
                self._media.discard(written)
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

    def _delete(self, names: Collection[str]) -> None:
        try:
            delete_media(self._database, names, self._media.delete)
        except (LlmrecError, OSError) as error:  # nothing hangs on it; the next start tries again
            log_event("media files left", logging.WARNING, error)


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
