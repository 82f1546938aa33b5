"""Which events are positive: by kinds, by ratings, by the user's own mean; and what is made of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import llmrec
from llmrec.catalog import Catalog, Interaction, Item
from llmrec.catalog.feedback import ALL, Past, kind_of
from llmrec.errors import BadFilter, BadInput
from llmrec.evaluation.splits import Split, rolling_events
from llmrec.feedback_rule import read_feedback, summary

PARTS = ("valid", "test")
ITEMS = tuple(Item(id, id.upper()) for id in "abcdef")


def shop(*events: tuple[str, str, float | None, str | None]) -> Catalog:
    histories: dict[str, tuple[Interaction, ...]] = {}
    for time, (user, item, rating, kind) in enumerate(events):
        histories[user] = (*histories.get(user, ()), Interaction(user, item, float(time), rating, kind))
    return Catalog("shop", ITEMS, histories)


RATED = shop(*(("u", item, rating, None) for item, rating in zip("abcd", (5.0, 2.0, 3.0, 4.0), strict=True)))
KINDS = shop(
    ("u", "a", None, "view"), ("u", "b", None, "purchase"), ("u", "c", None, "return"), ("v", "a", None, "cart")
)


def test_every_event_counts_alike_where_nothing_is_asked() -> None:
    assert read_feedback(RATED) is ALL
    assert "ratings are not used" in summary(ALL, RATED)


@pytest.mark.parametrize(
    ("rule", "others"),
    [("rating>=4", {"b", "c"}), ("mean", {"b", "c"}), ("rating!=2", {"b"}), ("rating>2, rating<5", {"a", "b"})],
)
def test_a_rule_on_ratings(rule: str, others: set[str]) -> None:
    feedback = read_feedback(RATED, rule, other_weight=0.25)
    assert feedback.others == {"u": frozenset(others)}
    assert feedback.weight("u", "b") == 0.25 and feedback.weight("u", "d") == 1
    assert f"{4 - len(others)} of 4 events are positive ({rule})" in summary(feedback, RATED)


def test_the_mean_is_of_what_may_be_known() -> None:
    feedback = read_feedback(RATED, "mean", known={"u": {"b"}})  # a mean of 2
    assert not feedback.others


def test_kinds_have_weights_and_returns_are_never_positive() -> None:
    feedback = read_feedback(KINDS, event_weights={"view": 0.2, "cart": 0.5})
    assert feedback.others == {"u": frozenset("c")}
    assert [feedback.weight("u", item) for item in "abc"] == [0.2, 1, 0] and feedback.weight("v", "a") == 0.5
    assert read_feedback(KINDS, "kind=purchase|cart").others == {"u": frozenset("ac")}
    assert read_feedback(shop(("u", "a", -1.0, None), ("u", "b", 1.0, None))).others == {"u": frozenset("a")}


def test_what_the_events_do_not_tell_is_refused() -> None:
    bare = shop(("u", "a", None, None))
    for rule in ("mean", "rating>=4"):
        with pytest.raises(BadInput, match="no event of catalogue 'shop' has a rating") as failed:
            read_feedback(bare, rule)
        assert failed.value.fields == ("positive",)
    with pytest.raises(BadInput, match="names 'play', which no event"):
        read_feedback(KINDS, event_weights={"play": 1})
    with pytest.raises(BadFilter, match="it can be, for example, cart, purchase"):
        read_feedback(KINDS, "kind=loan")


def test_only_positive_events_are_asked_for_and_the_others_stay_in_the_history() -> None:
    split = Split({"u": ("a",)}, {"u": ("b", "c")}, {"u": ("d",)})
    feedback = read_feedback(RATED, "rating>=3")
    (valid,), (test,) = (rolling_events(RATED, split, at, feedback) for at in ("valid", "test"))
    assert (valid.number, valid.history, valid.target) == (1, (0, 1), 2)
    assert (test.number, test.history, test.target) == (0, (0, 1, 2), 3)
    assert test.past.opinions == {0: pytest.approx(5 / 3), 1: pytest.approx(-4 / 3), 2: pytest.approx(-1 / 3)}


def test_of_repeated_events_each_is_positive_by_itself() -> None:
    kinds = ("purchase", "return", "purchase", "purchase", "dislike")
    history = tuple(
        Interaction("u", item, float(n), None, kind) for n, (item, kind) in enumerate(zip("aabaa", kinds, strict=True))
    )
    catalog = Catalog("grocer", ITEMS, {"u": history}, repeats=True)
    for rule in ("kind=purchase", "all"):
        feedback = read_feedback(catalog, rule)
        assert "3 of 5 events are positive" in summary(feedback, catalog)
        split = Split({"u": ("a",)}, {"u": ("a", "b")}, {"u": ("a", "a")})
        valid, test = ([event.number for event in rolling_events(catalog, split, at, feedback)] for at in PARTS)
        assert (valid, test) == ([1], [0])
        assert [feedback.weight("u", "a", time) for time in range(4)] == [1, 0, 1, 0]


def test_kinds_and_last_ratings_are_read_from_a_table() -> None:
    items = pd.DataFrame({"item_id": list("abc"), "title": ["A", "B", "C"]})
    rows = [
        ("u", "a", "view", 1, None),
        ("u", "a", "transaction", 2, 3),
        ("u", "a", "view", 3, None),
        ("u", "b", "addtocart", 4, 5),
        ("u", "b", "Remove from cart", 5, 1),
        ("u", "c", "buy", 6, None),
        ("u", "c", "refund", 7, None),
    ]
    events = pd.DataFrame(rows, columns=["visitorid", "itemid", "event", "timestamp", "rating"])
    with pytest.warns(UserWarning, match="the last rating and the most telling kind of all"):
        catalog = Catalog.from_pandas(items, events)
    found = [(e.item, e.timestamp, e.rating, e.kind) for e in catalog.histories["u"]]
    assert found == [("a", 1, 3, "purchase"), ("b", 4, 1, "remove"), ("c", 6, None, "return")]
    again = Catalog.from_datasets(catalog.to_datasets())
    assert again.histories == catalog.histories


def test_a_column_of_types_that_are_none_is_left_alone() -> None:
    items = pd.DataFrame({"item_id": ["a"], "title": ["A"]})
    events = pd.DataFrame({"user": ["u"], "item": ["a"], "type": ["hardcover"], "timestamp": [1]})
    assert Catalog.from_pandas(items, events).histories["u"][0].kind is None


def test_quantities_below_0_are_returns() -> None:
    items = pd.DataFrame({"item_id": ["a", "b"], "title": ["A", "B"]})
    events = pd.DataFrame({"user": ["u", "u"], "item": ["a", "b"], "Quantity": ["6", "-2"], "timestamp": [1, 2]})
    with pytest.warns(UserWarning, match="1 row with 'Quantity' below 0 as returns"):
        catalog = Catalog.from_pandas(items, events)
    assert [e.kind for e in catalog.histories["u"]] == [None, "return"]


@pytest.mark.parametrize(
    ("ratings", "kept"),
    [
        ([-1, 7, 9], [None, 7, 9]),
        ([-1, 0, 1], [-1, 0, 1]),
        ([0, 0, 8, 5], [None, None, 8, 5]),
        ([0, 4, 4, 5], [0, 4, 4, 5]),
        ([-10, -1, 9], [-10, -1, 9]),
    ],
)
def test_numbers_that_mean_no_rating(ratings: list[int], kept: list[float | None]) -> None:
    ids = [f"i{n}" for n in range(len(ratings))]
    items = pd.DataFrame({"item_id": ids, "title": ids})
    events = pd.DataFrame({"user": "u", "item": ids, "rating": ratings, "timestamp": range(len(ids))})
    catalog = Catalog.from_pandas(items, events)
    assert [e.rating for e in catalog.histories["u"]] == kept


@pytest.mark.parametrize(
    ("cell", "kind"), [(" PV", "view"), ("Add_To_Cart", "cart"), ("thumbs-down", "dislike"), ("lent", "lent")]
)
def test_names_of_kinds(cell: str, kind: str) -> None:
    assert kind_of(cell) == kind


def test_a_view_takes_no_opinion_back() -> None:
    events = [
        Interaction("u", "a", 1.0, 1.0), Interaction("u", "b", 2.0, 5.0), Interaction("u", "a", 3.0, kind="view"),
        Interaction("u", "c", 4.0, kind="like"), Interaction("u", "c", 5.0, kind="purchase"),
    ]  # fmt: skip
    assert Past.of(events, {"a": 0, "b": 1, "c": 2}).opinions == {0: -2.0, 1: 2.0, 2: 1.0}


def test_the_most_telling_event_with_an_item_says_whether_it_was_refused() -> None:
    kinds = {"a": ("purchase", "return"), "b": ("return", "purchase"), "c": ("dislike", "view"), "d": (None,)}
    events = [Interaction("u", item, n, kind=kind) for item, own in kinds.items() for n, kind in enumerate(own)]
    assert Past.of(events, {item: n for n, item in enumerate(kinds)}).denied == {0, 2}


def test_a_dislike_counts_against_its_like_and_a_like_for_it() -> None:
    """Two groups of items; whoever likes one of a group likes the group, and dislikes the other."""
    from llmrec.ranking.opinion import OpinionComponent, OpinionModel
    from llmrec.ranking.score_component import ScoringBatch, ScoringSituation

    rng = np.random.default_rng(0)
    histories, pasts, positive = [], [], []
    for user in range(200):
        rows = rng.choice(10, 5, replace=False).tolist()
        liked = [(row < 5) == (user % 2 == 0) for row in rows]
        histories.append(rows)
        pasts.append(Past({row: 1.0 if yes else -1.0 for row, yes in zip(rows, liked, strict=True)}))
        positive.append([yes and row != 9 for row, yes in zip(rows, liked, strict=True)])
    model = OpinionModel.fit(histories, pasts, positive, 10)
    part, asked = OpinionComponent(model), [(0, 5), (0, 5), (0,), ()]
    batch = ScoringBatch(
        np.zeros((4, 2), np.float32), asked, past=[Past({0: 1.0, 5: -1.0}), Past({0: -2.0}), Past(), Past({3: 1.0})]
    )
    first, second, third, fourth = part.score_batch(np.arange(10), batch)
    assert first[1:5].min() > 0 > first[6:].max() and second[1:5].max() < 0 < second[6:].min()
    assert not third.any() and not fourth.any()  # no opinion, or of an item that the history does not hold
    one = part.score(np.array([7, 2]), ScoringSituation(np.zeros(2, np.float32), (0, 5), past=batch.pasts[0]))
    np.testing.assert_allclose(one, first[[7, 2]], rtol=1e-6)
    assert model.approval.argmin() == 9
    later = model.over(np.array([2, -1])).over(np.array([0, 1, -1]))  # a new item is no other for coming after one
    assert later.approval.tolist() == model.over(np.array([2, -1, -1])).approval.tolist()
    again = OpinionModel.from_state(model.state())
    assert again is not None
    np.testing.assert_allclose(OpinionComponent(again).score_batch(np.arange(10), batch)[0], first, atol=2e-3)
    moved = model.over(np.array([-1, 3, 0]))
    assert moved.approval[1] == model.approval[3] and moved.weights[2, 1] == model.weights[0, 3]


def test_an_evaluation_asks_for_positive_events_alone(tmp_path: Path, tiny_catalog: Catalog) -> None:
    histories = {
        user: tuple(Interaction(e.user, e.item, e.timestamp, float(1 + n % 5)) for n, e in enumerate(events))
        for user, events in tiny_catalog.histories.items()
    }
    rated = Catalog("tiny", tiny_catalog.items, histories)
    every = llmrec.evaluate(rated, baselines=["popularity"], tune=False, out=tmp_path)
    liked = llmrec.evaluate(rated, baselines=["popularity"], tune=False, out=tmp_path, positive="rating>=3")
    assert liked.about["positive"] == "rating>=3" and "positive" not in every.about
    assert 0 < liked.about["events"] < every.about["events"]
