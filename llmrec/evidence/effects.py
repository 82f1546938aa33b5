"""Measures what moved a score: the scorer is run again without a history item, a modality, an id, or the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows
from llmrec.catalog.feedback import NO_PAST, Past
from llmrec.context import with_context
from llmrec.engine.base import Engine
from llmrec.ranking.components import Components
from llmrec.ranking.fused import ScoredRows
from llmrec.ranking.score_component import (
    COLLABORATIVE,
    EXAMPLE,
    LLM,
    POPULARITY,
    PREFERENCE,
    QUERY_TERMS,
    WORDS,
    ComponentKey,
    ScoringBatch,
    ScoringSituation,
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
        The words of the request as they rank, see `with_kinds`; "" without.
    query_text : (dim,) float32, optional
        The text encoder's vector of the query.
    scored : ScoredRows
        Which items were scored: the candidates, and the sample that scores are normalised by.
    parts : mapping of ComponentKey to (n,) float32
        Raw scores of each component that weighs something, of `scored.rows`; of all where these say nothing.
    weights : mapping of ComponentKey to float
        Weight of each component in the fused score.
    example : str, default ""
        What evidence calls the request's example ("your photo").
    context : str, default ""
        The request's time, season, place and device in words.
    past : Past
        What the history's events say beside their order: opinions.
    requested : str, default ""
        The words of the request as the person wrote them.
    """

    history: tuple[int, ...]
    query: str
    query_text: Floats | None
    scored: ScoredRows
    parts: Mapping[ComponentKey, Floats]
    weights: Mapping[ComponentKey, float]
    example: str = ""
    context: str = ""
    past: Past = NO_PAST
    requested: str = ""

    @classmethod
    def of(
        cls,
        request: ScoringSituation,
        scored: ScoredRows,
        components: Components,
        weights: Mapping[ComponentKey, float],
        example: str = "",
        context: str = "",
        requested: str = "",
    ) -> "Situation":
        """Score a request.

        Parameters
        ----------
        request : ScoringSituation
            The request as components are told of it.
        scored : ScoredRows
            Which items are scored.
        components : Components
            What scores them.
        weights, example, context, requested
            See the class.

        Returns
        -------
        Situation
        """
        batch = ScoringBatch.one(request)
        parts = components.score_batch(scored.rows, batch, weights)

        def made(parts: Mapping[ComponentKey, Floats]) -> "Situation":
            own = {name: scores[0] for name, scores in parts.items()}
            return cls(
                request.history,
                request.query,
                request.words,
                scored,
                own,
                weights,
                example,
                context,
                request.past,
                requested,
            )

        found = made(parts)
        if parts and found.total.any():
            return found
        return made(components.score_batch(scored.rows, batch))  # they say nothing: then all components count equally

    @property
    def query_with_context(self) -> str:
        """The query as the LLM reads it: with the words of the context."""
        return with_context(self.query, self.context)

    @cached_property
    def scales(self) -> Mapping[ComponentKey, tuple[float, float]]:
        """Component -> mean and deviation that the fused score normalises it with; (0, inf) where it is constant."""
        moments = {name: self.scored.moments(part[None]) for name, part in self.parts.items()}
        return {name: (float(mean[0, 0]), float(spread[0, 0])) for name, (mean, spread) in moments.items()}

    @cached_property
    def total(self) -> Floats:
        """`(n,)`: the fused scores that the request is ranked by."""
        found: Floats = self.scored.fuse({name: part[None] for name, part in self.parts.items()}, self.weights)[0]
        return found

    def order(self) -> NDArray[np.intp]:
        """Rows of the candidates, best first."""
        return self.scored.best_first(self.total)

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
        spread = float(self.scored.moments(self.fused(self.parts)[None])[1][0, 0])
        return spread if np.isfinite(spread) else 1.0

    def rescored(
        self,
        components: Components,
        q: Floats,
        histories: Rows | None = None,
        words: bool = True,
        weights: Mapping[ComponentKey, float] | None = None,
    ) -> dict[ComponentKey, Floats]:
        """Score the same items for other inputs.

        Parameters
        ----------
        components : Components
            What scores them.
        q : (events, dim) float32
            Query vectors of the LLM.
        histories : sequence of sequence of int, optional
            Item rows of each event; default: the situation's own for all.
        words : bool, default True
            Whether the query counts.
        weights : mapping of ComponentKey to float, optional
            Components of weight 0 are left out; default: the situation's own weights.

        Returns
        -------
        dict
            Component -> ``(events, n)`` float32.
        """
        n = len(q)
        text = np.repeat(self.query_text[None], n, axis=0) if words and self.query_text is not None else None
        own = [self.history] * n if histories is None else histories
        asked = [self.query] * n if words else None
        batch = ScoringBatch(q, own, text, past=[self.past] * n, queries=asked)
        return components.score_batch(self.scored.rows, batch, self.weights if weights is None else weights)

    def ranks(
        self, parts: Mapping[ComponentKey, Floats], weights: Mapping[ComponentKey, float], rows: Sequence[int]
    ) -> NDArray[np.intp]:
        """Rank items among the candidates, by other scores than the request's.

        Parameters
        ----------
        parts : mapping of ComponentKey to (n,) float32
            Raw scores of each component, which are normalised as those of a request are.
        weights : mapping of ComponentKey to float
            Weight of each component.
        rows : sequence of int
            Item rows.

        Returns
        -------
        (rows,) int
            Ranks from 1; equal scores rank by row.
        """
        fused = self.scored.fuse({name: scores[None] for name, scores in parts.items()}, weights)[0]
        order = self.scored.best_first(fused)
        by_row = np.argsort(order)
        return 1 + by_row[np.searchsorted(order[by_row], np.asarray(rows, np.intp))]


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
    # What was given back, or disliked, is read, and no reason to recommend anything.
    ablated = newest(tuple(row for row in history if row not in situation.past.denied))
    if not ablated:
        return HistoryEffects((), np.zeros((len(columns), 0), np.float32), ranks, ranks)
    histories = [tuple(row for row in history if row != left_out) for left_out in ablated]
    answer = engine.query_vectors(histories, [situation.query_with_context] * len(histories))
    parts, places = situation.rescored(components, answer.vectors, histories), situation.scored.places(columns)
    candidate_scores = situation.fused({name: scores[places] for name, scores in situation.parts.items()})
    effects = (candidate_scores - situation.fused({name: scores[:, places] for name, scores in parts.items()})).T
    ranks_without = ranks.copy()
    strongest = effects.argmax(axis=1)
    for n in np.unique(strongest):  # mostly one or two: all candidates are fused for each
        same = np.flatnonzero(strongest == n)
        scores_without = {name: scores[n] for name, scores in parts.items()}
        ranks_without[same] = situation.ranks(scores_without, situation.weights, [columns[place] for place in same])
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
    hidden : mapping of str to tuple of (candidates, dim) and (candidates,) float32
        Input -> the candidates' item vectors and biases in a RecLM from which that input of every item is hidden.
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
    for n, (row, place) in enumerate(zip(candidates, situation.scored.places(candidates), strict=True)):
        llm_score = float(components.v[row] @ q + components.b[row])
        llm_normalised = (float(situation.parts[LLM][place]) - mean) / spread
        effects = {}
        for name, (v, b) in hidden.items():
            hidden_llm = float(v[n] @ q + b[n])
            effects[name] = weight * (llm_score - hidden_llm) / spread + _input_contribution(situation, place, name)
            if name in preference_effects:
                effects[name] += float(preference_effects[name][place])
        for name, scores in without_input.items():
            effects[name] = weight * (llm_normalised - float(scores[place])) + _input_contribution(
                situation, place, name
            )
        results.append(effects)
    return results


