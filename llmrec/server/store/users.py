"""Users and what they did. One is known by the catalogue's folder, by events, or by both; never across tenants."""

import hashlib
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from llmrec.catalog import Catalog
from llmrec.server.store.database import Database
from llmrec.server.store.keys import FIRST_TENANT
from llmrec.server.store.tables import events, forgotten, people

Kind = Literal["interaction", "like", "dislike"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a user did with an item.

    Parameters
    ----------
    user, item
        Ids.
    kind
        "interaction" and "like" join the history, "dislike" keeps the item from being recommended.
    at
        Unix seconds; None for now.
    id
        The client's own id of the event; one that is sent again with the same id is counted once.
    """

    user: str
    item: str
    kind: Kind = "interaction"
    at: float | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a user.

    Parameters
    ----------
    tenant, user
        Whose user it is, and their id.
    number
        Their number in the store; None where only the folder knows them.
    history
        Ids of the items that they interacted with, oldest first.
    rejected
        Ids of items that must not be recommended to them.
    """

    tenant: str
    user: str
    number: int | None
    history: tuple[str, ...]
    rejected: tuple[str, ...]


def record(database: Database, tenant: str, added: Sequence[Event]) -> int:
    """Write events, all or none.

    Parameters
    ----------
    database
        The store.
    tenant
        Whose users they are of.
    added
        The events.

    Returns
    -------
    int
        How many were new; they are on disk.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    new = 0
    with database.writing() as connection:
        # in one order: two that insert the same users would else wait for each other
        numbers = {
            user: _number(database, connection, tenant, user) for user in sorted({event.user for event in added})
        }
        for event in added:
            at = time.time() if event.at is None else event.at
            row = {"person": numbers[event.user], "item": event.item, "kind": event.kind, "at": at, "id": event.id}
            inserted = database.insert(events).values(row).on_conflict_do_nothing().returning(events.c.number)
            new += len(
                connection.execute(inserted).all()
            )  # PostgreSQL's driver does not count the rows of such an insert
    return new


def find_person(database: Database, catalog: Catalog, offered: Container[str], tenant: str, user: str) -> Person | None:
    """Look up what is known of a user.

    Parameters
    ----------
    database
        The store.
    catalog
        The folder's histories, which are the first tenant's.
    offered
        Ids of the items that are offered; others are left out.
    tenant, user
        Whose user it must be, and their id.

    Returns
    -------
    Person or None
        None where neither the folder nor an event knows one of that id. Of the events with an item the last kind
        counts; an item is once in the history, where it was first taken.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    with database.reading() as connection:
        number = connection.scalar(_find(tenant, user))
        of_folder = tenant == FIRST_TENANT and user in catalog.histories
        if of_folder:
            digest = _digest(database, tenant, user)
            of_folder = not connection.scalar(sa.select(forgotten.c.digest).where(forgotten.c.digest == digest))
        own = sa.select(events.c.item, events.c.kind).where(events.c.person == number)
        rows = connection.execute(own.order_by(events.c.at, events.c.number)).tuples().all() if number else []
    if number is None and not of_folder:
        return None
    last = dict(rows)
    interacted = [*(catalog.history(user) if of_folder else ()), *(item for item, kind in rows if kind != "dislike")]
    known = [item for item in dict.fromkeys(interacted) if item in offered and last.get(item) != "dislike"]
    rejected = [item for item, kind in last.items() if kind == "dislike" and item in offered]
    return Person(tenant, user, number, tuple(known), tuple(rejected))


def users_like(database: Database, catalog: Catalog, tenant: str, starts: str, most: int) -> list[str]:
    """List users whose id starts alike.

    Parameters
    ----------
    database
        The store.
    catalog
        The folder's users, who are the first tenant's.
    tenant
        Whose users they must be.
    starts
        How their ids start.
    most
        How many at most.

    Returns
    -------
    list of str
        Ids, the shortest first; those who were forgotten are left out.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    beginning = people.c.user.startswith(starts, autoescape=True)
    known = sa.select(people.c.user).where(people.c.tenant == tenant, beginning)
    with database.reading() as connection:
        ids = set(connection.scalars(known.order_by(sa.func.length(people.c.user), people.c.user).limit(most)))
        gone = set(connection.scalars(sa.select(forgotten.c.digest)))
    if tenant == FIRST_TENANT:
        named = (user for user in catalog.histories if user.startswith(starts))
        ids.update(user for user in named if not gone or _digest(database, tenant, user) not in gone)
    return sorted(ids, key=lambda user: (len(user), user))[:most]


def number_of(database: Database, connection: sa.Connection, person: Person) -> int | None:
    """Look up the number of a person in the store, or give them one.

    Parameters
    ----------
    database
        The store.
    connection
        A transaction that writes.
    person
        As `find_person` gave them.

    Returns
    -------
    int or None
        None where the person was forgotten since.
    """
    if person.number is not None:
        return connection.scalar(sa.select(people.c.number).where(people.c.number == person.number))
    digest = _digest(database, person.tenant, person.user)
    if connection.scalar(sa.select(forgotten.c.digest).where(forgotten.c.digest == digest)):
        return None
    return _number(database, connection, person.tenant, person.user)


def forget(database: Database, catalog: Catalog, tenant: str, user: str) -> tuple[bool, bool]:
    """Erase a user with all events, answers and conversations.

    Parameters
    ----------
    database
        The store.
    catalog
        The folder's users. That the history of one of them is to be left out is kept as a salted digest.
    tenant, user
        Whose user it must be, and their id.

    Returns
    -------
    known : bool
        Whether one of that id was known.
    of_folder : bool
        Whether the folder names them.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses, or is busy and its log could not be emptied.
    """
    of_folder = tenant == FIRST_TENANT and user in catalog.histories
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
