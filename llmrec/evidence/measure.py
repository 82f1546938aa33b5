"""Everything that is measured of a ranked list, as evidence for each item."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog
from llmrec.context import with_context
from llmrec.engine.base import Engine
from llmrec.evidence.effects import HistoryEffects, Situation, history_effects, input_effects
from llmrec.evidence.records import Counterfactual, ItemEvidence, ShapleyValue
from llmrec.evidence.selection import co_occurrences, rank_evidence
from llmrec.evidence.shapley import shapley_effects
from llmrec.ranking.components import Components
from llmrec.ranking.score_component import ComponentKey

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class AblationSetup:
    """What a list is measured with.

    Parameters
    ----------
    components : Components
        Score components of the catalogue, with the request's example where it has one.
    engine, engine_without_example : Engine
        The LLM with the request's example, and without it; the same one where there is none.
    vectors_without : callable
        Item rows -> input of the items (a modality, "id") -> their item vectors ``(rows, dim)`` and biases ``(rows,)``
        in a RecLM from which that input is hidden, float32.
    weights_without_query : mapping of ComponentKey to float
        Weights of the score components for a request without a query.
    """

    components: Components
    engine: Engine
    engine_without_example: Engine
    vectors_without: Callable[[Sequence[int]], Mapping[str, tuple[Floats, Floats]]]
    weights_without_query: Mapping[ComponentKey, float]


@dataclass(frozen=True)
class Measured:
    """Evidence for each item of a list.

    Parameters
    ----------
    evidence
        One record for each item, in the list's order.
    degraded
        What the engine could not reach (see `llmrec.engine.base.QueryVectors`).
    evaluations
        Histories that the LLM was run on for Shapley values.
    """

    evidence: tuple[ItemEvidence, ...]
    degraded: frozenset[str] = frozenset()
    evaluations: int = 0


def measure(situation: Situation, rows: Sequence[int], q: Floats, setup: AblationSetup, catalog: Catalog) -> Measured:
    """Measure the evidence for recommending each of `rows` in a situation.

    Parameters
    ----------
    situation
        The request as it was scored.
    rows
        The items, as rows of the catalogue.
    q : (dim,) float32
        The request's query vector.
    setup
        What the list is measured with.
    catalog
        The items and users.

    Returns
    -------
    Measured
        In the order of `rows`.
    """
    history, query = [situation.history], situation.query
    ablation = history_effects(situation, rows, setup.components, setup.engine)
    without_words = setup.engine.query_vectors(history, [with_context("", situation.context)]) if query else None
    without_example = (
        setup.engine_without_example.query_vectors(history, [situation.query_with_context])
        if situation.example
        else None
    )
    q_without_query = without_words.vectors[0] if without_words else None
    q_without_example = without_example.vectors[0] if without_example else None
    inputs = input_effects(
        situation, rows, setup.components, q, setup.vectors_without(rows), q_without_query, q_without_example
    )
    scale = situation.spread()
    without_query = None if q_without_query is None else _ranks_without_query(situation, rows, q_without_query, setup)
    named = [catalog.items[row].id for row in ablation.rows]
    reads_ratings = setup.components.interaction_models.opinion is not None
    ratings = {catalog.items[row].id: given for row, given in situation.past.ratings.items()} if reads_ratings else {}
    records = []
    for n, row in enumerate(rows):
        item = catalog.items[row].id
        evidence = rank_evidence(
            catalog, item, named, ablation.effects[n], inputs[n], situation.requested or query, scale
        )
        cited = [record.history_item for record in evidence.history if record.history_item not in (None, item)]
        records.append(
            replace(
                evidence,
                counterfactuals=_counterfactuals(evidence, ablation, n, without_query),
                companions=co_occurrences(catalog, item, cited),
                ratings={id: ratings[id] for id in cited if id in ratings},
            )
        )
    degraded = (answer.degraded for answer in (ablation, without_words, without_example) if answer)
    return Measured(tuple(records), frozenset().union(*degraded))


def _ranks_without_query(
    situation: Situation, rows: Sequence[int], q: Floats, setup: AblationSetup
) -> NDArray[np.intp]:
    """Return the ranks `(candidates,)` that the same request gives without its query."""
    parts = situation.rescored(setup.components, q[None], words=False, weights=setup.weights_without_query)
    return situation.ranks({name: scores[0] for name, scores in parts.items()}, setup.weights_without_query, rows)


def _counterfactuals(
    evidence: ItemEvidence, ablation: HistoryEffects, n: int, without_query: NDArray[np.intp] | None
) -> tuple[Counterfactual, ...]:
    rank = int(ablation.ranks[n])
    counterfactuals = []
    if evidence.history:
        strongest = evidence.history[0].history_item
        counterfactuals.append(Counterfactual(strongest, rank, int(ablation.ranks_without[n])))
    if without_query is not None:
        counterfactuals.append(Counterfactual(None, rank, int(without_query[n])))
    return tuple(counterfactuals)


def add_shapley(
    measured: Measured,
    situation: Situation,
    rows: Sequence[int],
    setup: AblationSetup,
    catalog: Catalog,
    orders: int,
) -> Measured:
    """The evidence of each of `rows` with Shapley values of the history items.

    Parameters
    ----------
    measured
        What `measure` gave for the same situation and rows.
    situation, rows, setup, catalog
        As in `measure`.
    orders
        Random orders of the history that the values are sampled over.

    Returns
    -------
    Measured
        In the order of `rows`; `evaluations` is the cost.
    """
    sampled = shapley_effects(situation, rows, setup.components, setup.engine, orders)
    scale = situation.spread()
    records = []
    for n, record in enumerate(measured.evidence):
        effects, errors = sampled.effects[n] / scale, sampled.errors[n] / scale
        shares = tuple(
            ShapleyValue(catalog.items[sampled.rows[n]].id, float(effects[n]), float(errors[n]))
            for n in np.argsort(-effects, kind="stable")
        )
        records.append(replace(record, shapley=shares))
    return Measured(tuple(records), measured.degraded | sampled.degraded, sampled.evaluations)
