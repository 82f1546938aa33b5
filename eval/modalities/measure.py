"""NDCG@10 of scores, overall and by group of users; and the oracle's, which knows every taste."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.modalities.worlds import Task, World
from llmrec.catalog.simshop import oracle_scores
from llmrec.evaluation.metrics import ranking_metrics, tie_order
from llmrec.evaluation.splits import Event

Floats = NDArray[np.float32]


def measure(world: World, task: Task, scores: Floats, modalities: Sequence[str]) -> dict[str, float]:
    """`ndcg@10` over all users (mean over a user's events, then over users) and `ndcg@10 MODALITY GROUP` in SimShop.

    `scores`: (test events, items), -inf at seen items. Groups: see `World.users_of`.
    """
    if task.candidates is not None:
        scores = np.where(task.candidates, scores, -np.inf).astype(np.float32)
    order = tie_order([item.id for item in world.catalog.items])
    found = ranking_of(scores, task.test, order)
    for modality in modalities:
        for group, users in world.users_of(modality).items():
            chosen = [n for n, e in enumerate(task.test) if e.user in users]
            if chosen:
                part = ranking_of(scores[chosen], [task.test[n] for n in chosen], order)
                found[f"ndcg@10 {modality} {group}"] = part["ndcg@10"]
    return found


def ranking_of(scores: Floats, events: Sequence[Event], order: NDArray[np.intp]) -> dict[str, float]:
    """`ndcg@10` and `recall@10`, rounded, with how many users and events they are means of."""
    targets, seen, users = [e.target for e in events], [e.history for e in events], [e.user for e in events]
    found = ranking_metrics(scores, targets, seen, users, order)
    return {name: round(found[name], 5) for name in ("ndcg@10", "recall@10", "users", "events")}


def oracle(world: World, task: Task) -> Floats:
    """(test events, items): the true chances; items of equal chance in an order of their own, drawn by seed 0.

    Raises `ValueError` in a world without truth.
    """
    if world.truth is None:
        raise ValueError(f"{world.name} has no truth to know")
    rng = np.random.default_rng(0)
    ids = [item.id for item in world.catalog.items]
    place = {item: n for n, item in enumerate(world.truth.items)}
    order = [place[item] for item in ids]
    rows = []
    for event in task.test:
        chance = oracle_scores(world.truth, event.user, [ids[row] for row in event.history])[order]
        spread = float(chance.max()) or 1.0
        rows.append(chance / spread + 1e-6 * rng.random(len(chance)))
    scores = np.array(rows, np.float32)
    for n, event in enumerate(task.test):
        scores[n, list(event.history)] = -np.inf
    return scores
