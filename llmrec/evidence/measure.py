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


@dataclass(frozen=True)
class Measured:
    """Evidence for each item of a list.

    Parameters
    ----------
    evidence
        One record for each item, in the list's order.
    degraded
        What the engine could not reach (see `llmrec.engine.base.QueryVectors`).
    reads
        Histories that the LLM read for Shapley values.
    """

    evidence: tuple[ItemEvidence, ...]
    degraded: frozenset[str] = frozenset()
    reads: int = 0


def measure(situation: Situation, rows: Sequence[int], q: Floats, tools: Instruments, catalog: Catalog) -> Measured:
    """Measure the evidence for recommending each of `rows` in a situation.

    Parameters
    ----------
    situation
        The request as it was scored.
    rows
        The items, as rows of the catalogue.
    q : (dim,) float32
        The request's query vector.
    tools
        What the list is measured with.
    catalog
        The items and users.

    Returns
    -------
    Measured
        In the order of `rows`.
    """
    history, query = [situation.history], situation.query
    left = history_effects(situation, rows, tools.components, tools.engine)
    without_words = tools.engine.query_vectors(history, [worded("", situation.context)]) if query else None
    without_example = tools.unshown.query_vectors(history, [situation.said]) if situation.example else None
    unasked = without_words.vectors[0] if without_words else None
    unshown = without_example.vectors[0] if without_example else None
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
    read = (each.degraded for each in (left, without_words, without_example) if each)
    return Measured(tuple(found), frozenset().union(*read))


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
    measured: Measured,
    situation: Situation,
    rows: Sequence[int],
    tools: Instruments,
    catalog: Catalog,
    orders: int,
) -> Measured:
    """The evidence of each of `rows` with Shapley values of the history items.

    Parameters
    ----------
    measured
        What `measure` gave for the same situation and rows.
    situation, rows, tools, catalog
        As in `measure`.
    orders
        Random orders of the history that the values are sampled over.

    Returns
    -------
    Measured
        In the order of `rows`; `reads` says what it cost.
    """
    sampled = shapley_effects(situation, rows, tools.components, tools.engine, orders)
    scale = situation.spread()
    found = []
    for place, record in enumerate(measured.evidence):
        effects, errors = sampled.effects[place] / scale, sampled.errors[place] / scale
        shares = tuple(
            ShapleyValue(catalog.items[sampled.rows[n]].id, float(effects[n]), float(errors[n]))
            for n in np.argsort(-effects, kind="stable")
        )
        found.append(replace(record, shapley=shares))
    return Measured(tuple(found), measured.degraded | sampled.degraded, sampled.reads)
