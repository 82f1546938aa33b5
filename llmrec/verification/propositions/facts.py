"""What is known of one recommendation: events, catalogue and measurements, as questions that propositions ask."""

from collections.abc import Callable
from functools import cached_property

from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.evidence.records import Counterfactual
from llmrec.verification.grounds import Grounds

Entails = Callable[[str, str], float]
"""(the item's own text, a clause) -> how surely the text says it, from 0 to 1: the place for an entailment model."""
RECENT = 50
"""Last history items that may be named by a part of their title."""


LEAST = 20
"""Smallest group whose share is told: what is said of fewer could tell of one of them."""


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

    @cached_property
    def audience(self) -> Audience:
        """The users of each item."""
        return derived(self.catalog, Audience)

    @property
    def near(self) -> tuple[str, ...]:
        """The recommended item, then what was measured, then the history, the latest first."""
        return (self.item, *self.effects, *reversed(self.history[-RECENT:]))

    @property
    def own_text(self) -> str:
        """The recommended item's description, "" without one."""
        return self.catalog.item(self.item).description

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
        return next((c for c in self.grounds.counterfactuals if c.history_item == item), None)

    @property
    def rank(self) -> int | None:
        """The measured rank of the recommended item."""
        return next((c.rank for c in self.grounds.counterfactuals), None)
