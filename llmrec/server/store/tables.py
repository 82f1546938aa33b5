"""The tables as they are now; `migrations` holds the way to here from what older versions of llmrec made.

Rows that belong to a person are deleted with the person: `ON DELETE CASCADE`. What tells of a person is `Sealed`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from llmrec.server.store.encryption import Sealed

metadata = MetaData()

settings = Table("settings", metadata, Column("name", String(40), primary_key=True), Column("value", Text))

keys = Table(
    "keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("digest", String(64), unique=True, nullable=False),
    Column("tenant", String(100), nullable=False),
    Column("edits_items", Boolean, nullable=False),
    Column("rates", String(100), nullable=False),
    Column("created", Float, nullable=False),
)

rates = Table(
    "rates",
    metadata,
    Column("key", ForeignKey(keys.c.id, ondelete="CASCADE"), primary_key=True),
    Column("seconds", Integer, primary_key=True),
    Column("window", BigInteger, nullable=False),
    Column("current", Integer, nullable=False),
    Column("previous", Integer, nullable=False),
)
"""How often a key asked in the window of so many seconds that is the latest, and in the one before it."""

people = Table(
    "people",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("tenant", String(100), nullable=False),
    Column("digest", String(200), nullable=False),
    Column("user", Sealed),
    Column("created", Float),
    UniqueConstraint("tenant", "digest"),
    sqlite_autoincrement=True,  # a number is never given twice: what is late for a forgotten person finds nobody
)
"""`digest`: of tenant and id, salted; `user`: the id, or null of who was in a chat and is known by nothing else."""

events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("person", ForeignKey(people.c.number, ondelete="CASCADE"), index=True, nullable=False),
    Column("digest", String(100)),
    Column("content", Sealed, nullable=False),
    UniqueConstraint("person", "digest"),
    sqlite_autoincrement=True,
)
"""`digest`: of the client's id of the event, where it has one; `content`: JSON."""

rules = Table(
    "rules",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("person", ForeignKey(people.c.number, ondelete="CASCADE"), index=True, nullable=False),
    Column("content", Sealed, nullable=False),
    sqlite_autoincrement=True,
)
"""`content`: a condition as `llmrec.retrieval.filters.parse_where` reads it."""

forgotten = Table("forgotten", metadata, Column("digest", String(64), primary_key=True))

responses = Table(
    "responses",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("tenant", String(100), nullable=False),
    Column("person", ForeignKey(people.c.number, ondelete="CASCADE"), index=True),
    Column("created", Float, index=True, nullable=False),
    Column("request", Sealed, nullable=False),
    Column("answer", Sealed, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("tenant", String(100), nullable=False),
    Column("person", ForeignKey(people.c.number, ondelete="CASCADE"), index=True),
    Column("created", Float, index=True, nullable=False),
    Column("state", Sealed, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("number", Integer, index=True, unique=True, nullable=False),
    Column("content", Text),
)
"""`number`: order of the changes, and of their commits; `content`: JSON, or null where the item is withdrawn."""
