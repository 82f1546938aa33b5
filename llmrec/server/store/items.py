"""Items that the gateway was given, and those it was told to offer no more; on top of the catalogue's folder."""

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
    """What is known of an id since change `number`: the item as it was put, or None where it was withdrawn."""

    number: int
    id: str
    item: Item | None


def put_item(database: Database, item: Item) -> int:
    """Keeps an item in the place of its namesake; the number of the change. On disk when this returns."""
    content = {
        "title": item.title,
        "description": item.description,
        "attributes": dict(item.attributes),
        "media": {modality: path.name for modality, path in item.media.items()},
    }
    return _keep(database, item.id, json.dumps(content))


def withdraw_item(database: Database, id: str) -> int:
    """Notes that an item is not offered any more; what was put of it is erased. The number of the change."""
    number = _keep(database, id, None)
    database.erase()
    return number


def changes_since(database: Database, number: int, media: Path) -> list[Change]:
    """The latest change of each id after change `number`, in order; `media`: the folder that media files lie in."""
    with database.reading() as connection:
        columns = sa.select(items.c.number, items.c.id, items.c.content)
        rows = connection.execute(columns.where(items.c.number > number).order_by(items.c.number)).tuples().all()
    return [
        Change(number, id, None if held is None else _item(id, json.loads(held), media)) for number, id, held in rows
    ]


def media_in_use(database: Database) -> set[str]:
    """Names of the media files that items hold."""
    with database.reading() as connection:
        held = connection.scalars(sa.select(items.c.content).where(items.c.content.is_not(None)))
        return {name for content in held for name in json.loads(content)["media"].values()}


def _keep(database: Database, id: str, content: str | None) -> int:
    with database.writing() as connection:
        number: int = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(items.c.number), 0) + 1)) or 1
        row = database.insert(items).values(id=id, number=number, content=content)
        new = {"number": number, "content": content}
        connection.execute(row.on_conflict_do_update(index_elements=[items.c.id], set_=new))
    return number


def _item(id: str, content: Mapping[str, object], media: Path) -> Item:
    held: dict[str, object] = content["attributes"]  # type: ignore[assignment]
    attributes: dict[str, AttributeValue] = {
        name: tuple(value) if isinstance(value, list) else value  # type: ignore[misc]
        for name, value in held.items()
    }
    files: dict[str, str] = content["media"]  # type: ignore[assignment]
    return Item(
        id,
        str(content["title"]),
        str(content["description"]),
        attributes,
        {m: media / name for m, name in files.items()},
    )
