"""Evidence beyond single effects, as data: ranks without a reason, what people take together, Shapley values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite, nan
from typing import Any


@dataclass(frozen=True)
class Counterfactual:
    """Where the item would rank without one reason: its strongest history item, or the wish.

    Ranks count from 1 among the items that may be answered (not seen, let through by the filter), scored anew as a
    request without that reason is.
    """

    history_item: str | None
    """None: without the wish."""
    rank: int
    rank_without: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Counterfactual":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        item = record["history_item"]
        return cls(None if item is None else str(item), int(record["rank"]), int(record["rank_without"]))


@dataclass(frozen=True)
class Companions:
    """How many of those who took a history item also took the recommended one. Counts, never who they are."""

    history_item: str
    both: int
    group: int
    """People who took the history item."""
    takers: int
    """People who took the recommended item, of all `people`."""
    people: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Companions":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        counts = (int(record[name]) for name in ("both", "group", "takers", "people"))
        return cls(str(record["history_item"]), *counts)


@dataclass(frozen=True)
class Share:
    """A history item's Shapley value: what it adds to the score, averaged over the orders in which items can come.

    `effect` and its standard `error` are in standard deviations of the user's scores, as effects are; a single order
    tells no error (NaN).
    """

    history_item: str
    effect: float
    error: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        error = round(self.error, 5) if isfinite(self.error) else None
        return {"history_item": self.history_item, "effect": round(self.effect, 5), "error": error}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Share":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        error = nan if record["error"] is None else float(record["error"])
        return cls(str(record["history_item"]), float(record["effect"]), error)
