"""Ranking quality on held-out events: of the LLM alone during training, of the whole and of baselines at the end."""

import math
from collections.abc import Iterator, Mapping, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import Encoder
from llmrec.evaluation.metrics import (
    mask_seen,
    mean_over_users,
    ndcg,
    ranking_metrics,
    recall,
    reciprocal_rank,
    target_ranks,
    tie_order,
    user_means,
)
from llmrec.evaluation.splits import Event
from llmrec.model.inference import item_vectors, query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.ranking.components import Components
from llmrec.ranking.fused import fuse
from llmrec.ranking.score_component import LLM
from llmrec.ranking.terms import query_weights
from llmrec.train.calibrate import MAX_EVENTS, Calibration
from llmrec.train.data import TrainingData
from llmrec.train.query_texts import compose_query

Floats = NDArray[np.float32]
Table = Mapping[str, Mapping[str, float]]
"""Model -> metric -> value."""

OURS, ALONE, QUERIED = "llmrec", "llmrec, the LLM alone", "llmrec, asked in words too"
BATCH = 256
"""Events whose scores are in memory at once."""


def llm_scores(
    model: RecLM,
    table: ItemTable,
    before: Sequence[int],
    events: Sequence[Event],
    queries: Sequence[Sequence[int]] | None = None,
) -> NDArray[np.float32]:
    """q·v + b of every item for every event.

    Parameters
    ----------
    model
        In evaluation mode.
    table
        The items.
    before
        Token ids that open the prompt.
    events
        Held out.
    queries
        Token ids of a query for each event; default: none.

    Returns
    -------
    ndarray
        ``(events, items)`` float32; items of the history are not masked yet.
    """
    q = query_vectors(model, soft_tokens(model, table), before, [e.history for e in events], queries)
    v, b = item_vectors(model, table)
    scores: NDArray[np.float32] = q @ v.T + b
    return scores


def llm_ndcg(
    model: RecLM,
    table: ItemTable,
    before: Sequence[int],
    events: Sequence[Event],
    queries: Sequence[Sequence[int]] | None = None,
) -> float:
    """NDCG@10 of the LLM alone on held-out events: mean over a user's events, then over users.

    Parameters
    ----------
    model, table, before, events, queries
        See `llm_scores`.
    """
    scores = llm_scores(model, table, before, events, queries)
    return float(
        ranking_metrics(scores, [e.target for e in events], [e.closed for e in events], [e.user for e in events])[
            "ndcg@10"
        ]
    )


def rank_test(
    model: RecLM,
    table: ItemTable,
    words: PromptWords,
    components: Components,
    calibration: Calibration,
    data: TrainingData,
    text: Encoder[str],
    seed: int,
) -> dict[str, dict[str, float]]:
    """Rank the test part by the fused score and by the LLM alone, with and without words.

    Parameters
    ----------
    model, components
        Trained on `data.histories`.
    table
        The items.
    words
        Of the prompt.
    calibration
        Weights fitted on `data.valid`.
    data
        Its `test` is ranked. With words a random part of it is: a query composed from the target, in phrasings that
        training does not use.
    text
        Encoder of the queries.
    seed
        Of the queries.

    Returns
    -------
    dict
        Model -> metric -> value, see `quality`.
    """
    events, items = data.test, data.catalog.items
    components = components.with_cold_start() if calibration.cold_start else components
    order, soft = tie_order([item.id for item in items]), soft_tokens(model, table)
    ranks: dict[str, list[NDArray[np.intp]]] = {OURS: [], ALONE: []}
    for part in _batches(events):
        histories, past = [e.history for e in part], [e.past for e in part]
        scores = components.scores(query_vectors(model, soft, words.before, histories), histories, past=past)
        ranks[OURS].append(_ranks(fuse(scores, calibration.weights["history"], [e.closed for e in part]), part, order))
        ranks[ALONE].append(_ranks(scores[LLM], part, order))
    results = {name: quality(np.concatenate(model_ranks), events) for name, model_ranks in ranks.items()}
    if "words" in calibration.weights:
        sample = list(events) if len(events) <= MAX_EVENTS else Random(seed).sample(list(events), MAX_EVENTS)
        queried = []
        for part in _batches(sample):
            histories, past = [e.history for e in part], [e.past for e in part]
            queries = [
                compose_query(items[e.target], Random(f"{seed}:test:{e.user}:{e.number}"), held_out=True) for e in part
            ]
            q = query_vectors(model, soft, words.before, histories, [words.query_tokens(query) for query in queries])
            query_texts = text.encode([query or "anything" for query in queries])
            scores = components.scores(q, histories, query_texts, past, queries)
            fused = [
                fuse(
                    {key: x[n : n + 1] for key, x in scores.items()},
                    query_weights(calibration.weights["words"], components.terms, query),
                    [part[n].closed],
                )
                for n, query in enumerate(queries)
            ]
            queried.append(_ranks(np.concatenate(fused), part, order))
        results[QUERIED] = quality(np.concatenate(queried), sample)
    return results


def rank_baselines(data: TrainingData) -> dict[str, dict[str, float]]:
    """Rank the test part by popularity and by item-kNN, which are fitted on the same events as the model.

    Returns
    -------
    dict
        Baseline -> metric -> value, see `quality`.
    """
    from llmrec.baselines.counts import ItemKNN, Popularity

    items = data.catalog.items
    order = tie_order([item.id for item in items])
    train = {user: [items[row].id for row in rows] for user, rows in data.histories.items()}
    results = {}
    for name, baseline in (("popularity", Popularity()), ("item-kNN", ItemKNN())):
        fitted = baseline.fit(data.catalog, train)
        ranks = [_ranks(fitted.score([e.history for e in part]), part, order) for part in _batches(data.test)]
        results[name] = quality(np.concatenate(ranks), data.test)
    return results


def quality(ranks: NDArray[np.intp], events: Sequence[Event]) -> dict[str, float]:
    """Metrics of ranks from 0: means over a user's events, then over users.

    Parameters
    ----------
    ranks
        ``(events,)``: of each event's target.
    events
        Whose they are.

    Returns
    -------
    dict
        recall@10, ndcg@10, mrr@10, se_ndcg@10 (standard error over users), users, events.
    """
    _, owners = np.unique(np.array([e.user for e in events]), return_inverse=True)
    metrics = {"recall@10": recall(ranks), "ndcg@10": ndcg(ranks), "mrr@10": reciprocal_rank(ranks)}
    per_user = {name: user_means(values, owners) for name, values in metrics.items()}
    users = len(per_user["ndcg@10"])
    error = float(per_user["ndcg@10"].std(ddof=1)) / math.sqrt(users) if users > 1 else math.nan
    means = {name: round(mean_over_users(values, name), 5) for name, values in per_user.items()}
    return means | {"se_ndcg@10": round(error, 5), "users": float(users), "events": float(len(events))}


def _batches(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    return (events[start : start + BATCH] for start in range(0, len(events), BATCH))


def _ranks(scores: Floats, events: Sequence[Event], order: NDArray[np.intp]) -> NDArray[np.intp]:
    masked = mask_seen(scores, [e.closed for e in events])
    return target_ranks(masked, np.array([e.target for e in events], np.intp), order)
