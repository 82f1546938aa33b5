"""What is measured on the scorer, and the evidence that is kept of it."""

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import permutations

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.catalog.vocabulary import Facet
from llmrec.errors import BadInput, UnknownItem
from llmrec.evidence.effects import Situation, history_effects, input_effects
from llmrec.evidence.measure import AblationSetup, add_shapley, measure
from llmrec.evidence.records import CoOccurrence, Counterfactual, Evidence, ItemEvidence, ShapleyValue, strength
from llmrec.evidence.selection import MAX_HISTORY, MIN_GROUP, co_occurrences, rank_evidence
from llmrec.evidence.shapley import Coalition, marginals, shapley_effects
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.fused import ScoredRows, fuse
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.score_component import PREFERENCE, ScoringSituation
from llmrec.train import preference as training
from llmrec.train.preference import learn_preference
from tests.conftest import Scored


def ablation_setup(shop: Scored) -> AblationSetup:
    return AblationSetup(shop.components, shop.engine, shop.engine, lambda _: {}, shop.situation.weights)


def ranking(shop: Scored, history: tuple[int, ...], closed: list[int]) -> list[int]:
    """Rows as a request of that history ranks them, best first."""
    parts = shop.components.scores(shop.engine.query_vectors([history], [""]).vectors, [history])
    fused = fuse(parts, shop.situation.weights, [closed])[0]
    return [int(row) for row in np.argsort(-fused, kind="stable") if np.isfinite(fused[row])]


def test_the_rank_without_the_strongest_item_is_that_of_a_request_without_it(scored: Callable[..., Scored]) -> None:
    shop = scored(3, 5, 9, 6)
    history, candidates = shop.situation.history, [1, 4, 8]
    found = history_effects(shop.situation, candidates, shop.components, shop.engine)
    assert found.rows == history
    whole = ranking(shop, history, list(history))
    assert found.ranks.tolist() == [whole.index(row) + 1 for row in candidates]
    for place, row in enumerate(candidates):
        strongest = int(found.effects[place].argmax())
        left = history[:strongest] + history[strongest + 1 :]
        without = ranking(shop, left, list(history))
        assert found.ranks_without[place] == without.index(row) + 1


def test_ranks_are_among_what_the_filter_lets_through(scored: Callable[..., Scored]) -> None:
    allowed = np.zeros(12, np.bool_)
    allowed[[1, 4]] = True
    shop = scored(3, 5, 9, allowed=allowed)
    assert sorted(history_effects(shop.situation, [1, 4], shop.components, shop.engine).ranks.tolist()) == [1, 2]


def test_evidence_holds_a_counterfactual_for_the_strongest_item_and_one_for_the_wish(
    scored: Callable[..., Scored],
) -> None:
    shop = scored(3, 5, 9, query="comedy")
    for evidence in measure(shop.situation, [1, 4, 8], shop.q, ablation_setup(shop), shop.catalog).evidence:
        named = [record.history_item for record in evidence.counterfactuals]
        assert named == [*(record.history_item for record in evidence.history[:1]), None]
        assert len({record.rank for record in evidence.counterfactuals}) == 1
        assert evidence.companions == ()  # six users are no group


def test_shapley_values_are_in_the_unit_of_effects(scored: Callable[..., Scored]) -> None:
    shop = scored(9)
    plain = measure(shop.situation, [1], shop.q, ablation_setup(shop), shop.catalog)
    measured = add_shapley(plain, shop.situation, [1], ablation_setup(shop), shop.catalog, orders=2)
    (share,) = measured.evidence[0].shapley
    effects = history_effects(shop.situation, [1], shop.components, shop.engine).effects
    # Of a history of one item its value is what leaving it out costs.
    assert measured.evaluations == 2 and share.history_item == "10"
    np.testing.assert_allclose(share.effect, effects[0, 0] / shop.situation.spread(), rtol=1e-4)


