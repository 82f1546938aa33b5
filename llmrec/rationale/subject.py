"""The recommended item of one reason, and what may be said of it to this person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from llmrec.catalog.queries import without_moods
from llmrec.catalog.types import Catalog, Item
from llmrec.catalog.vocabulary import Facet, Vocabulary, is_kind, natural_order
from llmrec.catalog.wording import without_purpose, without_refused
from llmrec.evidence.records import CoOccurrence, ItemEvidence
from llmrec.rationale.brief import Brief, Cause, causes_of, label
from llmrec.rationale.common_words import common_name, common_things
from llmrec.rationale.kinds import BEFORE, NOUNS, genre_words, with_article
from llmrec.rationale.own_words import Thing, telling_words, tells, thing
from llmrec.rationale.query_terms import QueryTerm, query_terms

NEARLY = 0.35
"""Share of the strongest cause's effect from which another may be told in its place."""
OF_THE_KIND = 0.12
"""The same for a cause that is of the item's kind, which says more to a reader than a stronger one that is not."""
CAUSES = 20
"""Causes of which the one that is most of the item's kind is told."""
KINDS = ("genres", "genre", "category", "type", "product_type")
_SHADES = frozenset(("dark", "light", "bright", "pale", "deep", "off", "other"))
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


@dataclass(frozen=True)
class Subject:
    """The recommended item, and what may be said of it to this person.

    Attributes
    ----------
    evidence : ItemEvidence
        Of the item.
    brief : Brief
        Of that evidence, the cause that is told first.
    catalog : Catalog
        The catalogue, as explanations use it.
    interacted : tuple of str
        Ids of all the items that the person interacted with, oldest first.
    """

    evidence: ItemEvidence
    brief: Brief
    catalog: Catalog
    interacted: tuple[str, ...] = ()

    @classmethod
    def of(cls, evidence: ItemEvidence, brief: Brief, catalog: Catalog, interacted: Sequence[str] = ()) -> "Subject":
        """With the cause first that a reader finds most alike."""
        return cls(evidence, _closest_first(evidence, brief, catalog), catalog, tuple(interacted))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Of the catalogue."""
        return Vocabulary.of(self.catalog)

    @cached_property
    def item(self) -> Item:
        """The recommended one."""
        return self.catalog.item(self.evidence.item)

    @cached_property
    def facets(self) -> tuple[Facet, ...]:
        """Its attributes."""
        return self.vocabulary.facets[self.evidence.item]

    @cached_property
    def has_genres(self) -> bool:
        """Whether it is a work that tells a story, whose text names no thing."""
        return any(facet.name in ("genres", "genre") for facet in self.facets)

    @cached_property
    def thing(self) -> Thing | None:
        """What its own text says that it is."""
        return None if self.has_genres else thing(self.item, self.catalog)

    @cached_property
    def query_terms(self) -> tuple[QueryTerm, ...]:
        """The words of the wish beside attributes, each with what the item's text says of it."""
        if not self.brief.query:
            return ()
        found = query_terms(self.brief.query, self.item, self.facets, self.vocabulary)
        # "Quiet" in a story is said of somebody in it, and not of the film.
        return tuple(
            each for each in found
            if each.word.lower() != self.queried_colour and not (self.has_genres and each.role == "is" and each.direct)
        )  # fmt: skip

    @cached_property
    def silent(self) -> QueryTerm | None:
        """The first word of the wish of which the item's text says nothing, and could.

        Descriptions seldom say what a thing is for, and no plot says how quiet the film is.
        """
        if not self.item.description:
            return None
        unmet = (each for each in self.query_terms if not each.by and not each.direct)
        return next((each for each in unmet if each.role == "has" or (each.role == "is" and not self.has_genres)), None)

    @cached_property
    def people(self) -> str:
        """The share of the first cause's audience that has the item, in words, where it is worth telling."""
        return _company(self.evidence, self.brief, self.catalog)

    @cached_property
    def variant(self) -> str:
        """The colour of an item of which the person has another colour, "" where that is not so."""
        return _variant(self.evidence, self.brief, self.catalog)

    @cached_property
    def owned(self) -> str:
        """A colour in which the person has the item of `variant`."""
        mine = self.item.title.casefold()
        has = dict.fromkeys((*(e.history_item or "" for e in self.evidence.history), *reversed(self.interacted)))
        return next(
            (f.value.lower() for i in has if self.catalog.item(i).title.casefold() == mine
             for f in self.vocabulary.facets[i] if f.name in ("colour", "color")), "",
        )  # fmt: skip

    @cached_property
    def colour(self) -> str:
        """Its colour in words, "" where none is listed."""
        return next((f.value.lower() for f in self.facets if f.name in ("colour", "color")), "")

    @cached_property
    def queried_colour(self) -> str:
        """The colour that the query names, where the item has it or a shade of it: "blue" for a dark blue one."""
        for mention in self.vocabulary.mentions(without_refused(self.brief.query)):
            named = {f.value.lower() for f in mention.facets if f.name in ("colour", "color")}
            if named and any(each in self.colour.split() or each == self.colour for each in named):
                return self.brief.query[mention.start : mention.end].lower()
        words = re.findall(r"[a-z]+", without_refused(self.brief.query).lower())
        return next((word for word in words if word in self.colour.split() and word not in _SHADES), "")

    @cached_property
    def cause(self) -> str:
        """Id of the history item that is told first, "" without one."""
        if not self.brief.history:
            return ""
        first = self.brief.history[0].title
        named = (e.history_item or "" for e in self.evidence.history)
        return next((i for i in named if natural_order(self.vocabulary.titles[i]) == first), "")

    @cached_property
    def leads(self) -> bool:
        """Whether the cause that is told first moved the score nearly as much as any."""
        effects = {e.history_item: e.effect for e in self.evidence.history}
        return effects.get(self.cause, 0.0) >= NEARLY * max(effects.values(), default=0.0)

    @cached_property
    def again(self) -> bool:
        """Whether it is a thing that the person has, of the same title, colour and pattern."""
        mine, shown = self.item.title.casefold(), self._looks(self.evidence.item)
        same = (i for i in self.interacted if self.catalog.item(i).title.casefold() == mine)
        return bool(self.thing and self.colour) and any(self._looks(i) == shown for i in same)

    def _looks(self, item: str) -> set[tuple[str, str]]:
        return {(f.name, f.value) for f in self.vocabulary.facets[item] if f.name in ("colour", "color", "pattern")}

    @cached_property
    def common(self) -> str:
        """What its own text and that of the cause both have, "" for nothing."""
        return common_things(self.item, self.catalog.item(self.cause)) if self.cause and self.has_genres else ""

    @cached_property
    def known(self) -> str:
        """Somebody whom its own text and that of the cause both name."""
        return common_name(self.item, self.catalog.item(self.cause)) if self.cause and self.has_genres else ""

    @cached_property
    def of_another_kind(self) -> bool:
        """Whether the cause has no kind that the item has."""
        theirs = {f for f in self.vocabulary.facets[self.cause] if f.name in KINDS} if self.cause else set()
        mine = {f for f in self.facets if f.name in KINDS}
        return bool(theirs and mine) and not theirs & mine

    @cached_property
    def missed(self) -> str:
        """What the query names and the item has otherwise."""
        missed = _missed(self.brief, self.facets, self.vocabulary)
        noun = missed.split()[-1] if missed else ""
        named = self.thing is not None and re.search(rf"\b{re.escape(noun)}\b", self.thing.words)
        return "" if named else missed  # a dress in the section of jersey basics is one

    @cached_property
    def query(self) -> str:
        """The query as it can be said back in a sentence, "" where it is none that can."""
        bare = self.brief.query.strip(" .!?").lower()
        kinds = (facet.value.lower().split() for facet in self.facets if is_kind(facet.name))
        if not self.has_genres and any(bare in kind for kind in kinds):  # "underwear", filed as "Underwear bottom"
            return bare if bare.endswith("wear") or re.search("[^s]s$", bare) else with_article(bare)
        return _sayable_query(self.brief.query)

    def answered(self) -> bool:
        """Whether the item's own words hold one of those that the query says beside the attributes that it names."""
        rest = without_purpose(without_moods(self.brief.query))
        return not _says_more(rest, self.vocabulary) or tells(self.item, rest)

    def decade_missed(self) -> bool:
        """Whether the query names a decade that is not the item's."""
        mentions = self.vocabulary.mentions(self.brief.query)
        named = {f for mention in mentions for f in mention.facets if f.name == "year"}
        return bool(named) and not named & set(self.facets)


