"""How long one answer takes, warm, on this machine: `python -m eval.latency`; `python -m eval.latency many`: many.

Times the product itself (`Recommender`) with the shipped pack on the demo's data, a user's newest 50 items as history.
Files medians and 95th percentiles, in milliseconds, in eval/results/measurements.jsonl.

| row | what |
| --- | --- |
| top-10 | the LLM reads, candidates are retrieved and scored; beside it the same with every item scored |
| evidence and three sentences | from the request to the last of three checked sentences, streamed |
| first checked sentence | from the request to the first item with its evidence and its sentence |
| evidence | the same list measured: leave-one-out, inputs, ranks without, counts of people |
| sentences | what the three sentences took after that |
| Shapley | sampled over `ORDERS` orders of the newest 24 items, beside the evidence |

`many` ranks ten items for each of `USERS` users one by one and in batches (`Recommender.recommend_many`), in turns, on
one thread: requests a second, by the clock and of the processor's time. Another line of the study `latency`.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from eval.command import run_command
from eval.store import file_measurement
from llmrec.recommender import Recommender, Request
from llmrec.retrieval.candidates import CandidateQuery, Candidates, SourceInputs

RUNS, EXPLAINED, SHAPLEY = 40, 15, 3
TOP, ORDERS = 3, 16
USERS, TURN = 256, 64
Summary = dict[str, float]


def main() -> None:
    """Measure and write."""
    if sys.argv[1:] == ["many"]:
        print(
            json.dumps(file_measurement("latency", throughput(), "python -m eval.latency many", same=("of",)), indent=2)
        )
        return
    shop = Recommender.from_pretrained()
    users = [u for u in shop.catalog.histories if len(shop.catalog.history(u)) >= 50][: max(RUNS, EXPLAINED)]
    histories = [shop.catalog.history(user)[-50:] for user in users]
    shop.recommend(Request(history=histories[0], k=TOP, explain=True))  # loads the writing model, warms the caches
    ranked, scored = _both_ways(shop, histories[:RUNS])
    reasons = _reasons(shop, histories[:EXPLAINED])
    shapley = _shapley(shop, histories[:SHAPLEY])
    shop.pipeline.index.close()
    started = time.perf_counter()
    command = [sys.executable, "-m", "llmrec.cli", "recommend", "--history", ",".join(histories[0]), "--json"]
    subprocess.run(command, check=True, capture_output=True)
    result = {
        "top-10 with retrieval, 50 items of history": summary(ranked),
        "the same, every item scored": summary(scored),
        **reasons,
        f"Shapley values over {ORDERS} orders, beside": shapley,
        "process start to first answer, seconds": round(time.perf_counter() - started, 1),
    }
    print(json.dumps(file_measurement("latency", result, "python -m eval.latency", same=("of",)), indent=2))


def throughput() -> dict[str, Any]:
    """Requests a second, one by one and in batches."""
    import torch

    torch.set_num_threads(1)
    shop = Recommender.from_pretrained()
    users = [*shop.catalog.histories][:USERS]
    list(shop.recommend_many(users[:4]))  # warms the caches
    spent = {"one by one": np.zeros(2), "in batches": np.zeros(2)}
    for start in range(0, USERS, TURN):
        turn = users[start : start + TURN]
        for way, rank in (
            ("one by one", lambda turn: [shop.recommend(user=user) for user in turn]),
            ("in batches", lambda turn: list(shop.recommend_many(turn))),
        ):
            began = np.array([time.perf_counter(), time.process_time()])
            rank(turn)
            spent[way] += np.array([time.perf_counter(), time.process_time()]) - began
    rates = {way: USERS / seconds for way, seconds in spent.items()}
    return {
        "of": "many",
        "users": USERS,
        **{f"{way}, requests a second": round(float(rate[0]), 1) for way, rate in rates.items()},
        **{f"{way}, requests a second of the processor": round(float(rate[1]), 1) for way, rate in rates.items()},
        "gain": round(float(rates["in batches"][1] / rates["one by one"][1]), 2),
    }


def summary(seconds: Sequence[float]) -> Summary:
    """Median and 95th percentile of some times."""
    ordered = sorted(1000 * s for s in seconds)
    return {
        "runs": len(ordered),
        "p50 ms": round(statistics.median(ordered), 1),
        "p95 ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
    }


class EveryItem:
    """Proposes the whole catalogue."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._rows = np.arange(len(inputs.catalog.items))

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        return Candidates([self._rows] * len(query.vectors))


def _both_ways(shop: Recommender, histories: Sequence[tuple[str, ...]]) -> tuple[list[float], list[float]]:
    """Seconds of each top-10 by candidates, and by scoring every item, one right after the other."""
    config = shop.pipeline.config.changed(candidates=("eval.latency:EveryItem",))
    whole = Recommender(replace(shop.pipeline, config=config))
    whole.recommend(Request(history=histories[0], k=10))
    pairs = [[_seconds(each, Request(history=own, k=10)) for each in (shop, whole)] for own in histories]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _reasons(shop: Recommender, histories: Sequence[tuple[str, ...]]) -> dict[str, Summary]:
    """Each top-3 streamed, as a reader meets it; evidence and sentences as the answer's own clock tells them."""
    first, whole, evidence, sentences = [], [], [], []
    for history in histories:
        started = time.perf_counter()
        answer = shop.stream(Request(history=history, k=TOP, explain=True))
        next(answer.explained)
        first.append(time.perf_counter() - started)
        rest = len(list(answer.explained))
        whole.append(time.perf_counter() - started)
        assert rest == TOP - 1
        evidence.append(answer.timings["evidence"])
        sentences.append(answer.timings["sentences"])
    return {
        "evidence and three sentences of a top-3": summary(whole) | {"aim p50 ms": 5000},
        "first checked sentence of a top-3": summary(first) | {"aim p50 ms": 1200},
        "evidence of a top-3 alone": summary(evidence),
        "three sentences alone": summary(sentences),
    }


def _shapley(shop: Recommender, histories: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """What Shapley values of a top-3 take beside its other evidence."""
    spent, notes = [], ""
    for history in histories:
        answer = shop.stream(Request(history=history, k=TOP, explain=True, shapley=ORDERS))
        next(answer.explained)
        spent.append(answer.timings["shapley"])
        notes = answer.notes[-1]
    return summary(spent) | {"of the last": notes}


def _seconds(shop: Recommender, request: Request) -> float:
    started = time.perf_counter()
    shop.recommend(request)
    return time.perf_counter() - started


if __name__ == "__main__":
    run_command(main)
