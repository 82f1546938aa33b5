"""Reasons as a shop assistant would give them: what the item is, why for this person, and what its own text says.

A draft is a whole plan of `llmrec.rationale.natural_plans` with its slots filled, drawn by what there is to tell. Every
draft goes through the verifier like any other sentence, so that what a catalogue's own words make false is not said.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet
from llmrec.evidence.records import ItemEvidence
from llmrec.rationale import natural_plans as plans
from llmrec.rationale.brief import Brief
from llmrec.rationale.kinds import kind_of
from llmrec.rationale.own_words import sentences, stories, tells
from llmrec.rationale.query_terms import QueryTerm
from llmrec.rationale.retelling import about, is_whole, lowered, parted
from llmrec.rationale.subject import KINDS, Subject, telling_kinds, telling_of_both

DRAWS = 12
"""Drafts of one reason before the next takes its place."""
JOINED = 0.75
"""Share of the reasons that leave to what is told to show what of it bears on the wish."""
PERSONAL = 0.35
"""Share of the reasons by a query that tell of an item of the person's history, too, that is of the kind."""
CONTRASTED = 0.7
"""Share of the reasons by a cause of another kind that say of which kind it is."""
COLOURED = 0.5
"""Share of the reasons by a query that names the item's colour that say it is of it."""
SHORT = 0.25
"""Share of things that are told without what they have."""
READABLE = 34
"""Words of what is told of the item's own text; longer stretches come after shorter ones."""
STORIES = 4
"""Sentences of an item's own text that are tried."""
LONGEST = 58
"""Words of a text to which a sentence on what the item's text does not say is added, at most with it."""
BESIDE = 0.15
"""Share of the reasons that tell of a second word of the wish that the text does not have it."""
UNMET = 0.5
"""The same where no word of it is met."""
RETOLD = 0.8
"""Share of the stories that are told behind "about", or in a sentence of their own, rather than behind a colon."""
_ECHO = re.compile(r"\{e\}[^.]*: \{x0?\}|\{x\}\. \{It\} \{has\} \{e\}$")
"""Plans that say what the text has right beside that text."""
_CAUSAL = re.compile(r"brought|\bled\b|why we|came up|because")
"""Plans that say of an item of the history that it led to the recommended one."""
_ANNOUNCED = re.compile(r"\{B\}[^.]*(?:: \{x\}|\. \{X\})")
"""Plans that say what the item has in common with another before its text does."""


def natural_drafts(
    evidence: ItemEvidence, brief: Brief, catalog: Catalog, seed: int, interacted: Sequence[str] = ()
) -> Iterator[str]:
    """Draw candidate reasons, the most telling first.

    Parameters
    ----------
    evidence : ItemEvidence
        Of the recommended item.
    brief : Brief
        Of that evidence.
    catalog : Catalog
        The catalogue, as explanations use it.
    seed : int
        The same seed gives the same drafts.
    interacted : sequence of str, optional
        Ids of all the items that the user interacted with, oldest first.

    Yields
    ------
    str
        Texts of one to three short sentences, to be verified.
    """
    if brief.traits:
        return
    rng = random.Random(f"{seed} {evidence.item} {' '.join(interacted[-3:])}")
    about_it = Subject.of(evidence, brief, catalog, interacted)
    reasons = list(_reasons(about_it, rng))
    for bare in (False, True):
        for reason in reasons:
            listed = reason.bare if bare else reason.plans
            if reason.name == "alike" and not about_it.leads:
                listed = tuple(plan for plan in listed if not _CAUSAL.search(plan))
            drawn = rng.sample(listed, len(listed))
            if reason.name == "unlike" and about_it.of_another_kind and rng.random() < CONTRASTED:
                drawn.sort(key=lambda plan: "{L}" not in plan)
            if reason.name == "asked" and _colour_named(about_it) and rng.random() < COLOURED:
                drawn.sort(key=lambda plan: "{V}" not in plan)
            made = 0
            for told in _told(about_it):
                if reason.name == "direct" and reason.term and not _holds(reason.term, told):
                    continue
                slots = _slots(about_it, reason, told, rng)
                shows = reason.name != "present" or (reason.term is not None and _holds(reason.term, told))
                for plan in _readable(drawn, slots, rng):
                    if not shows and ": {x" in plan:
                        continue  # what stands behind a colon has to show what stands before it
                    if made < DRAWS and _fillable(plan, slots, about_it):
                        made += 1
                        yield from _ended(_filled(plan, about_it.brief, slots), about_it.brief, reason, slots, rng)


