"""Are items found by queries in other words than the catalogue's? `python -m eval.other_words`.

other_words.jsonl has 600 queries written by hand for films of MovieLens-100K and clothes of H&M: plots retold, moods,
occasions, synonyms, comparisons, negations, misspellings. None holds the title, nor more than one word of the item's
text. They are paraphrases by one writer who had the items before them, not queries of a shop's visitors. `also` names
items that answer as well. Half of the items are "closed": nothing is chosen by their queries.

Each query is asked without a history; every item is ranked by word matching, by the sentence vector, by the LLM, as a
request is served, and by the weights that are fitted under composed queries, whatever the query. H&M has no shipped
checkpoint, so there it is the first two. A hit is the item or one of `also`.
Each line goes to eval/results/measurements.jsonl; a minute or two on one core.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command
from eval.store import command_line, file_measurement
from llmrec.catalog import Catalog, load_catalog
from llmrec.encoders import encoders_for
from llmrec.encoders.extract import extract
from llmrec.paths import home
from llmrec.ranking.content import unit_rows
from llmrec.ranking.fused import ScoredRows
from llmrec.ranking.score_component import LLM, QUERY_TERMS, WORDS, ScoringBatch, score_batch
from llmrec.ranking.terms import Terms
from llmrec.recommender import Recommender
from llmrec.request import Request

QUERIES = Path(__file__).with_name("other_words.jsonl")
DEPTH = 50
"""Items of a list that are looked at."""
Floats = NDArray[np.float32]


def queries(dataset: str, half: str, file: Path = QUERIES) -> list[dict[str, Any]]:
    """The queries for a data set; `half`: "open" or "closed"."""
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["dataset"] == dataset and row["half"] == half]


def places(scores: Floats, goals: Sequence[Sequence[int]]) -> list[int]:
    """Rank, from 0, of the best of each query's goals in its row of scores; ties count against it."""
    return [min(int((row >= row[goal]).sum()) - 1 for goal in own) for row, own in zip(scores, goals, strict=True)]


def summary(ranks: Sequence[int]) -> dict[str, float]:
    """Share of the queries that are answered among the first 1, 10 and 50, and the mean reciprocal rank within 50."""
    found = np.asarray(ranks)
    shares = {f"recall@{k}": round(float((found < k).mean()), 4) for k in (1, 10, DEPTH)}
    return shares | {f"mrr@{DEPTH}": round(float(np.where(found < DEPTH, 1 / (found + 1), 0).mean()), 4)}


def served(recommender: Recommender, asked: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Model -> rank of the answer to each query, of a checkpoint and its parts."""
    pipeline, texts = recommender.pipeline, [row["query"] for row in asked]
    goals = [pipeline.catalog.rows([row["item"], *row["also"]]) for row in asked]
    histories: list[tuple[int, ...]] = [()] * len(texts)
    read = [pipeline.words(text) for text in texts]
    q = pipeline.engine.query_vectors(histories, texts).vectors
    batch = ScoringBatch(q, histories, np.stack([x for x in read if x is not None]), queries=texts)
    rows = np.arange(len(pipeline.catalog.items))
    names = {QUERY_TERMS: "word matching (BM25)", WORDS: "sentence vector", LLM: "the LLM alone"}
    parts = {part.key: part for part in pipeline.components.parts(words=True) if part.key in names}
    ranks = {name: places(score_batch(parts[key], rows, batch), goals) for key, name in names.items()}
    fitted = pipeline.checkpoint.info.weights["words"]
    raw = pipeline.components.score_batch(rows, batch, fitted)
    ranks["fitted weights for every query"] = places(ScoredRows.whole(len(rows), []).fuse(raw, fitted), goals)
    lists = [recommender.recommend(Request(history=(), query=text, k=DEPTH)).items for text in texts]
    ranks["as served"] = [
        next((n for n, item in enumerate(own) if item.id in {row["item"], *row["also"]}), DEPTH)
        for own, row in zip(lists, asked, strict=True)
    ]
    return ranks


def untrained(catalog: Catalog, asked: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """The same of what needs no checkpoint."""
    encoders = encoders_for(catalog.items, {})
    features, _ = extract(catalog, encoders, home() / "features")
    text = next(encoder for encoder in encoders if encoder.modality == "text")
    texts = [row["query"] for row in asked]
    goals = [catalog.rows([row["item"], *row["also"]]) for row in asked]
    likeness = unit_rows(text.encode(texts)) @ unit_rows(features.vectors["text"][:]).T
    return {
        "word matching (BM25)": places(Terms.of(catalog.items).query_scores(texts), goals),
        "sentence vector": places(likeness, goals),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ml-100k"), help="folder of ml-100k or hm")
    parser.add_argument("--adapter", default="ml-100k", help="a checkpoint of that catalogue; empty: none")
    parser.add_argument("--half", choices=("open", "closed"), default="open", help="which queries")
    chosen = parser.parse_args()
    catalog = load_catalog(chosen.data)
    asked = queries(chosen.data.name, chosen.half)
    if not asked:
        parser.error(f"there are no queries for {chosen.data.name!r}; name a folder ml-100k or hm")
    ranks = (
        served(Recommender.from_pretrained(chosen.adapter, chosen.data, catalog=catalog), asked)
        if chosen.adapter
        else untrained(catalog, asked)
    )
    for model, own in ranks.items():
        line = {"dataset": chosen.data.name, "half": chosen.half, "model": model, "queries": len(own), "seed": None}
        file_measurement("other_words", line | summary(own), command_line(), same=("dataset", "half", "model"))
        print(f"{model:24}", "  ".join(f"{name} {value:.3f}" for name, value in summary(own).items()))


if __name__ == "__main__":
    run_command(main)
