"""POST /v1/chat/completions as clients of OpenAI's API use it; and with a chat model that reads lines beside the rules.

What the model adds counts, and nothing hangs on it; it is a peer that answers by heart, of
`tests.chat.nlu.test_chat_model`.
"""

import base64
import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from llmrec.chat.nlu import rules
from llmrec.chat.nlu.chat_model import TRIAL, ChatModelParser
from llmrec.chat.requests import LIST_LENGTH
from llmrec.chat.transcript import Message, render_list
from llmrec.recommender import Recommender
from llmrec.server.chat_turn import ChatTurn
from llmrec.server.completion import CompletionText, count_tokens
from llmrec.server.settings import LOCAL_LIMITS, Limits
from llmrec.server.store.database import Database
from tests.chat.nlu.test_chat_model import Peer, model_at, peer, proposed
from tests.server.conftest import served
from tests.server.test_items import within


def say(client: httpx.Client, *messages: Any, **more: Any) -> dict[str, Any]:
    """The answer to a conversation: texts of the user and of the assistant in turn, or whole messages."""
    told = [
        m if isinstance(m, dict) else {"role": "assistant" if n % 2 else "user", "content": m}
        for n, m in enumerate(messages)
    ]
    response = client.post("/v1/chat/completions", json={"model": "llmrec", "messages": told, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def text(answer: dict[str, Any]) -> str:
    words: str = answer["choices"][0]["message"]["content"]
    return words


def items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer["recommendations"]["items"]
    return found


def shown(answer: dict[str, Any]) -> list[str]:
    return [item["id"] for item in items(answer)]


@pytest.fixture(scope="module")
def nineties(client: TestClient) -> dict[str, Any]:
    return say(client, "something funny from the 90s, not horror", user="42")


def test_a_wish_is_answered_with_items_and_checked_sentences(client: TestClient, nineties: dict[str, Any]) -> None:
    assert len(items(nineties)) == 5
    assert nineties["recommendations"]["conditions"] == ["year>=1990", "year<2000", "genres!=Horror"]
    assert nineties["recommendations"]["inputs"]["text"] == "plot"
    for place, item in enumerate(items(nineties), start=1):
        assert 1990 <= item["attributes"]["year"] < 2000 and "Horror" not in item["attributes"]["genres"]
        assert f"{place}. {item['title']} ({item['attributes']['year']})" in text(nineties)
        assert f"({place}) {item['rationale']['text']}" in text(nineties)
        assert all(claim["verdict"] == "supported" for claim in item["rationale"]["claims"])
    kept = client.get(f"/v1/explanations/{nineties['recommendations']['id']}").json()
    assert [item["rationale"] for item in kept["items"]] == [item["rationale"] for item in items(nineties)]


def test_why_is_answered_of_what_was_taken_or_turned_down_since(client: TestClient) -> None:
    begun = "something funny from the 90s, not horror"
    answer = say(client, begun, user="picky")
    first, second = shown(answer)[:2]
    events = [{"user": "picky", "item": first}, {"user": "picky", "item": second, "kind": "dislike"}]
    assert client.post("/v1/events", json={"events": events}).status_code == 201
    for place, item in enumerate(items(answer)[:2], start=1):
        why = say(client, begun, text(answer), f"why {place}", user="picky")
        assert text(why) == item["rationale"]["text"]


def listed(client: TestClient, *words: str, user: str | None = None, tenant: str = "main") -> list[dict[str, Any]]:
    """The list that answers a conversation, of which the reasons would take seconds more."""
    messages = [Message(n % 2 == 0, line) for n, line in enumerate(words)]
    turn = ChatTurn(client.app.state.gateway.service, tenant, user, messages)  # type: ignore[attr-defined]
    turn.opening()
    return [item.model_dump() for item in turn.recommendations.items] if turn.recommendations else []


def test_the_conversation_goes_on(client: TestClient, nineties: dict[str, Any]) -> None:
    begun = ("something funny from the 90s, not horror", text(nineties))
    narrowed = listed(client, *begun, "only comedies, and no romance", user="42")
    for item in narrowed:
        assert 1990 <= item["attributes"]["year"] < 2000
        assert "Comedy" in item["attributes"]["genres"] and "Romance" not in item["attributes"]["genres"]
    more = [item["id"] for item in listed(client, *begun, "show me others", user="42")]
    assert len(more) == 5 and not set(more) & set(shown(nineties))
    alike = listed(client, *begun, "more like the second one, but from the 80s", user="42")
    assert len(alike) == 5 and all(1980 <= item["attributes"]["year"] < 1990 for item in alike)
    assert "collaborative example" in alike[0]["parts"] and shown(nineties)[1] not in [item["id"] for item in alike]
    rejected = listed(client, *begun, "not the first one", "Noted.", begun[0], user="42")
    assert shown(nineties)[0] not in [item["id"] for item in rejected]
    why = say(client, *begun, "why the third one?", user="42")
    assert text(why) == items(nineties)[2]["rationale"]["text"]


def test_who_asks_counts_and_a_stranger_is_a_newcomer(client: TestClient) -> None:
    known, unknown, nobody = (listed(client, "a thriller", user=user) for user in ("7", "never-heard-of", None))
    assert known != unknown and [i["id"] for i in unknown] == [i["id"] for i in nobody]
    elsewhere = listed(client, "a thriller", user="7", tenant="elsewhere")
    assert [item["id"] for item in elsewhere] == [item["id"] for item in nobody]


def test_a_photo_asks_for_its_like_and_stays_in_the_conversation(client: TestClient) -> None:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (90, 60, 3), np.uint8)).save(file, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    parts = [{"type": "text", "text": "something like this"}, {"type": "image_url", "image_url": {"url": url}}]
    photo = {"role": "user", "content": parts}
    answer = say(client, photo)
    assert "image example" in items(answer)[0]["parts"]
    after = say(client, photo, text(answer), "only dramas")
    assert "image example" in items(after)[0]["parts"]
    assert all("Drama" in item["attributes"]["genres"] for item in items(after))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://example.com/cat.jpg", "not fetched"),
        ("file:///etc/passwd", "not fetched"),
        ("data:text/html;base64,AAAA", "not fetched"),
        ("data:image/png;base64,@@@", "base64"),
        ("data:image/png,abc", "base64"),
        ("data:image/png;base64,AAAA", "picture"),
    ],
)
def test_other_pictures_are_refused(client: TestClient, url: str, words: str) -> None:
    content = [{"type": "image_url", "image_url": {"url": url}}]
    body = {"model": "llmrec", "messages": [{"role": "user", "content": content}]}
    response = client.post("/v1/chat/completions", json=body)
    told = response.json()
    if response.status_code == 200:  # a picture that cannot be read is answered as words are
        assert words in text(told)
    else:
        assert response.status_code == 422 and words in told["error"]["message"]


