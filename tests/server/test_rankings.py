"""How often the gateway ranks: once for a list, and not again for its reasons while it still holds the list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from llmrec.chat.transcript import Message
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.server.app import build
from llmrec.server.chat_turn import ChatTurn
from llmrec.server.media_store import MediaFolder
from llmrec.server.recommending import RecentResponses
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_key
from tests.test_reasons import Counting
from tests.test_recommender import FILMS, write_stall


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counting]:
    recommender = Counting.from_pretrained(FILMS, data=write_stall(tmp_path_factory.mktemp("stall")))
    yield recommender
    recommender.pipeline.index.close()


@pytest.fixture
def client(shop: Counting, tmp_path: Path) -> Iterator[TestClient]:
    database = Database.at(tmp_path)
    with TestClient(build(shop, database, MediaFolder(tmp_path / "media"))) as client:
        client.headers["Authorization"] = f"Bearer {create_key(database)}"
        shop.rankings = 0
        yield client
    database.close()


def say(client: TestClient, messages: list[dict[str, str]], stream: bool = False) -> Any:
    body = {"model": "llmrec", "user": "u", "messages": messages, "stream": stream}
    response = client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    return response.text if stream else response.json()


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_turn_ranks_once_for_the_list_and_its_reasons(client: TestClient, shop: Counting, stream: bool) -> None:
    said = say(client, [{"role": "user", "content": "science fiction"}], stream)
    assert shop.rankings == 1 and "Why these" in str(said)
    assert len(client.app.state.gateway.service.recent) == 0  # type: ignore[attr-defined]


def test_why_of_an_explained_list_ranks_nothing(client: TestClient, shop: Counting) -> None:
    first = {"role": "user", "content": "science fiction"}
    said = say(client, [first])
    answer = {"role": "assistant", "content": said["choices"][0]["message"]["content"], "id": said["id"]}
    why = say(client, [first, answer, {"role": "user", "content": "why 1"}])
    assert shop.rankings == 1
    assert why["choices"][0]["message"]["content"] in answer["content"]


def test_why_of_a_list_whose_reasons_nobody_waited_for_ranks_nothing_either(client: TestClient, shop: Counting) -> None:
    service = client.app.state.gateway.service  # type: ignore[attr-defined]
    turn = ChatTurn(service, "main", "u", [Message(True, "science fiction")])
    turn.opening()
    line = Message(True, "why 1")
    sentences = []
    for _ in range(2):  # measured, then kept
        sentences.append(ChatTurn(service, "main", "u", [Message(False, "…", id=turn.id), line]).opening())
        assert shop.rankings == 1 and len(service.recent) == 0
    assert sentences[0] and sentences[0] == sentences[1]


def test_reasons_asked_for_later_rank_again_only_where_the_list_is_no_longer_held(
    client: TestClient, shop: Counting
) -> None:
    ids = []
    for _ in range(2):
        response = client.post("/v1/recommendations", json={"user": "u", "query": "science fiction", "k": 2})
        ids.append(response.json()["id"])
    held = client.get(f"/v1/explanations/{ids[0]}").json()
    assert shop.rankings == 2 and all(item["rationale"] for item in held["items"])
    client.app.state.gateway.service.recent.take(ids[1])  # type: ignore[attr-defined]
    again = client.get(f"/v1/explanations/{ids[1]}").json()
    assert shop.rankings == 3
    assert [item["rationale"] for item in again["items"]] == [item["rationale"] for item in held["items"]]


def test_few_answers_are_held_and_none_of_items_that_are_no_longer_offered_so(shop: Counting) -> None:
    recent = RecentResponses(size=2)
    response = shop.recommend(Request(query="science fiction", k=1))
    for id in ("a", "b", "c"):
        recent.put(id, response, shop)
    assert recent.take("a") is None and recent.take("b") is response and len(recent) == 1
    recent.put("d", response, Recommender(shop.pipeline))
    assert recent.take("c") is None and recent.take("d") is response and recent.take("d") is None


def test_the_answers_that_are_held_have_a_bound_of_bytes(shop: Counting) -> None:
    response = shop.recommend(Request(query="science fiction", k=1))
    assert response._state is not None
    one = sum(scores.nbytes for scores in response._state.situation.parts.values())
    recent = RecentResponses(size=9, most=3 * one)
    for id in ("a", "b", "c", "d"):
        recent.put(id, response, shop)
    assert 0 < len(recent) < 4 and recent.take("d") is response
    small = RecentResponses(size=9, most=one // 2)
    small.put("a", response, shop)
    assert small.take("a") is None
