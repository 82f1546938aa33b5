"""What the ranking loses without each of its parts: `python -m eval.knockout`.

Every test event of the rolling split is ranked as a request is: candidate sources propose, score components score what
they propose. A part is taken out of both, and the weights of what is left are fitted anew on the valid part: without
words, and under a query that is composed from the wanted item, in phrasings that training does not use (see
`llmrec.train.query_texts`; such queries are made of the item's own words, so plain word matching, which stands beside,
is at its best). Of the index, two things are told: what its answers carry (it is there and finds nothing), and what is
lost while it is out of reach (the other sources then propose more). "candidates" is the choice itself: every item is
scored. The difference has a paired 95 % interval over users.

`--split loo` holds each user's last item out in place of the last five, as the literature does for Amazon Beauty; on so
many events `--part` and `--query none` measure what is wanted alone.

`--adapter` names a checkpoint that learnt from the train part alone. Without one there is no LLM: everything else is
fitted on the train part. Needs no GPU; ten to twenty minutes on one core. Each line goes to
eval/results/measurements.jsonl.
"""

import argparse
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec.catalog import Catalog, load_catalog
from llmrec.encoders import encoder_by_id, encoders_for
from llmrec.encoders.extract import extract
from llmrec.engine.base import Engine
from llmrec.errors import BadInput, IndexUnreachable
from llmrec.evaluation.bootstrap import compare
from llmrec.evaluation.leakage import leakage
from llmrec.evaluation.metrics import ndcg, recall, user_means
from llmrec.evaluation.splits import Event, Split, make_split, rolling_events
from llmrec.paths import home
from llmrec.pipeline import source_inputs
from llmrec.pipeline_config import PipelineConfig
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.fused import CandidateScores, ScoredRows, reference_sample
from llmrec.ranking.score_component import COLLABORATIVE, LLM, POPULARITY, QUERY_TERMS, WORDS, ComponentKey
from llmrec.ranking.terms import query_weights
from llmrec.recommender import Recommender
from llmrec.retrieval.candidates import CandidateQuery, CandidateSource, gather
from llmrec.retrieval.chroma import ChromaIndex
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.retrieval.index import Floats, Index, Neighbours, Rows
from llmrec.train.preference import learn_preference
from llmrec.train.query_texts import compose_query

STUDY = "knockout"
SAME = ("dataset", "split", "adapter", "seed", "query", "without")
"""What tells its lines apart."""
BATCH = 512
"""Events whose scores of all items are in memory at once."""
LISTED = 20
"""Items of the lists that are compared."""
Scores = CandidateScores[ComponentKey]


class NoIndex:
    """An index that finds nothing, or does not answer."""

    items = 0

    def __init__(self, answers: bool) -> None:
        self._answers = answers

    def query(self, q: Floats, *_: object) -> Neighbours:
        """See `Index.query`."""
        return self.alike("", q)

    def alike(self, _modality: str, vectors: Floats, *_: object) -> Neighbours:
        """See `ContentIndex.alike`."""
        if not self._answers:
            raise IndexUnreachable("the index is taken out")
        return Neighbours.none(len(vectors))

    def close(self) -> None:
        """See `Index.close`."""


@dataclass(frozen=True)
class Part:
    """What is taken out: score components, candidate sources, the index, or the choice of candidates.

    Attributes
    ----------
    keys : frozenset of ComponentKey
    sources : frozenset of str
    index : str
        Which of `Ranker.indexes` is asked: "" for the real one.
    chosen : bool
        Whether candidates are chosen; else every item is one.
    """

    keys: frozenset[ComponentKey] = frozenset()
    sources: frozenset[str] = frozenset()
    index: str = ""
    chosen: bool = True


INDEX = {
    "the index's answers": Part(index="empty"),
    "the index, out of reach": Part(index="out of reach"),
    "the choice of candidates": Part(chosen=False),
}
"""What is taken out of serving, at the weights of the whole."""


