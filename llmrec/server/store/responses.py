"""Answers that were given, so that their reasons can be looked up."""

import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from llmrec.errors import BadInput
from llmrec.server.schemas.recommendations import Recommendations, StoredRequest
from llmrec.server.store.database import Database
from llmrec.server.store.tables import responses
from llmrec.server.store.users import Person, number_of


class UserForgotten(BadInput):
    """The user was deleted while an answer to them was under way."""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One answer that is kept.

    Parameters
    ----------
    id
        Its id.
    created
        Unix seconds.
    request
        What it answers, with the history as it was then.
    response
        What was answered.
    """

    id: str
    created: float
    request: StoredRequest
    response: Recommendations


def keep_response(
    database: Database, tenant: str, person: Person | None, request: StoredRequest, response: Recommendations
) -> None:
    """Store an answer under its id.

    Parameters
    ----------
    database
        The store.
    tenant
        Whose answer it is.
    person
        To whom; None where that is nobody in particular. It is deleted with them.
    request, response
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
        connection.execute(
            responses.insert().values(
                id=response.id,
                tenant=tenant,
                person=number,
                created=time.time(),
                request=request.model_dump_json(),
                answer=response.model_dump_json(),
            )
        )


def replace_response(database: Database, response: Recommendations) -> None:
    """Store what an answer holds by now, where it is still kept.

    Parameters
    ----------
    database
        The store.
    response
        The answer; its id says which is replaced.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    with database.writing(synced=False) as connection:
        kept = responses.update().where(responses.c.id == response.id)
        connection.execute(kept.values(answer=response.model_dump_json()))


def find_response(database: Database, tenant: str, id: str) -> StoredResponse | None:
    """Look up an answer.

    Parameters
    ----------
    database
        The store.
    tenant
        Whose answer it must be.
    id
        Its id.

    Returns
    -------
    StoredResponse or None
        None where the tenant has none of that id.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    columns = (responses.c.id, responses.c.created, responses.c.request, responses.c.answer)
    chosen = sa.select(*columns).where(responses.c.id == id, responses.c.tenant == tenant)
    with database.reading() as connection:
        row = connection.execute(chosen).first()
    if row is None:
        return None
    return StoredResponse(
        row[0], row[1], StoredRequest.model_validate_json(row[2]), Recommendations.model_validate_json(row[3])
    )


def owner(database: Database, connection: sa.Connection, person: Person | None) -> int | None:
    """Look up the number under which a person's rows are kept.

    Parameters
    ----------
    database
        The store.
    connection
        A transaction that writes; a person of the folder alone gets a number in it.
    person
        The person, or None.

    Returns
    -------
    int or None
        None for nobody in particular.

    Raises
    ------
    UserForgotten
        Where the person was deleted since they were looked up.
    """
    number = number_of(database, connection, person) if person else None
    if person and number is None:
        raise UserForgotten("the user was deleted while this was answered; nothing was kept of it")
    return number


def new_response_id() -> str:
    """Make an id that nobody can guess.

    Returns
    -------
    str
        "rec-" and 24 hexadecimal digits.
    """
    return f"rec-{secrets.token_hex(12)}"
