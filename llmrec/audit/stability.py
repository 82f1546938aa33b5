"""Stability: agreement of the claims on the same evidence, over seeds and wordings of the prompt."""

from collections.abc import Callable, Sequence
from itertools import groupby

from llmrec.audit.grounding import Judged
from llmrec.audit.metric import Metric, absent, mean
from llmrec.catalog import Catalog
from llmrec.evidence.records import ItemEvidence
from llmrec.rationale.write import Generate, Writer, write_rationales
from llmrec.verification.reading import Claim

SAMPLED = 20
"""Users whose sentences are written again, as writing is slow."""
SEEDS = (1, 2)
REWORDED = "rationale_reworded"
DESCRIPTIONS = {
    "stability_seed": "claims of two sentences on the same evidence that are the same, written with another seed",
    "stability_prompt": "claims of two sentences on the same evidence that are the same, the prompt worded otherwise",
    "stability_cause": "strongest reason of two sentences on the same evidence that is the same",
}
NO_ENGINE = "nothing can write these again: they are no responses of ours, or no checkpoint is given"


def stability(
    judged: Sequence[Judged], generate: Generate | None, catalog: Catalog, note: Callable[[str], None]
) -> list[Metric]:
    """Measure whether the same evidence gives the same claims and the same cause.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    generate : callable or None
        Writes sentences; None: all is NaN.
    catalog : Catalog
    note : callable
        Called with lines on progress.

    Returns
    -------
    list of Metric
        Jaccard overlap of what claims are about, over seeds and over wordings of the prompt; how often the cause stays.
    """
    with_evidence = [each for each in judged if each.explanation.evidence is not None]
    if generate is None or not with_evidence:
        return [absent(name, description, NO_ENGINE, "higher") for name, description in DESCRIPTIONS.items()]
    by_llm = any(each.explanation.source.startswith("llm") for each in with_evidence)
    writer: Writer = "llm" if by_llm else "rules"
    users: list[str] = []
    overlap: dict[str, list[float]] = {"stability_seed": [], "stability_prompt": []}
    causes: list[float] = []
    by_user = [list(group) for _, group in groupby(with_evidence, key=lambda each: each.explanation.user)][:SAMPLED]
    for done, group in enumerate(by_user, start=1):
        evidences = [each.explanation.evidence for each in group if each.explanation.evidence]
        by_seed = [_claims(evidences, generate, catalog, seed, writer) for seed in SEEDS]
        reworded = _claims(evidences, generate, catalog, 0, writer, REWORDED)
        for n, each in enumerate(group):
            users.append(each.explanation.user)
            overlap["stability_seed"].append(sum(_jaccard(each.claims, second[n]) for second in by_seed) / len(by_seed))
            overlap["stability_prompt"].append(_jaccard(each.claims, reworded[n]))
            versions = [*by_seed, reworded]
            causes.append(sum(_cause(each.claims) == _cause(second[n]) for second in versions) / len(versions))
        if done % 5 == 0:
            note(f"{done} of {len(by_user)} users' sentences written anew")
    return [
        *(mean(name, DESCRIPTIONS[name], users, values, "higher") for name, values in overlap.items()),
        mean("stability_cause", DESCRIPTIONS["stability_cause"], users, causes, "higher"),
    ]


def _claims(
    evidences: Sequence[ItemEvidence],
    generate: Generate,
    catalog: Catalog,
    seed: int,
    writer: Writer,
    template: str = "rationale",
) -> list[tuple[Claim, ...]]:
    written = write_rationales(evidences, generate, catalog, seed, template=template, writer=writer)
    return [rationale.claims for rationale in written]


def _about(claims: Sequence[Claim]) -> set[tuple[str, str]]:
    return {(claim.kind, claim.against) for claim in claims if claim.kind not in ("cause", "word")}


def _jaccard(first: Sequence[Claim], second: Sequence[Claim]) -> float:
    a, b = _about(first), _about(second)
    return len(a & b) / len(a | b) if a | b else 1.0


def _cause(claims: Sequence[Claim]) -> str:
    """Return the evidence of a sentence's first supported reason."""
    return next(
        (claim.against for claim in claims if claim.reason and claim.kind in ("title", "modality", "query")), ""
    )
