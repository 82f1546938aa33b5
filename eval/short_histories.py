"""What does popularity carry for somebody of whom little is known? `python -m eval.short_histories`.

Held-out events of the rolling split whose film was liked (rated 4 or 5), by default of the valid part, by which the
shares of `llmrec.ranking.short_histories` were chosen: the person says one of the film's genres in one of four
phrasings, and a few films are known that they had liked before. Every item is ranked by the weights fitted under
queries, of which popularity gets a share. NDCG@10 by length of the history and share; a line a part goes to
eval/results/measurements.jsonl. Some minutes on a core.
"""

import argparse
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command
from eval.query_words import PHRASINGS
from eval.store import command_line, file_measurement
from llmrec.catalog.queries import ranked_query
from llmrec.evaluation.metrics import ndcg, target_ranks
from llmrec.evaluation.splits import make_split
from llmrec.ranking.fused import fuse
from llmrec.ranking.score_component import POPULARITY, ScoringBatch, score_batch
from llmrec.recommender import Recommender

LENGTHS, SHARES = (0, 1, 2, 3, 5, 10), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
EVENTS, BATCH, LIKED = 400, 50, 4.0
"""Events of each length, histories that the LLM reads at once, and the rating from which a film was liked."""
Asked = tuple[tuple[int, ...], str, int]


def draw(recommender: Recommender, part: str, length: int, seed: int) -> list[Asked]:
    """Histories, queries and targets: `EVENTS` of them, or as many as there are."""
    catalog, chance = recommender.catalog, Random(f"{seed}:{part}:{length}")
    split, found = make_split(catalog, "rolling"), list[Asked]()
    events = [(user, item) for user, items in split.held_out(part).items() for item in items]
    for user, item in chance.sample(events, len(events)):
        rated = {event.item: event.rating or 0.0 for event in catalog.histories[user]}
        liked = [each for each in split.train[user] if rated[each] >= LIKED]
        genres = catalog.item(item).attributes.get("genres") or ()
        if rated[item] < LIKED or len(liked) < length or not isinstance(genres, tuple) or not genres:
            continue
        query = chance.choice(PHRASINGS).format(chance.choice(genres).lower())
        known = tuple(catalog.rows(chance.sample(liked, length)))
        found.append((known, ranked_query(query, catalog), catalog.row[item]))
        if len(found) == EVENTS:
            break
    return found


def gains(recommender: Recommender, asked: list[Asked]) -> dict[float, NDArray[np.float64]]:
    """Share of popularity -> NDCG@10 of each event."""
    pipeline = recommender.pipeline
    rows = np.arange(len(pipeline.catalog.items))
    found: dict[float, list[float]] = {share: [] for share in SHARES}
    for start in range(0, len(asked), BATCH):
        histories, queries, targets = map(list, zip(*asked[start : start + BATCH], strict=True))
        q = pipeline.engine.query_vectors(histories, queries).vectors
        texts = np.stack([words for query in queries if (words := pipeline.words(query)) is not None])
        batch = ScoringBatch(q, histories, texts, queries=queries)
        parts = {part.key: score_batch(part, rows, batch) for part in pipeline.components.parts(words=True)}
        for n, (history, query, target) in enumerate(zip(histories, queries, targets, strict=True)):
            weights, own = pipeline.weights(query), {key: scores[n : n + 1] for key, scores in parts.items()}
            for share in SHARES:
                mixed = {key: (1 - share) * weight for key, weight in weights.items()}
                mixed[POPULARITY] += share * sum(weights.values())
                fused = fuse(own, mixed, [history])
                found[share].append(float(ndcg(target_ranks(fused, np.array([target])))[0]))
    return {share: np.array(values) for share, values in found.items()}


def main() -> None:
    """Measure, file and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--data", type=Path, default=Path("../shared/data/ml-100k"), help="MovieLens-100K, with ratings"
    )
    options.add_argument("--adapter", default="ml-100k", help="its checkpoint")
    options.add_argument("--part", choices=("valid", "test"), default="valid", help="of the split")
    options.add_argument("--seed", type=int, default=0, help="of the events, films and phrasings")
    given = options.parse_args()
    recommender, reached = Recommender.from_pretrained(given.adapter, given.data), {}
    for length in LENGTHS:
        asked = draw(recommender, given.part, length, given.seed)
        reached[str(length)] = {
            "events": len(asked),
            **{f"{share:g}": round(float(own.mean()), 4) for share, own in gains(recommender, asked).items()},
        }
        print(length, reached[str(length)], flush=True)
    line = {"dataset": recommender.catalog.name, "part": given.part, "ndcg@10 by share of popularity": reached}
    file_measurement("short_histories", {**line, "seed": given.seed}, command_line(), same=("dataset", "part"))


if __name__ == "__main__":
    run_command(main)
