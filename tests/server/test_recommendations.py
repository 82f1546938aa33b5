"""POST /v1/recommendations and GET /v1/explanations: right answers, clear refusals, stored reasons."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from llmrec.recommender import Recommender
from llmrec.request import Request


def ask(client: TestClient, **body: Any) -> dict[str, Any]:
    response = client.post("/v1/recommendations", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_user_gets_what_the_recommender_ranks(client: TestClient, recommender: Recommender) -> None:
    answer = ask(client, user="42", k=5)
    assert [i["id"] for i in answer["items"]] == [i.id for i in recommender.recommend(Request(user="42", k=5)).items]
    assert answer["history"] == list(recommender.catalog.history("42"))
    assert answer["timings"]["llm"] > 0


def test_a_history_may_say_when_and_how_much_it_was_liked(client: TestClient, recommender: Recommender) -> None:
    events = recommender.catalog.histories["42"]
    history = [{"item": e.item, "timestamp": e.timestamp, "rating": e.rating, "kind": e.kind} for e in events]
    told = ask(client, history=history, k=5)
    assert [i["score"] for i in told["items"]] == [i["score"] for i in ask(client, user="42", k=5)["items"]]
    assert told["history"] == list(recommender.catalog.history("42"))
    why = client.get(f"/v1/explanations/{told['id']}").json()
    assert [i["score"] for i in why["items"]] == [i["score"] for i in told["items"]]  # ranked again from what is kept
    newest = ask(client, history=["1", {"item": "50", "timestamp": 1.7e9}], k=3)
    assert newest["history"] == ["1", "50"]
    refused = {"item": "174", "timestamp": 1.7e9, "kind": "refund"}
    without = ask(client, history=["1", "50", refused], k=50)
    assert without["history"] == ["1", "50"] and "174" not in [item["id"] for item in without["items"]]


def test_words_filters_history_and_likeness_count(client: TestClient) -> None:
    wanted = ask(client, history=["1", "588"], query="animated for children", where="year<1970", k=5)["items"]
    assert len(wanted) == 5 and all(item["attributes"]["year"] < 1970 for item in wanted)
    assert sum("Animation" in item["attributes"]["genres"] for item in wanted) >= 3
    assert ask(client, like="50", k=3)["items"] != ask(client, k=3)["items"]
    rainy = ask(client, query="a comedy", context={"season": "autumn", "time_of_day": "evening", "place": "at home"})
    assert len(rainy["items"]) == 10


def test_what_goes_with_an_item_is_listed_and_explained(client: TestClient, recommender: Recommender) -> None:
    assert recommender.pipeline.complement_model.weights.baskets  # learnt once, in seconds that a busy machine lacks
    answer = ask(client, like="50", intent="complement", k=3)
    assert "50" not in [item["id"] for item in answer["items"]] and len(answer["items"]) == 3
    assert all(set(item["parts"]) == {"complement example"} for item in answer["items"])
    why = client.get(f"/v1/explanations/{answer['id']}").json()
    assert [item["id"] for item in why["items"]] == [item["id"] for item in answer["items"]]
    assert all(item["rationale"]["evidence"]["pairing"]["anchor"] == "50" for item in why["items"])
    newest = ask(client, history=["1", "50"], intent="complement", k=3)
    assert "50" not in [item["id"] for item in newest["items"]]


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"user": "nobody"}, 404, "unknown_user", "nobody"),
        ({"history": ["99999"]}, 404, "unknown_item", "99999"),
        ({"like": "99999"}, 404, "unknown_item", "99999"),
        ({"like": "99999", "intent": "complement"}, 404, "unknown_item", "99999"),
        ({"intent": "complement"}, 422, "bad_input", "nothing says with what"),
        ({"intent": "beside"}, 422, "invalid", "similar"),
        ({"user": "42", "where": "year 1990"}, 422, "bad_filter", "year 1990"),
        ({"user": "42", "where": "colour=red"}, 422, "bad_filter", "colour"),
        ({"user": "42", "exposure": "tail"}, 422, "bad_input", "no rule"),
        ({"user": "42", "history": ["1"]}, 422, "bad_input", "both"),
        ({"history": ["1", "1"]}, 422, "bad_input", "twice"),
        ({"history": [{"item": "1", "timestamp": 1e12}]}, 422, "invalid", "milliseconds"),
        ({"history": [{"item": "1", "timestamp": 9e10}]}, 422, "invalid", "in the future"),
        ({"history": [{"item": "1", "timestamp": 1, "kind": "gazed"}]}, 422, "invalid", "of no known kind"),
        ({"user": "42", "k": 0}, 422, "invalid", "k:"),
        ({"user": "42", "colour": "red"}, 422, "invalid", "colour"),
        ({"user": "a\x00b"}, 422, "invalid", "NUL"),
        ({"query": "x" * 3000}, 422, "invalid", "query"),
    ],
)
def test_a_wrong_request_is_one_sentence(
    client: TestClient, body: dict[str, Any], status: int, code: str, words: str
) -> None:
    response = client.post("/v1/recommendations", json=body)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert words in error["message"] and "\n" not in error["message"] and "--" not in error["message"]


def test_reasons_are_kept_with_their_verdicts(client: TestClient) -> None:
    answer = ask(client, user="42", k=2, explain=True)
    found = client.get(f"/v1/explanations/{answer['id']}").json()
    assert found["items"] == answer["items"]
    for item in found["items"]:
        assert item["rationale"]["claims"] and item["rationale"]["evidence"]["items"]
        assert all(claim["verdict"] == "supported" for claim in item["rationale"]["claims"])


def test_reasons_that_were_not_asked_for_are_measured_when_they_are(client: TestClient) -> None:
    answer = ask(client, user="7", query="a dark thriller", k=2, exposure="tail>=1")
    assert answer["items"][0]["rationale"] is None and "tail>=1" in answer["notes"][-1]
    found = client.get(f"/v1/explanations/{answer['id']}").json()
    assert [i["id"] for i in found["items"]] == [i["id"] for i in answer["items"]]
    assert all(item["rationale"]["text"] for item in found["items"])


def test_an_answer_belongs_to_its_tenant(client: TestClient, stranger: TestClient) -> None:
    id = ask(client, user="42", k=1)["id"]
    assert client.get(f"/v1/explanations/{id}").status_code == 200
    assert stranger.get(f"/v1/explanations/{id}").status_code == 404


def test_users_of_the_folder_are_the_first_tenants_alone(stranger: TestClient) -> None:
    response = stranger.post("/v1/recommendations", json={"user": "42"})
    assert response.status_code == 404
    assert ask(stranger, k=3)["items"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/recommendations", r'{"query": "funny \ud83d", "k": 1}', 200),
        ("/v1/recommendations", r'{"user": "\ud800"}', 422),
        ("/v1/recommendations", r'{"history": ["\udfff"]}', 422),
        ("/v1/recommendations", r'{"where": "genres=\ud83d"}', 422),
        ("/v1/recommendations", r'{"k": 1, "\ud83d": 2}', 422),
        ("/v1/recommendations", r'{"k": 1, "context": {"place": "\ud83d"}}', 422),
        ("/v1/events", r'{"events": [{"user": "\ud83d", "item": "50"}]}', 422),
        ("/v1/events", r'{"events": [{"user": "x", "item": "50", "id": "\ud83d"}]}', 422),
        ("/v1/chat/completions", r'{"messages": [{"role": "user", "content": "help \ud83d"}]}', 200),
        (
            "/v1/chat/completions",
            r'{"messages": [{"role": "user", "content": [{"type": "text", "text": "\ud83d"}]}]}',
            200,
        ),
        ("/v1/chat/completions", r'{"user": "\ud83d", "messages": [{"role": "user", "content": "help"}]}', 422),
    ],
)
def test_half_a_character_is_replaced_in_words_and_refused_in_ids(
    client: TestClient, path: str, body: str, status: int
) -> None:
    response = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == status, response.text


def test_nul_in_an_answers_id_is_told(client: TestClient) -> None:
    assert client.get("/v1/explanations/%00").status_code == 422
