"""What goes with an item, in shops where phones are bought with their cases and tents with pegs."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.ranking.complement_features import Anchored, ItemFacts
from llmrec.ranking.complements import ComplementModel, Complements, day_of
from llmrec.ranking.terms import Terms

DAY = 86_400.0
BRANDS = ("Lima", "Orva", "Tesk", "Quill")
KINDS = ("phone", "case", "tent", "peg", "lamp", "mug")
PAIRS = {"phone": "case", "tent": "peg"}


def shop(users: int = 120, days: bool = True) -> Catalog:
    """Whoever takes a phone takes its brand's case on that day, and something else on another."""
    items = tuple(
        Item(f"{kind}-{brand}", f"{brand} {kind}", f"A {kind} by {brand}.", {"category": kind, "maker": brand})
        for kind in KINDS
        for brand in BRANDS
    )
    rng, histories = np.random.default_rng(3), {}
    for user in range(users):
        events, day = [], 18_000 + int(rng.integers(0, 300))
        for kind in rng.permutation(["phone", "tent", "lamp", "mug"])[:3]:
            brand = BRANDS[rng.integers(len(BRANDS))]
            taken = [f"{kind}-{brand}"]
            taken += [f"{PAIRS[kind]}-{brand}"] if kind in PAIRS and rng.random() < 0.8 else []
            for item in taken:
                moment = day * DAY if days else float(len(events) + 1)
                events.append(Interaction(f"u{user}", item, moment))
            day += 1 + int(rng.integers(0, 30))
        histories[f"u{user}"] = tuple(events)
    return Catalog("shop", items, histories)


def learnt(catalog: Catalog) -> ComplementModel:
    return ComplementModel.fit(catalog, ItemFacts.of(catalog.items, Terms.of(catalog.items), {}))


def ranked(model: ComplementModel, catalog: Catalog, anchor: str, history: tuple[str, ...] = ()) -> list[str]:
    rows = tuple(catalog.rows(history))
    request = Anchored(catalog.row[anchor], rows, (float("nan"),) * len(rows), model.now)
    candidates = model.proposed(request)
    best = candidates[np.argsort(-model.scores(request, candidates), kind="stable")]
    return [catalog.items[row].id for row in best]


def test_the_case_of_a_phone_comes_first() -> None:
    catalog = shop()
    model = learnt(catalog)
    for brand in BRANDS:
        assert ranked(model, catalog, f"phone-{brand}")[0] == f"case-{brand}"
        assert ranked(model, catalog, f"tent-{brand}")[0] == f"peg-{brand}"
    assert f"phone-{BRANDS[0]}" not in ranked(model, catalog, f"phone-{BRANDS[0]}")


def test_an_item_that_nobody_took_has_the_values_and_words_to_go_by() -> None:
    catalog = shop()
    new = Item("phone-new", "Lima phone mini", "A phone by Lima.", {"category": "phone", "maker": "Lima"})
    grown = replace(catalog, items=(*catalog.items, new))
    assert ranked(learnt(grown), grown, "phone-new")[0] in ("case-Lima", "phone-Lima")
    assert "case-Lima" in ranked(learnt(grown), grown, "phone-new")[:3]


def test_neighbours_in_an_order_stand_in_for_days() -> None:
    catalog = shop(days=False)
    model = learnt(catalog)
    assert np.isnan(model.now)
    assert sum(ranked(model, catalog, f"phone-{brand}")[0] == f"case-{brand}" for brand in BRANDS) >= 3


def test_a_catalogue_without_events_goes_by_words() -> None:
    catalog = replace(shop(), histories={})
    model = learnt(catalog)
    assert model.weights.baskets == 0
    assert set(ranked(model, catalog, "phone-Lima")[0].split("-")) & {"phone", "Lima"}


def test_learning_is_deterministic_and_kept_while_items_come() -> None:
    catalog = shop()
    first, second = learnt(catalog), learnt(catalog)
    assert np.array_equal(first.weights.linear, second.weights.linear)

    class Parts:
        terms, media = Terms.of(catalog.items), {}

    held = Complements()
    model = held.of(catalog, Parts())  # type: ignore[arg-type]
    assert held.of(catalog, Parts()) is model  # type: ignore[arg-type]
    grown = replace(catalog, items=(*catalog.items, Item("mug-new", "Orva mug", "", {"category": "mug"})))
    Parts.terms = Terms.of(grown.items)
    after = held.of(grown, Parts())  # type: ignore[arg-type]
    assert after.weights is model.weights and len(after.features.counts.having) == len(grown.items)


def test_what_was_taken_that_day_counts() -> None:
    assert day_of(3, ((3, 18_000.0), (4, 18_001.0)), 19_000.0) == 18_000.0
    assert day_of(5, ((3, 18_000.0), (4, 19_001.0)), 19_000.0) == 19_001.0
    assert day_of(5, (), 19_000.0) == 19_000.0
    assert Anchored(1, (2, 3), (17_999.0, 18_000.0), 18_000.0).so_far == (3,)


def test_no_request_makes_an_array_of_all_items() -> None:
    many, kinds = 60_000, [f"kind {n}" for n in range(40)]
    rng = np.random.default_rng(0)
    items = tuple(
        Item(str(n), f"thing {n % 997} of {n % 31}", "", {"category": kinds[n % 40], "price": 1.0 + n % 100})
        for n in range(many)
    )
    histories = {
        str(u): tuple(Interaction(str(u), str(i), (18_000 + u % 90) * DAY) for i in rng.choice(many, 4, replace=False))
        for u in range(50)
    }
    catalog = Catalog("large", items, histories)
    model = ComplementModel.fit(catalog, ItemFacts.of(items, Terms.of(items), {}))
    request = Anchored(7, (8, 9), (18_001.0, 18_001.0), 18_001.0)
    model.scores(request, model.proposed(request))  # what it keeps is made once
    tracemalloc.start()
    try:
        rows = model.proposed(request)
        model.scores(request, rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 0 < len(rows) < 2_000
    assert peak < 40 * many  # five float64 of all items; features of the candidates are most of it


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_items_says_nothing(order: int) -> None:
    catalog = shop()
    turned = replace(catalog, items=catalog.items[::order])
    assert ranked(learnt(turned), turned, "phone-Orva")[0] == "case-Orva"


def test_with_hundreds_of_baskets_a_network_joins_and_learns_the_same_again() -> None:
    catalog = shop(users=450)
    first, second = learnt(catalog), learnt(catalog)
    assert first.weights.network is not None and second.weights.network is not None
    assert np.array_equal(first.weights.network.last, second.weights.network.last)
    assert [ranked(first, catalog, f"tent-{brand}")[0] for brand in BRANDS] == [f"peg-{brand}" for brand in BRANDS]


def test_weights_are_found_again_and_are_those_of_their_events(tmp_path: Path) -> None:
    catalog = shop()
    facts = ItemFacts.of(catalog.items, Terms.of(catalog.items), {})
    first = ComplementModel.fit(catalog, facts, tmp_path)
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    again = ComplementModel.fit(catalog, facts, tmp_path)
    assert np.array_equal(first.weights.linear, again.weights.linear) and file.stat().st_mtime_ns == written
    fewer = replace(catalog, histories=dict([*catalog.histories.items()][:60]))
    ComplementModel.fit(fewer, facts, tmp_path)
    assert len([*tmp_path.iterdir()]) == 2
    file.write_bytes(b"damaged")
    assert np.array_equal(ComplementModel.fit(catalog, facts, tmp_path).weights.linear, first.weights.linear)
