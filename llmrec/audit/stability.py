"""Stability: does the same evidence give the same claims, whatever the seed and however the prompt is worded?"""

from collections.abc import Callable, Sequence
from itertools import groupby

from llmrec.audit.grounding import Judged
from llmrec.audit.metric import Metric, absent, mean
from llmrec.catalog import Catalog
from llmrec.evidence.records import ItemEvidence
from llmrec.rationale.write import Generate, write_rationales
from llmrec.verification.claims import Claim

SAMPLED = 20
"""Users whose sentences are written anew: writing is the slow part."""
SEEDS = (1, 2)
REWORDED = "rationale_reworded"
WHAT = {
    "stability_seed": "claims of two sentences on the same evidence that are the same, written with another seed",
    "stability_prompt": "claims of two sentences on the same evidence that are the same, the prompt worded otherwise",
    "stability_cause": "strongest reason of two sentences on the same evidence that is the same",
}
NO_ENGINE = "nothing can write these again: they are no responses of ours, or no pack is given"


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
        Told of progress.

    Returns
    -------
    list of Metric
        Jaccard overlap of what claims are about, over seeds and over wordings of the prompt; how often the cause stays.
    """
    mine = [each for each in judged if each.said.evidence is not None]
    if generate is None or not mine:
        return [absent(name, what, NO_ENGINE, "higher") for name, what in WHAT.items()]
    users: list[str] = []
    overlap: dict[str, list[float]] = {"stability_seed": [], "stability_prompt": []}
    causes: list[float] = []
    answers = [list(group) for _, group in groupby(mine, key=lambda each: each.said.user)][:SAMPLED]
    for done, answer in enumerate(answers, start=1):
        evidences = [each.said.evidence for each in answer if each.said.evidence]
        again = [_claims(evidences, generate, catalog, seed) for seed in SEEDS]
        reworded = _claims(evidences, generate, catalog, 0, REWORDED)
        for n, each in enumerate(answer):
            users.append(each.said.user)
            overlap["stability_seed"].append(sum(_jaccard(each.claims, other[n]) for other in again) / len(again))
            overlap["stability_prompt"].append(_jaccard(each.claims, reworded[n]))
            versions = [*again, reworded]
            causes.append(sum(_cause(each.claims) == _cause(other[n]) for other in versions) / len(versions))
        if done % 5 == 0:
            note(f"{done} of {len(answers)} users' sentences written anew")
    return [
        *(mean(name, WHAT[name], users, values, "higher") for name, values in overlap.items()),
        mean("stability_cause", WHAT["stability_cause"], users, causes, "higher"),
    ]


def _claims(
    evidences: Sequence[ItemEvidence], generate: Generate, catalog: Catalog, seed: int, template: str = "rationale"
) -> list[tuple[Claim, ...]]:
    return [rationale.claims for rationale in write_rationales(evidences, generate, catalog, seed, template=template)]


def _about(claims: Sequence[Claim]) -> set[tuple[str, str]]:
    return {(claim.kind, claim.against) for claim in claims if claim.kind not in ("cause", "word")}


def _jaccard(one: Sequence[Claim], other: Sequence[Claim]) -> float:
    a, b = _about(one), _about(other)
    return len(a & b) / len(a | b) if a | b else 1.0


def _cause(claims: Sequence[Claim]) -> str:
    """What the first supported reason of a sentence rests on."""
    return next(
        (claim.against for claim in claims if claim.reason and claim.kind in ("title", "modality", "query")), ""
    )
