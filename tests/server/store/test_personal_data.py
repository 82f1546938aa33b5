"""What is kept of a person is given out as it was put in, leaves no trace when deleted, and is deleted by the clock."""

import random
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.chat.state import DialogueState, ListState
from llmrec.errors import BadInput
from llmrec.request import Request
from llmrec.server.retention import Retention
from llmrec.server.schemas.recommendations import Recommendations, StoredRequest
from llmrec.server.schemas.users import Forgotten, PersonalExport
from llmrec.server.store import personal_data
from llmrec.server.store.conversations import find_state, keep_state
from llmrec.server.store.database import Database, StoreUnavailable
from llmrec.server.store.encryption import VARIABLE, read_keys
from llmrec.server.store.personal_data import PersonalData, Removal, find_personal_data, forget
from llmrec.server.store.responses import UserForgotten, find_response, keep_response
from llmrec.server.store.tables import conversations, metadata, people, responses
from llmrec.server.store.users import Event, Person, find_person, record, unnamed_person, users_like
from tests.server.store.conftest import KEY, empty_database

CATALOG = Catalog(
    "c",
    tuple(Item(str(n), f"Item {n}") for n in range(9)),
    {"folder": (Interaction("folder", "3", 1.0, 4.0), Interaction("folder", "4", 2.0))},
)
OTHER_KEY = "another-key-of-the-tests-of-32-characters"


def talk(database: Database, tenant: str, person: Person | None, words: str) -> tuple[str, str]:
    """Keep an answer and the state of a conversation that hold `words`; their ids."""
    ids = f"rec-{random.getrandbits(96):x}", f"chatcmpl-{random.getrandbits(96):x}"
    request = StoredRequest.of(Request(history=("3",), query=words, k=2))
    said = Recommendations(id=ids[0], items=[], history=["3"], timings={"llm": 0.1}, notes=[words])
    keep_response(database, tenant, person, request, said)
    state = DialogueState(liked=("1",), last=ListState(items=("2",), query=words, response_id=ids[0]))
    keep_state(database, tenant, person, ids[1], state)
    return ids


def find(database: Database, tenant: str, user: str) -> Person | None:
    return find_person(database, CATALOG, CATALOG.row.keys(), tenant, user)


def files_of(database: Database) -> bytes:
    """The bytes of all files of a database: of SQLite its folder's, of PostgreSQL the server's."""
    if database.embedded:
        folder = Path(database.engine.url.database or "").parent
    else:
        with database.engine.connect() as connection:
            folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def traces(database: Database, *words: str) -> list[str]:
    """Those of the words that the files of a database hold."""
    held = files_of(database)
    return [word for word in words if word.encode() in held or word.encode("unicode_escape") in held]


def test_what_is_given_out_is_what_was_put_in(database: Database, tenant: str) -> None:
    events = [
        Event("Zoë/ö", "5", "like", 20.0, "order-1"),
        Event("Zoë/ö", "6", "dislike", 10.5, None),
        Event("Zoë/ö", "5", "interaction", 30.0, "order-2"),
    ]
    record(database, tenant, [*events, Event("other", "7")])
    answer, state = talk(database, tenant, find(database, tenant, "Zoë/ö"), "a quiet island 海岛")
    talk(database, tenant, None, "nobody's words")
    found = find_personal_data(database, CATALOG, tenant, "Zoë/ö")
    assert found is not None and found.events == tuple(events) and found.history == ()
    assert found.responses == (find_response(database, tenant, answer),)
    kept = find_state(database, tenant, state)
    assert kept is not None and [(each.id, each.state) for each in found.conversations] == [(state, kept.state)]
    sent = PersonalExport.of("Zoë/ö", found)
    assert PersonalExport.model_validate_json(sent.model_dump_json()) == sent
    again = [
        Event(**{"at" if n == "timestamp" else n: v for n, v in each.model_dump().items()}) for each in sent.events
    ]
    assert again == events and record(database, tenant, again[::2]) == 0  # they count once
    assert find_personal_data(database, CATALOG, "elsewhere", "Zoë/ö") is None
    assert find_personal_data(database, CATALOG, tenant, "nobody") is None


def test_the_folders_history_is_given_out_until_it_is_forgotten(tmp_path: Path) -> None:
    with closing(Database.at(tmp_path)) as database:
        found = find_personal_data(database, CATALOG, "main", "folder")
        assert found is not None and found.history == CATALOG.histories["folder"]
        assert find_personal_data(database, CATALOG, "another", "folder") is None
        removal = forget(database, CATALOG, "main", "folder")
        assert removal is not None
        told = Forgotten.of("folder", removal, database.embedded).kept
        assert "interactions file" in told[0] and "unlearn" in told[1]
        assert find_personal_data(database, CATALOG, "main", "folder") is None


