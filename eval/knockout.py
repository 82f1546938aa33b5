"""What the ranking loses without each of its parts: `python -m eval.knockout`.

A part is taken out of the fused score, the weights of what is left are fitted anew on the valid part of the rolling
split, and its test part is ranked: without words, and under a query that is composed from the wanted item, in phrasings
that training does not use (see `llmrec.train.query_texts`; such queries are made of the item's own words, so plain
word matching, which stands beside, is at its best). The difference has a paired 95 % interval over users.

`--adapter` names a checkpoint that learnt from the train part alone. Without one there is no LLM: everything else is
fitted on the train part. Needs no GPU; some ten minutes on one core. Each line goes to
eval/results/measurements.jsonl.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec.catalog import Catalog, load_catalog
from llmrec.encoders import encoder_by_id, encoders_for
from llmrec.encoders.extract import extract
from llmrec.engine.base import Engine
from llmrec.evaluation.bootstrap import compare
from llmrec.evaluation.leakage import leakage
from llmrec.evaluation.metrics import ndcg, target_ranks, tie_order, user_means
from llmrec.evaluation.splits import Event, Split, rolling_events, rolling_split
from llmrec.paths import home
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.fused import fit_weights, fuse
from llmrec.ranking.score_component import COLLABORATIVE, LLM, POPULARITY, QUERY_TERMS, WORDS, ComponentKey
from llmrec.recommender import Recommender
from llmrec.train.preference import learn_preference
from llmrec.train.query_texts import compose_query

Floats = NDArray[np.float32]
STUDY = "knockout"
SAME = ("dataset", "adapter", "seed", "query", "without")
"""What tells its lines apart."""
BATCH = 512
"""Events whose scores are in memory at once, of the test part."""
Scores = Mapping[ComponentKey, Floats]


@dataclass(frozen=True)
class Ranker:
    """What ranks: score components and, where there is one, the LLM's engine."""

    catalog: Catalog
    components: Components
    text: Callable[[list[str]], Floats]
    engine: Engine | None

    def scores(self, events: Sequence[Event], queries: Sequence[str] | None) -> dict[ComponentKey, Floats]:
        """Component -> `(events, items)`."""
        histories = [event.history for event in events]
        q = np.zeros((len(events), self.components.v.shape[1]), np.float32)
        if self.engine:
            q = self.engine.query_vectors(histories, queries or [""] * len(events)).vectors
        words = None if queries is None else self.text([query or "anything" for query in queries])
        found = self.components.scores(q, histories, words, [event.past for event in events], queries)
        return {key: each for key, each in found.items() if self.engine or key != LLM}


def opened(adapter: str, data: Path, split: Split, catalog: Catalog) -> Ranker:
    """The checkpoint's parts; raises `ValueError` where it may have seen the test part."""
    recommender = Recommender.from_pretrained(adapter, data, catalog=catalog)
    pipeline = recommender.pipeline
    seen = leakage(pipeline.checkpoint.info.provenance, catalog, split)
    if seen.state != "clean":
        raise ValueError(f"{adapter}: {seen.why}")
    text = encoder_by_id("text", pipeline.checkpoint.info.encoders["text"])
    return Ranker(catalog, pipeline.components, text.encode, pipeline.engine)


def without_llm(catalog: Catalog, split: Split) -> Ranker:
    """Everything but the LLM, fitted on the train part."""
    encoders = encoders_for(catalog.items, {})
    features, _ = extract(catalog, encoders, home() / "features")
    rows = [catalog.rows(items) for items in split.train.values()]
    modalities = [m for m in features.encoders if features.mask[m].any()]
    vectors = {m: features.vectors[m] for m in modalities}
    masks = {m: features.mask[m] for m in modalities}
    learnt = InteractionModels.fit(rows, len(catalog.items), learn_preference(vectors, masks, features.steps, rows, 0))
    nothing = np.zeros((len(catalog.items), 1), np.float32)
    components = Components.of(nothing, nothing[:, 0], learnt, vectors, masks, features.steps)
    text = next(encoder for encoder in encoders if encoder.modality == "text")
    return Ranker(catalog, components.with_terms(catalog.items), text.encode, None)