@dataclass(frozen=True)
class Ranker:
    """What ranks: candidates, score components and, where there is one, the LLM's engine."""

    catalog: Catalog
    components: Components
    text: Callable[[list[str]], Floats]
    engine: Engine | None
    index: Index

    @cached_property
    def sample(self) -> Rows:
        """See `reference_sample`."""
        return reference_sample(item.id for item in self.catalog.items)

    @cached_property
    def sources(self) -> dict[str, dict[str, CandidateSource]]:
        """Index -> name -> candidate source."""
        indexes: dict[str, Index] = {"": self.index, "empty": NoIndex(True), "out of reach": NoIndex(False)}
        names = [name for name in PipelineConfig().candidates if self.engine or name != "index"]
        config = PipelineConfig(candidates=tuple(names))
        return {
            name: dict(zip(names, config.sources(source_inputs(self.catalog, index, self.components)), strict=True))
            for name, index in indexes.items()
        }

    def batches(self, events: Sequence[Event], queries: Sequence[str] | None) -> Iterator["Batch"]:
        """The events, some at a time."""
        for start in range(0, len(events), BATCH):
            part = events[start : start + BATCH]
            asked = None if queries is None else queries[start : start + BATCH]
            histories, closed = [event.history for event in part], [event.closed for event in part]
            q = np.zeros((len(part), self.components.v.shape[1]), np.float32)
            if self.engine:
                q = self.engine.query_vectors(histories, asked or [""] * len(part)).vectors
            words = None if asked is None else self.text([query or "anything" for query in asked])
            found = self.components.scores(q, histories, words, [event.past for event in part], asked)
            scores = {key: each for key, each in found.items() if self.engine or key != LLM}
            allowed = np.ones(len(self.catalog.items), np.bool_)
            yield Batch(self, part, scores, CandidateQuery(q, histories, closed, None, allowed, words, asked or ()), {})


