"""Rows of the cold-item tables: content-kNN and popularity, and how scores of our own are filed."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.ranking.cold import CANDIDATES, ColdEvent, ColdSplit, cold_metrics, cold_split
from eval.ranking.problem import Floats, Problem
from eval.ranking.record import SPLIT, fingerprints, store_of
from eval.ranking.runs import RECIPES, Context
from eval.store import Row, stamped
from llmrec.baselines import Baseline
from llmrec.baselines.base import Config
from llmrec.evaluation.splits import Split

PEERS = ("popularity", "content-knn-text", "content-knn-image", "content-knn-text-image")
"""Those of `RECIPES` that can rank an item which nobody took."""


def record_cold_rows(
    dataset: Path,
    model: str,
    scores: Floats,
    item_ids: Sequence[str],
    split: ColdSplit,
    referee: Path,
    folder: Path,
    config: Mapping[str, Any],
    seconds: float,
    *,
    kind: str = "ours",
    valid: Mapping[str, Any] | None = None,
    sections: Sequence[str] = CANDIDATES,
    machine: Mapping[str, Any] | None = None,
    commit: str | None = None,
) -> list[Row]:
    """Score (test events, items) of `split.test` and write a row for each kind of candidates.

    Columns of `scores` are as in `item_ids`, the catalogue's order. The rows' seed is the split's.
    """
    rows = []
    for section in sections:
        row = Row(
            section=section,
            kind=kind,
            dataset=dataset.name,
            model=model,
            seed=split.seed,
            split=f"{SPLIT}; a tenth of the items hidden by hash of seed and id",
            scored_by="eval.ranking.cold",
            metrics=cold_metrics(scores, split.test, item_ids, split.seed, section),
            valid=dict(valid or {}),
            config=dict(config),
            **fingerprints(dataset, referee),
        )
        rows.append(store_of(folder).write(stamped(row, seconds, machine, commit)))
    return rows


def run_cold(context: Context, problem: Problem, split: Split, name: str, seed: int) -> None:
    """Tune on cold valid events, score cold test events and file both rows, unless they are there.

    The two kinds of candidates are two questions, so each chooses its own configuration.
    """
    if all(context.done(problem, name, seed, section) for section in CANDIDATES):
        return
    hidden = cold_split(split, seed)
    rows = problem.catalog.rows
    item_ids = [item.id for item in problem.catalog.items]
    recipe = RECIPES[name]
    train = [rows(history) for history in hidden.train.values()]

    def scored(peer: Baseline, events: Sequence[ColdEvent]) -> Floats:
        return peer.score([rows(event.history) for event in events])

    for section in CANDIDATES:
        start = time.perf_counter()
        tried: list[tuple[dict[str, Any], float]] = []
        best: tuple[float, Config, Baseline] | None = None
        for config in recipe.grid:
            peer = recipe.build(seed, config).fit_rows(problem.catalog, train, features=recipe.features(problem))
            reached = cold_metrics(scored(peer, hidden.valid), hidden.valid, item_ids, seed, section)
            tried.append((dict(config), reached["ndcg@10"]))
            if best is None or reached["ndcg@10"] > best[0]:
                best = reached["ndcg@10"], config, peer
        if best is None:
            raise ValueError(f"{name}: an empty grid")
        ndcg, config, peer = best
        record_cold_rows(
            problem.folder,
            name,
            scored(peer, hidden.test),
            item_ids,
            hidden,
            context.referee,
            context.results,
            config,
            time.perf_counter() - start,
            kind="peer",
            valid={"ndcg@10": ndcg, "tried": tried},
            sections=(section,),
        )
