"""Databases of older versions are migrated with all that they hold, on SQLite and on PostgreSQL."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from llmrec.catalog import Catalog, Item
from llmrec.chat.state import DialogueState
from llmrec.errors import BadInput
from llmrec.server.store import database as store
from llmrec.server.store.conversations import find_state, keep_state
from llmrec.server.store.database import Database
from llmrec.server.store.items import changes_since
from llmrec.server.store.keys import find_key
from llmrec.server.store.responses import find_response
from llmrec.server.store.tables import metadata
from llmrec.server.store.users import Event, find_person, record
from tests.server.store.conftest import KEY, empty_database

HERE = Path(__file__).parent
CATALOG = Catalog("c", tuple(Item(str(n), f"Item {n}") for n in range(5)), {})


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    yield empty_database(request.getfixturevalue("postgres"), "migrated")


@pytest.fixture
def old(empty: str) -> str:
    """The URL of a database as llmrec made and filled it before there were migrations (`before_migrations.sql`)."""
    engine = sa.create_engine(empty)
    statements = (HERE / "before_migrations.sql").read_text().split(";\n")
    with engine.begin() as connection:
        for statement in filter(str.strip, statements):
            if engine.dialect.name != "sqlite":
                statement = statement.replace("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "SERIAL PRIMARY KEY")
            connection.exec_driver_sql(statement)
    engine.dispose()
    return empty


@pytest.mark.parametrize("keys", [(), (KEY,)])
def test_an_old_database_keeps_all_it_held_and_can_do_what_a_new_one_can(old: str, keys: tuple[str, ...]) -> None:
    database = Database(old, keys)
    key = find_key(database, "llmrec-of-before")
    assert key is not None and (key.tenant, key.edits_items) == ("main", True)
    assert (database.settings["format"], database.settings["salt"]) == ("2", "a-salt-of-before")
    person = find_person(database, CATALOG, CATALOG.row.keys(), "main", "old-user")
    assert person is not None and (person.number, person.history, person.rejected) == (7, ("1", "2"), ("3",))
    assert record(database, "main", [Event("old-user", "2", "like", 2.0, "e-2")]) == 0  # it is known by its id
    found = find_response(database, "main", "rec-of-before")
    assert found is not None and found.request.query == "a quiet island" and found.response.items[0].title == "Item 1"
    change, *others = changes_since(database, 0, Path("media"))
    assert [(each.number, each.id) for each in others] == [(2, "newer"), (3, "put by another at once")]
    assert change.item == Item("new", "New", "", {"genres": ("Drama",)}, {"image": Path("media/abc")})
    keep_state(database, "main", person, "chatcmpl-1", DialogueState(liked=("1",)))
    kept = find_state(database, "main", "chatcmpl-1")
    assert kept is not None and kept.state.liked == ("1",)
    database.close()


@pytest.mark.parametrize("state", ["empty", "old"])
def test_migrations_end_in_the_tables_that_the_code_has(request: pytest.FixtureRequest, state: str, empty: str) -> None:
    if state == "old":
        request.getfixturevalue("old")
    database = Database(empty)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == store.HEAD
    database.close()


def test_the_last_migration_is_the_one_that_the_code_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).with_name("migrations")))
    assert ScriptDirectory.from_config(config).get_heads() == [store.HEAD]


def test_a_database_of_a_newer_llmrec_is_refused_and_left_as_it_is(empty: str) -> None:
    Database(empty).close()
    engine = sa.create_engine(empty)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadInput, match=r"another llmrec \(revision 9999"):
        Database(empty)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()


def test_a_migration_that_fails_changes_nothing(old: str) -> None:
    engine = sa.create_engine(old)
    with engine.begin() as connection:  # what the second migration is to make is there already, in another shape
        connection.exec_driver_sql("CREATE TABLE conversations (other INTEGER)")
    before = sorted(sa.inspect(engine).get_table_names())
    with pytest.raises(store.StoreUnavailable):
        Database(old)
    assert sorted(sa.inspect(engine).get_table_names()) == before
    engine.dispose()


OPEN = """
import sys
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_first_key
sys.stdin.readline()
database = Database(sys.argv[1])
print(database.settings["salt"], create_first_key(database) is None)
database.close()
"""


def test_several_processes_open_an_empty_database_at_once(empty: str) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", OPEN, empty], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    salts = []
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        salts.append(process.communicate(timeout=120)[0].split())
        assert process.returncode == 0
    assert len({salt for salt, _ in salts}) == 1 and len(salts[0][0]) == 32
    assert [late for _, late in salts].count("False") == 1  # one makes the first key
