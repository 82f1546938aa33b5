"""What a rule reads is obeyed to the letter; what is left is the wish."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.understand import Intent, understand, understanding

ATTRIBUTES = ("category", "colour", "pattern", "price")


@pytest.fixture
def shop() -> Catalog:
    """Three products with a price, a colour and a pattern."""
    rows = [
        ("Dress", "Black", "Solid", 30.0),
        ("Trousers", "Blue", "Stripe", 45.0),
        ("Sweater", "Red", "Solid", 60.0),
    ]
    return Catalog(
        "shop",
        tuple(
            Item(str(n), f"{row[1]} {row[0]}", "", dict(zip(ATTRIBUTES, row, strict=True)))
            for n, row in enumerate(rows)
        ),
        {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "query", "filters"),
    [
        ("something funny", "something funny", ()),
        ("a thriller from the 90s", "a thriller", ("year>=1990", "year<2000")),
        ("a 1980s thriller", "a thriller", ("year>=1980", "year<1990")),
        ("films of the eighties with robots", "films with robots", ("year>=1980", "year<1990")),
        ("a love story after 1990.", "a love story", ("year>1990",)),
        ("before 1985", "", ("year<1985",)),
        ("since 1993, something sad", "something sad", ("year>=1993",)),
        ("from 1993 on", "", ("year>=1993",)),
        ("something from 1994", "something", ("year=1994",)),
        ("between 1980 and 1985 a quest", "a quest", ("year>=1980", "year<=1985")),
        ("something funny, not horror", "something funny", ("genres!=Horror",)),
        ("not horror", "", ("genres!=Horror",)),
        ("a film without romance or drama", "a film", ("genres!=Romance", "genres!=Drama")),
        ("only comedies please", "please", ("genres=Comedy",)),
        ("a comedy", "a comedy", ()),
        ("under 40", "under 40", ()),  # films have no price
    ],
)
def test_films(tiny_catalog: Catalog, line: str, query: str, filters: tuple[str, ...]) -> None:
    assert understand(line, tiny_catalog) == Intent("ask", query=query, filters=filters)


@pytest.mark.parametrize(
    ("line", "query", "filters"),
    [
        ("something warm, under 40", "something warm", ("price<40",)),
        ("a dress for less than $29.99", "a dress for", ("price<29.99",)),
        ("over 50", "", ("price>50",)),
        ("trousers, not striped", "trousers", ("pattern!=Stripe",)),
        ("only blue", "", ("colour=Blue",)),
        ("from the 90s", "from the 90s", ()),  # products have no year
    ],
)
def test_products(shop: Catalog, line: str, query: str, filters: tuple[str, ...]) -> None:
    assert understand(line, shop) == Intent("ask", query=query, filters=filters)


@pytest.mark.parametrize(
    ("line", "action", "subject"),
    [
        ("why 2?", "why", "2"), ("Why", "why", ""), ("like Star Caravan", "like", "Star Caravan"),
        ("not 3", "not", "3"), ("not Night Bus", "not", "Night Bus"), ("quit", "quit", ""),
        ("seen Iron Coast!", "seen", "Iron Coast"),
        ("  Help ", "help", ""),
    ],
)  # fmt: skip
def test_commands(tiny_catalog: Catalog, line: str, action: str, subject: str) -> None:
    assert understand(line, tiny_catalog) == Intent(action, subject)  # type: ignore[arg-type]


def test_a_sentence_that_begins_like_a_command_is_not_one(tiny_catalog: Catalog) -> None:
    assert understand("quite a funny film", tiny_catalog).action == "ask"
    assert understand("seenery and landscapes", tiny_catalog).action == "ask"


def test_understanding_is_a_runnable_for_other_chains(tiny_catalog: Catalog) -> None:
    runnable = understanding(tiny_catalog) | (lambda intent: intent.filters)
    assert runnable.batch(["after 1990", "a comedy"]) == [("year>1990",), ()]
