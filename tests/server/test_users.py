"""Events count at once, users are known by them, belong to one tenant, and can be forgotten without a trace."""

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from llmrec.catalog.feedback import KINDS
from llmrec.chat.nlu.acts import act_reader
from llmrec.chat.transcript import Message
from llmrec.server.app import build
from llmrec.server.media_store import MediaFolder
from llmrec.server.store.database import Database
from tests.server.test_chat import turn
from tests.server.test_items import within


def ask(client: TestClient, **body: Any) -> dict[str, Any]:
    response = client.post("/v1/recommendations", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def send(client: TestClient, *events: dict[str, Any]) -> Any:
    return client.post("/v1/events", json={"events": list(events)})


def ids(answer: dict[str, Any]) -> list[str]:
    return [item["id"] for item in answer["items"]]


def test_an_event_changes_the_next_answer(client: TestClient) -> None:
    before = ask(client, user="7", k=10)
    taken = ids(before)[0]
    assert send(client, {"user": "7", "item": taken}).json() == {"recorded": 1}
    after = ask(client, user="7", k=10)
    assert after["history"] == [*before["history"], taken]
    assert taken not in ids(after) and ids(after)[:-1] != ids(before)[1:]


def test_a_user_becomes_known_by_an_event(client: TestClient) -> None:
    assert client.post("/v1/recommendations", json={"user": "fresh"}).status_code == 404
    send(client, {"user": "fresh", "item": "50"}, {"user": "fresh", "item": "172"})
    answer = ask(client, user="fresh", k=10)
    assert answer["history"] == ["50", "172"]
    assert ids(answer) != ids(ask(client, k=10))


def test_what_is_disliked_is_not_shown_again(client: TestClient) -> None:
    first, second = ids(ask(client, user="42", k=2))
    send(client, {"user": "42", "item": first, "kind": "dislike"})
    answer = ask(client, user="42", k=200)
    assert first not in ids(answer) and first not in answer["history"] and ids(answer)[0] == second
    send(client, {"user": "42", "item": first, "kind": "like"})
    assert ask(client, user="42", k=1)["history"][-1] == first


def test_events_are_of_all_kinds_that_a_catalogue_has(client: TestClient) -> None:
    sent = [
        {"user": "kinds", "item": item, "kind": kind, "timestamp": 1.6e9 + at, "id": None}
        for at, (item, kind) in enumerate(
            (
                ("50", "purchase"), ("50", "view"), ("172", "buy"), ("172", "Refunded"), ("181", "return"),
                ("181", "page_view"), ("1", "cart"), ("2", "thumbs down"), ("3", "interaction"), ("2", "view"),
                ("4", "dislike"), ("4", "purchase"),
            )
        )
    ]  # fmt: skip
    assert send(client, *sent).json() == {"recorded": len(sent)}
    answer = ask(client, user="kinds", k=200)
    assert answer["history"] == ["50", "1", "3", "4"]  # none that was given back or disliked, and not bought since
    assert not {"172", "181", "2"} & set(ids(answer))
    assert client.get("/v1/users/kinds/export").json()["events"] == sent
    for kind in KINDS:
        assert send(client, {"user": "each-kind", "item": "50", "kind": kind}).status_code == 201
    for wrong, words in (
        ({"kind": "levitate"}, "one of interaction, view, click"),
        ({"timestamp": 1.7e12}, "Unix seconds"),
        ({"timestamp": 1_700_000_000_000}, "milliseconds"),
        ({"timestamp": -1}, "timestamp"),
        ({"kind": 3}, "kind"),
    ):
        refused = send(client, {"user": "wrong", "item": "50", **wrong})
        assert refused.status_code == 422 and words in refused.json()["error"]["message"], refused.text


def test_an_event_that_is_sent_twice_counts_once(client: TestClient) -> None:
    event = {"user": "twice", "item": "50", "id": "e-1"}
    assert [send(client, event).json()["recorded"] for _ in range(2)] == [1, 0]


def test_time_orders_events(client: TestClient) -> None:
    now = time.time()
    send(client, {"user": "late", "item": "50", "timestamp": now}, {"user": "late", "item": "1", "timestamp": now - 9})
    assert ask(client, user="late", k=1)["history"] == ["1", "50"]


def test_wrong_events_are_refused_whole(client: TestClient) -> None:
    response = send(client, {"user": "half", "item": "50"}, {"user": "half", "item": "99999"})
    assert response.status_code == 404 and "99999" in response.json()["error"]["message"]
    assert client.post("/v1/recommendations", json={"user": "half"}).status_code == 404
    for wrong in ({"user": "x"}, {"user": "x", "item": "1", "kind": "levitate"}, {"user": "", "item": "1"}):
        assert send(client, wrong).status_code == 422


def test_an_id_is_one_in_any_form(client: TestClient) -> None:
    send(client, {"user": "cafe\u0301", "item": "50"})
    assert ask(client, user="caf\xe9", k=1)["history"] == ["50"]
    assert client.get("/v1/users/cafe%CC%81/export").json()["user"] == "caf\xe9"
    for wrong in ("ann\u200b", "\ufeffann", " "):  # it may be meant to look like another's
        assert send(client, {"user": wrong, "item": "50"}).status_code == 422


def test_a_tenant_never_sees_anothers_users(client: TestClient, stranger: TestClient) -> None:
    send(client, {"user": "shared-name", "item": "50"})
    assert stranger.post("/v1/recommendations", json={"user": "shared-name"}).status_code == 404
    assert stranger.delete("/v1/users/shared-name").status_code == 404
    send(stranger, {"user": "shared-name", "item": "1"}, {"user": "7", "item": "1"})
    assert ask(stranger, user="shared-name", k=1)["history"] == ask(stranger, user="7", k=1)["history"] == ["1"]
    assert stranger.delete("/v1/users/shared-name").status_code == 200
    assert ask(client, user="shared-name", k=1)["history"] == ["50"]


def held(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


@pytest.mark.parametrize("user", ["gone-for-good-17", "Zoë Müller/ö ?"])
def test_a_forgotten_user_leaves_no_trace(client: TestClient, store: Path, user: str) -> None:
    for item in ("50", "172", "181"):
        send(client, {"user": user, "item": item, "id": f"{user}-{item}"})
    answers = [ask(client, user=user, query=f"something that only {user} asks for", k=k)["id"] for k in (1, 2, 3)]
    assert user.encode() in held(store)
    address = f"/v1/users/{quote(user, safe='')}"
    response = client.delete(address)
    assert response.status_code == 200
    told = response.json()
    assert told["deleted"] == user and told["removed"] == {"events": 3, "answers": 3, "conversations": 0, "rules": 0}
    assert "backups" in told["kept"][-1] or "memory" in told["kept"][-1]
    assert not any("checkpoint" in sentence or "fragments" in sentence for sentence in told["kept"])
    left = held(store)
    for trace in (user, *answers):
        assert trace.encode() not in left
        assert trace.encode("unicode_escape") not in left  # as JSON writes it
    assert client.post("/v1/recommendations", json={"user": user}).status_code == 404
    assert client.get(f"/v1/explanations/{answers[0]}").status_code == 404
    assert client.delete(address).status_code == 404


def test_a_forgotten_user_of_the_folder_stays_forgotten(client: TestClient) -> None:
    kept = client.delete("/v1/users/405").json()["kept"]
    assert "interactions file" in kept[0] and "checkpoint" in kept[1] and "unlearn" in kept[1]
    assert client.post("/v1/recommendations", json={"user": "405"}).status_code == 404
    send(client, {"user": "405", "item": "50"})
    assert ask(client, user="405", k=1)["history"] == ["50"]


def test_chats_of_a_user_whom_nobody_knows_are_found_given_out_and_forgotten(
    client: TestClient, stranger: TestClient, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    user, words = "never-seen-by-events", "comedies about a zeppelin from Augsburg"
    made = [turn(client, Message(True, words), user=user, tenant=tenant)[0] for tenant in ("main", "main", "elsewhere")]
    assert client.post("/v1/recommendations", json={"user": user}).status_code == 404
    address = f"/v1/users/{user}/export"
    given = client.get(address).json()
    assert (given["user"], given["events"], given["history"]) == (user, [], [])
    assert [each["id"] for each in given["conversations"]] == [each.id for each in made[:2]]
    assert [each["answer"] for each in given["answers"]] == [
        each.recommendations.model_dump(mode="json") for each in made[:2] if each.recommendations
    ]
    assert all("zeppelin" in each["request"]["query"] for each in given["answers"])
    service = client.app.state.gateway.service  # type: ignore[attr-defined]
    reader = act_reader()
    assert reader is not None and reader._read.cache_info().currsize
    told = client.delete(f"/v1/users/{user}").json()
    assert not reader._read.cache_info().currsize and not len(service.recent)  # nor does memory hold the lines
    assert told["removed"] == {"events": 0, "answers": 2, "conversations": 2, "rules": 0}
    assert client.get(address).status_code == client.delete(f"/v1/users/{user}").status_code == 404
    assert b"zeppelin" in held(store)  # another tenant's user of the same id keeps theirs
    assert len(stranger.get(address).json()["answers"]) == 1
    assert stranger.delete(f"/v1/users/{user}").status_code == 200
    left = held(store) + caplog.text.encode()
    for trace in (user, "zeppelin", "Augsburg", *(each.id for each in made)):
        assert trace.encode() not in left


def test_what_is_given_out_is_what_was_sent(client: TestClient) -> None:
    events = [
        {"user": "given-out", "item": "50", "kind": "like", "timestamp": 1.5e9, "id": "order-1"},
        {"user": "given-out", "item": "172", "kind": "dislike", "timestamp": 1.4e9, "id": None},
    ]
    assert send(client, *events).status_code == 201
    answer = ask(client, user="given-out", query="robots", k=2)
    given = client.get("/v1/users/given-out/export").json()
    assert given["events"] == events and send(client, given["events"][0]).json() == {"recorded": 0}
    assert given["answers"][0]["answer"] == answer and given["answers"][0]["request"]["query"] == "robots"
    anonymous = ask(client, query="whatever nobody in particular asks")["id"]
    of_folder = client.get("/v1/users/13/export").json()
    assert len(of_folder["history"]) > 20
    assert of_folder["answers"] == of_folder["conversations"] == of_folder["events"] == []
    removed = client.delete("/v1/users/31").json()["removed"]
    assert removed == {"events": 0, "answers": 0, "conversations": 0, "rules": 0}
    assert client.get(f"/v1/explanations/{anonymous}").status_code == 200
    assert client.get("/v1/users/nobody-of-that-id/export").status_code == 404


def test_a_gateway_deletes_by_its_clock_from_the_start(client: TestClient, database: Database, store: Path) -> None:
    answer = ask(client, k=1)
    recommender = client.app.state.gateway.live.snapshot.recommender  # type: ignore[attr-defined]
    with TestClient(
        build(recommender, database, MediaFolder(store / "media"), kept_days=0), headers=client.headers
    ) as other:
        assert within(10, lambda: other.get(f"/v1/explanations/{answer['id']}").status_code == 404)
        refused = other.get(f"/v1/explanations/{answer['id']}").json()["error"]["message"]
        assert "kept for 0 days" in refused
    assert client.get(f"/v1/explanations/{answer['id']}").status_code == 404


def test_a_chat_that_is_not_to_be_stored_leaves_nothing(client: TestClient, store: Path) -> None:
    user, body = "not-to-be-stored", {"max_tokens": 9, "store": False}
    line = "a quiet submarine film from Trieste"
    chat = {"user": user, "messages": [{"role": "user", "content": line}]} | body
    answer = client.post("/v1/chat/completions", json=chat).json()
    assert answer["recommendations"]["items"]
    reply = client.post("/v1/responses", json={"user": user, "input": line, "store": False, "max_output_tokens": 9})
    assert reply.status_code == 200
    more = {"messages": [{"role": "user", "content": "more"}], "previous_response_id": reply.json()["id"]}
    assert client.post("/v1/chat/completions", json=more).status_code == 422
    assert client.get(f"/v1/users/{user}/export").status_code == 404
    for trace in (user, "submarine", "Trieste", answer["id"], answer["recommendations"]["id"]):
        assert trace.encode() not in held(store)


def test_what_is_known_of_a_person_is_shown_changed_and_deleted(client: TestClient, stranger: TestClient) -> None:
    def known(of: TestClient = client, **more: str) -> dict[str, Any]:
        told = of.get("/v1/memory", params={"user": "101"} | more)
        assert told.status_code == 200, told.text
        found: dict[str, Any] = told.json()
        return found

    def items_of(entries: list[dict[str, Any]]) -> list[str]:
        return [entry["item"] for entry in entries]

    def change(**body: Any) -> Any:
        return client.patch("/v1/memory", json={"user": "101"} | body)

    before = known()
    of_files = items_of(before["history"])
    assert before["history_total"] == len(of_files) > 20 and before["history"][0]["source"] == "catalogue"
    good, bad = [item for item in map(str, range(1, 200)) if item not in of_files][:2]
    assert (before["rules"], before["likes"], before["dislikes"]) == ([], [], [])
    assert known(stranger)["history_total"] == 0  # another tenant's user of that id is not this one

    told = change(likes=[good], dislikes=[bad], rules=["no horror", "year>=1990"]).json()
    assert told["rules"] == ["genres!=Horror", "year>=1990"] and told == known()
    assert items_of(told["likes"]) == [good] and items_of(told["dislikes"]) == [bad]
    assert told["likes"][0]["source"] == "event" and told["likes"][0]["title"]
    told = change(dislikes=[good], rules=["nothing before 1980"], without_rules=["year>=1990"]).json()
    assert items_of(told["dislikes"]) == [good, bad] and told["likes"] == []
    assert told["rules"] == ["genres!=Horror", "year>=1980"]

    made, _ = turn(client, Message(True, "a thriller"), user="101")
    for line in ("not 2", "seen 1"):
        reply = Message(False, "", id=made.id)
        later, _ = turn(client, Message(True, "a thriller"), reply, Message(True, line), user="101")
        made = later
    (first,), (second,) = later._conversation.state.liked, later._conversation.state.rejected
    told = known(reply=later.id)
    assert told["history"][0] == told["history"][0] | {"item": first, "source": "conversation"}
    assert told["dislikes"][0] == told["dislikes"][0] | {"item": second, "source": "conversation"}
    assert known(stranger, reply=later.id)["dislikes"] == []

    for item in (first, second, good, of_files[0]):
        deleted = client.delete("/v1/memory", params={"user": "101", "reply": later.id, "item": item})
        assert deleted.status_code == 200
    told = known(reply=later.id)
    assert items_of(told["history"]) == of_files[1:] and items_of(told["dislikes"]) == [bad]
    assert of_files[0] not in ask(client, user="101", k=1)["history"]
    told = client.delete("/v1/memory", params={"user": "101", "rule": "genres != Horror"}).json()
    assert told["rules"] == ["year>=1980"]
    told = client.delete("/v1/memory", params={"user": "101", "rule": "nothing before 1980"}).json()
    assert told["rules"] == []
    events = client.get("/v1/users/101/export").json()["events"]
    assert [(event["item"], event["kind"]) for event in events] == [(bad, "dislike"), (of_files[0], "forget")]
    assert send(client, {"user": "101", "item": of_files[0]}).status_code == 201
    assert items_of(known()["history"])[0] == of_files[0]  # what is done later counts again


def test_a_conversation_with_nobody_in_particular_has_a_memory(client: TestClient) -> None:
    made, _ = turn(client, Message(True, "a comedy. I hate musicals"))
    made, _ = turn(client, Message(True, "a comedy"), Message(False, "", id=made.id), Message(True, "I hate westerns"))
    told = client.get("/v1/memory", params={"reply": made.id}).json()
    assert "genres!=Western" in told["rules"] and told["user"] is None
    body = {"reply": made.id, "rules": ["year>=1990"], "without_rules": ["genres!=Western"]}
    assert "year>=1990" in client.patch("/v1/memory", json=body).json()["rules"]
    later, _ = turn(client, Message(True, "x"), Message(False, "", id=made.id), Message(True, "a drama"))
    assert later.recommendations is not None
    assert all(int(item.attributes["year"]) >= 1990 for item in later.recommendations.items)  # type: ignore[arg-type]
    told = client.delete("/v1/memory", params={"reply": made.id, "rule": "year>=1990"}).json()
    assert "year>=1990" not in told["rules"]
    talker: dict[str, str] = {"user": "only-talks"}
    made, _ = turn(client, Message(True, "a comedy"), **talker)
    said, _ = turn(client, Message(True, "x"), Message(False, "", id=made.id), Message(True, "not 1"), **talker)
    (rejected,) = said._conversation.state.rejected
    told = client.get("/v1/memory", params=talker | {"reply": said.id}).json()
    assert [entry["item"] for entry in told["dislikes"]] == [rejected]
    told = client.delete("/v1/memory", params=talker | {"reply": said.id, "item": rejected}).json()
    assert told["dislikes"] == []


def test_words_that_a_conversation_rules_out_are_shown_and_taken_back_without_a_trace(
    client: TestClient, store: Path
) -> None:
    made, _ = turn(client, Message(True, "a comedy, nothing with bathyscaphes in it"))
    told = client.get("/v1/memory", params={"reply": made.id}).json()
    assert told["refused"] == ["bathyscaphes"] and b"bathyscaphe" in held(store)
    told = client.delete("/v1/memory", params={"reply": made.id, "rule": "bathyscaphes"}).json()
    assert told["refused"] == [] and b"bathyscaphe" not in held(store)
    onward, answer = turn(client, Message(False, "…", id=made.id), Message(True, "from the 90s"))
    assert onward._conversation.state.refused == () and "bathyscaphe" not in answer


def test_what_is_not_disliked_any_more_comes_back_in_the_same_conversation(client: TestClient) -> None:
    who: dict[str, str] = {"user": "changes-their-mind"}
    made, _ = turn(client, Message(True, "a thriller"), **who)
    assert made.recommendations is not None
    best = made.recommendations.items[0].id
    made, _ = turn(client, Message(False, "…", id=made.id), Message(True, "not 1"), **who)
    assert client.delete("/v1/memory", params=who | {"reply": made.id, "item": best}).json()["dislikes"] == []
    made, _ = turn(client, Message(False, "…", id=made.id), Message(True, "but no musicals"), **who)
    assert made.recommendations is not None and best in [item.id for item in made.recommendations.items]


def test_who_was_forgotten_may_give_rules_again(client: TestClient) -> None:
    assert client.delete("/v1/users/103").status_code == 200
    told = client.patch("/v1/memory", json={"user": "103", "rules": ["no horror"]})
    assert told.status_code == 200, told.text
    assert told.json()["rules"] == ["genres!=Horror"] and told.json()["history_total"] == 0


@pytest.mark.parametrize(
    ("method", "sent", "says"),
    [
        ("GET", {}, "pass one of them"),
        ("DELETE", {"user": "7"}, "pass one of them"),
        ("PATCH", {"user": "7", "rules": ["be nice"]}, "no condition is read"),
        ("PATCH", {"user": "7", "rules": ["horror is fine again"]}, "`without_rules`"),
        ("PATCH", {"user": "7", "rules": ["genres!=Horror; genres=Comedy"]}, "';' joins no clauses"),
        ("PATCH", {"user": "7", "rules": ["genres=Horror or genres=Comedy"]}, "'or' joins no clauses"),
        ("PATCH", {"user": "7", "rules": ["no musicals", "no horror before 1990"]}, "several ways"),
        ("PATCH", {"user": "7", "likes": ["no such item"]}, "no such item"),
        ("PATCH", {"reply": "chatcmpl-none", "rules": ["no horror"]}, "nothing is kept of that `reply`"),
        ("PATCH", {"reply": "chatcmpl-none", "likes": ["50"]}, "name them as `user`"),
        ("PATCH", {"user": "7", "like": ["50"]}, "like"),
    ],
)
def test_what_no_memory_can_take_is_said(client: TestClient, method: str, sent: dict[str, Any], says: str) -> None:
    how = {"json": sent} if method == "PATCH" else {"params": sent}
    refused = client.request(method, "/v1/memory", **how)  # type: ignore[arg-type]
    assert refused.status_code in (404, 422) and says in refused.json()["error"]["message"]
    assert client.get("/v1/memory", params={"user": "7"}).json()["rules"] == []
