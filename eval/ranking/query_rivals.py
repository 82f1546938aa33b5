"""Ranking under a query in words: peers re-weighted by MiniLM's similarity of query and item.

A query is composed from the target's genre, decade and plot in phrasings held out of training, one an event,
the same for everybody: seeded `f"{seed}:{user}:{place}"` for test, `f"{seed}:valid:{user}:{place}"` on valid.
"""

import time
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np

from eval.ranking import fusion
from eval.ranking.fusion import load_scores, seed_of
from eval.ranking.problem import Floats, Problem, vectors
from eval.ranking.runs import Context, file_ranking
from llmrec.encoders import text_encoder
from llmrec.train.query_texts import compose_query

RIVALS = {
    "sasrec+query": "sasrec",
    "sasrec-windows+query": "sasrec-windows",
    "peer-fusion+query": "peer-fusion",
    "query-only": None,
}
"""Rival -> whose scores it re-weights; `query-only` ranks by the similarity of query and item alone."""


def queries(problem: Problem, at: str, seed: int) -> list[str]:
    """One query for each held-out event, in the order of `problem.events(at)`."""
    events = problem.events(at)
    part = "" if at == "test" else f"{at}:"
    asked_by = [problem.users[owner] for owner in events.owners]
    return [
        compose_query(problem.catalog.items[target], Random(f"{seed}:{part}{user}:{place}"), held_out=True)
        for target, user, place in zip(events.targets, asked_by, events.places, strict=True)
    ]


@lru_cache(maxsize=2)
def query_similarity(problem: Problem, at: str, seed: int) -> Floats:
    """(events, items) cosine of each event's query and each item's text, by the features' text encoder."""
    asked = _unit(text_encoder().encode(queries(problem, at, seed)))
    items, _ = vectors(problem, "text")
    between: Floats = asked @ _unit(items).T
    return between


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = (vectors / np.where(length > 0, length, 1.0)).astype(np.float32)
    return unit


def run_rival(context: Context, problem: Problem, name: str, seed: int) -> None:
    """Tune the query's weight on valid queries, score test and file the row, unless it is there."""
    if context.done(problem, name, seed, "query"):
        return
    start = time.perf_counter()
    base = RIVALS[name]
    valid: dict[str, Any]
    config: dict[str, Any]
    asked = {at: query_similarity(problem, at, seed) for at in ("valid", "test")}
    if base is None:
        test, config = asked["test"], {}
        valid = {"ndcg@10": round(problem.ndcg(asked["valid"], "valid"), 5)}
    else:
        own = {at: load_scores(context.store, problem, base, seed_or_zero(base, seed), at) for at in asked}
        fused = fusion.tune(problem, own["valid"], asked["valid"])
        test = fused.combine(own["test"], asked["test"], problem.test.histories)
        config = {"base": base, "weight_of_wish": fused.weight}
        valid = fused.report()
    seconds = time.perf_counter() - start
    about: dict[str, Any] = {"config": config, "seconds": seconds, "valid": valid}
    file_ranking(context, problem, name, seed, test, kind="peer", section="query", **about)


def seed_or_zero(base: str, seed: int) -> int:
    """The seed under which the base's scores are kept; a fusion has the seed of its parts."""
    return seed if base == "peer-fusion" else seed_of(base, seed)
