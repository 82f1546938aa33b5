"""Texts of any author: what they say of item, history and people is decided by item text, catalogue and events."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import Interaction
from llmrec.verification import examine

BOOKS = (
    Item("1", "Harbour of Glass: A Wren Hollow Novel (The Wren Hollow Series, Book 2)",
         "Fans of cozy mysteries and small-town stories will enjoy this book by Ada Quill. Set in Dublin, it follows a "
         "retired clockmaker who finds 12 letters under the floor.", {"category": "Book"}),
    Item("2", "The Salt Road", "Fans of historical fiction set in Egypt would enjoy The Salt Road by Omar Venn.",
         {"category": "Book"}),
    Item("3", "Night Ferry (The Wren Hollow Series, Book 1)", "Readers of mysteries would enjoy Night Ferry.",
         {"category": "Book"}),
    Item("4", "Copper Sky", "A space pilot repairs engines on a distant moon while rationing oxygen for her crew.",
         {"category": "Book"}),
    Item("5", "Winter Garden: Poems", "Lovers of poetry will enjoy this collection.", {"category": "Book"}),
)  # fmt: skip
HISTORY = ("2", "5")


@pytest.fixture(scope="module")
def books() -> Catalog:
    """Five books; 24 people have "The Salt Road", 6 of them "Harbour of Glass", too, and 3 "Winter Garden"."""
    events = {
        f"u{n}": (
            Interaction(f"u{n}", "2", 1.0),
            *((Interaction(f"u{n}", "1", 2.0),) if n < 6 else ()),
            *((Interaction(f"u{n}", "5", 3.0),) if n < 3 else ()),
        ) for n in range(24)
    }  # fmt: skip
    return Catalog("books", BOOKS, events)


def against(text: str, catalog: Catalog, history: tuple[str, ...] = HISTORY) -> list[str]:
    """The words of a text on "Harbour of Glass" that are contradicted."""
    return [claim.text for claim in examine(text, "1", history, catalog) if claim.verdict == "contradicted"]


FALSE = {
    'The user would buy "Night Ferry" because it is gripping.': "another item's title",
    "The user would buy Copper Sky because it is gripping.": "another item's title, without quotation marks",
    "The user would buy the book by Omar Venn for its plot.": "another author",
    "It is the third book in the series.": "another volume",
    "The user has bought 7 books so far.": "a wrong count",
    "The user would buy this video game because it is fun.": "another medium",
    "The user would enjoy this western novel because it is tense.": "another genre",
    "It has nothing to do with cozy mysteries.": "what its text says, denied",
    "A space pilot repairs engines on a distant moon while rationing oxygen for her crew.": "another item's story",
    'Since the user already bought "Copper Sky", this should please.': "not in the history",
    'The user\'s last purchase was "The Salt Road".': "not the last",
    'The user bought "Winter Garden" before "The Salt Road".': "the wrong order",
    "The book was bought by 90 people.": "a wrong count of people",
    'Most people who bought "The Salt Road" also bought this book.': "a wrong share",
    'The only book in the user\'s history is "The Salt Road".': "not the only one",
    'More people bought this book than "The Salt Road".': "turned round",
    "The story is set in Berlin.": "another place",
    "Fans of small-town stories would hate it.": "turned round",
    "The user would buy the book because of its boring plot.": "turned round",
}
TRUE = (
    'The user would buy "Harbour of Glass" because it is gripping.',
    'The user would buy "Harbour of Glass (Wren Hollow, Book 2)" because it is gripping.',
    "The user would buy the book by Ada Quill for its plot.",
    "It is the second book in the series.",
    "The user has bought 2 books so far.",
    "The user would enjoy this cozy mystery novel because it is tense.",
    "It has to do with cozy mysteries.",
    'Since the user already bought "The Salt Road", this should please.',
    'The user\'s last purchase was "Winter Garden".',
    'The user bought "The Salt Road" before "Winter Garden".',
    "The book was bought by 6 people.",
    'Few people who bought "The Salt Road" also bought this book.',
    'More people bought "The Salt Road" than this book.',
    "The story is set in Dublin.",
    "Fans of small-town stories would love it.",
    'It is a modern twist on "My Fair Lady" and reminds one of Jane Austen\'s books.',
    "The user would buy the book despite its slow and sometimes boring plot.",
    '"The user would buy the book because it has a warm heart, and because its people are drawn with care and wit."',
    "The user enjoys Greek mythology and Tara's humor.",
    "It plays in the 1960s.",
)


@pytest.mark.parametrize("text", FALSE)
def test_what_the_files_show_to_be_false_is_found(text: str, books: Catalog) -> None:
    assert against(text, books), FALSE[text]


@pytest.mark.parametrize("text", TRUE)
def test_nothing_is_held_against_what_is_true_or_open(text: str, books: Catalog) -> None:
    assert against(text, books) == []


def test_others_of_the_series_are_looked_for_in_the_history(books: Catalog) -> None:
    text = "They enjoyed the first book in the series and are eager to go on."
    assert against(text, books) == [text]
    assert against(text, books, ("3", "2")) == []
    # Where the catalogue holds no other of the series, the history could not show it.
    alone = Catalog("books", BOOKS[:2], {})
    assert against(text, alone, ("2",)) == []


def test_without_a_history_nothing_is_said_of_it(books: Catalog) -> None:
    assert against('The user\'s last purchase was "The Salt Road".', books, ()) != ["The Salt Road"]
    assert against("The user has bought 7 books so far.", books, ()) == []
