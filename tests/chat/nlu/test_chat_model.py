"""Lines read by a chat model: what it proposes counts only within the catalogue and what the rules read.

In a process that serves many it is asked once, and never waited for long, with the rules beside it. The model is a peer
that answers by heart (`peer`), with answers written by hand as a model able to do it would give them, and
some as a hostile one might; LangChain's client, its structured output, the wire, the validation and the clock are real.
How a real small model does is measured by `python -m eval.chat_filters`.
"""

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable

from eval.chat_queries import catalogue
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu import chat_model as shared
from llmrec.chat.nlu.chat_model import TRIAL, ChatModelParser, chat_model
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.proposals import Proposal, ProposedCondition, describe_attributes, merge_proposal, model_parser
from llmrec.chat.nlu.rules import understand
from llmrec.chat.transcript import Message, restore
from llmrec.errors import BadInput, SetupError
from llmrec.retrieval.filters import parse_where


def proposed(
    action: str = "ask", subject: str = "", query: str = "", *conditions: tuple[str, str, list[Any]]
) -> Proposal:
    """What a model might say of a line."""
    parts = [ProposedCondition(attribute=a, operator=o, values=v) for a, o, v in conditions]  # type: ignore[arg-type]
    return Proposal(action=action, subject=subject, query=query, conditions=parts)  # type: ignore[arg-type]


class Peer:
    """It speaks as much of OpenAI's API as a chat model needs, and can be made to fail.

    The endpoint at `url`; `answers`: what it says of a line, and of all others what is no JSON.
    """

    def __init__(self, answers: Mapping[str, Proposal], url: str) -> None:
        self.answers, self.url = answers, url
        self.asked: list[dict[str, Any]] = []
        """The bodies that came, the oldest first."""
        self.keys: list[str] = []
        """The header Authorization of each."""
        self.trouble = ""
        """What goes wrong: "silent" (no answer ever), "dripping" (a byte now and then), or a status."""
        self.left, self.ends = threading.Event(), threading.Event()
        """Whether a client has gone away from a dripping answer; whether the test is over."""

    @property
    def lines(self) -> list[str]:
        """What it was asked of."""
        return [body["messages"][-1]["content"] for body in self.asked]


