"""The steps from the tables that older versions of llmrec made to those of `llmrec.server.store.tables`.

Alembic runs them when a database is opened. A new one is made in a checkout by `alembic revision -m "what changes"`.
"""
