"""Paired bootstrap over users: is the gain of one model over another beyond the luck of who was asked?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.ranking.cells import Row

RESAMPLES = 10_000


@dataclass(frozen=True)
class Comparison:
    """Mean NDCG@10 of `ours` against `rival` over the same users, each averaged over its seeds first."""

    dataset: str
    section: str
    ours: str
    rival: str
    mean_ours: float
    mean_rival: float
    ratio: float
    low: float
    high: float
    """95 % interval of the ratio."""
    p: float
    """Share of resamples in which ours is not ahead."""


def per_user(rows: Sequence[Row]) -> NDArray[np.float64]:
    """(users,) NDCG@10, averaged over the rows (seeds) of one model; users in the split's order."""
    values: NDArray[np.float64] = np.mean([row["ndcg@10_per_user"] for row in rows], axis=0)
    return values


def compare(ours: Sequence[Row], rival: Sequence[Row], resamples: int = RESAMPLES, seed: int = 0) -> Comparison:
    """Resample users with replacement, the same for both models (Efron & Tibshirani 1993, ch. 13).

    Raises `ValueError` where the rows are of different data, splits or referees.
    """
    for key in ("dataset", "data", "referee", "at"):
        found = {row[key] for row in (*ours, *rival)}
        if len(found) > 1:
            raise ValueError(f"rows differ in {key}: {', '.join(sorted(found))}; run the older ones again")
    a, b = per_user(ours), per_user(rival)
    draw = np.random.default_rng(seed)
    means = np.empty((resamples, 2))
    for place in range(resamples):
        chosen = draw.integers(len(a), size=len(a))
        means[place] = a[chosen].mean(), b[chosen].mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = means[:, 0] / means[:, 1]
    low, high = np.percentile(ratios, (2.5, 97.5))
    return Comparison(
        dataset=ours[0]["dataset"],
        section=ours[0]["section"],
        ours=ours[0]["model"],
        rival=rival[0]["model"],
        mean_ours=float(a.mean()),
        mean_rival=float(b.mean()),
        ratio=float(a.mean() / b.mean()) if b.mean() else float("nan"),
        low=float(low),
        high=float(high),
        p=float((means[:, 0] <= means[:, 1]).mean()),
    )
