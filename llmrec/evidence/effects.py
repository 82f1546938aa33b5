"""Measures what moved a score: the scorer is run again without a history item, a modality, an id, or the wish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llmrec.context import worded
from llmrec.engine.base import Engine
from llmrec.ranking.components import Components
from llmrec.ranking.fused import fuse
from llmrec.ranking.score_component import (
    COLLABORATIVE,
    EXAMPLE,
    LLM,
    POPULARITY,
    PREFERENCE,
    WORDS,
    ComponentKey,
)

Floats = NDArray[np.float32]

ABLATED = 24
"""Newest history items that are left out in turn: older ones move next-item scores too little to be named."""


@dataclass(frozen=True)
class Situation:
    """One request as it was scored.

    `parts`: component -> (items,) raw scores; `weights`: component -> weight; `open_items (items,) bool`: not seen.
    """

    history: tuple[int, ...]
    query: str
    asked: Floats | None
    parts: Mapping[ComponentKey, Floats]
    weights: Mapping[ComponentKey, float]
    open_items: NDArray[np.bool_]
    example: str = ""
    """What evidence calls the example that was shown ("your photo"); "" without one."""
    context: str = ""
    """The words of when and where it is asked."""
    allowed: NDArray[np.bool_] | None = None
    """`(items,)`: what the request's filter lets through; None without one."""

    @property
    def said(self) -> str:
        """What the LLM reads: the wish and the context."""
        return worded(self.query, self.context)

    @cached_property
    def scales(self) -> Mapping[ComponentKey, tuple[float, float]]:
        """Component -> mean and deviation that the fused score normalises it with; (0, inf) where it is silent."""
        found = {}
        for name, part in self.parts.items():
            scores = part[self.open_items].astype(np.float64)
            mean, spread = float(scores.mean()), float(scores.std())
            found[name] = (mean, spread) if spread > 1e-6 * max(abs(mean), 1e-6) else (0.0, np.inf)
        return found

    def fused(self, parts: Mapping[ComponentKey, Floats]) -> Floats:
        """Weighted sum of `parts` in this situation's own normalisation, whatever shape they have in common."""
        total: Floats = np.zeros(next(iter(parts.values())).shape, np.float32)
        for name, scores in parts.items():
            mean, spread = self.scales[name]
            total += np.float32(self.weights[name]) * ((scores - mean) / spread).astype(np.float32)
        return total

    def spread(self) -> float:
        """Standard deviation of the fused score over the items not seen: the unit of effects."""
        return float(self.fused(self.parts)[self.open_items].std()) or 1.0

    def ranks(
        self, parts: Mapping[ComponentKey, Floats], weights: Mapping[ComponentKey, float], candidates: Sequence[int]
    ) -> NDArray[np.intp]:
        """Ranks from 1 of the candidates among the items that may be answered, were other scores the request's.

        `parts` (component -> (items,)) are normalised anew, as its answer would be. Equal scores rank by row.
        """
        seen = np.flatnonzero(~self.open_items).tolist()
        fused = fuse({name: scores[None] for name, scores in parts.items()}, weights, [seen])[0]
        rivals = np.flatnonzero(self.open_items if self.allowed is None else self.open_items & self.allowed)
        before = [
            int((fused[rivals] > fused[row]).sum() + (fused[rivals[rivals < row]] == fused[row]).sum())
            for row in candidates
        ]
        return 1 + np.array(before, np.intp)


@dataclass(frozen=True)
class HistoryEffects:
    """A request scored anew without each of its newest history `rows`.

    `effects (candidates, rows)`: what each candidate's score loses, in the normalisation of the whole history, so that
    effects add to one scale; `ranks (candidates,)`, and `ranks_without` the strongest row: see `Situation.ranks`.
    """

    rows: tuple[int, ...]
    effects: Floats
    ranks: NDArray[np.intp]
    ranks_without: NDArray[np.intp]
    degraded: frozenset[str] = frozenset()
    """What the engine could not reach (see `llmrec.engine.base.QueryVectors`)."""


def newest(history: tuple[int, ...]) -> tuple[int, ...]:
    """The rows that are left out in turn."""
    return history[-ABLATED:]


