"""A query as a catalogue says it: its own words for other forms, kinds for moods, not the noun of every item."""

import pytest

from llmrec.catalog.queries import ranked_query, with_kinds, with_values
from llmrec.catalog.types import Catalog, Item

FILMS = Catalog("films", (Item("1", "Big", "", {"genres": ("Children's", "Comedy", "Documentary", "Film-Noir")}),), {})
CLOTHES = Catalog("clothes", (Item("1", "Mio", "", {"category": "Skirt", "pattern": "Stripe", "price": 1.0}),), {})


@pytest.mark.parametrize(
    ("query", "ranked"),
    [
        ("a comedy film", "a comedy"),
        ("movies", "movies"),
        ("a film noir movie", "a film noir"),
        ("something funny for two", "something funny for two, comedy"),
        ("no comedies", "no comedies"),
        ("", ""),
    ],
)
def test_the_noun_of_every_film_is_no_wish(query: str, ranked: str) -> None:
    assert ranked_query(query, FILMS) == ranked


def test_other_forms_of_a_value_bring_the_value_once() -> None:
    assert with_values("striped skirts", CLOTHES) == "striped skirts, skirt stripe"
    assert with_values("a skirt with a stripe", CLOTHES) == "a skirt with a stripe"
    assert with_values("not striped", CLOTHES) == "not striped"


@pytest.mark.parametrize(
    ("query", "added"),
    [
        ("a vampire film", "horror"),
        ("a whodunit", "mystery"),
        ("a rom-com", "comedy romance"),
        ("a road movie", "adventure"),
        ("not a slasher", ""),
        ("a vampire comedy", ""),
    ],
)
def test_what_everybody_calls_a_kind_brings_the_kind(query: str, added: str) -> None:
    genres = ("Horror", "Mystery", "Comedy", "Romance", "Adventure")
    films = Catalog("films", (Item("1", "Big", "", {"genres": genres}),), {})
    assert with_kinds(query, films) == f"{query} {added}".strip()


def test_for_whom_an_item_is_counts_beside_the_kind_that_a_query_names() -> None:
    films = Catalog("films", (Item("1", "Big", "", {"genres": ("Adventure", "Children's", "Film-Noir")}),), {})
    assert with_kinds("an adventure for the whole family", films) == "an adventure for the whole family, children's"
    assert with_kinds("an adventure film about children", films) == "an adventure film about children"
    assert with_kinds("something dark", films) == "something dark film-noir"
