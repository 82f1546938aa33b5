"""What keys have asked, counted over all gateways."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rates",
        sa.Column("key", sa.String(16), sa.ForeignKey("keys.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seconds", sa.Integer, primary_key=True),
        sa.Column("window", sa.BigInteger, nullable=False),
        sa.Column("current", sa.Integer, nullable=False),
        sa.Column("previous", sa.Integer, nullable=False),
    )
