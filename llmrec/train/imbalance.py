"""Against imbalance: weights for items few people take, and more sight of modalities few items have."""

import math
from collections.abc import Mapping, Sequence
from random import Random

import torch
from torch import Tensor

from llmrec.train.sequence_windows import Window


def class_weights(histories: Mapping[str, Sequence[int]], items: int, power: float) -> Tensor:
    """`(items,) float32`: (events of the item + 1) ** -power, scaled so that a training event weighs 1 on average."""
    counts = torch.zeros(items)
    for rows in histories.values():
        counts += torch.bincount(torch.tensor(list(rows), dtype=torch.long), minlength=items)
    weights = (counts + 1) ** -power
    return weights * counts.sum() / (weights * counts).sum().clamp(min=1e-12)


def repeat_factors(mask: Mapping[str, Tensor], rare: float) -> Tensor:
    """`(items,) float32 >= 1`: how often an item should be seen, given the modalities it has (`mask`: (items,) bool).

    A modality that a share f < `rare` of the items have asks for sqrt(rare / f); the item's rarest decides
    (repeat-factor sampling, Gupta et al. 2019, LVIS).
    """
    factors = torch.ones(len(next(iter(mask.values()))))
    for there in mask.values():
        share = float(there.float().mean())
        if 0 < share < rare:
            factors = torch.where(there.cpu(), factors.clamp(min=math.sqrt(rare / share)), factors)
    return factors


def resample(windows: Sequence[Window], factors: Tensor, seed: str) -> list[Window]:
    """Each window as often as its most wanted item asks for, fractions by chance; shuffled; a function of `seed`."""
    rng, wanted = Random(f"{seed}:resample"), factors.tolist()
    repeated = []
    for window in windows:
        factor = max(wanted[row] for row in (*window.items, *window.targets) if row >= 0)
        repeated += [window] * (math.floor(factor) + (rng.random() < factor % 1))
    rng.shuffle(repeated)
    return repeated
