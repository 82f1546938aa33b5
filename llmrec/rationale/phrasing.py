"""Sentences by rule: one brief, very many true sentences, in any of three styles or in their mixture.

A plan of `llmrec.rationale.plans` is a frame for what the sentence opens with, and tails for what the frame left out;
its slots are filled from the brief. Such sentences are the LLM's training targets, replace LLM sentences that do not
hold, and serve requests that ask for a style, which the LLM cannot be given. They are true by construction, and
verified like the LLM's.
"""

import random
import re
from collections.abc import Iterator
from typing import Literal, get_args

from llmrec.catalog.vocabulary import Facet, attribute_noun
from llmrec.rationale.brief import Brief, Cause, Lead, label
from llmrec.rationale.plans import (
    CAUSAL,
    COMPARED,
    COUNTERFACTUAL,
    DOUBT,
    ITEM,
    LINK,
    MODALITY,
    NOTHING,
    QUERY,
    QUERY_THEN,
    QUERY_UNNAMED,
    RANKED,
    TAIL_CAUSE,
    TAIL_HELP,
    TAIL_KIND,
    TAIL_QUERY,
    TAIL_SHARED,
    TAIL_TRAIT,
    TRAIT,
)
from llmrec.verification.grammar import LIFTED, RESTS_ON, ROSE, STRONGLY

Style = Literal["line", "two", "comparison"]
"""One line, two sentences, or a comparison of reasons."""
STYLES: tuple[Style, ...] = get_args(Style)
DRAWS = 8
"""Draws of a sentence that differs from the others of the same response."""
_NOUNS = {"comedy", "drama", "thriller", "musical", "documentary", "western"}
_COUNTED = {"thriller", "musical", "documentary", "western"}
"""Genres that are no stuff: "they share thriller" is not English."""
_ADJECTIVES = {"animation": "animated", "romance": "romantic", "film-noir": "noir"}
_ADJECTIVAL = {"colour", "color", "pattern", "genres", "genre"}


def write_sentence(brief: Brief, lead: Lead, rng: random.Random) -> str:
    """Write one or two true sentences in the mixture of styles that the LLM learns.

    Parameters
    ----------
    brief : Brief
        The content.
    lead : str
        What they open with, one of `brief.leads()`.
    rng : random.Random
        Draws plan and filling.

    Returns
    -------
    str
        The text.
    """
    if lead == "trait":
        return _write_traits(brief, rng)
    causes = list(brief.history)
    if len(causes) == 2 and rng.random() < 0.55:
        causes.pop()
    shared = [f for f in causes[0].shared if all(f in c.shared for c in causes)] if causes else []
    if lead == "link" and not shared:  # two causes with nothing in common: keep the one that the link is to
        causes = [next((c for c in brief.history if c.shared), brief.history[0])]
        shared = list(causes[0].shared)
    named = _some(shared, rng)
    item = _item(brief, [f for f in shared if f not in named and f not in brief.queried], rng)
    frame, tails = _plan(brief, lead, causes, named, rng)
    if lead == "query" and not brief.queried:  # a wish in no word of the catalogue: say at least what the item is
        item = _kind(brief) or item
    return _fill(frame + tails, brief, causes, named, item, rng)


def _write_traits(brief: Brief, rng: random.Random) -> str:
    """Write a sentence that names every trait and its medium, and a history item that has them too, if one has."""
    plan = rng.choice(TRAIT) + (rng.choice(TAIL_TRAIT) if brief.trait_sharer and rng.random() < 0.7 else "")
    plan = plan.replace("{LIFTED}", rng.choice(LIFTED)).replace("{ROSE}", rng.choice(ROSE))
    places = [
        " and ".join(f"the {trait.phrase}" for trait in brief.traits if trait.place == place) + f" in its {place}"
        for place in brief.places
    ]
    parts = {
        # A comma before each place: the verifier reads a clause as speaking of one.
        "T": " and ".join(places) if len(places) < 2 else ", ".join(places[:-1]) + f", and {places[-1]}",
        "C": f'"{brief.title}"' if brief.named and rng.random() < 0.4 else f"this {brief.words.noun}",
        "H": f'"{brief.trait_sharer}"', "THEM": "it" if len(brief.traits) == 1 else "them", "chose": brief.words.chose,
    }  # fmt: skip
    text = re.sub(r"\{(\w+)\}", lambda slot: parts[slot.group(1)], plan)
    return text[:1].upper() + text[1:] + "."


