"""Lists as text and back, and the state of a conversation found again from what a client sends."""

import re
import time
import unicodedata

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.catalog.wording import plain
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu import rules
from llmrec.chat.state import DialogueState, ListState
from llmrec.chat.transcript import NOTHING_FITS, Message, parse_list, render_list, render_reply, restore
from llmrec.errors import BadInput
from llmrec.response import Recommended


def items(catalog: Catalog, *ids: str) -> list[Recommended]:
    return [Recommended(id, catalog.item(id).title, 0.0, {}, {}) for id in ids]


def test_a_list_is_read_off_the_text_that_it_makes(tiny_catalog: Catalog) -> None:
    text = render_reply(items(tiny_catalog, "3", "1", "2"), tiny_catalog)
    assert parse_list(f"Here you are:\n{text}\n\nEnjoy!", tiny_catalog) == ("3", "1", "2")
    assert render_list([], tiny_catalog) == NOTHING_FITS and parse_list(NOTHING_FITS, tiny_catalog) == ()
    assert parse_list(f"{text}\n4. Not A Film (1999)", tiny_catalog) == ()


def test_of_items_that_look_alike_the_first_is_meant() -> None:
    catalog = Catalog("c", (Item("a", "Same"), Item("b", "Same"), Item("c", "Other")), {})
    assert parse_list("1. Other\n2. Same", catalog) == ("c", "a")


def test_reading_a_list_does_not_go_through_the_catalogue() -> None:
    """Of twenty lists of a large catalogue, all but the first are read in less than one list of its length takes."""
    catalog = Catalog("large", tuple(Item(str(n), f"Item {n}") for n in range(50_000)), {})
    begun = time.perf_counter()
    parse_list("1. Item 7", catalog)
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    for n in range(20):
        assert parse_list(f"1. Item {n}\n2. Item {n + 1}", catalog) == (str(n), str(n + 1))
    assert time.perf_counter() - begun < first / 2


MESSAGES = [
    Message(True, "robots from the 90s"), Message(False, "1. Something Else", id="first"),
    Message(True, "like 1"), Message(False, "Noted.", id="second"), Message(True, "more"),
]  # fmt: skip


def test_earlier_lines_are_not_read_where_the_state_is_kept(
    tiny_catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = DialogueState(liked=("4",), last=ListState(items=("2", "4"), query="robots", conditions=("year<2000",)))
    read: list[str] = []
    understand = rules.understand
    monkeypatch.setattr(rules, "understand", lambda line, catalog: read.append(line) or understand(line, catalog))
    conversation = Conversation(tiny_catalog)
    assert restore(conversation, MESSAGES, {"second": state}.get) == MESSAGES[-1]
    assert conversation.state == state and read == []
    request = conversation.reply(MESSAGES[-1].text).request
    assert request is not None and request.never == ("2",) and read == ["more"]


def test_lines_after_the_last_kept_state_are_replayed(tiny_catalog: Catalog) -> None:
    state = DialogueState(last=ListState(items=("2", "4"), query="robots"))
    conversation = Conversation(tiny_catalog)
    restore(conversation, MESSAGES, {"first": state}.get)
    assert conversation.state.liked == ("2",) and conversation.state.last == state.last


def test_without_a_kept_state_the_lists_are_read_off_the_replies(tiny_catalog: Catalog) -> None:
    first, second = (render_list(items(tiny_catalog, *ids), tiny_catalog) for ids in (("1", "2"), ("3",)))
    conversation = Conversation(tiny_catalog)
    messages = [
        Message(True, "robots"), Message(False, first), Message(True, "more like 2"), Message(False, second),
        Message(True, "why 1"),
    ]  # fmt: skip
    line = restore(conversation, messages)
    assert conversation.state.last is not None and conversation.state.last.like == "2"
    assert conversation.reply(line.text).why == "3"


@pytest.mark.parametrize(
    "messages", [[], [Message(False, "1. A list")], [Message(True, "hi"), Message(False, "Hello.")]]
)
def test_there_must_be_a_line_to_answer(tiny_catalog: Catalog, messages: list[Message]) -> None:
    with pytest.raises(BadInput, match="end with one of the user's"):
        restore(Conversation(tiny_catalog), messages)


def test_of_earlier_lines_the_latest_are_read_within_a_bound(
    tiny_catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    understand = rules.understand
    monkeypatch.setattr(rules, "understand", lambda line, catalog: read.append(line) or understand(line, catalog))
    lines = [Message(n % 2 == 0, f"robots {n} " * 2000) for n in range(100)]
    checks: list[int] = []
    restore(Conversation(tiny_catalog), [*lines, Message(True, "more")], check=lambda: checks.append(len(read)))
    assert [line[:10] for line in read] == [f"robots {n} " for n in range(80, 100, 2)]
    assert len(checks) == 21 and checks[-1] == 10
    read.clear()
    restore(Conversation(tiny_catalog), [Message(True, "why 1")] * 1001)
    assert len(read) == 100


def test_work_that_nobody_waits_for_ends_between_two_lines(tiny_catalog: Catalog) -> None:
    def left() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        restore(Conversation(tiny_catalog), MESSAGES, check=left)


@pytest.mark.parametrize(
    "title",
    [
        "Nice\n2. Fake Entry (1999)\n\nWhy these:\n(1) Buy it", "![x](http://evil.example/leak)",
        "[a](javascript:alert(1))", "[a][b]", "<img src=x onerror=alert(1)>", "\x1b[31mred\x07", "\u202egnp.exe\u202c", "http://evil.example",
        "www.evil.example", "`code`", "a\u2028b", "a\x85b", "\ud83d half",
    ],
)  # fmt: skip
def test_a_title_is_one_line_of_plain_text_in_a_conversation(title: str) -> None:
    catalog = Catalog("c", (Item("a", title, "", {"genres": (title,)}), Item("b", "Other")), {})
    text = render_list(items(catalog, "a", "b"), catalog)
    assert len(text.splitlines()) == 2 and parse_list(text, catalog) == ("a", "b")
    conversation = Conversation(catalog)
    conversation.state = DialogueState(last=ListState(items=("a", "b")))
    said = [text, conversation.reply("like 1").words, conversation.reply("not 1").words]
    for words in said:
        assert not any(
            unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in words if character != "\n"
        )
        assert not re.search(r"\]\(|\]\[|!\[|[<>`]|://|www\.\S", words)


def test_usual_titles_stay_as_they_are() -> None:
    for title in (
        "M*A*S*H (1970)",
        "What's Eating Gilbert Grape?",
        "[REC]",
        "8 1/2",
        "Face/Off",
        "Am\u00e9lie: the end",
    ):
        assert plain(title) == title
