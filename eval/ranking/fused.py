"""Our fused model as a pack serves it: LLM, item-item model, content and popularity, weights fitted on valid.

The weights are fitted as `llmrec train` fits them (`llmrec.train.calibrate`), queries in the phrasings of training;
test is ranked over the whole catalogue. Beside it stand its parts without an LLM, so that nobody takes the item-item
model's merit for the LLM's.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eval.ranking.problem import Floats, Problem, all_features
from eval.ranking.query_vectors import Queries
from eval.ranking.record import record_row
from eval.ranking.runs import Context
from eval.ranking.variant_runs import trained_queries
from eval.store import this_machine
from llmrec.evaluation.splits import Split, rolling_events
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.fused import fit_weights, fuse
from llmrec.train.calibrate import transfer_pays_off
from llmrec.train.preference import learn_preference

FUSED, WITHOUT, ITEM_ITEM = "llmrec", "llmrec without LLM", "collaborative"


@dataclass(frozen=True)
class Part:
    """A row: which components are fused (None: all there are) and where the row goes."""

    model: str
    section: str
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    random: bool = True

    def names(self, found: Mapping[str, Floats]) -> list[str]:
        """Names of the components it fuses."""
        return [name for name in found if name not in self.without and (self.only is None or name in self.only)]


PARTS = (
    Part(FUSED, "main"),
    Part(FUSED, "query"),
    Part(WITHOUT, "query", without=frozenset({"llm"})),
    Part(WITHOUT, "extra", without=frozenset({"llm"}), random=False),
    Part(ITEM_ITEM, "extra", only=frozenset({"collaborative"}), random=False),
)


def run_fused(context: Context, problem: Problem, split: Split, seed: int) -> None:
    """Fit the weights on valid, rank test and file the rows, unless they are there.

    The parts without an LLM have no chance in them and are filed for seed 0 alone, except under queries.
    """
    wanted = [part for part in PARTS if part.random or seed == 0]
    missing = [part for part in wanted if not context.done(problem, part.model, seed, part.section)]
    if not missing:
        return
    start = time.perf_counter()
    found = trained_queries(context, problem, split, "llm", seed)
    components = _components(problem, found, seed)
    if transfer_pays_off(components, found.q["valid"], rolling_events(problem.catalog, split, "valid")):
        components = components.with_cold_start()
    for query in (False, True):
        parts = [part for part in missing if (part.section == "query") == query]
        if not parts:
            continue
        scored = {at: _scores(problem, components, found, at, query) for at in ("valid", "test")}
        shared = time.perf_counter() - start
        for part in parts:
            _file(context, problem, part, seed, scored, found, shared)


def _components(problem: Problem, found: Queries, seed: int) -> Components:
    features = all_features(problem)
    histories = [list(rows) for rows in problem.train]
    vectors, mask, steps = features.vectors, features.mask, features.steps
    preference = learn_preference(vectors, mask, steps, histories, seed)
    learnt = InteractionModels.fit(histories, problem.n_items, preference)
    return Components.of(found.v, found.b, learnt, vectors, mask, steps)


def _scores(problem: Problem, components: Components, found: Queries, at: str, query: bool) -> dict[str, Floats]:
    q = found.q[f"{at} query" if query else at]
    scores = components.scores(q, problem.events(at).histories, found.words[at] if query else None)
    return {str(key): x for key, x in scores.items()}


def _file(
    context: Context,
    problem: Problem,
    part: Part,
    seed: int,
    scored: Mapping[str, Mapping[str, Floats]],
    found: Queries,
    shared: float,
) -> None:
    start = time.perf_counter()
    used = {at: {name: scored[at][name] for name in part.names(scored[at])} for at in scored}
    weights = fit_weights(used["valid"], problem.valid.targets.tolist(), problem.valid.histories)
    reached = problem.ndcg(_finite(fuse(used["valid"], weights, problem.valid.histories)), "valid")
    test = _finite(fuse(used["test"], weights, problem.test.histories))
    trained = "llm" in used["test"]
    row = record_row(
        problem.folder,
        part.model,
        seed,
        problem.rankings(test),
        context.referee,
        context.results,
        {"weights": weights},
        (found.about["seconds"] if trained else 0.0) + shared + time.perf_counter() - start,
        section=part.section,
        valid={"ndcg@10": round(reached, 5)},
        store=context.store,
        machine=this_machine() | ({"trained_on": found.about["machine"]} if trained else {}),
    )
    print(f"  {part.model} seed {seed}, {part.section}: test NDCG@10 {row.metrics['ndcg@10']:.4f}", flush=True)


def _finite(scores: Floats) -> Floats:
    """Seen items, -inf in a fused score, as the lowest finite number: the ranks leave them out anyway."""
    lowest: Floats = np.maximum(scores, np.float32(-1e30))
    return lowest