def test_what_cannot_be_met_is_answered_in_words(client: TestClient) -> None:
    assert "ask for something first" in text(say(client, "why 2"))
    assert "did you mean" in text(say(client, "like Zzyzx Qwfp"))
    assert "more like 2" in text(say(client, "help"))
    noted = say(client, "like Fargo")
    assert text(noted).startswith("Noted: you like Fargo") and noted["recommendations"] is None


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"messages": []}, 422, "messages"),
        ({"messages": [{"role": "assistant", "content": "hello"}]}, 422, "messages"),
        ({"messages": [{"role": "system", "content": "you are a pirate"}]}, 422, "messages"),
        ({"messages": [{"role": "user", "content": "hi"}], "model": "gpt-4"}, 404, "llmrec"),
        ({"messages": [{"role": "user", "content": "hi"}], "n": 3}, 422, "n:"),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, 422, "messages"),
        *(
            ({"messages": [{"role": "user", "content": "hi"}]} | wanted, 422, next(iter(wanted)))
            for wanted in (
                {"response_format": {"type": "json_schema"}},
                {"response_format": {"type": "xml"}},
                {"tool_choice": "required", "tools": []},
                {"tool_choice": {"type": "function"}},
                {"function_call": {"name": "f"}},
                {"modalities": ["text", "audio"]},
                {"logprobs": True},
                {"stop": ["a"] * 5},
                {"stop": ""},
                {"max_tokens": 0},
            )
        ),
    ],
)
def test_a_wrong_body_is_one_sentence(client: TestClient, body: dict[str, Any], status: int, words: str) -> None:
    response = client.post("/v1/chat/completions", json={"model": "llmrec"} | body)
    assert response.status_code == status and words in response.json()["error"]["message"]


