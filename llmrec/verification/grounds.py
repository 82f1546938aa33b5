"""What a text on one recommended item may rest on: the narrow record, and what it and the catalogue answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from llmrec.catalog.queries import with_kinds
from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import Facet, Mention, Vocabulary
from llmrec.evidence.records import FAINT, CoOccurrence, Counterfactual, ItemEvidence

RECENT = 50
"""Last history items that may be named by a part of their title."""
LEAST = 20
"""Smallest group whose share is told: what is said of fewer could tell of one of them."""


@dataclass(frozen=True)
class Grounds:
    """The recommended item, the history items that a text may cite, and what was measured of them.

    Attributes
    ----------
    item : str
        Id of the recommended item.
    history : tuple of str
        Ids of the items that a text may cite.
    evidence : ItemEvidence or None
        What a scorer measured; None where nothing was.
    closed : bool
        Whether every word has to be known to evidence, catalogue or `llmrec.verification.grammar`, as of sentences that
        are written from the evidence. In an open text, of any other author, only what is claimed of items is judged.
    interacted : tuple of str
        Ids of all the items that the user interacted with, oldest first; empty where that is not known.
    """

    item: str
    history: tuple[str, ...]
    evidence: ItemEvidence | None = None
    closed: bool = False
    interacted: tuple[str, ...] = ()

    @classmethod
    def of(cls, evidence: ItemEvidence, interacted: Sequence[str] = ()) -> "Grounds":
        """Of a sentence that was written from this evidence: it may cite what raised the score.

        Parameters
        ----------
        evidence : ItemEvidence
            Of the recommended item.
        interacted : sequence of str, optional
            Ids of all the items that the user interacted with, oldest first, where that is known.

        Returns
        -------
        Grounds
            Closed ones.
        """
        cited = tuple(e.history_item for e in evidence.history if e.history_item is not None)
        return cls(evidence.item, cited, evidence, closed=True, interacted=tuple(interacted))

    @cached_property
    def effects(self) -> dict[str, float]:
        """History item -> what the score loses without it, of those that raise it; empty where nothing was measured."""
        records = self.evidence.history if self.evidence else ()
        return {e.history_item: e.effect for e in records if e.history_item is not None}

    @cached_property
    def helped(self) -> frozenset[str]:
        """Inputs of the item that raised the score by more than noise."""
        records = (*self.evidence.helps, *self.evidence.traits) if self.evidence else ()
        return frozenset(e.modality for e in records if e.modality)

    @cached_property
    def traits(self) -> frozenset[str]:
        """Keys of the attributes that raised the score by themselves."""
        records = self.evidence.items if self.evidence else ()
        return frozenset(e.attribute for e in records if e.kind == "trait" and e.attribute)

    @property
    def query(self) -> str:
        """The request's words, or ""."""
        return self.evidence.query if self.evidence else ""

    @property
    def answers_query(self) -> bool:
        """Whether there was a query, and the item answers it."""
        return self.evidence is not None and self.evidence.answers_query

    @property
    def queried(self) -> frozenset[Facet]:
        """Attributes that the query names and the item has."""
        return frozenset(self.evidence.queried if self.evidence else ())

    @property
    def counterfactuals(self) -> tuple[Counterfactual, ...]:
        """Measured ranks without a reason."""
        return self.evidence.counterfactuals if self.evidence else ()

    @property
    def co_occurrences(self) -> tuple[CoOccurrence, ...]:
        """Counts of users."""
        return self.evidence.companions if self.evidence else ()

    @property
    def measured(self) -> bool:
        """Whether a scorer measured anything."""
        return self.evidence is not None

    @property
    def weak(self) -> bool:
        """Whether something was measured, and no single reason is above the noise."""
        return self.evidence is not None and self.evidence.strength == "faint"

    def effect(self, items: list[str]) -> float:
        """The largest effect of the items that a title may mean.

        Parameters
        ----------
        items : list of str
            Ids.

        Returns
        -------
        float
            In standard deviations of the user's scores; `FAINT`, no reason to doubt, where there are none.
        """
        return max((self.effects.get(item, 0.0) for item in items), default=FAINT)

    def moved(self, items: list[str]) -> bool:
        """Whether one of the items that a title may mean moved the score by more than noise."""
        return self.effect(items) >= FAINT


class Audience:
    """The users of each item of a catalogue; made once and kept with it.

    Parameters
    ----------
    catalog : Catalog
        With its interactions.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.people = len(catalog.histories)
        self._of: dict[str, set[str]] = {}
        for user, events in catalog.histories.items():
            for event in events:
                self._of.setdefault(event.item, set()).add(user)

    def of(self, item: str) -> set[str]:
        """The users who interacted with an item."""
        return self._of.get(item, set())


class Facts:
    """Answers about one recommendation.

    Parameters
    ----------
    grounds : Grounds
        The recommended item, the history, and what was measured.
    catalog : Catalog
        The catalogue, as explanations speak of it.
    """

    def __init__(self, grounds: Grounds, catalog: Catalog) -> None:
        self.grounds, self.catalog, self.item = grounds, catalog, grounds.item
        self.vocabulary = Vocabulary.of(catalog)
        self.history = grounds.interacted
        evidence = grounds.evidence
        records = evidence.items if evidence else ()
        self.effects = {e.history_item: e.effect for e in records if e.kind == "history" and e.history_item}
        self.traits = {Facet.of(e.attribute): e.effect for e in records if e.kind == "trait" and e.attribute}
        self.inputs = {e.modality: e.effect for e in records if e.kind == "modality" and e.modality}
        self.query_effect = max((e.effect for e in records if e.kind == "query"), default=None)
        self.query = grounds.query
        self.counterfactuals = grounds.counterfactuals

    @cached_property
    def requested_values(self) -> list[Mention]:
        """The attribute values that the query names, and the kinds that its moods speak for."""
        return self.vocabulary.mentions(with_kinds(self.query, self.catalog))

    @cached_property
    def audience(self) -> Audience:
        """The users of each item."""
        return derived(self.catalog, Audience)

    @property
    def near(self) -> tuple[str, ...]:
        """The recommended item, then what was measured, then the history, the latest first."""
        return (self.item, *self.effects, *reversed(self.history[-RECENT:]))

    def story(self, item: str) -> str:
        """An item's description, "" without one."""
        return self.catalog.item(item).description

    def year(self, item: str) -> int | None:
        """Of an item, where the catalogue has it."""
        year = self.catalog.item(item).attributes.get("year")
        if isinstance(year, (int, float)):
            return int(year)
        return int(year) if isinstance(year, str) and year.isdigit() else None

    def facets(self, item: str) -> set[Facet]:
        """Attribute values of an item."""
        return set(self.vocabulary.facets[item])

    def labels(self, item: str) -> set[Facet]:
        """Attribute values of an item that are words: no decade, no price band."""
        return {f for f in self.facets(item) if f.name not in ("year", "price") and not f.name.endswith("_year")}

    def watched(self, item: str) -> bool | None:
        """Whether the user interacted with an item; None where the history is not known."""
        if item in self.history or item in self.effects or item in self.grounds.history:
            return True
        return False if self.history else None

    def place(self, item: str) -> int | None:
        """An item's place in the history, from 0, the latest being the largest."""
        return self.history.index(item) if item in self.history else None

    def without(self, item: str | None) -> Counterfactual | None:
        """The measured ranks with and without a history item, or (None) the query."""
        return next((c for c in self.counterfactuals if c.history_item == item), None)

    @property
    def rank(self) -> int | None:
        """The measured rank of the recommended item."""
        return next((c.rank for c in self.counterfactuals), None)
