"""The items as they are offered now: those of the catalogue's folder, with the changes of the store on top.

A change is written to the store first and acknowledged. A thread then makes a new recommender with all changes that
wait and puts it in the place of the old one, so that a thousand items at a time cost little more than one. It looks for
those of other gateways, too.

The items' rows are a function of the folder and of what the store holds, whichever way a gateway came there: first the
folder's, then those that were put, in the order of their latest changes. So gateways that have taken in the same change
give the same answers.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from llmrec.catalog import AttributeValue, Catalog, Item
from llmrec.catalog.vocabulary import forms
from llmrec.chat.requests import LIST_LENGTH
from llmrec.errors import LlmrecError, UnknownItem
from llmrec.pipeline import Pipeline
from llmrec.recommender import Recommender
from llmrec.server.media_store import MediaFolder
from llmrec.server.observability import log_event
from llmrec.server.store.database import Database
from llmrec.server.store.items import Change, ChangeListener, changes_since

if TYPE_CHECKING:
    from llmrec.chat.nlu.chat_model import CatalogParser, ChatModelParser

CLOSE_SECONDS = 3.0
"""Seconds that the end waits for changes that are just being taken in; they are found again at the next start."""
POLL_SECONDS = 0.5
"""Seconds after which the store is asked for changes, whether or not anybody told of one."""
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
    words
        The items that are offered, with the values by which a line may ask for them.
    """

    recommender: Recommender
    offered: frozenset[str]
    change_number: int
    parser: "CatalogParser | None"
    words: Catalog

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
        Where the media files that changes name are found.
    parser
        A chat model that reads lines beside the rules.

    Raises
    ------
    LlmrecError
        Where the changes cannot be taken in.
    """

    def __init__(
        self, recommender: Recommender, database: Database, media: MediaFolder, parser: "ChatModelParser | None" = None
    ) -> None:
        self._database, self._parser = database, parser
        self.media = media
        """Where the media of items that were put lie."""
        self._lacking: dict[str, Change] = {}
        """Item -> its latest change, where media were not found: they may lie in a place that is away."""
        self._look_again = 0.0
        self.encoding = threading.Lock()
        """Held by who encodes media (encoders and their cache serve one at a time) or changes which there are."""
        self._wake, self._closed, self._behind = threading.Event(), False, False
        self._folder = FolderWords(recommender.catalog)
        self.snapshot = self._make_snapshot(recommender, 0)
        """The items of this moment; replaced, never changed in place."""
        self._take_in()
        media.prune([path for item in self.snapshot.catalog.items for path in item.media.values()])
        self._thread = threading.Thread(target=self._run, name="live-catalog", daemon=True)
        self._thread.start()
        self._listener = ChangeListener(database, self._wake.set)

    def notify(self) -> None:
        """Have the changes of the store taken in soon."""
        self._wake.set()

    def take_in(self) -> None:
        """Have the changes of the store taken in before this returns; where that fails, they are tried again soon."""
        try:
            self._take_in()
        except Exception as error:
            self._failed(error)
            return
        if self._behind:
            self._behind = False
            log_event("items are taken in again")

    def check_offered(self, ids: Sequence[str]) -> None:
        """Check that items are offered.

        Parameters
        ----------
        ids
            Their ids.

        Raises
        ------
        UnknownItem
            Where one is not; the message names the first.
        """
        offered = self.snapshot.offered
        for id in ids:
            if id not in offered:
                raise UnknownItem(f"item {id!r} is not in the catalogue; check the id, or add the item first")

    def close(self) -> None:
        """End the thread; changes that wait are taken in at the next start."""
        self._closed = True
        self._listener.close()
        self._wake.set()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            self._wake.wait(RETRY_SECONDS if self._behind else POLL_SECONDS)
            if self._closed:
                return
            self._wake.clear()
            self.take_in()

    def _failed(self, error: Exception) -> None:
        if not self._behind:  # once, not at every try
            # our own messages tell of items here, and never of people
            reason = str(error) if isinstance(error, LlmrecError) else None
            log_event("items not taken in", logging.ERROR, error, reason=reason)
        self._behind = True

    def _take_in(self) -> None:
        with self.encoding:
            before = self.snapshot
            changes = changes_since(self._database, self._known_until(before.change_number), self.media.folder)
            if not changes:
                return
            files = [path for change in changes if change.item for path in change.item.media.values()]
            self.media.fetch(files)
            pipeline = _changed(before.recommender.pipeline, changes)
            self.snapshot = self._make_snapshot(Recommender(pipeline), changes[-1].number)
            for change in changes:
                self._lacking.pop(change.id, None)
                if change.item and not all(path.is_file() for path in change.item.media.values()):
                    self._lacking[change.id] = change
            was = [before.catalog.item(change.id) for change in changes if change.id in before.catalog.row]
            if gone := {path for item in was for path in item.media.values()} - {*files}:
                held = (path for item in pipeline.catalog.items for path in item.media.values())
                self.media.release(gone.difference(held))
        new = {change.id for change in changes}
        if unread := [problem for problem in pipeline.problems if problem.item in new]:
            # its words alone count here; at a gateway that finds the file the item has other scores
            reasons = sorted({f"{problem.modality}: {problem.reason}" for problem in unread})
            log_event("media not read", logging.ERROR, files=len(unread), reasons=reasons[:5])
        put = sum(change.item is not None for change in changes)
        offered, number = len(self.snapshot.offered), changes[-1].number
        log_event("items taken in", put=put, withdrawn=len(changes) - put, offered=offered, number=number)

    def _known_until(self, number: int) -> int:
        """The last change that need not be read again: one before `number` where media have come that lacked then."""
        if not self._lacking or time.monotonic() < self._look_again:
            return number
        self._look_again = time.monotonic() + RETRY_SECONDS
        lacking = {
            change.number: [*change.item.media.values()] for change in self._lacking.values() if change.item is not None
        }
        self.media.fetch([path for files in lacking.values() for path in files])
        come = [number for number, files in lacking.items() if all(path.is_file() for path in files)]
        return min([number, *(each - 1 for each in come)])

    def _make_snapshot(self, recommender: Recommender, change_number: int) -> Snapshot:
        catalog = recommender.catalog
        withdrawn = {catalog.items[row].id for row in recommender.pipeline.withdrawn}
        offered = frozenset(catalog.row.keys() - withdrawn)
        words = self._folder.spoken(catalog, offered)
        parser = self._parser.for_catalog(words) if self._parser else None
        return Snapshot(recommender, offered, change_number, parser, words)


def _changed(pipeline: Pipeline, changes: Sequence[Change]) -> Pipeline:
    """A pipeline with changes of the store, its rows in the order that they have at every gateway."""
    folder, items = pipeline.indexed, pipeline.catalog.items
    latest = {change.id: change.item for change in changes}
    later = [item.id for item in items[len(folder) :]]
    kept = len(folder) + next((n for n, id in enumerate(later) if id in latest), len(later))
    put = [item for item in items[kept:] if item.id not in latest]
    withdrawn = []
    for id, item in latest.items():
        row = pipeline.catalog.row.get(id, len(folder))
        if item is not None:
            put.append(item)
        elif row < len(folder):
            withdrawn.append(id)
            if items[row] != folder[row]:
                put.append(folder[row])  # what was put in its place is erased
    if not put and not withdrawn and kept == len(items):
        return pipeline
    return pipeline.update_items(put, withdrawn, kept)


class FolderWords:
    """The values of the folder's items, whose words no item that was put can take away.

    Parameters
    ----------
    catalog
        The folder's.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._values = {value for item in catalog.items for value in _values(item)}
        self._forms: dict[tuple[str, ...], set[str]] = {}
        for name, value in self._values:
            for form in forms(value):
                self._forms.setdefault(form, set()).add(name)

    def spoken(self, catalog: Catalog, offered: frozenset[str]) -> Catalog:
        """Leave out of a catalogue what no line of a chat should be read by.

        Parameters
        ----------
        catalog
            The folder's items and those that were put.
        offered
            Ids of the items that can be recommended; no others count.

        Returns
        -------
        Catalog
            A value that the folder lacks counts once as many items hold it as a list is long, so that who asks for it
            gets a list, and where the folder has no other attribute for its words.
        """
        if catalog is self._catalog and len(offered) == len(catalog.items):
            return catalog
        items = [item for item in catalog.items if item.id in offered]
        holders = Counter(value for item in items for value in _values(item))
        silent = {
            (name, value)
            for (name, value), count in holders.items()
            if (name, value) not in self._values
            and (count < LIST_LENGTH or any(self._forms.get(form, {name}) != {name} for form in forms(value)))
        }
        return replace(catalog, items=tuple(_without(item, silent) for item in items), histories={})


def _values(item: Item) -> set[tuple[str, str]]:
    """Attribute and value in lower case; of a number the attribute alone."""
    return {
        (name, "" if isinstance(word, int | float) else word.lower())
        for name, value in item.attributes.items()
        for word in (value if isinstance(value, tuple) else (value,))
    }


def _without(item: Item, silent: Container[tuple[str, str]]) -> Item:
    if not any(value in silent for value in _values(item)):
        return item
    kept: dict[str, AttributeValue] = {}
    for name, value in item.attributes.items():
        if isinstance(value, tuple):
            kept[name] = tuple(word for word in value if (name, word.lower()) not in silent)
        elif (name, "" if isinstance(value, int | float) else value.lower()) not in silent:
            kept[name] = value
    return replace(item, attributes=kept)
