"""What conversations had come to after each reply, so that the next turn finds it by the reply's id."""

import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from llmrec.chat.state import DialogueState
from llmrec.server.store.database import REWRITE_BYTES, Database
from llmrec.server.store.responses import owner
from llmrec.server.store.tables import conversations
from llmrec.server.store.users import Person


@dataclass(frozen=True, slots=True)
class KeptState:
    """The state of a conversation after one reply.

    Parameters
    ----------
    person
        Number of the person to whom it was; None for nobody in particular.
    state
        What the conversation had come to.
    """

    person: int | None
    state: DialogueState


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A state with the reply that led to it.

    Parameters
    ----------
    id
        Id of the reply.
    created
        Unix seconds.
    state
        What the conversation had come to.
    """

    id: str
    created: float
    state: DialogueState


def keep_state(database: Database, tenant: str, person: Person | None, id: str, state: DialogueState) -> None:
    """Store the state after a reply.

    Parameters
    ----------
    database
        The store.
    tenant
        Whose conversation it is.
    person
        With whom; None where that is nobody in particular. It is deleted with them.
    id
        Id of the reply.
    state
        What is kept.

    Raises
    ------
    UserForgotten
        Where the person was deleted since they were looked up.
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    with database.writing(synced=False) as connection:
        number = owner(database, connection, person)
        row = {"id": id, "tenant": tenant, "person": number, "created": time.time(), "state": state.model_dump_json()}
        connection.execute(conversations.insert().values(row))


def find_state(database: Database, tenant: str, id: str) -> KeptState | None:
    """Look up the state after a reply.

    Parameters
    ----------
    database
        The store.
    tenant
        Whose conversation it must be.
    id
        Id of the reply.

    Returns
    -------
    KeptState or None
        None where the tenant has none of that id.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    columns = (conversations.c.person, conversations.c.state)
    chosen = sa.select(*columns).where(conversations.c.id == id, conversations.c.tenant == tenant)
    with database.reading() as connection:
        row = connection.execute(chosen).first()
    return None if row is None else KeptState(row[0], DialogueState.model_validate_json(row[1]))


def replace_state(database: Database, tenant: str, id: str, state: DialogueState) -> None:
    """Put a state in the place of the one that is kept; what that held and this lacks is gone.

    Parameters
    ----------
    database
        The store.
    tenant
        Whose conversation it is.
    id
        Id of the reply.
    state
        What is kept from now on.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    row = conversations.update().where(conversations.c.id == id, conversations.c.tenant == tenant)
    with database.writing() as connection:
        connection.execute(row.values(state=state.model_dump_json()))
        database.mark_deleted(connection)
    database.erase(REWRITE_BYTES)


def new_reply_id(prefix: str = "chatcmpl-") -> str:
    """Make an id that nobody can guess.

    Parameters
    ----------
    prefix
        What clients of OpenAI's API know such an id by.

    Returns
    -------
    str
        The prefix and 24 hexadecimal digits.
    """
    return f"{prefix}{secrets.token_hex(12)}"
