"""Retrieval metrics of pictures and words in a joint space."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SAMPLE_SIZE, DRAWS, CUTOFFS = 1000, 5, (1, 5, 10)
MIN_CONFIDENCE = 0.5
"""Probability from which the classifier's class of a picture counts as true."""


def recall(
    pictures: Floats, texts: Floats, words: Sequence[str], seed: int, sample_size: int = SAMPLE_SIZE
) -> dict[str, float]:
    """Recall of pictures' own texts, and of texts' pictures.

    The rank counts the other texts that score as high or higher; a product with the very same words is not counted, as
    the words cannot distinguish the two.

    Parameters
    ----------
    pictures, texts
        ``(n, dim)`` float32 unit rows, pair by pair.
    words
        The n texts.
    seed
        Of the samples.
    sample_size
        Pairs in a sample; all where there are fewer.

    Returns
    -------
    dict
        recall@1, @5, @10 of picture -> its own text, and back ("reversed"), averaged over DRAWS samples.
    """
    _, kind = np.unique(np.asarray(words), return_inverse=True)
    rng = np.random.default_rng(seed)
    size = min(sample_size, len(pictures))
    recalls = {f"{direction}recall@{k}": 0.0 for direction in ("", "reversed ") for k in CUTOFFS}
    for _ in range(DRAWS):
        rows = rng.choice(len(pictures), size, replace=False)
        scores = pictures[rows] @ texts[rows].T
        different = kind[rows][:, None] != kind[rows]
        own_scores = scores.diagonal()[:, None]
        forth, back = ((~(side < own_scores) & different).sum(1) for side in (scores, scores.T))
        for direction, rank in (("", forth), ("reversed ", back)):
            for k in CUTOFFS:
                recalls[f"{direction}recall@{k}"] += float((rank < k).mean()) / DRAWS
    return {name: round(value, 4) for name, value in recalls.items()}


def naming_agreement(pictures: Floats, names: Floats, chance: NDArray[np.float32]) -> float:
    """Share of pictures whose nearest class name is the classifier's, among those of which it is confident.

    Parameters
    ----------
    pictures
        ``(n, dim)`` float32 unit rows.
    names
        ``(classes, dim)`` float32 unit rows.
    chance
        ``(n, classes)`` float32: the classifier's probabilities.

    Returns
    -------
    float
        NaN where it is sure of none.
    """
    confident = chance.max(1) >= MIN_CONFIDENCE
    if not confident.any():
        return float("nan")
    named = (pictures[confident] @ names.T).argmax(1)
    return round(float((named == chance[confident].argmax(1)).mean()), 4)