ITEMS = 60


@pytest.fixture(scope="module")
def shop() -> tuple[Components, np.ndarray, list[list[int]]]:
    """Colours in pictures and tones in sounds, four of each; users keep to a colour, or (odd ones) to a tone."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, (ITEMS, 2))
    vectors = {
        m: (rng.normal(size=(4, 16))[values[:, n]] + 0.3 * rng.normal(size=(ITEMS, 16))).astype(np.float32)
        for n, m in enumerate(("image", "audio"))
    }
    users = []
    for user in range(120):
        liked = np.flatnonzero(values[:, user % 2] == rng.integers(0, 4))
        users.append([int(row) for row in rng.choice(liked, 8, replace=False)])
    mask = {m: np.ones(ITEMS, np.bool_) for m in vectors}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "STEPS", 150)
        taste = learn_preference(vectors, mask, {}, users, seed=0)
    nothing = np.zeros((ITEMS, 2), np.float32)
    learnt = InteractionModels(Collaborative.fit(users, ITEMS), nothing[:, 0], taste)
    components = Components.of(nothing, nothing[:, 0], learnt, vectors, mask, {})
    return components, values, users


@pytest.mark.parametrize(("user", "cause", "other"), [(0, "image", "audio"), (1, "audio", "image")])
def test_the_modality_that_the_taste_lives_in_moved_the_score(
    shop: tuple[Components, np.ndarray, list[list[int]]], user: int, cause: str, other: str
) -> None:
    components, values, users = shop
    history, about = tuple(users[user]), user % 2
    q = np.zeros(2, np.float32)
    scored = ScoredRows.whole(ITEMS, history)
    weights = {part.key: float(part.key == PREFERENCE) for part in components.parts(words=False)}
    situation = Situation.of(ScoringSituation(q, history), scored, components, weights)
    right = [int(row) for row in scored.rows if values[row, about] == values[history[0], about]]
    without = dict.fromkeys(("image", "audio"), (components.v, components.b))
    for row, effects in zip(right, input_effects(situation, right, components, q, without), strict=True):
        assert effects[cause] > 1 > 2 * abs(effects[other])
        # The effect is the score lost, in the deviations of the fused score.
        assert components.preferences is not None
        part = situation.parts[PREFERENCE][scored.places([row])[0]]
        lost = part - components.preferences.scores([history], without=cause)[0, row]
        assert effects[cause] == pytest.approx(float(lost) / situation.scales[PREFERENCE][1], rel=1e-4)


def game(coalitions: Sequence[Coalition]) -> NDArray[np.float32]:
    """Two candidates' values: 0 and 1 stand in for one another, 2 helps by itself, 3 only with 0."""
    rows = []
    for there in coalitions:
        first = 2.0 * (0 in there or 1 in there) + 0.5 * (2 in there) + 1.0 * (0 in there and 3 in there)
        rows.append([first, -1.0 * (3 in there)])
    return np.array(rows, np.float32)


def exact(value: Callable[[Sequence[Coalition]], NDArray[np.float32]], players: int) -> NDArray[np.float64]:
    """`(candidates, players)`: over all orders."""
    orders = list(permutations(range(players)))
    total = np.zeros((value([()]).shape[1], players))
    for order in orders:
        for n, player in enumerate(order):
            before, after = value([tuple(sorted(order[:n])), tuple(sorted(order[: n + 1]))])
            total[:, player] += after - before
    return total / len(orders)


def test_every_order_adds_up_to_what_all_players_add() -> None:
    gains = marginals(game, 4, 2, 15, seed=3)
    whole = np.subtract(*game([(0, 1, 2, 3), ()]))
    np.testing.assert_allclose(gains.sum(axis=2), np.tile(whole, (15, 1)), atol=1e-6)