def test_what_belongs_to_nobody_is_not_given_to_who_has_no_row(tmp_path: Path) -> None:
    with closing(Database.at(tmp_path)) as database:
        answer, state = talk(database, "main", None, "words of nobody in particular")
        other = talk(database, "elsewhere", None, "words of another tenant's nobody")
        found = find_personal_data(database, CATALOG, "main", "folder")
        assert found == PersonalData((), CATALOG.histories["folder"], (), ())
        removal = forget(database, CATALOG, "main", "folder")
        assert removal == Removal(0, 0, (), True, True)
        assert find_response(database, "main", answer) and find_state(database, "main", state)
        assert find_response(database, "elsewhere", other[0]) and find_state(database, "elsewhere", other[1])
        assert find_personal_data(database, CATALOG, "main", "folder") is None
        assert (
            find_personal_data(database, CATALOG, "main", "who?") is forget(database, CATALOG, "main", "who?") is None
        )


def test_who_only_talked_is_found_by_their_id_and_by_nothing_else(database: Database, tenant: str) -> None:
    person = unnamed_person(database, tenant, "only-in-chats")
    assert person == unnamed_person(database, tenant, "only-in-chats") and person.number is not None
    answer, state = talk(database, tenant, person, "a film for a rainy evening")
    assert find(database, tenant, "only-in-chats") is None  # known by nothing that they did
    assert users_like(database, CATALOG, tenant, "only", 9) == []
    with database.reading() as connection:
        row = connection.execute(sa.select(people).where(people.c.number == person.number)).one()
    assert row.user is None and "only-in-chats" not in str(row)
    found = find_personal_data(database, CATALOG, tenant, "only-in-chats")
    assert found is not None and [each.id for each in (*found.responses, *found.conversations)] == [answer, state]
    removal = forget(database, CATALOG, tenant, "only-in-chats")
    assert removal is not None and (removal.responses, removal.conversations) == ((answer,), 1)
    assert find_response(database, tenant, answer) is None and find_state(database, tenant, state) is None
    with pytest.raises(UserForgotten):
        talk(database, tenant, person, "late")
    assert forget(database, CATALOG, tenant, "only-in-chats") is None


def test_who_talked_first_and_is_known_later_is_one_person(database: Database, tenant: str) -> None:
    person = unnamed_person(database, tenant, "later")
    answer, _ = talk(database, tenant, person, "words of before")
    record(database, tenant, [Event("later", "2")])
    known = find(database, tenant, "later")
    assert known is not None and (known.number, known.history) == (person.number, ("2",))
    assert users_like(database, CATALOG, tenant, "lat", 9) == ["later"]
    removal = forget(database, CATALOG, tenant, "later")
    assert removal is not None and (removal.events, removal.responses) == (1, (answer,))


@pytest.mark.parametrize("seed", range(3))
def test_no_file_holds_a_trace_of_who_was_forgotten(tmp_path: Path, seed: int) -> None:
    """Rows move between pages as others come and go, and leave fragments where they were."""
    rng = random.Random(seed)
    with closing(Database.at(tmp_path)) as database:
        users = [f"user-{seed}-{n:03}-of-many" for n in range(30)]
        for n in range(150):
            user = rng.choice(users)
            record(database, "main", [Event(user, f"item-{user}-{n}", id=f"id-{user}-{n}") for _ in range(2)])
            talk(database, "main", find(database, "main", user), f"{user} asks {'x' * rng.randrange(9000)}")
        assert all(traces(database, *users))
        for user in rng.sample(users, 12):
            removal = forget(database, CATALOG, "main", user)
            assert removal is None or removal.erased
            assert traces(database, user) == []


def test_what_readers_hold_up_is_told_and_erased_by_the_clock(tmp_path: Path) -> None:
    with closing(Database.at(tmp_path)) as database:
        record(database, "main", [Event("held-up-by-a-reader", "1")])
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM people").fetchone()
            database.busy_seconds = 0.1
            removal = forget(database, CATALOG, "main", "held-up-by-a-reader")
        assert removal is not None and not removal.erased
        told = Forgotten.of("held-up-by-a-reader", removal, database.embedded).kept
        assert "fragments may stay" in told[0]
        assert traces(database, "held-up-by-a-reader")
        Retention(database).run_once()
        assert traces(database, "held-up-by-a-reader") == []


