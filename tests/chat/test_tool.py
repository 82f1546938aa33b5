"""llmrec as a tool: what an agent sends is checked, and whom it recommends to is not the agent's to choose."""

from typing import Any

import pytest
from langchain_core.tools import BaseTool

from llmrec.chat import recommend_tool
from llmrec.errors import BadFilter
from llmrec.recommender import Recommender


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