def parts_of(keys: Sequence[ComponentKey]) -> dict[str, frozenset[ComponentKey]]:
    """What is taken out, by name."""
    taken = {
        "the LLM": {LLM},
        "the item-item model": {COLLABORATIVE},
        "popularity": {POPULARITY},
        "likeness of text": {key for key in keys if key.modality == "text"},
        "likeness of photos": {key for key in keys if key.modality == "image"},
        "the query's words, one by one": {QUERY_TERMS},
        "the query as a sentence vector": {WORDS},
        "all but the LLM": set(keys) - {LLM},
        "all but the query's words, one by one": set(keys) - {QUERY_TERMS},
    }
    there = {name: frozenset(out & set(keys)) for name, out in taken.items()}
    return {"nothing": frozenset()} | {n: out for n, out in there.items() if out and len(out) < len(keys)}


def study(data: Path, adapter: str, seed: int, file: Path = MEASUREMENTS) -> list[dict[str, Any]]:
    """Measure every part without words and under queries, and file the lines.

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
    """
    catalog = load_catalog(data)
    split = rolling_split(catalog)
    ranker = opened(adapter, data, split, catalog) if adapter else without_llm(catalog, split)
    events = {at: rolling_events(catalog, split, at) for at in ("valid", "test")}
    lines = []
    for asked in (False, True):
        queries = {
            at: [
                compose_query(catalog.items[e.target], Random(f"{seed}:{at}:{e.user}:{e.number}"), at == "test")
                for e in events[at]
            ]
            for at in events
        }
        valid = ranker.scores(events["valid"], queries["valid"] if asked else None)
        parts = parts_of(list(valid))
        targets, closed = [e.target for e in events["valid"]], [e.closed for e in events["valid"]]
        weights = {
            name: fit_weights({key: x for key, x in valid.items() if key not in out}, targets, closed)
            for name, out in parts.items()
        }
        del valid
        reached = _tested(ranker, events["test"], queries["test"] if asked else None, weights)
        for name, ndcgs in reached.items():
            ratio = compare(ndcgs, reached["nothing"]).ratio
            line = {
                "dataset": data.name, "adapter": adapter, "seed": seed, "query": "composed" if asked else "none",
                "without": name, "test ndcg@10": round(float(ndcgs.mean()), 5),
                "share of the whole": [round(each, 4) for each in (ratio.value, ratio.low, ratio.high)],
                "weights": {str(key): weight for key, weight in weights[name].items() if weight},
            }  # fmt: skip
            lines.append(line)
            print({key: value for key, value in line.items() if key not in ("dataset", "adapter")}, flush=True)
            file_measurement(
                STUDY, line, command_line(), same=("dataset", "adapter", "seed", "query", "without"), file=file
            )
    return lines


def _tested(
    ranker: Ranker,
    events: Sequence[Event],
    queries: Sequence[str] | None,
    weights: Mapping[str, Mapping[ComponentKey, float]],
) -> dict[str, NDArray[np.float64]]:
    """Part that is out -> NDCG@10 of each user's test events."""
    order = tie_order([item.id for item in ranker.catalog.items])
    ranks: dict[str, list[NDArray[np.intp]]] = {name: [] for name in weights}
    for start in range(0, len(events), BATCH):
        part = events[start : start + BATCH]
        scores = ranker.scores(part, None if queries is None else queries[start : start + BATCH])
        targets = np.array([e.target for e in part])
        for name, of in weights.items():
            fused = fuse({key: scores[key] for key in of}, of, [e.closed for e in part])
            ranks[name].append(target_ranks(fused, targets, order))
    _, owners = np.unique([e.user for e in events], return_inverse=True)
    return {name: user_means(ndcg(np.concatenate(each)), owners) for name, each in ranks.items()}


def main() -> None:
    """Read the options and run the study."""
    parser = argparse.ArgumentParser(prog="python -m eval.knockout", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ml-100k"), help="catalogue folder")
    parser.add_argument("--adapter", default="", help="a folder, or the name of a shipped one; default: no LLM")
    parser.add_argument("--seed", type=int, default=0, help="of the queries")
    chosen = parser.parse_args()
    study(chosen.data, chosen.adapter, chosen.seed)


if __name__ == "__main__":
    main()