@contextmanager
def peer(answers: Mapping[str, Proposal], port: int = 0) -> Iterator[Peer]:
    """A running endpoint on a port of its own, or on this."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.asked.append(body)
            found.keys.append(self.headers["Authorization"])
            if found.trouble == "silent":
                found.ends.wait()
            elif found.trouble == "dripping":
                self.drip()
            else:
                self.answer(int(found.trouble or 200), body)

        def drip(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            try:
                while not found.ends.wait(0.02):
                    self.wfile.write(b" ")
            except OSError:
                found.left.set()

        def answer(self, status: int, body: dict[str, Any]) -> None:
            known = found.answers.get(body["messages"][-1]["content"])
            message = {"role": "assistant", "content": known.model_dump_json() if known else "no JSON at all"}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            told = {"id": "1", "object": "chat.completion", "created": 0, "model": body["model"], "choices": [choice]}
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        found = Peer(answers, f"http://127.0.0.1:{server.server_port}/v1")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield found
        finally:
            found.ends.set()
            server.shutdown()


FILMS, CLOTHES = catalogue("films"), catalogue("fashion")
LAUGH, DARK = "I could do with a laugh", "whatever is dark and rainy"
READ = Intent("ask", "", "a laugh", ("genres=Comedy",))
ANSWERS = {
    LAUGH: proposed("ask", "", "a laugh", ("genres", "=", ["Comedy"])),
    DARK: proposed("ask", "", "dark and rainy", ("genres", "=", ["Film-Noir"])),
    TRIAL: proposed(),
}


def model_at(endpoint: Peer) -> BaseChatModel:
    found = chat_model(endpoint.url, "by-heart")
    assert found
    return found


async def until(met: Callable[[], bool]) -> None:
    """Returns when it is so; the time limit of the test is the limit."""
    while not met():
        await asyncio.sleep(0.02)


def test_a_line_is_asked_once_and_means_the_same_whenever_it_is_read_again() -> None:
    async def talk(model: ChatModelParser) -> None:
        films = model.for_catalog(FILMS)
        assert films.runnable.invoke(LAUGH) == understand(LAUGH, FILMS)  # not prefetched yet
        for line in (LAUGH, LAUGH, DARK, "more", "why 2", "start over"):
            await films.prefetch(line)
        for _turn in range(3):
            conversation = Conversation(FILMS, parser=films.runnable)
            restore(conversation, [Message(True, LAUGH), Message(False, "1. Fargo"), Message(True, "more")])
            assert conversation.conditions == ("genres=Comedy",)
        assert films.runnable.invoke(LAUGH) == READ

    with peer(ANSWERS) as endpoint:
        asyncio.run(talk(ChatModelParser(model_at(endpoint))))
        assert endpoint.lines == [LAUGH, DARK]  # what is a command needs no model


def test_another_catalogue_is_asked_for_anew_and_what_it_proposed_is_held_against_it() -> None:
    async def talk(model: ChatModelParser) -> None:
        films, clothes = model.for_catalog(FILMS), model.for_catalog(CLOTHES)
        await films.prefetch(LAUGH)
        assert clothes.runnable.invoke(LAUGH).filters == ()  # no such genre there
        await clothes.prefetch(LAUGH)

    with peer(ANSWERS) as endpoint:
        asyncio.run(talk(ChatModelParser(model_at(endpoint))))
        first, second = (body["messages"][0]["content"] for body in endpoint.asked)
        assert "Film-Noir" in first and "Film-Noir" not in second and "colour" in second


@pytest.mark.parametrize("trouble", ["silent", "dripping", "500", "401", "404"])
def test_a_model_that_gives_no_answer_is_left_alone_until_it_does(
    trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk(model: ChatModelParser, endpoint: Peer) -> None:
        films = model.for_catalog(FILMS)
        endpoint.trouble = trouble
        await films.prefetch(LAUGH)
        assert model.away and films.runnable.invoke(LAUGH) == understand(LAUGH, FILMS)
        await films.prefetch(DARK)
        await until(lambda: TRIAL in endpoint.lines)
        assert model.away and DARK not in endpoint.lines  # nobody's line tries
        endpoint.trouble = ""
        await until(lambda: not model.away)
        await films.prefetch(LAUGH)
        assert films.runnable.invoke(LAUGH) == READ

    with peer(ANSWERS) as endpoint:
        asyncio.run(talk(ChatModelParser(model_at(endpoint), seconds=1, retry_seconds=0.05), endpoint))
        assert trouble != "dripping" or endpoint.left.wait(5)
    told = [record.getMessage() for record in caplog.records if record.name == shared.__name__]
    assert told == ["chat model away", "chat model back"]


def test_a_model_that_is_not_there_yet_is_found_when_it_comes() -> None:
    async def talk(model: ChatModelParser, port: int) -> None:
        films = model.for_catalog(FILMS)
        await films.prefetch(LAUGH)
        assert model.away
        with peer(ANSWERS, port):
            await until(lambda: not model.away)
            await films.prefetch(LAUGH)
            assert films.runnable.invoke(LAUGH) == READ

    with peer(ANSWERS) as gone:
        model, port = model_at(gone), int(gone.url.split(":")[2].removesuffix("/v1"))
    asyncio.run(talk(ChatModelParser(model, retry_seconds=0.05), port))


def test_a_line_that_the_model_makes_nothing_of_costs_the_others_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def talk(model: ChatModelParser) -> None:
        films = model.for_catalog(FILMS)
        await films.prefetch("a secret that nobody recorded")
        assert not model.away
        await films.prefetch(LAUGH)
        assert films.runnable.invoke(LAUGH) == READ

    with peer(ANSWERS) as endpoint, caplog.at_level(logging.DEBUG, "llmrec"):
        asyncio.run(talk(ChatModelParser(model_at(endpoint))))
    assert "of no use" in caplog.text and "secret" not in "".join(
        str(vars(r)) for r in caplog.records if "llmrec" in r.name
    )


def test_no_more_is_kept_or_asked_at_once_than_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(model: ChatModelParser) -> None:
        films = model.for_catalog(FILMS)
        for line in (LAUGH, DARK, TRIAL):
            await films.prefetch(line)
        assert films.runnable.invoke(LAUGH) == understand(LAUGH, FILMS)
        assert films.runnable.invoke(DARK).filters == ("genres=Film-Noir",)

    async def crowd(model: ChatModelParser) -> None:
        films = model.for_catalog(FILMS)
        await asyncio.gather(*(films.prefetch(line) for line in (LAUGH, DARK, TRIAL)))

    monkeypatch.setattr(shared, "KEPT_PROPOSALS", 2)
    monkeypatch.setattr(shared, "MAX_CALLS", 1)
    with peer(ANSWERS) as endpoint:
        asyncio.run(talk(ChatModelParser(model_at(endpoint))))
    with peer(ANSWERS) as endpoint:
        asyncio.run(crowd(ChatModelParser(model_at(endpoint))))
        assert len(endpoint.lines) < 3


def test_the_key_comes_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(endpoint: Peer) -> None:
        await ChatModelParser(model_at(endpoint)).for_catalog(FILMS).prefetch(LAUGH)

    with peer(ANSWERS) as endpoint:
        for key in ("sk-mine", None):
            monkeypatch.setenv("OPENAI_API_KEY", key) if key else monkeypatch.delenv("OPENAI_API_KEY")
            asyncio.run(talk(endpoint))
        assert endpoint.keys == ["Bearer sk-mine", "Bearer none"]
        assert "sk-mine" not in repr(model_at(endpoint))


@pytest.mark.parametrize(
    ("url", "name", "says"),
    [
        ("http://127.0.0.1:1/v1", None, "pass both"),
        (None, "qwen", "pass both"),
        ("http://127.0.0.1:1/v1", "", "pass both"),
        ("127.0.0.1:8003", "qwen", "`chat_url` is '127.0.0.1:8003'"),
        ("ftp://there/v1", "qwen", "`chat_url` is"),
        ("http://[::1/v1", "qwen", "`chat_url` is"),
        ("http://there:port/v1", "qwen", "`chat_url` is"),
    ],
)
def test_half_an_endpoint_is_refused_in_one_sentence(url: str | None, name: str | None, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        chat_model(url, name)


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_openai", None)  # an import of it fails
    with pytest.raises(SetupError, match=r"pip install -e '\.\[chat\]'"):
        chat_model("http://127.0.0.1:1/v1", "qwen")
    assert chat_model(None, None) is None


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
