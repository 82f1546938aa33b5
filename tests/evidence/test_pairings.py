"""Why an item goes with another: days of twenty people or more, counted anew by the verifier; else what both share."""

from dataclasses import replace

import pytest

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.evidence.pairings import pairing
from llmrec.evidence.records import ItemEvidence, Pairing
from llmrec.verification import Grounds, RuleVerifier
from llmrec.verification.pairings import pairing_sentence

DAY = 86_400.0
ITEMS = (
    Item("p1", "Lima phone", "", {"category": "Phone", "colour": "Black", "section": "North"}),
    Item("p2", "Orva phone", "", {"category": "Phone", "colour": "White", "section": "North"}),
    Item("c1", "Lima case", "", {"category": "Case", "colour": "Black", "section": "North"}),
    Item("c2", "Orva case", "", {"category": "Case", "colour": "White", "section": "North"}),
    Item("m1", "Plain mug", "", {"category": "Mug", "colour": "Grey", "section": "South"}),
)


def shop(*baskets: tuple[int, str]) -> Catalog:
    """So many people with each basket, written as "p1 c1"; everybody takes a mug on another day."""
    histories: dict[str, tuple[Interaction, ...]] = {}
    for count, basket in baskets:
        for _ in range(count):
            user = f"u{len(histories)}"
            taken = [Interaction(user, item, 18_000 * DAY) for item in basket.split()]
            histories[user] = (*taken, Interaction(user, "m1", 18_010 * DAY))
    return Catalog("shop", ITEMS, histories)


def test_two_items_of_many_people_are_told_by_their_own_days() -> None:
    told = pairing(shop((44, "p1 c1"), (30, "p2 c2"), (20, "c2")), "c1", "p1")
    assert told == Pairing("p1", None, None, 40, 40, 40, 190)


def test_fewer_than_twenty_people_are_told_by_the_values_of_many() -> None:
    told = pairing(shop((19, "p1 c1"), (30, "p2 c2")), "c1", "p1")
    assert (told.anchor_value, told.item_value) == ("category=Phone", "category=Case")
    assert told.both >= 20 and told.group >= 20 and told.takers >= 20


def test_one_person_more_or_less_never_shows() -> None:
    counts = {pairing(shop((n, "p1 c1"), (30, "p2 c2")), "c1", "p1").both for n in range(36, 45)}
    assert counts == {40}


def test_what_nobody_takes_together_is_told_by_what_both_are() -> None:
    apart = shop((40, "p1"), (40, "c1"))
    told = pairing(apart, "c1", "p1")
    assert told == Pairing("p1", shared="colour=Black")
    sentence = pairing_sentence(told, "c1", apart)
    assert sentence == 'Too few days tell what goes with "Lima phone"; this item shares its colour "Black".'
    bare = pairing_sentence(pairing(apart, "m1", "p1"), "m1", apart)
    assert bare == '"Plain mug" is here because of "Lima phone".'


def test_an_order_without_times_claims_no_days() -> None:
    events = {f"u{n}": (Interaction(f"u{n}", "p1", 1.0), Interaction(f"u{n}", "c1", 2.0)) for n in range(40)}
    assert pairing(Catalog("shop", ITEMS, events), "c1", "p1").days == 0


@pytest.mark.parametrize(("item", "number"), [("c1", "on about 40"), ("c2", "on about 80")])
def test_the_verifier_counts_again(item: str, number: str) -> None:
    catalog = shop((44, "p1 c1"), (10, "p1 c2"), (30, "p2 c2"))
    told = pairing(catalog, item, "p1")
    evidence = ItemEvidence(item, (), pairing=told)
    verifier, sentence = RuleVerifier(catalog), pairing_sentence(told, item, catalog)
    assert number in sentence
    verdict = verifier.verify(sentence, Grounds.of(evidence))
    assert verdict.ok and verdict.claims[0].verdict == "supported" and verdict.claims[0].reason
    inflated = replace(told, both=told.both + 10)
    lie = pairing_sentence(inflated, item, catalog)
    refused = verifier.verify(lie, Grounds.of(ItemEvidence(item, (), pairing=inflated)))
    assert not refused.ok and refused.claims[0].verdict == "contradicted"


def test_a_record_that_no_event_bears_is_refused() -> None:
    catalog = shop((40, "p1"), (40, "c1"))
    invented = Pairing("p1", None, None, 40, 40, 40, 160)
    evidence = ItemEvidence("c1", (), pairing=invented)
    assert not RuleVerifier(catalog).verify(pairing_sentence(invented, "c1", catalog), Grounds.of(evidence)).ok


def test_the_record_comes_back_from_json() -> None:
    evidence = ItemEvidence("c1", (), pairing=Pairing("p1", "category=Case", "category=Phone", 40, 60, 50, 190))
    assert ItemEvidence.from_dict(evidence.to_dict()) == evidence
