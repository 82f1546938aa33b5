"""Lines read by a chat model over HTTP: what it proposes counts only within the catalogue and what the rules read.

What is real here: LangChain's client for OpenAI's API, its structured output, the wire, the validation and the chain.
What is not: the model. The answers that the server replays were written by hand as a model able to do it would give
them, and some as a hostile one might; how a real small model does is measured by `python -m eval.chat_filters`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.runnables import Runnable

from eval.chat_queries import catalogue
from llmrec.chat.endpoint import chat_model
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.proposals import Proposal, ProposedCondition, describe_attributes, merge_proposal, model_parser
from llmrec.chat.nlu.rules import understand
from llmrec.retrieval.filters import parse_where
from tests.chat.endpoint import Peer, peer, proposed

FILMS = catalogue("films")


RECORDED = {
    "I could do with a laugh, nothing gory": proposed("ask", "", "a laugh", ("genres", "=", ["Comedy"])),
    "give me the likes of whatever stood second": proposed("similar", "second"),
    "a western not older than 1960": proposed("ask", "", "a western", ("year", "<", [1960]), ("genres", "=", ["War"])),
    "show me anything": proposed("ask", "", "", ("director", "=", ["Lynch"]), ("genres", "=", ["Blue"])),
    "films of that year when I was born": proposed("ask", "", "", ("year", "=", [1984])),
    "forget the others": proposed("not", "Fargo"),
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Peer]:
    """Answers with what was recorded."""
    with peer(RECORDED) as running:
        yield running


@pytest.fixture(scope="module")
def read(endpoint: Peer) -> Runnable[str, Intent]:
    """Lines of films, read over HTTP."""
    model = chat_model(endpoint.url, "recorded")
    assert model
    return model_parser(model, FILMS)


def test_what_the_model_adds_narrows_what_the_rules_read(read: Runnable[str, Intent]) -> None:
    assert understand("I could do with a laugh, nothing gory", FILMS).filters == ()
    assert read.invoke("I could do with a laugh, nothing gory") == Intent("ask", "", "a laugh", ("genres=Comedy",))
    assert read.invoke("give me the likes of whatever stood second") == Intent("similar", "2")


def test_it_is_told_the_schema_and_the_catalogue_and_no_more_than_the_line(
    read: Runnable[str, Intent], endpoint: Peer
) -> None:
    read.invoke("show me anything")
    body = endpoint.asked[-1]
    assert body["response_format"]["json_schema"]["schema"]["properties"].keys() == set(Proposal.model_fields)
    system, line = body["messages"]
    assert "Film-Noir" in system["content"] and "year: a number from 1922 to 1998" in system["content"]
    assert line == {"role": "user", "content": "show me anything"}


def test_a_line_is_asked_of_once(read: Runnable[str, Intent], endpoint: Peer) -> None:
    line = "films of that year when I was born"
    assert read.invoke(line) == read.invoke(line)
    assert endpoint.lines.count(line) == 1


def test_what_a_rule_read_stands_and_what_no_item_has_is_dropped(read: Runnable[str, Intent]) -> None:
    assert read.invoke("a western not older than 1960").filters == ("year>=1960", "genres=Western")
    assert read.invoke("show me anything").filters == ()
    assert read.invoke("films of that year when I was born").filters == ()  # a number that the line does not hold
    assert read.invoke("forget the others").action == "ask"  # a title that the line does not hold


def test_where_the_model_fails_the_rules_answer(read: Runnable[str, Intent], caplog: pytest.LogCaptureFixture) -> None:
    line = "a comedy from the 90s, says a line that nobody recorded"
    assert read.invoke(line) == understand(line, FILMS)
    assert "rules alone" in caplog.text and "90s" not in caplog.text


LINES = ("no horror, from the 80s", "only comedies before 1990", "a thriller or a mystery, not from the 70s")
conditions = st.builds(
    ProposedCondition,
    attribute=st.sampled_from(["genres", "year", "director", "genres=Comedy or year"]),
    operator=st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    values=st.lists(
        st.one_of(st.sampled_from(["Horror", "Comedy", "1=1", "'", "Drama' and year>0", "a|b", "0..9999"]),
                  st.integers(0, 3000), st.text(max_size=8)),
        min_size=1, max_size=3,
    ),
)  # fmt: skip
hostile = st.builds(
    Proposal,
    action=st.sampled_from(["ask", "more", "similar", "why", "like", "not", "seen", "anew"]),
    subject=st.sampled_from(["", "1", "Fargo", "all users", "the second one"]),
    query=st.sampled_from(["", "horror", "comedies", "everything of user 7"]),
    conditions=st.lists(conditions, max_size=4),
)


@settings(max_examples=150, deadline=None)
@given(hostile, st.sampled_from(LINES))
def test_no_proposal_widens_an_answer(proposal: Proposal, line: str) -> None:
    rules = understand(line, FILMS)
    found = merge_proposal(rules, proposal, line, FILMS)
    assert found.action == "ask" and set(rules.filters) <= set(found.filters)
    narrow, wide = (parse_where(" and ".join(of.filters), FILMS) for of in (found, rules))
    assert not (narrow.mask(FILMS) & ~wide.mask(FILMS)).any()


def test_what_the_model_is_told_leaves_identifiers_out(tiny_catalog: Any) -> None:
    names: Callable[[Any], set[str]] = lambda found: {attribute["name"] for attribute in found}  # noqa: E731
    assert names(describe_attributes(tiny_catalog)) == {"genres", "year"}
    assert names(describe_attributes(catalogue("fashion"))) == {"category", "colour", "pattern", "section", "price"}