def _readable(drawn: Sequence[str], slots: Mapping[str, str], rng: random.Random) -> Sequence[str]:
    """The plans, those first that tell a story behind "about", or else as a sentence of its own."""
    if not slots["A"] and not slots["whole"]:
        return drawn
    told = "{A}" if slots["A"] else "{X}"
    return sorted(drawn, key=lambda plan: told not in plan) if rng.random() < RETOLD else drawn


@dataclass(frozen=True)
class _Reason:
    """What is told: the plans for it, those without the item's own text, and what belongs to it alone."""

    name: str
    plans: tuple[str, ...]
    bare: tuple[str, ...] = ()
    only: tuple[Facet, ...] = ()
    term: QueryTerm | None = None
    silent: QueryTerm | None = None
    personal: bool = False


def _reasons(about_it: Subject, rng: random.Random) -> Iterator[_Reason]:
    """What may be told of an item, the most telling first."""
    brief, thing = about_it.brief, about_it.thing
    if about_it.missed:
        of_things = plans.MISSED_THING if _is_colour(about_it) else plans.MISSED_KIND
        yield _Reason("missed", of_things if thing else plans.MISSED, plans.PLAIN["missed"])
    if about_it.again:
        yield _Reason("again", plans.AGAIN, plans.AGAIN)
    same = _Reason("same", plans.SAME, plans.PLAIN["same"])
    has_query = bool(brief.query) and not about_it.missed and brief.strength != "faint"
    if about_it.variant and not (has_query and rng.random() < 0.5):
        yield same
    if brief.strength == "faint":
        yield _Reason("weak", plans.WEAK, plans.PLAIN["weak"])
        return
    if has_query:
        alike = brief.history and telling_kinds(brief.history[0].shared, about_it.facets)
        personal = bool(alike) and rng.random() < PERSONAL
        yield from (replace(reason, personal=personal) for reason in _of_the_query(about_it, rng))
    if about_it.variant:
        yield same
    yield from _of_the_history(about_it, rng)


def _is_colour(about_it: Subject) -> bool:
    """Whether what the query names and the item has otherwise is a colour."""
    mentions = about_it.vocabulary.mentions(about_it.missed)
    return {facet.name for mention in mentions for facet in mention.facets} <= {"colour", "color"}


