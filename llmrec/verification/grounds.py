"""What a text on one recommended item may rest on: the narrow record that a verifier judges against."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from llmrec.catalog.vocabulary import Facet
from llmrec.evidence.records import FAINT, CoOccurrence, Counterfactual, ItemEvidence


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
