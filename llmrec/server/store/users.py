"""Users and what they did. One is known by the catalogue's folder, by events, or by both; never across tenants.

Who only talks, and is known by neither, stands in the store by a salted digest of their id, so that what is kept of
them can be found by who knows the id.
"""

import hashlib
import json
import time
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from llmrec.catalog import Catalog, Interaction
from llmrec.catalog.feedback import NEGATIVE, STRENGTHS, kind_of
from llmrec.server.store.database import Database
from llmrec.server.store.keys import FIRST_TENANT
from llmrec.server.store.tables import events, forgotten, people, rules

INTERACTION = "interaction"
"""Kind of an event of which no more is said; as telling as any."""
FORGET = "forget"
"""Kind of an event that takes back all that came before it with the item, rows of the catalogue's folder included."""
FRESH_SECONDS = 30.0
"""How old the note of when somebody last talked may be; `personal_data.IDLE_SECONDS` must be longer."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a user did with an item.

    Parameters
    ----------
    user, item
        Ids.
    kind
        "interaction", "forget", or a name of one of `llmrec.catalog.feedback.KINDS`. A return or a dislike keeps the
        item from being recommended; with others it joins the history.
    at
        Unix seconds; None for now.
    id
        The client's own id of the event; one that is sent again with the same id is counted once.
    """

    user: str
    item: str
    kind: str = INTERACTION
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
        Ids of the items that they interacted with, oldest first; each once, unless the catalogue keeps repeats.
    rejected
        Ids of items that must not be recommended to them.
    of_folder
        Whether the catalogue's folder names them.
    rules
        What every list of theirs must meet until it is taken back, each as `llmrec.retrieval.filters.parse_where` reads
        it.
    kinds
        Item id -> the most telling kind of the events of theirs that the store holds.
    events
        Those of the folder and of the store with items that are offered, oldest first, but for what was taken back.
    """

    tenant: str
    user: str
    number: int | None
    history: tuple[str, ...]
    rejected: tuple[str, ...]
    of_folder: bool = False
    rules: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict, compare=False)
    events: tuple[Interaction, ...] = field(default=(), compare=False)


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
        numbers = {user: _named(database, connection, tenant, user) for user in sorted({event.user for event in added})}
        for event in added:
            number, at = numbers[event.user], time.time() if event.at is None else event.at
            content = {"item": event.item, "kind": event.kind, "at": at, "id": event.id}
            digest = None if event.id is None else salted_digest(database, str(number), event.id)
            row = {"person": number, "digest": digest, "content": json.dumps(content, ensure_ascii=False)}
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
        None where neither the folder nor an event nor a rule knows one of that id. Of the events with an item the most
        telling kind counts, of several the last; an item is once in the history, where it was first taken.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    digest = salted_digest(database, tenant, user)
    with database.reading() as connection:
        row = connection.execute(_find(tenant, digest, people.c.number, people.c.user)).first()
        number = row.number if row else None
        of_folder = tenant == FIRST_TENANT and user in catalog.histories
        if of_folder:
            of_folder = not connection.scalar(sa.select(forgotten.c.digest).where(forgotten.c.digest == digest))
        own = [] if number is None else events_of(connection, user, number)
        held = () if number is None else rules_of(connection, number)
    if (row is None or row.user is None) and not of_folder and not held:
        return None
    later: list[Interaction] = []
    withdrawn: set[str] = set()
    for event in sorted(own, key=lambda event: event.at or 0):
        if (kind := kind_of(event.kind)) == FORGET:
            later = [kept for kept in later if kept.item != event.item]
            withdrawn.add(event.item)
        else:
            later.append(Interaction(user, event.item, event.at or 0, None, kind))
    telling: dict[str, str] = {}
    for item, kind in ((event.item, event.kind or "") for event in later):
        if item not in telling or _strength(kind) >= _strength(telling[item]):
            telling.pop(item, None)  # the latest opinion last
            telling[item] = kind
    rejected = [item for item, kind in telling.items() if kind in NEGATIVE and item in offered]
    of_files = [event for event in (catalog.histories[user] if of_folder else ()) if event.item not in withdrawn]
    interacted = [event.item for event in (*of_files, *(each for each in later if each.kind not in NEGATIVE))]
    each = interacted if catalog.repeats else dict.fromkeys(interacted)
    known = [item for item in each if item in offered and telling.get(item) not in NEGATIVE]
    events = tuple(event for event in (*of_files, *later) if event.item in offered)
    return Person(tenant, user, number, tuple(known), tuple(rejected), of_folder, held, telling, events)


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
    known = sa.select(people.c.user).where(people.c.tenant == tenant, people.c.user.is_not(None))
    if not database.encrypted:  # else all are read
        column = sa.type_coerce(people.c.user, sa.Text)
        known = known.where(column.startswith(starts, autoescape=True)).order_by(sa.func.length(column), column)
        known = known.limit(most)
    with database.reading() as connection:
        ids = {user for user in connection.scalars(known) if user.startswith(starts)}
        gone = set(connection.scalars(sa.select(forgotten.c.digest)))
    if tenant == FIRST_TENANT:
        named = (user for user in catalog.histories if user.startswith(starts))
        ids.update(user for user in named if not gone or salted_digest(database, tenant, user) not in gone)
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
        held = connection.scalar(sa.select(people.c.number).where(people.c.number == person.number))
        if held is not None or not person.of_folder:
            return held  # of who is known by the folder the clock may have taken the row meanwhile
    digest = salted_digest(database, person.tenant, person.user)
    if connection.scalar(sa.select(forgotten.c.digest).where(forgotten.c.digest == digest)):
        return None
    return _unnamed(database, connection, person.tenant, digest)


def unnamed_person(database: Database, tenant: str, user: str) -> Person:
    """Look up who is not known, or keep a digest of their id, so that what is kept of their talk can be found.

    Parameters
    ----------
    database
        The store.
    tenant, user
        Whose user it is, and their id, which itself is not kept.

    Returns
    -------
    Person
        Of whom nothing is known.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    digest = salted_digest(database, tenant, user)
    with database.reading() as connection:
        row = connection.execute(_find(tenant, digest, people.c.number, people.c.created)).first()
    number: int | None = row.number if row else None
    if row is None or (row.created or 0) < time.time() - FRESH_SECONDS:
        with database.writing(synced=False) as connection:
            number = _unnamed(database, connection, tenant, digest)
    return Person(tenant, user, number, (), ())


