"""Weights of what goes with an item: a conditional logit, and a small network for what features say together.

Both make the items likeliest that were in a basket, of the candidates beside one of its items. The logit is convex and
held to a prior, so that a catalogue with few baskets stays with that. The network adds to it where there are hundreds:
that a variant in another colour is bought beside a top and not beside a coat, say.

References
----------
McFadden, "Conditional logit analysis of qualitative choice behavior" (1974, Frontiers in Econometrics).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PRIOR = {"together": 0.5, "together so far": 0.5, "words": 0.5, "that month": 0.2, "ever": 0.2, "text": 0.2}
"""Weights, in standard deviations, from which fitting starts, and with which a catalogue without baskets is left."""
LIFT_PRIOR = 0.3
"""That of the values' lift."""
RIDGE, LEAST_RIDGE = 0.5, 1e-3
"""By what weights are held to the prior: so much over the number of baskets, and so much at least."""
LEAST_BASKETS = 300
"""Baskets from which a network is fitted beside the logit."""
HIDDEN, EPOCHS, BATCH, RATE, DECAY, DROPOUT = 16, 15, 32, 3e-3, 1e-2, 0.2
"""Of the network. On a part of H&M's training baskets it adds 0.010 (standard error 0.002) to an NDCG@10 of 0.093;
32 units or other rates are as good, and eight passes lose a half of it."""
FARTHEST = 5.0
"""Standard deviations beyond which a feature says no more to the network."""


@dataclass(frozen=True, eq=False)
class Example:
    """The candidates of a basket.

    Parameters
    ----------
    x
        ``(candidates, features)`` float32.
    chosen
        ``(candidates,)`` bool: which were in the basket, one at least.
    """

    x: Floats
    chosen: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Network:
    """One hidden layer over features in standard deviations.

    Parameters
    ----------
    mean, spread
        ``(features,)`` float32.
    first, bias, last
        ``(hidden, features)``, ``(hidden,)`` and ``(hidden,)`` float32.
    """

    mean: Floats
    spread: Floats
    first: Floats
    bias: Floats
    last: Floats

    def scores(self, x: Floats) -> Floats:
        """``(candidates,)`` float32 of ``(candidates, features)``."""
        z = np.clip((x - self.mean) / self.spread, -FARTHEST, FARTHEST)
        found: Floats = np.maximum(z @ self.first.T + self.bias, 0) @ self.last
        return found


@dataclass(frozen=True, eq=False)
class ComplementWeights:
    """What features weigh.

    Parameters
    ----------
    linear
        ``(features,)`` float32.
    network
        What is added; None where there were few baskets.
    baskets
        How many baskets they were fitted on.
    """

    linear: Floats
    network: Network | None = None
    baskets: int = 0

    @classmethod
    def fit(cls, names: Sequence[str], examples: Sequence[Example]) -> "ComplementWeights":
        """From baskets. Deterministic.

        Parameters
        ----------
        names
            Of the features, by which they have a prior.
        examples
            Of the baskets.
        """
        if not examples:
            return cls(_prior(names).astype(np.float32))
        joined = _Joined.of(examples)
        linear = _logit(names, joined)
        network = _network(joined, joined.x @ linear) if len(examples) >= LEAST_BASKETS else None
        return cls(linear, network, len(examples))

    def scores(self, x: Floats) -> Floats:
        """``(candidates,)`` float32 of ``(candidates, features)``."""
        found: Floats = x @ self.linear
        return found if self.network is None else (found + self.network.scores(x)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Joined:
    """All candidates in one, those of the n-th basket from `starts[n]` on."""

    x: Floats
    chosen: NDArray[np.bool_]
    starts: NDArray[np.intp]
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "_Joined":
        x, chosen = np.concatenate([e.x for e in examples]), np.concatenate([e.chosen for e in examples])
        starts = np.cumsum([0, *(len(each.chosen) for each in examples)]).astype(np.intp)
        spread = x.std(axis=0)
        return cls(x, chosen, starts, x.mean(axis=0), np.where(spread > 1e-6, spread, 1.0).astype(np.float32))


def _prior(names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([PRIOR.get(name, LIFT_PRIOR if name.endswith(" lift") else 0.0) for name in names])


def _logit(names: Sequence[str], joined: _Joined) -> Floats:
    """``(features,)``: weights that make what was taken likeliest, held to the prior."""
    from scipy.optimize import minimize  # a third of a second to import

    prior, first = _prior(names), joined.starts[:-1]
    sizes, count = np.diff(joined.starts), len(joined.starts) - 1
    x = (joined.x - joined.mean) / joined.spread
    chosen = joined.chosen.astype(np.float64)
    share = (chosen / np.repeat(np.add.reduceat(chosen, first), sizes)).astype(np.float32)
    reached = share @ x
    ridge = max(RIDGE / count, LEAST_RIDGE)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = x @ weights.astype(np.float32)
        top = np.maximum.reduceat(logits, first)
        chance = np.exp(logits - np.repeat(top, sizes))
        total = np.add.reduceat(chance, first)
        likelihood = float(share @ logits) - float((top + np.log(total)).sum(dtype=np.float64))
        expected = (chance / np.repeat(total, sizes)) @ x
        away = weights - prior
        return -likelihood / count + ridge * float(away @ away), (expected - reached) / count + 2 * ridge * away

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(found.x / joined.spread, np.float32)


def _network(joined: _Joined, logits: Floats) -> Network:
    """What is added to the logit, whose scores `logits (candidates,)` stay; its output begins at 0."""
    import torch

    sizes = np.diff(joined.starts)
    own = np.arange(int(sizes.max()))
    place = np.minimum(joined.starts[:-1, None] + own, joined.starts[1:, None] - 1)  # (baskets, most candidates)
    there, rows = torch.from_numpy(own < sizes[:, None]), torch.from_numpy(place)
    hit = torch.from_numpy(joined.chosen)[rows] & there
    share = hit.float() / hit.sum(1, keepdim=True)
    x = torch.from_numpy(np.clip((joined.x - joined.mean) / joined.spread, -FARTHEST, FARTHEST))
    base = torch.from_numpy(logits.astype(np.float32))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first, last = torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.Linear(HIDDEN, 1, bias=False)
        torch.nn.init.zeros_(last.weight)
        dropout = torch.nn.Dropout(DROPOUT)
        optimiser = torch.optim.AdamW([*first.parameters(), *last.parameters()], lr=RATE, weight_decay=DECAY)
        for _ in range(EPOCHS):
            for part in torch.randperm(len(sizes)).split(BATCH):
                at = rows[part]
                scores = base[at] + last(dropout(torch.relu(first(x[at]))))[..., 0]
                chance = torch.log_softmax(scores.masked_fill(~there[part], -1e9), 1)
                loss = -(share[part] * chance.masked_fill(~hit[part], 0)).sum(1).mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
    learnt = (each.detach().numpy() for each in (first.weight, first.bias, last.weight[0]))
    return Network(joined.mean, joined.spread, *learnt)
