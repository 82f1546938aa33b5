"""The brief a sentence is written from: evidence in words, and nothing else. It renders to the rationale
prompt.
"""

import random
from dataclasses import dataclass

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary, attribute_noun
from llmrec.catalog.wording import Wording, wording
from llmrec.evidence.records import ItemEvidence, Strength, strength
from llmrec.prompts import render

TOLD_HISTORY, TOLD_FACETS = 2, 4
"""History items and own attributes that the prompt tells: more costs decode time on a CPU and is rarely said.
"""


@dataclass(frozen=True)
class Cause:
    """One cited history item: title, how strongly it moved the score, what it shares with the recommended
    item.
    """

    title: str
    strength: Strength
    shared: tuple[Facet, ...]


@dataclass(frozen=True)
class Trait:
    """An attribute seen in the recommended item that raised its score, and the word for where it shows ("photo")."""

    facet: Facet
    place: str

    @property
    def phrase(self) -> str:
        """`red colour`, `Oslo origin`: its value as whoever labelled it wrote it."""
        return f"{self.facet.value} {attribute_noun(self.facet.name)}"


@dataclass(frozen=True)
class Brief:
    """All that a rationale may say of one recommended item."""

    title: str
    named: bool
    """Whether the title means the recommended item alone: no history item of the evidence has it too."""
    facets: tuple[Facet, ...]
    history: tuple[Cause, ...]
    traits: tuple[Trait, ...]
    sharer: str
    """Title of a cited history item that has all of `traits`, "" where none has."""
    helps: tuple[str, ...]
    """Words of the inputs that raised the score by more than noise ("poster"), most effective first."""
    query: str
    queried: tuple[Facet, ...]
    answers_query: bool
    strength: Strength
    words: Wording

    @classmethod
    def of(cls, evidence: ItemEvidence, catalog: Catalog) -> "Brief":
        """The brief of an item's evidence; raises `UnknownItem` for ids the catalogue lacks."""
        vocabulary, words = Vocabulary.of(catalog), wording(catalog)
        catalog.rows([evidence.item, *(e.history_item for e in evidence.history if e.history_item is not None)])
        causes: list[Cause] = []
        seen: set[str] = set()
        # What is within the noise is told only where there is nothing else, and then with doubt (see `leads`).
        for record in evidence.history if evidence.strength == "faint" else evidence.causes:
            item = record.history_item or ""
            name = vocabulary.titles[item]
            # Colour variants share one title: cited twice, a sentence would read as a slip.
            if name.casefold() not in seen and len(causes) < TOLD_HISTORY:
                causes.append(Cause(name, strength(record.effect), evidence.shared(item)))
                seen.add(name.casefold())
        traits = tuple(Trait(Facet.of(e.attribute or ""), words.modalities[e.modality or ""]) for e in evidence.traits)
        sharers = [
            vocabulary.titles[e.history_item or ""]
            for e in evidence.causes
            if {trait.facet for trait in traits} <= set(vocabulary.facets[e.history_item or ""])
        ]
        return cls(
            title=vocabulary.titles[evidence.item],
            named=all(
                vocabulary.titles[e.history_item or ""].casefold() != vocabulary.titles[evidence.item].casefold()
                for e in evidence.history
            ),
            facets=vocabulary.facets[evidence.item][:TOLD_FACETS],
            history=tuple(causes),
            traits=traits,
            sharer=sharers[0] if sharers and traits else "",
            helps=tuple(words.modalities[e.modality] for e in evidence.helps if e.modality in words.modalities)[:2],
            query=evidence.query,
            queried=evidence.queried[:3],
            answers_query=evidence.answers_query,
            strength=evidence.strength,
            words=words,
        )

    @property
    def places(self) -> tuple[str, ...]:
        """Where the traits show, in their order."""
        return tuple(dict.fromkeys(trait.place for trait in self.traits))

    def leads(self) -> tuple[str, ...]:
        """What a sentence on this brief can open with; where all effects are faint, its doubt and nothing
        else.
        """
        if self.strength == "faint":
            return ("doubt",)
        if self.traits:
            return ("seen", "wish") if self.answers_query else ("seen",)
        found = ["history", self.words.noun] if self.history else [self.words.noun] if self.helps else []
        if any(cause.shared for cause in self.history):
            found.append("link")
        if self.answers_query:
            found.append("wish")
        return tuple(found)

    def lead(self, rng: random.Random) -> str:
        """One of `leads()`, the wish twice as often: who asked for something looks for it first."""
        leads = self.leads()
        return rng.choice([*leads, "wish"] if "wish" in leads else leads)

    def prompt(self, lead: str, template: str = "rationale") -> str:
        """The rationale prompt; the LLM's answer follows it after one space and ends with the end-of-text
        token.
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
            lead=lead,
        )


def label(facet: Facet) -> str:
    """A facet in the fewest clear words: `comedy`, `1990s`, `dark blue colour`, `lower price`."""
    if facet.name in ("genres", "genre"):
        return facet.value.lower()
    if facet.name == "year" or facet.name.endswith("_year"):
        return facet.value
    noun = attribute_noun(facet.name)
    # Names of more than three words or with signs in them ("H&M+") keep their capitals: they are proper
    # names.
    proper = len(facet.value.split()) > 3 or not facet.value.replace(" ", "").replace("/", "").isalpha()
    value = facet.value if proper else facet.value.lower()
    return value if value.lower().endswith(noun) else f"{value} {noun}"
