"""The truth test reads every writer alike, and its rivals know nothing of the purchase they explain."""

from dataclasses import replace

import pytest

from eval.explanations.reader import Reader
from eval.explanations.rivals import shuffled
from eval.explanations.shop import held_out
from eval.explanations.truth_report import truth_lines
from llmrec.catalog import Catalog, Item
from llmrec.catalog.simshop import World, make_world
from llmrec.catalog.vocabulary import Facet
from llmrec.evidence.records import Evidence, ItemEvidence


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(60, 20, 0)


@pytest.fixture(scope="module")
def catalog(world: World) -> Catalog:
    return Catalog("shop", tuple(Item(item, f"Thing {item}", "", {"price": 1.0}) for item in world.items), {})


def test_a_sentence_is_read_against_cause_medium_and_taste(world: World, catalog: Catalog) -> None:
    reader = Reader(catalog, world)
    user, taste = next((u, t) for u, t in world.tastes.items() if t.modalities[0] == "image")
    name, liked = next((a, v) for a, v in taste.likes.items() if a in ("shape", "colour", "pattern"))
    row = world.values[name].index(liked[0])
    item, value = world.items[row], liked[0]
    other = next(a for a in world.values if a not in taste.likes and a != "motion")
    spare = world.values[other][row]
    said = f"This came up because of the {value} {name} in its photo, and the {spare} {other}."
    judged = reader.judge(said, user, item, (name, value))
    assert judged == {"driver": 1, "medium": 1, "given": 2, "right": 1}
    wrong = f"This came up because of the {value} {name} in its sound."
    assert reader.judge(wrong, user, item, (name, value)) == {"driver": 1, "medium": 0, "given": 1, "right": 1}
    lacking = next(v for v in world.values[name] if v != value)
    assert reader.judge(f"It is {lacking}.", user, item, (name, value))["right"] == 0
    assert reader.judge("A fine thing.", user, item, (name, value)) == {
        "driver": 0,
        "medium": 0,
        "given": 0,
        "right": 0,
    }


def test_shuffled_evidence_is_anothers_reason_in_the_items_own_values(world: World, catalog: Catalog) -> None:
    items = tuple(
        replace(item, attributes={name: column[n] for name, column in world.values.items()})
        for n, item in enumerate(catalog.items)
    )
    spoken = replace(catalog, items=items, shown_by={"colour": "image", "motion": "video"})

    def evidence(n: int, name: str, modality: str) -> ItemEvidence:
        return ItemEvidence(items[n].id, (Evidence(None, Facet(name, world.values[name][n]).key, modality, 1.0),))

    first, second = shuffled([evidence(0, "colour", "image"), evidence(1, "motion", "video")], ["u", "v"], spoken, 0)
    assert first.traits[0].attribute == f"motion={world.values['motion'][0]}"
    assert second.traits[0].attribute == f"colour={world.values['colour'][1]}"
    assert (first.item, first.traits[0].modality) == (items[0].id, "video")


def test_the_users_asked_are_held_out_the_same_each_time() -> None:
    users = [f"u{n}" for n in range(30)]
    assert held_out(users, 10, 0) == held_out(users, 10, 0) != held_out(users, 10, 1)
    assert len(set(held_out(users, 10, 0))) == 10


def test_a_missed_aim_is_marked() -> None:
    metric = {"value": 0.8, "low": 0.7, "high": 0.9, "reason": ""}
    row = {"driver": metric, "medium": metric, "precision": metric, "named a sentence": 2.5, "sentences": 9}
    truth = {
        "users": 5, "events": 25, "right": 9, "users with a right one": 4,
        "rows": {"llmrec": row | {"driver named by modality": {"image": 0.8}}},
        "chance": {"driver": 0.2, "precision": 0.25}, "sources": {"plain": 9}, "fidelity": 0.7,
        "removal": {"cases": 0},
        "probes": {"colour": {"modality": "audio", "true modality": "image", "named": 0.9, "right": 0.99}},
    }  # fmt: skip
    lines = truth_lines(truth)
    assert any("**missed**" in line for line in lines if line.startswith("| llmrec"))
    assert any("**wrong** (image)" in line for line in lines)
