"""Measured effects become ranked evidence, which is data of a stated shape."""

import json
from importlib.resources import files

import jsonschema
import numpy as np
import pytest

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.catalog.vocabulary import Facet
from llmrec.errors import BadInput, UnknownItem
from llmrec.evidence.co_occurrence import MIN_GROUP, co_occurrences
from llmrec.evidence.records import CoOccurrence, Counterfactual, Evidence, ItemEvidence, ShapleyValue, strength
from llmrec.evidence.selection import MAX_HISTORY, rank_evidence


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


def shop(interacted: dict[str, int]) -> Catalog:
    """A catalogue whose users took the items named, so many users for each set ("ab": a and b)."""
    users = [items for items, count in interacted.items() for _ in range(count)]
    items = tuple(Item(name, name.upper()) for name in "abcd")
    histories = {
        f"user-{n}": tuple(Interaction(f"user-{n}", item, float(t)) for t, item in enumerate(interacted))
        for n, interacted in enumerate(users)
    }
    return Catalog("shop", items, histories)


def test_counts_are_those_of_the_interactions_to_the_nearest_ten() -> None:
    catalog = shop({"ab": 33, "a": 11, "b": 5, "cd": 60})
    assert co_occurrences(catalog, "b", ["a"]) == (CoOccurrence("a", both=30, group=40, takers=40, people=110),)


def test_two_answers_never_differ_by_one_person() -> None:
    for more in range(25):
        counts = [
            (record.both, record.group, record.takers, record.people)
            for record in co_occurrences(shop({"ab": 20 + more, "a": 40, "cd": 200}), "b", ["a"])
        ]
        assert len(counts) == 1 and all(count % 10 == 0 and count >= 20 for count in counts[0])


def test_a_share_that_is_not_larger_any_more_when_rounded_is_not_said() -> None:
    # 24 of 44 is more than 50 of 94; what would be told, 20 of 40 against 50 of 90, is less
    assert co_occurrences(shop({"ab": 24, "a": 20, "b": 26, "c": 24}), "b", ["a"]) == ()


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
