"""The rows of one world: each recipe trained and asked, with every modality, without each, and on cold items."""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.modalities.models import Learnt, only, train_model
from eval.modalities.recipes import HYBRID, Recipe, Training
from eval.modalities.rows import COLD, MAIN, REMOVED, Filed, Rows, removed
from eval.modalities.worlds import Task, World, measure, oracle
from eval.ranking.referee import dataset_fingerprint
from llmrec.baselines import Hybrid
from llmrec.catalog.simshop import MODALITIES
from llmrec.encoders import Features, encoders_for, extract
from llmrec.encoders.registry import DEFAULTS
from llmrec.evaluation.metrics import mask_seen
from llmrec.paths import home
from llmrec.ranking.preference import PreferenceModel
from llmrec.train.logs import TrainEvent
from llmrec.train.preference import learn_preference

ORACLE = "oracle"


@dataclass(frozen=True)
class Run:
    """One recipe in one world with one seed."""

    world: World
    filed: Filed
    name: str
    recipe: Recipe
    training: Training
    seed: int
    base: Path
    """Folder of the base LLM."""
    store: Path
    """Where checkpoints lie."""

    def config(self, features: Features) -> dict[str, Any]:
        """What tells one row's model from another's; plain JSON, as it comes back from a file."""
        about = {
            "fusion": self.recipe.fusion,
            "temporal": self.recipe.temporal,
            "encoders": dict(features.encoders),
            **asdict(self.training),
        }
        plain: dict[str, Any] = json.loads(json.dumps(about))
        return plain


def features_of(world: World, encoder_specs: Mapping[str, str] | None, kept: Path | None = None) -> Features:
    """The world's features by these towers (None: the default one of every modality); only modalities it has.

    They are kept in the folder `kept`, and taken from there on a machine that has no media.
    """
    if encoder_specs and all(DEFAULTS[m] == spec for m, spec in encoder_specs.items()):
        features = features_of(world, None, kept)
        return only(features, [m for m in features.encoders if m in encoder_specs])
    names = "default" if encoder_specs is None else ",".join(f"{m}={spec}" for m, spec in sorted(encoder_specs.items()))
    file = kept / f"{world.name}.{hashlib.sha256(names.encode()).hexdigest()[:12]}.safetensors" if kept else None
    if file and file.is_file():
        return Features.load(file)
    found = _encoded(world, encoder_specs)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        found.save(file)
    return found


def _encoded(world: World, encoder_specs: Mapping[str, str] | None) -> Features:
    encoders = encoders_for(world.catalog.items, encoder_specs or {})
    chosen = [e for e in encoders if encoder_specs is None or e.modality in encoder_specs]
    features, problems = extract(world.catalog, chosen, home() / "features")
    for problem in problems[:20]:
        print(f"  {problem}", flush=True)
    return only(features, [m for m in features.encoders if features.mask[m].any()])


def run_oracle(world: World, filed: Filed) -> None:
    """What could be known, in a world with truth."""
    if world.truth is None:
        return
    for section, task in ((MAIN, world.warm), (COLD, world.cold)):
        if not filed.done(world, ORACLE, 0, section, {}):
            start = time.monotonic()
            metrics = measure(world, task, oracle(world, task), MODALITIES)
            filed.write(world, ORACLE, 0, section, {}, metrics, time.monotonic() - start, {}, "peer")


def run_hybrid(world: World, filed: Filed, features: Features, seed: int) -> None:
    """The hybrid without an LLM, over the modalities of `features`."""
    for section, task in ((MAIN, world.warm), (COLD, world.cold)):
        config = {"encoders": dict(features.encoders)}
        if not filed.done(world, HYBRID, seed, section, config):
            start = time.monotonic()
            hybrid = Hybrid(seed=seed).fit_rows(world.catalog, list(task.train.values()), task.valid, features=features)
            histories = [event.history for event in task.test]
            scores = mask_seen(hybrid.score(histories), histories)
            metrics = measure(world, task, scores, MODALITIES)
            filed.write(world, HYBRID, seed, section, config, metrics, time.monotonic() - start, {}, "peer")


def run_recipe(run: Run, features: Features, retrained: bool, cold: bool) -> None:
    """All rows of one recipe and seed.

    `retrained`: also train without each modality in turn; `cold`: also train without the cold items.
    """
    _trained_once(run, features, run.world.warm, MAIN, run.name)
    if cold:
        _trained_once(run, features, run.world.cold, COLD, run.name)
    if retrained and len(features.encoders) > 1:
        for gone in features.encoders:
            rest = only(features, [m for m in features.encoders if m != gone])
            _trained_once(run, rest, run.world.warm, REMOVED, removed(run.name, gone, "retrained"))


def _trained_once(run: Run, features: Features, task: Task, section: str, model: str) -> None:
    """Trains, unless the rows are there, and files the row and those with each modality masked at inference."""
    world, used = run.world, tuple(features.encoders)
    rows = Rows(run.filed, world, run.seed, run.config(features))
    missing = rows.missing(model, section, used if section != REMOVED and len(used) > 1 else ())
    if not missing:
        return
    print(f"{world.name} {model} seed {run.seed}, {section}: training", flush=True)
    checkpoint = run.store / world.name / f"{section}.{model}__s{run.seed}.safetensors"
    learnt = Learnt.of(task, features, _taste(run, features, task))
    trained = train_model(
        world.catalog, task, features, learnt, run.base, run.recipe, run.training, run.seed, checkpoint, report_epoch
    )
    for row in missing:
        rows.file(row, trained, task)
    checkpoint.unlink(missing_ok=True)


def _taste(run: Run, features: Features, task: Task) -> PreferenceModel | None:
    """Learnt once for all fusions, which have no part in it, and kept."""
    about = f"{sorted(features.encoders.items())} {task is run.world.cold} {dataset_fingerprint(run.world.folder)}"
    file = run.store / run.world.name / f"taste.{hashlib.sha256(about.encode()).hexdigest()[:12]}__s{run.seed}.npz"
    if file.is_file():
        with np.load(file) as stored:
            return PreferenceModel.from_state(dict(stored))
    taste = learn_preference(features.vectors, features.mask, features.steps, list(task.train.values()), run.seed)
    if taste:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.npz")
        np.savez(part, **taste.state())
        part.replace(file)
    return taste


def report_epoch(event: TrainEvent) -> None:
    """Print an epoch's validation."""
    if event.kind == "epoch":
        print(f"  {event.message}", flush=True)
