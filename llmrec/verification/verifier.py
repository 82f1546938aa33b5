"""Decides what holds of a text, and whether a rationale may reach a user. No model decides.

A text passes when each claim found in it is supported, it gives at least one supported reason, and it is
clean prose. The check is closed-world on purpose: a word that neither our plans nor the catalogue nor the
evidence knows ("Oscar-winning", "heart-warming") is a claim that nothing here can check, and does not pass
either. A text of another system is read openly: only what it says of items is a claim.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.evidence.records import ItemEvidence
from llmrec.verification.checks import Grounds, find_claims
from llmrec.verification.claims import Claim
from llmrec.verification.reading import Reading

MAX_WORDS = 60
_JUNK = re.compile(r"https?:|www\.|\w@\w|[<>{}\[\]\\|`#*_~^$\x01]|//|\n|\b(?:system|assistant|user)\s*:", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """All claims of a text, in order, and whether it may reach a user; `problem` says in words why it may
    not.
    """

    claims: tuple[Claim, ...]
    problem: str = ""

    @property
    def ok(self) -> bool:
        """True where nothing was found against the text."""
        return not self.problem


def verify(sentence: str, evidence: ItemEvidence, catalog: Catalog) -> Verdict:
    """Check a sentence or two on the recommended item.

    About half a millisecond; the catalogue's vocabulary is built on the first call. Raises `UnknownItem`
    where the evidence is not on this catalogue.
    """
    catalog.rows([evidence.item, *(e.history_item for e in evidence.items if e.history_item is not None)])
    reading = Reading.of(sentence, Vocabulary.of(catalog))
    claims = find_claims(reading, Grounds.of(evidence), catalog)
    return Verdict(claims, _unclean(reading) or _unsupported(claims))


def examine(
    text: str, item: str, history: Sequence[str], catalog: Catalog, evidence: ItemEvidence | None = None
) -> tuple[Claim, ...]:
    """The claims that any system's text on recommending `item` after `history` (item ids) makes, each judged.

    `evidence`: what a scorer measured of the history, where there is one. Raises `UnknownItem`.
    """
    catalog.rows([item, *history])
    grounds = Grounds(item, tuple(history), evidence)
    return find_claims(Reading.of(text, Vocabulary.of(catalog), names_first=True), grounds, catalog)


def _unclean(reading: Reading) -> str:
    """What makes a text no clean prose, empty where it is."""
    if not reading.text:
        return "the sentence is empty"
    if '"' in reading.bare:
        return "a quote is left open"
    # Quoted stretches are names that the checks look up; they may hold any sign.
    if junk := _JUNK.search(reading.plain):
        return f"{junk.group()!r} is not prose"
    if reading.text[-1] not in ".!?":
        return "the sentence does not end"
    count = len(reading.text.split())
    return f"the text has {count} words, over {MAX_WORDS}" if count > MAX_WORDS else ""


def _unsupported(claims: tuple[Claim, ...]) -> str:
    for claim in claims:
        if claim.verdict != "supported":
            return f"{claim.kind} {claim.text!r}: {claim.why}"
    return "" if any(claim.reason for claim in claims) else "no reason is named"
