"""Lines that people write, and what the rules make of them; those that no rule reads fail for the reason they give."""

import pytest

from eval.chat_queries import Query, catalogue, queries
from llmrec.chat.understand import understand
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


def test_there_are_enough_lines_and_few_that_no_rule_reads() -> None:
    lines = {query.line.casefold() for query in queries()}
    assert len(lines) == len(queries()) >= 150
    assert sum(bool(query.fails) for query in queries()) <= 0.05 * len(queries())
    assert {query.catalogue for query in queries()} == {"films", "fashion"}
