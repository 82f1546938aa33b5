"""Items that were turned down come again where the person says so; nobody's words ban what they do not name."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply

FILMS = [
    ("Days of Thunder", ("Action",), 1990), ("Speed", ("Action", "Thriller"), 1994), ("Shining, The", ("Horror",), 1980),
    ("Con Air", ("Action", "Western"), 1997), ("Annie Hall", ("Comedy",), 1977), ("Twister", ("Action",), 1996),
]  # fmt: skip


@pytest.fixture
def films() -> Catalog:
    items = (Item(str(n), t, "", {"genres": g, "year": y}) for n, (t, g, y) in enumerate(FILMS, 1))
    return Catalog("films", tuple(items), {})


def talk(catalog: Catalog, *lines: str) -> tuple[Conversation, list[Reply]]:
    """A conversation whose lists are the first three items that a request leaves open."""
    conversation, replies = Conversation(catalog), []
    for line in ("anything for tonight", *lines):
        reply = conversation.reply(line)
        if reply.request is not None:
            closed = {*reply.request.never, *(reply.request.history or ())}
            conversation.show(reply, [item.id for item in catalog.items if item.id not in closed][:3])
        replies.append(reply)
    return conversation, replies[1:]


@pytest.mark.parametrize(
    "line",
    ["bring Speed back", "no no, I didn't say it was bad", "I never said number 2 was bad, put it back", "put speed back in please",
     "hey, I never asked you to remove it. bring it back", "can I have the second one back", "we didn't say we hated Speed, bring it back",
     "把《Speed》加回来", "我没说第二部不好,把它加回来"],
)  # fmt: skip
def test_what_was_turned_down_is_shown_again(films: Catalog, line: str) -> None:
    conversation, (_, back) = talk(films, "not 2", line)
    assert conversation.state.rejected == () and conversation.state.last is not None
    assert conversation.state.last.items == ("1", "2", "3") and "Speed" in back.words


def test_items_shown_before_come_again_and_what_was_not_ruled_out_is_said(films: Catalog) -> None:
    conversation, (_, back) = talk(films, "more", "bring thunder and the horror one back")
    assert conversation.state.last is not None and conversation.state.last.items == ("1", "2", "3")
    assert "Days of Thunder" in back.words and "Shining" in back.words
    conversation, (reply,) = talk(films, "I didn't say the first ones were bad. bring speed and the car one back")
    assert conversation.state.last is not None and conversation.state.last.items == ("1", "2", "3")
    assert "never ruled out" in reply.words and "car" in reply.words and reply.request is not None


def test_a_wish_with_the_same_words_brings_nothing_back(films: Catalog) -> None:
    for line in ("something where they bring the dead back", "a film that takes me back", "bring a comedy"):
        conversation, _ = talk(films, "not 2", line)
        assert conversation.state.rejected == ("2",)


@pytest.mark.parametrize(
    "line",
    ["nothing with stallone, can't stand him", "no van damme or seagal please, I can't stand them", "no musicals, we hate singing",
     "nothing with jim carrey tho, we both hate him", "forget the old stuff", "I didn't say the first ones were bad", "forget about the old ones",
     "no clowns, they give me nightmares", "nothing gloomy, I really dislike them all at the moment, those actors"],
)  # fmt: skip
def test_nothing_is_banned_that_a_line_does_not_name(films: Catalog, line: str) -> None:
    conversation, _ = talk(films, line)
    assert conversation.state.rejected == ()


@pytest.mark.parametrize(
    ("line", "rejected"),
    [("not 1, that ending was dumb", ("1",)), ("seen 1 and 3, hate them", ("1", "3")), ("not number 2, the acting was wooden", ("2",)),
     ("skip 3, it gives me nightmares", ("3",)), ("not 1. I fell asleep halfway through", ("1",)), ("can't stand them", ("1", "2", "3")),
     ("第三部我睡着了,不要它", ("3",))],
)  # fmt: skip
def test_a_reason_for_a_ban_is_neither_a_wish_nor_a_filter(
    films: Catalog, line: str, rejected: tuple[str, ...]
) -> None:
    conversation, (reply,) = talk(films, line)
    assert conversation.state.rejected == rejected
    assert reply.request is not None and (reply.request.query, reply.request.where) == (None, None)
    assert conversation.state.refused == ()
