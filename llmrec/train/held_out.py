"""Ranking quality of the LLM path alone on held-out events, during training."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.evaluation.metrics import ranking_metrics
from llmrec.evaluation.splits import Event
from llmrec.model.inference import item_vectors, query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM


def llm_scores(
    model: RecLM,
    table: ItemTable,
    before: Sequence[int],
    events: Sequence[Event],
    queries: Sequence[Sequence[int]] | None = None,
) -> NDArray[np.float32]:
    """q·v + b of every item for every event, `(events, items) float32`; items already seen are not yet masked."""
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
    """Rolling NDCG@10 as the referee counts it: mean over a user's events, then over users."""
    scores = llm_scores(model, table, before, events, queries)
    return float(
        ranking_metrics(scores, [e.target for e in events], [e.history for e in events], [e.user for e in events])[
            "ndcg@10"
        ]
    )
