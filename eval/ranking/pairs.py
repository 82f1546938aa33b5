"""The peers' own fusion: the bar that a single peer does not set."""

import time
from itertools import combinations

from eval.ranking import cells, fusion, scores
from eval.ranking.metrics import z_scores
from eval.ranking.problem import Problem
from eval.ranking.runs import RECIPES, Context, file_cell

BEST_TWO = "peer-fusion"
"""The two peers whose tuned fusion is best on valid, chosen among all pairs for each seed."""

FIXED = {"ease+sasrec": ("ease", "sasrec")}
"""Named pairs kept beside it, for comparison with earlier tables."""


def seed_of(name: str, seed: int) -> int:
    """The seed that a peer's cell has: a peer without chance has seed 0 alone."""
    return seed if RECIPES[name].random else 0


def best_two(context: Context, problem: Problem, seed: int) -> tuple[str, str]:
    """Names of the two filed peers whose fusion reaches the best valid NDCG@10 (every third weight).

    Raises `FileNotFoundError` with fewer than two filed peers.
    """
    seen = problem.valid.histories
    z = {
        name: z_scores(scores.load(context.store, problem, name, seed_of(name, seed), "valid"), seen)
        for name in RECIPES
        if cells.cell_path(context.results, problem.name, name, seed_of(name, seed)).exists()
    }
    if len(z) < 2:
        raise FileNotFoundError(f"{problem.name}: fewer than two peers are filed; run the peers first")
    reached = {
        (first, second): max(
            problem.ndcg(fusion.mix(z[first], z[second], weight), "valid") for weight in fusion.WEIGHTS[::3]
        )
        for first, second in combinations(z, 2)
    }
    return max(reached, key=lambda pair: reached[pair])


def run_fusion(context: Context, problem: Problem, name: str, seed: int) -> None:
    """Tune the weight on valid, score test, file the cell, unless it is there."""
    if context.done(problem, name, seed):
        return
    start = time.perf_counter()
    first, second = FIXED[name] if name in FIXED else best_two(context, problem, seed)
    load = {
        (part, at): scores.load(context.store, problem, part, seed_of(part, seed), at)
        for part in (first, second)
        for at in ("valid", "test")
    }
    fused = fusion.tune(problem, load[first, "valid"], load[second, "valid"])
    for at in ("valid", "test"):
        mixed = fused.combine(load[first, at], load[second, at], problem.events(at).histories)
        scores.save(context.store, problem, name, seed, at, mixed)
    file_cell(
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
