"""`llmrec train`: a catalogue folder in, an adapter pack out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from llmrec.catalog import Catalog, load_catalog
from llmrec.encoders import Features, encoder, encoders_for, extract, note_problems
from llmrec.encoders.registry import DEFAULTS
from llmrec.errors import BadInput
from llmrec.evaluation.splits import Event, Split, load_split, rolling_events, rolling_split
from llmrec.evidence.probes import probed, spoken
from llmrec.model.checkpoint import CheckpointInfo, base_identity, save_checkpoint
from llmrec.model.inference import item_vectors
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.paths import home
from llmrec.prompts import TRAINED, version
from llmrec.ranking.components import Components, InteractionModels
from llmrec.rationale.compose import compose_pairs
from llmrec.setup import base_folder
from llmrec.train.calibrate import calibrate
from llmrec.train.card import provenance, write_card
from llmrec.train.config import TrainConfig
from llmrec.train.example_weights import example_shares
from llmrec.train.held_out import llm_ndcg
from llmrec.train.model_factory import (
    TrainingItems,
    new_model,
    query_writer,
    training_items,
)
from llmrec.train.preference import learn_preference
from llmrec.train.progress_log import write_log
from llmrec.train.rationale_lora import train_rationale
from llmrec.train.sequence_windows import event_contexts
from llmrec.train.trainer import Report, fit

Say = Callable[[str], None]


@dataclass(frozen=True)
class Material:
    """A catalogue made ready for training."""

    catalog: Catalog
    features: Features
    histories: Mapping[str, Sequence[int]]
    """User -> training item rows, oldest first."""
    valid: Sequence[Event]
    split: str
    """How train and valid were told apart, in words, for the card."""


def prepare(data: Path, split: Path | None, say: Say, encoder_specs: Mapping[str, str] | None = None) -> Material:
    """Loads and splits the catalogue, and encodes its media. Raises `BadInput` where nothing is left to train on.

    `towers`: modality -> encoder spec, where it is not the default.
    """
    catalog = load_catalog(data)
    if split:
        parts, how = load_split(split, catalog), f"given ({split.name})"
    else:
        rolling = rolling_split(catalog)
        # Nobody asked for a test part: its events train the model, and the last ones stop it early.
        parts = Split(
            {u: (*rolling.train[u], *rolling.valid[u]) for u in rolling.train},
            rolling.test,
            dict.fromkeys(rolling.train, ()),
        )
        how = "each user's last events (up to 5) for early stopping and fusion weights, all before for training"
    features, problems = extract(catalog, encoders_for(catalog.items, encoder_specs or {}), home() / "features")
    note_problems(data, features, problems)
    for problem in problems:
        say(str(problem))
    histories = {user: catalog.rows(items) for user, items in parts.train.items()}
    valid = rolling_events(catalog, parts, "valid")
    if not any(len(rows) > 1 for rows in histories.values()) or not valid:
        raise BadInput(
            f"{data} has no user with enough events to learn from (3 or more); add interactions, "
            "or recommend from attributes and words without training"
        )
    return Material(catalog, features, histories, valid, how)


def train(
    data: Path,
    out: Path,
    config: TrainConfig,
    report: Report,
    say: Say,
) -> dict[str, float]:
    """Trains on `data`, writes the checkpoint `out`, and returns its validation metrics.

    The checkpoint lies in `out` and the run goes on from it; a run that had ended only packs again.
    Raises `BadInput`, `SetupError`, `StorageError`.
    """
    out.mkdir(parents=True, exist_ok=True)
    base, shape = config.base or base_folder(home()), config.model
    material = prepare(data, config.split, say, config.encoders)
    catalog, features = material.catalog, material.features
    used = [m for m in features.encoders if features.mask[m].any()]
    if not used:
        raise BadInput(f"{data} has no item with text or other media; nothing can become a soft token")
    items = training_items(features, used, material.histories, shape)
    four_bit = torch.cuda.is_available() and _large(base)
    model = new_model(base, shape, items.schema, config.seed, config.dropout, four_bit=four_bit)
    words = PromptWords.load(base)
    progress = fit(
        model,
        items.table,
        material.histories,
        words.before,
        query_writer(catalog, words),
        lambda m: llm_ndcg(m, items.table, words.before, material.valid),
        config,
        out / "checkpoint.pt",
        report,
        event_contexts(catalog, material.histories) if config.contexts else None,
    )
    say("fitting the item-item model, the codes of a taste and the weights of the fused score")
    model.to("cpu")
    components = compose(model, items.table, features, material.histories, config.seed)
    text = encoder(
        "text", config.encoders.get("text", DEFAULTS["text"])
    )  # words of a wish must meet those of the items
    weights, metrics, cold_start = calibrate(
        model, items.table, words, components, catalog, material.valid, text, config.seed
    )
    usual = components.with_cold_start() if cold_start else components
    weights["example"], reached = example_shares(
        model, items.table, words, usual, material.valid, weights["history"], config.seed
    )
    metrics |= reached
    about = provenance(material, config, progress)
    info = CheckpointInfo(
        name=out.name,
        base=base_identity(base)[0],
        base_sha256=base_identity(base)[1],
        config=shape,
        encoders={m: features.encoders[m] for m in used},
        prompts={name: version(name) for name in TRAINED},
        weights=weights,
        cold_start=cold_start,
        metrics=metrics,
        provenance=about,
        steps=model.steps,
    )
    _write(out, info, model, items, components, material)
    write_log(progress.log, out)
    write_card(out, info, progress)
    if config.rationale.pairs and not (out / "rationale" / "adapter_config.json").is_file():
        say("teaching the LLM to write sentences from evidence")
        pairs = compose_pairs(spoken(catalog, probed(components), components.mask), config.rationale.pairs, config.seed)
        train_rationale(base, pairs, out / "rationale", config, report)
        write_card(out, info, progress)
    return metrics


def _write(
    out: Path,
    info: CheckpointInfo,
    model: RecLM,
    items: TrainingItems,
    components: Components,
    material: Material,
) -> None:
    save_checkpoint(out, info, model, items.table, items.normalisers, components.learnt.state())
    material.features.save(out / "features.safetensors")


def compose(
    model: RecLM, table: ItemTable, features: Features, histories: Mapping[str, Sequence[int]], seed: int
) -> Components:
    """The parts of the fused score for a trained RecLM."""
    v, b = item_vectors(model, table)
    rows = [list(h) for h in histories.values()]
    vectors = {m: features.vectors[m] for m in model.modalities}
    masks = {m: features.mask[m] for m in model.modalities}
    preference = learn_preference(vectors, masks, features.steps, rows, seed)
    learnt = InteractionModels.fit(rows, len(features.ids), preference)
    return Components.of(v, b, learnt, vectors, masks, features.steps)


def _large(base: Path) -> bool:
    """Whether the base is worth 4-bit: a small one is faster and better as it is."""
    return sum(f.stat().st_size for f in base.glob("*.safetensors")) > 2_000_000_000
