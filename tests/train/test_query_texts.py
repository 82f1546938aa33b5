"""Composed wishes: true of the item, never its name, held-out phrasings kept apart."""

import re
from random import Random

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.train import query_texts as queries
from llmrec.train.query_texts import compose_query, keywords

PLOT = Item(
    "1", "The Long Night", "Marlowe hunts a jewel smuggler through foggy harbours.",
    {"genres": ("Crime", "Film-Noir"), "year": 1947, "product_code": "77123", "price": 3.5},
)  # fmt: skip


def many(item: Item, held_out: bool, n: int = 300) -> set[str]:
    return {compose_query(item, Random(seed), held_out) for seed in range(n)}


def test_never_the_title_a_name_or_an_identifier(tiny_catalog: Catalog) -> None:
    for item in (*tiny_catalog.items, PLOT):
        for held_out in (False, True):
            for query in many(item, held_out, 60):
                assert item.title.lower() not in query.lower()
                assert "marlowe" not in query.lower() and "77123" not in query and "3.5" not in query


@pytest.mark.parametrize(
    ("title", "plot"),
    [
        ("Shadow, The", "A shadow hunts smugglers."),
        ("Seven (Se7en)", "A killer and his seven sins."),
        ("Sense and Sensibility", "Between sense and sensibility, sisters marry."),
    ],
)
def test_a_plot_that_says_the_title_does_not_tell_it(title: str, plot: str) -> None:
    item = Item("1", title, plot, {"genres": ("Drama", "Romance"), "year": 1994})
    name = title.split(",")[0].split(" (")[0].lower()
    for held_out in (False, True):
        asked = many(item, held_out)
        assert not any(re.search(rf"\b{name}\b", query.lower()) for query in asked)
        assert any(word in query for query in asked for word in ("smugglers", "killer", "sisters"))


def test_a_wish_that_told_no_title_is_the_one_it_always_was() -> None:
    drawn = Random(7)
    queries_of_before = [
        "find me crime film-noir of the 1940s",
        "crime about foggy and hunts and harbours",
        "crime film-noir",
    ]
    assert [compose_query(PLOT, drawn, False) for _ in range(3)] == queries_of_before
    telling = Item("2", "Harbours", PLOT.description, PLOT.attributes)  # its title is redrawn, beside the others' draws
    for seed in range(50):
        told, silent = Random(seed), Random(seed)
        query, before = compose_query(telling, told, False), compose_query(PLOT, silent, False)
        assert told.getstate() == silent.getstate()
        assert query == before or "harbours" in before


def test_wish_is_true_of_the_item() -> None:
    asked = many(PLOT, held_out=False)
    assert any("film-noir" in w for w in asked) and any("smuggler" in w for w in asked)
    assert any("40s" in w for w in asked) and not any("50s" in w for w in asked)
    assert all(any(fact in w for fact in ("crime", "noir", "40s", *keywords(PLOT.description))) for w in asked)


def test_held_out_phrasings_are_never_trained() -> None:
    for trained, held in (
        (queries.TRAIN_PHRASES, queries.HELD_OUT_PHRASES),
        (queries.TRAIN_ABOUT, queries.HELD_OUT_ABOUT),
        (queries.TRAIN_ERA, queries.HELD_OUT_ERA),
    ):
        assert not set(trained) & set(held)
    assert not many(PLOT, held_out=False) & many(PLOT, held_out=True)


@pytest.mark.parametrize("held_out", [False, True])
def test_same_draw_same_wish(held_out: bool) -> None:
    assert compose_query(PLOT, Random(5), held_out) == compose_query(PLOT, Random(5), held_out)


def test_item_with_a_title_alone_cannot_be_asked_for() -> None:
    assert compose_query(Item("1", "Quiet"), Random(0), False) == ""
