"""One measured quantity with its interval; NaN, with the reason, where what it needs is absent."""

import math
from dataclasses import dataclass
from typing import Any, Literal

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
