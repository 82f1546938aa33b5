"""Stores of every kind: on SQLite and on a PostgreSQL server of the tests' own, in the clear and encrypted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from eval.serving.servers import Postgres
from llmrec.errors import SetupError
from llmrec.server.store.database import Database

KEY = "a-key-of-the-tests-of-32-characters-or-more"


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test's own."""
    pytest.importorskip("psycopg")
    try:
        server = Postgres()
    except SetupError as error:
        pytest.skip(str(error))
    with server:
        yield server.url


def empty_database(postgres: str, name: str) -> str:
    """The URL of a database of that name on the server, without tables."""
    server = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    server.dispose()
    return str(server.url.set(database=name))


@pytest.fixture(scope="module")
def encrypted_postgres(postgres: str) -> str:
    """The URL of a database for those who have `KEY`."""
    return empty_database(postgres, "encrypted")


@pytest.fixture(params=["sqlite", "sqlite-encrypted", "postgres", "postgres-encrypted"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    server, _, encrypted = request.param.partition("-")
    keys = (KEY,) if encrypted else ()
    if server == "sqlite":
        made = Database.at(tmp_path, keys)
    else:
        made = Database(request.getfixturevalue("encrypted_postgres" if encrypted else "postgres"), keys)
    yield made
    made.close()


@pytest.fixture
def tenant(request: pytest.FixtureRequest) -> str:
    """A tenant that no other test has: PostgreSQL is shared by the tests."""
    return f"t-{request.node.name[:60]}"
