"""The gateway while the Chroma server is gone: lists from the other sources, said so, and mended by itself."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eval.serving.servers import Chroma
from llmrec.pipeline_config import PipelineConfig
from llmrec.recommender import Recommender
from llmrec.server.app import build
from llmrec.server.media_store import MediaFolder
from llmrec.server.settings import Limits
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_key
from tests.engine.test_engines import DEAD
from tests.test_recommender import FILMS, write_stall


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[Chroma]:
    with Chroma(tmp_path / "chroma") as server:
        yield server


@pytest.fixture
def gateway(chroma: Chroma, tmp_path: Path) -> Iterator[TestClient]:
    """Over a catalogue of four items, its index on the server."""
    (tmp_path / "stall").mkdir()
    shop = Recommender.from_pretrained(
        FILMS, data=write_stall(tmp_path / "stall"), resilient=True, config=PipelineConfig(index=f"chroma?{chroma.url}")
    )
    database = Database.at(tmp_path / "store")
    with TestClient(build(shop, database, MediaFolder(tmp_path / "store" / "media"), Limits(seconds=300))) as client:
        client.headers["Authorization"] = f"Bearer {create_key(database)}"
        yield client
    shop.pipeline.index.close()
    database.close()


def ask(client: TestClient, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/recommendations", json={"user": "u", "query": "science fiction"} | more)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def chat(client: TestClient, line: str = "recommend something") -> dict[str, Any]:
    body = {"model": "llmrec", "user": "u", "messages": [{"role": "user", "content": line}]}
    response = client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def test_without_chroma_the_same_list_comes_and_says_so(gateway: TestClient, chroma: Chroma) -> None:
    whole, words = ask(gateway), chat(gateway)
    assert whole["degraded"] == [] and "llmrec_index_items 4.0" in gateway.get("/metrics").text
    chroma.send(signal.SIGKILL)
    poorer = ask(gateway)
    assert poorer["degraded"] == ["index"] and poorer["items"] == whole["items"]
    assert [item["id"] for item in ask(gateway, where="genre=Comedy")["items"]] == ["c"]
    told = chat(gateway)
    assert told["recommendations"]["degraded"] == ["index"]
    by_condition = chat(gateway, "science fiction")  # a narrow filter needs no index
    assert by_condition["recommendations"]["degraded"] == []
    answer = told["choices"][0]["message"]["content"]
    assert "search index is out of reach" in answer and "out of reach" not in words["choices"][0]["message"]["content"]
    assert gateway.get("/readyz").status_code == 200  # it answers, so it stays in front of its users
    assert "llmrec_index_items 0.0" in gateway.get("/metrics").text
    chroma.start()
    assert until(lambda: not ask(gateway)["degraded"])
    assert ask(gateway)["items"] == whole["items"]


def test_items_that_come_meanwhile_are_found(gateway: TestClient, chroma: Chroma) -> None:
    chroma.send(signal.SIGKILL)
    body = {"title": "Galaxy Miners", "description": "Miners in space.", "attributes": {"genres": ["Sci-Fi"]}}
    assert gateway.put("/v1/items/new", json=body).status_code == 202
    assert until(lambda: "new" in [item["id"] for item in ask(gateway)["items"]])
    chroma.start()
    assert until(lambda: not ask(gateway)["degraded"])
    assert "new" in [item["id"] for item in ask(gateway)["items"]]


@pytest.fixture(scope="module")
def without_llm(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("away")
    database = Database.at(folder)
    shop = Recommender(recommender.pipeline.with_engine(f"vllm?{DEAD},{DEAD}"))
    with TestClient(build(shop, database, MediaFolder(folder / "media"))) as client:
        client.headers["Authorization"] = f"Bearer {create_key(database)}"
        yield client
    database.close()


def test_ranked_items_still_come_and_say_so(without_llm: TestClient, client: TestClient) -> None:
    body = {"user": "42", "k": 5, "query": "a dark thriller"}
    here, away = (c.post("/v1/recommendations", json=body).json() for c in (client, without_llm))
    assert [item["id"] for item in away["items"]] == [item["id"] for item in here["items"]]
    assert (here["degraded"], away["degraded"]) == ([], ["llm"])


def test_reasons_are_the_plain_ones(without_llm: TestClient) -> None:
    answer = without_llm.post("/v1/recommendations", json={"user": "42", "k": 2, "explain": True}).json()
    assert [item["rationale"]["source"] for item in answer["items"]] == ["plain"] * 2
    assert all(item["rationale"]["text"] for item in answer["items"])


def test_the_chat_says_it_in_one_sentence(without_llm: TestClient) -> None:
    body = {"model": "llmrec", "user": "42", "messages": [{"role": "user", "content": "something funny"}]}
    answer = without_llm.post("/v1/chat/completions", json=body).json()
    text = answer["choices"][0]["message"]["content"]
    assert "\n1. " in text and text.count("out of reach just now") == 1
    assert answer["recommendations"]["degraded"] == ["llm"]
