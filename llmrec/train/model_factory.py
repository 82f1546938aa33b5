"""Puts a fresh RecLM together for a catalogue: features normalised, ids known, base cut and LoRA-wrapped."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llmrec.catalog.types import Catalog
from llmrec.context import worded
from llmrec.fusion.normalise import fit_normaliser, normalise, project
from llmrec.model.backbone import add_lora, load_backbone
from llmrec.model.config import RecLMConfig
from llmrec.model.prompt_tokens import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.ranking.projection import interest_axes
from llmrec.train.query_texts import compose_query
from llmrec.train.sequence_windows import QueryWords

Normalisers = dict[str, tuple[NDArray[np.float32], ...]]
"""Modality -> mean and spread, and the interest axes where the model reads along those."""


def known_items(histories: Mapping[str, Sequence[int]], items: int) -> NDArray[np.bool_]:
    """`(items,) bool`: which rows have at least one training event and so own an id."""
    known = np.zeros(items, np.bool_)
    for rows in histories.values():
        known[list(rows)] = True
    return known


def build_model(
    base: Path,
    vectors: Mapping[str, NDArray[np.float32]],
    mask: Mapping[str, NDArray[np.bool_]],
    known: NDArray[np.bool_],
    config: RecLMConfig,
    seed: int,
    dropout: float,
    *,
    steps: Mapping[str, int] | None = None,
    histories: Mapping[str, Sequence[int]] | None = None,
    four_bit: bool = False,
    random_layers: bool = False,
) -> tuple[RecLM, Normalisers]:
    """A RecLM with untrained LoRA, fusion and heads, and the normalisers fitted on `vectors (items, dim)`.

    `steps`: modality -> frames in a vector; `histories`: user -> training rows, which the graph fusion links and
    interest axes are drawn from.
    """
    torch.manual_seed(seed)
    normalisers: Normalisers = {m: fit_normaliser(vectors[m], mask[m]) for m in vectors}
    read = {m: normalise(vectors[m], mask[m], *normalisers[m][:2]) for m in vectors}
    if config.interest:
        for m, x in read.items():
            n = (steps or {}).get(m, 1)
            pooled = x.reshape(len(x), n, -1).mean(1) * np.float32(n**0.5)  # RecLM makes a block as long as a vector
            axes = interest_axes(pooled, mask[m], list((histories or {}).values()), config.interest)
            normalisers[m], read[m] = (*normalisers[m], axes), project(x, axes, n)
    scaled = {m: torch.from_numpy(x) for m, x in read.items()}
    backbone = load_backbone(base, config.exit_layer, four_bit=four_bit, random_layers=random_layers)
    if random_layers:
        backbone.requires_grad_(True)
        backbone.get_input_embeddings().requires_grad_(False)  # type: ignore[operator]
    else:
        backbone = add_lora(backbone, config.lora_rank, config.lora_alpha)
    masks = {m: torch.from_numpy(mask[m]) for m in vectors}
    interacted = interaction_pairs(histories) if histories and config.fusion == "graph" else None
    model = RecLM(backbone, config, scaled, masks, torch.from_numpy(known), dropout, steps, interacted)
    return model, normalisers


def interaction_pairs(histories: Mapping[str, Sequence[int]]) -> Tensor:
    """`(2, events) int64`: item row and user number of every training event."""
    pairs = [(row, user) for user, rows in enumerate(histories.values()) for row in rows]
    return torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T.contiguous()


def query_writer(catalog: Catalog, words: PromptWords, held_out: bool = False) -> QueryWords:
    """`(row, rng, context) -> token ids` of a composed wish for that item; the tokenizer's work is kept by text."""
    cache: dict[str, tuple[int, ...]] = {}

    def write(row: int, rng: Random, context: str = "", /) -> tuple[int, ...]:
        text = compose_query(catalog.items[row], rng, held_out)
        text = worded(text, context) if text else text
        if text not in cache:
            cache[text] = words.query_tokens(text)
        return cache[text]

    return write
