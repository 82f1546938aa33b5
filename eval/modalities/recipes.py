"""What is compared: each fusion, and five classic multimodal recommenders and a hybrid by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from llmrec.baselines.multimodal import (
    BertResnetLstm,
    EarlyFusion,
    EncoderDecoder,
    Recipe,
    VitFusion,
    WeightedFusion,
)
from llmrec.encoders.registry import DEFAULTS
from llmrec.fusion import FUSIONS

HYBRID = "semantic vector + matrix factorisation + retrieval"
"""`llmrec.baselines.Hybrid`."""
CLASSICS = {
    "text+image+video concat": EarlyFusion.usual,
    "text+image+video weighted": WeightedFusion.usual,
    "text+image ViT concat": VitFusion.usual,
    "text+image+audio (BERT, ResNet, LSTM over MFCC)": BertResnetLstm.usual,
    "encoder-decoder with score product": EncoderDecoder.usual,
}
"""The classics of `llmrec.baselines`, here as soft tokens of the LLM; encoders with random weights stand where none are
at hand, and `--encoder` puts others in their place."""

RECIPES = {fusion: Recipe(fusion) for fusion in FUSIONS} | CLASSICS


@dataclass(frozen=True)
class Training:
    """How a world's models are shaped and trained; `ids`: whether items own one (see `RecLM`)."""

    shape: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    ids: bool = True
    stop_events: int = 2000
    """Validation events that early stopping looks at."""


SIMSHOP = Training(
    shape={"exit_layer": 2, "window": 32, "interest": 16},
    recipe={"epochs": 16, "queries": 0, "lr_lora": 1e-3, "average": 0.99, "dropout": 0.1, "shuffle": True},
    ids=False,
    stop_events=1000,
)
"""A taste there is a matter of content alone, order tells nothing, and prompts are short."""
REAL = {"ml-100k": Training(), "hm": Training(recipe={"epochs": 10, "average": 0.99})}


def training_of(world: str, simshop: bool) -> Training:
    """The training of a world by its name."""
    return SIMSHOP if simshop else REAL.get(world, Training())


def with_encoders(recipe: Recipe, others: Mapping[str, str]) -> Recipe:
    """The recipe with other towers for the modalities it has."""
    encoder_specs = dict(DEFAULTS if recipe.encoder_specs is None else recipe.encoder_specs)
    changed = encoder_specs | {m: spec for m, spec in others.items() if m in encoder_specs}
    return recipe if changed == encoder_specs else replace(recipe, encoder_specs=changed)


def row_name(name: str, recipe: Recipe) -> str:
    """What the row of `recipe`, a variant of the one called `name`, is called: its other towers are told.

    It is a file's name, too.
    """
    usual = DEFAULTS if RECIPES[name].encoder_specs is None else RECIPES[name].encoder_specs
    others = {m: spec for m, spec in sorted((recipe.encoder_specs or {}).items()) if usual[m] != spec}
    return ", ".join([name, *(f"{m}={re.sub(r'[^a-zA-Z0-9_.]+', '-', spec)}" for m, spec in others.items())])