def test_a_long_conversation_is_shortened_and_what_is_not_read_may_be_long(client: TestClient) -> None:
    long = [{"role": "system", "content": "x" * 25_000}, *[{"role": "user", "content": "help"}] * 250]
    answer = say(client, *long, {"role": "user", "content": "why 2"}, response_format={"type": "text"}, tools=[])
    assert "ask for something first" in text(answer)


def test_an_answer_ends_where_it_is_told_to_and_is_counted(client: TestClient, nineties: dict[str, Any]) -> None:
    line = "something funny from the 90s, not horror"
    assert nineties["usage"]["completion_tokens"] == count_tokens(text(nineties))
    assert nineties["usage"]["prompt_tokens"] == count_tokens(line)
    first = say(client, line, user="42", stop=["\n"])
    assert text(first) == text(nineties).splitlines()[0] and first["choices"][0]["finish_reason"] == "stop"
    short = say(client, line, user="42", max_tokens=5)
    assert text(nineties).startswith(text(short)) and count_tokens(text(short)) == 5
    assert short["choices"][0]["finish_reason"] == "length" and short["usage"]["completion_tokens"] == 5
    assert len(items(short)) == 5 and items(short)[0]["rationale"] is None  # what is not told is not measured
    body = {
        "model": "llmrec", "user": "42", "messages": [{"role": "user", "content": line}], "stream": True, "stop": "Why",
        "stream_options": {"include_usage": True},
    }  # fmt: skip
    with client.stream("POST", "/v1/chat/completions", json=body) as response:
        events = [line.removeprefix("data: ") for line in response.iter_lines() if line]
    chunks = [json.loads(event) for event in events[:-1]]
    said = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
    assert said == text(nineties).partition("Why")[0]
    assert chunks[-1]["choices"] == [] and chunks[-1]["usage"]["completion_tokens"] == count_tokens(said)
    assert all(chunk["usage"] is None for chunk in chunks[:-1])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pieces_of_any_size_end_at_the_same_place(size: int) -> None:
    whole = "1. Alien (1979)\n2. Blade Runner\n\nWhy these:\n(1) Because."
    for stop, most, expected in (
        (["\n\n"], None, whole.partition("\n\n")[0]), (["Runner", "zzz"], None, whole.partition("Runner")[0]),
        ([], 6, "1. Alien (1979)"), (["\nWhy"], 4, "1. Alien ("), ([], None, whole), (["zzz"], None, whole),
    ):  # fmt: skip
        text = CompletionText(stop, most)
        said = "".join(text.add(whole[at : at + size]) for at in range(0, len(whole), size)) + text.rest()
        assert said.rstrip() == expected.rstrip()
        assert text.tokens == count_tokens(expected) or (most is None and not stop)


def test_a_stream_says_the_same_in_pieces(client: TestClient, nineties: dict[str, Any]) -> None:
    messages = [{"role": "user", "content": "something funny from the 90s, not horror"}]
    body = {"model": "llmrec", "messages": messages, "user": "42", "stream": True, "temperature": 0.3}
    with client.stream("POST", "/v1/chat/completions", json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = [line.removeprefix("data: ") for line in response.iter_lines() if line]
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == text(nineties)
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert [i["id"] for i in chunks[-1]["recommendations"]["items"]] == shown(nineties)
    assert len(chunks) > 8
    pieces = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks]
    assert [piece[:5] for piece in pieces if piece.startswith("\n(")] == [f"\n({n}) " for n in range(1, 6)]


PERSON, LAUGH, SEA = "secret-person", "I could do with a laugh", "something that one sings on deck"
ANSWERS = {
    LAUGH: proposed("ask", "", "a laugh", ("genres", "=", ["Comedy"])),
    SEA: proposed("ask", "", "", ("genres", "=", ["Shanty"])),
    TRIAL: proposed(),
}


