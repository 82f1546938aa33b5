"""Settings, keys, people, events, answers, items: what llmrec 0.1 made without migrations, and has in part or whole."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables where they are missing."""
    op.create_table(
        "settings",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text),
        if_not_exists=True,
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("digest", sa.String(64), unique=True, nullable=False),
        sa.Column("tenant", sa.String(100), nullable=False),
        sa.Column("edits_items", sa.Boolean, nullable=False),
        sa.Column("rates", sa.String(100), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "people",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("tenant", sa.String(100), nullable=False),
        sa.Column("user", sa.String(200), nullable=False),
        sa.UniqueConstraint("tenant", "user"),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("people.number", ondelete="CASCADE"), nullable=False),
        sa.Column("item", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("id", sa.String(100)),
        sa.UniqueConstraint("person", "id"),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("ix_events_person", "events", ["person"], if_not_exists=True)
    op.create_table("forgotten", sa.Column("digest", sa.String(64), primary_key=True), if_not_exists=True)
    op.create_table(
        "responses",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("tenant", sa.String(100), nullable=False),
        sa.Column("person", sa.Integer, sa.ForeignKey("people.number", ondelete="CASCADE")),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_responses_person", "responses", ["person"], if_not_exists=True)
    op.create_index("ix_responses_created", "responses", ["created"], if_not_exists=True)
    op.create_table(
        "items",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("content", sa.Text),
        if_not_exists=True,
    )