def test_sampled_values_come_to_the_exact_ones_and_the_error_tells_how_near() -> None:
    truth = exact(game, 4)
    np.testing.assert_allclose(truth[0], [1.5, 1.0, 0.5, 0.5], atol=1e-6)
    gains = marginals(game, 4, 2, 600, seed=0)
    error = gains.std(axis=0, ddof=1) / np.sqrt(len(gains))
    np.testing.assert_array_less(np.abs(gains.mean(axis=0) - truth), 4 * error + 1e-6)
    assert error.max() < 0.05


def test_the_same_seed_draws_the_same_orders_and_no_coalition_is_valued_twice() -> None:
    asked: list[Coalition] = []

    def counted(coalitions: Sequence[Coalition]) -> NDArray[np.float32]:
        asked.extend(coalitions)
        return game(coalitions)

    first = marginals(counted, 4, 2, 40, seed=1)
    assert len(asked) == len(set(asked)) <= 16
    assert np.array_equal(first, marginals(game, 4, 2, 40, seed=1))
    assert not np.array_equal(first, marginals(game, 4, 2, 40, seed=2))


def test_on_the_real_scorer_they_come_to_the_exact_ones(scored: Callable[..., Scored]) -> None:
    shop = scored(3, 5, 9)
    situation, candidates = shop.situation, [1, 4]

    def value(coalitions: Sequence[Coalition]) -> NDArray[np.float32]:
        histories = [tuple(situation.history[n] for n in there) for there in coalitions]
        q = shop.engine.query_vectors(histories, [""] * len(histories)).vectors
        parts = shop.components.scores(q, histories)
        return situation.fused({name: scores[:, candidates] for name, scores in parts.items()})

    found = shapley_effects(situation, candidates, shop.components, shop.engine, orders=60)
    assert found.rows == (3, 5, 9) and found.evaluations <= 8
    np.testing.assert_allclose(found.effects, exact(value, 3), atol=4 * float(found.errors.max()) + 1e-4)
    none, whole = value([(), (0, 1, 2)])
    np.testing.assert_allclose(found.effects.sum(axis=1), whole - none, atol=1e-4)


def test_without_a_history_there_is_nothing_to_share(scored: Callable[..., Scored]) -> None:
    shop = scored()
    found = shapley_effects(shop.situation, [1], shop.components, shop.engine, orders=5)
    assert found.rows == () and found.effects.shape == (1, 0) and found.evaluations == 0


@pytest.mark.parametrize("orders", [1, 2, 5])
def test_one_order_tells_no_error(scored: Callable[..., Scored], orders: int) -> None:
    shop = scored(3, 5, 9)
    errors = shapley_effects(shop.situation, [1], shop.components, shop.engine, orders).errors
    assert np.isnan(errors).all() == (orders == 1)


def test_history_is_ranked_by_effect_and_what_lowers_the_score_is_no_evidence(tiny_catalog: Catalog) -> None:
    evidence = rank_evidence(tiny_catalog, "2", ["1", "5", "11", "8", "4"], np.array([-0.3, 0.2, 0.4, 0.1, 0.3]))
    assert [e.history_item for e in evidence.history] == ["11", "4", "5"]
    assert len(evidence.history) == MAX_HISTORY
    assert [e.effect for e in evidence.history] == [0.4, 0.3, 0.2]
    assert "1" not in {e.history_item for e in evidence.items}


def test_attributes_are_shared_with_the_cited_item_rarest_first(tiny_catalog: Catalog) -> None:
    evidence = rank_evidence(tiny_catalog, "2", ["4", "5"], np.array([0.4, 0.2]))
    assert evidence.shared("4") == (Facet("genres", "Romance"), Facet("year", "1990s"))
    assert evidence.shared("5") == (Facet("genres", "Comedy"), Facet("year", "1990s"))


