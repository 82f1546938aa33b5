"""Changes of the catalogue on top of its folder: items that were put, and items that were withdrawn.

Several gateways may write and read them. Numbers are given and committed in one order, one change after the other, so
that who has read up to a number has missed none before it.
"""

import json
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from llmrec.catalog import AttributeValue, Item
from llmrec.server.store.database import Database
from llmrec.server.store.tables import items


@dataclass(frozen=True, slots=True)
class Change:
    """The latest change of one item.

    Parameters
    ----------
    number
        Its place in the order of all changes, from 1.
    id
        Id of the item.
    item
        The item as it was put; None where it was withdrawn.
    """

    number: int
    id: str
    item: Item | None


@dataclass(frozen=True, slots=True)
class KeptChange:
    """A change that is on disk.

    Parameters
    ----------
    number
        Its number.
    released
        Names of the media files that the item held before it and holds no more.
    """

    number: int
    released: frozenset[str]


CHANNEL = "llmrec_items"
"""What PostgreSQL tells of changes on."""
LISTEN_SECONDS = 1.0
"""How long who listens waits before it looks whether it is to end, and until it listens again where it could not."""


def put_item(database: Database, item: Item, place: Callable[[], object] | None = None) -> KeptChange:
    """Keep an item.

    Parameters
    ----------
    database
        The store.
    item
        It takes the place of an item of the same id. Of its media only the names of the files are kept.
    place
        Puts the media files where they are kept. No other gateway deletes any between this and the end of the change.

    Returns
    -------
    KeptChange

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    content = {
        "title": item.title,
        "description": item.description,
        "attributes": dict(item.attributes),
        "media": {modality: path.name for modality, path in item.media.items()},
    }
    return _keep(database, item.id, content, place)


def withdraw_item(database: Database, id: str) -> KeptChange:
    """Note that an item is not offered any more; what was put of it is erased.

    Parameters
    ----------
    database
        The store.
    id
        Id of the item.

    Returns
    -------
    KeptChange

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    written = _keep(database, id, None)
    database.empty_log()
    return written


def changes_since(database: Database, number: int, media: Path) -> list[Change]:
    """List what changed.

    Parameters
    ----------
    database
        The store.
    number
        The last change that is known already.
    media
        The folder of the media files.

    Returns
    -------
    list of Change
        The latest change of each item that changed since, in order.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    with database.reading() as connection:
        columns = sa.select(items.c.number, items.c.id, items.c.content)
        rows = connection.execute(columns.where(items.c.number > number).order_by(items.c.number)).tuples().all()
    return [
        Change(number, id, None if held is None else _item(id, json.loads(held), media)) for number, id, held in rows
    ]


def delete_media(database: Database, names: Collection[str], delete: Callable[[str], object]) -> None:
    """Delete the media files that no item holds, while no gateway puts any in their place (see `put_item`).

    Parameters
    ----------
    database
        The store.
    names
        Names of files that may not be held any more.
    delete
        Deletes one.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    if not names:
        return
    with database.writing() as connection:
        database.lock(connection, "items")
        contents = connection.scalars(sa.select(items.c.content).where(items.c.content.is_not(None)))
        held = {name for content in contents for name in json.loads(content)["media"].values()}
        for name in {*names} - held:
            delete(name)


class ChangeListener:
    """Hears of changes as they are committed, where the database tells: PostgreSQL by the driver psycopg.

    Nothing hangs on it: who follows the changes looks for them by the clock, too.

    Parameters
    ----------
    database
        The store.
    notify
        Called for each change, in a thread of this object's.
    """

    def __init__(self, database: Database, notify: Callable[[], object]) -> None:
        self._database, self._notify, self._closed = database, notify, threading.Event()
        if database.engine.driver == "psycopg":
            threading.Thread(target=self._run, name="change-listener", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            with suppress(Exception), closing(self._database.own_connection()) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                self._notify()  # what was committed before it listened
                while not self._closed.is_set():
                    for _ in connection.notifies(timeout=LISTEN_SECONDS):
                        self._notify()
            self._closed.wait(LISTEN_SECONDS)


def _keep(
    database: Database, id: str, content: Mapping[str, Any] | None, place: Callable[[], object] | None = None
) -> KeptChange:
    with database.writing() as connection:
        database.lock(connection, "items")  # so that a smaller number is never committed after a larger one was read
        number: int = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(items.c.number), 0) + 1)) or 1
        before = connection.scalar(sa.select(items.c.content).where(items.c.id == id))
        if place:
            place()
        new = {"number": number, "content": None if content is None else json.dumps(content)}
        row = database.insert(items).values(new | {"id": id})
        connection.execute(row.on_conflict_do_update(index_elements=[items.c.id], set_=new))
        if not database.embedded:
            connection.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))
    held, holds = ({*each["media"].values()} if each else set() for each in (json.loads(before or "null"), content))
    return KeptChange(number, frozenset(held - holds))


def _item(id: str, content: Mapping[str, object], media: Path) -> Item:
    stored: dict[str, object] = content["attributes"]  # type: ignore[assignment]
    attributes: dict[str, AttributeValue] = {
        name: tuple(value) if isinstance(value, list) else value  # type: ignore[misc]
        for name, value in stored.items()
    }
    files: dict[str, str] = content["media"]  # type: ignore[assignment]
    return Item(
        id,
        str(content["title"]),
        str(content["description"]),
        attributes,
        {m: media / name for m, name in files.items()},
    )
