"""What a rationale can claim, and what comes of a claim."""

from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal[
    "title", "year", "attribute", "modality", "wish", "number", "rank", "comparison", "strength", "doubt",
    "cause", "word",
]  # fmt: skip
State = Literal["supported", "contradicted", "not_checkable"]


@dataclass(frozen=True)
class Claim:
    """One thing a sentence claims: where it stands, what the evidence says of it and, unless it holds, why."""

    kind: ClaimKind
    text: str
    start: int
    state: State
    why: str = ""
    reason: bool = False
    """Whether it is supported and names why the item was recommended, rather than a mere fact of it."""

    def to_dict(self) -> dict[str, str | int]:
        """For JSON."""
        return {"kind": self.kind, "text": self.text, "start": self.start, "state": self.state, "why": self.why}


def judged(kind: ClaimKind, text: str, start: int, true: bool, why: str, reason: bool = False) -> Claim:
    """A claim that was checked: supported, or contradicted because of `why`."""
    return Claim(kind, text, start, "supported" if true else "contradicted", "" if true else why, reason and true)
