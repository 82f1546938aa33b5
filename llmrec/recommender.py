"""The way of a request: history and query -> query vector -> candidates -> fused score -> response, and its reasons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.catalog.feedback import NO_PAST, Past
from llmrec.catalog.quarantine import counted
from llmrec.catalog.queries import ranked_query
from llmrec.context import with_context
from llmrec.engine.base import QueryVectors
from llmrec.errors import BadInput, PluginError
from llmrec.evidence.effects import Situation
from llmrec.pipeline import Pipeline, load_pipeline
from llmrec.pipeline_config import PipelineConfig
from llmrec.query_by_example import Scoring, read_example
from llmrec.ranking.diversity import LEAST_POOL, POOL, diversified
from llmrec.ranking.exposure import ExposureBound, expose, popularity_group, unmet, with_groups
from llmrec.ranking.fused import ScoredRows
from llmrec.ranking.score_component import ScoringSituation
from llmrec.reasons import RankingState, explain
from llmrec.request import Request
from llmrec.response import Recommended, Response, Streamed, Trace
from llmrec.retrieval.candidates import CandidateQuery, gather
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.sharded import ShardedIndex
from llmrec.workers import Workers

if TYPE_CHECKING:
    from llmrec.rationale.phrasing import Style

BATCH = 256
"""Histories that are read, and whose candidates are looked for, at once."""


class Recommender:
    """Recommends the items of a catalogue by a checkpoint, both opened once. Several threads may use one recommender.

    Parameters
    ----------
    pipeline
        The opened parts; `from_pretrained` opens them.

    Examples
    --------
    >>> import llmrec
    >>> recommender = llmrec.Recommender.from_pretrained("ml-100k")  # doctest: +SKIP
    >>> recommender  # doctest: +SKIP
    Recommender('ml-100k' on Catalog('ml-100k': 1,682 items, 943 users, 100,000 interactions))
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.catalog: Catalog = pipeline.catalog
        self._groups: dict[str, NDArray[np.bool_]] = {}

    @classmethod
    def from_pretrained(
        cls,
        adapter: Path | str | None = None,
        data: Catalog | Path | str | None = None,
        *,
        rebuild: bool = False,
        catalog: Catalog | None = None,
        resilient: bool = False,
        config: PipelineConfig | None = None,
        encoding: Workers | None = None,
    ) -> "Recommender":
        """Open a trained checkpoint on a catalogue.

        Parameters
        ----------
        adapter
            Folder of the checkpoint, or the name of a shipped one; default: "ml-100k", the demo's.
        data
            Folder of the catalogue, or one in memory; default: the demo's.
        rebuild, catalog, resilient, config, encoding
            See `llmrec.pipeline.load_pipeline`.

        Returns
        -------
        Recommender

        Raises
        ------
        CatalogError, CheckpointError, CheckpointMismatch, SetupError, StorageError
            Where a part cannot be read or does not fit, or the disk refuses.
        IndexMismatch, IndexBusy, IndexUnreachable
            Where the index cannot be had.
        UnknownPlugin, BadInput, EngineMismatch
            Where `config` names no such part, or its servers serve another model.

        Examples
        --------
        >>> from llmrec.pipeline_config import PipelineConfig
        >>> Recommender.from_pretrained("ml-100k", config=PipelineConfig(index="exact"))  # doctest: +SKIP
        Recommender('ml-100k' on Catalog('ml-100k': 1,682 items, 943 users, 100,000 interactions))
        """
        return cls(load_pipeline(data, adapter, rebuild, catalog, resilient, config, encoding))

    def __repr__(self) -> str:
        """The checkpoint and the catalogue."""
        return f"Recommender({self.pipeline.checkpoint.info.name!r} on {self.catalog!r})"

    def index(self) -> dict[str, Any]:
        """What the open index holds, how many contents are left out of it, and what each of several servers holds."""
        parts = self.pipeline
        held: dict[str, Any] = {
            "items": parts.index.items,
            "adapter": parts.checkpoint.info.name,
            "dimension": parts.components.v.shape[1],
        }
        if parts.problems:
            held["left_out"] = len(parts.problems)
        if isinstance(parts.index, ShardedIndex):
            held["shards"] = [asdict(each) for each in parts.index.shards]
        return held

    def recommend(self, request: Request | None = None, /, **fields: Any) -> Response:
        """Recommend items, with their reasons where the request asks for them.

        Parameters
        ----------
        request
            What is wanted.
        **fields
            The fields of a `Request`, in the place of one: `user`, `history`, `query`, `k`, `where`, `explain` and the
            others.

        Returns
        -------
        Response
            Best first; fewer than `request.k` items where fewer fit, with a note that says so.

        Raises
        ------
        UnknownUser, UnknownItem, BadFilter
            Where the catalogue lacks what the request names.
        BadInput
            Where the file of an example cannot be read, or `fields` make no request.

        Examples
        --------
        >>> recommender.recommend(user="471", query="an animated musical", k=5, explain=True)  # doctest: +SKIP
        """
        return self.stream(Request.of(request, fields)).whole()

    def recommend_many(self, users: Iterable[str], **fields: Any) -> Iterator[Response]:
        """Recommend items to many users, read and scored in batches.

        Parameters
        ----------
        users
            Ids of users.
        **fields
            The other fields of a `Request`, the same for all.

        Yields
        ------
        Response
            One a user, in their order, as `recommend` gives it but for rounding. Without `explain` it does not hold the
            situation that it was ranked in, which would keep the scores of all candidates.

        Raises
        ------
        UnknownUser, UnknownItem, BadFilter, BadInput
            As `recommend` does; the first users' responses may have been given by then.

        Examples
        --------
        >>> for user, response in zip(users, recommender.recommend_many(users, k=5)):  # doctest: +SKIP
        ...     print(user, [item.id for item in response.items])
        """
        if isinstance(users, str):
            raise BadInput(f"`users` is {users!r}; pass a list of ids", "users")
        requests = (Request.of(None, {**fields, "user": user}) for user in users)
        at_once = 1 if fields.get("intent") == "complement" else BATCH  # each user's own item decides what is scored
        while batch := list(islice(requests, at_once)):
            for response in self._ranked(batch):
                if batch[0].explain:
                    response = explain(response, shapley=batch[0].shapley, style=batch[0].style).whole()
                yield replace(response, _state=None)

    def similar(self, item: str, k: int = 10, **fields: Any) -> Response:
        """Recommend items that are like one of the catalogue.

        Parameters
        ----------
        item
            Id of the item, which is not recommended itself.
        k
            Number of items wanted.
        **fields
            Other fields of a `Request`: with a `user` or a `query`, both count.

        Returns
        -------
        Response
            What a request with `like=item` is answered: the LLM reads the item as a history, and likeness of its media
            and of its audience counts.

        Raises
        ------
        UnknownUser, UnknownItem, BadFilter, BadInput
            As `recommend` does.

        Examples
        --------
        >>> recommender.similar("1", k=3)  # doctest: +SKIP
        """
        return self.recommend(**{**fields, "like": item, "k": k})

    def complements(self, item: str, k: int = 10, **fields: Any) -> Response:
        """Recommend items that go with one of the catalogue.

        Parameters
        ----------
        item
            Id of the item, which is not recommended itself.
        k
            Number of items wanted.
        **fields
            Other fields of a `Request`: with a `user`, a `history` or a `query`, these count.

        Returns
        -------
        Response
            What a request with `intent="complement"` and `like=item` is answered.

        Raises
        ------
        UnknownUser, UnknownItem, BadFilter, BadInput
            As `recommend` does.

        Examples
        --------
        >>> recommender.complements("1", k=3)  # doctest: +SKIP
        """
        return self.recommend(**{**fields, "intent": "complement", "like": item, "k": k})

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
        (response,) = self._ranked([request])
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

    def top(
        self, histories: Sequence[Sequence[str]], k: int = 10, past: Sequence[Past] | None = None
    ) -> list[tuple[str, ...]]:
        """The best items after each of many histories, ranked in batches.

        Parameters
        ----------
        histories
            Item ids of each, oldest first.
        k
            Number of items wanted for each.
        past
            What the events of each history say beside their order, where that is known.

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
            exclude = [(*self._seen(seen), *self.pipeline.withdrawn) for seen in rows]
            known = [NO_PAST] * len(rows) if past is None else past[start : start + BATCH]
            candidates = gather(self.pipeline.sources, CandidateQuery(q, rows, exclude, None, self._allowed(None), k=k))
            for n, history in enumerate(rows):
                scored = self._scored(candidates.rows[n], exclude[n])
                asked = ScoringSituation(q[n], history, past=known[n])
                situation = Situation.of(asked, scored, self.pipeline.components, self.pipeline.weights(""))
                found.append(tuple(self.catalog.items[row].id for row in situation.order()[:k]))
        return found

    def _ranked(self, requests: Sequence[Request]) -> list[Response]:
        """The responses without reasons to requests that differ in their histories alone."""
        pipeline, trace, request = self.pipeline, Trace(), requests[0]
        ids, where = [each.history_ids(self.catalog) for each in requests], request.filter(self.catalog)
        stated = [str(value) for clause in where.clauses for value in clause.values] if where else []
        query = ranked_query(request.query or "", self.catalog, stated)
        context = request.context.words() if request.context else ""
        query_text = pipeline.words(query) if query else None
        example = read_example(request, pipeline)
        left_out = None if example is None else example.row
        histories = [tuple(row for row in self.catalog.rows(own) if row != left_out) for own in ids]
        trace.lap("words" if example is None else "words and example")

        past = [each.past(self.catalog) for each in requests]
        scoring, n = Scoring.of(pipeline, example, past[0]), len(requests)
        read = scoring.engine.query_vectors(histories, [with_context(query, context)] * n)
        _check_vectors(read, n, pipeline)
        trace.degraded |= read.degraded
        trace.lap("llm")

        query_texts = None if query_text is None else np.repeat(query_text[None], n, axis=0)
        allowed = self._allowed(where)
        closed = (*scoring.closed, *self.catalog.rows(request.never), *pipeline.withdrawn)
        exclude = [(*self._seen(history), *closed) for history in histories]
        shown = histories if left_out is None else [(*history, left_out) for history in histories]
        wanted = CandidateQuery(
            read.vectors, shown, exclude, where, allowed, query_texts, [query] * n if query else (),
            scoring.example_vectors, _needed(request), left_out if example and example.goes_with else None,
        )  # fmt: skip
        candidates = gather(pipeline.sources, wanted)
        trace.degraded |= candidates.degraded
        trace.lap("candidates")

        bounds = request.exposure_bounds(self.catalog, self._popularity_group) if request.exposure else ()
        media, situations, orders, by_score = pipeline.components.media, [], [], []
        for row, history in enumerate(histories):
            proposed = candidates.rows[row]
            if bounds:
                proposed = with_groups(proposed, bounds, request.k, allowed, exclude[row], pipeline.sample)
            scored = self._scored(proposed, exclude[row])
            asked = ScoringSituation(read.vectors[row], history, query_text, past[row], query)
            situation = Situation.of(
                asked,
                scored,
                scoring.components,
                scoring.weights(pipeline.weights(query, len(shown[row]))),
                example.name if example else "",
                context,
                (request.query or "").strip(),
            )
            order = situation.order()
            if request.one_per_title:
                order = self._first_of_titles(order, left_out if example and example.goes_with else None)
            if request.diversity:
                fused = situation.total[scored.places(order)]
                most = _needed(request) if bounds else request.k  # rules choose from more than the list
                varied = diversified(order[:most] if bounds else order, fused, media, most, request.diversity)
                order = np.concatenate([varied, order[most:]]) if bounds else varied
            by_score.append(order[: request.k].tolist())
            if bounds:
                order = expose(order, request.k, bounds)
            situations.append(situation)
            orders.append(order)
        trace.lap("rank")

        responses = []
        timings = {step: round(seconds / n, 4) for step, seconds in trace.timings.items()}
        for row, (situation, order) in enumerate(zip(situations, orders, strict=True)):
            best = order[: request.k].tolist()
            exposed = frozenset(self.catalog.items[each].id for each in {*best} - {*by_score[row]})
            state = RankingState(pipeline, scoring, situation, read.vectors[row], exposed)
            notes = (*pipeline.remarks, *map(str, pipeline.problems), *(example.notes if example else ()))
            responses.append(
                Response(
                    self._recommended(best, situation), ids[row], timings,
                    (*notes, *_too_few(best, request), *_exposed(best, by_score[row], bounds)),
                    tuple(sorted(trace.degraded)), state,
                )
            )  # fmt: skip
        return responses

    def _first_of_titles(self, order: NDArray[np.intp], anchor: int | None = None) -> NDArray[np.intp]:
        """Rows in their order, those whose title stands before, or is the anchor's, behind all others.

        What is without a title is like no other.
        """
        items = self.catalog.items
        titles = set() if anchor is None else {items[anchor].title.casefold().strip()}
        kept, behind = list[int](), list[int]()
        for row in order.tolist():
            title = items[row].title.casefold().strip()
            (behind if title and title in titles else kept).append(row)
            titles.add(title)
        return np.array([*kept, *behind], np.intp)

    def _scored(self, candidates: NDArray[np.intp], closed: Sequence[int]) -> ScoredRows:
        """What is scored for one request: its candidates, and the sample that they are normalised by."""
        return ScoredRows.of(candidates, self.pipeline.sample, closed, len(self.catalog.items))

    def _popularity_group(self, name: str) -> NDArray[np.bool_]:
        """`(items,)`: the members of a group by training events, found once."""
        if name not in self._groups:
            counts = np.expm1(self.pipeline.components.interaction_models.popular)
            self._groups[name] = popularity_group(name, counts)
        return self._groups[name]

    def _seen(self, history: Sequence[int]) -> Sequence[int]:
        """The rows of a history that are not recommended: none where what was taken may be taken again."""
        return () if self.pipeline.components.interaction_models.repeat else history

    def _allowed(self, where: Filter | None) -> NDArray[np.bool_]:
        """`(items,)`: what the filter lets through."""
        return np.ones(len(self.catalog.items), np.bool_) if where is None else where.mask(self.catalog)

    def _recommended(self, rows: Sequence[int], situation: Situation) -> tuple[Recommended, ...]:
        places = situation.scored.places(rows)
        shares = {
            name: situation.fused({name: scores[places]})
            for name, scores in situation.parts.items()
            if situation.weights[name]
        }
        found = []
        for place, row in enumerate(rows):
            item, parts = self.catalog.items[row], {str(key): round(float(x[place]), 4) for key, x in shares.items()}
            found.append(Recommended(item.id, item.title, round(sum(parts.values()), 4), parts, dict(item.attributes)))
        return tuple(found)


def _needed(request: Request) -> int:
    """How many candidates there have to be: enough to choose from where variety, exposure or titles count too."""
    return (
        max(POOL * request.k, LEAST_POOL)
        if request.diversity or request.exposure or request.one_per_title
        else request.k
    )


def _too_few(found: Sequence[int], request: Request) -> tuple[str, ...]:
    if len(found) >= request.k:
        return ()
    if not found:
        return ("no item is left that fits; loosen the filter",)
    left = "1 item is" if len(found) == 1 else f"{len(found)} items are"
    return (f"only {left} left that fit; loosen the filter or ask for fewer",)


def _exposed(best: Sequence[int], by_score: Sequence[int], bounds: Sequence[ExposureBound]) -> tuple[str, ...]:
    """What the rules of exposure have done to a list, and which of them could not be held."""
    if not bounds:
        return ()
    rules, moved = "; ".join(str(bound.rule) for bound in bounds), len({*best} - {*by_score})
    notes = [f"{counted(moved, 'item')} of {len(best)} in the list for the sake of exposure ({rules})"] if moved else []
    if missed := unmet(np.array(best, np.intp), bounds):
        notes.append(f"too few candidates to hold {'; '.join(missed)}")
    return tuple(notes)


def _check_vectors(read: QueryVectors, requests: int, pipeline: Pipeline) -> None:
    """Refuse what an engine from outside cannot mean: nothing would be ranked by it, in silence."""
    shape = (requests, pipeline.components.v.shape[1])
    if np.shape(read.vectors) != shape or not np.isfinite(read.vectors).all():
        raise PluginError(
            f"the engine {pipeline.config.engine!r} gave query vectors of shape {np.shape(read.vectors)}; "
            f"they have to be finite numbers of shape {shape}"
        )
