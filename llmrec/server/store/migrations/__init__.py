"""The steps from the tables that older versions of llmrec made to those of `llmrec.server.store.tables`.

Alembic runs them when a database is opened. In a checkout `alembic revision --rev-id 0003 -m "what changes"` begins the
next one; it is then the `HEAD` of `llmrec.server.store.database`.
"""