def test_modalities_and_wish(tiny_catalog: Catalog) -> None:
    effects = {"image": 0.2, "text": 0.5, "id": -0.1, "query": 0.3}
    evidence = rank_evidence(tiny_catalog, "2", [], np.zeros(0), effects, "a funny comedy from the nineties")
    assert [e.modality for e in evidence.modalities] == ["text", "image"]
    assert evidence.queried == (Facet("genres", "Comedy"), Facet("year", "1990s"))
    assert evidence.answers_query
    assert {e.kind for e in evidence.items} == {"modality", "query"}


def test_a_wish_effect_without_a_wish_is_dropped(tiny_catalog: Catalog) -> None:
    assert not rank_evidence(tiny_catalog, "2", [], np.zeros(0), {"query": 0.3}).answers_query


def test_effects_are_divided_by_the_scale(tiny_catalog: Catalog) -> None:
    evidence = rank_evidence(tiny_catalog, "2", ["4"], np.array([0.4]), {"text": 0.2}, scale=10.0)
    assert [e.effect for e in evidence.history] == [pytest.approx(0.04)]
    assert evidence.strength == "faint"
    assert [strength(x) for x in (0.01, 0.1, 0.5)] == ["faint", "some", "strong"]


def test_effects_that_do_not_fit_are_refused(tiny_catalog: Catalog) -> None:
    with pytest.raises(BadInput, match="2 history items"):
        rank_evidence(tiny_catalog, "2", ["4", "5"], np.zeros(3))
    with pytest.raises(BadInput, match="not finite"):
        rank_evidence(tiny_catalog, "2", ["4"], np.array([np.nan]))
    with pytest.raises(UnknownItem, match="'99'"):
        rank_evidence(tiny_catalog, "2", ["99"], np.array([0.1]))


def test_to_dict_is_json(tiny_catalog: Catalog) -> None:
    evidence = rank_evidence(tiny_catalog, "2", ["4"], np.array([0.4], dtype=np.float32), {"text": 0.2})
    stored = json.loads(json.dumps(evidence.to_dict()))
    assert stored["item"] == "2"
    kinds = [e["kind"] for e in stored["items"]]
    assert kinds == ["history", "attribute", "attribute", "modality"]
    assert stored["items"][1]["attribute"] == "genres=Romance"


def test_kinds() -> None:
    assert Evidence("4", None, None, 0.1).kind == "history"
    assert Evidence("4", "genres=Drama", None, 0.1).kind == "attribute"
    assert Evidence(None, None, "image", 0.1).kind == "modality"
    assert Evidence(None, "genres=Drama", "query", 0.0).kind == "query"


def test_products_share_colour_and_price_band_but_no_placeholder() -> None:
    def product(n: int, colour: str, price: float) -> Item:
        attributes = {"category": "Shirt", "colour": colour, "pattern": "Unknown", "price": price, "product_code": "7"}
        return Item(str(n), f"Shirt {n}", attributes=attributes)

    colours = ("Dark Blue", "Dark Blue", "Red", "Other", "Other", "Other")
    items = tuple(product(n, colour, 0.01 * (n + 1)) for n, colour in enumerate(colours))
    evidence = rank_evidence(Catalog("shop", items, {}), "0", ["1", "2"], np.array([0.3, 0.2]))
    assert set(evidence.shared("1")) == {
        Facet("category", "Shirt"),
        Facet("colour", "Dark Blue"),
        Facet("price", "lower"),
    }
    assert evidence.shared("2") == (Facet("category", "Shirt"),)


