"""What a text can claim, and what came of checking it."""

from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal[
    "title", "year", "attribute", "modality", "wish", "number", "price", "rank", "comparison", "strength", "doubt",
    "cause", "name", "word",
]  # fmt: skip
ClaimVerdict = Literal["supported", "contradicted", "not_checkable"]


@dataclass(frozen=True)
class Claim:
    """One thing a text claims: where it stands, what it was checked against, the verdict and, unless it holds, why."""

    kind: ClaimKind
    text: str
    start: int
    verdict: ClaimVerdict
    against: str
    """What it was held against, named so that two claims of the same thing read the same: `evidence of item 71`."""
    why: str = ""
    reason: bool = False
    """Whether it is supported and names why the item was recommended, rather than a mere fact of it."""
    cites: tuple[str, ...] = ()
    """The history items that a title means."""

    def to_dict(self) -> dict[str, str | int | list[str]]:
        """For JSON."""
        return {
            "kind": self.kind, "text": self.text, "start": self.start, "verdict": self.verdict,
            "against": self.against, "why": self.why, "cites": list(self.cites),
        }  # fmt: skip


def judged(
    kind: ClaimKind,
    text: str,
    start: int,
    true: bool,
    against: str,
    why: str = "",
    reason: bool = False,
    cites: tuple[str, ...] = (),
) -> Claim:
    """A claim that was checked: supported, or contradicted because of `why`."""
    verdict: ClaimVerdict = "supported" if true else "contradicted"
    return Claim(kind, text, start, verdict, against, "" if true else why, reason and true, cites)


def unchecked(kind: ClaimKind, text: str, start: int, why: str, against: str = "nothing at hand") -> Claim:
    """A claim that nothing here can decide, because of `why`."""
    return Claim(kind, text, start, "not_checkable", against, why)
