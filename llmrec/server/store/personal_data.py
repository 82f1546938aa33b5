"""All that the store keeps of one person: given out, changed and deleted on request, deleted by the clock."""

import json
import time
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from llmrec.catalog import Catalog, Interaction
from llmrec.catalog.feedback import kind_of
from llmrec.chat.state import DialogueState, clauses_or_text
from llmrec.errors import BadInput
from llmrec.server.schemas.recommendations import Recommendations, StoredRequest
from llmrec.server.store.conversations import KeptConversation
from llmrec.server.store.database import REWRITE_BYTES, Database
from llmrec.server.store.keys import FIRST_TENANT
from llmrec.server.store.responses import StoredResponse, owner
from llmrec.server.store.tables import conversations, events, forgotten, people, responses, rules
from llmrec.server.store.users import Event, Person, events_of, rules_of, salted_digest

BATCH = 1000
"""Rows that are deleted in one transaction."""
MAX_RULES = 50
"""Rules of one person that are kept."""
IDLE_SECONDS = 120.0
"""How long a digest is kept of whom nothing is kept yet: their first answer may be under way."""


class TooManyRules(BadInput):
    """A person would have more rules than are kept of one."""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that is kept of a user.

    Parameters
    ----------
    events
        What they did, in the order in which it came.
    history
        Their events in the catalogue's folder; empty where these are passed over.
    responses
        Answers to them, oldest first.
    conversations
        What conversations with them had come to, oldest first.
    rules
        What every list of theirs must meet, in the order in which it came.
    """

    events: tuple[Event, ...]
    history: tuple[Interaction, ...]
    responses: tuple[StoredResponse, ...]
    conversations: tuple[KeptConversation, ...]
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """What was deleted of a user.

    Parameters
    ----------
    events, conversations, rules
        How many.
    responses
        Ids of the answers.
    of_folder
        Whether the catalogue's folder names the user.
    erased
        Whether no trace is left in the files of the database; False where `Database.erase` is still to be done.
    """

    events: int
    conversations: int
    responses: tuple[str, ...]
    of_folder: bool
    erased: bool
    rules: int = 0


def find_personal_data(database: Database, catalog: Catalog, tenant: str, user: str) -> PersonalData | None:
    """Read all that is kept of a user.

    Parameters
    ----------
    database
        The store.
    catalog
        The folder's histories, which are the first tenant's.
    tenant, user
        Whose user it must be, and their id.

    Returns
    -------
    PersonalData or None
        None where there is nobody of that id, or nothing kept of them.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    digest = salted_digest(database, tenant, user)
    with database.reading() as connection:
        number = connection.scalar(_number(tenant, digest))
        passed_over = connection.scalar(sa.select(forgotten.c.digest).where(forgotten.c.digest == digest))
        history = () if passed_over or tenant != FIRST_TENANT else catalog.histories.get(user, ())
        if number is None and not history:
            return None
        if number is None:  # only the folder knows them; rows without a person are nobody's, and not theirs
            return PersonalData((), tuple(history), (), ())
        own, held = events_of(connection, user, number), rules_of(connection, number)
        answers = connection.execute(
            sa.select(responses.c.id, responses.c.created, responses.c.request, responses.c.answer)
            .where(_of_person(responses, number))
            .order_by(responses.c.created)
        ).all()
        talks = connection.execute(
            sa.select(conversations.c.id, conversations.c.created, conversations.c.state)
            .where(_of_person(conversations, number))
            .order_by(conversations.c.created)
        ).all()
    return PersonalData(
        tuple(own),
        tuple(history),
        tuple(
            StoredResponse(
                id, created, StoredRequest.model_validate_json(request), Recommendations.model_validate_json(answer)
            )
            for id, created, request, answer in answers
        ),
        tuple(KeptConversation(id, created, DialogueState.model_validate_json(state)) for id, created, state in talks),
        held,
    )


