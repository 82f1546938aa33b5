"""Which of two things an item is, is answered by what the catalogue tells of either."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation

FILMS = (
    ("First Kid", ("Children's", "Comedy"), 1996), ("Aladdin", ("Animation", "Children's"), 1992), ("Psycho", ("Horror", "Romance"), 1960),
    ("Heat", ("Crime",), 1995),
)  # fmt: skip


@pytest.fixture
def films() -> Catalog:
    items = (Item(title, title, "", {"genres": kinds, "year": year}) for title, kinds, year in FILMS)
    return Catalog("films", tuple(items), {})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("is the 1st one a cartoon or real actors", "not as animated: real actors"), ("is 2 animated or live action?", "animated, then"),
        ("is number 2 real people or drawn", "drawn, then"), ("is 4 a comedy or a crime film", "a crime film rather than a comedy"),
        ("is 3 more of a horror or a romance", "Both"), ("is the last one a western or a musical", "Neither"), ("is 3 old or new?", "1960"),
        ("is 1 in colour or black and white", "does not tell whether First Kid is in colour"), ("第一部是动画还是真人", "没有列为动画"),
        ("is 1 long or short", "does not tell how long"),
    ],
)  # fmt: skip
def test_one_of_two_things_is_answered_or_owned(films: Catalog, line: str, says: str) -> None:
    films = Catalog("films", (*films.items, Item("x", "Oklahoma", "", {"genres": ("Western", "Musical")})), {})
    conversation = Conversation(films)
    conversation.show(conversation.reply("a film"), [title for title, _, _ in FILMS])
    reply = conversation.reply(line)
    assert says in reply.words and reply.request is None, reply.words