def _closest_first(evidence: ItemEvidence, brief: Brief, catalog: Catalog) -> Brief:
    """The brief with the cause first that is most of the item's kind, of those that moved its score nearly as much."""
    brief = replace(brief, history=causes_of(evidence, Vocabulary.of(catalog), CAUSES))
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
    facets = Vocabulary.of(catalog).facets[evidence.item]
    able = [
        cause for cause in brief.history
        if effects[cause.title.casefold()] >= (OF_THE_KIND if telling_kinds(cause.shared, facets) else NEARLY) * most
    ]  # fmt: skip
    item, genres = catalog.item(evidence.item), any(facet.name in ("genres", "genre") for facet in facets)
    by_title = {natural_order(titles[e.history_item]): e.history_item for e in evidence.history if e.history_item}

    def alike(cause: Cause) -> int:
        other = catalog.item(by_title[cause.title])
        common = 2 * bool(common_things(item, other)) + 4 * bool(common_name(item, other)) if genres else 0
        return len(telling_of_both(cause.shared, facets, Vocabulary.of(catalog).facets[other.id])) + common

    ordered = sorted(able, key=lambda cause: -alike(cause))
    return replace(brief, history=(*ordered, *(cause for cause in brief.history if cause not in able)))


def telling_of_both(shared: Sequence[Facet], facets: Sequence[Facet], others: Sequence[Facet]) -> list[Facet]:
    """Kinds in common by which both items are told: "Star Wars" is no war film to a reader, as it is listed."""
    return telling_kinds(shared, facets) if telling_kinds(shared, others) else []


