"""The gateway whose vLLM servers are dead: the same list as ever, plain reasons, and the answer says so."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from llmrec.recommender import Recommender
from llmrec.server.app import build
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_key
from tests.engine.test_vllm import DEAD


@pytest.fixture(scope="module")
def gateway(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("away")
    database = Database.at(folder)
    shop = Recommender(recommender.pipeline.with_engine(f"vllm?{DEAD},{DEAD}"))
    with TestClient(build(shop, database, folder / "media")) as client:
        client.headers["Authorization"] = f"Bearer {create_key(database)}"
        yield client
    database.close()


def test_ranked_items_still_come_and_say_so(gateway: TestClient, client: TestClient) -> None:
    body = {"user": "42", "k": 5, "query": "a dark thriller"}
    here, away = (c.post("/v1/recommendations", json=body).json() for c in (client, gateway))
    assert [item["id"] for item in away["items"]] == [item["id"] for item in here["items"]]
    assert (here["degraded"], away["degraded"]) == ([], ["llm"])


def test_reasons_are_the_plain_ones(gateway: TestClient) -> None:
    answer = gateway.post("/v1/recommendations", json={"user": "42", "k": 2, "explain": True}).json()
    assert [item["rationale"]["source"] for item in answer["items"]] == ["plain"] * 2
    assert all(item["rationale"]["text"] for item in answer["items"])


def test_the_chat_says_it_in_one_sentence(gateway: TestClient) -> None:
    body = {"model": "llmrec", "user": "42", "messages": [{"role": "user", "content": "something funny"}]}
    answer = gateway.post("/v1/chat/completions", json=body).json()
    text = answer["choices"][0]["message"]["content"]
    assert text.startswith("1. ") and text.count("out of reach just now") == 1
    assert answer["recommendations"]["degraded"] == ["llm"]