@contextmanager
def gateway(
    recommender: Recommender, folder: Path, limits: Limits = LOCAL_LIMITS
) -> Iterator[tuple[httpx.Client, Peer]]:
    """A client of the gateway, and the endpoint that it asks."""
    with peer(ANSWERS) as endpoint:
        parser = ChatModelParser(model_at(endpoint), seconds=30, retry_seconds=0.1)
        with served(recommender, folder, limits, parser) as client:
            yield client, endpoint


@pytest.fixture(scope="module")
def running(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Peer]]:
    with gateway(recommender, tmp_path_factory.mktemp("store")) as found:
        yield found


def test_what_it_reads_counts_in_later_turns_too_and_is_asked_once(running: tuple[httpx.Client, Peer]) -> None:
    client, endpoint = running
    first = say(client, LAUGH, user=PERSON)
    assert first["recommendations"]["conditions"] == ["genres=Comedy"]
    assert all("Comedy" in item["attributes"]["genres"] for item in first["recommendations"]["items"])
    more = say(client, LAUGH, first["choices"][0]["message"]["content"], "more", user=PERSON)
    assert more["recommendations"]["conditions"] == ["genres=Comedy"]
    assert endpoint.lines == [TRIAL, LAUGH]
    assert PERSON not in str(endpoint.asked)


def test_what_the_catalogue_gets_is_told_to_it(running: tuple[httpx.Client, Peer]) -> None:
    client, endpoint = running
    assert say(client, SEA)["recommendations"]["conditions"] == []
    item = {"title": "Drunken Sailor", "description": "A crew sings.", "attributes": {"genres": ["Shanty"]}}
    sailors = [f"sailor{n}" for n in range(LIST_LENGTH)]  # so many make a value of theirs a word
    for id in sailors:
        assert client.put(f"/v1/items/{id}", json=item).status_code == 202
    assert within(60, lambda: client.get(f"/v1/items/{sailors[-1]}").status_code == 200)
    found = say(client, SEA)["recommendations"]
    assert found["conditions"] == ["genres=Shanty"] and sorted(item["id"] for item in found["items"]) == sailors
    assert "Shanty" in endpoint.asked[-1]["messages"][0]["content"]


def test_others_are_served_while_it_thinks_and_its_end_ends_no_chat(recommender: Recommender, tmp_path: Path) -> None:
    with gateway(recommender, tmp_path, Limits(workers=1)) as (client, endpoint), ThreadPoolExecutor(1) as pool:
        endpoint.trouble = "silent"
        waiting = pool.submit(say, client, "no horror, but a laugh")
        assert within(60, lambda: len(endpoint.lines) > 1)
        assert client.post("/v1/recommendations", json={"k": 1}).status_code == 200
        assert not waiting.done()
        endpoint.ends.set()  # it breaks off without an answer
        assert "genres!=Horror" in waiting.result(60)["recommendations"]["conditions"]
        assert say(client, LAUGH, user=PERSON)["recommendations"]["items"] and LAUGH not in endpoint.lines


BEGUN = "something funny from the 90s, not horror"


def turn(client: TestClient, *messages: Message, user: str | None = None, tenant: str = "main") -> tuple[ChatTurn, str]:
    """A turn up to its list, without the reasons, which would take seconds more."""
    made = ChatTurn(client.app.state.gateway.service, tenant, user, messages)  # type: ignore[attr-defined]
    return made, made.opening()


def listed_by(made: ChatTurn) -> list[str]:
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
    assert read == ["only comedies", "more"] and not {*listed_by(second)} & {*listed_by(third)}
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
        assert answer == same and listed_by(kept) == listed_by(read)
        by_id += [Message(True, "what was written does not matter"), Message(False, "nor this", id=kept.id)]
        by_text += [Message(True, line), Message(False, same)]


def test_an_unread_line_goes_on_where_the_state_was_kept_last(client: TestClient) -> None:
    first, list_text = turn(client, Message(True, BEGUN))
    messages = [Message(False, "", id=first.id), Message(True, "only comedies"), Message(False, list_text)]
    last, _ = turn(client, *messages, Message(True, "from before 1995 please"))
    assert last.shown().conditions == ["year>=1990", "genres!=Horror", "genres=Comedy", "year<1995"]  # type: ignore[union-attr]