def number_known(database: Database, tenant: str, user: str) -> int | None:
    """Look up the number of who may be in the store only because they talked.

    Parameters
    ----------
    database
        The store.
    tenant, user
        Whose user it must be, and their id.

    Returns
    -------
    int or None
        None where nothing is kept of them.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    with database.reading() as connection:
        number: int | None = connection.scalar(_find(tenant, salted_digest(database, tenant, user), people.c.number))
    return number


def events_of(connection: sa.Connection, user: str, number: int) -> list[Event]:
    """List what a user did.

    Parameters
    ----------
    connection
        A connection to the store.
    user, number
        Their id and their number.

    Returns
    -------
    list of Event
        In the order in which they came.
    """
    own = sa.select(events.c.content).where(events.c.person == number).order_by(events.c.number)
    contents = connection.scalars(own).all()
    # read in one: a history has hundreds, and each request reads one
    return [Event(user, **content) for content in json.loads(f"[{','.join(contents)}]")]


def rules_of(connection: sa.Connection, number: int) -> tuple[str, ...]:
    """List the rules of a user.

    Parameters
    ----------
    connection
        A connection to the store.
    number
        Their number.

    Returns
    -------
    tuple of str
        Each once, in the order in which they came.
    """
    own = sa.select(rules.c.content).where(rules.c.person == number).order_by(rules.c.number)
    return tuple(dict.fromkeys(connection.scalars(own)))


def salted_digest(database: Database, *names: str) -> str:
    """Digest an id, so that it can be looked up and not read.

    Parameters
    ----------
    database
        The store, which has a salt of its own.
    *names
        Whose id it is, and the id.

    Returns
    -------
    str
        SHA-256 as 64 hexadecimal digits.
    """
    return hashlib.sha256("\x00".join((str(database.settings["salt"]), *names)).encode()).hexdigest()


def _strength(kind: str) -> int:
    return STRENGTHS.get(kind, max(STRENGTHS.values()))


def _named(database: Database, connection: sa.Connection, tenant: str, user: str) -> int:
    """The number of who is known by events, and so by their id."""
    digest = salted_digest(database, tenant, user)
    row = database.insert(people).values(tenant=tenant, digest=digest, user=user, created=time.time())
    named = row.on_conflict_do_update(
        index_elements=[people.c.tenant, people.c.digest],
        set_={"user": row.excluded.user},
        where=people.c.user.is_(None),
    )
    connection.execute(named)
    number: int = connection.execute(_find(tenant, digest, people.c.number)).scalar_one()
    return number


def _unnamed(database: Database, connection: sa.Connection, tenant: str, digest: str) -> int:
    """The number of a digest, whose row is not deleted by the clock while an answer is under way."""
    row = database.insert(people).values(tenant=tenant, digest=digest, created=time.time())
    fresh = row.on_conflict_do_update(
        index_elements=[people.c.tenant, people.c.digest], set_={"created": row.excluded.created}
    )
    connection.execute(fresh)
    number: int = connection.execute(_find(tenant, digest, people.c.number)).scalar_one()
    return number


def _find(tenant: str, digest: str, *columns: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(*columns).where(people.c.tenant == tenant, people.c.digest == digest)
