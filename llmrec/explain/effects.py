"""Measures what moved a score: the scorer is run again without a history item, a modality, an id, or the wish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrec.context import worded
from llmrec.engine.base import Engine
from llmrec.retrieval.components import Components, is_example, modality_of

Floats = NDArray[np.float32]

ABLATED = 24
"""Newest history items that are left out in turn: older ones move next-item scores too little to be named."""


@dataclass(frozen=True)
class Situation:
    """One request as it was scored.

    `parts`: component -> (items,) raw scores; `weights`: component -> weight; `open_items (items,) bool`: not seen.
    """

    history: tuple[int, ...]
    wish: str
    asked: Floats | None
    parts: Mapping[str, Floats]
    weights: Mapping[str, float]
    open_items: NDArray[np.bool_]
    example: str = ""
    """What evidence calls the example that was shown ("your photo"); "" without one."""
    context: str = ""
    """The words of when and where it is asked."""

    @property
    def said(self) -> str:
        """What the LLM reads: the wish and the context."""
        return worded(self.wish, self.context)

    def scale(self, name: str) -> tuple[float, float]:
        """Mean and deviation that the fused score normalises component `name` with; (0, inf) where it is silent."""
        scores = self.parts[name][self.open_items].astype(np.float64)
        spread = float(scores.std())
        mean = float(scores.mean())
        return (mean, spread) if spread > 1e-6 * max(abs(mean), 1e-6) else (0.0, np.inf)

    def fused(self, parts: Mapping[str, Floats]) -> Floats:
        """Weighted sum of `parts` in this situation's own normalisation, whatever shape they have in common."""
        total: Floats = np.zeros(next(iter(parts.values())).shape, np.float32)
        for name, scores in parts.items():
            mean, spread = self.scale(name)
            total += np.float32(self.weights[name]) * ((scores - mean) / spread).astype(np.float32)
        return total


def history_effects(
    situation: Situation, candidates: Sequence[int], components: Components, engine: Engine
) -> tuple[tuple[int, ...], Floats]:
    """The newest history rows, and for each candidate the score lost without each: `(candidates, rows)`.

    One batch through the LLM; the normalisation stays that of the whole history, so that effects add to one scale.
    """
    history = situation.history
    left = range(max(0, len(history) - ABLATED), len(history))
    if not left:
        return (), np.zeros((len(candidates), 0), np.float32)
    without = [history[:n] + history[n + 1 :] for n in left]
    q = engine.query_vectors(without, [situation.said] * len(without))
    asked = None if situation.asked is None else np.repeat(situation.asked[None], len(without), axis=0)
    parts = components.scores(q, without, asked)
    columns = list(candidates)
    whole = situation.fused({name: scores[columns] for name, scores in situation.parts.items()})
    ablated = situation.fused({name: scores[:, columns] for name, scores in parts.items()})
    return tuple(history[n] for n in left), (whole[None] - ablated).T


def input_effects(
    situation: Situation,
    candidates: Sequence[int],
    components: Components,
    q: Floats,
    without: Mapping[str, tuple[Floats, Floats]],
    engine: Engine,
    unshown: Engine,
) -> list[dict[str, float]]:
    """For each candidate, what its score loses without each input: a modality, "id" (who took it), "query" (the wish),
    and the example, under its own name.

    `q (dim,)`: the request's query vector; `without`: input -> item vectors and biases `(items, dim), (items,)` of a
    RecLM to which that input of every item is hidden. Of a newcomer's score the LLM's own part is compared, not the
    one lent to it. `unshown`: the engine that does not see the example.
    """
    mean, spread = situation.scale("llm")
    weight = situation.weights["llm"]
    blank: dict[str, Floats] = {}
    if situation.wish:
        blank["query"] = _levelled(
            engine.query_vectors([situation.history], [worded("", situation.context)])[0], components, situation
        )
    if situation.example:
        unlike = unshown.query_vectors([situation.history], [situation.said])[0]
        blank[situation.example] = _levelled(unlike, components, situation)
    counted = {m: _told(situation, components, m) for m in components.tasting.codes} if components.tasting else {}
    found: list[dict[str, float]] = []
    for row in candidates:
        own = float(components.v[row] @ q + components.b[row])
        whole = (float(situation.parts["llm"][row]) - mean) / spread
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
    scores = components.lend((components.v @ q + components.b)[None])[0]
    level = scores[situation.open_items]
    levelled: Floats = ((scores - level.mean()) / max(float(level.std()), 1e-6)).astype(np.float32)
    return levelled


def _told(situation: Situation, components: Components, modality: str) -> Floats:
    """`(items,)`: what the taste's part of each fused score loses where the item's codes of a modality are unknown."""
    if components.tasting is None or not situation.weights.get("taste"):
        return np.zeros(len(components.v), np.float32)
    without = components.tasting.scores([situation.history], without=modality)[0]
    lost: Floats = (situation.parts["taste"] - without) * np.float32(
        situation.weights["taste"] / situation.scale("taste")[1]
    )
    return lost


def _standing(situation: Situation, row: int, name: str) -> float:
    """What the components that rest on input `name` alone add to the item's score."""
    shown = tuple(part for part in situation.parts if is_example(part))
    own = {"id": ("collaborative", "popularity"), "query": ("words",), situation.example: shown}.get(
        name, tuple(part for part in situation.parts if modality_of(part) == name)
    )
    parts = {part: situation.parts[part][[row]] for part in own if part in situation.parts}
    return float(situation.fused(parts)[0]) if parts else 0.0