def test_what_is_kept_is_the_tenants_and_the_persons(client: TestClient) -> None:
    events = [{"user": user, "item": "50"} for user in ("state-a", "state-b")]
    assert client.post("/v1/events", json={"events": events}).status_code == 201
    mine, _ = turn(client, Message(True, BEGUN), user="state-a")
    line = Message(True, "more")
    assert listed_by(turn(client, Message(False, "…", id=mine.id), line, user="state-a")[0])
    for user, tenant in (("state-b", "main"), (None, "main"), ("state-a", "elsewhere")):
        _, answer = turn(client, Message(False, "…", id=mine.id), line, user=user, tenant=tenant)
        assert answer == "There is no list yet that could go on; ask for something first."
    # who was nobody in particular and becomes known by an event goes on
    nobodys, _ = turn(client, Message(True, BEGUN))
    assert listed_by(turn(client, Message(False, "…", id=nobodys.id), line, user="state-b")[0])
    assert client.delete("/v1/users/state-a").status_code == 200
    assert not listed_by(turn(client, Message(False, "…", id=mine.id), line, user="state-a")[0])


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
    second, third = listed_by(first)[1:3]
    gateway.live.snapshot = replace(snapshot, offered=snapshot.offered - {second})
    try:
        for reply in (Message(False, "…", id=first.id), Message(False, list_text)):
            _, answer = turn(client, Message(True, "a western"), reply, Message(True, "not 2"))
            assert answer == "That item is not offered any more; choose another."
            liked, _ = turn(client, Message(True, "a western"), reply, Message(True, "more like 3"))
            assert liked.recommendations is not None
            assert third not in listed_by(liked) and "collaborative example" in liked.recommendations.items[0].parts
    finally:
        gateway.live.snapshot = snapshot


def test_a_list_that_was_shown_reads_as_it_was_written(client: TestClient) -> None:
    made, list_text = turn(client, Message(True, "a western"))
    assert made.recommendations is not None
    catalog = client.app.state.gateway.live.snapshot.catalog  # type: ignore[attr-defined]
    assert list_text.endswith(f"\n\n{render_list(made.recommendations.items, catalog)}")
    assert shown(say(client, "a western", list_text, "why 1")) == listed_by(made)


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


def kept_rules(client: TestClient, user: str) -> list[str]:
    found: list[str] = client.get("/v1/memory", params={"user": user}).json()["rules"]
    return found


def test_to_undo_changes_no_rule_that_was_made_or_deleted_elsewhere_since(client: TestClient) -> None:
    first, _ = turn(client, Message(True, "I hate musicals"), user="undoes")
    turn(client, Message(True, "from now on nothing before 1980"), user="undoes")
    turn(client, Message(False, "…", id=first.id), Message(True, "undo"), user="undoes")
    assert kept_rules(client, "undoes") == ["year>=1980"]
    later, _ = turn(client, Message(True, "I hate westerns"), user="undoes")
    client.delete("/v1/memory", params={"user": "undoes", "rule": "year>=1980"})
    turn(client, Message(False, "…", id=later.id), Message(True, "undo"), user="undoes")
    assert kept_rules(client, "undoes") == []


def test_a_rule_made_elsewhere_counts_from_the_next_list_of_an_open_conversation_on(client: TestClient) -> None:
    def on(before: ChatTurn, line: str) -> tuple[ChatTurn, list[Any]]:
        made, _ = turn(client, Message(False, "…", id=before.id), Message(True, line), user="meanwhile")
        assert made.recommendations is not None and made.recommendations.items
        return made, [item.attributes for item in made.recommendations.items]

    first, _ = turn(client, Message(True, "something from the 90s"), user="meanwhile")
    romance, _ = turn(client, Message(True, "a romance"), user="meanwhile")
    client.patch("/v1/memory", json={"user": "meanwhile", "rules": ["no drama"]})
    turn(client, Message(True, "I hate musicals"), user="meanwhile")  # and one in another conversation
    more, shown = on(first, "more")
    assert all(1990 <= each["year"] < 2000 and {"Drama", "Musical"}.isdisjoint(each["genres"]) for each in shown)
    for before in (first, more):
        _, shown = on(before, "only from 1995")
        assert all(each["year"] == 1995 and {"Drama", "Musical"}.isdisjoint(each["genres"]) for each in shown)

    body = {"user": "meanwhile", "rules": ["only westerns"], "without_rules": ["genres!=Drama", "genres!=Musical"]}
    client.patch("/v1/memory", json=body)
    western, shown = on(romance, "more")  # what contradicts a rule gives way to it
    assert all("Western" in each["genres"] for each in shown)
    assert "genres!=Drama" not in on(more, "more")[0].shown().conditions  # type: ignore[union-attr]
    client.patch(
        "/v1/memory", json={"user": "meanwhile", "rules": ["no westerns"], "without_rules": ["genres=Western"]}
    )
    later, shown = on(western, "more")
    assert later.shown().conditions == ["genres!=Western"]  # type: ignore[union-attr]
    assert all("Western" not in each["genres"] for each in shown)


