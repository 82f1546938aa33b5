"""Reasons as a shop assistant would give them: what the item is, why for this person, and what its own text says.

A draft takes one opening (what was asked for, what the person has, what the item is) and at most one sentence of the
item's own text behind it. Every draft goes through the verifier like any other sentence, so that one that a
catalogue's own words make false is not said.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from llmrec.catalog.queries import without_moods
from llmrec.catalog.types import Catalog, Item
from llmrec.catalog.vocabulary import Facet, Vocabulary, is_kind, natural_order
from llmrec.catalog.wording import without_purpose, without_refused
from llmrec.evidence.records import CoOccurrence, ItemEvidence
from llmrec.rationale.brief import Brief, label
from llmrec.rationale.kinds import BEFORE, NOUNS, genre_words, kind_of, noun_of, with_article
from llmrec.rationale.natural_plans import BARE, FRAMES, PEOPLE, THING_FRAMES
from llmrec.rationale.own_words import Thing, sentences, stories, telling_words, tells, thing

DRAWS = 10
"""Drafts of one item before the sentence by rule takes their place."""
STORIES = 3
"""Sentences of an item's own text that are tried."""
NEARLY = 0.35
"""Share of the strongest cause's effect from which another may be told in its place."""
_SHARES = (
    (0.25, "one in four"), (0.333, "one in three"), (0.4, "two in five"), (0.5, "half of the"), (0.6, "three in five"),
    (0.667, "two in three"), (0.75, "three in four"), (0.8, "four in five"), (0.9, "nine in ten"),
)  # fmt: skip
_COUNTS = frozenset(("two", "three", "four", "five", "six"))
_NO_NAME = re.compile(
    "(?:i|we|you|my|your|show|give|find|get|need|want|looking|recommend|suggest|what|which|who|is|are|can|please|no|not|"
    "nothing|more|the|these|those|this|that|has|does)$"
)
"""First words of a query that names no things."""


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
    rng = random.Random(f"{seed} {evidence.item} {' '.join(interacted[-3:])}")
    if brief.traits:
        return
    about = _Subject(evidence, _closest_first(evidence, brief, catalog), catalog)
    brief, item, people = about.brief, about.item, about.people
    reasons = _reasons(about, rng)
    told_by_genre = any(facet.name in ("genres", "genre") for facet in about.facets)
    said = None if told_by_genre else thing(item, catalog)  # "Set in 1950, this caper ..." names no thing
    told, *others = [*stories(item.description, brief.query, said is not None)][:STORIES] or [""]
    if said:  # else its kind is told, and then again at the head of its own text
        first = sentences(item.description)[0]
        for frame in list(_thing_frames(about, said, reasons, rng))[:DRAWS]:
            if told and not told.startswith(first[:-1]):  # what answers the query stands elsewhere in the text
                yield f"{frame}. {told}"
            yield f"{frame}."
    frames = list(_frames(about, reasons, rng))[:DRAWS]
    beside = people and brief.strength != "faint" and not brief.answers_query
    further = [_filled(rng.choice(PEOPLE), brief, {"P": people}) + "."] if beside else []
    # What to expect of the item is worth more to a reader than who else has it; both are told now and then.
    both = f"{further[0]} {told}" if told and further and rng.random() < 0.25 else ""
    for second in filter(None, (both, _led_on(told, rng), told, *further)):
        for frame in frames[:3]:
            if second in (both, *further) and "people" in frame:
                continue
            yield f"{frame}. {second}"
    for other in others:
        yield from (f"{frame}. {other}" for frame in frames[:2])
    if told and brief.history and brief.strength != "faint" and not brief.answers_query:
        for bare in rng.sample(BARE, len(BARE)):
            yield f"{_filled(bare, brief, {})}. {told}"
    for frame in frames:
        yield f"{frame}."


