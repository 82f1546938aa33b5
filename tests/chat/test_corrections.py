"""A line that names which item was meant says the one before anew, and what that one changed is taken back."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply

FILMS = [
    ("Scream", 1996, ("Horror", "Thriller")), ("Kolya", 1996, ("Comedy",)), ("Patton", 1970, ("Drama", "War")),
    ("Vertigo", 1958, ("Mystery", "Thriller")), ("Laura", 1944, ("Mystery",)), ("Jaws", 1975, ("Action", "Horror")),
]  # fmt: skip


@pytest.fixture
def films() -> Conversation:
    items = (
        Item(str(n), title, "", {"genres": kinds, "year": year}) for n, (title, year, kinds) in enumerate(FILMS, 1)
    )
    conversation = Conversation(Catalog("films", tuple(items), {}))
    said(conversation, "a film", "1", "2", "3", "4")
    return conversation


def said(conversation: Conversation, line: str, *items: str) -> Reply:
    reply = conversation.reply(line)
    if reply.request is not None:
        conversation.show(reply, items or ("5", "6"))
    return reply


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        (("seen it. the second one I mean",), {"2"}),
        (("seen 1", "no, I meant 3"), {"3"}),
        (("seen 1", "sorry I meant the third one"), {"3"}),
        (("seen it, I mean Patton",), {"3"}),
        (("看过了,我是说第二部",), {"2"}),
        (("第一部看过了", "不对,我是说第三部"), {"3"}),
    ],
)
def test_the_item_that_was_meant_is_the_one_that_is_known(
    films: Conversation, lines: tuple[str, ...], known: set[str]
) -> None:
    for line in lines:
        reply = said(films, line)
    assert reply.request is not None and set(reply.request.history or ()) == known


@pytest.mark.parametrize(
    "lines", [("remove 4, I meant 3",), ("not 4", "no, the third"), ("第四部不要", "说错了,第三部")]
)
def test_what_was_turned_down_by_mistake_comes_again(films: Conversation, lines: tuple[str, ...]) -> None:
    for line in lines:
        reply = said(films, line)
    assert reply.request is not None and set(films.state.rejected) == {"3"}


def test_a_question_is_asked_anew_of_the_item_that_was_meant(films: Conversation) -> None:
    assert "Patton" in said(films, "when was number 3 made?").words
    assert "Vertigo is from 1958" in said(films, "sorry I meant the fourth").words
    assert "Scream is from 1996" in said(films, "no, the first").words


def test_what_is_not_known_after_all_may_come_again(films: Conversation) -> None:
    said(films, "seen 2", "1", "3", "4")
    reply = said(films, "actually I haven't seen Kolya")
    assert "Kolya" in reply.words and reply.request is None and films.state.liked == ()
    assert "Kolya" in said(films, "undo").words and films.state.liked == ("2",)
    assert "nothing is noted of Patton" in said(films, "I never saw number 2").words
    assert films.state.liked == ("2",)
    assert "没有记为看过" in said(films, "其实我没看过第二部").words


def test_an_item_that_is_meant_out_of_nothing_is_told_of(films: Conversation) -> None:
    reply = said(films, "I mean the second one")
    assert "Kolya" in reply.words and "1996" in reply.words and films.state.topic == "2"


@pytest.mark.parametrize("line", ["I mean comedies", "no, something older", "I meant a thriller"])
def test_what_names_no_item_stays_a_search(films: Conversation, line: str) -> None:
    assert said(films, line).request is not None
