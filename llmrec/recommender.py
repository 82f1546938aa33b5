"""The pipeline, top to bottom: request -> history and wish -> q -> candidates -> fused score -> reasons."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.context import worded
from llmrec.degradation import note_degraded, noting_degraded
from llmrec.engine.base import Engine
from llmrec.errors import IndexUnreachable, storage_error
from llmrec.evaluation.splits import load_split, rolling_events
from llmrec.evidence.effects import Situation
from llmrec.evidence.measure import Instruments, add_shapley, measure
from llmrec.evidence.surrogate import with_traits
from llmrec.pipeline import Pipeline, load_pipeline
from llmrec.query_by_example import Example, read_example, shown
from llmrec.ranking.diversity import diversify
from llmrec.ranking.fused import fuse
from llmrec.ranking.score_component import LLM, ComponentKey
from llmrec.rationale.write import stream_rationales
from llmrec.request import Request
from llmrec.response import Recommended, Response, Streamed
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.index import exact_search

Floats = NDArray[np.float32]

CANDIDATES = 400
"""Items fetched from the index a request, and as many from the item-item model: what is fused and ranked."""
RANKED = 20
"""Items in each list of a ranking file."""
BATCH = 256
"""Held-out events ranked at once."""


class Recommender:
    """A catalogue and an adapter pack, opened once, asked often, by several threads at a time where need be."""

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
        """See `llmrec.pipeline.open_all`."""
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
        """Answers one request. Raises `UnknownUser`, `UnknownItem`, `BadFilter`, `BadInput`."""
        return self.stream(request).whole()

    def stream(self, request: Request) -> Streamed:
        """The same, the list at once and the reasons one by one. Raises what `recommend` does."""
        missed: set[str] = set()
        with noting_degraded(missed):
            return self._streamed(request, missed)

    def rank(self, split: Path, at: str, out: Path) -> dict[str, Any]:
        """Writes 20 items for each held-out event, in the referee's format; fewer where fewer are unseen.

        Raises `BadSplit`, `StorageError`.
        """
        events = rolling_events(self.catalog, load_split(split, self.catalog), at)
        lists: dict[str, list[list[str]]] = {}
        started = time.perf_counter()
        for start in range(0, len(events), BATCH):
            chosen = events[start : start + BATCH]
            histories = [event.history for event in chosen]
            q = self.pipeline.engine.query_vectors(histories, [""] * len(chosen))
            parts = self.pipeline.components.scores(q, histories)
            scores = self._among_candidates(
                fuse(parts, self.pipeline.weights(""), histories), q, parts, histories, None
            )
            for event, scored in zip(chosen, scores, strict=True):
                best = [row for row in np.argsort(-scored, kind="stable")[:RANKED] if np.isfinite(scored[row])]
                lists.setdefault(event.user, []).append([self.catalog.items[row].id for row in best])
        try:
            with out.open("w", encoding="utf-8") as file:
                for user, items in lists.items():
                    file.write(json.dumps({"user": user, "items": items}) + "\n")
        except OSError as error:
            raise storage_error(f"the ranking {out}", error) from error
        return {"events": len(events), "users": len(lists), "seconds": round(time.perf_counter() - started, 1)}

    def _streamed(self, request: Request, missed: set[str]) -> Streamed:
        """`missed` goes on to collect what is out of reach while reasons are measured and written."""
        clock = _Clock()
        ids, where = request.history_ids(self.catalog), request.filter(self.catalog)
        example = read_example(request, self.pipeline)
        history = tuple(row for row in self.catalog.rows(ids) if example is None or row != example.row)
        query = (request.query or "").strip()
        context = request.context.words() if request.context else ""
        asked = self.pipeline.words(query) if query else None
        clock.lap("words" if example is None else "words and example")
        asker = _Asker(self.pipeline, example)
        q = asker.engine.query_vectors([history], [worded(query, context)])
        clock.lap("llm")
        best, situation = self._rank(q, history, query, asked, where, request, asker)
        clock.lap("rank")
        items = self._recommended(best, situation)
        notes = self._notes(best, request)

        def explained() -> Iterator[Recommended]:
            spoken = self.pipeline.spoken
            tools = Instruments(
                asker.components,
                asker.engine,
                self.pipeline.engine,
                self.pipeline.blind,
                asker.weights(self.pipeline.weights("")),
            )
            with noting_degraded(missed):
                evidence = measure(situation, best, q[0], tools, spoken)
            attributed = self.pipeline.surrogate.of(situation.fused(situation.parts), situation.open_items)
            evidence = [with_traits(each, attributed, spoken) for each in evidence]
            clock.lap("evidence")
            if orders := request.shapley:
                with noting_degraded(missed):
                    evidence, reads = add_shapley(evidence, situation, best, tools, spoken, orders)
                notes.append(f"Shapley values over {orders} orders: the LLM read {reads:,} histories")
                clock.lap("shapley")
            write = self.pipeline.engine.generate
            sentences = stream_rationales(evidence, write, spoken, example=situation.example, style=request.style)
            for item in items:
                with noting_degraded(missed):  # not around the loop: each step may run in a thread of its own
                    rationale = next(sentences)
                clock.lap("sentences")
                yield replace(item, rationale=rationale, evidence=rationale.evidence)
                clock.resume()

        explains = request.explain and bool(items)
        return Streamed(items, ids, clock.laps, notes, missed, explains, explained() if explains else iter(items))

    def _rank(
        self,
        q: Floats,
        history: tuple[int, ...],
        query: str,
        asked: Floats | None,
        where: Filter | None,
        request: Request,
        asker: "_Asker",
    ) -> tuple[list[int], Situation]:
        """Rows of the answer, best first, and the situation they were scored in."""
        parts = asker.components.scores(q, [history], None if asked is None else asked[None])
        weights = asker.weights(self.pipeline.weights(query))
        closed = [(*history, *asker.closed, *self.catalog.rows(request.never), *self.pipeline.withdrawn)]
        fused = self._among_candidates(fuse(parts, weights, closed), q, parts, closed, where)[0]
        order = np.argsort(-fused, kind="stable")[: int(np.isfinite(fused).sum())].tolist()
        if request.diversity and order:
            pool = order[: max(10 * request.k, 50)]
            media = np.hstack([vectors[pool] for vectors in self.pipeline.components.media.values()])
            kept = diversify(fused[pool], media, request.k, 1 - request.diversity)
            order = [pool[place] for place in kept]
        seen = np.ones(len(self.catalog.items), np.bool_)
        seen[list(closed[0])] = False
        first = {name: scores[0] for name, scores in parts.items()}
        context = request.context.words() if request.context else ""
        allowed = None if where is None else self._allowed(where)
        situation = Situation(history, query, asked, first, weights, seen, asker.name, context, allowed)
        return order[: request.k], situation

    def _among_candidates(
        self,
        fused: Floats,
        q: Floats,
        parts: dict[ComponentKey, Floats],
        histories: Sequence[tuple[int, ...]],
        where: Filter | None,
    ) -> Floats:
        """`fused (events, items)` with -inf at all but the candidates: the index's answer to q, the filter applied,
        the best of each component that the index does not hold (it has no scores lent to newcomers), and the items
        that came or changed since it was built."""
        allowed = self._allowed(where)
        near = self._nearest(q, where, allowed, histories)
        kept = np.full(fused.shape, -np.inf, np.float32)
        reach = min(CANDIDATES, fused.shape[1])
        held = () if self.pipeline.components.cold_start else (LLM,)
        others = {name: np.where(allowed, scores, -np.inf) for name, scores in parts.items() if name not in held}
        for event, rows in enumerate(near):
            best = [np.argpartition(-scores[event], reach - 1)[:reach] for scores in others.values()]
            chosen = np.unique(np.concatenate([rows, *best, self.pipeline.unindexed]))
            chosen = chosen[allowed[chosen]]
            kept[event, chosen] = fused[event, chosen]
        return kept

    def _nearest(
        self, q: Floats, where: Filter | None, allowed: NDArray[np.bool_], histories: Sequence[tuple[int, ...]]
    ) -> list[NDArray[np.intp]]:
        """The index's answer to `q (events, dim)`, rows for each; where it has none, all items are gone through."""
        try:
            return self.pipeline.index.query(q, CANDIDATES, where, histories)[0]
        except IndexUnreachable:
            note_degraded("index")
            components = self.pipeline.components
            return exact_search(components.v, components.b, q, CANDIDATES, allowed, histories)

    def _allowed(self, where: Filter | None) -> NDArray[np.bool_]:
        """`(items,)`: what the filter lets through."""
        if where is None:
            return np.ones(len(self.catalog.items), np.bool_)
        return np.array([where.matches(item) for item in self.catalog.items], np.bool_)

    def _recommended(self, rows: list[int], situation: Situation) -> tuple[Recommended, ...]:
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

    def _notes(self, shown: list[int], request: Request) -> list[str]:
        notes = [*self.pipeline.remarks, *map(str, self.pipeline.problems)]
        if len(shown) < request.k:
            notes.append(f"only {len(shown)} items are left that fit; loosen the filter or ask for fewer")
        return notes


class _Asker:
    """What a request is scored with: the opened parts, or those that see its example too."""

    def __init__(self, pipeline: Pipeline, example: Example | None) -> None:
        self._example, self._shares = example, pipeline.checkpoint.info.weights.get("example", {})
        self.name = example.name if example else ""
        self.closed = () if example is None or example.row is None else (example.row,)
        self.engine: Engine = shown(example, pipeline) if example else pipeline.engine
        self.components = pipeline.components.like(example.vectors, example.row) if example else pipeline.components

    def weights(self, usual: dict[ComponentKey, float]) -> dict[ComponentKey, float]:
        return self._example.weights(usual, self._shares) if self._example else usual


class _Clock:
    """Seconds by step; those of a step that comes again add up."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def resume(self) -> None:
        """What passed since the last lap was not ours."""
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(self.laps.get(name, 0.0) + now - self._last, 4)
        self._last = now