SCHEMA = json.loads(files("llmrec.evidence").joinpath("evidence.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def evidence(tiny_catalog: Catalog) -> ItemEvidence:
    found = rank_evidence(tiny_catalog, "2", ["4"], np.array([0.4]), {"text": 0.2, "query": 0.1}, "a comedy")
    return ItemEvidence(
        found.item, found.items, found.query, (Counterfactual("4", 2, 14), Counterfactual(None, 2, 3)),
        (CoOccurrence("4", 64, 113, 120, 943),), (ShapleyValue("4", 0.3, 0.01), ShapleyValue("5", -0.1, float("nan"))),
        ratings={"4": 2.0},
    )  # fmt: skip


def test_evidence_of_every_kind_fits_the_schema_and_comes_back(evidence: ItemEvidence) -> None:
    told = json.loads(json.dumps(evidence.to_dict(), allow_nan=False))
    jsonschema.validate(told, SCHEMA)
    again = ItemEvidence.from_dict(told)
    assert again.to_dict() == evidence.to_dict()
    assert again.companions == evidence.companions and again.counterfactuals == evidence.counterfactuals


def test_evidence_kept_before_it_had_more_than_effects_is_read(evidence: ItemEvidence) -> None:
    old = {name: value for name, value in evidence.to_dict().items() if name in ("item", "query", "items")}
    assert ItemEvidence.from_dict(old) == ItemEvidence(evidence.item, ItemEvidence.from_dict(old).items, evidence.query)


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("companions", {"both": 3}),
        ("companions", {"users": ["u1"]}),
        ("counterfactuals", {"rank": 0}),
        ("items", {"kind": "hunch"}),
        ("items", {"effect": "large"}),
    ],
)
def test_what_is_no_evidence_does_not_fit(evidence: ItemEvidence, place: str, fault: dict[str, object]) -> None:
    told = json.loads(json.dumps(evidence.to_dict()))
    told[place][0] |= fault
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, SCHEMA)


def shop_of(interacted: dict[str, int]) -> Catalog:
    """A catalogue whose users took the items named, so many users for each set ("ab": a and b)."""
    users = [items for items, count in interacted.items() for _ in range(count)]
    items = tuple(Item(name, name.upper()) for name in "abcd")
    histories = {
        f"user-{n}": tuple(Interaction(f"user-{n}", item, float(t)) for t, item in enumerate(interacted))
        for n, interacted in enumerate(users)
    }
    return Catalog("shop", items, histories)


def test_counts_are_those_of_the_interactions_to_the_nearest_ten() -> None:
    catalog = shop_of({"ab": 33, "a": 11, "b": 5, "cd": 60})
    assert co_occurrences(catalog, "b", ["a"]) == (CoOccurrence("a", both=30, group=40, takers=40, people=110),)


def test_two_answers_never_differ_by_one_person() -> None:
    for more in range(25):
        counts = [
            (record.both, record.group, record.takers, record.people)
            for record in co_occurrences(shop_of({"ab": 20 + more, "a": 40, "cd": 200}), "b", ["a"])
        ]
        assert len(counts) == 1 and all(count % 10 == 0 and count >= 20 for count in counts[0])


def test_a_share_that_is_not_larger_any_more_when_rounded_is_not_said() -> None:
    # 24 of 44 is more than 50 of 94; what would be told, 20 of 40 against 50 of 90, is less
    assert co_occurrences(shop_of({"ab": 24, "a": 20, "b": 26, "c": 24}), "b", ["a"]) == ()


def test_of_fewer_than_twenty_people_nothing_is_said() -> None:
    for both, said in ((MIN_GROUP - 1, False), (MIN_GROUP, True)):
        assert bool(co_occurrences(shop_of({"ab": both, "a": 100, "c": 900}), "b", ["a"])) == said


def test_what_the_takers_take_no_oftener_than_all_is_not_said() -> None:
    assert co_occurrences(shop_of({"ab": 30, "a": 30, "b": 30, "c": 30}), "b", ["a"]) == ()


def test_a_catalogue_without_interactions_says_nothing() -> None:
    assert co_occurrences(shop_of({}), "b", ["a", "c"]) == ()
    with pytest.raises(UnknownItem):
        co_occurrences(shop_of({}), "z", ["a"])


def test_no_user_id_is_in_what_is_told() -> None:
    told = str(co_occurrences(shop_of({"ab": 25, "c": 60}), "b", ["a"])[0].to_dict())
    assert "user-" not in told
