"""Answers that were given, so that their reasons can be asked for."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from llmrec.errors import BadInput
from llmrec.server.store.database import Database
from llmrec.server.store.tables import responses
from llmrec.server.store.users import Person, number_of

KEPT_DAYS = 30
"""Older answers are deleted: they say what somebody saw, and nobody asks for their reasons any more."""


class Forgotten(BadInput):
    """The user was deleted while an answer to them was under way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One stored answer: what was asked, as it was resolved, and what was said."""

    id: str
    created: float
    request: dict[str, Any]
    answer: dict[str, Any]


def keep(
    database: Database,
    tenant: str,
    person: Person | None,
    request: Mapping[str, Any],
    answer: Mapping[str, Any],
    id: str,
) -> None:
    """Stores an answer and deletes those that are too old. Raises `Forgotten`."""
    now = time.time()
    with database.writing(synced=False) as connection:
        number = number_of(database, connection, person) if person else None
        if person and number is None:
            raise Forgotten("the user was deleted while this was answered; nothing was kept of it")
        connection.execute(responses.delete().where(responses.c.created < now - KEPT_DAYS * 86400))
        connection.execute(
            responses.insert().values(
                id=id, tenant=tenant, person=number, created=now, request=json.dumps(request),
                answer=json.dumps(answer),
            )
        )  # fmt: skip


def replace_answer(database: Database, id: str, answer: Mapping[str, Any]) -> None:
    """Stores what the answer says by now, where it is still there."""
    with database.writing(synced=False) as connection:
        connection.execute(responses.update().where(responses.c.id == id).values(answer=json.dumps(answer)))


def find_answer(database: Database, tenant: str, id: str) -> Answer | None:
    """The tenant's answer of that id."""
    columns = (responses.c.id, responses.c.created, responses.c.request, responses.c.answer)
    with database.reading() as connection:
        found = connection.execute(
            sa.select(*columns).where(responses.c.id == id, responses.c.tenant == tenant)
        ).first()
    return Answer(found[0], found[1], json.loads(found[2]), json.loads(found[3])) if found else None


def new_id() -> str:
    """An id that nobody can guess."""
    return f"rec-{secrets.token_hex(12)}"
