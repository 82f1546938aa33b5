"""Faults planted into true sentences are false, and the audit finds them."""

import random
from collections import Counter
from pathlib import Path

import pytest

from eval.explanations.faults import SHARE, Faults, found
from llmrec.audit.explanation import Explanation
from llmrec.catalog import load_catalog
from llmrec.catalog.types import Catalog
from llmrec.rationale.brief import Brief
from llmrec.rationale.compose import EvidenceSampler
from llmrec.rationale.phrasing import write_sentence
from llmrec.verification.verifier import verify


@pytest.fixture(scope="module")
def films(shared: Path) -> Catalog:
    """MovieLens-100K."""
    return load_catalog(shared / "data" / "ml-100k")


@pytest.fixture(scope="module")
def true(films: Catalog) -> list[Explanation]:
    """400 composed sentences that the verifier lets pass."""
    sampler, rng, said = EvidenceSampler(films), random.Random(1), []
    users = sorted(films.histories)
    while len(said) < 400:
        evidence = sampler.draw(rng)
        brief = Brief.of(evidence, films)
        text = write_sentence(brief, brief.lead(rng), rng)
        if verify(text, evidence, films).ok:
            said.append(Explanation(rng.choice(users), evidence.item, text, evidence=evidence))
    return said


def test_a_twentieth_of_each_fault_is_planted_and_found(films: Catalog, true: list[Explanation]) -> None:
    planted = Faults(films).plant(true, 0)
    assert Counter(fault.kind for fault in planted) == dict.fromkeys(
        ("invented title", "swapped reason", "contradicted attribute"), round(SHARE * len(true))
    )
    assert all(fault.said.text != fault.before for fault in planted)
    assert len({fault.before for fault in planted}) > 0.9 * len(planted)
    flagged = found(planted, true, films, None)["with evidence"]
    assert flagged.pop("clean copy") == 0
    assert min(flagged.values()) >= 0.95


def test_the_same_seed_plants_the_same_faults(films: Catalog, true: list[Explanation]) -> None:
    assert Faults(films).plant(true, 1) == Faults(films).plant(true, 1) != Faults(films).plant(true, 2)