def _plan(brief: Brief, lead: Lead, causes: list[Cause], named: list[Facet], rng: random.Random) -> tuple[str, str]:
    """A frame and its tails."""
    if lead == "doubt" and not causes:
        return rng.choice(NOTHING), ""
    if lead == "doubt":
        return rng.choice(DOUBT), rng.choice(TAIL_SHARED[:2] + TAIL_SHARED[4:7]) if named and rng.random() < 0.4 else ""
    if not causes and lead != "query":
        return rng.choice(MODALITY), ""
    if lead == "query":
        tail = rng.choice(QUERY_THEN) if causes and rng.random() < 0.8 else ""
        if tail and named and rng.random() < 0.4:
            tail += rng.choice(TAIL_SHARED)
        return _query(brief, rng), tail or _help(brief, 0.5, rng)
    if lead == "link" and named:
        return rng.choice(LINK), _help(brief, 0.25, rng) or _queried(brief, 0.5, rng)
    if lead == "history":
        u = rng.random()
        if len(causes) == 2 and u < 0.15:
            frames: tuple[str, ...] = COMPARED
        elif len(causes) == 1 and len(brief.history) == 2 and u < 0.2:
            frames = RANKED
        else:
            frames = COUNTERFACTUAL if u > 0.85 else CAUSAL
    else:
        frames = ITEM
    frame = rng.choice(frames)
    tail = ""
    if named and rng.random() < 0.7:
        direct = frames is CAUSAL and "which" not in frame
        tail = rng.choice(TAIL_CAUSE if direct and rng.random() < 0.4 else TAIL_SHARED)
    return frame, tail or _help(brief, 0.6, rng) or _queried(brief, 0.6, rng)


def _query(brief: Brief, rng: random.Random) -> str:
    return rng.choice(QUERY if brief.queried else QUERY_UNNAMED)


def _help(brief: Brief, chance: float, rng: random.Random) -> str:
    tails = _help_tails(brief)
    return rng.choice(tails) if tails and rng.random() < chance else ""


def _help_tails(brief: Brief) -> tuple[str, ...]:
    """What else of the item counted: what it is, where that was measured, rather than who watched it."""
    people = {brief.words.modalities.get(name) for name in ("id", "popularity")}
    if brief.helps and brief.helps[0] not in people:
        return TAIL_HELP
    if _kind(brief) and not brief.queried:
        return TAIL_KIND
    return TAIL_HELP if brief.helps else ()


def _queried(brief: Brief, chance: float, rng: random.Random) -> str:
    return rng.choice(TAIL_QUERY) if brief.queried and rng.random() < chance else ""


def _fill(plan: str, brief: Brief, causes: list[Cause], named: list[Facet], item: str, rng: random.Random) -> str:
    querying = "{Q}" in plan or "wish" in plan
    strong = not querying and len(causes) == 1 and causes[0].strength == "strong" and rng.random() < 0.25
    verb = (f"{rng.choice(STRONGLY)} " if strong else "") + rng.choice(LIFTED)
    titles = [f'"{cause.title}"' for cause in causes]
    queried = _some(list(brief.queried), rng)
    parts = {
        "LIFTED_IT": rng.choice(LIFTED).replace("{C}", "it"), "LIFTED": verb, "ROSE": rng.choice(ROSE),
        "RESTS_ON": rng.choice(RESTS_ON), "H1": titles[0] if titles else "", "H2": titles[-1] if titles else "",
        "H": " and ".join(titles), "S": _list([_noun_phrase(f, rng) for f in named]),
        "IS": "are" if len(named) > 1 else "is", "Q": _list([_noun_phrase(f, rng) for f in queried]),
        "K": _with_article(_kind(brief).removeprefix("this ")),
        "M": brief.helps[0] if brief.helps else "", "chose": brief.words.chose,
    }  # fmt: skip
    text = plan
    for name in ("LIFTED_IT", "LIFTED", "ROSE", "RESTS_ON"):
        text = text.replace("{" + name + "}", parts.pop(name))
    # The item is named once, then "it". Titles go in last and in one pass: one may hold braces itself.
    first, rest = text.split("{C}", 1) if "{C}" in text else (text, "")
    text = first + ("{C}" if "{C}" in text else "") + rest.replace("{C}", "it")
    parts["C"] = item
    text = re.sub(r"\{(\w+)\}", lambda slot: parts[slot.group(1)], text)
    return text[:1].upper() + text[1:] + "."