@dataclass(frozen=True)
class _Subject:
    """The recommended item, and what may be said of it to this person."""

    evidence: ItemEvidence
    brief: Brief
    catalog: Catalog

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.of(self.catalog)

    @cached_property
    def item(self) -> Item:
        return self.catalog.item(self.evidence.item)

    @cached_property
    def facets(self) -> tuple[Facet, ...]:
        return self.vocabulary.facets[self.evidence.item]

    @cached_property
    def people(self) -> str:
        """The share of the first cause's audience that has the item, in words, where it is worth telling."""
        return _company(self.evidence, self.brief, self.catalog)

    @cached_property
    def variant(self) -> str:
        """The colour of an item of which the person has another colour, "" where that is not so."""
        return _variant(self.evidence, self.brief, self.catalog)

    @cached_property
    def missed(self) -> str:
        """What the query names and the item has otherwise."""
        return _missed(self.brief, self.facets, self.vocabulary)

    @cached_property
    def query(self) -> str:
        """The query as it can be said back in a sentence, "" where it is none that can."""
        return _sayable_query(self.brief.query)

    def answered(self) -> bool:
        """Whether the item's own words hold one of those that the query says beside the attributes that it names."""
        rest = without_purpose(without_moods(self.brief.query))
        return not _says_more(rest, self.vocabulary) or tells(self.item, rest)


def _led_on(told: str, rng: random.Random) -> str:
    """A story joined to what stands before it: "In it, a young boy ...", where it is a whole sentence for certain."""
    opened = re.match(r"(?:An?|Two|Three|Four) ", told)
    fragment = re.match(r"(?:\S+ ){1,12}?(?:who|that|which|about|whose|story|tale|chronicle)\b", told)
    if not opened or fragment or rng.random() < 0.3:
        return ""
    return f"In it, {told[0].lower()}{told[1:]}"


def _closest_first(evidence: ItemEvidence, brief: Brief, catalog: Catalog) -> Brief:
    """The brief with the cause first that is most of the item's kind, of those that moved its score nearly as much."""
    own = brief.title.casefold()
    others = tuple(cause for cause in brief.history if cause.title.casefold() != own)
    if others and not _variant(evidence, brief, catalog):  # two items of one title: "like X" would say little
        brief = replace(brief, history=others)
    if len(brief.history) < 2:
        return brief
    titles = Vocabulary.of(catalog).titles
    effects: dict[str, float] = {}
    for record in evidence.history:
        effects.setdefault(natural_order(titles[record.history_item or ""]).casefold(), record.effect)
    most = max(effects[cause.title.casefold()] for cause in brief.history)
    able = [cause for cause in brief.history if effects[cause.title.casefold()] >= NEARLY * most]
    facets = Vocabulary.of(catalog).facets[evidence.item]
    ordered = sorted(able, key=lambda cause: -len(_telling(cause.shared, facets)))
    return replace(brief, history=(*ordered, *(cause for cause in brief.history if cause not in able)))


def _telling(shared: Sequence[Facet], facets: Sequence[Facet]) -> list[Facet]:
    """Kinds in common that a reader finds alike: those by which the item is told, and not that both are dramas."""
    kinds = [f for f in shared if f.name in ("genres", "genre", "category", "type", "product_type")]
    has = [label(f) for f in facets if f.name in ("genres", "genre")]
    told = genre_words(has, has) if has else []
    alike = any(f.name not in ("genres", "genre") or label(f) in told for f in kinds)
    return kinds if alike and any(f.value != "Drama" for f in kinds) else []


def _company(evidence: ItemEvidence, brief: Brief, catalog: Catalog) -> str:
    if not brief.history:
        return ""
    titles = Vocabulary.of(catalog).titles
    return next(
        (_people(each) for each in evidence.companions
         if natural_order(titles[each.history_item]) == brief.history[0].title), "",
    )  # fmt: skip


def _people(record: CoOccurrence) -> str:
    """The share of an audience that has the item too, where it is clearly above everybody's: "About two in three"."""
    share, everybody = record.both / record.group, record.takers / record.people
    if share < 1.25 * everybody or share < 0.25:
        return ""
    told = min(_SHARES, key=lambda pair: abs(pair[0] - share))
    return f"About {told[1]} people" if abs(told[0] - share) <= 0.03 else ""


