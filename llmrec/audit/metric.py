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
    """One measured quantity.

    Attributes
    ----------
    name : str
    value : float
        NaN where its inputs are absent; then `reason` is set.
    description : str
        The definition in a line.
    better : {"higher", "lower", ""}
    low, high : float
        Interval of 95 % confidence; NaN where none was computed.
    n : int
        Explanations that it is of.
    reason : str
    """

    name: str
    value: float
    description: str
    better: Better = ""
    low: float = NAN
    high: float = NAN
    n: int = 0
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON, which has no NaN: null stands for it, beside the reason."""
        return {
            "value": _number(self.value), "low": _number(self.low), "high": _number(self.high), "n": self.n,
            "better": self.better, "what": self.description, "reason": self.reason,
        }  # fmt: skip


def absent(name: str, description: str, reason: str, better: Better = "") -> Metric:
    """Make a metric that cannot be computed.

    Parameters
    ----------
    name, description : str
    reason : str
        Why.
    better : {"higher", "lower", ""}
    """
    return Metric(name, NAN, description, better, reason=reason)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 5)


NORMAL = 1.959964
"""Standard deviations to either end of a normal interval of 95 %."""
BLOCKS = 100
"""Blocks of users that a jackknife leaves out in turn; a user each where there are fewer."""


def mean(
    name: str,
    description: str,
    users: Sequence[str],
    values: Sequence[float],
    better: Better = "",
    weights: Sequence[float] | None = None,
    reason: str = "no explanation has it",
) -> Metric:
    """Average over explanations, with an interval that resamples users.

    Parameters
    ----------
    name, description : str
    users : sequence of str
        Whose explanation each is.
    values : sequence of float
        One an explanation.
    better : {"higher", "lower", ""}
    weights : sequence of float, optional
        Then the metric is the sum of `values` over the sum of `weights`.
    reason : str
        Reason of a NaN, where there is nothing to average.

    Returns
    -------
    Metric
        A share without a single exception resamples to itself: there the interval is Clopper & Pearson's over users.

    References
    ----------
    Efron & Tibshirani 1993, "An introduction to the bootstrap", ch. 13; Clopper & Pearson 1934, Biometrika 26(4).
    """
    owners, owner = np.unique(np.asarray(users, dtype=np.str_), return_inverse=True)
    numerator, denominator = np.zeros(len(owners)), np.zeros(len(owners))
    np.add.at(numerator, owner, np.asarray(values, np.float64))
    np.add.at(denominator, owner, np.ones(len(values)) if weights is None else np.asarray(weights, np.float64))
    if denominator.sum() == 0:
        return absent(name, description, reason, better)
    value = float(numerator.sum() / denominator.sum())
    low, high = _without_exception(numerator, denominator) or ratio_interval(numerator, denominator)
    return Metric(name, value, description, better, low, high, len(values))


def _without_exception(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> tuple[float, float] | None:
    """The interval of a share that is 0, or 1, for every user; None for anything else."""
    bound = float(((1 - LEVEL) / 2) ** (1 / max((denominator > 0).sum(), 1)))
    if not numerator.any():
        return 0.0, 1 - bound
    return (bound, 1.0) if np.array_equal(numerator, denominator) else None


def set_metric(
    name: str,
    description: str,
    users: Sequence[str],
    parts: Sequence[object],
    statistic: Callable[[Sequence[object]], float],
    better: Better = "",
    largest: float = 1.0,
) -> Metric:
    """Measure a quantity of the set as a whole, such as the share of distinct sentences.

    Drawing with replacement would itself make repetitions, so the interval is normal, with the standard error of a
    jackknife that leaves out one block of users at a time, cut to what can be.

    Parameters
    ----------
    name, description : str
    users : sequence of str
        Whose each part is.
    parts : sequence
        One an explanation, as `statistic` takes them.
    statistic : callable
    better : {"higher", "lower", ""}
    largest : float
        The largest possible value; the smallest is 0.

    Returns
    -------
    Metric

    References
    ----------
    Efron & Tibshirani 1993, "An introduction to the bootstrap", ch. 11.
    """
    value = statistic(parts)
    blocks_by_user = {owner: n % BLOCKS for n, owner in enumerate(sorted(set(users)))}
    blocks = range(min(len(blocks_by_user), BLOCKS))
    if len(blocks) < 2:
        return Metric(name, value, description, better, n=len(parts))
    block_of = [blocks_by_user[user] for user in users]
    leave_one_out = [
        statistic([part for n, part in zip(block_of, parts, strict=True) if n != block]) for block in blocks
    ]
    spread = np.asarray(leave_one_out) - np.mean(leave_one_out)
    error = float(np.sqrt((len(blocks) - 1) / len(blocks) * np.square(spread).sum()))
    low, high = max(value - NORMAL * error, 0.0), min(value + NORMAL * error, largest)
    return Metric(name, value, description, better, low, high, len(parts))
