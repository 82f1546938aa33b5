"""Training one model of the table, and asking it for scores with and without a modality."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray

from eval.modalities.recipes import Recipe, Training
from eval.modalities.worlds import Task
from llmrec.catalog import Catalog
from llmrec.encoders import Features
from llmrec.evaluation.splits import Event
from llmrec.model.config import RecLMConfig
from llmrec.model.inference import query_vectors
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.content import unit_rows
from llmrec.ranking.fused import fit_weights, fuse
from llmrec.ranking.preference import PreferenceModel
from llmrec.ranking.profile import ProfileSpaces, Whitening
from llmrec.train.config import TrainConfig
from llmrec.train.held_out import llm_ndcg
from llmrec.train.logs import Report, log_lines
from llmrec.train.model_factory import new_model, query_writer, training_items
from llmrec.train.sequence_windows import Prompts
from llmrec.train.trainer import fit
from llmrec.vector_rows import as_rows

Floats = NDArray[np.float32]
MOST_EVENTS = 2000
"""Validation events that the weights of the fused score are fitted on, as in `llmrec.train.calibrate`."""


@dataclass(frozen=True)
class Learnt:
    """What is learnt of a task without the LLM (once for all fusions)."""

    interactions: InteractionModels
    with_cold_start: bool = False
    """Whether scores are carried over to cold items, as checkpoints may say."""
    whitenings: Mapping[str, Whitening] = field(default_factory=dict)
    """Of the media as they are, whichever is hidden when the model is asked."""

    @classmethod
    def of(cls, task: Task, features: Features, preference: PreferenceModel | None) -> "Learnt":
        """From the training histories of `task`."""
        rows = [list(history) for history in task.train.values()]
        media = {
            m: as_rows(x).through(partial(unit_rows, steps=features.steps.get(m, 1)))
            for m, x in features.vectors.items()
        }
        whitenings = ProfileSpaces.of(media, features.mask).whitenings
        return cls(InteractionModels.fit(rows, len(features.ids), preference), whitenings=whitenings)


@dataclass(frozen=True)
class Trained:
    """A trained model with all that its scores need; `seconds`: of training."""

    model: RecLM
    table: ItemTable
    words: PromptWords
    features: Features
    learnt: Learnt
    weights: Mapping[str, float]
    """Of the fused score, fitted on valid."""
    best: float
    """NDCG@10 of the LLM alone on valid, at the epoch that was kept."""
    seconds: float

    def scores(self, events: Sequence[Event], without: str = "") -> dict[str, Floats]:
        """`llm` alone and `llmrec`, the fused score: (events, items), -inf at seen items.

        `without`: a modality that every item loses when it is asked, not when it was trained.
        """
        parts = parts_of(self.model, self.table, self.words, self.features, self.learnt, events, without)
        histories = [e.history for e in events]
        return {
            "llm": fuse({"llm": parts["llm"]}, {"llm": 1.0}, histories),
            "llmrec": fuse(parts, self.weights, histories),
        }

    def tokens(self, events: Sequence[Event]) -> float:
        """Mean length of the prompts, in slots."""
        config = self.model.config
        read = [min(config.window, len(e.history)) * config.soft_tokens for e in events]
        return len(self.words.before) + sum(read) / len(read)


def train_model(
    catalog: Catalog,
    task: Task,
    features: Features,
    learnt: Learnt,
    base: Path,
    recipe: Recipe,
    training: Training,
    seed: int,
    checkpoint: Path | None = None,
    report: Report = log_lines,
) -> Trained:
    """Trains on `task.train` with every modality of `features`; goes on from `checkpoint` where there is one."""
    start = time.monotonic()
    shape = RecLMConfig(**{**training.shape, "fusion": recipe.fusion, "temporal": recipe.temporal})
    config = TrainConfig(seed=seed, **training.recipe)
    items = training_items(features, [m for m in features.vectors if features.mask[m].any()], task.train, shape)
    table = items.table if training.ids else replace(items.table, id_rows=torch.full_like(items.table.id_rows, -1))
    model = new_model(base, shape, items.schema, seed, config.dropout)
    words = PromptWords.load(base)
    watched = _sample(task.valid, training.stop_events, seed)
    progress = fit(
        model,
        table,
        Prompts(task.train, words.before, query_writer(catalog, words)),
        lambda m: llm_ndcg(m, table, words.before, watched),
        config,
        checkpoint,
        report,
    )
    events = _sample(task.valid, MOST_EVENTS, seed)
    parts = parts_of(model, table, words, features, learnt, events)
    weights = fit_weights(parts, [e.target for e in events], [e.history for e in events])
    seconds = max(progress.seconds, time.monotonic() - start)
    return Trained(model, table, words, features, learnt, weights, progress.best, seconds)


@torch.inference_mode()
def parts_of(
    model: RecLM,
    table: ItemTable,
    words: PromptWords,
    features: Features,
    learnt: Learnt,
    events: Sequence[Event],
    without: str = "",
) -> dict[str, Floats]:
    """Component -> (events, items) raw scores, as `llmrec.ranking.components` has them."""
    encoded = model.encode_items(table.batch().hide(without).to(model.device))
    q = query_vectors(model, encoded.soft, words.before, [e.history for e in events])
    v, b = encoded.vectors.cpu().numpy(), encoded.biases.cpu().numpy()
    nobody = np.zeros(len(features.ids), np.bool_)
    components = Components.of(
        v,
        b,
        learnt.interactions,
        {m: features.vectors[m] for m in model.modalities},
        {m: nobody if m == without else features.mask[m] for m in model.modalities},
        features.steps,
        whitenings={m: own for m, own in learnt.whitenings.items() if m in model.modalities},
    )
    scoring = components.with_cold_start() if learnt.with_cold_start else components
    return {str(key): x for key, x in scoring.scores(q, [e.history for e in events]).items()}


def only(features: Features, modalities: Sequence[str]) -> Features:
    """The features of some modalities."""
    kept = {
        name: {m: getattr(features, name)[m] for m in modalities} for name in ("vectors", "mask", "encoders", "keys")
    }
    return replace(features, **kept, steps={m: n for m, n in features.steps.items() if m in modalities})


def _sample(events: Sequence[Event], most: int, seed: int) -> list[Event]:
    chosen = list(events)
    return chosen if len(chosen) <= most else Random(seed).sample(chosen, most)
