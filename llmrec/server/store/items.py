"""Changes of the catalogue on top of its folder: items that were put, and items that were withdrawn.

Several gateways may write and read them. Numbers are given and committed in one order, one change after the other, so
that who has read up to a number has missed none before it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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


def put_item(database: Database, item: Item) -> int:
    """Keep an item.

    Parameters
    ----------
    database
        The store.
    item
        It takes the place of an item of the same id. Of its media only the names of the files are kept.

    Returns
    -------
    int
        Number of the change; it is on disk.

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
    return _keep(database, item.id, json.dumps(content))


def withdraw_item(database: Database, id: str) -> int:
    """Note that an item is not offered any more; what was put of it is erased.

    Parameters
    ----------
    database
        The store.
    id
        Id of the item.

    Returns
    -------
    int
        Number of the change; it is on disk.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    number = _keep(database, id, None)
    database.empty_log()
    return number


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


def media_in_use(database: Database) -> set[str]:
    """List the media files that items hold.

    Parameters
    ----------
    database
        The store.

    Returns
    -------
    set of str
        Names of files.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    with database.reading() as connection:
        held = connection.scalars(sa.select(items.c.content).where(items.c.content.is_not(None)))
        return {name for content in held for name in json.loads(content)["media"].values()}


def _keep(database: Database, id: str, content: str | None) -> int:
    with database.writing() as connection:
        database.lock(connection, "items")  # so that a smaller number is never committed after a larger one was read
        number: int = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(items.c.number), 0) + 1)) or 1
        row = database.insert(items).values(id=id, number=number, content=content)
        new = {"number": number, "content": content}
        connection.execute(row.on_conflict_do_update(index_elements=[items.c.id], set_=new))
    return number


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
