"""A gateway with a chat model that reads lines beside the rules: what it adds counts, and nothing hangs on it.

The model is a peer that answers by heart (`tests.chat.endpoint`).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from llmrec.chat.conversation import LIST_LENGTH
from llmrec.chat.nlu.chat_model import TRIAL, ChatModelParser
from llmrec.recommender import Recommender
from llmrec.server.settings import LOCAL_LIMITS, Limits
from tests.chat.endpoint import Peer, peer, proposed
from tests.chat.nlu.test_chat_model import model_at
from tests.server.serving import served
from tests.server.test_items import within

LAUGH, SEA = "I could do with a laugh", "what one sings on deck"
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


def say(client: httpx.Client, *lines: str) -> dict[str, Any]:
    """The answer to a conversation: texts of the user and of the assistant in turn."""
    told = [{"role": "assistant" if n % 2 else "user", "content": line} for n, line in enumerate(lines)]
    response = client.post("/v1/chat/completions", json={"model": "llmrec", "user": "secret-person", "messages": told})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_what_it_reads_counts_in_later_turns_too_and_is_asked_once(running: tuple[httpx.Client, Peer]) -> None:
    client, endpoint = running
    first = say(client, LAUGH)
    assert first["recommendations"]["conditions"] == ["genres=Comedy"]
    assert all("Comedy" in item["attributes"]["genres"] for item in first["recommendations"]["items"])
    more = say(client, LAUGH, first["choices"][0]["message"]["content"], "more")
    assert more["recommendations"]["conditions"] == ["genres=Comedy"]
    assert endpoint.lines == [TRIAL, LAUGH]
    assert "secret-person" not in str(endpoint.asked)


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
        assert waiting.result(60)["recommendations"]["conditions"] == ["genres!=Horror"]
        assert say(client, LAUGH)["recommendations"]["items"] and LAUGH not in endpoint.lines
