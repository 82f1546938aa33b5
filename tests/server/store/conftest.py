"""Stores of every kind: on SQLite and on a PostgreSQL server of the tests' own, in the clear and encrypted."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa

from llmrec.server.store.database import Database

KEY = "a-key-of-the-tests-of-32-characters-or-more"


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test's own."""
    if not shutil.which("initdb") or not shutil.which("pg_ctl"):
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not installed")
    pytest.importorskip("psycopg")
    root = os.geteuid() == 0
    who = {"user": "nobody"} if root else {}  # PostgreSQL refuses to run as root
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        if root:
            shutil.chown(folder, "nobody")
        data = f"{folder}/data"
        made = ["initdb", "-D", data, "-U", "llmrec", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        started = ["pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", f"-p {port} -k {folder}", "start"]
        for command in (made, started):
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)  # type: ignore[call-overload]
        yield f"postgresql+psycopg://llmrec@127.0.0.1:{port}/postgres"
        subprocess.run(["pg_ctl", "-D", data, "-m", "immediate", "stop"], cwd=folder, check=True, **who)  # type: ignore[call-overload]


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
