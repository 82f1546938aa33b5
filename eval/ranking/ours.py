"""Our own rows: an adapter ranked by `llmrec rank`, as a user would run it."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from eval.ranking import referee
from eval.ranking.problem import Problem
from eval.ranking.record import record_row
from eval.ranking.runs import Context


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
    asked = ["rank", "--data", str(problem.folder), "--adapter", str(checkpoint.path)]
    asked += ["--split", str(split), "--at", "test", "--out", str(ranking)]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "from llmrec.cli import main; main()", *asked], check=True)
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
