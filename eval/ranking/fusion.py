"""Fusing two peers: their kept scores, z-scored per event, with the weight chosen on valid.

The peers' own fusion is the bar that a single peer does not set.
"""

import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from eval.ranking.problem import Floats, Problem
from eval.ranking.record import store_of
from eval.ranking.runs import RECIPES, Context, file_ranking
from llmrec.baselines.fusion import SHARES
from llmrec.catalog.events import Rows
from llmrec.ranking.fused import z_normalise

BEST_TWO = "peer-fusion"
"""The two peers whose tuned fusion is best on valid, chosen among all pairs for each seed."""

FIXED = {"ease+sasrec": ("ease", "sasrec")}
"""Named pairs kept beside it, for comparison with earlier tables."""


def z_scores(scores: Floats, seen: Rows) -> Floats:
    """Scores with mean 0 and deviation 1 over each event's candidates; 0 for items of the history."""
    z = z_normalise(scores, seen)
    return np.where(np.isinf(z), np.float32(0), z)


def mix(first: Floats, second: Floats, weight: float) -> Floats:
    """(1 - weight) · first + weight · second, as float32."""
    mixed: Floats = np.float32(1 - weight) * first + np.float32(weight) * second
    return mixed


@dataclass(frozen=True)
class Fused:
    """(1 - weight) · z(first) + weight · z(second), the weight best on valid."""

    weight: float
    valid: float
    tried: tuple[tuple[float, float], ...]
    """(weight, valid NDCG@10) of every weight."""

    def report(self) -> dict[str, Any]:
        """What a row says of the tuning."""
        tried = [(weight, round(ndcg, 5)) for weight, ndcg in self.tried]
        return {"ndcg@10": round(self.valid, 5), "tried": tried}

    def combine(self, first: Floats, second: Floats, seen: Rows) -> Floats:
        """The fused scores (events, items) of other events."""
        return mix(z_scores(first, seen), z_scores(second, seen), self.weight)


def tune(problem: Problem, first: Floats, second: Floats) -> Fused:
    """Choose the weight on the valid events; on a tie the smaller share of the second wins."""
    seen = problem.valid.histories
    a, b = z_scores(first, seen), z_scores(second, seen)
    tried = tuple((weight, problem.ndcg(mix(a, b, weight), "valid")) for weight in SHARES)
    weight, valid = max(tried, key=lambda pair: (pair[1], -pair[0]))
    return Fused(weight, valid, tried)


def scores_path(store: Path, dataset: str, model: str, seed: int, at: str) -> Path:
    """The file of one matrix of scores."""
    return store / dataset / "scores" / f"{model}__s{seed}.{at}.npz"


def save_scores(store: Path, problem: Problem, model: str, seed: int, at: str, scores: Floats) -> None:
    """Keep (events, items) scores as z-scores over each event's candidates, float16."""
    file = scores_path(store, problem.name, model, seed, at)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial.npz")
    np.savez(partial, z=z_scores(scores, problem.events(at).histories).astype(np.float16))
    partial.replace(file)


def load_scores(store: Path, problem: Problem, model: str, seed: int, at: str) -> Floats:
    """(events, items) float32 z-scores; raises `FileNotFoundError` where they were never kept."""
    file = scores_path(store, problem.name, model, seed, at)
    if not file.exists():
        raise FileNotFoundError(f"{file} is missing; run that model again (--force)")
    with np.load(file) as stored:
        scores: Floats = stored["z"].astype(np.float32)
    expected = (len(problem.events(at).targets), problem.n_items)
    if scores.shape != expected:
        raise ValueError(f"{file} holds {scores.shape} scores, {expected} expected; delete it and run again")
    return scores


def seed_of(name: str, seed: int) -> int:
    """The seed that a peer's row has: a peer without chance has seed 0 alone."""
    return seed if RECIPES[name].random else 0


def best_two(context: Context, problem: Problem, seed: int) -> tuple[str, str]:
    """Names of the two filed peers whose fusion reaches the best valid NDCG@10 (every third weight).

    Raises `FileNotFoundError` with fewer than two filed peers.
    """
    seen = problem.valid.histories
    filed = {row.key for row in store_of(context.results).rows()}
    z = {
        name: z_scores(load_scores(context.store, problem, name, seed_of(name, seed), "valid"), seen)
        for name in RECIPES
        if (problem.name, "main", name, seed_of(name, seed)) in filed
    }
    if len(z) < 2:
        raise FileNotFoundError(f"{problem.name}: fewer than two peers are filed; run the peers first")
    reached = {
        (first, second): max(problem.ndcg(mix(z[first], z[second], weight), "valid") for weight in SHARES[::3])
        for first, second in combinations(z, 2)
    }
    return max(reached, key=lambda pair: reached[pair])


def run_fusion(context: Context, problem: Problem, name: str, seed: int) -> None:
    """Tune the weight on valid, score test, file the row, unless it is there."""
    if context.done(problem, name, seed):
        return
    start = time.perf_counter()
    first, second = FIXED[name] if name in FIXED else best_two(context, problem, seed)
    load = {
        (part, at): load_scores(context.store, problem, part, seed_of(part, seed), at)
        for part in (first, second)
        for at in ("valid", "test")
    }
    fused = tune(problem, load[first, "valid"], load[second, "valid"])
    for at in ("valid", "test"):
        mixed = fused.combine(load[first, at], load[second, at], problem.events(at).histories)
        save_scores(context.store, problem, name, seed, at, mixed)
    file_ranking(
        context,
        problem,
        name,
        seed,
        mixed,
        config={"first": first, "second": second, "weight_of_second": fused.weight},
        seconds=time.perf_counter() - start,
        kind="fusion",
        valid=fused.report(),
    )
