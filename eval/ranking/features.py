"""Frozen features by llmrec's own encoders and cache."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eval.ranking.problem import Floats, Problem
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
