"""Questions about the catalogue itself are answered by looking it up, and what is told of is what "those two" means."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation

FILMS = [
    ("Gattaca", 1997, ("Drama", "Sci-Fi")), ("Blade Runner", 1982, ("Film-Noir", "Sci-Fi")), ("Contact", 1997, ("Drama",)),
    ("High Noon", 1952, ("Western",)), ("Unforgiven", 1992, ("Western",)), ("Fargo", 1996, ("Crime",)),
]  # fmt: skip


@pytest.fixture
def films() -> Conversation:
    items = (
        Item(str(n), title, "", {"genres": kinds, "year": year}) for n, (title, year, kinds) in enumerate(FILMS, 1)
    )
    return Conversation(Catalog("films", tuple(items), {}), clarify=False)


@pytest.fixture
def shop() -> Conversation:
    items = [
        Item(f"{kind}{n}", f"{kind} {n}", f"{kind} in cotton.", {"category": kind, "section": section, "price": 1.0})
        for kind in ("Hoodie", "Dress")
        for n, section in enumerate(("Men Casual", "Men Sport", "Womens Trend"))
    ]
    return Conversation(Catalog("clothes", tuple(items), {}), clarify=False)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("do you have Gattaca or Blade Runner", "Gattaca (1997"), ("have you got Gattaca and Heat Wave?", "no title like “Heat Wave”"),
        ("how many westerns do you have?", "2 films"), ("how many musicals are there?", "That I cannot tell|no films"),
        ("what genres do you have?", "Western"), ("有多少部西部片?", "2个"),
    ],
)  # fmt: skip
def test_what_the_catalogue_has_is_looked_up(films: Conversation, line: str, says: str) -> None:
    reply = films.reply(line)
    assert any(each in reply.words for each in says.split("|")) and reply.request is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("do you even have a mens department", "Yes: 4 products (for men)"), ("how many dresses do you have", "3 products"),
        ("do you sell hoodies?", "Yes: 3 products"),
    ],
)  # fmt: skip
def test_a_shop_counts_its_departments(shop: Conversation, line: str, says: str) -> None:
    assert says in shop.reply(line).words


def test_those_two_are_the_ones_that_were_told_of(films: Conversation) -> None:
    films.show(films.reply("a drama"), ["3", "6"])
    films.reply("do you have Gattaca or Blade Runner")
    assert films.reply("which of those two is older").words == "Blade Runner (1982) is older; Gattaca is from 1997."
    films.show(films.reply("a western"), ["4", "5"])
    assert "Blade Runner" not in films.reply("which of those two is older").words


def test_a_request_stays_one(films: Conversation) -> None:
    assert films.reply("do you have any westerns?").request is not None
    assert films.reply("have you got something with robots?").request is not None
