"""Sentences on what was counted and re-ranked: by rule, no LLM, and checked like any other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import wording
from llmrec.evidence.records import FAINT, CoOccurrence, Counterfactual, ItemEvidence
from llmrec.verification.claims import Claim
from llmrec.verification.verifier import verify


@dataclass(frozen=True)
class Remark:
    """One such sentence, with its claims."""

    text: str
    claims: tuple[Claim, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"text": self.text, "claims": [claim.to_dict() for claim in self.claims]}


def remarks(evidence: ItemEvidence, catalog: Catalog) -> tuple[Remark, ...]:
    """Where the item would rank without its strongest reason or the wish, and how many take both it and that reason.

    Only of reasons above the noise, and only what the verifier lets through: a catalogue may own a word of these
    sentences, as a colour or a genre, and then says something else by it.
    """
    found = []
    for text in _said(evidence, catalog):
        verdict = verify(text, evidence, catalog)
        if verdict.ok:
            found.append(Remark(text, verdict.claims))
    return tuple(found)


def _said(evidence: ItemEvidence, catalog: Catalog) -> Iterator[str]:
    words, titles = wording(catalog), Vocabulary.of(catalog).titles
    causes = {record.history_item for record in evidence.causes}
    for record in evidence.counterfactuals:
        if record.rank_without <= record.rank:
            continue
        if record.history_item is None and any(e.kind == "query" and e.effect >= FAINT for e in evidence.items):
            yield _without("your wish", record, words.noun)
        elif record.history_item in causes:
            yield _without(f'"{titles[record.history_item or ""]}"', record, words.noun)
    told = next((record for record in evidence.companions if record.history_item in causes), None)
    if told is not None:
        yield _together(told, titles[told.history_item], words.noun, words.chose)


def _without(what: str, record: Counterfactual, noun: str) -> str:
    return f"Without {what}, this {noun} would rank {_ordinal(record.rank_without)} instead of {_ordinal(record.rank)}."


def _together(record: CoOccurrence, title: str, noun: str, chose: str) -> str:
    return (
        f'Of {record.group:,} people who {chose} "{title}", {record.both:,} {chose} this {noun} too, '
        f"against {record.takers:,} of all {record.people:,}."
    )


def _ordinal(n: int) -> str:
    """ "1st", "22nd", "113th"."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"