def _normalised_scores(q: Floats, components: Components, situation: Situation) -> Floats:
    """Return the LLM's scores `(n,)` for another query vector, normalised over the catalogue."""
    batch = ScoringBatch(q[None], [situation.history])
    scores = components.llm.score_batch(situation.scored.rows, batch)
    mean, spread = situation.scored.moments(scores)
    normalised: Floats = ((scores - mean) / spread).astype(np.float32)[0]
    return normalised


def _preference_effect(situation: Situation, components: Components, modality: str) -> Floats:
    """Return what the preference component loses `(n,)` where an item's codes of a modality are unknown."""
    if components.preferences is None or not situation.weights.get(PREFERENCE):
        return np.zeros(len(situation.scored.rows), np.float32)
    hidden = components.preferences.scores([situation.history], modality, situation.scored.rows)[0]
    loss: Floats = (situation.parts[PREFERENCE] - hidden) * np.float32(
        situation.weights[PREFERENCE] / situation.scales[PREFERENCE][1]
    )
    return loss


def _input_contribution(situation: Situation, place: int, name: str) -> float:
    """Return what the components that depend on input `name` alone add to the score of the item at a place."""
    example_keys = tuple(key for key in situation.parts if key.kind == EXAMPLE)
    keys = {"id": (COLLABORATIVE, POPULARITY), "query": (WORDS, QUERY_TERMS), situation.example: example_keys}.get(
        name, tuple(key for key in situation.parts if key.modality == name)
    )
    parts = {key: situation.parts[key][[place]] for key in keys if key in situation.parts}
    return float(situation.fused(parts)[0]) if parts else 0.0
