"""Faithfulness: how much of the score rests on the history items that a sentence cites.

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

DESCRIPTIONS = {
    "cites_history": "explanations that name an item of the history",
    "comprehensiveness": "score lost without the cited items, in standard deviations of the user's scores",
    "sufficiency": "score lost when only the cited items are left",
    "random_removal": f"score lost without as many random others of the newest {ABLATED}",
    "cited_beats_random": "responses whose score loses more without the cited items than, on average, without others",
    "rank_drop_cited": "ranks lost without the cited items",
    "rank_drop_random": "ranks lost without as many random others",
}
NO_SCORER = "there is no scorer: pass --adapter, a checkpoint trained on this catalogue"


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
        """Whether more of the score rests on the cited items than on as many others."""
        return self.comprehensiveness > self.random


def remove(judged: Judged, scorer: Scorer, seed: int) -> Removal | None:
    """Measure one response.

    Parameters
    ----------
    judged : Judged
    scorer : Scorer
        The scorer that ranked.
    seed : int
        Of the random others.

    Returns
    -------
    Removal or None
        None where it cites nothing, or nothing is left to compare with.
    """
    cited, history = set(judged.cited), judged.history
    candidates = [item for item in history[-ABLATED:] if item not in cited]
    if not cited or len(candidates) < len(cited):
        return None
    rng = random.Random(f"{seed} {judged.explanation.user} {judged.explanation.item}")
    draws = [set(rng.sample(candidates, len(cited))) for _ in range(DRAWS)]
    removed = [cited, set(history) - cited, *draws]
    histories = [[item for item in history if item not in removed_items] for removed_items in removed]
    query = judged.explanation.evidence.query if judged.explanation.evidence else ""
    standings = scorer.standings(judged.explanation.item, history, histories, query, judged.explanation.user)
    full, without_cited, cited_only, *random_removals = standings
    return Removal(
        full.score - without_cited.score,
        full.score - cited_only.score,
        sum(full.score - standing.score for standing in random_removals) / DRAWS,
        full.rank,
        without_cited.rank,
        sum(standing.rank for standing in random_removals) / DRAWS,
    )


def faithfulness(judged: Sequence[Judged], removals: Sequence[Removal | None] | None) -> list[Metric]:
    """Measure how much of the score rests on the cited items.

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
        "cites_history", DESCRIPTIONS["cites_history"], owners(judged), [float(bool(each.cited)) for each in judged]
    )  # fmt: skip
    if removals is None:
        others = {name: description for name, description in DESCRIPTIONS.items() if name != cites.name}
        return [cites, *(absent(name, description, NO_SCORER) for name, description in others.items())]
    measured = [(each, removal) for each, removal in zip(judged, removals, strict=True) if removal is not None]
    users = [each.explanation.user for each, _ in measured]

    def average(name: str, value: Callable[[Removal], float], better: Better = "") -> Metric:
        reason = "no explanation cites an item of a history that is long enough"
        values = [float(value(removal)) for _, removal in measured]
        return mean(name, DESCRIPTIONS[name], users, values, better, reason=reason)

    return [
        cites,
        average("comprehensiveness", lambda r: r.comprehensiveness, "higher"),
        average("sufficiency", lambda r: r.sufficiency, "lower"),
        average("random_removal", lambda r: r.random),
        average("cited_beats_random", lambda r: r.beats_random, "higher"),
        average("rank_drop_cited", lambda r: r.rank_without - r.rank, "higher"),
        average("rank_drop_random", lambda r: r.rank_random - r.rank),
    ]