def _of_the_query(about_it: Subject, rng: random.Random) -> Iterator[_Reason]:
    brief, wanted = about_it.brief, about_it.query_terms
    # That a query raised the score is no sign to a reader that the item is what was asked for.
    by_words = not about_it.vocabulary.mentions(brief.query) and tells(about_it.item, brief.query)
    answers = bool(brief.answers_query and brief.queried)
    near = bool(about_it.queried_colour)
    if not (answers or near or by_words or (brief.answers_query and not brief.history)):
        return
    if answers and about_it.decade_missed():
        yield _Reason("but", plans.BUT, plans.PLAIN["but"], brief.queried)
    silent, met = about_it.silent, any(each.by or each.direct for each in wanted)
    beside = silent if silent and rng.random() < (BESIDE if met else UNMET) else None
    coloured = _Reason("coloured", plans.COLOURED, plans.COLOURED_BARE, (), None, beside)
    if near and not answers and rng.random() < 0.6 and not any(each.role == "is" and each.by for each in wanted):
        yield coloured  # the colour is more of what was asked for than what it is for
    for each in sorted(wanted, key=lambda one: (not one.by, not one.direct)):
        if each.by:
            listed = {"is": plans.MET_IS, "for": plans.MET_FOR, "has": plans.MET_HAS}[each.role]
            words = about_it.thing.words if about_it.thing else ""
            if rng.random() < JOINED and all(noun in words for noun in _listed(each.by)):
                listed = plans.DIRECT
            yield _Reason("met", listed, (), brief.queried, each, beside)
        elif each.direct:
            yield _Reason("direct", plans.DIRECT, (), brief.queried, each, beside)
            yield _Reason("met", plans.FURTHER, (), brief.queried, each, beside)
            if each.role == "has" and each.word[:1].islower():
                yield _Reason("present", plans.PRESENT, (), brief.queried, each, beside)
    shade = about_it.colour != about_it.queried_colour
    if near and (not answers or (shade and rng.random() < 0.5)):
        yield coloured
    if answers and silent:
        yield _Reason(
            "unmet",
            plans.UNMET_THING if about_it.thing else plans.UNMET,
            plans.PLAIN["query, partly"],
            brief.queried,
            None,
            silent,
        )
    if answers:
        listed = plans.REQUESTED_THING if about_it.thing else plans.REQUESTED
        yield _Reason("asked", listed, plans.PLAIN["query"], brief.queried, None, beside)
    if not answers and not near:
        if about_it.query:
            yield _Reason("asked", plans.DIRECT, plans.PLAIN["query, said back"], (), None, silent)
        yield _Reason("unsayable", plans.UNSAYABLE, plans.PLAIN["unsayable"])


def _of_the_history(about_it: Subject, rng: random.Random) -> Iterator[_Reason]:
    brief = about_it.brief
    if not brief.history:
        return
    silent = about_it.silent  # where a wish is not what is told, what is missing of it is
    theirs = about_it.vocabulary.facets[about_it.cause] if about_it.cause else ()
    shared = tuple(telling_of_both(brief.history[0].shared, about_it.facets, theirs))
    second = brief.history[1].shared if len(brief.history) > 1 else ()
    common = tuple(f for f in shared if f in second)
    found: list[_Reason] = []
    if telling_kinds(common, about_it.facets) and rng.random() < 0.35:  # one title reads better than two
        found.append(_Reason("two", plans.TWO, plans.PLAIN["two"], common, None, silent))
    if about_it.people and rng.random() < (0.3 if shared else 0.8):
        found.append(_Reason("company", plans.COMPANY, plans.PLAIN["company"], (), None, silent))
    if shared:
        listed = plans.ALIKE_THING if about_it.thing else plans.ALIKE
        found.append(_Reason("alike", listed, plans.PLAIN["alike"], shared, None, silent))
    if about_it.known:
        found.insert(0, _Reason("known", plans.KNOWN, (), shared, None, silent))
    elif about_it.common:
        found.insert(0, _Reason("common", plans.COMMON, (), shared, None, silent))
    yield from found
    yield _Reason("unlike", plans.UNLIKE, plans.PLAIN["led"], (), None, silent)


def _told(about_it: Subject) -> Iterator[str]:
    """What the item's own text says, one at a time: of a thing its name, of a story one sentence or two."""
    if about_it.thing:
        yield about_it.thing.words
        return
    # A sentence that shows what meets the wish, in whichever words, before how the text begins.
    wanted = " ".join((about_it.brief.query, *(each.by for each in about_it.query_terms)))
    told = [*stories(about_it.item.description, wanted, not about_it.has_genres)][:STORIES]
    yield from sorted(told, key=lambda each: len(each.split()) > READABLE)
    if not told:
        yield ""


def _holds(term: QueryTerm, told: str) -> bool:
    """Whether what is told has the word of the wish."""
    return _stem(term) in told.lower()


def _stem(term: QueryTerm) -> str:
    return term.word.lower().split()[-1].removesuffix("s")


def _further(about_it: Subject, term: QueryTerm | None, told: str) -> str:
    """A sentence of the item's text that has a word of the wish, beside what is told."""
    if term is None or not term.direct or _holds(term, told):
        return ""
    parts = sentences(about_it.item.description)
    able = (each for each in parts if _holds(term, each) and len(each.split()) <= READABLE and " \u2013 " not in each)
    return next((each.rstrip(".") for each in able), "")


