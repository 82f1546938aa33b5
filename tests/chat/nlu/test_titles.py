"""A person's title finds the item, or the nearest titles are named."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.nlu.titles import find_title
from llmrec.errors import UnknownItem

TITLES = [
    "Lion King, The",
    "Terminator, The",
    "Terminator 2: Judgment Day",
    "Star Wars",
    "Star Trek: Generations",
    "M",
]


@pytest.fixture
def films() -> Catalog:
    return Catalog("films", tuple(Item(str(n), title) for n, title in enumerate(TITLES)), {})


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("lion king", "Lion King, The"), ("The Lion King", "Lion King, The"),
        ("the lion kng", "Lion King, The"),
        ("terminator", "Terminator, The"), ("terminator 2", "Terminator 2: Judgment Day"),
        ("star wars!", "Star Wars"),
        ("generations", "Star Trek: Generations"), ("m", "M"),
    ],
)  # fmt: skip
def test_loose_title_finds_the_item(films: Catalog, typed: str, title: str) -> None:
    assert films.item(find_title(typed, films)).title == title


@pytest.mark.parametrize("typed", ["the matrix", "zzz", ""])
def test_unknown_title_names_the_nearest(films: Catalog, typed: str) -> None:
    with pytest.raises(UnknownItem, match="did you mean one of"):
        find_title(typed, films)
