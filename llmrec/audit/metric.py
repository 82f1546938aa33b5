"""One measured quantity with its interval; NaN, with the reason, where what it needs is absent.

Intervals resample users: the explanations of one user are not independent of one another.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from llmrec.evaluation.bootstrap import LEVEL, ratio_interval

Better = Literal["higher", "lower", ""]
NAN = float("nan")


@dataclass(frozen=True)
class Metric:
    """`value` in `[low, high]` with 95 % confidence, over `n` explanations.

    `what` is the definition in a line; `reason` says why `value` is NaN. An interval of NaN was not computed.
    """

    name: str
    value: float
    what: str
    better: Better = ""
    low: float = NAN
    high: float = NAN
    n: int = 0
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For JSON, which has no NaN: null stands for it, beside the reason."""
        return {
            "value": _number(self.value), "low": _number(self.low), "high": _number(self.high), "n": self.n,
            "better": self.better, "what": self.what, "reason": self.reason,
        }  # fmt: skip


def absent(name: str, what: str, reason: str, better: Better = "") -> Metric:
    """A metric that cannot be had, and why."""
    return Metric(name, NAN, what, better, reason=reason)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 5)


NORMAL = 1.959964
"""Standard deviations to either end of a normal interval of 95 %."""
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
    low, high = _without_exception(above, below) or ratio_interval(above, below)
    return Metric(name, value, what, better, low, high, len(values))


def _without_exception(above: NDArray[np.float64], below: NDArray[np.float64]) -> tuple[float, float] | None:
    """The interval of a share that is 0, or 1, for every user; None for anything else."""
    reach = float(((1 - LEVEL) / 2) ** (1 / max((below > 0).sum(), 1)))
    if not above.any():
        return 0.0, 1 - reach
    return (reach, 1.0) if np.array_equal(above, below) else None


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