def change_rules(database: Database, person: Person, added: Sequence[str], removed: Collection[str]) -> bool:
    """Keep rules of a user, and delete some.

    Parameters
    ----------
    database
        The store.
    person
        As `find_person` or `unnamed_person` gave them.
    added, removed
        Conditions as `llmrec.retrieval.filters.parse_where` reads them.

    Returns
    -------
    bool
        Whether anything changed.

    Raises
    ------
    TooManyRules
        Where they would be more than `MAX_RULES`; nothing is changed then.
    UserForgotten
        Where the user was deleted since they were looked up.
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    if not added and person.number is None:
        return False
    with database.writing() as connection:
        number = owner(database, connection, person)
        assert number is not None
        # one change after the other, on PostgreSQL too: two at once would else both find room for the last rule
        connection.execute(sa.select(people.c.number).where(people.c.number == number).with_for_update())
        kept = connection.execute(sa.select(rules.c.number, rules.c.content).where(rules.c.person == number)).all()
        left = changed_rules([row.content for row in kept], added, removed)
        gone = [row.number for row in kept if row.content not in left]
        new = [rule for rule in left if all(rule != row.content for row in kept)]
        if gone:
            connection.execute(rules.delete().where(rules.c.number.in_(gone)))
            database.mark_deleted(connection)
        if new:
            connection.execute(rules.insert(), [{"person": number, "content": rule} for rule in new])
    if gone:
        database.erase(REWRITE_BYTES)
    return bool(gone or new)


def changed_rules(held: Sequence[str], added: Sequence[str], removed: Collection[str]) -> tuple[str, ...]:
    """Return what is left of rules after a change; "year >= 1990" and "year>=1990" are the same one.

    Parameters
    ----------
    held
        The rules before it.
    added, removed
        As for `change_rules`; one that is both stays.

    Returns
    -------
    tuple of str
        In the order in which they came.

    Raises
    ------
    TooManyRules
        Where they would be more than `MAX_RULES`.

    Examples
    --------
    >>> changed_rules(["year>=1990", "genres!=War"], ["genres!=Musical", "genres != War"], ["year >= 1990"])
    ('genres!=War', 'genres!=Musical')
    """
    out = set(map(clauses_or_text, removed))
    left: dict[Hashable, str] = {}
    for rule in (*(each for each in held if clauses_or_text(each) not in out), *added):
        left.setdefault(clauses_or_text(rule), rule)
    if len(left) > max(MAX_RULES, len(held)):
        raise TooManyRules(f"{MAX_RULES} rules are kept of a person at most; take one back first")
    return tuple(left.values())


def delete_events(database: Database, person: Person, item: str, kinds: Collection[str] | None = None) -> int:
    """Delete what a user did with an item.

    Parameters
    ----------
    database
        The store.
    person
        As `find_person` gave them.
    item
        Id of the item.
    kinds
        Of `llmrec.catalog.feedback.KINDS`, and "interaction"; default: all.

    Returns
    -------
    int
        How many events were deleted; those of the catalogue's folder are not the store's.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    if person.number is None:
        return 0
    with database.writing() as connection:
        rows = connection.execute(
            sa.select(events.c.number, events.c.content).where(events.c.person == person.number)
        ).all()
        held = [(row.number, json.loads(row.content)) for row in rows]
        own = [(number, kind_of(event["kind"])) for number, event in held if event["item"] == item]
        gone = [number for number, kind in own if kinds is None or kind in kinds]
        if gone:
            connection.execute(events.delete().where(events.c.number.in_(gone)))
            database.mark_deleted(connection)
    if gone:
        database.erase(REWRITE_BYTES)
    return len(gone)


def forget(database: Database, catalog: Catalog, tenant: str, user: str) -> Removal | None:
    """Delete a user with all events, rules, answers and conversations.

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
    Removal or None
        None where there was nobody of that id.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    of_folder = tenant == FIRST_TENANT and user in catalog.histories
    digest = salted_digest(database, tenant, user)
    with database.writing() as connection:
        number = connection.scalar(_number(tenant, digest))
        known = number is not None
        answers: tuple[str, ...] = ()
        counts = [0, 0, 0]
        if number is not None:
            answers = tuple(connection.scalars(sa.select(responses.c.id).where(_of_person(responses, number))))
            counts = [
                connection.scalar(sa.select(sa.func.count()).select_from(table).where(_of_person(table, number))) or 0
                for table in (events, conversations, rules)
            ]
            connection.execute(people.delete().where(people.c.number == number))
            database.mark_deleted(connection)
        if of_folder:
            marked = database.insert(forgotten).values(digest=digest)
            known |= bool(connection.execute(marked.on_conflict_do_nothing().returning(forgotten.c.digest)).all())
    erased = database.erase(REWRITE_BYTES)
    return Removal(counts[0], counts[1], answers, of_folder, erased, counts[2]) if known else None


def delete_expired(database: Database, days: float) -> int:
    """Delete answers and conversations that are older, and the rows of people of whom nothing else is left.

    `Database.erase` then leaves no trace of them in SQLite's files.

    Parameters
    ----------
    database
        The store.
    days
        How long they are kept.

    Returns
    -------
    int
        How many answers and conversations were deleted.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    before, deleted = time.time() - days * 86400, 0
    for table in (responses, conversations):
        # others may be deleting the same rows, in another order
        old = sa.select(table.c.id).where(table.c.created < before).limit(BATCH).with_for_update(skip_locked=True)
        some = BATCH
        while some == BATCH:  # a transaction of all of them could hold others up, or be cut
            with database.writing() as connection:
                some = connection.execute(table.delete().where(table.c.id.in_(old))).rowcount
                if some:
                    database.mark_deleted(connection)
            deleted += some
    with database.writing() as connection:
        of_people = (events, rules, responses, conversations)
        kept = [sa.exists().where(table.c.person == people.c.number) for table in of_people]
        idle = sa.func.coalesce(people.c.created, 0) < time.time() - IDLE_SECONDS
        gone = sa.select(people.c.number).where(idle, ~sa.or_(*kept)).with_for_update(skip_locked=True)
        if connection.execute(people.delete().where(people.c.number.in_(gone))).rowcount:
            database.mark_deleted(connection)
    return deleted


def _number(tenant: str, digest: str) -> sa.Select[int]:
    return sa.select(people.c.number).where(people.c.tenant == tenant, people.c.digest == digest)


def _of_person(table: sa.Table, number: int) -> sa.ColumnElement[bool]:
    """Rows of one person: never of None, which SQL would read as the rows of nobody in particular."""
    return table.c.person == number
