"""The store's promises, on SQLite and on PostgreSQL alike, in the clear and encrypted."""

import json
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.chat.state import DialogueState, ListState
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request
from llmrec.server.errors import Refused
from llmrec.server.rates import KeyRates
from llmrec.server.schemas.recommendations import Recommendations, StoredRequest
from llmrec.server.store.conversations import find_state, keep_state
from llmrec.server.store.database import Database, StoreUnavailable
from llmrec.server.store.items import ChangeListener, changes_since, delete_media, put_item, withdraw_item
from llmrec.server.store.keys import create_key, find_key, list_keys, revoke_key
from llmrec.server.store.personal_data import Removal, forget
from llmrec.server.store.responses import UserForgotten, find_response, keep_response, replace_response
from llmrec.server.store.tables import rates, responses
from llmrec.server.store.users import Event, Person, find_person, record

ITEMS = tuple(Item(str(n), f"Item {n}") for n in range(20))
CATALOG = Catalog("c", ITEMS, {"folder": (Interaction("folder", "3", 1.0), Interaction("folder", "4", 2.0))})


def find(database: Database, tenant: str, user: str) -> Person | None:
    return find_person(database, CATALOG, CATALOG.row.keys(), tenant, user)


def test_keys_are_found_by_their_secret_alone(database: Database, tenant: str) -> None:
    secret = create_key(database, tenant, edits_items=False, rates="5/second; 9/day")
    key = find_key(database, secret)
    assert key is not None and (key.tenant, key.edits_items, key.rates) == (tenant, False, "5/second; 9/day")
    assert find_key(database, secret[:-1]) is None and find_key(database, "\udcff") is None
    assert key in list_keys(database)
    revoke_key(database, key.id)
    assert find_key(database, secret) is None
    with pytest.raises(BadInput, match="1 to 100"):
        create_key(database, "")


def test_events_are_read_in_their_order_and_once(database: Database, tenant: str) -> None:
    assert find(database, tenant, "u") is None
    told = [
        Event("u", "5", at=20.0),
        Event("u", "6", at=10.0),
        Event("v", "7", at=1.0, id="x"),
        Event("u", "5", at=30.0),
    ]
    assert record(database, tenant, told) == 4
    assert record(database, tenant, [Event("v", "8", at=2.0, id="x")]) == 0
    person = find(database, tenant, "u")
    assert person is not None and person.history == ("6", "5")
    record(database, tenant, [Event("u", "6", "dislike", at=40.0), Event("u", "99", at=41.0)])
    person = find(database, tenant, "u")
    assert person is not None and (person.history, person.rejected) == (("5",), ("6",))


def test_the_folders_users_are_the_first_tenants(database: Database, tenant: str) -> None:
    assert find(database, tenant, "folder") is None
    record(database, "main", [Event("folder", "9")])
    person = find(database, "main", "folder")
    assert person is not None and person.history == ("3", "4", "9")
    assert forget(database, CATALOG, "main", "folder") == Removal(1, 0, (), of_folder=True, erased=True)
    assert find(database, "main", "folder") is None
    assert forget(database, CATALOG, "main", "folder") is None
    other = Catalog("d", ITEMS, {"second": CATALOG.histories["folder"]})
    assert forget(database, other, "main", "second") == Removal(0, 0, (), of_folder=True, erased=True)


REQUEST = StoredRequest.of(Request(history=("3",), query="a quiet island", k=2, context=Context("evening")))


def answer(id: str, *notes: str) -> Recommendations:
    return Recommendations(id=id[-40:], items=[], history=["3"], timings={"llm": 0.1}, notes=[*notes])


def test_an_answer_comes_back_as_it_was_kept_and_changed(database: Database, tenant: str) -> None:
    kept = answer(f"{tenant}-1")
    keep_response(database, tenant, None, REQUEST, kept)
    found = find_response(database, tenant, kept.id)
    assert found is not None and (found.request, found.response) == (REQUEST, kept)
    assert found.request.to_request(20).query == "a quiet island" and found.request.to_request(1).k == 1
    replace_response(database, answer(f"{tenant}-1", "a remark"))
    changed = find_response(database, tenant, kept.id)
    assert changed is not None and changed.response.notes == ["a remark"]
    assert find_response(database, "another", kept.id) is None


def test_an_answer_of_before_there_was_context_is_read(database: Database, tenant: str) -> None:
    old = {"history": ["3"], "query": None, "k": 5, "where": None, "diversity": 0.0, "like": None, "never": [],
           "image": False}  # fmt: skip
    said = {"id": "old", "items": [], "history": ["3"], "timings": {}, "notes": []}
    id = f"{tenant}-old"[-40:]
    row = {"id": id, "tenant": tenant, "created": 1.0, "request": json.dumps(old), "answer": json.dumps(said)}
    with database.writing() as connection:
        connection.execute(responses.insert().values(row))
    found = find_response(database, tenant, id)
    assert found is not None and found.request.context is None and found.response.degraded == []


