"""What Alembic runs: the migrations that a database lacks, in the transaction that the connection is in."""

from alembic import context

from llmrec.server.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
