"""Faithfulness: do the history items that a sentence cites carry the score?

Comprehensiveness and sufficiency are ERASER's (DeYoung et al. 2020, "ERASER: A Benchmark to Evaluate Rationalized NLP
Models", ACL), with the history in place of the text, the cited items as the rationale, and the fused score, in standard
deviations of the user's scores over the catalogue, in place of a probability.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmrec.audit.grounding import Judged, owners
from llmrec.audit.metric import Better, Metric, absent, mean
from llmrec.audit.scorer import Scorer
from llmrec.evidence.effects import ABLATED

DRAWS = 10
"""Random removals a response; each takes as many items as the sentence cites, from the newest of the history."""

WHAT = {
    "cites_history": "explanations that name an item of the history",
    "comprehensiveness": "score lost without the cited items, in standard deviations of the user's scores",
    "sufficiency": "score lost when only the cited items are left",
    "random_removal": f"score lost without as many random others of the newest {ABLATED}",
    "cited_beats_random": "responses whose score loses more without the cited items than, on average, without others",
    "rank_drop_cited": "ranks lost without the cited items",
    "rank_drop_random": "ranks lost without as many random others",
}
NO_SCORER = "there is no scorer: pass --adapter, a pack trained on this catalogue"


@dataclass(frozen=True)
class Removal:
    """One response with its cited items removed.

    Attributes
    ----------
    comprehensiveness, sufficiency, random : float
        Score lost without the cited items, with them alone, and without as many random others, in standard deviations
        of the user's scores.
    rank, rank_without : int
        From 1, with the whole history and without the cited items.
    rank_random : float
        Mean rank without as many random others.
    """

    comprehensiveness: float
    sufficiency: float
    random: float
    rank: int
    rank_without: int
    rank_random: float

    @property
    def beats_random(self) -> bool:
        """Whether the cited items carry more of the score than as many others do."""
        return self.comprehensiveness > self.random


def remove(judged: Judged, scorer: Scorer, seed: int) -> Removal | None:
    """Measure one response.

    Parameters
    ----------
    judged : Judged
    scorer : Scorer
        What ranked.
    seed : int
        Of the random others.

    Returns
    -------
    Removal or None
        None where it cites nothing, or nothing is left to compare with.
    """
    cited, history = set(judged.cited), judged.history
    others = [item for item in history[-ABLATED:] if item not in cited]
    if not cited or len(others) < len(cited):
        return None
    rng = random.Random(f"{seed} {judged.said.user} {judged.said.item}")
    draws = [set(rng.sample(others, len(cited))) for _ in range(DRAWS)]
    removed = [cited, set(history) - cited, *draws]
    left = [[item for item in history if item not in gone] for gone in removed]
    query = judged.said.evidence.query if judged.said.evidence else ""
    whole, without, only, *rest = scorer.standings(judged.said.item, history, left, query)
    return Removal(
        whole.score - without.score,
        whole.score - only.score,
        sum(whole.score - there.score for there in rest) / DRAWS,
        whole.rank,
        without.rank,
        sum(there.rank for there in rest) / DRAWS,
    )


def faithfulness(judged: Sequence[Judged], removals: Sequence[Removal | None] | None) -> list[Metric]:
    """Measure whether cited items carry the score.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    removals : sequence of Removal or None, or None
        Of each, as `remove` returns it; None where there is no scorer: then all but the share that cites is NaN.

    Returns
    -------
    list of Metric

    References
    ----------
    DeYoung et al. 2020, "ERASER: A benchmark to evaluate rationalized NLP models", ACL.
    """
    cites = mean(
        "cites_history", WHAT["cites_history"], owners(judged), [float(bool(each.cited)) for each in judged]
    )  # fmt: skip
    if removals is None:
        return [cites, *(absent(name, what, NO_SCORER) for name, what in WHAT.items() if name != cites.name)]
    there = [(each.said.user, found) for each, found in zip(judged, removals, strict=True) if found is not None]
    users = [user for user, _ in there]

    def average(name: str, of: Callable[[Removal], float], better: Better = "") -> Metric:
        why = "no explanation cites an item of a history that is long enough"
        return mean(name, WHAT[name], users, [float(of(found)) for _, found in there], better, why=why)

    return [
        cites,
        average("comprehensiveness", lambda r: r.comprehensiveness, "higher"),
        average("sufficiency", lambda r: r.sufficiency, "lower"),
        average("random_removal", lambda r: r.random),
        average("cited_beats_random", lambda r: r.beats_random, "higher"),
        average("rank_drop_cited", lambda r: r.rank_without - r.rank, "higher"),
        average("rank_drop_random", lambda r: r.rank_random - r.rank),
    ]