@dataclass(frozen=True)
class Batch:
    """Events, the raw scores of all items, and what each source has proposed for them."""

    ranker: Ranker
    events: Sequence[Event]
    scores: Mapping[ComponentKey, Floats]
    query: CandidateQuery
    proposed: dict[tuple[str, str], Sequence[Rows]]

    def of(self, part: Part) -> Scores:
        """The candidates without a part, and their scores."""
        items, closed = len(self.ranker.catalog.items), self.query.exclude
        if part.chosen:
            rows, sample = self._candidates(part), self.ranker.sample
            scored = [ScoredRows.of(own, sample, never, items) for own, never in zip(rows, closed, strict=True)]
        else:
            scored = [ScoredRows.whole(items, never) for never in closed]
        kept = {key: scores for key, scores in self.scores.items() if key not in part.keys}
        raw = ({key: scores[n, own.rows] for key, scores in kept.items()} for n, own in enumerate(scored))
        return CandidateScores.of(scored, raw, [event.target for event in self.events])

    def ranked(
        self, scores: Scores, weights: Mapping[ComponentKey, float]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rank of each target, and the first `LISTED` rows of each event, under the weights that its query has."""
        if not self.query.queries:
            return scores.ranks(weights), scores.top(weights, LISTED)
        terms, ranks, tops = self.ranker.components.terms, [], []
        for own, text in zip(scores, self.query.queries, strict=True):
            of_query = query_weights(weights, terms, text)
            ranks.append(own.ranks(of_query))
            tops.append(own.top(of_query, LISTED))
        return np.concatenate(ranks), np.concatenate(tops)

    def _candidates(self, part: Part) -> Sequence[Rows]:
        sources = {n: s for n, s in self.ranker.sources[part.index].items() if n not in part.sources}
        if part.index == "out of reach":  # then the others are asked for more
            return gather([*sources.values()], self.query).rows
        for name, source in sources.items():  # asked once, whatever is taken out
            if (name, part.index) not in self.proposed:
                self.proposed[name, part.index] = gather([source], self.query).rows
        found = [self.proposed[name, part.index] for name in sources]
        return [np.unique(np.concatenate(own)) for own in zip(*found, strict=True)]


@contextmanager
def opened(adapter: str, data: Path, split: Split, catalog: Catalog) -> Iterator[Ranker]:
    """The checkpoint's parts; raises `ValueError` where it may have seen the test part."""
    recommender = Recommender.from_pretrained(adapter, data, catalog=catalog)
    pipeline = recommender.pipeline
    seen = leakage(pipeline.checkpoint.info.provenance, catalog, split)
    if seen.state != "clean":
        raise ValueError(f"{adapter}: {seen.why}")
    text = encoder_by_id("text", pipeline.checkpoint.info.encoders["text"])
    try:
        yield Ranker(catalog, pipeline.components, text.encode, pipeline.engine, pipeline.index)
    finally:
        pipeline.index.close()


@contextmanager
def without_llm(catalog: Catalog, split: Split) -> Iterator[Ranker]:
    """Everything but the LLM, fitted on the train part; the index holds the items' media."""
    encoders = encoders_for(catalog.items, {})
    features, _ = extract(catalog, encoders, home() / "features")
    rows = [catalog.rows(items) for items in split.train.values()]
    modalities = [m for m in features.encoders if features.mask[m].any()]
    vectors = {m: features.vectors[m] for m in modalities}
    masks = {m: features.mask[m] for m in modalities}
    learnt = InteractionModels.fit(rows, len(catalog.items), learn_preference(vectors, masks, features.steps, rows, 0))
    nothing = np.zeros((len(catalog.items), 1), np.float32)
    components = Components.of(nothing, nothing[:, 0], learnt, vectors, masks, features.steps)
    components = components.with_terms(catalog.items)
    text = next(encoder for encoder in encoders if encoder.modality == "text")
    fingerprint = IndexFingerprint.of(catalog, {}, "none", 1, features.keys)
    with (
        TemporaryDirectory() as folder,
        ChromaIndex.build(
            Path(folder), nothing, nothing[:, 0], catalog, fingerprint, media=components.index_media
        ) as index,
    ):
        yield Ranker(catalog, components, text.encode, None, index)


def parts_of(keys: Sequence[ComponentKey], sources: Collection[str]) -> dict[str, Part]:
    """What is taken out, by name."""

    def out(names: Iterable[ComponentKey], *proposers: str) -> Part:
        return Part(frozenset(names) & set(keys), frozenset(proposers) & set(sources))

    taken = {
        "the LLM": out({LLM}, "index"),
        "the item-item model": out({COLLABORATIVE}, "neighbours"),
        "popularity": out({POPULARITY}),
        "likeness of text": out(key for key in keys if key.modality == "text"),
        "likeness of photos": out(key for key in keys if key.modality == "image"),
        "the query's words, one by one": out({QUERY_TERMS}),
        "the query as a sentence vector": out({WORDS}, "words"),
        "all but the LLM": Part(frozenset(keys) - {LLM}, frozenset(sources) - {"index"}),
        "all but the query's words, one by one": Part(frozenset(keys) - {QUERY_TERMS}, frozenset(sources) - {"terms"}),
    }
    there = {name: part for name, part in taken.items() if part.keys and len(part.keys) < len(keys)}
    return {"nothing": Part()} | there | INDEX


def study(
    data: Path,
    adapter: str,
    seed: int,
    file: Path = MEASUREMENTS,
    *,
    kind: str = "rolling",
    asked: Collection[str] = ("none", "composed"),
    only: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Measure parts without words and under queries, and file the lines.

    Parameters
    ----------
    data
        Folder of the catalogue.
    adapter
        Checkpoint; "" for none.
    seed
        Of the queries.
    file
        Where the lines go.
    kind
        Split: "rolling" or "loo".
    asked
        Without words ("none"), under queries ("composed"), or both.
    only
        Parts by name; default: every one.
    """
    catalog = load_catalog(data)
    split = make_split(catalog, kind)
    events = {at: rolling_events(catalog, split, at) for at in ("valid", "test")}
    lines = []
    with opened(adapter, data, split, catalog) if adapter else without_llm(catalog, split) as ranker:
        for query in asked:
            queries = {
                at: [
                    compose_query(catalog.items[e.target], Random(f"{seed}:{at}:{e.user}:{e.number}"), at == "test")
                    for e in events[at]
                ]
                for at in events
            } if query == "composed" else dict.fromkeys(events)  # fmt: skip
            weights = _weights(ranker, events["valid"], queries["valid"], only)
            reached = _tested(ranker, events["test"], queries["test"], weights)
            for name, found in reached.items():
                ratio = compare(found.ndcg, reached["nothing"].ndcg).ratio
                line = {
                    "dataset": data.name, "split": kind, "adapter": adapter, "seed": seed, "query": query,
                    "without": name, "test ndcg@10": round(float(found.ndcg.mean()), 5),
                    "test recall@10": round(found.recall, 5),
                    "share of the whole": [round(each, 4) for each in (ratio.value, ratio.low, ratio.high)],
                    f"lists of {LISTED} that differ": round(found.differ, 4), "candidates": round(found.candidates, 1),
                    "weights": {str(key): weight for key, weight in weights[name].items() if weight},
                }  # fmt: skip
                lines.append(line)
                print({key: value for key, value in line.items() if key not in ("dataset", "adapter")}, flush=True)
                file_measurement(STUDY, line, command_line(), same=SAME, file=file)
    return lines


def _weights(
    ranker: Ranker, events: Sequence[Event], queries: Sequence[str] | None, only: Collection[str]
) -> dict[str, dict[ComponentKey, float]]:
    """Part that is out -> weights of what is left; without the index those that were fitted with it."""
    scores: dict[str, list[Scores]] = {}
    for batch in ranker.batches(events, queries):
        parts = parts_of([*batch.scores], ranker.sources[""])
        if unknown := [name for name in only if name not in parts]:
            raise BadInput(f"there is no part {unknown[0]!r} to take out; choose from {', '.join(parts)}", "part")
        for name, part in parts.items():
            if name not in INDEX and (name == "nothing" or not only or name in only):
                scores.setdefault(name, []).append(batch.of(part))
    weights = {name: CandidateScores.joined(scores[name]).fit() for name in scores}
    return weights | dict.fromkeys((name for name in INDEX if not only or name in only), weights["nothing"])


@dataclass(frozen=True)
class Reached:
    """What is left without a part.

    Attributes
    ----------
    ndcg : ndarray of shape (users,)
        NDCG@10.
    recall : float
        Recall@10, as a mean over users.
    differ : float
        Share of the lists that are not those of the whole.
    candidates : float
        Mean number of candidates.
    """

    ndcg: NDArray[np.float64]
    recall: float
    differ: float
    candidates: float


def _tested(
    ranker: Ranker,
    events: Sequence[Event],
    queries: Sequence[str] | None,
    weights: Mapping[str, Mapping[ComponentKey, float]],
) -> dict[str, Reached]:
    """Part that is out -> what the test events are ranked like."""
    ranks: dict[str, list[NDArray[np.intp]]] = {name: [] for name in weights}
    differ: dict[str, list[bool]] = {name: [] for name in weights}
    sizes: dict[str, list[int]] = {name: [] for name in weights}
    for batch in ranker.batches(events, queries):
        parts = parts_of([*batch.scores], ranker.sources[""])
        whole = batch.ranked(batch.of(parts["nothing"]), weights["nothing"])[1]
        for name in weights:
            scores = batch.of(parts[name])
            found, top = batch.ranked(scores, weights[name])
            ranks[name].append(found)
            differ[name] += [not np.array_equal(own, other) for own, other in zip(top, whole, strict=True)]
            sizes[name] += (scores.rows >= 0).sum(axis=1).tolist()
    _, owners = np.unique([e.user for e in events], return_inverse=True)
    return {name: _reached(np.concatenate(own), owners, differ[name], sizes[name]) for name, own in ranks.items()}


def _reached(
    ranks: NDArray[np.intp], owners: NDArray[np.intp], differ: Sequence[bool], sizes: Sequence[int]
) -> Reached:
    found = float(user_means(recall(ranks), owners).mean())
    return Reached(user_means(ndcg(ranks), owners), found, float(np.mean(differ)), float(np.mean(sizes)))


def main() -> None:
    """Read the options and run the study."""
    parser = argparse.ArgumentParser(prog="python -m eval.knockout", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ml-100k"), help="catalogue folder")
    parser.add_argument("--adapter", default="", help="a folder, or the name of a shipped one; default: no LLM")
    parser.add_argument("--seed", type=int, default=0, help="of the queries")
    parser.add_argument("--split", default="rolling", choices=("rolling", "loo"))
    parser.add_argument("--query", default="none,composed", help="without words, under composed queries, or both")
    parser.add_argument(
        "--part", action="append", default=[], help="what is taken out; may be repeated; default: every part in turn"
    )
    chosen = parser.parse_args()
    asked = chosen.query.split(",")
    if unknown := {*asked} - {"none", "composed"}:
        parser.error(f"--query is {', '.join(sorted(unknown))!r}; it is none, composed or none,composed")
    study(chosen.data, chosen.adapter, chosen.seed, kind=chosen.split, asked=asked, only=chosen.part)


if __name__ == "__main__":
    run_command(main)