def test_a_rule_that_was_said_before_it_was_known_by_whom_is_theirs(client: TestClient) -> None:
    made, _ = turn(client, Message(True, "I hate musicals"))
    for line in ("an animated film", "a comedy"):
        made, _ = turn(client, Message(False, "…", id=made.id), Message(True, line), user="named-later")
        assert "genres!=Musical" in made.shown().conditions  # type: ignore[union-attr]
    assert kept_rules(client, "named-later") == ["genres!=Musical"]


def test_where_no_rule_can_be_kept_the_reply_says_so(client: TestClient) -> None:
    body = {"user": "has-fifty", "rules": [f"year!={year}" for year in range(1920, 1970)]}
    assert len(client.patch("/v1/memory", json=body).json()["rules"]) == 50
    made, answer = turn(client, Message(True, "I hate musicals"), user="has-fifty")
    assert answer.endswith("what you said for good now holds for this reply alone.") and "50 rules" in made.notes[-1]
    onward, answer = turn(client, Message(False, "…", id=made.id), Message(True, "a comedy"), user="has-fifty")
    assert "genres!=Musical" not in onward.shown().conditions and "for good" not in answer  # type: ignore[union-attr]
    refused = client.patch("/v1/memory", json={"user": "has-fifty", "rules": ["no musicals"]})
    assert refused.status_code == 422 and "50 rules are kept" in refused.json()["error"]["message"]
    swapped = {"user": "has-fifty", "rules": ["no musicals"], "without_rules": ["year != 1920"]}
    assert "genres!=Musical" in client.patch("/v1/memory", json=swapped).json()["rules"]


def test_where_the_store_takes_no_rule_the_reply_says_so_and_the_next_one_is_kept(
    client: TestClient, database: Database
) -> None:
    with database.writing() as connection:
        refuse = "CREATE TRIGGER full BEFORE INSERT ON rules BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        connection.exec_driver_sql(refuse)
    try:
        made, answer = turn(client, Message(True, "I hate musicals"), user="not-kept")
    finally:
        with database.writing() as connection:
            connection.exec_driver_sql("DROP TRIGGER full")
    assert answer.endswith("holds for this reply alone; say it again later.") and "cannot be kept" in made.notes[-1]
    turn(client, Message(False, "…", id=made.id), Message(True, "I hate musicals"), user="not-kept")
    assert kept_rules(client, "not-kept") == ["genres!=Musical"]


def test_a_chinese_line_gets_its_reasons_in_chinese(client: TestClient) -> None:
    said = say(client, "来部九十年代的喜剧", user="42")
    listed, _, reasons = text(said).partition("\n\n为什么是这些:")
    told = [line for line in reasons.splitlines() if line.startswith("(")]
    assert len(told) == len(items(said)) == 5 and not re.search(r"[A-Za-z]{3}", re.sub(r"《[^》]*》", "", reasons))
    for line, item in zip(told, items(said), strict=True):
        assert line.endswith(item["reason"]) and item["title"] not in item["reason"] and item["title"] in listed
    why = say(client, "来部九十年代的喜剧", text(said), "为什么推荐第2个?", user="42")
    assert f"《{items(said)[1]['title']}》" in text(why)


def test_a_rationale_is_what_an_english_list_gives_as_reason(nineties: dict[str, Any]) -> None:
    assert all(item["reason"] == item["rationale"]["text"] for item in items(nineties))
