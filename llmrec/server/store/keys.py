"""API keys: 256 random bits each, of which only a digest is kept, so that the store gives no key away."""

import hashlib
import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from llmrec.errors import BadInput
from llmrec.server.store.database import Database
from llmrec.server.store.tables import keys

FIRST_TENANT = "main"
"""The tenant of the first key: the users of the catalogue's own folder are this tenant's."""
DEFAULT_RATES = "6000/minute"
PREFIX = "llmrec-"


@dataclass(frozen=True, slots=True)
class Key:
    """Who asks.

    Parameters
    ----------
    id
        Names the key in logs.
    tenant
        Who owns the users and events that are sent with it.
    edits_items
        Whether it may change the catalogue.
    rates
        Limits in the notation of the package `limits`: "6000/minute; 200000/day".
    created
        Unix seconds.
    """

    id: str
    tenant: str
    edits_items: bool
    rates: str
    created: float


def create_key(
    database: Database, tenant: str = FIRST_TENANT, edits_items: bool = True, rates: str = DEFAULT_RATES
) -> str:
    """Make a key.

    Parameters
    ----------
    database
        The store.
    tenant, edits_items, rates
        As in `Key`.

    Returns
    -------
    str
        Its secret, which cannot be read again.

    Raises
    ------
    BadInput
        Where the tenant's name is empty or too long, or the rates do not parse.
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    from limits import parse_many

    if not tenant or len(tenant) > 100:
        raise BadInput(f"a tenant's name has 1 to 100 characters, not {len(tenant)}; choose another")
    try:
        parse_many(rates)
    except ValueError as error:
        raise BadInput(f"{rates!r} are no rates; write them like '600/minute; 20000/day'") from error
    with database.writing() as connection:
        return _insert(connection, tenant, edits_items, rates)


def create_first_key(database: Database) -> str | None:
    """Make a key where there is none: of several processes that start at once one makes it.

    Parameters
    ----------
    database
        The store.

    Returns
    -------
    str or None
        Its secret, which cannot be read again; None where there is a key already.

    Raises
    ------
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    with database.writing() as connection:
        database.lock(connection, "keys")
        if connection.scalar(sa.select(keys.c.id).limit(1)):
            return None
        return _insert(connection, FIRST_TENANT, True, DEFAULT_RATES)


def find_key(database: Database, secret: str) -> Key | None:
    """Look up the key of a secret.

    Parameters
    ----------
    database
        The store.
    secret
        What the caller sent.

    Returns
    -------
    Key or None
        None where there is none.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    # A plain digest will do: with 256 random bits there is no dictionary to try.
    with database.reading() as connection:
        row = connection.execute(_columns().where(keys.c.digest == _digest(secret))).first()
    return Key(*row) if row else None


def list_keys(database: Database) -> list[Key]:
    """List all keys.

    Parameters
    ----------
    database
        The store.

    Returns
    -------
    list of Key
        Oldest first.

    Raises
    ------
    StoreUnavailable
        Where the database does not answer.
    """
    with database.reading() as connection:
        return [Key(*row) for row in connection.execute(_columns().order_by(keys.c.created))]


def revoke_key(database: Database, id: str) -> None:
    """Delete a key; from now on it opens nothing.

    Parameters
    ----------
    database
        The store.
    id
        Its id.

    Raises
    ------
    BadInput
        Where there is none of that id.
    StorageError, StoreUnavailable
        Where the database refuses.
    """
    with database.writing() as connection:
        if not connection.execute(keys.delete().where(keys.c.id == id)).rowcount:
            raise BadInput(f"there is no key {id!r}; `llmrec keys list` shows them")


def _insert(connection: sa.Connection, tenant: str, edits_items: bool, rates: str) -> str:
    secret = PREFIX + secrets.token_urlsafe(32)
    row = {"id": secrets.token_hex(4), "digest": _digest(secret), "created": time.time()}
    connection.execute(keys.insert().values(row | {"tenant": tenant, "edits_items": edits_items, "rates": rates}))
    return secret


def _columns() -> sa.Select[str, str, bool, str, float]:
    return sa.select(keys.c.id, keys.c.tenant, keys.c.edits_items, keys.c.rates, keys.c.created)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
