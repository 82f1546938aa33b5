"""Cells of the cold-item tables: content-kNN and popularity, and the door for our own scores."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from eval.ranking import cells
from eval.ranking.cold import CANDIDATES, ColdEvent, ColdSplit, cold_metrics, cold_split
from eval.ranking.features import similarity
from eval.ranking.metrics import Floats
from eval.ranking.peers import Config, Peer
from eval.ranking.peers.content_knn import GRID_BOTH, GRID_IMAGE, GRID_TEXT, ContentKNN
from eval.ranking.peers.popularity import Popularity
from eval.ranking.problem import Problem
from eval.ranking.runs import Context
from llmrec.evaluation.splits import Split

GRIDS: dict[str, Sequence[Config]] = {
    "popularity": [{}],
    "content-knn-text": GRID_TEXT,
    "content-knn-image": GRID_IMAGE,
    "content-knn-text-image": GRID_BOTH,
}


def record_cold_cell(
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
) -> list[cells.Row]:
    """Score (test events, items) of `split.test` and write a row for each kind of candidates.

    Columns of `scores` are as in `item_ids`, the catalogue's order. The rows' seed is the split's.
    """
    rows = []
    for section in sections:
        row = {
            "section": section,
            "kind": kind,
            "dataset": dataset.name,
            "model": model,
            "seed": split.seed,
            "at": "test",
            "split": f"{cells.SPLIT}; a tenth of the items hidden by hash of seed and id",
            "scored_by": "eval.ranking.cold",
            "metrics": cold_metrics(scores, split.test, item_ids, split.seed, section),
            "measures": {},
            "valid": dict(valid or {}),
            "config": dict(config),
            **cells.fingerprints(dataset, referee),
        }
        rows.append(cells.write_row(folder, row, seconds, machine, commit))
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
    build = _builder(problem, name)

    def scored(peer: Peer, events: Sequence[ColdEvent]) -> Floats:
        return peer.scores([rows(event.history) for event in events])

    for section in CANDIDATES:
        start = time.perf_counter()
        tried: list[tuple[dict[str, Any], float]] = []
        best: tuple[float, Config, Peer] | None = None
        for config in GRIDS[name]:
            peer = build(config)
            peer.fit([rows(history) for history in hidden.train.values()])
            reached = cold_metrics(scored(peer, hidden.valid), hidden.valid, item_ids, seed, section)
            tried.append((dict(config), reached["ndcg@10"]))
            if best is None or reached["ndcg@10"] > best[0]:
                best = reached["ndcg@10"], config, peer
        if best is None:
            raise ValueError(f"{name}: an empty grid")
        ndcg, config, peer = best
        record_cold_cell(
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


def _builder(problem: Problem, name: str) -> Callable[[Config], Peer]:
    if name == "popularity":
        return lambda _config: Popularity(problem.n_items)
    return lambda config: ContentKNN(partial(similarity, problem), **config)
