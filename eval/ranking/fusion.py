"""Fusing two score matrices: z-scored per event, the weight chosen on valid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.ranking.metrics import Floats, z_scores
from eval.ranking.problem import Problem

_FINE = (0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.17)
WEIGHTS = (0.0, *_FINE, *(step / 20 for step in range(4, 17)), *(round(1 - share, 2) for share in reversed(_FINE)), 1.0)
"""Share of the second component; fine at both ends, where a heavy-tailed score (EASE) needs little weight."""


@dataclass(frozen=True)
class Fused:
    """(1 - weight) · z(first) + weight · z(second), the weight best on valid."""

    weight: float
    valid: float
    tried: tuple[tuple[float, float], ...]
    """(weight, valid NDCG@10) of every weight."""

    def report(self) -> dict[str, Any]:
        """What a row says of the tuning."""
        tried = [(weight, round(ndcg, 5)) for weight, ndcg in self.tried]
        return {"ndcg@10": round(self.valid, 5), "tried": tried}

    def combine(self, first: Floats, second: Floats, seen: Sequence[Sequence[int]]) -> Floats:
        """The fused scores (events, items) of other events."""
        return mix(z_scores(first, seen), z_scores(second, seen), self.weight)


def mix(first: Floats, second: Floats, weight: float) -> Floats:
    """(1 - weight) · first + weight · second, as float32."""
    mixed: Floats = np.float32(1 - weight) * first + np.float32(weight) * second
    return mixed


def tune(problem: Problem, first: Floats, second: Floats) -> Fused:
    """Choose the weight on the valid events; on a tie the smaller share of the second wins."""
    seen = problem.valid.histories
    a, b = z_scores(first, seen), z_scores(second, seen)
    tried = tuple((weight, problem.ndcg(mix(a, b, weight), "valid")) for weight in WEIGHTS)
    weight, valid = max(tried, key=lambda pair: (pair[1], -pair[0]))
    return Fused(weight, valid, tried)
