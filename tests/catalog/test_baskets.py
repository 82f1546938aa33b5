"""Baskets: a day or a sitting; neighbours where nothing but the order is known."""

from llmrec.catalog.baskets import MOST, NEIGHBOURS, basket_so_far, baskets_of
from llmrec.catalog.types import Catalog, Interaction, Item

DAY = 86_400.0
START = 18_000 * DAY


def catalog(*events: tuple[str, float], kind: str | None = None) -> Catalog:
    items = tuple(Item(name, name) for name in sorted({item for item, _ in events}))
    return Catalog("shop", items, {"u": tuple(Interaction("u", item, when, kind=kind) for item, when in events)})


def test_what_is_taken_on_one_day_or_in_one_sitting_is_a_basket() -> None:
    days = catalog(("a", START), ("b", START), ("c", START + DAY), ("d", START + DAY + 3600), ("e", START + 3 * DAY))
    assert [basket.rows for basket in baskets_of(days)] == [(0, 1), (2, 3), (4,)]
    last = baskets_of(days)[-1]
    assert last.before == (0, 1, 2, 3) and last.day == 18_003.0


def test_without_times_neighbours_are_a_basket_and_no_day_is_claimed() -> None:
    places = catalog(*((name, float(n)) for n, name in enumerate("abcdefg", 1)))
    baskets = baskets_of(places)
    assert [len(basket.rows) for basket in baskets] == [NEIGHBOURS, NEIGHBOURS, 1]
    assert all(basket.day != basket.day for basket in baskets)


def test_a_long_sitting_is_cut_and_returns_are_in_no_basket() -> None:
    sitting = catalog(*((f"{n:03}", START + n) for n in range(2 * MOST + 1)))
    assert [len(basket.rows) for basket in baskets_of(sitting)] == [MOST, MOST, 1]
    assert baskets_of(catalog(("a", START), ("b", START), kind="return")) == []


def test_the_basket_so_far_is_of_the_same_day_alone() -> None:
    assert basket_so_far((1, 2, 3), (18_000.0, 18_001.0, 18_001.0), 18_001.0) == (2, 3)
    assert basket_so_far((1,), (float("nan"),), float("nan")) == ()
