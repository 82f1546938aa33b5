"""The brief that a sentence is written from: evidence in words, and nothing else. It renders to the LLM's prompt."""

import random
import re
from dataclasses import dataclass
from typing import Literal

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary, attribute_noun, natural_order
from llmrec.catalog.wording import Wording, wording
from llmrec.evidence.records import ItemEvidence, Strength, strength
from llmrec.prompts import render

Lead = Literal["doubt", "trait", "query", "history", "item", "link"]
"""What a sentence opens with: its doubt, an attribute seen in the item, the query, the history, the recommended item,
or what both share.
"""
_IN_PROMPT = {"trait": "seen", "query": "wish"}
"""Leads that the trained prompts write in another word."""

MAX_HISTORY, MAX_FACETS = 2, 4
"""History items and attributes of the item in a prompt: more costs decoding time on a CPU and is rarely used."""

WORTH_NAMING = 0.2
"""An input whose effect is less than this share of the strongest history item's or query's is not told beside it."""


_OF_THE_SHOP = re.compile(r"section|department|group|code|index|assortment|path")
"""Names of attributes by which a shop files its goods; nobody says "the ladies garment group" to a customer."""


def is_of_the_item(facet: Facet) -> bool:
    """Whether an attribute tells of the item, rather than where a shop files it."""
    return _OF_THE_SHOP.search(facet.name.lower()) is None


@dataclass(frozen=True)
class Cause:
    """One history item that a sentence may cite.

    Attributes
    ----------
    title : str
        Its title.
    strength : {"strong", "some", "faint"}
        How strongly it moved the score.
    shared : tuple of Facet
        What it shares with the recommended item.
    """

    title: str
    strength: Strength
    shared: tuple[Facet, ...]


@dataclass(frozen=True)
class Trait:
    """An attribute seen in the recommended item that raised its score.

    Attributes
    ----------
    facet : Facet
        The attribute.
    place : str
        The word for the medium that shows it: `photo`.
    """

    facet: Facet
    place: str

    @property
    def phrase(self) -> str:
        """`red colour`, `Oslo origin`: its value as whoever labelled it wrote it."""
        return f"{self.facet.value} {attribute_noun(self.facet.name)}"


