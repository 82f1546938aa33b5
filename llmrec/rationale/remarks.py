"""Sentences on measured ranks and counts of users: made by rule, not by the LLM, and verified like any other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import wording
from llmrec.evidence.records import FAINT, CoOccurrence, Counterfactual, ItemEvidence
from llmrec.verification import Claim, Grounds, Verifier


@dataclass(frozen=True)
class Remark:
    """One such sentence.

    Attributes
    ----------
    text : str
        The sentence.
    claims : tuple of Claim
        The claims that the verifier read in it.
    """

    text: str
    claims: tuple[Claim, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"text": self.text, "claims": [claim.to_dict() for claim in self.claims]}


def remarks(evidence: ItemEvidence, catalog: Catalog, verifier: Verifier) -> tuple[Remark, ...]:
    """Write what is measured beside a reason: the user's rating of it, the rank without it, the users who have both.

    Parameters
    ----------
    evidence : ItemEvidence
        Of the recommended item.
    catalog : Catalog
        The catalogue, as explanations use it.
    verifier : Verifier
        Of that catalogue.

    Returns
    -------
    tuple of Remark
        Of reasons above the noise, and only what the verifier accepts: a catalogue may have a word of these sentences
        as a colour or a genre, which changes the meaning.
    """
    passed = []
    for text in _sentences(evidence, catalog):
        verdict = verifier.verify(text, Grounds.of(evidence))
        if verdict.ok:
            passed.append(Remark(text, verdict.claims))
    return tuple(passed)


def _sentences(evidence: ItemEvidence, catalog: Catalog) -> Iterator[str]:
    words, titles = wording(catalog), Vocabulary.of(catalog).titles
    causes = {record.history_item for record in evidence.causes}
    rated = next((record.history_item for record in evidence.causes if record.history_item in evidence.ratings), None)
    if rated is not None:
        yield f'You {words.chose} "{titles[rated]}" and gave it {evidence.ratings[rated]:g}.'
    for record in evidence.counterfactuals:
        if record.rank_without <= record.rank:
            continue
        if record.history_item is None and any(e.kind == "query" and e.effect >= FAINT for e in evidence.items):
            yield _without("your wish", record, words.noun)
        elif record.history_item in causes:
            yield _without(f'"{titles[record.history_item or ""]}"', record, words.noun)
    co_occurrence = next((record for record in evidence.companions if record.history_item in causes), None)
    if co_occurrence is not None:
        yield _with_others(co_occurrence, titles[co_occurrence.history_item], words.noun, words.chose)


def _without(cause: str, record: Counterfactual, noun: str) -> str:
    return (
        f"Without {cause}, this {noun} would rank {_ordinal(record.rank_without)} instead of {_ordinal(record.rank)}."
    )


def _with_others(record: CoOccurrence, title: str, noun: str, chose: str) -> str:
    return (
        f'Of about {record.group:,} people who {chose} "{title}", about {record.both:,} {chose} this {noun} too, '
        f"against about {record.takers:,} of all {record.people:,}."
    )


def _ordinal(n: int) -> str:
    """Write a number as in "1st", "22nd", "113th"."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"
