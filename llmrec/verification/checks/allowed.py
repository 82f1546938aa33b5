"""What a text on one recommended item may rest on."""

from dataclasses import dataclass
from functools import cached_property

from llmrec.evidence.records import FAINT, ItemEvidence


@dataclass(frozen=True)
class Grounds:
    """The recommended item, the history items a text may cite, and what was measured of them.

    `closed`: every word has to be known to plans, evidence or catalogue, as of our own sentences; in an open text, of
    another system, only what is claimed of items is looked for.
    """

    item: str
    history: tuple[str, ...]
    evidence: ItemEvidence | None = None
    closed: bool = False

    @classmethod
    def of(cls, evidence: ItemEvidence) -> "Grounds":
        """Those of one of our own sentences: it may cite what raised the score."""
        cited = tuple(e.history_item for e in evidence.history if e.history_item is not None)
        return cls(evidence.item, cited, evidence, closed=True)

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
        """The wish in words, or ""."""
        return self.evidence.query if self.evidence else ""

    @property
    def answers_query(self) -> bool:
        """Whether there was a wish, and the item answers it."""
        return self.evidence is not None and self.evidence.answers_query

    def effect(self, items: list[str]) -> float:
        """The largest effect of the items a title may mean; `FAINT`, no more than a doubt, where there are none."""
        return max((self.effects.get(item, 0.0) for item in items), default=FAINT)
