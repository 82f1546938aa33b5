"""A list of before comes again as a whole, and what it was asked for is told."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply
from llmrec.retrieval.filters import parse_where

KINDS = ("Western", "Comedy", "Horror")


@pytest.fixture
def films() -> Catalog:
    items = (
        Item(f"{kind}{n}", f"{kind} {n}", "", {"genres": (kind,), "year": 1980 + n}) for kind in KINDS for n in range(6)
    )
    return Catalog("films", tuple(items), {})


def talk(catalog: Catalog, *lines: str) -> tuple[Conversation, Reply]:
    conversation, reply = Conversation(catalog, clarify=False), Reply()
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            mask = parse_where(reply.request.where, catalog).mask(catalog) if reply.request.where else None
            left = [item.id for n, item in enumerate(catalog.items) if mask is None or mask[n]]
            closed = {*reply.request.never, *(reply.request.history or ())}
            conversation.show(reply, [id for id in left if id not in closed][: reply.request.k])
    return conversation, reply


@pytest.mark.parametrize(
    "line",
    ["go back to the first list", "show me the first list again", "take me back to the original suggestions", "can i see the list from the beginning again?",
     "wait what did i ask you at the start? go back to that list", "bring back the first list please", "return to the list you gave me at the start", "回到最开始的列表"],
)  # fmt: skip
def test_the_first_list_comes_again(films: Catalog, line: str) -> None:
    conversation, reply = talk(films, "a western", "what about comedies", "now horror", "not 2", "more", line)
    assert conversation.state.last is not None and conversation.state.last.items[0] == "Western0", reply.words
    assert "genres=Western" in conversation.conditions and "first" in reply.words.lower() + "first" * ("最" in line)


def test_the_list_before_comes_again(films: Catalog) -> None:
    for line in ("go back to that list", "take me back to the previous list please", "show me the last list again"):
        conversation, _ = talk(films, "a western", "what about comedies", "now horror", line)
        assert conversation.state.last is not None and conversation.state.last.items[0] == "Comedy0", line


@pytest.mark.parametrize(
    "line",
    ["what did i ask you at the start?", "what was my original request?", "remind me what i asked for at the beginning", "what did I want initially?", "我最开始要的是什么来着"],
)  # fmt: skip
def test_what_was_asked_first_is_told(films: Catalog, line: str) -> None:
    _, reply = talk(films, "a western", "what about comedies", line)
    assert ("western" in reply.words or "西部" in reply.words) and reply.request is None, reply.words


def test_other_lines_bring_no_list_back(films: Catalog) -> None:
    for line in ("a list of comedies", "something about a man who goes back to the start", "show me the first one"):
        conversation, _ = talk(films, "a western", "now horror", line)
        assert conversation.state.last is not None and conversation.state.last.items[0] != "Western0", line
