"""Our model with one thing changed at a time: what each part of it is worth.

Each variant is trained from scratch on train with early stopping on valid, exactly like the model itself, and
ranks with the LLM path alone (no item-item model, no content similarity), so that nothing hides the difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.evaluation.splits import Event, Split, rolling_events
from llmrec.model.config import RecLMConfig
from llmrec.model.prompt_tokens import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.train.config import TrainConfig
from llmrec.train.held_out import llm_ndcg
from llmrec.train.model_factory import build_model, known_items, query_writer
from llmrec.train.trainer import Progress, Report, fit

TITLE_TOKENS = 10
"""Words' tokens an item takes in the titles-as-words prompt; longer titles are cut, shorter ones padded."""


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
    "llm without wishes in training": Variant("extra", recipe={"wishes": 0}),
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
    """A RecLM whose history is read as words: an item's slots are its title's word embeddings."""

    title_tokens: torch.Tensor
    """(items, K) token ids."""

    def soft(
        self,
        ids: torch.Tensor,
        hidden: Mapping[str, torch.Tensor] | None = None,
        rows: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """See `RecLM.soft`; neither media nor ids are used."""
        del ids, hidden
        titles = self.title_tokens if rows is None else self.title_tokens[rows]
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
    """A trained variant."""

    model: RecLM
    words: PromptWords
    progress: Progress
    valid: tuple[Event, ...]


def train_variant(
    catalog: Catalog,
    split: Split,
    vectors: Mapping[str, NDArray[np.float32]],
    mask: Mapping[str, NDArray[np.bool_]],
    base: Path,
    variant: Variant,
    seed: int,
    report: Report | None = None,
    valid: tuple[Event, ...] | None = None,
    checkpoint: Path | None = None,
) -> Trained:
    """Train on `split.train`; `valid` replaces the split's validation events (cold items).

    The run goes on from `checkpoint` where there is one; a finished one gives its model at once.
    """
    rows = {user: catalog.rows(items) for user, items in split.train.items() if items}
    shape, recipe = RecLMConfig(**variant.shape), TrainConfig(seed=seed, **variant.recipe)
    used = {m: vectors[m] for m in variant.modalities if m in vectors}
    model, _ = build_model(
        base,
        used,
        {m: mask[m] for m in used},
        known_items(rows, len(catalog.items)),
        shape,
        seed,
        recipe.dropout,
        random_layers=variant.random_layers,
    )
    words = PromptWords.load(base)
    if variant.titles:
        model.__class__ = TitleRecLM
        model.register_buffer("title_tokens", title_tokens(catalog, words), persistent=False)
    held = valid or tuple(rolling_events(catalog, split, "valid"))
    progress = fit(
        model,
        rows,
        words.before,
        query_writer(catalog, words),
        lambda m: llm_ndcg(m, words.before, held),
        recipe,
        checkpoint,
        report,
    )
    return Trained(model, words, progress, held)
