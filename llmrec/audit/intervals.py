"""Confidence intervals that resample users: the explanations of one user are not independent of one another."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.audit.metric import NAN, Better, Metric, absent

RESAMPLES, LEVEL, NORMAL = 2000, 0.95, 1.959964
BATCH = 100
"""Resamples drawn at once: memory grows with them times the users."""
BLOCKS = 100
"""Blocks of users that a jackknife leaves out in turn; a user each where there are fewer."""


def mean(
    name: str,
    what: str,
    users: Sequence[str],
    values: Sequence[float],
    better: Better = "",
    weights: Sequence[float] | None = None,
    why: str = "no explanation has it",
) -> Metric:
    """The mean of `values` (one an explanation), or their sum over the sum of `weights`, with a bootstrap interval.

    `users`: whose explanation each is. Percentile bootstrap over users (Efron & Tibshirani 1993, ch. 13), scipy's;
    the same numbers give the same interval. A share without a single exception resamples to itself: there the interval
    is Clopper & Pearson's (1934) over users. NaN because of `why` where there is nothing to average.
    """
    owners, place = np.unique(np.asarray(users, dtype=np.str_), return_inverse=True)
    above, below = np.zeros(len(owners)), np.zeros(len(owners))
    np.add.at(above, place, np.asarray(values, np.float64))
    np.add.at(below, place, np.ones(len(values)) if weights is None else np.asarray(weights, np.float64))
    if below.sum() == 0:
        return absent(name, what, why, better)
    value = float(above.sum() / below.sum())
    low, high = _without_exception(above, below) or _bootstrap(above, below)
    return Metric(name, value, what, better, low, high, len(values))


def _without_exception(above: NDArray[np.float64], below: NDArray[np.float64]) -> tuple[float, float] | None:
    """The interval of a share that is 0, or 1, for every user; None for anything else."""
    reach = float(((1 - LEVEL) / 2) ** (1 / max((below > 0).sum(), 1)))
    if not above.any():
        return 0.0, 1 - reach
    return (reach, 1.0) if np.array_equal(above, below) else None


def _bootstrap(above: NDArray[np.float64], below: NDArray[np.float64]) -> tuple[float, float]:
    from scipy.stats import bootstrap

    kept = below > 0
    if kept.sum() < 2:
        return NAN, NAN
    found = bootstrap(
        (above[kept], below[kept]),
        lambda a, b, axis: a.sum(axis=axis) / b.sum(axis=axis),
        paired=True, vectorized=True, batch=BATCH, method="percentile", n_resamples=RESAMPLES, confidence_level=LEVEL,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def of_a_set(
    name: str,
    what: str,
    users: Sequence[str],
    parts: Sequence[object],
    statistic: Callable[[Sequence[object]], float],
    better: Better = "",
    most: float = 1.0,
) -> Metric:
    """A quantity of the set as a whole, such as the share of distinct sentences, with a jackknife interval.

    Drawing with replacement would itself make repetitions, so the interval is normal, with the standard error of
    leaving out one block of users at a time (Efron & Tibshirani 1993, ch. 11), cut to what can be: 0 to `most`.
    """
    value = statistic(parts)
    block = {owner: n % BLOCKS for n, owner in enumerate(sorted(set(users)))}
    blocks = range(min(len(block), BLOCKS))
    if len(blocks) < 2:
        return Metric(name, value, what, better, n=len(parts))
    of = [block[user] for user in users]
    without = [statistic([part for n, part in zip(of, parts, strict=True) if n != left]) for left in blocks]
    spread = np.asarray(without) - np.mean(without)
    error = float(np.sqrt((len(blocks) - 1) / len(blocks) * np.square(spread).sum()))
    low, high = max(value - NORMAL * error, 0.0), min(value + NORMAL * error, most)
    return Metric(name, value, what, better, low, high, len(parts))
