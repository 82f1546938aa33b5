"""Fits the weights of the fused score on validation events: one set for histories, one for histories with wishes.

It also decides whether scores are lent to the items that nobody has taken yet.
"""

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Event
from llmrec.catalog.types import Catalog
from llmrec.encoders.base import Encoder
from llmrec.model.query import query_vectors
from llmrec.model.reclm import RecLM
from llmrec.model.words import PromptWords
from llmrec.retrieval.components import Components
from llmrec.retrieval.hybrid import fit_weights, fuse
from llmrec.retrieval.metrics import ranking_metrics
from llmrec.train.wishes import compose_wish

MOST_EVENTS = 2000
"""Events that the weights are fitted on: more would only cost memory (events x items floats a component)."""
LENDING_COST = 0.01
"""Share of the valid NDCG@10 that giving new items their chance may cost: no held-out event can show its worth."""


def calibrate(
    model: RecLM,
    words: PromptWords,
    components: Components,
    catalog: Catalog,
    events: Sequence[Event],
    text: Encoder[str],
    seed: int,
) -> tuple[dict[str, dict[str, float]], dict[str, float], bool]:
    """Situation ("history", "words") -> component -> weight; the validation metrics reached with them, and the learned
    weights of the modalities where the fusion has such; whether scores are lent to items without events.

    `components` comes without lending.
    """
    chosen = list(events)
    if len(chosen) > MOST_EVENTS:
        chosen = Random(seed).sample(chosen, MOST_EVENTS)
    histories = [e.history for e in chosen]
    wishes = [
        compose_wish(catalog.items[e.target], Random(f"{seed}:calibrate:{e.user}:{e.number}"), held_out=False)
        for e in chosen
    ]
    q = query_vectors(model, words.before, histories)
    targets = [e.target for e in chosen]
    lends = worth_lending(components, q, chosen)
    if lends:
        components = components.lending()
    plain = components.scores(q, histories)
    weights = {"history": fit_weights(plain, targets, histories)}
    metrics = {"valid ndcg@10": _ndcg(plain, weights["history"], chosen)}
    metrics["valid ndcg@10 of the LLM alone"] = _ndcg({"llm": plain["llm"]}, {"llm": 1.0}, chosen)
    if any(wishes):
        q = query_vectors(model, words.before, histories, [words.wish(w) for w in wishes])
        asked: NDArray[np.float32] = text.encode([w or "anything" for w in wishes])
        wished = components.scores(q, histories, asked)
        weights["words"] = fit_weights(wished, targets, histories)
        metrics["valid ndcg@10 under wishes"] = _ndcg(wished, weights["words"], chosen)
    metrics |= {f"weight of {m} in the fusion": round(share, 4) for m, share in model.fusion.shares().items()}
    return weights, metrics, lends


def worth_lending(components: Components, q: NDArray[np.float32], events: Sequence[Event]) -> bool:
    """Whether lending scores to new items costs no more than `LENDING_COST` on `events`, whose queries are `q`.

    Where every item is known by now nothing can be measured, and the new ones that come later are lent to.
    """
    lending = components.lending()
    if lending.newcomers is None:
        return True
    histories, targets = [e.history for e in events], [e.target for e in events]
    reached = []
    for one in (components, lending):
        scores = one.scores(q, histories)
        reached.append(_ndcg(scores, fit_weights(scores, targets, histories), events))
    return reached[1] >= (1 - LENDING_COST) * reached[0]


def _ndcg(scores: Mapping[str, NDArray[np.float32]], weights: Mapping[str, float], events: Sequence[Event]) -> float:
    seen = [e.history for e in events]
    fused = fuse(scores, weights, seen)
    found = ranking_metrics(fused, [e.target for e in events], seen, [e.user for e in events])
    return round(found["ndcg@10"], 5)
