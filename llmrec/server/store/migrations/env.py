"""What Alembic runs: the migrations that a database lacks, in the transaction that the connection is in."""

from alembic import context

from llmrec.server.store.tables import metadata


def run() -> None:
    """Run them."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
    )
    with context.begin_transaction():
        context.run_migrations()


if hasattr(context, "config"):  # only while Alembic runs
    run()