def _some(facets: list[Facet], rng: random.Random) -> list[Facet]:
    """Choose one or two of the facets, in their order; mostly the first, which is the rarest and most specific."""
    chosen = set(range(len(facets))) if len(facets) < 2 else {0} if rng.random() < 0.75 else {len(facets) - 1}
    if len(facets) > 1 and rng.random() < 0.5:
        chosen.add(rng.randrange(len(facets)))
    return [facet for n, facet in enumerate(facets) if n in chosen]


def _kind(brief: Brief) -> str:
    """The item as what it was measured to be liked for: "this comedy"; "" where it has no such genre."""
    value = next((label(f) for f in brief.measured if f.name in ("genres", "genre")), "")
    if not value or value.endswith("'s"):
        return ""
    return f"this {value}" if value in _NOUNS else f"this {_ADJECTIVES.get(value, value)} {brief.words.noun}"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _item(brief: Brief, spare: list[Facet], rng: random.Random) -> str:
    """Choose the name of the recommended item in the sentence.

    Its title, "this film", or a shared facet that is still `spare` ("this comedy").
    """
    noun = brief.words.noun
    u = rng.random()
    kinds = [f for f in spare if f.name in _ADJECTIVAL or f.name == "year"]
    if u < 0.2 and kinds:
        value = label(facet := rng.choice(kinds))
        if facet.name in ("colour", "color", "pattern"):
            value = facet.value.lower()
        return f"this {value}" if value in _NOUNS else f"this {_ADJECTIVES.get(value, value)} {noun}"
    if u < 0.5 and brief.named:
        return f'"{brief.title}"'
    return f"this {noun}" if u < 0.9 else "this one"


_OF_FILES = frozenset(
    (
        "garment group",
        "product type",
        "product group",
        "department",
        "department name",
        "section",
        "index",
        "index group",
    )
)
"""Names of attributes by which a file is ordered, and which nobody speaks of."""


def _noun_phrase(facet: Facet, rng: random.Random) -> str:
    """Write a facet as a noun phrase: "comedy", "the comedy genre", "the 1990s", "the colour dark blue"."""
    words = label(facet)
    if facet.name in ("genres", "genre"):
        return f"the {words} genre" if words.endswith("'s") or words in _COUNTED or rng.random() < 0.25 else words
    noun = attribute_noun(facet.name)
    if noun in _OF_FILES and re.fullmatch(r"[a-z]+s", bare := words.removesuffix(noun).strip()):
        return bare  # nobody says "the shoes garment group"
    if words == facet.value or facet.name == "price":
        return f"the {words}" if facet.name != "price" else f"a {words}"
    if words.lower() != facet.value.lower() and rng.random() < 0.3:
        return f"the {attribute_noun(facet.name)} {words.removesuffix(' ' + attribute_noun(facet.name))}"
    return f"the {words}"


def _list(parts: list[str]) -> str:
    return " and ".join(parts)


