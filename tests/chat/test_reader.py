"""Lines heard by a chat model in a process that serves many: asked once, never waited for long, the rules besides.

The model is a peer that answers by heart (`tests.chat.endpoint`); LangChain's client, the wire and the clock are real.
"""

import asyncio
import logging
import sys
from collections.abc import Callable

import pytest
from langchain_core.language_models import BaseChatModel

from eval.chat_queries import catalogue
from llmrec.chat import reader as reading
from llmrec.chat.conversation import Line, remember
from llmrec.chat.endpoint import chat_model
from llmrec.chat.reader import TRIAL, ModelReader
from llmrec.chat.session import Session
from llmrec.chat.understand import Intent, understand
from llmrec.errors import BadInput, SetupError
from tests.chat.endpoint import Peer, peer, proposed

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
    async def talk(model: ModelReader) -> None:
        films = model.over(FILMS)
        assert films.understanding.invoke(LAUGH) == understand(LAUGH, FILMS)  # not heard yet
        for line in (LAUGH, LAUGH, DARK, "more", "why 2", "start over"):
            await films.hear(line)
        for _turn in range(3):
            session = Session(FILMS, lambda _request: pytest.fail("asked"), understand=films.understanding)
            remember(session, [Line(False, LAUGH), Line(True, "1. Fargo"), Line(False, "more")])
            assert session.conditions == ("genres=Comedy",)
        assert films.understanding.invoke(LAUGH) == READ

    with peer(ANSWERS) as endpoint:
        asyncio.run(talk(ModelReader(model_at(endpoint))))
        assert endpoint.lines == [LAUGH, DARK]  # what is a command needs no model


def test_another_catalogue_is_asked_for_anew_and_what_was_heard_is_held_against_it() -> None:
    async def talk(model: ModelReader) -> None:
        films, clothes = model.over(FILMS), model.over(CLOTHES)
        await films.hear(LAUGH)
        assert clothes.understanding.invoke(LAUGH).filters == ()  # no such genre there
        await clothes.hear(LAUGH)

    with peer(ANSWERS) as endpoint:
        asyncio.run(talk(ModelReader(model_at(endpoint))))
        first, second = (body["messages"][0]["content"] for body in endpoint.asked)
        assert "Film-Noir" in first and "Film-Noir" not in second and "colour" in second


@pytest.mark.parametrize("trouble", ["silent", "dripping", "500", "401", "404"])
def test_a_model_that_gives_no_answer_is_left_alone_until_it_does(
    trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk(model: ModelReader, endpoint: Peer) -> None:
        films = model.over(FILMS)
        endpoint.trouble = trouble
        await films.hear(LAUGH)
        assert model.away and films.understanding.invoke(LAUGH) == understand(LAUGH, FILMS)
        await films.hear(DARK)
        await until(lambda: TRIAL in endpoint.lines)
        assert model.away and DARK not in endpoint.lines  # nobody's line tries
        endpoint.trouble = ""
        await until(lambda: not model.away)
        await films.hear(LAUGH)
        assert films.understanding.invoke(LAUGH) == READ

    with peer(ANSWERS) as endpoint:
        asyncio.run(talk(ModelReader(model_at(endpoint), seconds=1, again=0.05), endpoint))
        assert trouble != "dripping" or endpoint.left.wait(5)
    told = [record.getMessage() for record in caplog.records if record.name == reading.__name__]
    assert told == ["chat model away", "chat model back"]


def test_a_model_that_is_not_there_yet_is_found_when_it_comes() -> None:
    async def talk(model: ModelReader, port: int) -> None:
        films = model.over(FILMS)
        await films.hear(LAUGH)
        assert model.away
        with peer(ANSWERS, port):
            await until(lambda: not model.away)
            await films.hear(LAUGH)
            assert films.understanding.invoke(LAUGH) == READ

    with peer(ANSWERS) as gone:
        model, port = model_at(gone), int(gone.url.split(":")[2].removesuffix("/v1"))
    asyncio.run(talk(ModelReader(model, again=0.05), port))


def test_a_line_that_the_model_makes_nothing_of_costs_the_others_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def talk(model: ModelReader) -> None:
        films = model.over(FILMS)
        await films.hear("a secret that nobody recorded")
        assert not model.away
        await films.hear(LAUGH)
        assert films.understanding.invoke(LAUGH) == READ

    with peer(ANSWERS) as endpoint, caplog.at_level(logging.DEBUG, "llmrec"):
        asyncio.run(talk(ModelReader(model_at(endpoint))))
    assert "of no use" in caplog.text and "secret" not in "".join(
        str(vars(r)) for r in caplog.records if "llmrec" in r.name
    )


def test_no_more_is_kept_or_asked_at_once_than_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(model: ModelReader) -> None:
        films = model.over(FILMS)
        for line in (LAUGH, DARK, TRIAL):
            await films.hear(line)
        assert films.understanding.invoke(LAUGH) == understand(LAUGH, FILMS)
        assert films.understanding.invoke(DARK).filters == ("genres=Film-Noir",)

    async def crowd(model: ModelReader) -> None:
        films = model.over(FILMS)
        await asyncio.gather(*(films.hear(line) for line in (LAUGH, DARK, TRIAL)))

    monkeypatch.setattr(reading, "KEPT", 2)
    monkeypatch.setattr(reading, "AT_ONCE", 1)
    with peer(ANSWERS) as endpoint:
        asyncio.run(talk(ModelReader(model_at(endpoint))))
    with peer(ANSWERS) as endpoint:
        asyncio.run(crowd(ModelReader(model_at(endpoint))))
        assert len(endpoint.lines) < 3


def test_the_key_comes_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(endpoint: Peer) -> None:
        await ModelReader(model_at(endpoint)).over(FILMS).hear(LAUGH)

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
    with pytest.raises(SetupError, match=r"pip install 'llmrec\[chat\]'"):
        chat_model("http://127.0.0.1:1/v1", "qwen")
    assert chat_model(None, None) is None
