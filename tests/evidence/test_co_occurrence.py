"""People who took one item also took another: counts, of large groups alone."""

import pytest

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.errors import UnknownItem
from llmrec.evidence.co_occurrence import MIN_GROUP, co_occurrences
from llmrec.evidence.records import CoOccurrence


def shop(interacted: dict[str, int]) -> Catalog:
    """A catalogue whose users took the items named, so many users for each set ("ab": a and b)."""
    users = [items for items, count in interacted.items() for _ in range(count)]
    items = tuple(Item(name, name.upper()) for name in "abcd")
    histories = {
        f"user-{n}": tuple(Interaction(f"user-{n}", item, float(t)) for t, item in enumerate(interacted))
        for n, interacted in enumerate(users)
    }
    return Catalog("shop", items, histories)


def test_counts_are_those_of_the_interactions() -> None:
    catalog = shop({"ab": 25, "a": 15, "b": 5, "cd": 60})
    assert co_occurrences(catalog, "b", ["a"]) == (CoOccurrence("a", both=25, group=40, takers=30, people=105),)


def test_of_fewer_than_twenty_people_nothing_is_said() -> None:
    for both, said in ((MIN_GROUP - 1, False), (MIN_GROUP, True)):
        assert bool(co_occurrences(shop({"ab": both, "a": 100, "c": 900}), "b", ["a"])) == said


def test_what_the_takers_take_no_oftener_than_all_is_not_said() -> None:
    assert co_occurrences(shop({"ab": 30, "a": 30, "b": 30, "c": 30}), "b", ["a"]) == ()


def test_a_catalogue_without_interactions_says_nothing() -> None:
    assert co_occurrences(shop({}), "b", ["a", "c"]) == ()
    with pytest.raises(UnknownItem):
        co_occurrences(shop({}), "z", ["a"])


def test_no_user_id_is_in_what_is_told() -> None:
    told = str(co_occurrences(shop({"ab": 25, "c": 60}), "b", ["a"])[0].to_dict())
    assert "user-" not in told
