"""Our model on the cold items: trained without the hidden ones, which then have media but neither id nor bias.

The LLM alone, and the fused score as a checkpoint serves it, with scores transferred to cold items where that is better
on the cold valid events, on which its weights are fitted too, for each kind of candidates its own. "llmrec, nothing
transferred" is the same without.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.ranking.cold import CANDIDATES, ColdEvent, ColdSplit, cold_metrics, cold_split, record_cold_rows
from eval.ranking.problem import Floats, Problem, all_features
from eval.ranking.query_vectors import Queries, path
from eval.ranking.runs import Context
from eval.ranking.variant_runs import report_epoch, valid_of
from eval.ranking.variants import train_variant, variant_of
from eval.store import this_machine
from llmrec.evaluation.splits import Split, rolling_events
from llmrec.model.config import RecLMConfig
from llmrec.model.inference import query_vectors
from llmrec.paths import home
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.fused import fit_weights, fuse
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig
from llmrec.train.preference import learn_preference

LLM, FUSED, UNTRANSFERRED = "llm", "llmrec", "llmrec, nothing transferred"


@dataclass(frozen=True)
class Asked:
    """Cold events with their components' scores, transferred to cold items and not."""

    events: Sequence[ColdEvent]
    histories: list[list[int]]
    seen: list[list[int]]
    targets: list[int]
    scores: Mapping[str, Floats]
    transferred: Mapping[str, Floats]

    def of(self, transfers: bool) -> Mapping[str, Floats]:
        """The scores of either kind."""
        return self.transferred if transfers else self.scores

    def closed(self, warm: Sequence[int], section: str) -> list[list[int]]:
        """Rows that are no candidates of each event."""
        out = set(warm) if section == "cold-hidden" else set()
        return [sorted(out | set(rows)) for rows in self.seen]


def run_cold_ours(context: Context, problem: Problem, split: Split, seed: int) -> None:
    """Train without the hidden items, fit weights on cold valid events and file the rows, unless they are there."""
    if all(context.done(problem, name, seed, at) for name in (LLM, FUSED, UNTRANSFERRED) for at in CANDIDATES):
        return
    start = time.perf_counter()
    hidden = cold_split(split, seed)
    found = cold_queries(context, problem, split, hidden)
    components = _components(problem, found, hidden)
    asked = {
        at: _asked(problem, components, found.q[at], events)
        for at, events in (("valid", hidden.valid), ("test", hidden.test))
    }
    item_ids = [item.id for item in problem.catalog.items]
    warm = np.flatnonzero(~hidden.hidden(item_ids)).tolist()
    for section in CANDIDATES:
        valid = asked["valid"]
        closed = valid.closed(warm, section)
        weights = {transfers: fit_weights(valid.of(transfers), valid.targets, closed) for transfers in (False, True)}
        reached = {
            transfers: cold_metrics(
                _mixed(valid.of(transfers), weights[transfers], closed), hidden.valid, item_ids, seed, section
            )["ndcg@10"]
            for transfers in (False, True)
        }
        better = reached[True] >= reached[False]
        fitted = {LLM: ({LLM: 1.0}, False), FUSED: (weights[better], better), UNTRANSFERRED: (weights[False], False)}
        for model, (used, transfers) in fitted.items():
            test = _mixed(asked["test"].of(transfers), used, asked["test"].closed(warm, section))
            on_valid = cold_metrics(_mixed(valid.of(transfers), used, closed), hidden.valid, item_ids, seed, section)
            variant = variant_of("llm", problem.name)
            recipe = RecLMConfig(**variant.shape).model_dump() | TrainConfig(seed=seed, **variant.recipe).recipe()
            rows = record_cold_rows(
                problem.folder,
                model,
                test,
                item_ids,
                hidden,
                context.referee,
                context.results,
                recipe | {"weights": used, "cold_start": transfers},
                found.about["seconds"] + time.perf_counter() - start,
                valid={"ndcg@10": on_valid["ndcg@10"], "training": valid_of(found.about)},
                sections=(section,),
                machine=this_machine() | {"trained_on": found.about["machine"]},
            )
            print(f"  {model} seed {seed}, {section}: NDCG@10 {rows[0].metrics['ndcg@10']:.4f}", flush=True)


def _mixed(scores: Mapping[str, Floats], weights: Mapping[str, float], closed: Sequence[Sequence[int]]) -> Floats:
    used = {name: scores[name] for name in weights}
    lowest: Floats = np.maximum(fuse(used, weights, closed), np.float32(-1e30))
    return lowest


def _components(problem: Problem, found: Queries, hidden: ColdSplit) -> Components:
    features = all_features(problem)
    histories = [problem.catalog.rows(items) for items in hidden.train.values()]
    vectors, mask, steps = features.vectors, features.mask, features.steps
    preference = learn_preference(vectors, mask, steps, histories, hidden.seed)
    learnt = InteractionModels.fit(histories, problem.n_items, preference)
    return Components.of(found.v, found.b, learnt, vectors, mask, steps)


def _asked(problem: Problem, components: Components, q: Floats, events: Sequence[ColdEvent]) -> Asked:
    rows = problem.catalog.rows
    histories = [rows(event.history) for event in events]
    targets = [problem.catalog.row[event.target] for event in events]
    seen = [rows(tuple(event.seen)) for event in events]
    own, transferred = (
        {str(key): x for key, x in each.scores(q, histories).items()}
        for each in (components, components.with_cold_start())
    )
    return Asked(events, histories, seen, targets, own, transferred)


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
        features,
        base_folder(home()),
        variant_of("llm", problem.name),
        hidden.seed,
        report_epoch,
        ordinary,
        _checkpoint(context, problem, hidden.seed),
    )
    asked = {"valid": hidden.valid, "test": hidden.test}
    q = {
        at: query_vectors(trained.model, trained.soft, trained.words.before, [catalog.rows(e.history) for e in events])
        for at, events in asked.items()
    }
    found = Queries.of(trained, q, {})
    found.save(file)
    return found


def _checkpoint(context: Context, problem: Problem, seed: int) -> Path:
    return context.store / problem.name / "checkpoints" / f"cold__s{seed}.safetensors"
