"""Grounding: is what the sentences claim there, in the catalogue, the history and the evidence?"""

from collections import Counter
from collections.abc import Sequence

from llmrec.audit.intervals import mean
from llmrec.audit.judge import Judged, owners
from llmrec.audit.metric import Better, Metric
from llmrec.verification.claims import ClaimVerdict


def grounding(judged: Sequence[Judged]) -> list[Metric]:
    """Claim precision, hallucination rate, not-checkable share (of the claims), and shares of explanations."""
    users = owners(judged)
    counts = [Counter(claim.verdict for claim in each.claims) for each in judged]
    total = [float(len(each.claims)) for each in judged]
    none = "no claim was found in any explanation"

    def share(name: str, what: str, verdict: ClaimVerdict, better: Better) -> Metric:
        values = [float(count[verdict]) for count in counts]
        return mean(name, what, users, values, better, total, none)

    return [
        share("claim_precision", "claims that are supported, of all claims", "supported", "higher"),
        share("hallucination_rate", "claims that are contradicted, of all claims", "contradicted", "lower"),
        share("not_checkable_share", "claims that nothing at hand can decide, of all claims", "not_checkable", "lower"),
        mean(
            "hallucinating_explanations", "explanations with a contradicted claim", users,
            [float(count["contradicted"] > 0) for count in counts], "lower",
        ),
        mean(
            "flagged_explanations", "explanations that the verifier would not let pass", users,
            [float(bool(each.problem)) for each in judged], "lower",
        ),
        mean("claims_per_explanation", "claims found in an explanation", users, total),
    ]  # fmt: skip


def by_kind(judged: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """Kind of claim -> verdict -> how many, the most frequent kinds first."""
    kinds = Counter(claim.kind for each in judged for claim in each.claims)
    table: dict[str, dict[str, int]] = {
        kind: {"supported": 0, "contradicted": 0, "not_checkable": 0} for kind, _ in kinds.most_common()
    }
    for each in judged:
        for claim in each.claims:
            table[claim.kind][claim.verdict] += 1
    return table
