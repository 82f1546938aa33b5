"""Our model on the cold items: trained without the hidden ones, which then have media but neither id nor bias.

The LLM alone, and fused with the likeness of media; the item-item model and popularity know nothing of a hidden
item and stay out. The fusion weights are fitted on the cold valid events, for each kind of candidates its own.
"llmrec, taste" also compares with the mean of the user's last 20 items, which the shipped score does not do.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from eval.ranking import cells
from eval.ranking.cold import CANDIDATES, ColdEvent, ColdSplit, cold_metrics, cold_split
from eval.ranking.cold_runs import record_cold_cell
from eval.ranking.features import all_features, similarity
from eval.ranking.metrics import Floats
from eval.ranking.peers.content_knn import ContentKNN
from eval.ranking.problem import Problem
from eval.ranking.queries import Queries, path
from eval.ranking.runs import Context
from eval.ranking.variant_runs import report_epoch, valid_of
from eval.ranking.variants import train_variant, variant_of
from llmrec.catalog import Split
from llmrec.catalog.events import rolling_events
from llmrec.model.config import RecLMConfig
from llmrec.model.query import query_vectors
from llmrec.paths import home
from llmrec.retrieval.components import FAR, NEAR
from llmrec.retrieval.content import content_scores
from llmrec.retrieval.hybrid import fit_weights, fuse
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig

LLM, FUSED, TASTE = "llm", "llmrec", "llmrec, taste"
TASTE_ITEMS = 20
"""Newest history items whose mean is a taste."""


@dataclass(frozen=True)
class Asked:
    """Cold events with their components' scores."""

    events: Sequence[ColdEvent]
    histories: list[list[int]]
    seen: list[list[int]]
    targets: list[int]
    scores: Mapping[str, Floats]

    def closed(self, warm: Sequence[int], section: str) -> list[list[int]]:
        """Rows that are no candidates of each event."""
        out = set(warm) if section == "cold-hidden" else set()
        return [sorted(out | set(rows)) for rows in self.seen]


def run_cold_ours(context: Context, problem: Problem, split: Split, seed: int) -> None:
    """Train without the hidden items, fit weights on cold valid events and file the rows, unless they are there."""
    if all(context.done(problem, name, seed, at) for name in (LLM, FUSED, TASTE) for at in CANDIDATES):
        return
    start = time.perf_counter()
    hidden = cold_split(split, seed)
    found = cold_queries(context, problem, split, hidden)
    asked = {at: _asked(problem, found, events, at) for at, events in (("valid", hidden.valid), ("test", hidden.test))}
    item_ids = [item.id for item in problem.catalog.items]
    warm = np.flatnonzero(~hidden.hidden(item_ids)).tolist()
    for section in CANDIDATES:
        valid = asked["valid"]
        closed = valid.closed(warm, section)
        shipped = {name: part for name, part in valid.scores.items() if not name.endswith(" taste")}
        fitted = {
            LLM: {LLM: 1.0},
            FUSED: fit_weights(shipped, valid.targets, closed),
            TASTE: fit_weights(valid.scores, valid.targets, closed),
        }
        for model, weights in fitted.items():
            mixed = {at: _mixed(part, weights, part.closed(warm, section)) for at, part in asked.items()}
            reached = cold_metrics(mixed["valid"], hidden.valid, item_ids, seed, section)
            variant = variant_of("llm", problem.name)
            recipe = asdict(RecLMConfig(**variant.shape)) | asdict(TrainConfig(seed=seed, **variant.recipe))
            rows = record_cold_cell(
                problem.folder,
                model,
                mixed["test"],
                item_ids,
                hidden,
                context.referee,
                context.results,
                recipe | {"weights": weights},
                found.about["seconds"] + time.perf_counter() - start,
                valid={"ndcg@10": reached["ndcg@10"], "training": valid_of(found.about)},
                sections=(section,),
                machine=cells.this_machine() | {"trained_on": found.about["machine"]},
            )
            print(f"  {model} seed {seed}, {section}: NDCG@10 {rows[0]['metrics']['ndcg@10']:.4f}", flush=True)


def _mixed(part: Asked, weights: Mapping[str, float], closed: Sequence[Sequence[int]]) -> Floats:
    used = {name: part.scores[name] for name in weights}
    lowest: Floats = np.maximum(fuse(used, weights, closed), np.float32(-1e30))
    return lowest


def _asked(problem: Problem, found: Queries, events: Sequence[ColdEvent], at: str) -> Asked:
    rows = problem.catalog.rows
    histories = [rows(event.history) for event in events]
    scores = {LLM: found.scores(at)}
    features = all_features(problem)
    for name, x in features.vectors.items():
        unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-6)
        for last, label in ((NEAR, "last"), (FAR, "recent")):
            scores[f"{name} {label}"] = content_scores(unit, features.mask[name], histories, last)
        taste = ContentKNN(partial(similarity, problem), TASTE_ITEMS, "mean", True, float(name == "image"))
        scores[f"{name} taste"] = taste.scores(histories)
    targets = [problem.catalog.row[event.target] for event in events]
    return Asked(events, histories, [rows(tuple(event.seen)) for event in events], targets, scores)


def cold_queries(context: Context, problem: Problem, split: Split, hidden: ColdSplit) -> Queries:
    """Queries `valid` and `test` of the cold events, from disk or by training."""
    file = path(context.store, problem.name, "cold", hidden.seed)
    if file.exists():
        return Queries.load(file)
    print(f"{problem.name} cold seed {hidden.seed}: training", flush=True)
    catalog, features = problem.catalog, all_features(problem)
    gone = hidden.hidden([item.id for item in catalog.items])
    # Early stopping sees ordinary valid events without hidden items: in life nobody has cold ones to stop by.
    ordinary = tuple(
        replace(event, history=tuple(row for row in event.history if not gone[row]))
        for event in rolling_events(catalog, split, "valid")
        if not gone[event.target]
    )
    trained = train_variant(
        catalog,
        Split(hidden.train, split.valid, split.test),
        features.vectors,
        features.mask,
        base_folder(home()),
        variant_of("llm", problem.name),
        hidden.seed,
        report_epoch,
        ordinary,
        _checkpoint(context, problem, hidden.seed),
    )
    asked = {"valid": hidden.valid, "test": hidden.test}
    q = {
        at: query_vectors(trained.model, trained.words.before, [catalog.rows(e.history) for e in events])
        for at, events in asked.items()
    }
    found = Queries.of(trained, q, {})
    found.save(file)
    return found


def _checkpoint(context: Context, problem: Problem, seed: int) -> Path:
    return context.store / problem.name / "checkpoints" / f"cold__s{seed}.pt"
