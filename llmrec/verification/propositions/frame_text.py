"""Frames on the item's own text, what it has ("a dog is in it") and does not say, and on the colour that the user has."""

import re

from llmrec.verification.propositions.frames import Propositions, Segment
from llmrec.verification.propositions.story import Token, addresses, denied, places_of, tells, tokens

SILENT = "silent on "
"""How the object begins of a proposition that the item's text does not say a word."""
_TEXT = frozenset({"plot", "description", "text"})
_AROUND = frozenset(
    """there is are 's has have here it its this these they one ones in with of a an the some both and or plus too also
    as well you asked for wanted whether how about on at all say says said mention mentions tell tells does do not
    nothing no never only what that but though by may maybe be enough very hard""".split()  # noqa: SIM905
)
"""Words around what the text has, or does not say."""

_COMMON = frozenset("know from film movie one book thing like after another more".split())  # noqa: SIM905
"""Words around what two texts have in common."""


def silence_frame(segment: Segment) -> Propositions:
    """What was asked for and the item's own text does not say: "the plot does not mention a marriage", "maybe not warm"."""
    owned = segment.words("plot description text") and segment.words("not nothing no never")
    if not owned and not re.search(r"\bmay(?:be)? not\b|\bhard to tell\b", segment.text.lower()):
        return None
    if segment.of_kind_any("item", "number"):
        return None
    asked = {token.stem for token in tokens(segment.facts.query)}
    named = _named(segment)
    if not named or any(token.stem not in asked for token in named):
        return None
    facts = segment.facts
    labels = " ".join(sorted(facet.value for facet in facts.facets(facts.item)))
    source = tokens(f"{facts.story(facts.item)} {facts.vocabulary.titles[facts.item]}. {labels}.")
    found = [token.lower for token in named if places_of(token, source)]
    why = f"its text says {found[0]!r}" if found else ""
    return [segment.say("story", facts.item, f"{SILENT}{token.lower}", not found, why) for token in named[:1]]


def mention_frame(segment: Segment) -> Propositions:
    """What the item's own text has, in that text's words: "there is a dog in it", "it has some wool"."""
    facts = segment.facts
    has = re.search(r"\bthere (?:is|are|'s)\b|\b(?:it|this|these|they) (?:has|have)\b|\bwith\b", segment.text)
    if not has or segment.title_at() or segment.words("not nothing no never") or not facts.story(facts.item):
        return None
    named = _named(segment)
    if not named or addresses(named):
        return None
    if not _all_said(named, tokens(facts.story(facts.item))):
        return None
    return [segment.say("story", facts.item, segment.text, True)]


def common_frame(segment: Segment) -> Propositions:
    """What the texts of a history item and of the item both have: "Jaws also has a shark in it", "you know Luke from X".

    The history item may be named in the stretch before: "after Jaws, another thriller with a shark in it".
    """
    facts = segment.facts
    titles = segment.title_at() or []
    has = re.search(r"\b(?:have|has|is|are|know|with|more of)\b|^as\b", segment.text.lower())
    if len(titles) != 1 or not has or segment.words("not nothing no never only than") or not facts.story(facts.item):
        return None
    other = segment.title(titles[0])
    said = " ".join(
        term.text for n, term in enumerate(segment.terms)
        if term.kind != "mark" and n not in titles and term.text not in _AROUND | _TEXT | _COMMON
        and not (term.kind == "item" and facts.item in term.items)
    )  # fmt: skip
    named = [token for token in tokens(said) if tells(token)]
    if not named or addresses(named):
        return None
    for item in (facts.item, other):
        labels = " ".join(sorted(facet.value for facet in facts.facets(item)))
        if not _all_said(named, tokens(f"{facts.story(item)} {labels}.")):
            return None
    return [segment.say("story", facts.item, segment.text, True)]


def variant_frame(segment: Segment) -> Propositions:
    """That the user has the same title in another colour: "you have it in black"."""
    owned = segment.has(
        r"you (?:already )?(?:have|bought|own|picked) (?:the )?(?:it|them|this|these|one|ones|@\d+) (?:already )?in (#\d+)"
        r"(?: already)?"
    )
    if not owned or owned.group() != segment.shown.strip():
        return None
    facts = segment.facts
    titles = [term for _, term in segment.of_kind("item")]
    mine = facts.vocabulary.titles[facts.item].casefold()
    named = {i for term in titles for i in term.items} or {facts.item}
    if all(facts.vocabulary.titles[i].casefold() != mine for i in named):
        return None
    (_, colour), *_ = segment.of_kind("facet")
    held = any(
        facts.vocabulary.titles[i].casefold() == mine and colour.facets & facts.facets(i)
        for i in {*facts.history, *facts.effects}
    )
    return [segment.say("watched", facts.item, f"in {colour.text}", held, "the user's history holds none in it")]


def _all_said(named: list[Token], source: list[Token]) -> bool:
    """Whether a text has each of the words itself, and does not deny it."""
    for token in named:
        places = [at for at in places_of(token, source) if source[at].stem == token.stem]
        if not any(not denied(at, source) for at in places):
            return False
    return True


def _named(segment: Segment) -> list[Token]:
    """The words of a stretch that tell something; none where one is of another kind."""
    rest = [term for term in segment.terms if term.kind != "mark" and term.text not in _AROUND | _TEXT]
    return [token for token in tokens(" ".join(term.text for term in rest)) if tells(token)]
