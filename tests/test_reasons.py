"""Reasons from the situation a list was ranked in: the same as with the list, and no second ranking."""

import copy
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from llmrec.catalog import Item
from llmrec.chat.chain import chat_chain
from llmrec.errors import NotExplainable
from llmrec.reasons import explain
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.response import Response
from tests.test_recommender import FILMS, write_stall


class Counting(Recommender):
    """Counts its rankings."""

    rankings = 0

    def _ranked(self, requests: Sequence[Request]) -> list[Response]:
        self.rankings += len(requests)
        return super()._ranked(requests)


@pytest.fixture(scope="module")
def stall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counting]:
    """Four items that the shipped checkpoint has never seen."""
    recommender = Counting.from_pretrained(FILMS, data=write_stall(tmp_path_factory.mktemp("stall")))
    yield recommender
    recommender.pipeline.index.close()


@pytest.fixture
def shop(stall: Counting) -> Counting:
    stall.rankings = 0
    return stall


ASKED = Request(user="u", query="science fiction", k=2)


def texts(response) -> list[str]:  # type: ignore[no-untyped-def]
    return [item.rationale.text if item.rationale else "" for item in response.items]


def test_reasons_later_are_the_reasons_at_once_and_nothing_is_ranked_for_them(shop: Counting) -> None:
    at_once = shop.recommend(replace(ASKED, explain=True))
    assert shop.rankings == 1 and all(texts(at_once))
    response = shop.recommend(ASKED)
    later = shop.explain(response)
    assert shop.rankings == 2 and [item.rationale for item in response.items] == [None, None]
    assert later.items == at_once.items and later.history == at_once.history
    assert {"llm", "rank", "evidence", "sentences"} <= set(later.timings)
    streamed = explain(response)
    assert [item.rationale for item in streamed.items] == [None, None] and streamed.explains
    assert tuple(streamed.explained) == later.items


def test_some_of_the_items_in_another_style_with_shapley_values(shop: Counting) -> None:
    response = shop.recommend(ASKED)
    first = shop.explain(replace(response, items=response.items[:1]), style="line", shapley=2)
    (item,) = first.items
    assert item.id == response.items[0].id and item.rationale is not None and item.rationale.source == "plain"
    assert item.evidence is not None and item.evidence.shapley and "2 orders" in first.notes[-1]
    assert shop.explain(replace(response, items=())).items == ()


def test_items_that_changed_since_do_not_change_the_reasons(shop: Counting) -> None:
    response = shop.recommend(ASKED)
    new = Item("a", "Desert Wind", "A western in the desert.", {"genres": ("Western",)})
    grown = Recommender(shop.pipeline.update_items([new], []))
    assert grown.explain(response).items == shop.explain(response).items


def test_reasons_are_written_in_any_thread(shop: Counting) -> None:
    response = shop.recommend(ASKED)
    streamed = explain(response)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        items = [one.submit(next, streamed.explained).result(), other.submit(next, streamed.explained).result()]
    assert tuple(items) == shop.explain(response).items


def test_a_response_that_left_the_process_says_that_it_cannot_be_explained(shop: Counting, tmp_path: Path) -> None:
    response = shop.recommend(ASKED)
    (tmp_path / "response.pickle").write_bytes(pickle.dumps(response))
    read = pickle.loads((tmp_path / "response.pickle").read_bytes())
    assert read == response and len(pickle.dumps(response)) < 20_000
    for gone in (read, copy.deepcopy(response), replace(response, _state=None)):
        with pytest.raises(NotExplainable, match="recommend again, with `explain`") as refused:
            shop.explain(gone)
        assert refused.value.fields == ("response", "explain")
    assert "_state" not in repr(response) and "_state" not in response.to_dict()
    assert asdict(response)["items"][0]["id"] == response.items[0].id  # and the model is not copied for it


def test_a_turn_of_the_chat_chain_ranks_once(shop: Counting) -> None:
    chain = chat_chain(shop, history=("a",))
    said = chain.invoke("science fiction")
    assert shop.rankings == 1 and "Why these" in said.content
    again = chain.invoke([("user", "science fiction"), said, ("user", "why 2")])
    assert shop.rankings == 1 and again.content in said.content
