"""Frozen text and image features by llmrec's own encoders and cache, and similarities from them."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eval.ranking.metrics import Floats
from eval.ranking.peers.content_knn import cosine
from eval.ranking.problem import Problem
from llmrec.paths import home

if TYPE_CHECKING:
    from llmrec.encoders import Features


@lru_cache(maxsize=1)
def all_features(problem: Problem) -> "Features":
    """Both modalities of the catalogue; encoded once, then cached on disk."""
    from llmrec.encoders import encoders_for, extract

    features, problems = extract(problem.catalog, encoders_for(problem.catalog.items, {}), home() / "features")
    for one in problems:
        print(one, flush=True)
    return features


def vectors(problem: Problem, modality: str) -> tuple[Floats, NDArray[np.bool_]]:
    """(items, dim) vectors and (items,) mask of `text` or `image`; encoded once, then cached on disk."""
    features = all_features(problem)
    return features.vectors[modality], features.mask[modality]


@lru_cache(maxsize=4)
def similarity(problem: Problem, modality: str, centred: bool) -> Floats:
    """(items, items) cosine in one modality."""
    return cosine(*vectors(problem, modality), centred)
