"""Shapley values of history items, sampled: what each adds, averaged over the orders in which they can come.

Leave-one-out understates items that stand in for one another: without either, the other still speaks. A Shapley value
(Shapley 1953) shares the score out fairly, and all values add up to what the history adds as a whole. Sampled over
random orders as in Castro, Gómez & Tejada 2009, "Polynomial calculation of the Shapley value based on sampling"
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
"""Players that are in, ascending."""
Value = Callable[[Sequence[Coalition]], Floats]
"""Coalitions -> `(coalitions, candidates)`."""
CELLS = 4_000_000
"""Scores of one component held at once: a large catalogue is scored for fewer histories at a time."""


@dataclass(frozen=True)
class Sampled:
    """Marginal contributions `gains (orders, candidates, players)` of the history's `rows`, in raw fused score.

    `reads`: histories that the LLM read for them.
    """

    rows: tuple[int, ...]
    gains: Floats
    reads: int
    degraded: frozenset[str] = frozenset()
    """What the engine could not reach (see `llmrec.engine.base.QueryVectors`)."""

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
) -> Sampled:
    """Sampled Shapley values of the newest history rows on each candidate's fused score.

    Older items are there always, as in leave-one-out, and so is the normalisation of the whole history.
    """
    history, players = situation.history, newest(situation.history)
    kept = history[: len(history) - len(players)]
    columns, reads, degraded = list(candidates), 0, set[str]()
    batch = int(np.clip(CELLS // max(len(components.v), 1), 1, 64))

    def value(coalitions: Sequence[Coalition]) -> Floats:
        nonlocal reads
        found = []
        for start in range(0, len(coalitions), batch):
            some = [(*kept, *(players[n] for n in there)) for there in coalitions[start : start + batch]]
            reads += len(some)
            read = engine.query_vectors(some, [situation.said] * len(some))
            degraded.update(read.degraded)
            asked = None if situation.asked is None else np.repeat(situation.asked[None], len(some), axis=0)
            parts = components.scores(read.vectors, some, asked)
            found.append(situation.fused({name: scores[:, columns] for name, scores in parts.items()}))
        return np.concatenate(found)

    gains = marginals(value, len(players), len(columns), orders, seed)
    return Sampled(players, gains, reads, frozenset(degraded))


def marginals(value: Value, players: int, candidates: int, orders: int, seed: int) -> Floats:
    """`(orders, candidates, players)`: what each player adds when it comes, for `orders` random orders of them.

    In every order the gains add up to value(all) - value(none). Every second order is the one before it reversed,
    which lowers the variance (antithetic sampling: Mitchell et al. 2022, JMLR 23). Each coalition is valued once.
    """
    rng = np.random.default_rng(seed)
    drawn: list[NDArray[np.intp]] = []
    while len(drawn) < orders:
        order = rng.permutation(players)
        drawn += [order, order[::-1]]
    steps = [[tuple(sorted(order[:n].tolist())) for n in range(players + 1)] for order in drawn[:orders]]
    known: dict[Coalition, int] = {}
    for coalition in (coalition for order in steps for coalition in order):
        known.setdefault(coalition, len(known))
    gains = np.zeros((orders, candidates, players), np.float32)
    if not players:
        return gains
    values = value(list(known))
    for n, (order, coalitions) in enumerate(zip(drawn, steps, strict=False)):
        along = values[[known[coalition] for coalition in coalitions]]  # (players + 1, candidates)
        gains[n][:, order] = np.diff(along, axis=0).T
    return gains
