"""Candidates and scores that need no LLM: collaborative, content, popularity, their fusion, filters, index.

This face needs numpy and scipy alone; the Chroma store (`llmrec.retrieval.store`) is imported on its own.
"""

from llmrec.retrieval.collaborative import Collaborative, CollaborativeConfig
from llmrec.retrieval.content import content_scores, similar_to
from llmrec.retrieval.diversity import diversify
from llmrec.retrieval.filters import Filter, parse_where
from llmrec.retrieval.hybrid import fit_weights, fuse, z_normalise
from llmrec.retrieval.metrics import mask_seen, ranking_metrics, target_ranks, top_rows
from llmrec.retrieval.popularity import popularity

__all__ = [
    "Collaborative",
    "CollaborativeConfig",
    "Filter",
    "content_scores",
    "diversify",
    "fit_weights",
    "fuse",
    "mask_seen",
    "parse_where",
    "popularity",
    "ranking_metrics",
    "similar_to",
    "target_ranks",
    "top_rows",
    "z_normalise",
]
