"""llmrec as a retriever in chains of LangChain."""

import asyncio

import pytest
from langchain_core.runnables import RunnableLambda

from llmrec.chat import LLMRecRetriever
from llmrec.errors import BadFilter, UnknownUser
from llmrec.recommender import Recommender


def retriever(shop: Recommender, **more: object) -> LLMRecRetriever:
    return LLMRecRetriever(recommender=shop, **{"explain": False} | more)


def test_documents_come_best_first_with_what_is_known_of_them(shop: Recommender) -> None:
    found = retriever(shop, user="42", k=3, explain=True).invoke("a comedy from the 90s, not a romance")
    assert len(found) == 3
    for document in found:
        assert 1990 <= document.metadata["attributes"]["year"] < 2000
        assert "Romance" not in document.metadata["attributes"]["genres"]
        assert document.metadata["title"] in document.page_content and document.id == document.metadata["id"]
        assert document.metadata["reason"]
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)


def test_the_person_and_the_callers_filter_hold(shop: Recommender) -> None:
    seen = set(shop.catalog.history("42"))
    found = retriever(shop, user="42", where="genre=Musical", k=20).invoke("horror, genre: horror")
    assert all("Musical" in document.metadata["attributes"]["genres"] for document in found)
    assert not seen & {document.id for document in found}
    mine = retriever(shop, history=shop.catalog.history("42")[:3]).invoke("drama")
    assert [d.id for d in mine] != [d.id for d in retriever(shop).invoke("drama")]
    first = mine[0].id
    assert first not in [
        d.id for d in retriever(shop, history=shop.catalog.history("42")[:3], never=(first,)).invoke("drama")
    ]


def test_what_scores_less_than_is_wanted_is_left_out(shop: Recommender) -> None:
    all_of_them = retriever(shop, k=5).invoke("a western")
    least = all_of_them[2].metadata["score"]
    found = retriever(shop, k=5, score_threshold=least).invoke("a western")
    assert [d.id for d in found] == [d.id for d in all_of_them if d.metadata["score"] >= least] and 3 <= len(found) < 5


def test_a_query_may_be_left_to_the_llm_whole(shop: Recommender) -> None:
    plain = retriever(shop, parse_query=False, k=30).invoke("after 1990")
    assert any(document.metadata["attributes"]["year"] <= 1990 for document in plain)


def test_it_works_in_chains_and_in_async_code(shop: Recommender) -> None:
    titles = retriever(shop) | RunnableLambda(lambda found: [document.metadata["title"] for document in found])
    assert titles.invoke("a western") == asyncio.run(titles.ainvoke("a western"))


def test_what_is_wrong_is_said(shop: Recommender) -> None:
    with pytest.raises(UnknownUser):
        retriever(shop, user="nobody").invoke("a film")
    with pytest.raises(BadFilter):
        retriever(shop, where="director=Lynch").invoke("a film")
    with pytest.raises(ValueError, match="extra"):
        retriever(shop, users="42")
