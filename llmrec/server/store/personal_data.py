"""All that the store keeps of one person: given out, deleted on request, deleted by the clock."""

import time
from dataclasses import dataclass

import sqlalchemy as sa

from llmrec.catalog import Catalog, Interaction
from llmrec.chat.state import DialogueState
from llmrec.server.schemas.recommendations import Recommendations, StoredRequest
from llmrec.server.store.conversations import KeptConversation
from llmrec.server.store.database import REWRITE_BYTES, Database
from llmrec.server.store.keys import FIRST_TENANT
from llmrec.server.store.responses import StoredResponse
from llmrec.server.store.tables import conversations, events, forgotten, people, responses
from llmrec.server.store.users import Event, events_of, salted_digest

BATCH = 1000
"""Rows that are deleted in one transaction."""
IDLE_SECONDS = 120.0
"""How long a digest is kept of whom nothing is kept yet: their first answer may be under way."""


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
    """

    events: tuple[Event, ...]
    history: tuple[Interaction, ...]
    responses: tuple[StoredResponse, ...]
    conversations: tuple[KeptConversation, ...]


@dataclass(frozen=True, slots=True)
class Removal:
    """What was deleted of a user.

    Parameters
    ----------
    events, conversations
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
        own = events_of(connection, user, number)
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
    )


def forget(database: Database, catalog: Catalog, tenant: str, user: str) -> Removal | None:
    """Delete a user with all events, answers and conversations.

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
        counts = [0, 0]
        if number is not None:
            answers = tuple(connection.scalars(sa.select(responses.c.id).where(_of_person(responses, number))))
            counts = [
                connection.scalar(sa.select(sa.func.count()).select_from(table).where(_of_person(table, number))) or 0
                for table in (events, conversations)
            ]
            connection.execute(people.delete().where(people.c.number == number))
            database.mark_deleted(connection)
        if of_folder:
            marked = database.insert(forgotten).values(digest=digest)
            known |= bool(connection.execute(marked.on_conflict_do_nothing().returning(forgotten.c.digest)).all())
    erased = database.erase(REWRITE_BYTES)
    return Removal(counts[0], counts[1], answers, of_folder, erased) if known else None


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
        old = sa.select(table.c.id).where(table.c.created < before).limit(BATCH)
        some = BATCH
        while some == BATCH:  # a transaction of all of them could hold others up, or be cut
            with database.writing() as connection:
                some = connection.execute(table.delete().where(table.c.id.in_(old))).rowcount
                if some:
                    database.mark_deleted(connection)
            deleted += some
    with database.writing() as connection:
        kept = [sa.exists().where(table.c.person == people.c.number) for table in (events, responses, conversations)]
        idle = sa.func.coalesce(people.c.created, 0) < time.time() - IDLE_SECONDS
        if connection.execute(people.delete().where(idle, ~sa.or_(*kept))).rowcount:
            database.mark_deleted(connection)
    return deleted


def _number(tenant: str, digest: str) -> sa.Select[int]:
    return sa.select(people.c.number).where(people.c.tenant == tenant, people.c.digest == digest)


def _of_person(table: sa.Table, number: int) -> sa.ColumnElement[bool]:
    """Rows of one person: never of None, which SQL would read as the rows of nobody in particular."""
    return table.c.person == number