def test_a_conversation_is_found_by_the_id_of_a_reply_of_its_tenant(database: Database, tenant: str) -> None:
    record(database, tenant, [Event("u", "1")])
    person = find(database, tenant, "u")
    state = DialogueState(liked=("1",), last=ListState(items=("2", "3"), query="robots"))
    id = f"{tenant}-c"[-40:]
    keep_state(database, tenant, person, id, state)
    kept = find_state(database, tenant, id)
    assert person is not None and kept is not None and (kept.state, kept.person) == (state, person.number)
    assert find_state(database, "another", id) is None
    forget(database, CATALOG, tenant, "u")
    assert find_state(database, tenant, id) is None
    with pytest.raises(UserForgotten):
        keep_state(database, tenant, person, f"{tenant}-d"[-40:], state)


def test_what_is_late_for_a_forgotten_user_is_not_kept(database: Database, tenant: str) -> None:
    record(database, tenant, [Event("u", "1")])
    person = find(database, tenant, "u")
    first, second = answer(f"{tenant}-1"), answer(f"{tenant}-2")
    keep_response(database, tenant, person, REQUEST, first)
    assert find_response(database, tenant, first.id) is not None
    assert forget(database, CATALOG, tenant, "u") == Removal(1, 0, (first.id,), of_folder=False, erased=True)
    assert find_response(database, tenant, first.id) is None
    record(database, tenant, [Event("u", "2")])  # one of the same name is another person
    with pytest.raises(UserForgotten):
        keep_response(database, tenant, person, REQUEST, second)
    replace_response(database, second)
    assert find_response(database, tenant, second.id) is None


def test_a_user_of_the_folder_who_is_forgotten_meanwhile_is_not_kept(database: Database) -> None:
    catalog = Catalog("e", ITEMS, {"third": CATALOG.histories["folder"]})
    person = find_person(database, catalog, catalog.row.keys(), "main", "third")
    assert person is not None and person.number is None
    keep_response(database, "main", person, REQUEST, answer("rec-third-1"))
    forget(database, catalog, "main", "third")
    assert find_response(database, "main", "rec-third-1") is None
    with pytest.raises(UserForgotten):
        keep_response(database, "main", person, REQUEST, answer("rec-third-2"))


def test_items_come_back_as_they_were_put(database: Database, tmp_path: Path) -> None:
    first = Item(
        "a", "A \U0001f3ac", "of all", {"genres": ("x", "y"), "year": 1990, "colour": "Red"}, {"image": tmp_path / "m"}
    )
    number = put_item(database, first).number
    assert [change.item for change in changes_since(database, number - 1, tmp_path)] == [first]
    deleted: list[str] = []
    delete_media(database, ("m", "n"), deleted.append)
    assert deleted == ["n"]
    assert put_item(database, Item("b", "B", media={"image": tmp_path / "m"})).released == frozenset()
    assert withdraw_item(database, "b").released == {"m"}
    put_item(database, Item("b", "B"))
    change = withdraw_item(database, "a")
    last = change.number
    assert [(change.id, change.item is None) for change in changes_since(database, number, tmp_path)] == [
        ("b", False), ("a", True)
    ]  # fmt: skip
    delete_media(database, change.released, deleted.append)
    assert changes_since(database, last, tmp_path) == [] and deleted == ["n", "m"]


def test_writers_at_once_lose_nothing(database: Database, tenant: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: record(database, tenant, [Event("many", str(n % 20), id=str(n))]), range(100)))
    person = find(database, tenant, "many")
    assert person is not None and set(person.history) == set(CATALOG.row)


def test_changes_of_many_writers_are_read_once_and_none_is_missed(database: Database, tenant: str) -> None:
    """Who follows the numbers must not read a larger one before a smaller one is committed."""
    start = max([0, *(change.number for change in changes_since(database, 0, Path()))])
    names = [f"{tenant}-{n}"[-60:] for n in range(60)]
    seen: list[tuple[int, str]] = []
    with ThreadPoolExecutor(8) as pool:
        written = [pool.submit(put_item, database, Item(name, name)) for name in names]
        ended = False
        while not ended:
            ended = all(each.done() for each in written)
            last = seen[-1][0] if seen else start
            seen += [(change.number, change.id) for change in changes_since(database, last, Path())]
    assert {id for _, id in seen} == {*names}
    assert (
        [number for number, _ in seen] == [*range(start + 1, start + 61)] == sorted(f.result().number for f in written)
    )


