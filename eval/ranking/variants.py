"""Our model with one thing changed at a time: what each part of it is worth.

Each variant is trained from scratch on train with early stopping on valid, exactly like the model itself, and
ranks with the LLM path alone (no item-item model, no content similarity), so that nothing hides the difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from llmrec.catalog import Catalog
from llmrec.encoders import Features
from llmrec.evaluation.splits import Event, Split, rolling_events
from llmrec.fusion.base import ItemBatch
from llmrec.model.backbone import load_backbone
from llmrec.model.config import RecLMConfig
from llmrec.model.inference import soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import ItemSchema, RecLM
from llmrec.train.config import TrainConfig
from llmrec.train.held_out import llm_ndcg
from llmrec.train.logs import Report, log_lines
from llmrec.train.model_factory import new_model, query_writer, training_items
from llmrec.train.sequence_windows import Prompts
from llmrec.train.trainer import Progress, fit

TITLE_TOKENS = 10
"""Words' tokens an item takes in the titles-as-words prompt; longer titles are cut, shorter ones padded."""
TITLES = "titles"
"""What a `TitleRecLM` calls them."""


@dataclass(frozen=True)
class Variant:
    """What differs from the model itself; `section` is where the report shows it."""

    section: str
    shape: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    modalities: tuple[str, ...] = ("text", "image")
    random_layers: bool = False
    titles: bool = False
    """History items as title words instead of soft tokens, as LlamaRec prompts (Yue et al. 2023)."""


VARIANTS = {
    "llm": Variant("main"),
    "llm without image": Variant("modality", modalities=("text",)),
    "llm without text": Variant("modality", modalities=("image",)),
    "llm without ids": Variant("modality", recipe={"id_dropout": 1.0}),
    "llm without queries in training": Variant("extra", recipe={"queries": 0}),
    "llm with titles as words": Variant("prompt", shape={"soft_tokens": TITLE_TOKENS}, titles=True),
    "llm layers at random": Variant("pretrained", random_layers=True),
    "llm without LoRA": Variant("pretrained", shape={"lora_rank": 0}),
    "llm 2 layers": Variant("layers", shape={"exit_layer": 2}),
    "llm 8 layers": Variant("layers", shape={"exit_layer": 8}),
    "llm 16 layers": Variant("layers", shape={"exit_layer": 16}),
    "llm 30 layers": Variant("layers", shape={"exit_layer": 30}),
}

RECIPES = {"hm": {"epochs": 10, "average": 0.99}}
"""Where a data set departs from the default recipe: with few steps the running average must be short."""


def variant_of(name: str, dataset: str) -> Variant:
    """The variant as it is trained on that data set."""
    variant = VARIANTS[name]
    return replace(variant, recipe={**RECIPES.get(dataset, {}), **variant.recipe})


class TitleRecLM(RecLM):
    """A RecLM whose history is read as words: an item's slots are its title's word embeddings.

    A batch has the token ids `(n, K)` of the titles as the vectors of a modality `TITLES`.
    """

    def soft_tokens(self, batch: ItemBatch) -> torch.Tensor:
        """See `RecLM.soft_tokens`; neither media nor ids are used."""
        titles = batch.vectors[TITLES].long()
        words: torch.Tensor = self.backbone.get_input_embeddings()(titles)  # type: ignore[operator]
        return words


def title_tokens(catalog: Catalog, words: PromptWords) -> torch.Tensor:
    """(items, TITLE_TOKENS) ids of ` Title (year),`, padded with line breaks before the comma's place."""
    pad = words.tokenizer("\n", add_special_tokens=False).input_ids[0]
    rows = []
    for item in catalog.items:
        year = f" ({item.attributes['year']})" if "year" in item.attributes else ""
        ids = words.tokenizer(f" {item.title}{year},", add_special_tokens=False).input_ids[:TITLE_TOKENS]
        rows.append([*[pad] * (TITLE_TOKENS - len(ids)), *ids])
    return torch.tensor(rows)


@dataclass(frozen=True)
class Trained:
    """A trained variant, the items it was trained on, and how the training went."""

    model: RecLM
    table: ItemTable
    words: PromptWords
    progress: Progress
    valid: tuple[Event, ...]

    @cached_property
    def soft(self) -> torch.Tensor:
        """Soft tokens of the catalogue."""
        return soft_tokens(self.model, self.table)


def train_variant(
    catalog: Catalog,
    split: Split,
    features: Features,
    base: Path,
    variant: Variant,
    seed: int,
    report: Report = log_lines,
    valid: tuple[Event, ...] | None = None,
    checkpoint: Path | None = None,
) -> Trained:
    """Train on `split.train`; `valid` replaces the split's validation events (cold items).

    The run goes on from `checkpoint` where there is one; a finished one gives its model at once.
    """
    rows = {user: catalog.rows(items) for user, items in split.train.items() if items}
    shape, recipe = RecLMConfig(**variant.shape), TrainConfig(seed=seed, **variant.recipe)
    items = training_items(features, [m for m in variant.modalities if m in features.vectors], rows, shape)
    build = _randomised if variant.random_layers else new_model
    model, table = build(base, shape, items.schema, seed, recipe.dropout), items.table
    words = PromptWords.load(base)
    if variant.titles:
        model.__class__ = TitleRecLM
        table = replace(table, vectors={**table.vectors, TITLES: title_tokens(catalog, words).float()})
    held = valid or tuple(rolling_events(catalog, split, "valid"))
    progress = fit(
        model,
        table,
        Prompts(rows, words.before, query_writer(catalog, words)),
        lambda m: llm_ndcg(m, table, words.before, held),
        recipe,
        checkpoint,
        report,
    )
    return Trained(model, table, words, progress, held)


def _randomised(base: Path, config: RecLMConfig, schema: ItemSchema, seed: int, dropout: float) -> RecLM:
    """The control that tells what pretraining brings: the layers start at random and are trained whole, without LoRA;
    the word embeddings are the base's."""
    from transformers import AutoModel

    torch.manual_seed(seed)
    pretrained = load_backbone(base, config.exit_layer)
    backbone = AutoModel.from_config(pretrained.config, dtype=torch.float32, attn_implementation="sdpa")
    words = pretrained.get_input_embeddings().weight  # type: ignore[operator]
    backbone.get_input_embeddings().weight.data.copy_(words)
    backbone.get_input_embeddings().requires_grad_(False)
    return RecLM(backbone, config, schema, dropout)