def telling_kinds(shared: Sequence[Facet], facets: Sequence[Facet]) -> list[Facet]:
    """Kinds in common that a reader finds alike: those by which the item is told, and not that both are dramas."""
    kinds = [f for f in shared if f.name in KINDS]
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
    told = f"{words[0].lower()} {' '.join(words[1:])}"
    return re.sub(r"\b(?:my|our|me)\b", lambda said: "you" if said[0].lower() == "me" else "your", told, flags=re.I)


def _says_more(query: str, vocabulary: Vocabulary) -> bool:
    """Whether a query tells more of what is wanted than the attributes that it names."""
    for mention in reversed(vocabulary.mentions(query)):
        query = f"{query[: mention.start]} {query[mention.end :]}"
    return bool(telling_words(query))


def _missed(brief: Brief, facets: tuple[Facet, ...], vocabulary: Vocabulary) -> str:
    """What a query names and the item has otherwise: "blue" for a black dress, "a dress" for a blouse; else "".

    An item that has one of several genres or colours that were named is none that misses the others.
    """
    # "cheaper" is met by a condition, and by what an item costs beside others: no item is "something else than cheaper"
    query, met = without_refused(brief.query), {facet.name for facet in brief.queried} | {"year", "price", "cost"}
    has = {(f.name, word) for f in facets for word in f.value.lower().split()}  # "dark blue" is blue
    mentions = vocabulary.mentions(query)
    own = {*facets}
    for mention in mentions:  # "light pink or light green" is met by either
        if mention.facets & own or any((f.name, f.value.lower()) in has for f in mention.facets):
            met |= {facet.name for facet in mention.facets}
    held = {facet.name for facet in facets} - met
    for mention in sorted(mentions, key=lambda each: not any(is_kind(facet.name) for facet in each.facets)):
        names = {facet.name for facet in mention.facets}
        if names & met or not names & held:
            continue
        genre = next((label(facet) for facet in mention.facets if facet.name in ("genres", "genre")), "")
        if genre:
            return with_article(NOUNS.get(genre) or f"{BEFORE.get(genre, genre)} {brief.words.noun}")
        said = query[mention.start : mention.end].lower()
        several = said.endswith("s") and not said.endswith("ss")
        return with_article(said) if any(map(is_kind, names)) and not several else said
    return ""


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