def _reasons(about: _Subject, rng: random.Random) -> list[tuple[str, tuple[Facet, ...]]]:
    """What may be told first, a name of `FRAMES`, and the facets that it speaks of alone."""
    brief, chosen = about.brief, list[tuple[str, tuple[Facet, ...]]]()
    if about.missed:
        chosen.append(("missed", ()))
    if about.variant:
        chosen.append(("same", ()))
    if brief.strength == "faint":
        return [*chosen, ("weak" if brief.history else "guess", ())]
    # That a query raised the score is no sign to a reader that the item is what was asked for.
    by_words = not about.vocabulary.mentions(brief.query) and tells(about.item, brief.query)
    if brief.answers_query and brief.queried:
        part = "query, partly" if about.query and not about.answered() else "query"
        missed = _decade_missed(brief, about.facets, about.vocabulary)
        chosen.append(("query, but" if missed else part, brief.queried))
    elif brief.answers_query and (not brief.history or by_words):
        chosen.append(("query, unnamed" if about.query else "query, unsayable", ()))
    if brief.history:
        shared = tuple(_telling(brief.history[0].shared, about.facets))
        second = brief.history[1].shared if len(brief.history) > 1 else ()
        common = tuple(f for f in shared if f in second)
        if _telling(common, about.facets) and rng.random() < 0.4:  # one title reads better than two
            chosen.append(("two", common))
        if shared:
            chosen.append(("alike", shared))
        if about.people:
            chosen.append(("company", ()))
        chosen.append(("led", ()))
    return chosen


def _thing_frames(
    about: _Subject, said: Thing, reasons: Sequence[tuple[str, tuple[Facet, ...]]], rng: random.Random
) -> Iterator[str]:
    """A first sentence that ends with what the item is by its own text."""
    brief = about.brief
    colour = next((f.value.lower() for f in about.facets if f.name in ("colour", "color")), "")
    ruled_out = {facet.name for mention in about.vocabulary.mentions(about.missed) for facet in mention.facets}
    this = "these are" if said.several else "this one is"
    slots = {
        "N": about.missed if ruled_out <= {"colour", "color"} else "", "Q": about.query, "P": about.people,
        "V": about.variant or colour, "w": said.words, "this": this, "This": this.capitalize(),
    }  # fmt: skip
    for reason, _ in reasons:
        for frame in rng.sample(frames := THING_FRAMES.get(reason, ()), len(frames)):
            able = ("{C}" not in frame or brief.named) and not (said.several and re.search("one is|is one", frame))
            if able and _fillable(frame, slots):
                yield _filled(frame, brief, slots)


def _frames(about: _Subject, reasons: Sequence[tuple[str, tuple[Facet, ...]]], rng: random.Random) -> Iterator[str]:
    """A first sentence that tells what the item is by its attributes."""
    brief, facets, vocabulary = about.brief, about.facets, about.vocabulary
    decade = next((f.value for f in facets if f.name == "year"), "")
    said = {facet for mention in vocabulary.mentions(brief.query) for facet in mention.facets}
    text = f"{about.item.title} {about.item.description}"
    cut_down = bool(about.query) and _says_more(brief.query, vocabulary)
    for reason, only in reasons:
        drawn = rng.sample(frames := FRAMES[reason], len(frames))
        if reason == "query" and cut_down:  # a wish is not cut down to its kind while it can be said back
            drawn.sort(key=lambda frame: "{Q}" not in frame)
        for frame in drawn:
            if "{C}" in frame and not brief.named:  # "this product" says nothing
                continue
            full = "{Q}" in frame and said.issuperset(only)  # what the query says itself need not be said twice
            kind = kind_of(facets, vocabulary, brief, () if full else only, rng, text)
            if full and not any(noun_of(facet) in kind for facet in only):  # what was asked for is said of it at least
                kind = kind_of(facets, vocabulary, brief, only, rng, text)
            if reason == "query, but" or "{Q}" in frame:  # a decade is said already
                kind = _undated(kind)
            another, both = _another(kind)
            slots = {
                "K": kind, "k": another, "ks": both, "P": about.people, "p": _lower_first(about.people), "D": decade,
                "Q": about.query, "N": about.missed, "V": about.variant,
            }  # fmt: skip
            if _fillable(frame, slots):
                yield _filled(frame, brief, slots)


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]


def _fillable(frame: str, slots: Mapping[str, str]) -> bool:
    """Whether there is something for each slot of a frame that `slots` has."""
    return all(slots.get(slot, True) for slot in re.findall(r"\{(\w+)\}", frame))


