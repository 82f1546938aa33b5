"""Score matrices on disk: z-scored per event, float16, one npz for each data set, model, seed and part."""

from pathlib import Path

import numpy as np

from eval.ranking.metrics import Floats, z_scores
from eval.ranking.problem import Problem


def path(store: Path, dataset: str, model: str, seed: int, at: str) -> Path:
    """The file of one matrix."""
    return store / dataset / "scores" / f"{model}__s{seed}.{at}.npz"


def save(store: Path, problem: Problem, model: str, seed: int, at: str, scores: Floats) -> None:
    """Write (events, items) scores as z-scores over each event's candidates."""
    file = path(store, problem.name, model, seed, at)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial.npz")
    np.savez(partial, z=z_scores(scores, problem.events(at).histories).astype(np.float16))
    partial.replace(file)


def load(store: Path, problem: Problem, model: str, seed: int, at: str) -> Floats:
    """(events, items) float32 z-scores; raises `FileNotFoundError` where they were never written."""
    file = path(store, problem.name, model, seed, at)
    if not file.exists():
        raise FileNotFoundError(f"{file} is missing; run that cell again (--force)")
    with np.load(file) as stored:
        scores: Floats = stored["z"].astype(np.float32)
    expected = (len(problem.events(at).targets), problem.n_items)
    if scores.shape != expected:
        raise ValueError(f"{file} holds {scores.shape} scores, {expected} expected; delete it and run again")
    return scores
