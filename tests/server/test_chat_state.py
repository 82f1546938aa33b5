"""A conversation goes on from what is kept under the id of a reply, and from its messages where nothing is kept."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from llmrec.chat.nlu import rules
from llmrec.chat.transcript import Message, render_list
from llmrec.server.chat_turn import ChatTurn
from tests.server.test_chat import items, say, shown, text

BEGUN = "something funny from the 90s, not horror"


def turn(client: TestClient, *messages: Message, user: str | None = None, tenant: str = "main") -> tuple[ChatTurn, str]:
    """A turn up to its list, without the reasons, which would take seconds more."""
    made = ChatTurn(client.app.state.gateway.service, tenant, user, messages)  # type: ignore[attr-defined]
    return made, made.opening()


def listed(made: ChatTurn) -> list[str]:
    return [item.id for item in made.recommendations.items] if made.recommendations else []


def test_a_completion_goes_on_by_the_id_of_the_one_before(client: TestClient) -> None:
    first = say(client, BEGUN, user="42")
    line = {"role": "user", "content": "why the third one?"}
    for body in (
        {"messages": [{"role": "assistant", "id": first["id"], "content": "whatever it said"}, line]},
        {"messages": [line], "previous_response_id": first["id"]},
        {"messages": [{"role": "assistant", "content": "whatever it said"}, line], "previous_response_id": first["id"]},
    ):
        found = client.post("/v1/chat/completions", json={"model": "llmrec", "user": "42"} | body).json()
        assert text(found) == items(first)[2]["rationale"]["text"]
        assert found["recommendations"] == first["recommendations"] and found["id"] != first["id"]


def test_earlier_lines_are_not_read_again(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first, list_text = turn(client, Message(True, BEGUN))
    read: list[str] = []
    understand = rules.understand
    monkeypatch.setattr(rules, "understand", lambda line, catalog: read.append(line) or understand(line, catalog))
    begun = [Message(True, BEGUN), Message(False, list_text, id=first.id)]
    second, _ = turn(client, *begun, Message(True, "only comedies"))
    assert read == ["only comedies"]
    third, _ = turn(
        client, *begun, Message(True, "only comedies"), Message(False, "…", id=second.id), Message(True, "more")
    )
    assert read == ["only comedies", "more"] and not {*listed(second)} & {*listed(third)}
    assert third.shown().conditions == ["year>=1990", "year<2000", "genres!=Horror", "genres=Comedy"]  # type: ignore[union-attr]


def test_the_kept_state_and_the_read_messages_lead_to_the_same(client: TestClient) -> None:
    lines = (
        BEGUN,
        "not the first one",
        "more like the second one, but from the 80s",
        "drop the condition year<1990",
        "more",
    )
    by_id: list[Message] = []
    by_text: list[Message] = []
    for line in lines:
        kept, answer = turn(client, *by_id, Message(True, line), user="42")
        read, same = turn(client, *by_text, Message(True, line), user="42")
        assert answer == same and listed(kept) == listed(read)
        by_id += [Message(True, "what was written does not matter"), Message(False, "nor this", id=kept.id)]
        by_text += [Message(True, line), Message(False, same)]


def test_an_unread_line_goes_on_where_the_state_was_kept_last(client: TestClient) -> None:
    first, list_text = turn(client, Message(True, BEGUN))
    messages = [Message(False, "", id=first.id), Message(True, "only comedies"), Message(False, list_text)]
    last, _ = turn(client, *messages, Message(True, "from before 1995 please"))
    assert last.shown().conditions == ["genres!=Horror", "genres=Comedy", "year<1995"]  # type: ignore[union-attr]


def test_what_is_kept_is_the_tenants_and_the_persons(client: TestClient) -> None:
    events = [{"user": user, "item": "50"} for user in ("state-a", "state-b")]
    assert client.post("/v1/events", json={"events": events}).status_code == 201
    mine, _ = turn(client, Message(True, BEGUN), user="state-a")
    line = Message(True, "more")
    assert listed(turn(client, Message(False, "…", id=mine.id), line, user="state-a")[0])
    for user, tenant in (("state-b", "main"), (None, "main"), ("state-a", "elsewhere")):
        _, answer = turn(client, Message(False, "…", id=mine.id), line, user=user, tenant=tenant)
        assert answer == "There is no list yet that could go on; ask for something first."
    # who was nobody in particular and becomes known by an event goes on
    nobodys, _ = turn(client, Message(True, BEGUN))
    assert listed(turn(client, Message(False, "…", id=nobodys.id), line, user="state-b")[0])
    assert client.delete("/v1/users/state-a").status_code == 200
    assert not listed(turn(client, Message(False, "…", id=mine.id), line, user="state-a")[0])


def test_an_id_that_nothing_is_kept_under_is_refused_where_nothing_else_is_sent(client: TestClient) -> None:
    body: dict[str, Any] = {"model": "llmrec", "messages": [{"role": "user", "content": "more"}]}
    refused = client.post("/v1/chat/completions", json=body | {"previous_response_id": "chatcmpl-unknown"})
    assert refused.status_code == 422 and "send the conversation" in refused.json()["error"]["message"]
    messages = [
        {"role": "user", "content": "like Fargo"},
        {"role": "assistant", "content": "Noted."},
        *body["messages"],
    ]
    answer = client.post(
        "/v1/chat/completions", json={"messages": messages, "previous_response_id": "chatcmpl-unknown"}
    )
    assert answer.status_code == 200 and "no list yet" in text(answer.json())


def test_a_withdrawn_item_does_not_shift_the_numbers_of_the_others(client: TestClient) -> None:
    first, list_text = turn(client, Message(True, "a western"))
    gateway = client.app.state.gateway  # type: ignore[attr-defined]
    snapshot = gateway.live.snapshot
    second, third = listed(first)[1:3]
    gateway.live.snapshot = replace(snapshot, offered=snapshot.offered - {second})
    try:
        for reply in (Message(False, "…", id=first.id), Message(False, list_text)):
            _, answer = turn(client, Message(True, "a western"), reply, Message(True, "not 2"))
            assert answer == "That item is not offered any more; choose another."
            liked, _ = turn(client, Message(True, "a western"), reply, Message(True, "more like 3"))
            assert liked.recommendations is not None
            assert third not in listed(liked) and "collaborative example" in liked.recommendations.items[0].parts
    finally:
        gateway.live.snapshot = snapshot


def test_a_list_that_was_shown_reads_as_it_was_written(client: TestClient) -> None:
    made, list_text = turn(client, Message(True, "a western"))
    assert made.recommendations is not None
    catalog = client.app.state.gateway.live.snapshot.catalog  # type: ignore[attr-defined]
    assert list_text == render_list(made.recommendations.items, catalog)
    assert shown(say(client, "a western", list_text, "why 1")) == listed(made)


def test_a_rule_holds_in_each_conversation_of_the_person_until_it_is_taken_back(client: TestClient) -> None:
    def lasting(made: ChatTurn) -> tuple[str, ...]:
        return made._conversation.state.lasting

    first, _ = turn(client, Message(True, "I hate musicals"), user="ruled")
    turn(client, Message(True, "from now on nothing before 1980"), user="ruled")
    later, _ = turn(client, Message(True, "an animated film"), user="ruled")
    assert lasting(later) == ("genres!=Musical", "year>=1980")
    assert later.recommendations is not None and len(later.recommendations.items) == 5
    for item in later.recommendations.items:
        assert "Musical" not in item.attributes["genres"] and item.attributes["year"] >= 1980  # type: ignore[operator]
    assert lasting(turn(client, Message(True, "an animated film"), user="another")[0]) == ()
    assert client.get("/v1/users/ruled/export").json()["rules"] == ["genres!=Musical", "year>=1980"]

    turn(client, Message(True, "musicals are fine again"), user="ruled")
    reply = Message(False, "whatever it said", id=first.id)  # a conversation that began before that
    onward, _ = turn(client, Message(True, "I hate musicals"), reply, Message(True, "a comedy"), user="ruled")
    assert lasting(onward) == ("year>=1980",)
    undone, _ = turn(client, Message(True, "undo"), user="ruled")
    assert lasting(undone) == ("year>=1980",)
    body = {"user": "ruled", "store": False, "max_tokens": 5}
    say(client, "I hate westerns", **body)
    assert lasting(turn(client, Message(True, "a comedy"), user="ruled")[0]) == ("year>=1980",)
    assert client.delete("/v1/users/ruled").json()["removed"]["rules"] == 1
