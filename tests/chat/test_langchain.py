"""llmrec in programs of LangChain: as a retriever, and as a tool, whose agent does not choose whom it recommends to."""

import asyncio
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import BaseTool

from llmrec.chat import LLMRecRetriever, recommend_tool
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


@pytest.fixture(scope="module")
def tool(shop: Recommender) -> BaseTool:
    return recommend_tool(shop, user="42", where="year<1990")


def call(tool: BaseTool, **arguments: Any) -> Any:
    """The tool message that an agent gets."""
    return tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": arguments})


def test_the_answer_is_a_list_with_reasons_and_its_artifact_the_items(tool: BaseTool) -> None:
    told = call(tool, query="a thriller, no horror", k=2, where="genre!=Drama")
    assert told.status == "success" and len(told.artifact) == 2
    for place, item in enumerate(told.artifact, start=1):
        assert item["attributes"]["year"] < 1990
        assert not {"Horror", "Drama"} & set(item["attributes"]["genres"])
        assert f"{place}. {item['title']}" in told.content and item["rationale"]["text"] in told.content


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"query": "x", "where": "director=Lynch"}, "has no attribute"),
        ({"query": "x", "where": "year>=1990 or year<1960"}, "holds numbers"),
        ({"query": "x", "where": "genre='Comedy"}, "opens a quote"),
        ({"query": "x", "like": "nowhere"}, "not in catalogue"),
    ],
)
def test_wrong_arguments_are_answered_with_what_to_do(tool: BaseTool, arguments: dict[str, Any], says: str) -> None:
    told = call(tool, **arguments)
    assert told.status == "error" and says in told.content and "\n" not in told.content


@pytest.mark.parametrize(
    "arguments", [{"query": "x", "user": "7"}, {"query": "x", "k": 1000}, {"query": "x", "history": ["1"]}, {}]
)
def test_an_agent_can_send_nothing_else(tool: BaseTool, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        tool.invoke(arguments)


def test_its_schema_says_what_may_be_asked(tool: BaseTool) -> None:
    assert set(tool.args) == {"query", "where", "like", "k"}
    assert "genres" in tool.description and "year" in tool.description


def test_a_filter_that_does_not_parse_is_refused_when_the_tool_is_made(shop: Recommender) -> None:
    with pytest.raises(BadFilter):
        recommend_tool(shop, where="year>")
