"""People and what they did. One is known by the catalogue's folder, by events, or by both; never across tenants."""

import hashlib
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from llmrec.catalog import Catalog
from llmrec.server.store.database import Database
from llmrec.server.store.keys import HOME
from llmrec.server.store.tables import events, forgotten, people

Kind = Literal["interaction", "like", "dislike"]


@dataclass(frozen=True, slots=True)
class Event:
    """`user` did something with `item` at `at` (unix seconds); `id`: the client's own, by which a repeat is told."""

    user: str
    item: str
    kind: Kind = "interaction"
    at: float | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """`number`: in the store, None where only the folder knows the person; `history`: ids of items taken, oldest first;
    `rejected`: ids never to be shown."""

    tenant: str
    user: str
    number: int | None
    history: tuple[str, ...]
    rejected: tuple[str, ...]


def record(database: Database, tenant: str, happened: Sequence[Event]) -> int:
    """Writes events, all or none, and returns how many were new; they are on disk when this returns."""
    new = 0
    with database.writing() as connection:
        numbers = {user: _number(database, connection, tenant, user) for user in {event.user for event in happened}}
        for event in happened:
            at = time.time() if event.at is None else event.at
            row = {"person": numbers[event.user], "item": event.item, "kind": event.kind, "at": at, "id": event.id}
            added = database.insert(events).values(row).on_conflict_do_nothing().returning(events.c.number)
            new += len(connection.execute(added).all())  # PostgreSQL's driver does not count the rows of such an insert
    return new


def find_person(database: Database, catalog: Catalog, offered: Container[str], tenant: str, user: str) -> Person | None:
    """What is known of a user; None where neither the folder nor an event knows one of that id.

    Of the events with an item the last kind counts; an item is once in the history, where it was first taken. Items
    that are not `offered` (ids) are passed over.
    """
    with database.reading() as connection:
        number = connection.scalar(_find(tenant, user))
        of_folder = tenant == HOME and user in catalog.histories
        if of_folder:
            digest = _digest(database, tenant, user)
            of_folder = not connection.scalar(sa.select(forgotten.c.digest).where(forgotten.c.digest == digest))
        told = sa.select(events.c.item, events.c.kind).where(events.c.person == number)
        rows = connection.execute(told.order_by(events.c.at, events.c.number)).tuples().all() if number else []
    if number is None and not of_folder:
        return None
    last = dict(rows)
    taken = [*(catalog.history(user) if of_folder else ()), *(item for item, kind in rows if kind != "dislike")]
    known = [item for item in dict.fromkeys(taken) if item in offered and last.get(item) != "dislike"]
    refused = [item for item, kind in last.items() if kind == "dislike" and item in offered]
    return Person(tenant, user, number, tuple(known), tuple(refused))


def users_like(database: Database, catalog: Catalog, tenant: str, starts: str, most: int) -> list[str]:
    """Ids of the tenant's users that start so, the shortest first; those who were forgotten are none."""
    beginning = people.c.user.startswith(starts, autoescape=True)
    known = sa.select(people.c.user).where(people.c.tenant == tenant, beginning)
    with database.reading() as connection:
        ids = set(connection.scalars(known.order_by(sa.func.length(people.c.user), people.c.user).limit(most)))
        gone = set(connection.scalars(sa.select(forgotten.c.digest)))
    if tenant == HOME:
        named = (user for user in catalog.histories if user.startswith(starts))
        ids.update(user for user in named if not gone or _digest(database, tenant, user) not in gone)
    return sorted(ids, key=lambda user: (len(user), user))[:most]


def number_of(database: Database, connection: sa.Connection, person: Person) -> int | None:
    """The person's number, given now where there was none; None where the person was forgotten since."""
    if person.number is not None:
        return connection.scalar(sa.select(people.c.number).where(people.c.number == person.number))
    digest = _digest(database, person.tenant, person.user)
    if connection.scalar(sa.select(forgotten.c.digest).where(forgotten.c.digest == digest)):
        return None
    return _number(database, connection, person.tenant, person.user)


def forget(database: Database, catalog: Catalog, tenant: str, user: str) -> tuple[bool, bool]:
    """Erases a user with all events and answers: whether one of that id was known, and whether the folder names them.

    That the folder's history of the user is to be passed over is kept as a salted digest.
    """
    of_folder = tenant == HOME and user in catalog.histories
    with database.writing() as connection:
        known = connection.execute(people.delete().where(people.c.tenant == tenant, people.c.user == user)).rowcount > 0
        if of_folder:
            marked = database.insert(forgotten).values(digest=_digest(database, tenant, user))
            known |= bool(connection.execute(marked.on_conflict_do_nothing().returning(forgotten.c.digest)).all())
    database.erase()
    return known, of_folder


def _number(database: Database, connection: sa.Connection, tenant: str, user: str) -> int:
    connection.execute(database.insert(people).values(tenant=tenant, user=user).on_conflict_do_nothing())
    return connection.execute(_find(tenant, user)).scalar_one()


def _find(tenant: str, user: str) -> sa.Select[int]:
    return sa.select(people.c.number).where(people.c.tenant == tenant, people.c.user == user)


def _digest(database: Database, tenant: str, user: str) -> str:
    salted = f"{database.settings['salt']}\x00{tenant}\x00{user}"
    return hashlib.sha256(salted.encode()).hexdigest()
