"""Builds an untrained RecLM for a catalogue, and the score components of a trained one.

Features are normalised, ids assigned, the base is truncated and wrapped with a LoRA.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llmrec.catalog.feedback import Past
from llmrec.catalog.types import Catalog
from llmrec.context import with_context
from llmrec.encoders import Features
from llmrec.fusion import fusion_class
from llmrec.fusion.item_graph import item_graph
from llmrec.model.backbone import add_lora, load_backbone
from llmrec.model.config import RecLMConfig
from llmrec.model.inference import item_vectors
from llmrec.model.item_table import ItemTable
from llmrec.model.normaliser import Normaliser
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import ItemSchema, RecLM
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.opinion import OpinionModel
from llmrec.ranking.projection import interest_axes
from llmrec.ranking.repeats import RepeatModel
from llmrec.train.data import Histories, TrainingData
from llmrec.train.preference import learn_preference
from llmrec.train.query_texts import compose_query
from llmrec.train.sequence_windows import QueryWords

Value = TypeVar("Value")


@dataclass(frozen=True)
class TrainingItems:
    """A catalogue's items as inputs of a new model.

    Parameters
    ----------
    table
        The items; row n of the model's ids is row n of it.
    normalisers
        Modality -> what its vectors were made with.
    """

    table: ItemTable
    normalisers: Mapping[str, Normaliser]

    @property
    def schema(self) -> ItemSchema:
        """Shapes of the items that a model needs."""
        dims = {m: fitted.width for m, fitted in self.normalisers.items()}
        return ItemSchema(dims, {m: fitted.steps for m, fitted in self.normalisers.items()}, len(self.table))


def items_with_events(histories: Mapping[str, Sequence[int]], items: int) -> NDArray[np.bool_]:
    """Return `(items,)` bool: which rows have at least one training event, and so an id."""
    has_events = np.zeros(items, np.bool_)
    for rows in histories.values():
        has_events[list(rows)] = True
    return has_events


def training_items(
    features: Features,
    modalities: Sequence[str],
    histories: Mapping[str, Sequence[int]],
    config: RecLMConfig,
    fitted: Mapping[str, Normaliser] | None = None,
) -> TrainingItems:
    """Normalise a catalogue's media, and assign ids and graph edges from its training events.

    Parameters
    ----------
    features
        Raw vectors of the catalogue.
    modalities
        Those that the model reads.
    histories
        User -> training rows. Items in them own an id; a fusion that reads neighbours links them; interest axes are
        fitted to them.
    config
        Shape of the model.
    fitted
        Normalisers of a checkpoint that training goes on from; default: fitted to these items.
    """
    normalisers, vectors = {}, {}
    for m in modalities:
        raw, mask, steps = features.vectors[m][:], features.mask[m], features.steps.get(m, 1)
        normaliser = fitted[m] if fitted else Normaliser.fit(raw, mask, steps)
        if config.interest and not fitted:
            x = normaliser(raw, mask)
            pooled = x.reshape(len(x), steps, -1).mean(1) * np.float32(steps**0.5)  # RecLM makes a block as long
            axes = interest_axes(pooled, mask, list(histories.values()), config.interest)
            normaliser = replace(normaliser, axes=axes)
        normalisers[m], vectors[m] = normaliser, torch.from_numpy(normaliser(raw, mask))
    masks = {m: torch.from_numpy(features.mask[m]) for m in modalities}
    has_id = torch.from_numpy(items_with_events(histories, len(features.ids)))
    id_rows = torch.arange(len(has_id)).where(has_id, -1)
    linked = fusion_class(config.fusion).reads_neighbours
    graph = item_graph(vectors, masks, interaction_pairs(histories)) if linked else None
    return TrainingItems(ItemTable(features.ids, vectors, masks, id_rows, graph), normalisers)


def new_model(
    base: Path, config: RecLMConfig, schema: ItemSchema, seed: int, dropout: float = 0.0, *, four_bit: bool = False
) -> RecLM:
    """Build a RecLM whose LoRA, fusion and heads are untrained.

    Parameters
    ----------
    base
        Folder of the base model.
    config
        Its shape.
    schema
        Shapes of the items.
    seed
        Of every random number that it starts with.
    dropout
        See `RecLM`.
    four_bit
        See `load_backbone`.
    """
    torch.manual_seed(seed)
    backbone = add_lora(load_backbone(base, config.exit_layer, four_bit=four_bit), config.lora_rank, config.lora_alpha)
    return RecLM(backbone, config, schema, dropout)


def interaction_pairs(histories: Mapping[str, Sequence[int]]) -> Tensor:
    """Return `(2, events)` int64: item row and user number of every training event."""
    pairs = [(row, user) for user, rows in enumerate(histories.values()) for row in rows]
    return torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T.contiguous()


def query_writer(catalog: Catalog, words: PromptWords, held_out: bool = False) -> QueryWords:
    """`(row, rng, context) -> token ids` of a composed query for that item; tokens are cached by text."""
    cache: dict[str, tuple[int, ...]] = {}

    def write(row: int, rng: Random, context: str = "", /) -> tuple[int, ...]:
        text = compose_query(catalog.items[row], rng, held_out)
        text = with_context(text, context) if text else text
        if text not in cache:
            cache[text] = words.query_tokens(text)
        return cache[text]

    return write


def compose(
    model: RecLM,
    table: ItemTable,
    features: Features,
    histories: Histories,
    seed: int,
    data: TrainingData | None = None,
) -> Components:
    """The components of the fused score for a trained RecLM.

    Parameters
    ----------
    model
        Its item vectors are the component "llm".
    table
        The items.
    features
        The catalogue's media.
    histories
        Events that the item-item model, the preference codes and the popularity are fitted on.
    seed
        Of the codes.
    data
        Tells what the events say beside their order, and has the items' words; default: neither counts.
    """
    v, b = item_vectors(model, table)
    rows = [_each_once(h) for h in histories.values()]
    vectors = {m: features.vectors[m] for m in model.modalities}
    masks = {m: features.mask[m] for m in model.modalities}
    preference = learn_preference(vectors, masks, features.steps, rows, seed)
    goals = data.target_weights(histories) if data else None
    opinion = _opinion(data, histories) if data and data.feedback.others else None
    repeat = RepeatModel.fit(_pasts(data, histories), len(features.ids)) if data and data.catalog.repeats else None
    interaction_models = InteractionModels.fit(
        rows,
        len(features.ids),
        preference,
        opinion,
        repeat,
        None if goals is None else [_of_last(histories[user], own) for user, own in goals.items()],
    )
    components = Components.of(v, b, interaction_models, vectors, masks, features.steps)
    return components.with_terms(data.catalog.items) if data else components


def _each_once(history: Sequence[int]) -> list[int]:
    """The rows of a history, each where it stands last: what goes together is learnt of items, not of events."""
    return list(dict.fromkeys(reversed(history)))[::-1]


def _of_last(history: Sequence[int], values: Sequence[Value]) -> list[Value]:
    """The values of the events that `_each_once` leaves."""
    of_row = dict(zip(history, values, strict=True))
    return [of_row[row] for row in _each_once(history)]


def _opinion(data: TrainingData, histories: Histories) -> OpinionModel:
    once = {user: _each_once(rows) for user, rows in histories.items()}
    positive = [_of_last(histories[user], own) for user, own in data.positive(histories).items()]
    return OpinionModel.fit(list(once.values()), _pasts(data, histories), positive, len(data.catalog.items))


def _pasts(data: TrainingData, histories: Histories) -> list[Past]:
    """What the training events of each user say beside their order, after the last of them."""
    catalog, ids = data.catalog, [item.id for item in data.catalog.items]
    pasts = []
    for user, rows in histories.items():
        left = Counter(ids[row] for row in rows)
        events = []
        for event in catalog.histories.get(user, ()):
            if left[event.item]:  # of several events with one item the first are those of training
                left[event.item] -= 1
                events.append(event)
        now = events[-1].timestamp if catalog.repeats and events else None
        pasts.append(Past.of(events, catalog.row, now))
    return pasts
