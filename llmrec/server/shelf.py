"""The items as they are offered now: the folder's, with the changes of the store on top.

A change is written to the store first and acknowledged; a thread then takes all changes that wait into a new
recommender at once and puts that in the place of the old, so that a thousand items at a time cost little more than one.
"""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmrec.changes import changed
from llmrec.errors import LlmrecError
from llmrec.recommend import Recommender
from llmrec.server.logs import note
from llmrec.server.store.database import Database
from llmrec.server.store.items import changes_since

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


class Shelf:
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
            opened = changed(stock.recommender.opened, put, gone)
        self.stock = self._stock(Recommender(opened), changes[-1].number)
        note("items taken in", put=len(put), withdrawn=len(gone), offered=len(self.stock.offered))

    def _stock(self, recommender: Recommender, number: int) -> Stock:
        catalog = recommender.catalog
        gone = {catalog.items[row].id for row in recommender.opened.withdrawn}
        reader = self._reader.over(catalog) if self._reader else None
        return Stock(recommender, frozenset(catalog.row.keys() - gone), number, reader)


def _safe(error: Exception) -> bool:
    """Whether the message is one of ours, which tell of items and never of people here."""
    return isinstance(error, LlmrecError)
