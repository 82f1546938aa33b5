"""No two changes of items have one number, and those that are new are found without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Number anew what two gateways had numbered alike: as later changes, which those that run take in again."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("LOCK TABLE items IN SHARE ROW EXCLUSIVE MODE")  # gateways of before write on until then
    items = sa.table("items", sa.column("id"), sa.column("number"))
    held = connection.execute(sa.select(items.c.id, items.c.number).order_by(items.c.number, items.c.id)).fetchall()
    last = held[-1].number if held else 0
    given: set[int] = set()
    for id, number in held:
        if number in given:
            last += 1
            connection.execute(items.update().where(items.c.id == id).values(number=last))
        given.add(number)
    op.create_index("ix_items_number", "items", ["number"], unique=True)
