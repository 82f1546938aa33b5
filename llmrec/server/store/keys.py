"""API keys: 256 random bits each, of which only a digest is kept, so that the store gives no key away."""

import hashlib
import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from llmrec.errors import BadInput
from llmrec.server.store.database import Database
from llmrec.server.store.tables import keys

HOME = "main"
"""The tenant of the first key: the users of the catalogue's own folder are this tenant's."""
RATES = "6000/minute"
PREFIX = "llmrec-"


@dataclass(frozen=True, slots=True)
class Key:
    """Who asks: `id` names the key in logs, `tenant` owns users and events, `edits_items` may change the catalogue."""

    id: str
    tenant: str
    edits_items: bool
    rates: str
    """Limits in the notation of the package `limits`: "6000/minute; 200000/day"."""
    created: float


def create_key(database: Database, tenant: str = HOME, edits_items: bool = True, rates: str = RATES) -> str:
    """Makes a key and returns its secret, which cannot be read again. Raises `BadInput` for rates that do not parse."""
    from limits import parse_many

    if not tenant or len(tenant) > 100:
        raise BadInput(f"a tenant's name has 1 to 100 characters, not {len(tenant)}; choose another")
    try:
        parse_many(rates)
    except ValueError as error:
        raise BadInput(f"{rates!r} are no rates; write them like '600/minute; 20000/day'") from error
    secret = PREFIX + secrets.token_urlsafe(32)
    with database.writing() as connection:
        connection.execute(
            keys.insert().values(
                id=secrets.token_hex(4), digest=_digest(secret), tenant=tenant, edits_items=edits_items, rates=rates,
                created=time.time(),
            )
        )  # fmt: skip
    return secret


def find_key(database: Database, secret: str) -> Key | None:
    """The key of that secret."""
    # A plain digest will do: with 256 random bits there is no dictionary to try.
    with database.reading() as connection:
        row = connection.execute(_columns().where(keys.c.digest == _digest(secret))).first()
    return Key(*row) if row else None


def list_keys(database: Database) -> list[Key]:
    """All keys, oldest first."""
    with database.reading() as connection:
        return [Key(*row) for row in connection.execute(_columns().order_by(keys.c.created))]


def revoke_key(database: Database, id: str) -> None:
    """From now on the key opens nothing; raises `BadInput` where there is none of that id."""
    with database.writing() as connection:
        if not connection.execute(keys.delete().where(keys.c.id == id)).rowcount:
            raise BadInput(f"there is no key {id!r}; `llmrec keys list` shows them")


def _columns() -> sa.Select[str, str, bool, str, float]:
    return sa.select(keys.c.id, keys.c.tenant, keys.c.edits_items, keys.c.rates, keys.c.created)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