def test_the_clock_deletes_what_was_kept_for_its_time(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_data, "BATCH", 2)
    record(database, tenant, [Event("u", "1")])
    person = find(database, tenant, "u")
    unnamed = unnamed_person(database, tenant, "only-talked"), unnamed_person(database, tenant, "just-came")
    ids = [talk(database, tenant, each, "long ago") for each in (person, unnamed[0], None)]
    fresh = talk(database, tenant, person, "just now")
    with database.writing() as connection:
        for table, position in ((responses, 0), (conversations, 1)):
            old = table.c.id.in_([each[position] for each in ids])
            connection.execute(table.update().where(old).values(created=time.time() - 8 * 86400))
        connection.execute(people.update().where(people.c.number == unnamed[0].number).values(created=1.0))
    retention = Retention(database, days=9, every=0.05)
    retention.run_once()
    assert all(find_response(database, tenant, each[0]) for each in ids)
    retention.close()
    retention = Retention(database, days=7, every=0.05)
    retention.start()
    until = time.monotonic() + 10
    while any(find_response(database, tenant, each[0]) for each in ids) and time.monotonic() < until:
        time.sleep(0.02)
    retention.close()
    retention.join()
    assert not any(find_response(database, tenant, each[0]) or find_state(database, tenant, each[1]) for each in ids)
    assert find_response(database, tenant, fresh[0]) and find_state(database, tenant, fresh[1])
    with database.reading() as connection:
        left = set(connection.scalars(sa.select(people.c.number).where(people.c.tenant == tenant)))
    assert person is not None and left == {person.number, unnamed[1].number}


def test_what_the_clock_deletes_leaves_no_trace_while_the_database_is_open(tmp_path: Path) -> None:
    words = ("xylophones-of-the-folder", "quokkas-of-an-unnamed", "zithers-of-nobody", "oboes-of-one-with-events")
    with closing(Database.at(tmp_path)) as database:
        record(database, "main", [Event("with-events", "1")])
        who = (
            find(database, "main", "folder"),
            unnamed_person(database, "main", "only-talks"),
            None,
            find(database, "main", "with-events"),
        )
        for n in range(12):  # rows move between pages
            for person, word in zip(who, words, strict=True):
                talk(database, "main", person, f"{word} {'x' * (700 * n)}")
        with database.reading() as connection:
            rows = connection.execute(sa.select(people.c.user, people.c.digest)).all()
        assert sorted(str(row.user) for row in rows) == ["None", "None", "with-events"]
        digests = [row.digest for row in rows if row.user is None]
        assert traces(database, *words, *digests) == [*words, *digests]
        assert Retention(database, days=0).run_once()
        assert traces(database, *words) == [] and traces(database, *digests) == digests  # a reply may be under way
        with database.writing() as connection:
            connection.execute(people.update().values(created=time.time() - personal_data.IDLE_SECONDS - 1))
        assert Retention(database, days=0).run_once()
        assert traces(database, *words, *digests) == [] and traces(database, "with-events") == ["with-events"]
        late = talk(database, "main", who[0], "an answer that was under way")  # the folder knows them still
        found = find_personal_data(database, CATALOG, "main", "folder")
        assert found is not None and [each.id for each in found.responses] == [late[0]]
        assert unnamed_person(database, "main", "only-talks").number not in (None, who[1].number if who[1] else None)


def test_who_talks_again_is_not_forgotten_by_the_clock_meanwhile(tmp_path: Path) -> None:
    with closing(Database.at(tmp_path)) as database:
        first = unnamed_person(database, "main", "again")
        with database.writing() as connection:
            connection.execute(people.update().values(created=1.0))
        assert unnamed_person(database, "main", "again") == first
        assert Retention(database).run_once()
        talk(database, "main", first, "a reply that took its time")


def test_what_is_deleted_while_the_file_is_written_anew_stays_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Database.at(tmp_path)) as database, closing(Database.at(tmp_path)) as other:
        for user in ("first-to-go", "second-to-go"):
            record(database, "main", [Event(user, "1")])
        empty = Database._truncate

        def meanwhile(raw: sqlite3.Connection) -> None:
            empty(raw)
            monkeypatch.setattr(Database, "_truncate", staticmethod(empty))
            other.busy_seconds = 0.1
            with other.writing() as connection:
                connection.execute(people.delete().where(people.c.user == "second-to-go"))
                other.mark_deleted(connection)

        monkeypatch.setattr(Database, "_truncate", staticmethod(meanwhile))
        assert forget(database, CATALOG, "main", "first-to-go") is not None
        assert traces(database, "second-to-go") and database.erase()
        assert traces(database, "first-to-go", "second-to-go") == []


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
    else:
        yield empty_database(request.getfixturevalue("postgres"), "turned")


