"""What was re-ranked and counted is told in checked sentences, and the verifier knows false ones."""

from dataclasses import replace

import numpy as np
import pytest

from llmrec.catalog.types import Catalog
from llmrec.evidence.records import FAINT, CoOccurrence, Counterfactual, ItemEvidence
from llmrec.evidence.selection import rank_evidence
from llmrec.rationale.remarks import remarks
from llmrec.verification.verifier import RuleVerifier, examine, verify


@pytest.fixture
def evidence(tiny_catalog: Catalog) -> ItemEvidence:
    """Why "Night Bus": "Paper Moonlight", a wish, and "Laugh Track" within the noise."""
    effects = np.array([0.4, FAINT / 2])
    found = rank_evidence(tiny_catalog, "2", ["4", "5"], effects, {"query": 0.2}, "a comedy")
    return replace(
        found,
        counterfactuals=(Counterfactual("4", 2, 14), Counterfactual(None, 2, 3)),
        companions=(CoOccurrence("4", 60, 110, 1120, 9430), CoOccurrence("5", 30, 40, 1120, 9430)),
    )


def test_each_is_told_in_a_sentence_that_passes(evidence: ItemEvidence, tiny_catalog: Catalog) -> None:
    told = remarks(evidence, tiny_catalog, RuleVerifier(tiny_catalog))
    assert [remark.text for remark in told] == [
        'Without "Paper Moonlight", this film would rank 14th instead of 2nd.',
        "Without your wish, this film would rank 3rd instead of 2nd.",
        'Of about 110 people who watched "Paper Moonlight", about 60 watched this film too, '
        "against about 1,120 of all 9,430.",
    ]
    kinds = [{claim.kind for claim in remark.claims} for remark in told]
    assert "rank" in kinds[0] and {"rank", "query"} <= kinds[1] and "number" in kinds[2]


def test_what_the_user_gave_a_reason_is_told_and_checked(evidence: ItemEvidence, tiny_catalog: Catalog) -> None:
    rated = replace(evidence, ratings={"4": 2.0, "5": 4.5})
    told = remarks(rated, tiny_catalog, RuleVerifier(tiny_catalog))
    assert told[0].text == 'You watched "Paper Moonlight" and gave it 2.'
    assert [claim.verdict for claim in told[0].claims if claim.kind == "number"] == ["supported"]
    for text, verdict in (
        ('You gave "Paper Moonlight" 5.', "contradicted"), ('You watched "Laugh Track" and gave it 4.5.', "supported"),
        ('You gave "Laugh Track" 4.', "contradicted"),
    ):  # fmt: skip
        claims = verify(text, rated, tiny_catalog).claims
        assert [claim.verdict for claim in claims if claim.kind == "number"] == [verdict], claims
    unrated = verify('You gave "Paper Moonlight" 2.', evidence, tiny_catalog)
    assert [claim.verdict for claim in unrated.claims if claim.kind == "number"] == ["not_checkable"]


def test_what_would_not_fall_and_what_is_noise_is_not_told(evidence: ItemEvidence, tiny_catalog: Catalog) -> None:
    still = replace(evidence, counterfactuals=(Counterfactual("4", 2, 2), Counterfactual(None, 2, 1)), companions=())
    assert remarks(still, tiny_catalog, RuleVerifier(tiny_catalog)) == ()
    faint = replace(evidence, counterfactuals=(Counterfactual("5", 2, 9),), companions=evidence.companions[1:])
    assert remarks(faint, tiny_catalog, RuleVerifier(tiny_catalog)) == ()


FALSE = {
    'Without "Paper Moonlight", this film would rank 15th instead of 2nd.': "rank",
    'Without "Paper Moonlight", this film would rank 14th instead of 1st.': "rank",
    'Without "Paper Moonlight", this film would rank 3rd instead of 2nd.': "rank",  # that is without the wish
    "Without your wish, this film would rank 14th.": "rank",
    'Because you watched "Paper Moonlight", this film ranks 14th.': "rank",
    'Of about 110 people who watched "Paper Moonlight", about 70 watched this film too.': "number",
    'Of about 100 people who watched "Paper Moonlight", about 60 watched this film too.': "number",
    '"Paper Moonlight" led to this film: 60 of 110 people, against 60 of all 9,430.': "number",
}


@pytest.mark.parametrize(("text", "kind"), FALSE.items())
def test_a_false_number_is_contradicted(text: str, kind: str, evidence: ItemEvidence, tiny_catalog: Catalog) -> None:
    verdict = verify(text, evidence, tiny_catalog)
    assert kind in {claim.kind for claim in verdict.claims if claim.verdict == "contradicted"}, verdict


@pytest.mark.parametrize(
    "text",
    [
        'People who watched "Paper Moonlight" watched this film too.',  # how many?
        '"Paper Moonlight" led to this film, which ranks.',
        'Of 110 people who watched "Night Bus", 60 watched this film too.',
        '"Paper Moonlight" led to this film. It came up instead.',
    ],
)
def test_what_nobody_counted_does_not_pass(text: str, evidence: ItemEvidence, tiny_catalog: Catalog) -> None:
    assert not verify(text, evidence, tiny_catalog).ok


def test_other_systems_numbers_are_checked_where_they_were_measured(
    evidence: ItemEvidence, tiny_catalog: Catalog
) -> None:
    def verdicts(text: str, measured: ItemEvidence | None) -> set[str]:
        claims = examine(text, "2", ("4", "5"), tiny_catalog, measured)
        return {claim.verdict for claim in claims if claim.kind in ("rank", "number")}

    text = 'Of 110 people who saw "Paper Moonlight", 60 saw it too.'
    assert verdicts(text, evidence) == {"supported"}
    assert verdicts(text.replace("60", "99"), evidence) == {"contradicted"}
    exact = 'Of 113 people who saw "Paper Moonlight", 64 saw it too.'
    assert verdicts(exact, evidence) == {"supported"}  # what is told does not tell 63 from 64
    assert verdicts(exact.replace("64", "66"), evidence) == {"contradicted"}
    assert verdicts(text, None) == {"not_checkable"}