@dataclass(frozen=True)
class Brief:
    """The content of a rationale of one recommended item.

    Attributes
    ----------
    title : str
        Of the recommended item.
    named : bool
        Whether the title means the recommended item alone: no history item of the evidence has it too.
    facets : tuple of Facet
        Attributes of the item, `MAX_FACETS` at most.
    history : tuple of Cause
        What may be cited, most effective first, `MAX_HISTORY` at most.
    traits : tuple of Trait
        Attributes seen in the item's media that raised its score.
    trait_sharer : str
        Title of a cited history item that has all of `traits`, "" where none has.
    measured : tuple of Facet
        Listed attributes that raised the score by themselves, most effective first.
    helps : tuple of str
        Words of the inputs that raised the score by more than noise (`poster`), most effective first.
    query : str
        The request's words.
    queried : tuple of Facet
        Attributes that the query names and the item has.
    answers_query : bool
        Whether the item answers the query.
    strength : {"strong", "some", "faint"}
        Of the strongest single reason.
    words : Wording
        The nouns and verbs of the catalogue's domain.
    """

    title: str
    named: bool
    facets: tuple[Facet, ...]
    history: tuple[Cause, ...]
    traits: tuple[Trait, ...]
    trait_sharer: str
    measured: tuple[Facet, ...]
    helps: tuple[str, ...]
    query: str
    queried: tuple[Facet, ...]
    answers_query: bool
    strength: Strength
    words: Wording

    @classmethod
    def of(cls, evidence: ItemEvidence, catalog: Catalog) -> "Brief":
        """Make the brief of an item's evidence.

        Parameters
        ----------
        evidence : ItemEvidence
            Of the recommended item.
        catalog : Catalog
            The catalogue, as explanations use it.

        Returns
        -------
        Brief
            The brief.

        Raises
        ------
        UnknownItem
            Where the catalogue lacks an id.
        """
        vocabulary, words = Vocabulary.of(catalog), wording(catalog)
        catalog.rows([evidence.item, *(e.history_item for e in evidence.history if e.history_item is not None)])
        title = natural_order(vocabulary.titles[evidence.item])
        traits = tuple(
            Trait(Facet.of(e.attribute or ""), words.modalities.get(e.modality or "", e.modality or ""))
            for e in evidence.traits
        )
        most = max((e.effect for e in evidence.items if e.kind in ("history", "query")), default=0.0)
        asked = max((e.effect for e in evidence.items if e.kind == "query"), default=0.0)
        tells = bool(catalog.item(evidence.item).description)  # where no plot is told, none can have spoken for it
        helps = [
            e for e in evidence.helps
            if e.effect >= WORTH_NAMING * most and (e.modality not in ("id", "popularity") or e.effect >= asked)
            and (tells or e.modality != "text")
        ]  # fmt: skip
        trait_facets = {trait.facet for trait in traits}
        sharers = [
            natural_order(vocabulary.titles[e.history_item or ""])
            for e in evidence.causes
            if trait_facets <= set(vocabulary.facets[e.history_item or ""])
        ]
        return cls(
            title=title,
            named=all(
                natural_order(vocabulary.titles[e.history_item or ""]).casefold() != title.casefold()
                for e in evidence.history
            ),
            facets=tuple(filter(is_of_the_item, vocabulary.facets[evidence.item]))[:MAX_FACETS],
            history=causes_of(evidence, vocabulary),
            traits=traits,
            trait_sharer=sharers[0] if sharers and traits else "",
            measured=tuple(filter(is_of_the_item, evidence.listed_traits)),
            helps=tuple(words.modalities[e.modality] for e in helps if e.modality in words.modalities)[:2],
            query=evidence.query,
            queried=evidence.queried[:3],
            answers_query=evidence.answers_query,
            strength=evidence.strength,
            words=words,
        )

    @property
    def places(self) -> tuple[str, ...]:
        """Media that show the traits, in their order."""
        return tuple(dict.fromkeys(trait.place for trait in self.traits))

    def leads(self) -> tuple[Lead, ...]:
        """Return what a sentence can open with: "doubt" where all effects are faint, nothing where none can be told."""
        if self.strength == "faint":
            return ("doubt",)
        if self.traits:
            return ("trait", "query") if self.answers_query else ("trait",)
        leads: list[Lead] = ["history", "item"] if self.history else ["item"] if self.helps else []
        if any(cause.shared for cause in self.history):
            leads.append("link")
        if self.answers_query:
            leads.append("query")
        return tuple(leads)

    def lead(self, rng: random.Random) -> Lead:
        """Choose one of `leads()`, the query twice as often, as a user with a query looks for it first; else "doubt".

        Parameters
        ----------
        rng : random.Random
            Generator.
        """
        leads = self.leads() or ("doubt",)
        return rng.choice([*leads, "query"] if "query" in leads else leads)

    def prompt(self, lead: Lead, template: str = "rationale") -> str:
        """Render the LLM's prompt.

        Parameters
        ----------
        lead : str
            One of `leads()`.
        template : str, default "rationale"
            Name of the prompt template.

        Returns
        -------
        str
            The LLM's sentence follows it after one space and ends with the end-of-text token.
        """
        return render(
            template,
            noun=self.words.noun,
            chose=self.words.chose,
            title=self.title,
            facets=[label(facet) for facet in self.facets],
            history=[
                {"title": c.title, "strength": c.strength, "shared": [label(f) for f in c.shared]} for c in self.history
            ],
            seen=[{"place": p, "traits": [t.phrase for t in self.traits if t.place == p]} for p in self.places],
            helps=self.helps,
            query=self.query if self.answers_query else "",
            queried=[label(facet) for facet in self.queried],
            lead=self.words.noun if lead == "item" else _IN_PROMPT.get(lead, lead),
        )


def causes_of(evidence: ItemEvidence, vocabulary: Vocabulary, most: int = MAX_HISTORY) -> tuple[Cause, ...]:
    """What may be cited of an item's evidence, one of a title.

    Parameters
    ----------
    evidence, vocabulary
        Of the recommended item and its catalogue.
    most
        How many.
    """
    causes: dict[str, Cause] = {}
    # What is within the noise is cited only where there is nothing else, and then with doubt (see `leads`).
    for record in evidence.history if evidence.strength == "faint" else evidence.causes:
        item = record.history_item or ""
        title = natural_order(vocabulary.titles[item])
        # Colour variants share one title: cited twice, a sentence would read as a slip.
        if title.casefold() not in causes and len(causes) < most:
            causes[title.casefold()] = Cause(
                title, strength(record.effect), tuple(filter(is_of_the_item, evidence.shared(item)))
            )
    return tuple(causes.values())


def label(facet: Facet) -> str:
    """An attribute in the fewest clear words.

    Parameters
    ----------
    facet : Facet
        The attribute.

    Returns
    -------
    str
        For a sentence or a prompt.

    Examples
    --------
    >>> [label(Facet(*pair)) for pair in (("genres", "Comedy"), ("year", "1990s"), ("colour", "Dark Blue"))]
    ['comedy', '1990s', 'dark blue colour']
    """
    if facet.name in ("genres", "genre"):
        return facet.value.lower()
    if facet.name == "year" or facet.name.endswith("_year"):
        return facet.value
    noun = attribute_noun(facet.name)
    # Names of more than three words or with signs in them ("H&M+") keep their capitals: they are proper names.
    proper = len(facet.value.split()) > 3 or not facet.value.replace(" ", "").replace("/", "").isalpha()
    value = facet.value if proper else facet.value.lower()
    return value if value.lower().endswith(noun) else f"{value} {noun}"
