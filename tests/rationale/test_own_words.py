"""What a reason repeats of an item's own text: the sentence that was asked for, and the name of a thing."""

import numpy as np
import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.evidence.selection import rank_evidence
from llmrec.rationale.own_words import stories, thing
from llmrec.verification import Grounds, RuleVerifier

PLOT = (
    "Mr. Bell keeps bees on an island. A girl of nine trains a falcon to carry letters. A storm takes the bridge. "
    "They leave the island for good."
)
SHOP = (
    Item("0", "Ada dress", "Short, fitted dress in soft jersey with narrow straps. Lined.", {"category": "Dress"}),
    Item("1", "Kim", "Dresses in airy cotton with a V-neck.", {"category": "Dress"}),
    Item("2", "Leo jeans", "5-pocket, ankle-length jeans in washed denim.", {"category": "Trousers"}),
    Item("3", "Mia", "T-shirt in soft cotton. Long sleeves.", {"category": "T-shirt"}),
    Item("4", "Nils", "Perfect for summer, with pockets.", {"category": "Shorts"}),
    Item("5", "Olga", "This dress is made of wool, with a belt.", {"category": "Dress"}),
    Item("6", "Pia", "", {"category": "Dress"}),
)
CATALOG = Catalog("shop", SHOP, {})


def test_of_a_story_the_sentence_that_was_asked_for_is_told_and_never_its_end() -> None:
    def story(text: str, query: str = "") -> str:
        return next(stories(text, query), "")

    assert story(PLOT).startswith("Mr. Bell keeps bees on an island. A girl of nine")
    assert story(PLOT, "something with a falcon") == "A girl of nine trains a falcon to carry letters."
    assert story("Maj. Gen. Rhett leaves a town by night. It ends.") == "Maj. Gen. Rhett leaves a town by night."
    assert story(PLOT, "leaving for good").startswith("Mr. Bell") and story("", "bees") == ""


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (0, "a short, fitted dress in soft jersey with narrow straps"),
        (1, "dresses in airy cotton with a V-neck"),
        (2, "5-pocket, ankle-length jeans in washed denim"),
        (3, "a T-shirt in soft cotton"),
        (4, None),
        (5, None),
        (6, None),
    ],
)
def test_a_first_sentence_that_names_a_thing_is_read_and_no_other(item: int, words: str | None) -> None:
    found = thing(SHOP[item], CATALOG)
    assert (found and found.words) == words


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ('You picked "Kim", so we picked this: a short, fitted dress in soft jersey with narrow straps.', True),
        ('You picked "Kim", so we picked this: a short, fitted dress in soft leather.', False),
        ('You picked "Leo jeans", so we picked this: a short, fitted dress in soft jersey.', False),
        ("It is anything but that: a short, fitted dress in soft jersey with narrow straps.", False),
        ('You never picked "Kim": a short, fitted dress in soft jersey with narrow straps.', False),
        ("A short, fitted dress in soft jersey with narrow straps: award-winning.", False),
    ],
)
def test_what_stands_before_the_colon_has_to_hold_by_itself(text: str, ok: bool) -> None:
    evidence = rank_evidence(CATALOG, "0", ["1"], np.array([0.6]))
    assert RuleVerifier(CATALOG).verify(text, Grounds.of(evidence)).ok is ok
