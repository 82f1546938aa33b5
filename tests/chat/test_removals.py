"""Items are taken off the list several at once, by a part of the title, and again where one is listed still."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation

TITLES = (
    "Butch Cassidy and the Sundance Kid", "Wild Bunch, The", "Once Upon a Time in the West", "Rio Bravo", "Shane",
    "High Noon", "Star Wars", "Casablanca", "Fargo",
)  # fmt: skip
BUTCH, BUNCH, WEST, RIO, SHANE, NOON, STARS, CASABLANCA, FARGO = map(str, range(1, 10))
LISTED = (BUTCH, BUNCH, WEST, RIO, SHANE)


@pytest.fixture
def films() -> Conversation:
    items = (
        Item(str(n), title, "", {"genres": ("Western",) if n < 7 else ("War", "Drama"), "year": 1950 + n})
        for n, title in enumerate(TITLES, 1)
    )
    conversation = Conversation(Catalog("films", tuple(items), {}), clarify=False)
    conversation.show(conversation.reply("films"), LISTED)
    return conversation


@pytest.mark.parametrize(
    ("line", "off"),
    [
        ("Take Wild Bunch and Rio Bravo off the list, please", {BUNCH, RIO}),
        ("please drop butch cassidy, shane and number 3", {BUTCH, SHANE, WEST}),
        ("get rid of once upon a time in the west", {WEST}),
        ("could you remove 2 and Butch Cassidy?", {BUTCH, BUNCH}),
        ("delete Fargo and the Wild Bunch", {FARGO, BUNCH}),
        ("把Butch Cassidy和Rio Bravo删掉", {BUTCH, RIO}),
        ("Wild Bunch太血腥了，拿掉吧", {BUNCH}),
        ("卡萨布兰卡不算西部片，去掉", {CASABLANCA}),
    ],
)
def test_every_item_that_a_line_takes_off_is_taken_off(films: Conversation, line: str, off: set[str]) -> None:
    reply = films.reply(line)
    assert set(films.state.rejected) == off and reply.request is not None and off <= set(reply.request.never)


@pytest.mark.parametrize(
    ("line", "off"),
    [
        ("I told you to remove Butch Cassidy. It's still there", BUTCH),
        ("the wild bunch is still on the list. Please take it off.", BUNCH),
        ("why is rio bravo still in your list?", RIO),
        ("you still show Once Upon a Time in the West", WEST),
        ("我说过不要Wild Bunch，怎么还在", BUNCH),
        ("怎么还有Rio Bravo", RIO),
        ("Butch Cassidy还在列表里，请去掉", BUTCH),
    ],
)
def test_what_is_listed_still_goes_with_a_word_of_regret(films: Conversation, line: str, off: str) -> None:
    reply = films.reply(line)
    assert films.state.rejected == (off,) and reply.request is not None and not reply.request.query
    assert reply.words.startswith(("Sorry", "抱歉"))


def test_what_else_the_line_asks_is_answered(films: Conversation) -> None:
    reply = films.reply("Remove Shane and Rio Bravo. Is there one with Clint Eastwood?")
    assert set(films.state.rejected) == {SHANE, RIO} and "does not tell who acts" in reply.words


@pytest.mark.parametrize(
    "line",
    ["take off the gloves", "not too long", "no more thanks", "remove it from my calendar"],
)
def test_what_names_no_item_alone_takes_none_of_those_off_by_title(films: Conversation, line: str) -> None:
    films.reply(line)
    assert BUTCH not in films.state.rejected or line.startswith("remove it")


def test_a_kind_that_is_removed_is_no_wish_for_it(films: Conversation) -> None:
    reply = films.reply("remove dramas")
    assert reply.request is not None and reply.request.where == "genres!=Drama"