WORDS = ("ann-of-the-files", "item-of-ann", "order-of-ann", "an island of her own")


def fill(database: Database) -> tuple[str, str]:
    record(database, "main", [Event(WORDS[0], WORDS[1], "dislike", 5.0, WORDS[2])])
    return talk(database, "main", find(database, "main", WORDS[0]), WORDS[3])


def test_no_file_of_an_encrypted_database_tells_of_a_person(url: str) -> None:
    with closing(Database(url, [KEY])) as database:
        ids = fill(database)
        unnamed_person(database, "main", "someone-who-talks")
        if not database.embedded:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("CHECKPOINT")
        assert traces(database, *WORDS, "someone-who-talks", str(database.settings["salt"]), KEY) == []
        assert traces(database, ids[0]) == [ids[0]]  # the files were read
    with closing(Database(url, [KEY])) as database:
        found = find_personal_data(database, CATALOG, "main", WORDS[0])
        assert found is not None and found.events == (Event(WORDS[0], WORDS[1], "dislike", 5.0, WORDS[2]),)
        assert found.responses[0].request.query == WORDS[3]
        assert users_like(database, CATALOG, "main", "ann", 5) == [WORDS[0]]


def test_a_database_with_people_in_it_is_encrypted_when_it_gets_a_key(url: str) -> None:
    with closing(Database(url)) as late, closing(Database(url)) as database:
        fill(database)
        removed = Catalog("d", CATALOG.items, {"gone": CATALOG.histories["folder"]})
        assert forget(database, removed, "main", "gone") is not None
        salt = database.settings["salt"]
        with closing(Database(url, [KEY])) as encrypted:
            assert encrypted.settings["salt"] == salt
            found = find_personal_data(encrypted, CATALOG, "main", WORDS[0])
            assert found is not None and len(found.events) == len(found.responses) == len(found.conversations) == 1
            assert (
                find_person(encrypted, removed, removed.row.keys(), "main", "gone") is None
            )  # the digest still counts
            with encrypted.reading() as connection:
                rows = [
                    connection.exec_driver_sql(f"SELECT * FROM {table.name}").all()
                    for table in metadata.tables.values()
                ]
            assert not any(word in str(rows) for word in (*WORDS, str(salt)))
            if encrypted.embedded:
                assert traces(encrypted, *WORDS) == []
        with pytest.raises(StoreUnavailable, match="encrypted meanwhile"):  # a gateway that was not told
            record(late, "main", [Event("in-the-clear", "1")])
        with pytest.raises(StoreUnavailable, match="encrypted meanwhile"):
            find(late, "main", WORDS[0])


def test_without_its_key_a_database_is_refused_in_a_sentence(url: str) -> None:
    with closing(Database(url, [KEY])) as database:
        ids = fill(database)
    with pytest.raises(BadInput, match=f"is encrypted, and no key was given; .* --database-key, .* {VARIABLE}$"):
        Database(url)
    with pytest.raises(BadInput, match="encrypted with another key than the given one"):
        Database(url, [OTHER_KEY])
    with closing(Database(url, [OTHER_KEY, KEY])) as database:  # the key is changed
        assert find_response(database, "main", ids[0])
    with pytest.raises(BadInput, match="another key"):
        Database(url, [KEY])
    with closing(Database(url, [OTHER_KEY])) as database:
        assert find_response(database, "main", ids[0])


def test_keys_are_read_from_a_file_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "key"
    with pytest.raises(BadInput, match="cannot be read"):
        read_keys(file, None)
    file.write_text(f"{KEY}\n{OTHER_KEY}\n")
    assert read_keys(file, OTHER_KEY) == (KEY, OTHER_KEY) and read_keys(None, KEY) == (KEY,)
    assert read_keys(None, None) == read_keys(None, "") == ()
    file.write_text("\n")
    with pytest.raises(BadInput, match="is empty"):
        read_keys(file, None)
    with pytest.raises(BadInput, match=f"{VARIABLE} holds a key of less than 32 characters"):
        read_keys(None, "short")


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch(0o644)
    with closing(Database.at(tmp_path)) as database:
        record(database, "main", [Event("u", "1")])
        modes = {re.sub(r"^.*store", "store", file.name): file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm"), 0o600)
