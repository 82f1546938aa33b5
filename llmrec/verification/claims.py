"""What a text can claim, and what came of checking it."""

from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal[
    "title", "year", "attribute", "modality", "query", "number", "price", "rank", "comparison", "strength", "doubt",
    "cause", "name", "word", "effect", "people", "watched", "order", "content",
]  # fmt: skip
ClaimVerdict = Literal["supported", "contradicted", "not_checkable"]


@dataclass(frozen=True)
class Claim:
    """One thing that a text claims, and the verdict on it.

    Attributes
    ----------
    kind : str
        What is claimed: a title, a year, an attribute, …
    text : str
        The words that claim it.
    start : int
        Where they begin in the text, in characters.
    verdict : {"supported", "contradicted", "not_checkable"}
        What came of checking it.
    against : str
        What it was held against, named so that two claims of the same thing read the same: `evidence of item 71`.
    why : str
        Why it does not hold; empty where it does.
    reason : bool
        Whether it is supported and names why the item was recommended, rather than a mere fact of it.
    cites : tuple of str
        Ids of the history items that a title means.
    """

    kind: ClaimKind
    text: str
    start: int
    verdict: ClaimVerdict
    against: str
    why: str = ""
    reason: bool = False
    cites: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, str | int | list[str]]:
        """For JSON; `reason` is for the verifier itself and left out."""
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
    """A claim that was checked.

    Parameters
    ----------
    kind, text, start, against, cites
        See `Claim`.
    true : bool
        Whether it holds.
    why : str, default ""
        Why it does not hold, where it does not.
    reason : bool, default False
        Whether it names a reason, where it holds.

    Returns
    -------
    Claim
        Supported or contradicted.

    Examples
    --------
    >>> judged("year", "1994", 10, False, "year of item 71", "it is of 1995").verdict
    'contradicted'
    """
    verdict: ClaimVerdict = "supported" if true else "contradicted"
    return Claim(kind, text, start, verdict, against, "" if true else why, reason and true, cites)


def unchecked(kind: ClaimKind, text: str, start: int, why: str, against: str = "nothing at hand") -> Claim:
    """A claim that nothing at hand can decide.

    Parameters
    ----------
    kind, text, start, against
        See `Claim`.
    why : str
        What is missing.

    Returns
    -------
    Claim
        Not checkable.
    """
    return Claim(kind, text, start, "not_checkable", against, why)
