"""The items as they are offered now: those of the catalogue's folder, with the changes of the store on top.

A change is written to the store first and acknowledged. A thread then makes a new recommender with all changes that
wait and puts it in the place of the old one, so that a thousand items at a time cost little more than one.
"""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmrec.catalog import Catalog
from llmrec.errors import LlmrecError
from llmrec.recommender import Recommender
from llmrec.server.observability import log_event
from llmrec.server.store.database import Database
from llmrec.server.store.items import changes_since

if TYPE_CHECKING:
    from llmrec.chat.nlu.chat_model import CatalogParser, ChatModelParser

CLOSE_SECONDS = 3.0
"""Seconds that the end waits for changes that are just being taken in; they are found again at the next start."""
RETRY_SECONDS = 5.0
"""Seconds until changes that could not be taken in (a full disk) are tried again."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the catalogue, in which all parts agree.

    Parameters
    ----------
    recommender
        Over these items.
    offered
        Ids of the items that can be recommended.
    change_number
        The last change of the store that is in it.
    parser
        What reads lines of chats beside the rules; None without a chat model.
    """

    recommender: Recommender
    offered: frozenset[str]
    change_number: int
    parser: "CatalogParser | None"

    @property
    def catalog(self) -> Catalog:
        """The items, with those that are not offered any more."""
        return self.recommender.catalog

    @property
    def model_name(self) -> str:
        """Name of the checkpoint."""
        return self.recommender.pipeline.checkpoint.info.name

    @property
    def modalities(self) -> tuple[str, ...]:
        """What the checkpoint has an encoder for."""
        return tuple(self.recommender.pipeline.checkpoint.info.encoders)

    @property
    def index_size(self) -> int:
        """Number of items in the index; 0 while it is out of reach."""
        return self.recommender.pipeline.index.items


class LiveCatalog:
    """Holds the snapshot of this moment; whoever answers takes it once and keeps it to the end of the answer.

    Parameters
    ----------
    recommender
        Over the items of the catalogue's folder.
    database
        The store; its changes are taken in before this returns.
    media
        The folder of the media files that changes name.
    parser
        A chat model that reads lines beside the rules.

    Raises
    ------
    LlmrecError
        Where the changes cannot be taken in.
    """

    def __init__(
        self, recommender: Recommender, database: Database, media: Path, parser: "ChatModelParser | None" = None
    ) -> None:
        self._database, self._media, self._parser = database, media, parser
        self.encoding = threading.Lock()
        """Held by who encodes media (encoders and their cache serve one at a time) or changes which there are."""
        self._wake, self._closed = threading.Event(), False
        self.snapshot = self._make_snapshot(recommender, 0)
        """The items of this moment; replaced, never changed in place."""
        self._take_in()
        self._thread = threading.Thread(target=self._run, name="live-catalog", daemon=True)
        self._thread.start()

    def notify(self) -> None:
        """Have the changes of the store taken in soon."""
        self._wake.set()

    def close(self) -> None:
        """End the thread; changes that wait are taken in at the next start."""
        self._closed = True
        self._wake.set()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            if self._closed:
                return
            self._wake.clear()
            try:
                self._take_in()
            except Exception as error:
                # our own messages tell of items here, and never of people
                reason = str(error) if isinstance(error, LlmrecError) else None
                log_event("items not taken in", logging.ERROR, error, reason=reason)
                threading.Timer(RETRY_SECONDS, self._wake.set).start()

    def _take_in(self) -> None:
        with self.encoding:
            before = self.snapshot
            changes = changes_since(self._database, before.change_number, self._media)
            if not changes:
                return
            put = [change.item for change in changes if change.item is not None]
            withdrawn = [change.id for change in changes if change.item is None and change.id in before.catalog.row]
            pipeline = before.recommender.pipeline.update_items(put, withdrawn)
        self.snapshot = self._make_snapshot(Recommender(pipeline), changes[-1].number)
        offered = len(self.snapshot.offered)
        log_event("items taken in", put=len(put), withdrawn=len(withdrawn), offered=offered)

    def _make_snapshot(self, recommender: Recommender, change_number: int) -> Snapshot:
        catalog = recommender.catalog
        withdrawn = {catalog.items[row].id for row in recommender.pipeline.withdrawn}
        parser = self._parser.for_catalog(catalog) if self._parser else None
        return Snapshot(recommender, frozenset(catalog.row.keys() - withdrawn), change_number, parser)
