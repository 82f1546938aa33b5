"""Running one peer: choose its configuration on valid, score test once, keep scores, file the cell."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval.ranking import cells, scores
from eval.ranking.features import similarity
from eval.ranking.metrics import Floats
from eval.ranking.peers import Config, Peer, als, content_knn, ease, item_knn, popularity, sasrec
from eval.ranking.problem import Problem


@dataclass(frozen=True)
class Context:
    """What every run needs to know of its surroundings."""

    referee: Path
    results: Path
    store: Path
    force: bool = False

    def done(self, problem: Problem, model: str, seed: int, section: str = "main") -> bool:
        """Whether the cell is filed already (never with `force`)."""
        return not self.force and cells.finished(self.results, problem.folder, self.referee, model, seed, section)


Build = Callable[[Problem, int, Config], Peer]


@dataclass(frozen=True)
class Recipe:
    """A peer by name: how to build it and what validation may choose from.

    `tune_once`: the configuration chosen with seed 0 is kept for the others (it is expensive to fit).
    """

    build: Build
    grid: Sequence[Config]
    random: bool = False
    tune_once: bool = False


def _content(problem: Problem, _seed: int, config: Config) -> Peer:
    return content_knn.ContentKNN(partial(similarity, problem), **config)


RECIPES: dict[str, Recipe] = {
    "popularity": Recipe(lambda p, _seed, _config: popularity.Popularity(p.n_items), popularity.GRID),
    "item-knn": Recipe(lambda p, _seed, config: item_knn.ItemKNN(p.n_items, **config), item_knn.GRID),
    "ease": Recipe(lambda p, _seed, config: ease.Ease(p.n_items, **config), ease.GRID),
    "content-knn-text": Recipe(_content, content_knn.GRID_TEXT),
    "content-knn-image": Recipe(_content, content_knn.GRID_IMAGE),
    "content-knn-text-image": Recipe(_content, content_knn.GRID_BOTH),
    "als": Recipe(lambda p, seed, config: als.Als(p.n_items, seed, **config), als.GRID, True, True),
    "sasrec": Recipe(lambda p, seed, config: sasrec.SASRec(p.n_items, seed, **config), sasrec.GRID, True, True),
    "sasrec-windows": Recipe(
        lambda p, seed, config: sasrec.SASRec(p.n_items, seed, **config), sasrec.GRID_WINDOWS, True, True
    ),
}
"""The peers, cheapest first."""


@dataclass(frozen=True)
class Tuned:
    """A peer fitted with the configuration that was best on valid."""

    peer: Peer
    config: Config
    valid: Floats
    ndcg: float
    tried: list[tuple[dict[str, Any], float]]


def tune(problem: Problem, build: Callable[[Config], Peer], grid: Sequence[Config]) -> Tuned:
    """Fit every configuration on train, keep the best NDCG@10 on valid (the first of equals)."""
    best: Tuned | None = None
    tried: list[tuple[dict[str, Any], float]] = []
    for config in grid:
        peer = build(config)
        peer.fit(problem.train)
        valid = peer.scores(problem.valid.histories)
        ndcg = problem.ndcg(valid, "valid")
        tried.append((dict(config), round(ndcg, 5)))
        print(f"  {dict(config)} valid NDCG@10 {ndcg:.4f}", flush=True)
        if best is None or ndcg > best.ndcg:
            best = Tuned(peer, config, valid, ndcg, tried)
    if best is None:
        raise ValueError("an empty grid")
    return best


def run_peer(context: Context, problem: Problem, name: str, seed: int) -> None:
    """Tune, score and file the cell of one peer and seed, unless it is there."""
    recipe = RECIPES[name]
    if context.done(problem, name, seed):
        return
    print(f"{problem.name} {name} seed {seed}", flush=True)
    start = time.perf_counter()
    chosen = tune(problem, partial(recipe.build, problem, seed), _grid(context, problem, name, seed))
    test = chosen.peer.scores(problem.test.histories)
    scores.save(context.store, problem, name, seed, "valid", chosen.valid)
    scores.save(context.store, problem, name, seed, "test", test)
    file_cell(
        context,
        problem,
        name,
        seed,
        test,
        config=chosen.config,
        seconds=time.perf_counter() - start,
        kind="peer",
        valid={"ndcg@10": round(chosen.ndcg, 5), "tried": chosen.tried},
    )


def _grid(context: Context, problem: Problem, name: str, seed: int) -> Sequence[Config]:
    recipe = RECIPES[name]
    first = cells.finished(context.results, problem.folder, context.referee, name, 0)
    if recipe.tune_once and seed > 0 and first:
        return [cells.read_cell(context.results, problem.name, name, 0)["config"]]
    return recipe.grid


def file_cell(
    context: Context,
    problem: Problem,
    model: str,
    seed: int,
    test: Floats,
    *,
    config: Config,
    seconds: float,
    kind: str,
    valid: dict[str, Any],
    section: str = "main",
) -> None:
    """Turn test scores into rankings and file them; scores that are not finite are an error."""
    if not np.isfinite(test).all():
        raise ValueError(f"{model}: scores hold NaN or infinity")
    row = cells.record_cell(
        problem.folder,
        model,
        seed,
        problem.rankings(test, "test"),
        context.referee,
        context.results,
        config,
        seconds,
        section=section,
        kind=kind,
        valid=valid,
        store=context.store,
    )
    reached = row["metrics"]["ndcg@10"]
    print(f"  {model} seed {seed}: test NDCG@10 {reached:.4f} ({seconds:.0f} s)", flush=True)
