"""One explanation as a reader of the report sees it, and which twenty to read first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llmrec.audit.faithfulness import Removal
from llmrec.audit.judge import Judged
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary

WORST, LAST = 20, 6
"""Cases to read, and history items shown with each."""


@dataclass(frozen=True)
class Case:
    """An explanation with all that was found of it; `removal` and `picked` are None where that was not measured."""

    judged: Judged
    removal: Removal | None
    picked: bool | None
    catalog: Catalog

    @property
    def contradicted(self) -> int:
        """Claims that are contradicted."""
        return sum(claim.verdict == "contradicted" for claim in self.judged.claims)

    @property
    def precision(self) -> float | None:
        """Claims that are supported, of all; None without a claim."""
        claims = self.judged.claims
        return sum(claim.verdict == "supported" for claim in claims) / len(claims) if claims else None

    @property
    def badness(self) -> tuple[float, ...]:
        """The larger, the sooner to be read: what is false, what is flagged, what cannot be checked, what does not
        carry the score, what no reader understands.
        """
        unchecked = sum(claim.verdict == "not_checkable" for claim in self.judged.claims)
        margin = self.removal.random - self.removal.comprehensiveness if self.removal else 0.0
        return self.contradicted, float(bool(self.judged.problem)), unchecked, max(margin, 0.0), float(not self.picked)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        said, titles = self.judged.said, Vocabulary.of(self.catalog).titles
        return {
            "user": said.user,
            "item": said.item,
            "title": titles[said.item],
            "history": [titles[item] for item in self.judged.history[-LAST:]],
            "explanation": said.text,
            "source": said.source,
            "problem": self.judged.problem,
            "claims": [claim.to_dict() for claim in self.judged.claims],
            "cited": [titles[item] for item in self.judged.cited],
            "score_lost_without_cited": None if self.removal is None else round(self.removal.comprehensiveness, 4),
            "score_lost_without_others": None if self.removal is None else round(self.removal.random, 4),
            "picked": self.picked,
        }


def worst(cases: Sequence[Case], most: int = WORST) -> list[Case]:
    """The cases to read first."""
    return sorted(cases, key=lambda case: case.badness, reverse=True)[:most]
