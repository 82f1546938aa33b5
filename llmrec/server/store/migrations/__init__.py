"""The steps from the tables that older versions of llmrec made to those of `llmrec.server.store.tables`.

Alembic runs them when a database is opened. The next one is written like those that are there; it is then the `HEAD` of
`llmrec.server.store.database`.
"""
