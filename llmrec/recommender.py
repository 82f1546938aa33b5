"""The way of a request: history and query -> query vector -> candidates -> fused score -> response, and its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.context import worded
from llmrec.evidence.effects import Situation
from llmrec.pipeline import Pipeline, load_pipeline
from llmrec.query_by_example import Scoring, read_example
from llmrec.ranking.diversity import diversified
from llmrec.ranking.fused import best_first, fuse
from llmrec.ranking.score_component import ComponentKey
from llmrec.reasons import RankingState, explain
from llmrec.request import Request
from llmrec.response import Recommended, Response, Streamed, Trace
from llmrec.retrieval.candidates import CandidateQuery, gather
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.index import Rows

if TYPE_CHECKING:
    from llmrec.rationale.phrasing import Style

Floats = NDArray[np.float32]
BATCH = 256
"""Histories that are ranked at once."""


class Recommender:
    """Recommends the items of a catalogue by a checkpoint, both opened once. Several threads may use one recommender.

    Parameters
    ----------
    pipeline
        The opened parts.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.catalog: Catalog = pipeline.catalog

    @classmethod
    def open(
        cls,
        data: Path | None,
        adapter: Path | None,
        rebuild: bool = False,
        catalog: Catalog | None = None,
        chroma: str | None = None,
        resilient: bool = False,
    ) -> "Recommender":
        """See `llmrec.pipeline.load_pipeline`."""
        return cls(load_pipeline(data, adapter, rebuild, catalog, chroma, resilient))

    def index(self) -> dict[str, Any]:
        """What the open index holds."""
        parts = self.pipeline
        return {
            "items": parts.index.items,
            "adapter": parts.checkpoint.info.name,
            "dimension": parts.components.v.shape[1],
        }

    def recommend(self, request: Request) -> Response:
        """Recommend items, with their reasons where the request asks for them.

        Parameters
        ----------
        request
            What is wanted.

        Returns
        -------
        Response
            Best first; fewer than `request.k` items where fewer fit, with a note that says so.

        Raises
        ------
        UnknownUser, UnknownItem, BadFilter
            Where the catalogue lacks what the request names.
        BadInput
            Where the file of an example cannot be read.
        """
        return self.stream(request).whole()

    def stream(self, request: Request) -> Streamed:
        """Rank the items now, and give the reasons one by one as they are written.

        Parameters
        ----------
        request
            What is wanted.

        Returns
        -------
        Streamed
            The ranked items, and an iterator of them with their reasons.

        Raises
        ------
        UnknownUser, UnknownItem, BadFilter, BadInput
            As `recommend` does.
        """
        response = self._ranked(request)
        if request.explain:
            return explain(response, shapley=request.shapley, style=request.style)
        return Streamed(response.items, response.history, Trace(response), iter(response.items), False, response._state)

    def explain(self, response: Response, *, shapley: int = 0, style: "Style | None" = None) -> Response:
        """The response with the reasons for its items, without ranking again.

        Parameters
        ----------
        response, shapley, style
            As in `llmrec.reasons.explain`, which gives the same reasons one by one.

        Returns
        -------
        Response
            The same items, each with evidence and a checked sentence.

        Raises
        ------
        NotExplainable
            Where the response does not hold the situation it was ranked in.

        Examples
        --------
        >>> response = recommender.recommend(Request(user="471", k=3))  # doctest: +SKIP
        >>> recommender.explain(response).items[0].rationale.text  # doctest: +SKIP
        'The reason for this film is "Lion King, The".'
        """
        return explain(response, shapley=shapley, style=style).whole()

    def top(self, histories: Sequence[Sequence[str]], k: int = 10) -> list[tuple[str, ...]]:
        """The best items after each of many histories, ranked in batches.

        Parameters
        ----------
        histories
            Item ids of each, oldest first.
        k
            Number of items wanted for each.

        Returns
        -------
        list of tuple of str
            Item ids for each history, best first; fewer where fewer are unseen.

        Raises
        ------
        UnknownItem
            Where the catalogue lacks an item.
        """
        found: list[tuple[str, ...]] = []
        for start in range(0, len(histories), BATCH):
            rows = [tuple(self.catalog.rows(tuple(history))) for history in histories[start : start + BATCH]]
            q = self.pipeline.engine.query_vectors(rows, [""] * len(rows)).vectors
            exclude = [(*seen, *self.pipeline.withdrawn) for seen in rows]
            scores = self.pipeline.components.scores(q, rows)
            wanted = CandidateQuery(q, rows, exclude, _named(scores), None, self._allowed(None))
            ranked = self._order(wanted, scores, self.pipeline.weights(""))
            found += [tuple(self.catalog.items[row].id for row in each[:k]) for each in ranked.rows]
        return found

    def _ranked(self, request: Request) -> Response:
        """The response without reasons."""
        pipeline, trace = self.pipeline, Trace()
        ids, where = request.history_ids(self.catalog), request.filter(self.catalog)
        query, context = (request.query or "").strip(), request.context.words() if request.context else ""
        query_text = pipeline.words(query) if query else None
        example = read_example(request, pipeline)
        history = tuple(row for row in self.catalog.rows(ids) if example is None or row != example.row)
        trace.lap("words" if example is None else "words and example")

        scoring = Scoring.of(pipeline, example)
        read = scoring.engine.query_vectors([history], [worded(query, context)])
        trace.degraded |= read.degraded
        trace.lap("llm")

        scores = scoring.components.scores(read.vectors, [history], None if query_text is None else query_text[None])
        weights, allowed = scoring.weights(pipeline.weights(query)), self._allowed(where)
        exclude = (*history, *scoring.closed, *self.catalog.rows(request.never), *pipeline.withdrawn)
        wanted = CandidateQuery(read.vectors, [history], [exclude], _named(scores), where, allowed)
        ranked = self._order(wanted, scores, weights)
        trace.degraded |= ranked.degraded
        order = ranked.rows[0]
        if request.diversity:
            order = diversified(order, ranked.scores[0][order], pipeline.components.media, request.k, request.diversity)
        best = order[: request.k].tolist()
        trace.lap("rank")

        open_items = np.ones(len(self.catalog.items), np.bool_)
        open_items[list(exclude)] = False
        situation = Situation(
            history, query, query_text, {name: of[0] for name, of in scores.items()}, weights, open_items,
            example.name if example else "", context, None if where is None else allowed,
        )  # fmt: skip
        state = RankingState(pipeline, scoring, situation, read.vectors[0])
        notes = (
            *pipeline.remarks,
            *map(str, pipeline.problems),
            *(example.notes if example else ()),
            *_too_few(best, request),
        )
        items = self._recommended(best, situation)
        return Response(items, ids, trace.timings, notes, tuple(sorted(trace.degraded)), state)

    def _order(
        self, wanted: CandidateQuery, scores: Mapping[ComponentKey, Floats], weights: Mapping[ComponentKey, float]
    ) -> "_Order":
        """The candidates of each request of a batch, best first by the fused score."""
        found = gather(self.pipeline.sources, wanted)
        fused = fuse(scores, weights, wanted.exclude)
        return _Order([best_first(of, rows) for of, rows in zip(fused, found.rows, strict=True)], fused, found.degraded)

    def _allowed(self, where: Filter | None) -> NDArray[np.bool_]:
        """`(items,)`: what the filter lets through."""
        return np.ones(len(self.catalog.items), np.bool_) if where is None else where.mask(self.catalog)

    def _recommended(self, rows: Sequence[int], situation: Situation) -> tuple[Recommended, ...]:
        shares = {
            name: situation.fused({name: scores[rows]})
            for name, scores in situation.parts.items()
            if situation.weights[name]
        }
        found = []
        for place, row in enumerate(rows):
            item, parts = self.catalog.items[row], {str(key): round(float(x[place]), 4) for key, x in shares.items()}
            found.append(Recommended(item.id, item.title, round(sum(parts.values()), 4), parts, dict(item.attributes)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Order:
    """`rows`: for each request, (candidates,) intp, best first; `scores (requests, items)`: fused."""

    rows: list[Rows]
    scores: Floats
    degraded: frozenset[str]


def _named(scores: Mapping[ComponentKey, Floats]) -> dict[str, Floats]:
    return {str(key): values for key, values in scores.items()}


def _too_few(found: Sequence[int], request: Request) -> tuple[str, ...]:
    if len(found) >= request.k:
        return ()
    return (f"only {len(found)} items are left that fit; loosen the filter or ask for fewer",)
