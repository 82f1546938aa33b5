"""Everything that is measured of a ranked list, as evidence for each item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog
from llmrec.context import worded
from llmrec.engine.base import Engine
from llmrec.evidence.co_occurrence import companions
from llmrec.evidence.effects import HistoryEffects, Situation, history_effects, input_effects
from llmrec.evidence.records import Counterfactual, ItemEvidence, ShapleyValue
from llmrec.evidence.selection import rank_evidence
from llmrec.evidence.shapley import shapley_effects
from llmrec.ranking.components import Components
from llmrec.ranking.score_component import ComponentKey

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Instruments:
    """What a list is measured with.

    `engine`, `unshown`: with the request's example and without it; `blind`: input -> item vectors and biases of a RecLM
    to which that input of every item is hidden; `unasked`: the weights of a request without a wish.
    """

    components: Components
    engine: Engine
    unshown: Engine
    blind: Mapping[str, tuple[Floats, Floats]]
    unasked: Mapping[ComponentKey, float]


def measure(
    situation: Situation, rows: Sequence[int], q: Floats, tools: Instruments, catalog: Catalog
) -> list[ItemEvidence]:
    """Evidence for recommending each of `rows` in a situation, in order. `q (dim,)`: the request's query vector."""
    history, query = [situation.history], situation.query
    left = history_effects(situation, rows, tools.components, tools.engine)
    unasked = tools.engine.query_vectors(history, [worded("", situation.context)])[0] if query else None
    unshown = tools.unshown.query_vectors(history, [situation.said])[0] if situation.example else None
    inputs = input_effects(situation, rows, tools.components, q, tools.blind, unasked, unshown)
    scale = situation.spread()
    without_query = None if unasked is None else _ranks_without_query(situation, rows, unasked, tools)
    named = [catalog.items[row].id for row in left.rows]
    found = []
    for place, row in enumerate(rows):
        item = catalog.items[row].id
        evidence = rank_evidence(catalog, item, named, left.effects[place], inputs[place], query, scale)
        cited = [record.history_item for record in evidence.history if record.history_item is not None]
        found.append(
            replace(
                evidence,
                counterfactuals=_counterfactuals(evidence, left, place, without_query),
                companions=companions(catalog, item, cited),
            )
        )
    return found


def _ranks_without_query(
    situation: Situation, rows: Sequence[int], unasked: Floats, tools: Instruments
) -> NDArray[np.intp]:
    """`(candidates,)`: the ranks that the same request gives without its words."""
    parts = tools.components.scores(unasked[None], [situation.history])
    return situation.ranks({name: scores[0] for name, scores in parts.items()}, tools.unasked, rows)


def _counterfactuals(
    evidence: ItemEvidence, left: HistoryEffects, place: int, without_query: NDArray[np.intp] | None
) -> tuple[Counterfactual, ...]:
    rank = int(left.ranks[place])
    found = []
    if evidence.history:
        strongest = evidence.history[0].history_item
        found.append(Counterfactual(strongest, rank, int(left.ranks_without[place])))
    if without_query is not None:
        found.append(Counterfactual(None, rank, int(without_query[place])))
    return tuple(found)


def add_shapley(
    evidence: Sequence[ItemEvidence],
    situation: Situation,
    rows: Sequence[int],
    tools: Instruments,
    catalog: Catalog,
    orders: int,
) -> tuple[list[ItemEvidence], int]:
    """The evidence of each of `rows` with Shapley values, sampled over `orders`; and how many histories were read."""
    sampled = shapley_effects(situation, rows, tools.components, tools.engine, orders)
    scale = situation.spread()
    found = []
    for place, record in enumerate(evidence):
        effects, errors = sampled.effects[place] / scale, sampled.errors[place] / scale
        shares = tuple(
            ShapleyValue(catalog.items[sampled.rows[n]].id, float(effects[n]), float(errors[n]))
            for n in np.argsort(-effects, kind="stable")
        )
        found.append(replace(record, shapley=shares))
    return found, sampled.reads
