"""Rows of our model and its variants, the LLM path alone: plain, under a query, with the history shuffled.

Training takes minutes on a GPU and over an hour on a CPU, so it writes a checkpoint and goes on from it, and
what the trained model says is kept (`eval.ranking.query_vectors`).
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from eval.ranking import query_vectors, referee
from eval.ranking.problem import Problem, all_features
from eval.ranking.query_vectors import Queries
from eval.ranking.record import record_row
from eval.ranking.runs import Context
from eval.ranking.variants import VARIANTS, train_variant, variant_of
from eval.store import Row, this_machine
from llmrec.errors import BadInput
from llmrec.evaluation.splits import Split
from llmrec.model.config import RecLMConfig
from llmrec.paths import home
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig
from llmrec.train.logs import TrainEvent

SHUFFLED = "llm, history shuffled"


def run_variants(
    context: Context, problem: Problem, split: Split, names: Sequence[str] | None, seeds: Sequence[int]
) -> None:
    """The named variants (default: all); the model itself with every seed, what is changed on it with the first.

    Raises `BadInput` on an unknown name.
    """
    for name in VARIANTS if names is None else names:
        if name not in VARIANTS:
            raise BadInput(f"variant {name!r} is unknown; choose from {', '.join(VARIANTS)}")
        for seed in seeds if name == "llm" else seeds[:1]:
            run_variant(context, problem, split, name, seed)


def run_variant(context: Context, problem: Problem, split: Split, name: str, seed: int) -> None:
    """Train the variant, rank test and file its rows, unless they are there."""
    sections = {name: VARIANTS[name].section, SHUFFLED: "order"} if name == "llm" else {name: VARIANTS[name].section}
    rows_of = [*sections.items(), (name, "query")]
    missing = [(model, at) for model, at in rows_of if not context.done(problem, model, seed, at)]
    if not missing:
        return
    found = trained_queries(context, problem, split, name, seed)
    for model, section in missing:
        start = time.perf_counter()
        asking = {"query": "test query", "order": "test shuffled"}.get(section, "test")
        rankings = problem.rankings(found.scores(asking))
        file_variant(context, problem, name, seed, rankings, found.about, section, time.perf_counter() - start, model)


def trained_queries(context: Context, problem: Problem, split: Split, name: str, seed: int) -> Queries:
    """What the trained variant says: from disk, or by training it."""
    file = query_vectors.path(context.store, problem.name, name, seed)
    if file.exists():
        return Queries.load(file)
    print(f"{problem.name} {name} seed {seed}: training", flush=True)
    features = all_features(problem)
    checkpoint = context.store / problem.name / "checkpoints" / f"{name}__s{seed}.safetensors"
    trained = train_variant(
        problem.catalog,
        split,
        features,
        base_folder(home()),
        variant_of(name, problem.name),
        seed,
        report_epoch,
        checkpoint=checkpoint,
    )
    found = query_vectors.collect(problem.catalog, split, trained, seed)
    found.save(file)
    return found


def report_epoch(event: TrainEvent) -> None:
    """Print an epoch's validation."""
    if event.kind == "epoch":
        print(f"  {event.message}", flush=True)


def file_variant(
    context: Context,
    problem: Problem,
    name: str,
    seed: int,
    rankings: referee.Rankings,
    about: Mapping[str, Any],
    section: str,
    seconds: float,
    model: str | None = None,
    machine: Mapping[str, Any] | None = None,
    commit: str | None = None,
) -> Row:
    """File a ranking of test by the variant; `about` tells of its training (see `Queries.about`).

    The row's seconds are those of training and ranking; its machine says where each was done.
    """
    variant = variant_of(name, problem.name)
    shape, recipe = RecLMConfig(**variant.shape), TrainConfig(seed=seed, **variant.recipe)
    row = record_row(
        problem.folder,
        model or name,
        seed,
        rankings,
        context.referee,
        context.results,
        shape.model_dump()
        | recipe.recipe()
        | {"modalities": variant.modalities, "random_layers": variant.random_layers},
        about["seconds"] + seconds,
        section=section,
        valid=valid_of(about),
        store=context.store,
        machine=machine or this_machine() | {"trained_on": about["machine"]},
        commit=commit,
    )
    print(f"  {row.model} seed {seed}, {section}: test NDCG@10 {row.metrics['ndcg@10']:.4f}", flush=True)
    return row


def valid_of(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of validation: the best epoch and every epoch's figure."""
    log = [[round(epoch["loss"], 4), round(epoch["ndcg@10"], 5)] for epoch in about["log"]]
    return {"ndcg@10": round(about["ndcg@10"], 5), "epoch": about["epoch"], "epochs (loss, ndcg@10)": log}
