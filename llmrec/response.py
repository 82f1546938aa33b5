"""What an answer is: ranked items, whole or as their reasons are written, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llmrec.catalog import AttributeValue
from llmrec.evidence.records import ItemEvidence
from llmrec.rationale.write import Rationale


@dataclass(frozen=True, slots=True)
class Recommended:
    """One item of an answer; `parts`: what each component adds to `score`."""

    id: str
    title: str
    score: float
    parts: dict[str, float]
    attributes: dict[str, AttributeValue]
    rationale: Rationale | None = None
    evidence: ItemEvidence | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "score": self.score,
            "parts": self.parts,
            "attributes": self.attributes,
            "rationale": self.rationale.to_dict() if self.rationale else None,
        }


@dataclass(frozen=True, slots=True)
class Response:
    """The answer: items best first, the history that was read, seconds by step, remarks for the reader."""

    items: tuple[Recommended, ...]
    history: tuple[str, ...]
    timings: dict[str, float]
    notes: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    """What was out of reach and replaced: "llm", "index"."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "items": [item.to_dict() for item in self.items],
            "history": list(self.history),
            "timings": self.timings,
            "notes": list(self.notes),
            "degraded": list(self.degraded),
        }


@dataclass
class Streamed:
    """An answer under way: its `items` as ranked, and as `explained` one by one, in order, each as soon as its sentence
    is written and checked.

    `timings`, `notes` and `missed` are whole when `explained` has come to its end.
    """

    items: tuple[Recommended, ...]
    history: tuple[str, ...]
    timings: dict[str, float]
    notes: list[str]
    missed: set[str]
    """What was out of reach so far, and was replaced."""
    explains: bool
    """Whether reasons were asked for, which are waited for; else `explained` gives the items as they are."""
    explained: Iterator[Recommended]

    def whole(self) -> Response:
        """Waits for all reasons."""
        return self.response(tuple(self.explained))

    def response(self, items: tuple[Recommended, ...]) -> Response:
        """The answer with these, its own, items."""
        return Response(items, self.history, self.timings, tuple(self.notes), tuple(sorted(self.missed)))
