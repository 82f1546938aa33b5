"""Fits what an example counts for: a photo of something like what is wanted, say.

Users' photos are not in the data, so they are made of it, as queries are: a held-out event is asked with the picture of
an item that looks like its target, one of its `NEAREST` neighbours at random, and neither that item nor the history can
be the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray

from llmrec.evaluation.metrics import ranking_metrics
from llmrec.evaluation.splits import Event
from llmrec.model.inference import query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.ranking.components import Components
from llmrec.ranking.fused import fuse
from llmrec.ranking.score_component import EXAMPLE, ComponentKey

NEAREST = 10
MOST_EVENTS = 500
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def example_shares(
    model: RecLM,
    table: ItemTable,
    words: PromptWords,
    components: Components,
    events: Sequence[Event],
    usual: Mapping[ComponentKey, float],
    seed: int,
) -> tuple[dict[ComponentKey, float], dict[str, float]]:
    """Fit what an example counts for, in each modality but text, whose examples are queries in words.

    Parameters
    ----------
    model
        That has not learnt from `events`.
    table
        The items.
    words
        Of the prompt.
    components
        Score the catalogue.
    events
        Held out.
    usual
        Component -> weight without an example.
    seed
        Of the examples.

    Returns
    -------
    tuple of dict
        Component of an example -> its share of the fused score; and the metrics reached with it.
    """
    shares: dict[ComponentKey, float] = {}
    metrics: dict[str, float] = {}
    for modality in components.media:
        asked = [] if modality == "text" else _asked(components, modality, events, seed)
        if not asked:
            continue
        parts, seen = _scored(model, table, words, components, modality, asked)
        targets, users = [e.target for e, _ in asked], [e.user for e, _ in asked]
        key = ComponentKey(EXAMPLE, modality)
        reached = {}
        for share in SHARES:
            weights = {**usual, key: share / (1 - share) * sum(usual.values())}
            reached[share] = ranking_metrics(fuse(parts, weights, seen), targets, seen, users)["ndcg@10"]
        best = max(SHARES, key=lambda share: reached[share])
        shares[key] = best
        metrics[f"valid ndcg@10 by a like {modality}"] = round(reached[best], 5)
    return shares, metrics


def _asked(components: Components, modality: str, events: Sequence[Event], seed: int) -> list[tuple[Event, int]]:
    """Events with the row of the item that is shown; events without one are left out."""
    chosen = list(events)
    if len(chosen) > MOST_EVENTS:
        chosen = Random(seed).sample(chosen, MOST_EVENTS)
    vectors, mask = components.media[modality], components.mask[modality]
    found = []
    for event in chosen:
        if not mask[event.target]:
            continue
        likeness = np.where(mask, vectors @ vectors[event.target], -np.inf)
        likeness[[event.target, *event.history]] = -np.inf
        near = [int(row) for row in np.argsort(-likeness)[:NEAREST] if np.isfinite(likeness[row])]
        if near:
            found.append((event, Random(f"{seed}:example:{event.user}:{event.number}").choice(near)))
    return found


def _scored(
    model: RecLM,
    table: ItemTable,
    words: PromptWords,
    components: Components,
    modality: str,
    asked: Sequence[tuple[Event, int]],
) -> tuple[dict[ComponentKey, NDArray[np.float32]], list[tuple[int, ...]]]:
    """Component -> (events, items), and the rows that cannot be answers."""
    items, everyone = len(table), torch.ones_like(table.known)
    others = {m: everyone for m in model.modalities if m != modality}
    with torch.inference_mode():
        # an example is one medium of an item that has no id: items + row is that reading of the item in row
        alone = model.soft_tokens(table.batch(hidden=others, ids=~everyone))
    histories = [event.history for event, _ in asked]
    soft = torch.cat([soft_tokens(model, table), alone])
    q = query_vectors(model, soft, words.before, [(*e.history, items + row) for e, row in asked])
    parts = replace(components, likeness={}).scores(q, histories)
    vectors, mask = components.media[modality], components.mask[modality]
    likeness = vectors[[row for _, row in asked]] @ vectors.T
    parts[ComponentKey(EXAMPLE, modality)] = np.where(mask, likeness, np.float32(0))
    return parts, [(*event.history, row) for event, row in asked]