def write_styled(brief: Brief, style: Style, rng: random.Random) -> str:
    """Write one or two true sentences in a style.

    Parameters
    ----------
    brief : Brief
        The content.
    style : {"line", "two", "comparison"}
        Where all evidence is faint, the sentence says so, whatever the style; where there is nothing to compare with,
        the strongest reason is compared with all others of the history.
    rng : random.Random
        Draws plan and filling.

    Returns
    -------
    str
        The text.
    """
    if brief.strength == "faint":
        return write_sentence(brief, "doubt", rng)
    causes = list(brief.history[:1])
    named = _some(list(causes[0].shared), rng) if causes else []
    item = _item(brief, [], rng)
    if style == "comparison" and causes:
        compared = len(brief.history) == 2 and rng.random() < 0.7
        frame = rng.choice(COMPARED if compared else RANKED)
        return _fill(frame, brief, list(brief.history) if compared else causes, [], item, rng)
    if brief.answers_query and (not causes or rng.random() < 0.5):
        frame, queried = _query(brief, rng), True
        item = item if brief.queried else _kind(brief) or item
    else:
        frame, queried = rng.choice((*CAUSAL, *ITEM) if causes else MODALITY if brief.helps else NOTHING), False
    if style != "two":
        return _fill(frame, brief, causes, [], item, rng)
    tails = [
        *(TAIL_SHARED if causes and named and not queried else ()),
        *(_help_tails(brief) if (causes or queried) and not item.startswith(_kind(brief) or "\n") else ()),
        *(TAIL_QUERY if brief.queried and not queried else ()),
        *(QUERY_THEN if causes and queried else ()),
    ]
    second = [tail for tail in tails if tail.startswith(". ")]
    return _fill(frame + (rng.choice(second) if second else ""), brief, causes, named, item, rng)


def plain_sentence(brief: Brief) -> str:
    """Write the plain sentence of a brief, the same every time: strongest reason, what is shared, the query.

    Parameters
    ----------
    brief : Brief
        The content.

    Returns
    -------
    str
        The text.
    """
    if brief.traits:
        return _write_traits(brief, random.Random(brief.title))
    noun, chose = brief.words.noun, brief.words.chose
    rng = random.Random(0)
    queried = _list([_noun_phrase(facet, rng) for facet in brief.queried[:2]])
    if not brief.history:
        if brief.answers_query:
            return (
                f"This {noun} answers your wish for {queried}."
                if queried
                else f"{(_kind(brief) or f'this {noun}').capitalize()} came up because of your wish."
            )
        if brief.helps:
            return f"This {noun} came up thanks to its {brief.helps[0]}."
        return f"Your history says little about this {noun}, so take it as a guess."
    cause = brief.history[0]
    shared = _list([_noun_phrase(facet, rng) for facet in cause.shared[:2]])
    text = f'You {chose} "{cause.title}", so this {noun} came up'
    if brief.strength == "faint":
        text = f'This {noun} is a tentative pick, nudged by "{cause.title}"'
    if shared:
        text += f"; they share {shared}"
    return text + (f". It also answers your wish for {queried}." if queried else ".")


def styled_drafts(brief: Brief, style: Style, seed: int) -> Iterator[str]:
    """Draw candidate sentences in a style.

    Parameters
    ----------
    brief : Brief
        The content.
    style : {"line", "two", "comparison"}
        See `write_styled`.
    seed : int
        The same seed gives the same sentences.

    Yields
    ------
    str
        `DRAWS` drawn ones, then the plain one.
    """
    rng = random.Random(seed)
    for _ in range(DRAWS):
        yield write_styled(brief, style, rng)
    yield plain_sentence(brief)


def plain_drafts(brief: Brief, seed: int) -> Iterator[str]:
    """Draw candidate sentences for a brief on which the LLM's sentences did not hold.

    Parameters
    ----------
    brief : Brief
        The content.
    seed : int
        The same seed gives the same sentences.

    Yields
    ------
    str
        The plain one, then `DRAWS` drawn ones for where another item of the response has that (two colours of one
        dress), and the plain one in the end.
    """
    rng = random.Random(seed)
    yield plain_sentence(brief)
    for _ in range(DRAWS):
        yield write_sentence(brief, brief.lead(rng), rng)
    yield plain_sentence(brief)
