"""Intervals by resampling users: was it the model, or the luck of who was asked?

A user's events hang together, so users are drawn, not events (Efron & Tibshirani 1993, "An Introduction to the
Bootstrap", ch. 13: percentile intervals). The same numbers and seed give the same interval.
"""

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrec.evaluation.metrics import UndefinedMetric

RESAMPLES = 10_000
LEVEL = 0.95
BATCH = 500
"""Resamples drawn at once: memory, not a result, depends on it."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean over users and its interval of 95 % confidence; NaN where it is undefined.

    Attributes
    ----------
    value, low, high : float
    """

    value: float
    low: float = math.nan
    high: float = math.nan

    def __str__(self) -> str:
        """`0.1359 [0.1262, 0.1460]`."""
        ends = "" if math.isnan(self.low) else f" [{self.low:.4f}, {self.high:.4f}]"
        return f"{self.value:.4f}{ends}"


@dataclass(frozen=True)
class Comparison:
    """Two models on the same users.

    Attributes
    ----------
    mean, rival : float
        Mean of each over the users.
    difference : Interval
        mean - rival.
    ratio : Interval
        mean / rival; NaN where the rival's mean is 0.
    p : float
        Share of resamples in which the first is not ahead: small where its lead is not luck.
    """

    mean: float
    rival: float
    difference: Interval
    ratio: Interval
    p: float


def mean_interval(values: Values, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """Mean over users with its percentile interval.

    Parameters
    ----------
    values : ndarray of shape (users,), float64
        NaN marks a user without a value, who is left out.
    resamples : int
    seed : int

    Returns
    -------
    Interval
        All NaN without a user; of a single user the mean alone.

    Examples
    --------
    >>> mean_interval(np.array([0.5, 0.5, 0.5]))
    Interval(value=0.5, low=0.5, high=0.5)
    """
    there = values[~np.isnan(values)]
    if len(there) < 2:
        return Interval(float(there.mean()) if len(there) else math.nan)
    return _interval(float(there.mean()), _resampled_means([there], resamples, seed)[0])


def compare(mine: Values, rival: Values, resamples: int = RESAMPLES, seed: int = 0) -> Comparison:
    """Paired bootstrap: the same users are drawn for both models.

    Parameters
    ----------
    mine, rival : ndarray of shape (users,), float64
        A metric of each user under each model, users in the same order. Users for whom either is NaN are left out.
    resamples : int
    seed : int

    Returns
    -------
    Comparison
        All NaN, with a warning, where fewer than two users are left.

    Raises
    ------
    ValueError
        Where the two have not the same users.

    Examples
    --------
    >>> compare(np.array([0.2, 0.4]), np.array([0.1, 0.3])).p
    0.0
    """
    if mine.shape != rival.shape:
        raise ValueError(f"{len(mine)} and {len(rival)} users cannot be compared in pairs; rank the same events")
    both = ~(np.isnan(mine) | np.isnan(rival))
    a, b = mine[both], rival[both]
    if len(a) < 2:
        warnings.warn(
            "the comparison is undefined: fewer than two users have a value under both", UndefinedMetric, stacklevel=2
        )
        undefined = Interval(math.nan)
        return Comparison(math.nan, math.nan, undefined, undefined, math.nan)
    first, second = _resampled_means([a, b], resamples, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = first / second
    mean, other = float(a.mean()), float(b.mean())
    return Comparison(
        mean,
        other,
        _interval(mean - other, first - second),
        _interval(mean / other, ratios) if other else Interval(math.nan),
        float((first <= second).mean()),
    )


def ratio_interval(above: Values, below: Values, resamples: int = 2000, seed: int = 0) -> tuple[float, float]:
    """The percentile interval of a share: sum over users of `above`, over the sum of `below`.

    Parameters
    ----------
    above, below : ndarray of shape (users,), float64
        What each user adds to numerator and denominator. Users with `below` 0 are left out.
    resamples : int
    seed : int

    Returns
    -------
    tuple of float
        Both ends; NaN with fewer than two users.

    Examples
    --------
    >>> ratio_interval(np.array([1.0, 1.0]), np.array([2.0, 2.0]))
    (0.5, 0.5)
    """
    there = below > 0
    if there.sum() < 2:
        return math.nan, math.nan
    means = _resampled_means([above[there], below[there]], resamples, seed)
    found = _interval(0.0, means[0] / means[1])
    return found.low, found.high


def _resampled_means(samples: list[Values], resamples: int, seed: int) -> Values:
    """`(samples, resamples)`: means of the same drawn users in each of `samples`, which are `(users,)` each."""
    from scipy.stats import bootstrap  # takes a second to import

    found = bootstrap(
        samples, lambda *drawn, axis: np.stack([each.mean(axis=axis) for each in drawn]),
        paired=True, vectorized=True, batch=BATCH, method="percentile", n_resamples=resamples,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    means: Values = found.bootstrap_distribution
    return means


def _interval(value: float, means: Values) -> Interval:
    low, high = np.percentile(means, (50 * (1 - LEVEL), 50 * (1 + LEVEL)))
    return Interval(value, float(low), float(high))
