"""Measures what moved a score: the scorer is run again without a history item, a modality, an id, or the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.feedback import NO_PAST, Past
from llmrec.context import with_context
from llmrec.engine.base import Engine
from llmrec.ranking.components import Components
from llmrec.ranking.fused import fuse
from llmrec.ranking.score_component import (
    COLLABORATIVE,
    EXAMPLE,
    LLM,
    POPULARITY,
    PREFERENCE,
    QUERY_TERMS,
    WORDS,
    ComponentKey,
)

Floats = NDArray[np.float32]

ABLATED = 24
"""Newest history items that are left out in turn: older ones move next-item scores too little to be named."""


@dataclass(frozen=True)
class Situation:
    """One request as it was scored.

    Parameters
    ----------
    history : tuple of int
        Item rows, oldest first.
    query : str
        The words of the request; "" without.
    query_text : (dim,) float32, optional
        The text encoder's vector of the query.
    parts : mapping of ComponentKey to (items,) float32
        Raw scores of each component.
    weights : mapping of ComponentKey to float
        Weight of each component in the fused score.
    open_items : (items,) bool
        Which items may be recommended: those not seen and not excluded.
    example : str, default ""
        What evidence calls the request's example ("your photo").
    context : str, default ""
        The request's time, season, place and device in words.
    allowed : (items,) bool, optional
        Which items the request's filter lets through; None without a filter.
    past : Past
        What the history's events say beside their order: opinions.
    """

    history: tuple[int, ...]
    query: str
    query_text: Floats | None
    parts: Mapping[ComponentKey, Floats]
    weights: Mapping[ComponentKey, float]
    open_items: NDArray[np.bool_]
    example: str = ""
    context: str = ""
    allowed: NDArray[np.bool_] | None = None
    past: Past = NO_PAST

    @property
    def query_with_context(self) -> str:
        """The query as the LLM reads it: with the words of the context."""
        return with_context(self.query, self.context)

    @cached_property
    def scales(self) -> Mapping[ComponentKey, tuple[float, float]]:
        """Component -> mean and deviation that the fused score normalises it with; (0, inf) where it is constant."""
        scales = {}
        for name, part in self.parts.items():
            scores = part[self.open_items].astype(np.float64)
            mean, spread = float(scores.mean()), float(scores.std())
            scales[name] = (mean, spread) if spread > 1e-6 * max(abs(mean), 1e-6) else (0.0, np.inf)
        return scales

    def fused(self, parts: Mapping[ComponentKey, Floats]) -> Floats:
        """Fuse scores in this situation's own normalisation.

        Parameters
        ----------
        parts : mapping of ComponentKey to array of float32
            Raw scores of each component, all of one shape.

        Returns
        -------
        array of float32
            Their weighted sum, of the same shape.
        """
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
        """Rank candidates among the items that may be recommended, by other scores than the request's.

        Parameters
        ----------
        parts : mapping of ComponentKey to (items,) float32
            Raw scores of each component, which are normalised as those of a request are.
        weights : mapping of ComponentKey to float
            Weight of each component.
        candidates : sequence of int
            Item rows.

        Returns
        -------
        (candidates,) int
            Ranks from 1; equal scores rank by row.
        """
        seen = np.flatnonzero(~self.open_items).tolist()
        fused = fuse({name: scores[None] for name, scores in parts.items()}, weights, [seen])[0]
        allowed = np.flatnonzero(self.open_items if self.allowed is None else self.open_items & self.allowed)
        better = [
            int((fused[allowed] > fused[row]).sum() + (fused[allowed[allowed < row]] == fused[row]).sum())
            for row in candidates
        ]
        return 1 + np.array(better, np.intp)


@dataclass(frozen=True)
class HistoryEffects:
    """A request scored again without each of its newest history items.

    Parameters
    ----------
    rows : tuple of int
        The history items that were left out in turn.
    effects : (candidates, rows) float32
        What each candidate's score loses, normalised as with the whole history, so that effects share one scale.
    ranks : (candidates,) int
        Ranks with the whole history; see `Situation.ranks`.
    ranks_without : (candidates,) int
        Ranks without the row of the largest effect.
    degraded : frozenset of str
        What the engine could not reach; see `llmrec.engine.base.QueryVectors`.
    """

    rows: tuple[int, ...]
    effects: Floats
    ranks: NDArray[np.intp]
    ranks_without: NDArray[np.intp]
    degraded: frozenset[str] = frozenset()


def newest(history: tuple[int, ...]) -> tuple[int, ...]:
    """Return the history rows that are left out in turn, each once, where it was last taken."""
    return tuple(dict.fromkeys(reversed(history)))[:ABLATED][::-1]


def history_effects(
    situation: Situation, candidates: Sequence[int], components: Components, engine: Engine
) -> HistoryEffects:
    """Leave out each of the newest history rows in turn, all in one batch through the LLM.

    Parameters
    ----------
    situation : Situation
        The request as it was scored.
    candidates : sequence of int
        Rows of the items whose scores are compared.
    components : Components
        Score components of the catalogue.
    engine : Engine
        Gives the query vectors of the shortened histories.

    Returns
    -------
    HistoryEffects
        In the order of `candidates`.
    """
    history, columns = situation.history, list(candidates)
    ranks = situation.ranks(situation.parts, situation.weights, columns)
    ablated = newest(history)
    if not ablated:
        return HistoryEffects((), np.zeros((len(columns), 0), np.float32), ranks, ranks)
    histories = [tuple(row for row in history if row != left_out) for left_out in ablated]
    answer = engine.query_vectors(histories, [situation.query_with_context] * len(histories))
    query_text = None if situation.query_text is None else np.repeat(situation.query_text[None], len(histories), axis=0)
    n = len(histories)
    parts = components.scores(answer.vectors, histories, query_text, [situation.past] * n, [situation.query] * n)
    candidate_scores = situation.fused({name: scores[columns] for name, scores in situation.parts.items()})
    effects = (candidate_scores - situation.fused({name: scores[:, columns] for name, scores in parts.items()})).T
    ranks_without = ranks.copy()
    strongest = effects.argmax(axis=1)
    for n in np.unique(strongest):  # mostly one or two: a whole catalogue is fused for each
        places = np.flatnonzero(strongest == n)
        scores_without = {name: scores[n] for name, scores in parts.items()}
        ranks_without[places] = situation.ranks(scores_without, situation.weights, [columns[place] for place in places])
    return HistoryEffects(ablated, effects, ranks, ranks_without, answer.degraded)


def input_effects(
    situation: Situation,
    candidates: Sequence[int],
    components: Components,
    q: Floats,
    hidden: Mapping[str, tuple[Floats, Floats]],
    q_without_query: Floats | None = None,
    q_without_example: Floats | None = None,
) -> list[dict[str, float]]:
    """Measure what each candidate's score loses without each input.

    Inputs are the modalities, "id" (who interacted with the item), "query", and the example under its own name. Of a
    cold item's score the LLM's own part is compared, not the one transferred to it.

    Parameters
    ----------
    situation : Situation
        The request as it was scored.
    candidates : sequence of int
        Item rows.
    components : Components
        Score components of the catalogue.
    q : (dim,) float32
        The request's query vector.
    hidden : mapping of str to tuple of (items, dim) and (items,) float32
        Input -> item vectors and biases of a RecLM from which that input of every item is hidden.
    q_without_query, q_without_example : (dim,) float32, optional
        The query vectors without the query and without the example, where the request has them.

    Returns
    -------
    list of dict of str to float
        Input -> effect, for each candidate.
    """
    mean, spread = situation.scales[LLM]
    weight = situation.weights[LLM]
    without_input: dict[str, Floats] = {}
    if q_without_query is not None:
        without_input["query"] = _normalised_scores(q_without_query, components, situation)
    if q_without_example is not None:
        without_input[situation.example] = _normalised_scores(q_without_example, components, situation)
    preference_effects = (
        {m: _preference_effect(situation, components, m) for m in components.preferences.codes}
        if components.preferences
        else {}
    )
    results: list[dict[str, float]] = []
    for row in candidates:
        llm_score = float(components.v[row] @ q + components.b[row])
        llm_normalised = (float(situation.parts[LLM][row]) - mean) / spread
        effects = {}
        for name, (v, b) in hidden.items():
            hidden_llm = float(v[row] @ q + b[row])
            effects[name] = weight * (llm_score - hidden_llm) / spread + _input_contribution(situation, row, name)
            if name in preference_effects:
                effects[name] += float(preference_effects[name][row])
        for name, scores in without_input.items():
            effects[name] = weight * (llm_normalised - float(scores[row])) + _input_contribution(situation, row, name)
        results.append(effects)
    return results


def _normalised_scores(q: Floats, components: Components, situation: Situation) -> Floats:
    """Return the LLM's scores `(items,)` for another query vector, normalised over the open items."""
    scores = components.transfer((components.v @ q + components.b)[None])[0]
    open_scores = scores[situation.open_items]
    normalised: Floats = ((scores - open_scores.mean()) / max(float(open_scores.std()), 1e-6)).astype(np.float32)
    return normalised


def _preference_effect(situation: Situation, components: Components, modality: str) -> Floats:
    """Return what the preference component loses `(items,)` where an item's codes of a modality are unknown."""
    if components.preferences is None or not situation.weights.get(PREFERENCE):
        return np.zeros(len(components.v), np.float32)
    hidden = components.preferences.scores([situation.history], without=modality)[0]
    loss: Floats = (situation.parts[PREFERENCE] - hidden) * np.float32(
        situation.weights[PREFERENCE] / situation.scales[PREFERENCE][1]
    )
    return loss


def _input_contribution(situation: Situation, row: int, name: str) -> float:
    """Return what the components that depend on input `name` alone add to the item's score."""
    example_keys = tuple(key for key in situation.parts if key.kind == EXAMPLE)
    keys = {"id": (COLLABORATIVE, POPULARITY), "query": (WORDS, QUERY_TERMS), situation.example: example_keys}.get(
        name, tuple(key for key in situation.parts if key.modality == name)
    )
    parts = {key: situation.parts[key][[row]] for key in keys if key in situation.parts}
    return float(situation.fused(parts)[0]) if parts else 0.0