def test_a_change_waits_for_the_one_before_it(database: Database, tenant: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as connection:
            database.lock(connection, "items")
            late = pool.submit(put_item, database, Item(tenant[-60:], "Late"))
            time.sleep(0.3)
            assert not late.done()
        assert late.result(timeout=10)


def test_postgresql_tells_of_a_change_at_once(postgres: str, tenant: str) -> None:
    heard = threading.Event()
    with closing(Database(postgres)) as database, closing(ChangeListener(database, heard.set)):
        assert heard.wait(10)  # it listens
        heard.clear()
        put_item(database, Item(tenant[-60:], "New"))
        assert heard.wait(5)


def test_gateways_on_one_postgresql_count_a_keys_requests_together(postgres: str, tenant: str) -> None:
    with closing(Database(postgres)) as one, closing(Database(postgres)) as other:
        key = find_key(one, create_key(one, tenant, rates="50/minute; 40/hour"))
        assert key is not None
        gateways = [KeyRates(one), KeyRates(other)]

        def ask(n: int) -> bool:
            try:
                gateways[n % 2].count(key)
            except Refused as refused:
                assert refused.code == "rate_limit_exceeded" and 0 < refused.retry_after <= 3600
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(ask, range(100))) == 40
        with pytest.raises(Refused, match="40 per 1 hour"):
            KeyRates(other).count(key)  # a gateway that starts later goes on with the same count
        with one.writing() as connection:  # the hour is over, and half of the next
            connection.execute(rates.update().values(window=rates.c.window - 1))
            connection.execute(sa.text("UPDATE rates SET current = 0, previous = 0 WHERE seconds = 60"))
        share = 1 - time.time() % 3600 / 3600
        late = KeyRates(one)
        passed = 0
        with pytest.raises(Refused):
            while True:
                late.count(key)
                passed += 1
        assert abs(passed - 40 * (1 - share)) <= 1.5
        revoke_key(one, key.id)


def test_while_postgresql_is_away_each_gateway_counts_for_itself(postgres: str, tenant: str) -> None:
    database = Database(postgres)
    key = find_key(database, create_key(database, tenant, rates="3/hour"))
    assert key is not None
    counting = KeyRates(database)
    counting.count(key)
    with database.writing() as connection:  # it answers with an error
        connection.execute(sa.text("ALTER TABLE rates RENAME TO elsewhere"))
    try:
        counting.count(key)
        counting.count(key)
        with pytest.raises(Refused, match="3 per 1 hour"):
            counting.count(key)
    finally:
        with database.writing() as connection:
            connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO rates"))
        database.close()


def test_batches_of_the_same_people_at_once_wait_and_none_fails(database: Database, tenant: str) -> None:
    rng = random.Random(0)

    def batch(n: int) -> int:
        told = [Event(f"u{user}", str(item), id=f"{item}") for user in range(8) for item in range(3)]
        rng.shuffle(told)
        return record(database, tenant, [*told, Event("u0", "9", id=f"own-{n}")])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(batch, range(24))) == 24 + 24


def test_a_url_that_names_no_database_is_one_sentence() -> None:
    for url in ("nonsense", "oracle+nothing://x", "mysql+absent://x"):
        with pytest.raises(BadInput, match="database URL"):
            Database(url)
    with pytest.raises(StoreUnavailable, match="does not answer"):
        Database("postgresql+psycopg://127.0.0.1:1/none?connect_timeout=1")


WRITER = """
import sys
from llmrec.server.store.database import Database
from llmrec.server.store.users import Event, record
database = Database.at(__import__("pathlib").Path(sys.argv[1]))
for n in range(int(sys.argv[2]), 10**6):
    record(database, "main", [Event("writer", str(n)), Event("other", str(n))])
    print(n, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    rng, acknowledged = random.Random(0), -1
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(acknowledged + 1)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.random() / 5)
        process.kill()
        told = process.stdout.read().split()
        process.wait()
        acknowledged = max([acknowledged + 1, *(int(n) for n in told if n.isdigit())])
        with closing(Database.at(tmp_path)) as database:
            items = [str(n) for n in range(acknowledged + 10)]
            catalog = Catalog("c", tuple(Item(id, id) for id in items), {})
            people = [find_person(database, catalog, set(items), "main", user) for user in ("writer", "other")]
            assert people[0] is not None and people[1] is not None
            assert people[0].history[: acknowledged + 1] == tuple(items[: acknowledged + 1])
            assert people[0].history == people[1].history  # a transaction is there whole or not at all
            acknowledged = len(people[0].history) - 1
