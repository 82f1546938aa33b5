"""People are found by a salted digest, and what an event says is one text, so that both can be encrypted."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Move ids of users and what events say; ids of events become digests."""
    connection = op.get_bind()
    salt = connection.scalar(sa.text("SELECT value FROM settings WHERE name = 'salt'"))
    # there is none where the tables were made just now, and nobody is in them
    op.execute('ALTER TABLE people RENAME COLUMN "user" TO digest')
    op.add_column("people", sa.Column("user", sa.Text))
    op.add_column("people", sa.Column("created", sa.Float))
    people = sa.table("people", *map(sa.column, ("number", "tenant", "digest", "user")))
    for number, tenant, user in connection.execute(
        sa.select(people.c.number, people.c.tenant, people.c.digest)
    ).fetchall():
        found = {"digest": _digest(salt, tenant, user), "user": user}
        connection.execute(people.update().where(people.c.number == number).values(found))

    op.execute("ALTER TABLE events RENAME COLUMN id TO digest")
    op.add_column("events", sa.Column("content", sa.Text))
    events = sa.table("events", *map(sa.column, ("number", "person", "item", "kind", "at", "digest", "content")))
    columns = (events.c.number, events.c.person, events.c.item, events.c.kind, events.c.at, events.c.digest)
    for number, person, item, kind, at, id in connection.execute(sa.select(*columns)).fetchall():
        content = json.dumps({"item": item, "kind": kind, "at": at, "id": id}, ensure_ascii=False)
        digest = None if id is None else _digest(salt, str(person), id)
        connection.execute(events.update().where(events.c.number == number).values(content=content, digest=digest))
    with op.batch_alter_table("events", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("content", existing_type=sa.Text, nullable=False)
        for column in ("item", "kind", "at"):
            batch.drop_column(column)


def _digest(salt: str | None, *names: str) -> str:
    return hashlib.sha256("\x00".join((str(salt), *names)).encode()).hexdigest()