def history_effects(
    situation: Situation, candidates: Sequence[int], components: Components, engine: Engine
) -> HistoryEffects:
    """Leave-one-out over the newest history rows, all in one batch through the LLM."""
    history, columns = situation.history, list(candidates)
    ranks = situation.ranks(situation.parts, situation.weights, columns)
    left = range(len(history) - len(newest(history)), len(history))
    if not left:
        return HistoryEffects((), np.zeros((len(columns), 0), np.float32), ranks, ranks)
    without = [history[:n] + history[n + 1 :] for n in left]
    read = engine.query_vectors(without, [situation.said] * len(without))
    asked = None if situation.asked is None else np.repeat(situation.asked[None], len(without), axis=0)
    parts = components.scores(read.vectors, without, asked)
    whole = situation.fused({name: scores[columns] for name, scores in situation.parts.items()})
    effects = (whole - situation.fused({name: scores[:, columns] for name, scores in parts.items()})).T
    ranks_without = ranks.copy()
    strongest = effects.argmax(axis=1)
    for n in np.unique(strongest):  # mostly one or two: a whole catalogue is fused for each
        theirs = np.flatnonzero(strongest == n)
        ablated = {name: scores[n] for name, scores in parts.items()}
        ranks_without[theirs] = situation.ranks(ablated, situation.weights, [columns[place] for place in theirs])
    return HistoryEffects(newest(history), effects, ranks, ranks_without, read.degraded)


def input_effects(
    situation: Situation,
    candidates: Sequence[int],
    components: Components,
    q: Floats,
    without: Mapping[str, tuple[Floats, Floats]],
    unasked: Floats | None = None,
    unshown: Floats | None = None,
) -> list[dict[str, float]]:
    """For each candidate, what its score loses without each input.

    Inputs are the modalities, "id" (who interacted with it), "query", and the example under its own name.

    `q (dim,)`: the request's query vector; `without`: input -> item vectors and biases `(items, dim), (items,)` of a
    RecLM to which that input of every item is hidden. Of a cold item's score the LLM's own part is compared, not the
    one transferred to it. `unasked (dim,)`, `unshown (dim,)`: the query vectors without the query and without the
    example, where there is one.
    """
    mean, spread = situation.scales[LLM]
    weight = situation.weights[LLM]
    blank: dict[str, Floats] = {}
    if unasked is not None:
        blank["query"] = _levelled(unasked, components, situation)
    if unshown is not None:
        blank[situation.example] = _levelled(unshown, components, situation)
    counted = (
        {m: _told(situation, components, m) for m in components.preferences.codes} if components.preferences else {}
    )
    found: list[dict[str, float]] = []
    for row in candidates:
        own = float(components.v[row] @ q + components.b[row])
        whole = (float(situation.parts[LLM][row]) - mean) / spread
        effects = {}
        for name, (v, b) in without.items():
            blind = float(v[row] @ q + b[row])
            effects[name] = weight * (own - blind) / spread + _standing(situation, row, name)
            if name in counted:
                effects[name] += float(counted[name][row])
        for name, scores in blank.items():
            effects[name] = weight * (whole - float(scores[row])) + _standing(situation, row, name)
        found.append(effects)
    return found


def _levelled(q: Floats, components: Components, situation: Situation) -> Floats:
    """The LLM's scores `(items,)` for another query vector, in deviations from the mean of the items not seen."""
    scores = components.transfer((components.v @ q + components.b)[None])[0]
    level = scores[situation.open_items]
    levelled: Floats = ((scores - level.mean()) / max(float(level.std()), 1e-6)).astype(np.float32)
    return levelled


def _told(situation: Situation, components: Components, modality: str) -> Floats:
    """`(items,)`: what the part of the preferences loses where an item's codes of a modality are unknown."""
    if components.preferences is None or not situation.weights.get(PREFERENCE):
        return np.zeros(len(components.v), np.float32)
    without = components.preferences.scores([situation.history], without=modality)[0]
    lost: Floats = (situation.parts[PREFERENCE] - without) * np.float32(
        situation.weights[PREFERENCE] / situation.scales[PREFERENCE][1]
    )
    return lost


def _standing(situation: Situation, row: int, name: str) -> float:
    """What the components that rest on input `name` alone add to the item's score."""
    example = tuple(key for key in situation.parts if key.kind == EXAMPLE)
    own = {"id": (COLLABORATIVE, POPULARITY), "query": (WORDS,), situation.example: example}.get(
        name, tuple(key for key in situation.parts if key.modality == name)
    )
    parts = {key: situation.parts[key][[row]] for key in own if key in situation.parts}
    return float(situation.fused(parts)[0]) if parts else 0.0
