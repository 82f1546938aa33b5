"""Membership inference: whether a checkpoint's loss on a user's events tells that it was trained on them.

The attack of Yeom et al.: whoever was learnt from has the smaller loss. It is told by the area under the ROC curve, the
chance that a user of training has a smaller loss than one who never was: 0.5 tells nothing, 1 tells all. Asked before
and after users were forgotten, it says what remains of them; it is a lower bound of what a cleverer attack would find.

References
----------
Yeom et al., "Privacy Risk in Machine Learning: Analyzing the Connection to Overfitting" (2018, CSF); Shokri et al.,
"Membership Inference Attacks Against Machine Learning Models" (2017, IEEE S&P).
"""

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from llmrec.evaluation.bootstrap import Interval
from llmrec.pipeline import Pipeline
from llmrec.ranking.fused import fuse
from llmrec.ranking.score_component import LLM

ALONE, FUSED = "the LLM alone", "the fused score"
"""What is attacked."""
BATCH = 256
"""Events whose scores are in memory at once."""

Floats = NDArray[np.float64]


def user_surprisal(
    pipeline: Pipeline, histories: Mapping[str, Sequence[int]], events: int = 20, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Mean loss on each user's events, each predicted from those before it.

    Parameters
    ----------
    pipeline
        An opened checkpoint.
    histories
        User -> item rows, oldest first; of users of training, the events of training.
    events
        Of a user's events so many are drawn, for time.
    seed
        Of the draw.

    Returns
    -------
    dict
        "the LLM alone" and "the fused score" -> user -> loss in nats: of the softmax over all items for the LLM, over
        the items that the history lacks for the fused score. Users without two events are left out.
    """
    asked: list[tuple[str, tuple[int, ...], int]] = []
    for user, rows in histories.items():
        places = [at for at in range(1, len(rows)) if rows[at] not in rows[:at]]
        chosen = Random(f"{seed}:{user}").sample(places, min(events, len(places)))
        asked += [(user, tuple(rows[:at]), rows[at]) for at in sorted(chosen)]
    nats: dict[str, dict[str, list[float]]] = {ALONE: {}, FUSED: {}}
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        before, targets = [history for _, history, _ in part], np.array([target for _, _, target in part])
        q = pipeline.engine.query_vectors(before, [""] * len(part)).vectors
        scores = pipeline.components.scores(q, before)
        fused = fuse(scores, pipeline.weights(""), before)
        for name, all_scores in ((ALONE, scores[LLM]), (FUSED, fused)):
            for (user, _, _), own in zip(part, _cross_entropy(all_scores, targets), strict=True):
                nats[name].setdefault(user, []).append(float(own))
    return {name: {user: float(np.mean(own)) for user, own in users.items()} for name, users in nats.items()}


def membership(members: Sequence[float], others: Sequence[float], resamples: int = 2000, seed: int = 0) -> Interval:
    """How well the loss tells users of training from others.

    Parameters
    ----------
    members, others
        Losses of users who were, and who never were, trained on.
    resamples
        Of the bootstrap over both groups of users.
    seed
        Of the bootstrap.

    Returns
    -------
    Interval
        Area under the ROC curve, with its interval of 95 % confidence; NaN where a group is empty.

    Examples
    --------
    >>> membership([1.0, 2.0], [3.0, 4.0]).value
    1.0
    >>> membership([1.0, 3.0], [1.0, 3.0]).value
    0.5
    """
    if not len(members) or not len(others):
        return Interval(float("nan"))
    smaller = _smaller(np.asarray(members, np.float64), np.asarray(others, np.float64))
    rng = np.random.default_rng(seed)
    drawn = [
        smaller[rng.integers(len(members), size=len(members))][:, rng.integers(len(others), size=len(others))].mean()
        for _ in range(resamples)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(float(smaller.mean()), float(low), float(high))


def _smaller(members: Floats, others: Floats) -> Floats:
    """`(members, others)`: 1 where the member's loss is smaller, half where they are equal."""
    less, equal = members[:, None] < others, members[:, None] == others
    smaller: Floats = less.astype(np.float64) + 0.5 * equal
    return smaller


def _cross_entropy(scores: NDArray[np.float32], targets: NDArray[np.intp]) -> Floats:
    """`(events,)`: -log softmax of `scores (events, items)` at `targets`; -inf scores are no candidates."""
    x = scores.astype(np.float64)
    x -= x.max(axis=1, keepdims=True)
    chosen: Floats = np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), targets]
    return chosen
