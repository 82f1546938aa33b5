"""Shapley values of history items, sampled: what each adds, averaged over the orders in which they can be added.

Leave-one-out understates items that replace one another: without either, the other still raises the score. A Shapley
value (Shapley 1953) shares the score out fairly, and all values add up to what the history adds as a whole. Sampled
over random orders as in Castro, Gómez & Tejada 2009, "Polynomial calculation of the Shapley value based on sampling"
(Computers & OR 36), and Štrumbelj & Kononenko 2014, "Explaining prediction models and individual predictions with
feature contributions" (KAIS 41).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrec.engine.base import Engine
from llmrec.evidence.effects import Situation, newest
from llmrec.ranking.components import Components

Floats = NDArray[np.float32]
Coalition = tuple[int, ...]
"""The players of a coalition, ascending."""
Value = Callable[[Sequence[Coalition]], Floats]
"""Coalitions -> `(coalitions, candidates)`."""
BATCH = 64
"""Histories that are read and scored at once."""


@dataclass(frozen=True)
class ShapleySample:
    """Marginal contributions of history items over sampled orders.

    Parameters
    ----------
    rows : tuple of int
        The history items, called players.
    gains : (orders, candidates, players) float32
        Marginal contributions in raw fused score.
    evaluations : int
        Histories that the LLM was run on.
    degraded : frozenset of str
        What the engine could not reach; see `llmrec.engine.base.QueryVectors`.
    """

    rows: tuple[int, ...]
    gains: Floats
    evaluations: int
    degraded: frozenset[str] = frozenset()

    @property
    def effects(self) -> Floats:
        """`(candidates, players)`: the Shapley values."""
        values: Floats = self.gains.mean(axis=0)
        return values

    @property
    def errors(self) -> Floats:
        """`(candidates, players)`: their standard errors; NaN for a single order."""
        orders = len(self.gains)
        if orders < 2:
            return np.full(self.gains.shape[1:], np.nan, np.float32)
        spread: Floats = self.gains.std(axis=0, ddof=1) / np.float32(np.sqrt(orders))
        return spread


def shapley_effects(
    situation: Situation,
    candidates: Sequence[int],
    components: Components,
    engine: Engine,
    orders: int,
    seed: int = 0,
) -> ShapleySample:
    """Sample Shapley values of the newest history rows on each candidate's fused score.

    Older items belong to every coalition, as in leave-one-out, and scores are normalised as with the whole history.

    Parameters
    ----------
    situation, candidates, components, engine
        As in `llmrec.evidence.effects.history_effects`.
    orders : int
        Random orders of the history items.
    seed : int, default 0
        Of the orders.

    Returns
    -------
    ShapleySample
        In the order of `candidates`.
    """
    history, players = situation.history, newest(situation.history)
    always_present = history[: len(history) - len(players)]
    places, evaluations, degraded = situation.scored.places(candidates), 0, set[str]()

    def value(coalitions: Sequence[Coalition]) -> Floats:
        nonlocal evaluations
        results = []
        for start in range(0, len(coalitions), BATCH):
            histories = [
                (*always_present, *(players[n] for n in present)) for present in coalitions[start : start + BATCH]
            ]
            evaluations += len(histories)
            answer = engine.query_vectors(histories, [situation.query_with_context] * len(histories))
            degraded.update(answer.degraded)
            parts = situation.rescored(components, answer.vectors, histories)
            results.append(situation.fused({name: scores[:, places] for name, scores in parts.items()}))
        return np.concatenate(results)

    gains = marginals(value, len(players), len(places), orders, seed)
    return ShapleySample(players, gains, evaluations, frozenset(degraded))


def marginals(value: Value, players: int, candidates: int, orders: int, seed: int) -> Floats:
    """Compute what each player adds when it joins, for random orders of the players.

    In every order the gains add up to value(all) - value(none). Every second order is the one before it reversed,
    which lowers the variance (antithetic sampling: Mitchell et al. 2022, JMLR 23). Each coalition is valued once.

    Parameters
    ----------
    value : callable
        Coalitions -> their values `(coalitions, candidates)`.
    players, candidates, orders : int
        How many there are of each.
    seed : int
        Of the orders.

    Returns
    -------
    (orders, candidates, players) float32
    """
    rng = np.random.default_rng(seed)
    sampled_orders: list[NDArray[np.intp]] = []
    while len(sampled_orders) < orders:
        order = rng.permutation(players)
        sampled_orders += [order, order[::-1]]
    steps = [[tuple(sorted(order[:n].tolist())) for n in range(players + 1)] for order in sampled_orders[:orders]]
    index: dict[Coalition, int] = {}
    for coalition in (coalition for order in steps for coalition in order):
        index.setdefault(coalition, len(index))
    gains = np.zeros((orders, candidates, players), np.float32)
    if not players:
        return gains
    values = value(list(index))
    for n, (order, coalitions) in enumerate(zip(sampled_orders, steps, strict=False)):
        along = values[[index[coalition] for coalition in coalitions]]  # (players + 1, candidates)
        gains[n][:, order] = np.diff(along, axis=0).T
    return gains
