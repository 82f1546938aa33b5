"""Fits the weights of the fused score on validation events: one set for histories, one for histories with queries.

It also decides whether scores are transferred to the items without events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog
from llmrec.encoders.base import Encoder
from llmrec.evaluation.metrics import ranking_metrics
from llmrec.evaluation.splits import Event
from llmrec.model.inference import query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.ranking.components import Components
from llmrec.ranking.fused import fit_weights, fuse
from llmrec.ranking.score_component import LLM, ComponentKey
from llmrec.train.example_weights import example_shares
from llmrec.train.query_texts import compose_query

MAX_EVENTS, ENOUGH_EVENTS = 5000, 2000
"""Upper limits of the events that weights are fitted on, for a small catalogue and for any."""
MOST_SCORES = 20_000_000
"""Events x items of a component from which a catalogue is not small: memory grows with them. On 2,000 of the 4,715
valid events of MovieLens-100K a component that carries nothing got weight, and the test part lost 0.0015."""
TRANSFER_COST = 0.01
"""Share of the valid NDCG@10 that scores for cold items may cost: no held-out event can show their benefit."""


@dataclass(frozen=True)
class Calibration:
    """Weights of the fused score.

    Parameters
    ----------
    weights
        Situation ("history", "words", "example") -> component -> weight.
    metrics
        What was reached with them, on the events that they were fitted on: more than on others. Also the learnt weights
        of the modalities, where the fusion has such.
    cold_start
        Whether scores are transferred to items without events.
    """

    weights: dict[str, dict[ComponentKey, float]]
    metrics: dict[str, float]
    cold_start: bool

    def covering(self, components: Components) -> "Calibration":
        """Extend the weights to the components of other events, with 0 for those that they were not fitted with.

        The preference component, for example, is fitted on long histories alone.
        """
        none = np.zeros((1, components.v.shape[1]), np.float32)
        names = dict.fromkeys(components.scores(none, [()]), 0.0)
        weights = {
            s: dict(w) if s == "example" else {**w, **{n: 0.0 for n in names if n not in w}}
            for s, w in self.weights.items()
        }
        return replace(self, weights=weights)


def calibrate(
    model: RecLM,
    table: ItemTable,
    words: PromptWords,
    components: Components,
    catalog: Catalog,
    events: Sequence[Event],
    text: Encoder[str],
    seed: int,
) -> Calibration:
    """Fit the weights of the fused score on held-out events.

    Parameters
    ----------
    model
        Not trained on the events.
    table
        The items.
    words
        Of the prompt.
    components
        Without transfer to cold items.
    catalog
        Whose items queries are composed of.
    events
        Held out; of more than `MAX_EVENTS`, or of a large catalogue `ENOUGH_EVENTS`, a random part is drawn.
    text
        Encoder of the queries.
    seed
        Of that part, and of the queries.
    """
    sample = list(events)
    most = min(MAX_EVENTS, max(ENOUGH_EVENTS, MOST_SCORES // len(catalog.items)))
    if len(sample) > most:
        sample = Random(seed).sample(sample, most)
    histories = [e.history for e in sample]
    queries = [
        compose_query(catalog.items[e.target], Random(f"{seed}:calibrate:{e.user}:{e.number}"), held_out=False)
        for e in sample
    ]
    soft = soft_tokens(model, table)
    q = query_vectors(model, soft, words.before, histories)
    targets = [e.target for e in sample]
    cold_start = transfer_pays_off(components, q, sample)
    if cold_start:
        components = components.with_cold_start()
    past = [e.past for e in sample]
    scores = components.scores(q, histories, past=past)
    closed = [e.closed for e in sample]
    weights = {"history": fit_weights(scores, targets, closed)}
    metrics = {"valid ndcg@10": _ndcg(scores, weights["history"], sample)}
    metrics["valid ndcg@10 of the LLM alone"] = _ndcg({LLM: scores[LLM]}, {LLM: 1.0}, sample)
    if any(queries):
        q = query_vectors(model, soft, words.before, histories, [words.query_tokens(w) for w in queries])
        query_texts: NDArray[np.float32] = text.encode([w or "anything" for w in queries])
        query_scores = components.scores(q, histories, query_texts, past, queries)
        weights["words"] = fit_weights(query_scores, targets, closed)
        metrics["valid ndcg@10 under queries"] = _ndcg(query_scores, weights["words"], sample)
    metrics |= {f"weight of {m} in the fusion": round(share, 4) for m, share in model.fusion.shares().items()}
    weights["example"], example_metrics = example_shares(
        model, table, words, components, events, weights["history"], seed
    )
    return Calibration(weights, metrics | example_metrics, cold_start)


def transfer_pays_off(components: Components, q: NDArray[np.float32], events: Sequence[Event]) -> bool:
    """Whether transferring scores to cold items costs no more than `TRANSFER_COST` of the valid NDCG@10.

    Without a cold item nothing can be measured, and scores are transferred to items that are added later.

    Parameters
    ----------
    components
        Without transfer to cold items.
    q : (events, dim) float32
        Query vectors of the events.
    events
        Held out.
    """
    with_cold_start = components.with_cold_start()
    if with_cold_start.cold_start is None:
        return True
    histories, targets = [e.history for e in events], [e.target for e in events]
    ndcgs = []
    for variant in (components, with_cold_start):
        scores = variant.scores(q, histories, past=[e.past for e in events])
        ndcgs.append(_ndcg(scores, fit_weights(scores, targets, [e.closed for e in events]), events))
    return ndcgs[1] >= (1 - TRANSFER_COST) * ndcgs[0]


def _ndcg(
    scores: Mapping[ComponentKey, NDArray[np.float32]], weights: Mapping[ComponentKey, float], events: Sequence[Event]
) -> float:
    seen = [e.closed for e in events]
    fused = fuse(scores, weights, seen)
    metrics = ranking_metrics(fused, [e.target for e in events], seen, [e.user for e in events])
    return round(metrics["ndcg@10"], 5)
