"""Fits the weight of a request's example, such as a photo of a similar item.

Users' photos are not in the data, so they are simulated, as queries are: the example of a held-out event is the picture
of an item similar to its target, one of its `NEAREST` neighbours at random. Neither that item nor the history is a
candidate.
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
MAX_EVENTS = 500
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def example_shares(
    model: RecLM,
    table: ItemTable,
    words: PromptWords,
    components: Components,
    events: Sequence[Event],
    weights_without: Mapping[ComponentKey, float],
    seed: int,
) -> tuple[dict[ComponentKey, float], dict[str, float]]:
    """Fit the weight of an example in each modality but text, whose examples are queries in words.

    Parameters
    ----------
    model
        Not trained on `events`.
    table
        The items.
    words
        Of the prompt.
    components
        Score the catalogue.
    events
        Held out.
    weights_without
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
        pairs = [] if modality == "text" else _with_examples(components, modality, events, seed)
        if not pairs:
            continue
        parts, seen = _scores(model, table, words, components, modality, pairs)
        targets, users = [e.target for e, _ in pairs], [e.user for e, _ in pairs]
        key = ComponentKey(EXAMPLE, modality)
        ndcg = {}
        for share in SHARES:
            weights = {**weights_without, key: share / (1 - share) * sum(weights_without.values())}
            ndcg[share] = ranking_metrics(fuse(parts, weights, seen), targets, seen, users)["ndcg@10"]
        best = max(SHARES, key=lambda share: ndcg[share])
        shares[key] = best
        metrics[f"valid ndcg@10 by a like {modality}"] = round(ndcg[best], 5)
    return shares, metrics


def _with_examples(
    components: Components, modality: str, events: Sequence[Event], seed: int
) -> list[tuple[Event, int]]:
    """Pair events with the row of their example; events without one are left out."""
    sample = list(events)
    if len(sample) > MAX_EVENTS:
        sample = Random(seed).sample(sample, MAX_EVENTS)
    vectors, mask = components.media[modality][:], components.mask[modality]
    pairs = []
    for event in sample:
        if not mask[event.target]:
            continue
        likeness = np.where(mask, vectors @ vectors[event.target], -np.inf)
        likeness[[event.target, *event.history]] = -np.inf
        nearest = [int(row) for row in np.argsort(-likeness)[:NEAREST] if np.isfinite(likeness[row])]
        if nearest:
            pairs.append((event, Random(f"{seed}:example:{event.user}:{event.number}").choice(nearest)))
    return pairs


def _scores(
    model: RecLM,
    table: ItemTable,
    words: PromptWords,
    components: Components,
    modality: str,
    pairs: Sequence[tuple[Event, int]],
) -> tuple[dict[ComponentKey, NDArray[np.float32]], list[tuple[int, ...]]]:
    """Score all items: component -> (events, items), and the rows that are no candidates of each event."""
    items, all_items = len(table), torch.ones_like(table.known)
    other_modalities = {m: all_items for m in model.modalities if m != modality}
    with torch.inference_mode():
        # an example is one medium of an item that has no id: items + row is that reading of the item in row
        unknown_soft = model.soft_tokens(table.batch(hidden=other_modalities, ids=~all_items))
    histories = [event.history for event, _ in pairs]
    soft = torch.cat([soft_tokens(model, table), unknown_soft])
    q = query_vectors(model, soft, words.before, [(*e.history, items + row) for e, row in pairs])
    parts = replace(components, likeness=()).scores(q, histories, past=[event.past for event, _ in pairs])
    vectors, mask = components.media[modality][:], components.mask[modality]
    likeness = vectors[[row for _, row in pairs]] @ vectors.T
    parts[ComponentKey(EXAMPLE, modality)] = np.where(mask, likeness, np.float32(0))
    return parts, [(*event.closed, row) for event, row in pairs]
