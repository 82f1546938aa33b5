"""Runs that file a row: a peer, its configuration chosen on valid and scored on test; an adapter as users run it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.ranking import referee
from eval.ranking.problem import Floats, Problem, all_features
from eval.ranking.record import finished, record_row, store_of
from llmrec.baselines import Baseline, baseline_class
from llmrec.baselines.base import Config

if TYPE_CHECKING:
    from llmrec.encoders import Features


@dataclass(frozen=True)
class Context:
    """What every run needs to know of its surroundings."""

    referee: Path
    results: Path
    store: Path
    force: bool = False

    def done(self, problem: Problem, model: str, seed: int, section: str = "main") -> bool:
        """Whether the row is filed already (never with `force`)."""
        return not self.force and finished(self.results, problem.folder, self.referee, model, seed, section)


@dataclass(frozen=True)
class Recipe:
    """A peer by name: which baseline it is and what validation may choose from.

    `tune_once`: the configuration chosen with seed 0 is kept for the others (it is expensive to fit).
    """

    baseline: str
    grid: Sequence[Config]
    fixed: Config = field(default_factory=dict)
    tune_once: bool = False

    @property
    def random(self) -> bool:
        """Whether chance plays a part, so that several seeds are run."""
        return baseline_class(self.baseline).random

    def build(self, seed: int, config: Config) -> Baseline:
        """The baseline, not fitted yet."""
        chance = {"seed": seed} if self.random else {}
        return baseline_class(self.baseline)(**self.fixed, **chance, **config)

    def features(self, problem: Problem) -> "Features | None":
        """The features it reads."""
        return all_features(problem) if self.baseline == "content-knn" else None


_CONTENT: list[dict[str, Any]] = [
    {"last": last, "pool": pool, "centred": centred}
    for last, pool, centred in product((1, 2, 3, 5, 10, 20, 50), ("max", "mean"), (False, True))
    if last > 1 or pool == "max"
]
_BOTH = [
    one | {"weights": {"text": 1 - share, "image": share}}
    for one, share in product(_CONTENT, (0.1, 0.2, 0.35, 0.5, 0.7))
]
_ALS = product((16, 32, 64, 128), (0.1, 1.0, 10.0), (0.5, 1.0, 5.0, 20.0))
_EPOCHS = [{"epochs": 25}, {"epochs": 50}]
RECIPES: dict[str, Recipe] = {
    "popularity": Recipe("popularity", [{}]),
    "item-knn": Recipe(
        "item-knn", [{"k": k, "shrink": shrink} for k, shrink in product((10, 20, 50, 100, 200, 400), (0, 5, 20, 100))]
    ),
    "ease": Recipe("ease", [{"regulariser": value} for value in (5, 20, 50, 100, 200, 300, 500, 1000)]),
    "content-knn-text": Recipe("content-knn", [one | {"weights": {"text": 1.0}} for one in _CONTENT]),
    "content-knn-image": Recipe("content-knn", [one | {"weights": {"image": 1.0}} for one in _CONTENT]),
    "content-knn-text-image": Recipe("content-knn", _BOTH),
    "als": Recipe("als", [{"factors": f, "regularization": r, "alpha": a} for f, r, a in _ALS], tune_once=True),
    "sasrec": Recipe("sasrec", _EPOCHS, {"windows": False}, True),
    "sasrec-windows": Recipe("sasrec", _EPOCHS, {"windows": True}, True),
}
"""The peers, cheapest first."""


@dataclass(frozen=True)
class Tuned:
    """A peer fitted with the configuration that was best on valid."""

    peer: Baseline
    config: Config
    valid: Floats
    ndcg: float
    tried: list[tuple[dict[str, Any], float]]


def tune(
    problem: Problem, build: Callable[[Config], Baseline], grid: Sequence[Config], features: "Features | None" = None
) -> Tuned:
    """Fit every configuration on train, keep the best NDCG@10 on valid (the first of equals)."""
    best: Tuned | None = None
    tried: list[tuple[dict[str, Any], float]] = []
    for config in grid:
        peer = build(config).fit_rows(problem.catalog, problem.train, features=features)
        valid = peer.score(problem.valid.histories)
        ndcg = problem.ndcg(valid, "valid")
        tried.append((dict(config), round(ndcg, 5)))
        print(f"  {dict(config)} valid NDCG@10 {ndcg:.4f}", flush=True)
        if best is None or ndcg > best.ndcg:
            best = Tuned(peer, config, valid, ndcg, tried)
    if best is None:
        raise ValueError("an empty grid")
    return best


def run_peer(context: Context, problem: Problem, name: str, seed: int) -> None:
    """Tune, score and file the row of one peer and seed, unless it is there."""
    from eval.ranking.fusion import save_scores  # which needs the peers' names

    recipe = RECIPES[name]
    if context.done(problem, name, seed):
        return
    print(f"{problem.name} {name} seed {seed}", flush=True)
    start = time.perf_counter()
    grid = _grid(context, problem, name, seed)
    chosen = tune(problem, partial(recipe.build, seed), grid, recipe.features(problem))
    test = chosen.peer.score(problem.test.histories)
    save_scores(context.store, problem, name, seed, "valid", chosen.valid)
    save_scores(context.store, problem, name, seed, "test", test)
    file_ranking(
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
    """The configurations to try; rows filed by an earlier package (RecTools) name others, which are none of these."""
    recipe = RECIPES[name]
    if recipe.tune_once and seed > 0 and finished(context.results, problem.folder, context.referee, name, 0):
        first = store_of(context.results).find(problem.name, name, 0, "main")
        if first and dict(first.config) in list(map(dict, recipe.grid)):
            return [first.config]
    return recipe.grid


def file_ranking(
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
    row = record_row(
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
    reached = row.metrics["ndcg@10"]
    print(f"  {model} seed {seed}: test NDCG@10 {reached:.4f} ({seconds:.0f} s)", flush=True)


@dataclass(frozen=True)
class Checkpoint:
    """A trained adapter to be measured as one seed of one model."""

    model: str
    seed: int
    path: Path
    dataset: str
    """Name of the data set it was trained on; it is not run on others."""


def parse_checkpoint(text: str) -> Checkpoint:
    """`DATASET:MODEL:SEED=PATH`, as in `ml-100k:llmrec:0=adapters/ml-100k`; raises `ValueError`."""
    name, _, path = text.partition("=")
    parts = name.split(":")
    if len(parts) != 3 or not parts[2].isdigit() or not path:
        raise ValueError(f"{text!r}: pass DATASET:MODEL:SEED=PATH, as ml-100k:llmrec:0=adapters/ml-100k")
    return Checkpoint(parts[1], int(parts[2]), Path(path), parts[0])


def run_checkpoint(context: Context, problem: Problem, checkpoint: Checkpoint) -> None:
    """Rank test with the adapter and file the row, unless it is there."""
    if checkpoint.dataset != problem.name or context.done(problem, checkpoint.model, checkpoint.seed):
        return
    print(f"{problem.name} {checkpoint.model} seed {checkpoint.seed}", flush=True)
    folder = context.store / problem.name
    split = folder / "split.jsonl"
    ranking = folder / "rankings" / f"llmrec-rank.{checkpoint.model}__s{checkpoint.seed}.jsonl"
    ranking.parent.mkdir(parents=True, exist_ok=True)
    command = ["rank", "--data", str(problem.folder), "--adapter", str(checkpoint.path)]
    command += ["--split", str(split), "--at", "test", "--out", str(ranking)]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "from llmrec.cli import main; main()", *command], check=True)
    row = record_row(
        problem.folder,
        checkpoint.model,
        checkpoint.seed,
        referee.read_rankings(ranking),
        context.referee,
        context.results,
        {"adapter": os.path.relpath(checkpoint.path)},
        time.perf_counter() - start,
        store=context.store,
    )
    print(json.dumps(dict(row.metrics)), flush=True)
