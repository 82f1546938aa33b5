"""Thresholds of a release: a file of bounds by metric, TOML or JSON."""

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmrec.audit.metric import Metric
from llmrec.errors import BadInput


@dataclass(frozen=True)
class Bound:
    """A lower or upper bound of a metric.

    Attributes
    ----------
    metric : str
    side : {"min", "max"}
    limit : float
    """

    metric: str
    side: str
    limit: float

    def missed(self, metric: Metric) -> str:
        """Return why the metric misses the bound; "" where it holds. An unmeasured metric misses it."""
        if math.isnan(metric.value):
            return f"{self.metric} was not measured: {metric.reason}"
        holds = metric.value >= self.limit if self.side == "min" else metric.value <= self.limit
        return "" if holds else f"{self.metric} is {metric.value:.4g}, {self.side} {self.limit:g}"


def read_thresholds(file: Path) -> list[Bound]:
    """Read the thresholds of a release.

    Parameters
    ----------
    file : Path
        TOML or JSON: a table a metric, with `min`, `max` or both.

    Raises
    ------
    BadInput
        Where the file says anything else.
    """
    try:
        text = file.read_text(encoding="utf-8")
        tables = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:  # decoding errors of TOML, JSON and UTF-8 are ValueErrors
        raise BadInput(f"{file} cannot be read as thresholds ({error}); pass TOML or JSON") from error
    thresholds = []
    for name, bounds in tables.items() if isinstance(tables, Mapping) else ():
        if not isinstance(bounds, Mapping) or not bounds or not set(bounds) <= {"min", "max"}:
            raise BadInput(f"{file}: {name!r} needs min, max or both, such as [claim_precision] min = 0.99")
        for side, limit in bounds.items():
            if isinstance(limit, bool) or not isinstance(limit, (int, float)):
                raise BadInput(f"{file}: {side} of {name!r} is {limit!r}; pass a number")
            thresholds.append(Bound(name, side, float(limit)))
    if not thresholds:
        raise BadInput(f"{file} holds no threshold; write tables such as [claim_precision] with min = 0.99")
    return thresholds


def missed(bounds: Sequence[Bound], metrics: Mapping[str, Metric]) -> list[str]:
    """Return the bounds that do not hold.

    Parameters
    ----------
    bounds : sequence of Bound
    metrics : mapping of str to Metric

    Returns
    -------
    list of str
        A phrase for each.

    Raises
    ------
    BadInput
        On a metric that the audit does not have.
    """
    for bound in bounds:
        if bound.metric not in metrics:
            raise BadInput(f"thresholds name {bound.metric!r}; the audit has {', '.join(sorted(metrics))}")
    return [reason for bound in bounds if (reason := bound.missed(metrics[bound.metric]))]
