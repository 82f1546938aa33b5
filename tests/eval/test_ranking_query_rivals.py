"""Queries in words: one an event, the same for everybody, never naming the target."""

from eval.ranking.problem import Problem
from eval.ranking.query_rivals import queries
from llmrec.train.query_texts import HELD_OUT_PHRASES


def test_wishes_are_repeatable_held_out_and_nameless(tiny_problem: Problem) -> None:
    asked = queries(tiny_problem, "test", seed=0)
    assert asked == queries(tiny_problem, "test", seed=0) != queries(tiny_problem, "test", seed=1)
    assert len(asked) == len(tiny_problem.test.targets)
    starts = tuple(phrase.split("{0}")[0] for phrase in HELD_OUT_PHRASES)
    for query, target in zip(asked, tiny_problem.test.targets, strict=True):
        assert query.startswith(starts)
        assert tiny_problem.catalog.items[target].title.lower() not in query.lower()
