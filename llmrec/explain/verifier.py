"""Decides whether a rationale may reach a user. No model decides.

A text passes when each claim found in it is supported, it gives at least one supported reason, and it is
clean prose. The check is closed-world on purpose: a word that neither our plans nor the catalogue nor the
evidence knows ("Oscar-winning", "heart-warming") is a claim that nothing here can check, and does not pass
either.
"""

import re
from dataclasses import dataclass

from llmrec.catalog.types import Catalog
from llmrec.explain.checks import Checks
from llmrec.explain.claims import Claim
from llmrec.explain.evidence import ItemEvidence
from llmrec.explain.reading import Reading
from llmrec.explain.vocabulary import Vocabulary

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
    claims = tuple(sorted(Checks(reading, evidence, catalog).claims(), key=lambda claim: claim.start))
    return Verdict(claims, _unclean(reading) or _unsupported(claims))


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
        if claim.state != "supported":
            return f"{claim.kind} {claim.text!r}: {claim.why}"
    return "" if any(claim.reason for claim in claims) else "no reason is named"
