"""Propositions on what an item is about: words of a clause against the item's own text."""

import re
from collections.abc import Callable
from functools import cache

from llmrec.verification.propositions.facts import Facts

Entails = Callable[[str, str], float]
"""(the item's own text, a sentence) -> how surely the text says it, from 0 to 1; an entailment model goes here."""

_STOPS = frozenset(
    "a an the this that these those it its is are was were be been of to in on at for from with and or as but so he she "
    "they his her their him them who which what when where while into out up down by has have had do does did not no "
    "one two then than there about after before over under off only just also too very can will would may might get "
    "gets got go goes make makes made take takes took film movie story s t all any some other another himself herself "
    "whose how why more most such own same if because until during through between against film's end way".split()
)
SUPPORTED, NEAR = 0.6, 0.34
"""Share of a sentence's telling words that the item's text holds: from SUPPORTED on it is a paraphrase of a span."""


@cache
def _stem(word: str) -> str:
    from llmrec.verification.propositions.stems import stem

    return stem(word)


def overlap(text: str, sentence: str) -> float:
    """The share of a sentence's telling words that a text holds, by their stems.

    Parameters
    ----------
    text, sentence : str
        The item's own text, and what is said.

    Returns
    -------
    float
        From 0 to 1; 0 for a sentence without telling words.
    """
    held = {_stem(word) for word in re.findall(r"[a-z]+", text.lower())}
    said = [word for word in re.findall(r"[a-z]+", sentence.lower().replace("'s", "")) if word not in _STOPS]
    return sum(_stem(word) in held for word in said) / len(said) if said else 0.0


def own_text(facts: Facts) -> str:
    """The recommended item's title and description."""
    item = facts.catalog.item(facts.item)
    return f"{item.title}. {item.description}" if item.description else ""
