"""Basket completion: what is held out, what a list is worth, and how users are averaged."""

import numpy as np
import pytest

from eval.complement import Held, gain, held_out, per_user
from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.evaluation.splits import rolling_split
from llmrec.ranking.complement_features import Anchored

DAY = 86_400.0


def test_a_basket_is_what_one_user_took_on_one_day_of_the_held_out_part() -> None:
    items = tuple(Item(str(n), f"Thing {n}") for n in range(8))
    days = (1, 2, 3, 4, 5, 5, 6, 6)
    events = tuple(Interaction("u", str(n), (18_000 + day) * DAY) for n, day in enumerate(days))
    catalog = Catalog("shop", items, {"u": events})
    split = rolling_split(catalog)
    assert [len(part["u"]) for part in (split.train, split.valid, split.test)] == [4, 2, 2]
    (valid,), (test,) = held_out(catalog, split, "valid"), held_out(catalog, split, "test")
    row = [catalog.row[item] for item in catalog.history("u")]
    assert (valid.request.anchor, valid.targets) == (row[4], (row[5],))
    assert (test.request.anchor, test.targets) == (row[6], (row[7],))
    assert test.request.history == tuple(row[:6]) and test.request.so_far == ()
    assert test.read("item") == (row[6],) and test.read("history") == tuple(row[:7])


def test_a_list_is_worth_its_targets_by_their_places() -> None:
    assert gain([5, 6, 7], (5,)) == 1.0
    assert gain([4, 5], (5,)) == pytest.approx(1 / np.log2(3))
    assert gain([5, 6], (6, 5)) == 1.0
    assert gain([*range(10), 99], (99,)) == 0.0


def test_users_count_alike_whatever_their_baskets() -> None:
    basket = [Held(user, Anchored(0), (1,)) for user in ("a", "a", "a", "b")]
    assert per_user(basket, [0.0, 0.0, 0.0, 1.0]).tolist() == [0.0, 1.0]
