"""Reasons that answer a wish: its words that the item's own text meets, and those on which it is silent."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.evidence.records import ItemEvidence
from llmrec.evidence.selection import rank_evidence
from llmrec.rationale.query_terms import query_terms
from llmrec.rationale.retelling import about, is_whole, parted
from llmrec.rationale.write import stream_rationales
from llmrec.verification import Grounds, RuleVerifier

KINDS = {"category": "Sweater", "price": 9.0}
SHOP = Catalog(
    "shop",
    (
        Item("0", "Ida jumper", "Jumper in a soft wool blend with a turtle neck.", KINDS | {"colour": "Dark Blue"}),
        Item("1", "Liv jumper", "Jumper in a fine cotton knit with long sleeves.", KINDS | {"colour": "Red"}),
        Item("2", "Ida jumper", "Jumper in a soft wool blend with a turtle neck.", KINDS | {"colour": "Black"}),
        Item("3", "Bo socks", "Socks in cotton without wool.", {"category": "Socks", "price": 2.0, "colour": "Red"}),
    ),
    {},
)
FILMS = Catalog(
    "films",
    (
        Item("0", "Rex", "A shy clerk finds a dog and two cats in a lift. They leave.", {"genres": ("Comedy",)}),
        Item("1", "Noon", "Ada Bell is a sheriff of nine. She rides out. It ends.", {"genres": ("Western", "Drama")}),
        Item("2", "Rain", "A storm takes the bridge of a village. All wait. It ends.", {"genres": ("Drama",)}),
        Item("3", "Toys", "", {"genres": ("Animation", "Documentary")}),
    ),
    {},
)


SEQUELS = Catalog(
    "films",
    (
        Item(
            "0",
            "Fog Harbour",
            "Ada Bell keeps a lighthouse. A robot comes ashore. She hides it.",
            {"genres": ("Drama",)},
        ),
        Item("1", "Fog Harbour 2", "Years on Ada Bell meets a robot of the navy. It ends.", {"genres": ("Comedy",)}),
        Item("2", "Steel", "A boy builds a robot in a barn near Ada Bell Lane. They flee.", {"genres": ("Comedy",)}),
        Item("3", "Noise", "A widow opens a shop. No robot is left. She sells it.", {"genres": ("Comedy",)}),
    ),
    {},
)


def reasons(catalog: Catalog, evidence: ItemEvidence, interacted: Sequence[str] = (), seeds: int = 12) -> list[str]:
    return [
        next(stream_rationales([evidence], lambda p, _: [""] * len(p), catalog, seed, writer="rules",
                               interacted=interacted)).text
        for seed in range(seeds)
    ]  # fmt: skip


def asked(catalog: Catalog, item: str, query: str) -> list[str]:
    return reasons(catalog, rank_evidence(catalog, item, ["3"], np.array([0.6]), {"query": 0.5}, query))


def test_what_the_text_has_of_a_wish_is_named() -> None:
    texts = asked(SHOP, "0", "a warm jumper")
    assert all("wool" in text for text in texts) and sum("warm" in text for text in texts) > 8
    texts = asked(FILMS, "0", "a comedy with animals")
    assert all("dog" in text for text in texts) and len(set(texts)) > 4


def test_what_stands_behind_a_colon_shows_what_stands_before_it() -> None:
    quiet = "A clerk still lives with her mother and reads. " * 2
    films = Catalog(
        "films",
        (
            Item("0", "Rex", f"{quiet}She and her friendship with a dog end it.", {"genres": ("Comedy",)}),
            Item("3", "Toys", "", {"genres": ("Animation",)}),
        ),
        {},
    )
    texts = asked(films, "0", "a film about friendship")
    assert all("friendship" in text.partition(": ")[2] for text in texts if "friendship" in text and ": " in text)


def test_a_wish_is_said_back_as_a_person_would_say_it() -> None:
    gift = "a gift for my sister"
    gifts = reasons(SHOP, rank_evidence(SHOP, "0", [], np.array([]), {"query": 0.5}, gift))
    assert any("your sister" in text for text in gifts) and not any("my sister" in text for text in gifts)
    sports = asked(SHOP, "3", "sports socks")
    assert any("for sports" in text for text in sports) and not any("something sports" in text for text in sports)
    assert not any("under" in text for text in asked(SHOP, "0", "a jumper under 50"))
    boxers = Item("9", "Max 3pk", "Boxer shorts in a cotton weave.", {"category": "Underwear bottom"})
    texts = asked(replace(SHOP, items=(*SHOP.items, boxers)), "9", "underwear")
    assert all("underwear" in text.lower() for text in texts) and not any(
        "asked for an underwear" in text for text in texts
    )
    assert not any("for sweater" in text for text in asked(SHOP, "0", "sweater"))
    school = Item("9", "Class", "A teacher of a school wins a race. It ends. They go.", {"genres": ("Comedy",)})
    assert not any(
        "for school" in text for text in asked(replace(FILMS, items=(*FILMS.items, school)), "9", "a school comedy")
    )


def test_a_colour_that_was_not_asked_for_answers_no_wish() -> None:
    texts = asked(SHOP, "1", "a comfortable jumper")
    assert not any("asked for" in text and "red" in text for text in texts), texts


def test_where_the_text_is_silent_on_a_wish_that_is_said() -> None:
    texts = asked(SHOP, "1", "a warm jumper")
    assert not any("warm" in text and "not" not in text and "it has" in text for text in texts)
    assert sum("not be" in text or "Maybe not" in text or "hard to tell" in text for text in texts) > 3, texts
    texts = asked(FILMS, "0", "a quiet comedy with robots for a wedding")
    assert not any(f"{said} a wedding" in text for said in ("about", "mention", "of") for text in texts), texts
    assert any("robots" in text and "plot" in text for text in texts), texts


def test_what_a_thing_calls_itself_is_not_missed() -> None:
    fancy = {"category": "Fancy", "colour": "Red"}
    shop = replace(SHOP, items=(*SHOP.items, Item("4", "Mia", "Jumper in a fine knit with a collar.", fancy),
                                Item("5", "Ono", "Hat in a fine knit with a collar.", fancy)))  # fmt: skip
    assert not any("else" in text for text in asked(shop, "4", "a jumper for winter"))


def test_one_of_several_colours_is_enough() -> None:
    pale = replace(SHOP.items[0], id="4", attributes=KINDS | {"colour": "Light Pink"})
    pink = replace(SHOP.items[1], id="5", attributes=KINDS | {"colour": "Pink"})
    shop = replace(SHOP, items=(*SHOP.items, pale, pink))
    for item, query in (("4", "not grey, pastel pink or black"), ("4", "a pink or red jumper"), ("1", "red or black")):
        texts = asked(shop, item, query)
        assert not any(re.search(r"though|else|not (?:red|black|pink)", text) for text in texts), texts


def test_what_the_person_has_already_is_said() -> None:
    evidence = rank_evidence(SHOP, "0", ["1"], np.array([0.9]))
    twin = replace(SHOP, items=(*SHOP.items, replace(SHOP.items[0], id="4")))
    assert all("already" in t or "again" in t or "before" in t or "another" in t.lower() or "once more" in t
               for t in reasons(twin, evidence, ["4", "1"]))  # fmt: skip


def test_a_shade_of_the_colour_that_was_asked_for_is_told_as_it() -> None:
    texts = asked(SHOP, "0", "something blue")
    assert all("dark blue" in text.lower() and "not blue" not in text.lower() for text in texts), texts


def test_what_the_person_has_in_another_colour_is_told_with_that_colour() -> None:
    texts = reasons(SHOP, rank_evidence(SHOP, "0", ["2"], np.array([0.9])), ["1", "2"])
    assert all("dark blue" in text for text in texts) and sum("black" in text for text in texts) > 3, texts


@pytest.mark.parametrize(
    ("query", "item", "words"),
    [
        ("a warm jumper for the office", 0, [("warm", "wool and a turtle neck"), ("the office", "")]),
        ("warm socks", 3, [("warm", "")]),  # "without wool"
        ("something warm but not red", 0, []),
    ],
)
def test_words_of_a_wish_are_met_by_words_of_the_text(query: str, item: int, words: list[tuple[str, str]]) -> None:
    vocabulary, found = Vocabulary.of(SHOP), SHOP.items[item]
    told = query_terms(query, found, vocabulary.facets[found.id], vocabulary)
    assert [(each.word, each.by) for each in told] == words


def test_a_plot_stands_behind_about_only_where_subject_and_verb_are_clear() -> None:
    assert about("A shy clerk finds a dog.") == "a shy clerk who finds a dog"
    assert about("Ada Bell is a sheriff of nine.") == "Ada Bell, a sheriff of nine"
    assert about("Ada Bell meets a robot of the navy.") == "Ada Bell, who meets a robot of the navy"
    assert about("A rich man secretly creates a zoo.") == "a rich man who secretly creates a zoo"
    assert about("A plague carried by rats kills half of a town.").startswith("a plague carried by rats that kills")
    assert about("The true story of a boy who was king.") == "a boy who was king"
    assert about("Ada is tired and her dog is lost.") == "" == about("It begins in a harbour.")
    assert about("Noon is the second film of a series.") == "" == about("Humanity finds a door in the sea.")
    assert about("A man whose dog is lost finds it.") == "" == about("When it rains, a man is lost.")
    assert not is_whole("Ada, a clerk who finds a dog.") and parted("a hat with a bow") == ("a hat with a bow", "")


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("Here is a comedy about a shy clerk who finds a dog and two cats in a lift.", True),
        ("Here is a comedy about a shy clerk who loses a dog and two cats in a lift.", False),
        ('You watched "Toys", a comedy about a shy clerk who finds a dog and two cats in a lift.', False),
        ("There is a dog in it: a shy clerk finds a dog and two cats in a lift.", True),
        ("There is a horse in it: a shy clerk finds a dog and two cats in a lift.", False),
        ("A comedy, as you asked. Its plot does not mention a wedding.", True),
        ("A comedy, as you asked. Its plot does not mention animals.", True),
        ("A comedy, as you asked. Its plot does not mention a dog.", False),
        ("A comedy, as you asked. It may not be a dog, though.", False),
        ("A comedy, as you asked. Its plot does not mention robots.", False),  # nor was it asked for
    ],
)
def test_what_is_said_of_the_items_text_is_held_against_it(text: str, ok: bool) -> None:
    query = "a comedy with animals and a dog for a wedding"
    evidence = rank_evidence(FILMS, "0", ["3"], np.array([0.6]), {"query": 0.5}, query)
    assert RuleVerifier(FILMS).verify(text, Grounds.of(evidence)).ok is ok


def test_what_an_item_has_in_common_with_the_one_that_led_to_it_is_told() -> None:
    texts = reasons(SEQUELS, rank_evidence(SEQUELS, "1", ["0"], np.array([0.9])))
    assert sum("Ada Bell" in text and "Harbour" in text for text in texts) > 9, texts
    texts = reasons(SEQUELS, rank_evidence(SEQUELS, "2", ["0"], np.array([0.9])))
    assert sum("robot in" in text and '"Fog Harbour"' in text for text in texts) > 9 and len({*texts}) > 4, texts
    assert not any("in common" in text or "robot in" in text for text in reasons(
        SEQUELS, rank_evidence(SEQUELS, "3", ["0"], np.array([0.9]))
    ))  # fmt: skip
    # Of several that led to it nearly as much, the one that has something in common is told.
    texts = reasons(SEQUELS, rank_evidence(SEQUELS, "2", ["3", "0"], np.array([0.9, 0.8])))
    assert all('"Noise"' not in text for text in texts), texts


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ('"Fog Harbour" also has a robot in it.', True),
        ('There is a robot in "Fog Harbour" as well.', True),
        ('Like "Fog Harbour", this comedy has a robot in it.', False),  # whose first is no comedy
        ('After "Fog Harbour", another film with a robot in it.', True),
        ('You know Ada Bell from "Fog Harbour".', True),
        ('You know Ada Dell from "Fog Harbour".', False),
        ('"Fog Harbour" also has a lighthouse in it.', False),
        ('"Noise" also has a robot in it.', False),
    ],
)
def test_what_two_items_have_in_common_is_held_against_both_texts(text: str, ok: bool) -> None:
    evidence = rank_evidence(SEQUELS, "1", ["0", "3"], np.array([0.9, 0.2]))
    assert RuleVerifier(SEQUELS).verify(text, Grounds.of(evidence)).ok is ok


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("You have it in black; here it is in dark blue.", True),
        ("You have it in red; here it is in dark blue.", False),
        ('You have "Ida jumper" in black; this one is in dark blue.', True),
        ("A jumper in a soft wool blend, and you bought it in red.", False),
    ],
)
def test_the_colour_that_the_person_has_is_held_against_the_history(text: str, ok: bool) -> None:
    evidence = rank_evidence(SHOP, "0", ["2", "1"], np.array([0.9, 0.1]))
    assert RuleVerifier(SHOP).verify(text, Grounds.of(evidence, ["1", "2"])).ok is ok


@pytest.mark.parametrize(
    ("text", "contradicted"),
    [
        ("You asked for something blue; this one is dark blue.", []),
        ("Something red is what you asked for; this one is dark blue.", ["Red"]),
        ("A jumper, though not red.", []),
        ("A red jumper in a soft wool blend.", ["red"]),
    ],
)
def test_an_audit_tells_what_was_asked_for_and_denied_from_what_the_item_is(text: str, contradicted: list[str]) -> None:
    evidence = rank_evidence(SHOP, "0", ["1"], np.array([0.6]), {"query": 0.5}, "something blue")
    claims = RuleVerifier(SHOP).verify(text, Grounds("0", ("2",), evidence)).claims
    assert [each.text.lower() for each in claims if each.verdict == "contradicted"] == [x.lower() for x in contradicted]
