"""Lines that people write, and what the rules make of them; those that no rule reads fail for the reason they give."""

import pytest

from eval.chat_queries import Query, catalogue, queries
from llmrec.chat.nlu.rules import understand
from llmrec.retrieval.filters import parse_where


def _cases(name: str) -> list[object]:
    return [
        pytest.param(query, id=query.line, marks=pytest.mark.xfail(bool(query.fails), reason=query.fails, strict=True))
        for query in queries(name)
    ]


@pytest.mark.parametrize("query", [*_cases("queries.jsonl"), *_cases("queries_unseen.jsonl")])
def test_a_line_is_understood(query: Query) -> None:
    found = understand(query.line, catalogue(query.catalogue))
    assert not query.wrong(found)
    for condition in found.filters:
        parse_where(condition, catalogue(query.catalogue))


@pytest.mark.parametrize("name", ["films", "fashion"])
def test_the_rules_read_nearly_every_line_of_a_catalogue(name: str) -> None:
    lines = [query for query in queries() if query.catalogue == name]
    right = [query for query in lines if not query.wrong(understand(query.line, catalogue(name)))]
    assert len(right) >= 0.95 * len(lines) > 50
