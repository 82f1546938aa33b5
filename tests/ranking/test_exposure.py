"""Places kept for groups of items: shares hold down the list, the best of a group comes first, what fails is told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrec.catalog import Catalog
from llmrec.errors import BadFilter, BadInput
from llmrec.ranking.exposure import (
    ExposureBound,
    ExposureRule,
    expose,
    parse_rules,
    popularity_group,
    unmet,
    with_groups,
)
from llmrec.request import Request

ITEMS = 60


def group(name: str, rows: object, least: float = 0.0, most: float = 1.0) -> ExposureBound:
    members = np.zeros(ITEMS, np.bool_)
    members[rows] = True  # type: ignore[call-overload]
    return ExposureBound(ExposureRule(name, least, most), members)


@given(seed=st.integers(0, 999), least=st.floats(0, 0.6), k=st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_every_prefix_holds_the_least_share_and_orders_within_groups_stay(seed: int, least: float, k: int) -> None:
    rng = np.random.default_rng(seed)
    order = rng.permutation(ITEMS)
    members = rng.permutation(ITEMS)[:30]
    bound = group("tail", members, least)
    rows = expose(order, k, [bound])
    assert len({*rows.tolist()}) == k
    assert bound.members is not None
    inside = bound.members[rows]
    for place in range(1, k + 1):
        assert inside[:place].sum() >= np.floor(least * place - 1e-6)
    rank = np.argsort(order)
    for within in (inside, ~inside):
        assert (np.diff(rank[rows[within]]) > 0).all()
    assert not unmet(rows, [bound])


def test_without_need_the_order_stays() -> None:
    order = np.arange(ITEMS)
    assert expose(order, 10, [group("tail", slice(0, None, 2), least=0.5)]).tolist() == list(range(10))
    assert expose(order, 10, []).tolist() == list(range(10))
    assert expose(np.array([], np.intp), 10, [group("tail", [], least=0.5)]).tolist() == []


def test_a_group_that_has_its_greatest_share_waits() -> None:
    rows = expose(np.arange(ITEMS), 6, [group("head", slice(0, 10), most=0.5)])
    assert rows.tolist() == [0, 10, 1, 11, 2, 12]


def test_a_place_that_two_groups_are_due_at_goes_to_an_item_of_both() -> None:
    bounds = [group("new", [20, 30], least=0.25), group("brand=Acme", [25, 30], least=0.25)]
    assert expose(np.arange(ITEMS), 8, bounds).tolist() == [0, 1, 2, 30, 3, 4, 5, 20]


def test_each_value_of_an_attribute_has_at_most_its_share() -> None:
    brands = ["a"] * 20 + ["b"] * 20 + ["c"] * 20
    bound = ExposureBound(ExposureRule("brand", most=0.4), None, lambda row: frozenset([brands[row]]))
    rows = expose(np.arange(ITEMS), 10, [bound])
    assert [brands[row] for row in rows] == ["a", "b", "a", "b", "c", "a", "b", "a", "b", "c"]
    assert not unmet(rows, [bound])


def test_what_cannot_be_held_is_told_and_the_list_stays_full() -> None:
    few, closed = group("new", [40], least=0.5), group("head", slice(None), most=0.0)
    rows = expose(np.arange(ITEMS), 10, [few, closed])
    assert len(rows) == 10 and 40 in rows
    assert unmet(rows, [few, closed]) == ["new>=0.5", "head<=0"]


def test_groups_that_were_hardly_proposed_get_candidates() -> None:
    candidates, allowed = np.arange(20), np.ones(ITEMS, np.bool_)
    allowed[50:] = False
    sample = np.arange(0, ITEMS, 3)

    def added(*bounds: ExposureBound) -> list[int]:
        found = with_groups(candidates, bounds, 10, allowed, [41], sample)
        assert np.setdiff1d(candidates, found).size == 0
        return np.setdiff1d(found, candidates).tolist()

    assert added(group("new", slice(40, None), least=0.2)) == [40, *range(42, 50)]  # few: all of them
    assert added(group("tail", slice(20, None), least=0.2)) == list(range(21, 50, 3))  # many: those of the sample
    assert added(group("head", slice(0, 20), most=0.9)) == list(range(21, 50, 3))
    assert added(group("head", slice(0, 20), least=0.2), group("few", [1], most=0.7)) == []


def test_head_tail_and_new_items_are_by_training_events() -> None:
    counts = np.array([50.0, 0, 30, 12, 8, 0])
    assert popularity_group("head", counts).nonzero()[0].tolist() == [0, 2]
    assert popularity_group("tail", counts).nonzero()[0].tolist() == [1, 3, 4, 5]
    assert popularity_group("new", counts).nonzero()[0].tolist() == [1, 5]
    assert not popularity_group("head", np.zeros(3)).any()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("tail", "no rule"), ("tail>=2", "no rule"), ("tail>=x", "no rule"), (">=0.3", "no rule"),
        ("brand>=0.3", "name one"), ("tail>=0.5; tail<=0.3", "more of 'tail'"),
    ],
)  # fmt: skip
def test_wrong_rules_are_refused(text: str, match: str) -> None:
    with pytest.raises(BadInput, match=match) as refused:
        Request(exposure=text)
    assert refused.value.fields == ("exposure",)


def test_groups_are_found_in_the_catalogue(tiny_catalog: Catalog) -> None:
    rules = "genre=Comedy>=0.2; year>=1990<=0.5; Genre<=0.4; new>=0.1; genre=Drama and year<1995>=0.1"
    assert [str(rule) for rule in parse_rules(rules)][1] == "year>=1990<=0.5"
    seen: list[str] = []

    def popularity(name: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        seen.append(name)
        return np.zeros(len(tiny_catalog.items), np.bool_)

    comedy, recent, genre, _, drama = Request(exposure=rules).exposure_bounds(tiny_catalog, popularity)
    assert comedy.members is not None and comedy.members.sum() == 4
    assert recent.members is not None and recent.members.sum() == 9
    assert genre.members is None and genre.values(1) == {"Comedy", "Romance"}
    assert drama.members is not None and drama.members.sum() == 2
    assert seen == ["new"]
    for wrong in ("colour<=0.4", "genre=Opera>=0.1"):
        with pytest.raises(BadFilter) as refused:
            Request(exposure=wrong).check(tiny_catalog)
        assert refused.value.fields == ("exposure",)