def _slots(about_it: Subject, reason: _Reason, told: str, rng: random.Random) -> dict[str, str]:
    """The words for each slot of a plan, "" where there are none."""
    brief, thing = about_it.brief, about_it.thing
    text = f"{about_it.item.title} {about_it.item.description}"
    kind = kind_of(about_it.facets, about_it.vocabulary, brief, reason.only, rng, text)
    if reason.name == "but":  # a decade is said already
        kind = _undated(kind)
    another, both = _another(kind)
    shared = tuple(telling_kinds(brief.history[0].shared, about_it.facets)) if reason.personal else ()
    of_both = kind_of(about_it.facets, about_it.vocabulary, brief, shared, rng, text) if shared else ""
    theirs = about_it.vocabulary.facets[about_it.cause] if about_it.cause and about_it.of_another_kind else ()
    title = about_it.catalog.item(about_it.cause).title if about_it.cause else ""
    like = _undated(kind_of(theirs, about_it.vocabulary, brief, (), rng, title)) if theirs else ""
    name, rest = parted(thing.words) if thing else ("", "")
    several = bool(thing and thing.several)
    sentence = sentences(told)[0] if told and not thing else ""
    short = name if rest and rng.random() < SHORT else thing.words if thing else ""
    term = reason.term
    word = term.word if term else ""
    if told.startswith(f"{about_it.item.title} is a"):  # "a sci-fi drama. Contact is a science fiction film"
        kind = another = both = ""
    if thing and not _says_noun(
        about_it.facets, kind, thing.words
    ):  # "swimwear bottom", where the text says "bikini bottoms"
        kind = another = both = ""
    return {
        "K": kind, "k": another, "ks": both, "ka": _another(of_both)[0], "L": like, "P": about_it.people,
        "p": _lower_first(about_it.people),
        "D": next((f.value for f in about_it.facets if f.name == "year"), ""), "Q": about_it.query,
        "one": "film" if brief.words.noun == "film" else "thing", "q": word, "bes": _bes(word),
        "qb": word.split()[-1] if word else "", "e": term.by if term else "",
        "qn": term.requested if term and not word[:1].isupper() else about_it.query,
        "M": _further(about_it, term, told), "Qc": about_it.queried_colour, "N": about_it.missed,
        "V": about_it.variant or about_it.colour, "O": about_it.owned,
        "x": short if thing else lowered(told) if told else "",
        "X": _upper_first(short) if thing else told.rstrip(".") if is_whole(told) else "",
        "x0": name or (lowered(told) if told else ""), "X0": _upper_first(name) if rest else "", "rest": rest,
        "B": about_it.known if reason.name == "known" else about_it.common,
        "A": about(sentence) if sentence else "", "whole": told if sentence and is_whole(told) else "",
        "it": "they" if several else "it",
        "them": "them" if several else "it",
        "It": "They" if several else "It", "has": "have" if several else "has", "are": "are" if several else "is",
        "this": "these are" if several else "this one is", "This": "These are" if several else "This one is",
        "text": brief.words.modalities.get("text", "description"),
    }  # fmt: skip


def _ended(text: str, brief: Brief, reason: _Reason, slots: Mapping[str, str], rng: random.Random) -> Iterator[str]:
    """A draft with its full stop; before that one, where there is room, with what the text does not say of the wish."""
    text = re.sub(r"([.!?])\.+$", r"\1", f"{text}.")
    text = re.sub(r"([.!?])\.(?= )", r"\1", text)
    if reason.silent is not None:
        word = reason.silent.word
        role = "in" if word[:1].isupper() else reason.silent.role
        more = _filled(rng.choice(plans.SILENT[role]), None, {**slots, "q": word, "bes": _bes(word)})
        if len(f"{text} {more}".split()) <= LONGEST:
            yield f"{text} {more}."
    if reason.personal and slots["ka"]:
        more = _filled(rng.choice(plans.PERSONAL), brief, slots)
        if f"{text} {more}".count(brief.title) < 2 and len(f"{text} {more}".split()) <= LONGEST:
            yield f"{text} {more}."
    yield text


