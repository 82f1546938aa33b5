"""Grounding: each explanation read by the verifier, with its evidence, and the shares of claims that hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from llmrec.audit.explanation import Explanation
from llmrec.audit.metric import Better, Metric, mean
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import words
from llmrec.evidence.records import ItemEvidence
from llmrec.verification.reading import Claim, ClaimVerdict
from llmrec.verification.verifier import examine, verify


@dataclass(frozen=True)
class Judged:
    """An explanation as the verifier read it.

    Attributes
    ----------
    explanation : Explanation
    history : tuple of str
        Item ids before it, oldest first.
    claims : tuple of Claim
    problem : str
        What is wrong with it; "" where nothing is.
    """

    explanation: Explanation
    history: tuple[str, ...]
    claims: tuple[Claim, ...]
    problem: str

    @property
    def cited(self) -> tuple[str, ...]:
        """The history items that it names, in order, each once."""
        return tuple(dict.fromkeys(item for claim in self.claims for item in claim.cites))

    @property
    def words(self) -> int:
        """How many words the explanation has."""
        return len(words(self.explanation.text))

    @property
    def decided(self) -> int:
        """How many of its words stand in a claim that was decided, for or against."""
        spans = [(c.start, c.start + len(c.text)) for c in self.claims if c.verdict != "not_checkable"]
        # Claims are told in the text as it was read, without the space before it.
        lead = len(self.explanation.text) - len(self.explanation.text.lstrip())
        found = words(self.explanation.text)
        return sum(any(low < end - lead and start - lead < high for low, high in spans) for _, start, end in found)


def history_before(explanation: Explanation, catalog: Catalog) -> tuple[str, ...]:
    """Look up what the user had interacted with before the item.

    Parameters
    ----------
    explanation : Explanation
    catalog : Catalog

    Returns
    -------
    tuple of str
        Item ids, oldest first, as far as the catalogue knows; empty for a user it does not.
    """
    interacted = [event.item for event in catalog.histories.get(explanation.user, ())]
    return tuple(interacted[: interacted.index(explanation.item)] if explanation.item in interacted else interacted)


def judge(explanation: Explanation, catalog: Catalog, measured: ItemEvidence | None = None) -> Judged:
    """Read an explanation: ours against its evidence word by word, another system's against catalogue and history.

    Parameters
    ----------
    explanation : Explanation
    catalog : Catalog
    measured : ItemEvidence, optional
        Effects of the history that a scorer found for another system's sentence.

    Returns
    -------
    Judged
        A sentence of ours that the verifier would not let pass is a problem; of another's, only what is contradicted.

    Raises
    ------
    UnknownItem
        Where the catalogue lacks the item.
    """
    history = history_before(explanation, catalog)
    if explanation.evidence is not None:
        verdict = verify(explanation.text, explanation.evidence, catalog)
        return Judged(explanation, history, verdict.claims, verdict.problem)
    claims = examine(explanation.text, explanation.item, history, catalog, measured)
    first = next((claim for claim in claims if claim.verdict == "contradicted"), None)
    return Judged(explanation, history, claims, f"{first.kind} {first.text!r}: {first.why}" if first else "")


def owners(judged: Sequence[Judged]) -> list[str]:
    """Return the user of each explanation."""
    return [each.explanation.user for each in judged]


def grounding(judged: Sequence[Judged]) -> list[Metric]:
    """Measure how many claims hold.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.

    Returns
    -------
    list of Metric
        Claim precision, hallucination rate and not-checkable share, of the claims; shares of explanations; claims each.
    """
    users = owners(judged)
    counts = [Counter(claim.verdict for claim in each.claims) for each in judged]
    total = [float(len(each.claims)) for each in judged]
    none = "no claim was found in any explanation"

    def share(name: str, description: str, verdict: ClaimVerdict, better: Better) -> Metric:
        values = [float(count[verdict]) for count in counts]
        return mean(name, description, users, values, better, total, none)

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
        mean(
            "coverage", "words that stand in a decided claim, of all words: what the audit decides at all", users,
            [float(each.decided) for each in judged], "higher", [float(each.words) for each in judged],
        ),
        mean("claims_per_explanation", "claims found in an explanation", users, total),
    ]  # fmt: skip


def by_kind(judged: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """Count claims by kind and verdict.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.

    Returns
    -------
    dict of str to dict of str to int
        The most frequent kinds first.
    """
    kinds = Counter(claim.kind for each in judged for claim in each.claims)
    table: dict[str, dict[str, int]] = {
        kind: {"supported": 0, "contradicted": 0, "not_checkable": 0} for kind, _ in kinds.most_common()
    }
    for each in judged:
        for claim in each.claims:
            table[claim.kind][claim.verdict] += 1
    return table
