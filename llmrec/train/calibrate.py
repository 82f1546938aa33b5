"""Fits the weights of the fused score on validation events: one set for histories, one for histories with queries.

The events are ranked as requests are: candidates first, by an exact index in place of the approximate one, then their
scores, normalised in the same way. It also decides whether scores are transferred to the items without events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog
from llmrec.encoders.base import Encoder
from llmrec.evaluation.metrics import mask_seen, ndcg, target_ranks, user_means
from llmrec.evaluation.splits import Event
from llmrec.model.inference import query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.pipeline import source_inputs
from llmrec.pipeline_config import PipelineConfig
from llmrec.ranking.components import Components
from llmrec.ranking.fused import CandidateScores, ScoredRows, reference_sample
from llmrec.ranking.score_component import ComponentKey, ScoringBatch
from llmrec.retrieval.candidates import CandidateQuery, gather
from llmrec.retrieval.index import ExactIndex
from llmrec.train.example_weights import example_shares
from llmrec.train.query_texts import compose_query

MAX_EVENTS, ENOUGH_EVENTS = 5000, 2000
"""Upper limits of the events that weights are fitted on, for a small catalogue and for any."""
MOST_SCORES = 20_000_000
"""Events x items of a component from which a catalogue is not small: memory grows with them. On 2,000 of the 4,715
valid events of MovieLens-100K a component that carries nothing got weight, and the test part lost 0.0015."""
BATCH = 32
"""Events whose candidates are scored together."""
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
    cold_start = transfer_pays_off(components, catalog, q, sample)
    if cold_start:
        components = components.with_cold_start()
    found = candidate_scores(components, catalog, sample, q)
    weights = {"history": found.fit()}
    metrics = {"valid ndcg@10": _ndcg(found, weights["history"], sample)}
    metrics["valid ndcg@10 of the LLM alone"] = _ndcg_of_llm(components, q, sample)
    if any(queries):
        q = query_vectors(model, soft, words.before, histories, [words.query_tokens(w) for w in queries])
        texts: NDArray[np.float32] = text.encode([w or "anything" for w in queries])
        found = candidate_scores(components, catalog, sample, q, texts, queries)
        weights["words"] = found.fit()
        metrics["valid ndcg@10 under queries"] = _ndcg(found, weights["words"], sample)
    metrics |= {f"weight of {m} in the fusion": round(share, 4) for m, share in model.fusion.shares().items()}
    weights["example"], example_metrics = example_shares(
        model, table, words, components, events, weights["history"], seed
    )
    return Calibration(weights, metrics | example_metrics, cold_start)


def candidate_scores(
    components: Components,
    catalog: Catalog,
    events: Sequence[Event],
    q: NDArray[np.float32],
    query_texts: NDArray[np.float32] | None = None,
    queries: Sequence[str] | None = None,
) -> CandidateScores[ComponentKey]:
    """The candidates of events and their scores, as those of requests.

    Parameters
    ----------
    components
        Of the catalogue.
    catalog
        The items.
    events
        Whose histories are the requests'.
    q : (events, dim) float32
        Query vectors.
    query_texts : (events, text dim) float32, optional
        Queries as the encoder of the items' text reads them.
    queries
        The queries themselves.
    """
    index = ExactIndex(components.v, components.b, catalog, components.index_media)
    sources = PipelineConfig().sources(source_inputs(catalog, index, components))
    sample, items = reference_sample(item.id for item in catalog.items), len(catalog.items)
    parts = []
    for start in range(0, len(events), BATCH):
        part = slice(start, start + BATCH)
        own, words = events[part], None if query_texts is None else query_texts[part]
        asked = None if queries is None else queries[part]
        histories, closed = [event.history for event in own], [event.closed for event in own]
        query = CandidateQuery(q[part], histories, closed, None, np.ones(items, np.bool_), words, asked or ())
        found = gather(sources, query).rows
        scored = [ScoredRows.of(rows, sample, never, items) for rows, never in zip(found, closed, strict=True)]
        every = np.unique(np.concatenate([each.rows for each in scored]))
        batch = ScoringBatch(q[part], histories, words, past=[event.past for event in own], queries=asked)
        raw = components.score_batch(every, batch)
        places = [np.searchsorted(every, each.rows) for each in scored]
        each_event = ({key: scores[n, at] for key, scores in raw.items()} for n, at in enumerate(places))
        parts.append(CandidateScores.of(scored, each_event, [event.target for event in own]))
    return CandidateScores.joined(parts)


def transfer_pays_off(
    components: Components, catalog: Catalog, q: NDArray[np.float32], events: Sequence[Event]
) -> bool:
    """Whether transferring scores to cold items costs no more than `TRANSFER_COST` of the valid NDCG@10.

    Without a cold item nothing can be measured, and scores are transferred to items that are added later.

    Parameters
    ----------
    components
        Without transfer to cold items.
    catalog
        The items.
    q : (events, dim) float32
        Query vectors of the events.
    events
        Held out.
    """
    with_cold_start = components.with_cold_start()
    if with_cold_start.cold_start is None:
        return True
    ndcgs = []
    for variant in (components, with_cold_start):
        found = candidate_scores(variant, catalog, events, q)
        ndcgs.append(_ndcg(found, found.fit(), events))
    return ndcgs[1] >= (1 - TRANSFER_COST) * ndcgs[0]


def _ndcg(
    found: CandidateScores[ComponentKey], weights: Mapping[ComponentKey, float], events: Sequence[Event]
) -> float:
    _, owners = np.unique([event.user for event in events], return_inverse=True)
    return round(float(user_means(ndcg(found.ranks(weights)), owners).mean()), 5)


def _ndcg_of_llm(components: Components, q: NDArray[np.float32], events: Sequence[Event]) -> float:
    """By its score of every item, a part of the events at a time."""
    ranks = []
    for start in range(0, len(events), BATCH):
        own = events[start : start + BATCH]
        batch = ScoringBatch(q[start : start + BATCH], [event.history for event in own])
        scores = components.llm.score_batch(np.arange(len(components.v)), batch)
        ranks.append(target_ranks(mask_seen(scores, [e.closed for e in own]), np.array([e.target for e in own])))
    _, owners = np.unique([event.user for event in events], return_inverse=True)
    return round(float(user_means(ndcg(np.concatenate(ranks)), owners).mean()), 5)