def _colour_named(about_it: Subject) -> bool:
    """Whether the query names the item's colour."""
    return bool(about_it.queried_colour) or any(f.name in ("colour", "color") for f in about_it.brief.queried)


def _listed(phrases: str) -> list[str]:
    return [re.sub("^(?:an?|the) ", "", each) for each in re.split(", | and ", phrases)]


def _bes(noun: str) -> str:
    return "are" if noun.endswith("s") and not noun.endswith("ss") else "is"


def _says_noun(facets: Sequence[Facet], kind: str, words: str) -> bool:
    """Whether a thing's own text calls it what the catalogue does: no "swimwear bottom", but "bikini bottoms"."""
    kinds = [facet.value.lower() for facet in facets if facet.name in KINDS]
    told = next((each.split() for each in kinds if kind.lower().endswith(each)), kind.lower().split()[-1:])
    return bool(told) and all(word.removesuffix("s") in words.lower() for word in told)


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]


def _upper_first(words: str) -> str:
    return words[:1].upper() + words[1:]


def _undated(kind: str) -> str:
    return kind.partition(" from the ")[0]


def _another(kind: str) -> tuple[str, str]:
    """What follows "another" and "both are": "a crime thriller" -> "crime thriller", "crime thrillers"."""
    bare = _undated(kind).partition(" ")[2]
    if " of " in f" {bare} " or bare.endswith("s"):
        return bare, ""
    return bare, f"{bare[:-1]}ies" if bare.endswith("y") else f"{bare}s"


def _fillable(plan: str, slots: Mapping[str, str], about_it: Subject) -> bool:
    """Whether there is something for each slot of a plan."""
    named, brief = set(re.findall(r"\{(\w+)\}", plan)), about_it.brief
    if (named & {"H", "H1", "T"} and not brief.history) or ("H2" in named and len(brief.history) < 2):
        return False
    if "C" in named and not brief.named:  # "this product" says nothing
        return False
    if slots["it"] == "they" and re.search("here is one|this one|in it", plan):
        return False
    if {"Q", "K"} <= named and _undated(slots["K"]).lower() == slots[
        "Q"
    ]:  # "You asked for a war film; M is a war film"
        return False
    if "V" in named and "Qc" not in named and ("Q" in named or "qn" in named) and not _colour_named(about_it):
        return False  # "You asked for comfortable shoes; these are dark beige"
    asked = "as you asked" in plan
    if asked and "V" in named and not slots["Qc"]:
        return False
    kind_asked = about_it.thing and any(facet.name in KINDS for facet in brief.queried)
    if asked and named & {"X", "X0"} and not named & {"K", "V"} and not kind_asked:
        return False
    if _ANNOUNCED.search(plan) and all(each in slots["x"].lower() for each in _listed(slots["B"].lower())):
        return False  # "there is a cyborg in it: a cyborg is sent ..."
    if about_it.thing and _ECHO.search(plan) and all(each in slots["x"] for each in _listed(slots["e"])):
        return False  # "it has wool: a jumper in wool"
    if about_it.thing and "K" in named and named & {"x", "X", "x0"} and "L" not in named:  # its noun twice
        return False
    return all(slots.get(slot, True) for slot in named)


def _filled(plan: str, brief: Brief | None, slots: Mapping[str, str]) -> str:
    parts = dict(slots)
    if brief is not None:
        titles = [f'"{cause.title}"' for cause in brief.history[:2]] or [""]
        parts = {
            "H": titles[0], "H1": titles[0], "H2": titles[-1], "T": titles[0],
            "chose": brief.words.chose, "noun": brief.words.noun, "C": f'"{brief.title}"',
        } | parts  # fmt: skip
    return _upper_first(re.sub(r"\{(\w+)\}", lambda slot: parts[slot.group(1)], plan))