def _sayable_query(query: str) -> str:
    words = query.strip(" .!?").split()
    if _COUNTS & {word.lower() for word in words}:
        words = without_purpose(" ".join(words)).split()
    plain = re.fullmatch(r"[A-Za-z'][A-Za-z' -]*", " ".join(words)) is not None
    plain = plain and not _COUNTS & {word.lower() for word in words}
    named = re.split(r" (?:for|with|in|to|about|from|without|that|of|on) ", " ".join(words).lower())[0].split()
    several = len(words) <= 6 and named and re.search("[^s]s$", named[-1]) and not _NO_NAME.match(named[0])
    able = words and (words[0].lower() in ("a", "an", "something", "some", "any") or several)
    if not plain or not 2 <= len(words) <= 8 or not able:
        return ""
    return f"{words[0].lower()} {' '.join(words[1:])}"


def _says_more(query: str, vocabulary: Vocabulary) -> bool:
    """Whether a query tells more of what is wanted than the attributes that it names."""
    for mention in reversed(vocabulary.mentions(query)):
        query = f"{query[: mention.start]} {query[mention.end :]}"
    return bool(telling_words(query))


def _decade_missed(brief: Brief, facets: tuple[Facet, ...], vocabulary: Vocabulary) -> bool:
    named = {f for mention in vocabulary.mentions(brief.query) for f in mention.facets if f.name == "year"}
    return bool(named) and not named & set(facets)


def _missed(brief: Brief, facets: tuple[Facet, ...], vocabulary: Vocabulary) -> str:
    """What a query names and the item has otherwise: "blue" for a black dress, "a dress" for a blouse; else "".

    An item that has one of several genres that were named is none that misses the others.
    """
    query, met = without_refused(brief.query), {facet.name for facet in brief.queried} | {"year"}
    held = {facet.name for facet in facets} - met
    has = {(f.name, word) for f in facets for word in f.value.lower().split()}  # "dark blue" is blue
    for mention in vocabulary.mentions(query):
        names = {facet.name for facet in mention.facets}
        if names & met or not names & held or mention.facets & {*facets}:
            continue
        if any((facet.name, facet.value.lower()) in has for facet in mention.facets):
            continue
        genre = next((label(facet) for facet in mention.facets if facet.name in ("genres", "genre")), "")
        if genre:
            return with_article(NOUNS.get(genre) or f"{BEFORE.get(genre, genre)} {brief.words.noun}")
        said = query[mention.start : mention.end].lower()
        several = said.endswith("s") and not said.endswith("ss")
        return with_article(said) if any(map(is_kind, names)) and not several else said
    return ""


def _undated(kind: str) -> str:
    return kind.partition(" from the ")[0]


def _another(kind: str) -> tuple[str, str]:
    """What follows "another" and "both are": "a crime thriller" -> "crime thriller", "crime thrillers"."""
    bare = _undated(kind).partition(" ")[2]
    if " of " in f" {bare} " or bare.endswith("s"):
        return bare, ""
    return bare, f"{bare[:-1]}ies" if bare.endswith("y") else f"{bare}s"


def _filled(frame: str, brief: Brief, slots: Mapping[str, str]) -> str:
    titles = [f'"{cause.title}"' for cause in brief.history] or [""]
    parts = {
        "H": titles[0], "H1": titles[0], "H2": titles[-1], "T": titles[0],
        "chose": brief.words.chose, "noun": brief.words.noun,
        "C": f'"{brief.title}"' if brief.named else f"this {brief.words.noun}",
    } | {**slots}  # fmt: skip
    text = re.sub(r"\{(\w+)\}", lambda slot: parts[slot.group(1)], frame)
    return text[:1].upper() + text[1:]


def _variant(evidence: ItemEvidence, brief: Brief, catalog: Catalog) -> str:
    if not brief.history or brief.history[0].title.casefold() != brief.title.casefold():
        return ""
    facets = Vocabulary.of(catalog).facets
    colours = {f.value.lower() for f in facets[evidence.item] if f.name in ("colour", "color")}
    own = {
        f.value.lower()
        for e in evidence.history
        if e.history_item
        and catalog.item(e.history_item).title.casefold() == catalog.item(evidence.item).title.casefold()
        for f in facets[e.history_item]
        if f.name in ("colour", "color")
    }
    return next(iter(colours - own), "")
