"""How fast texts of a catalogue are encoded, and what bfloat16 changes: `python -m eval.text_encoding [--data FOLDER]`.

The encoders `minilm` (float32) and `minilm-bf16` take turns over the same texts, `--repeats` times, on the threads that
OMP_NUM_THREADS sets. Beside their speed: the cosine of both vectors of a text, the share of the ten nearest texts that
are the same, and NDCG@10 of content-kNN on the valid part of the rolling split with either. A line a catalogue goes to
eval/results/measurements.jsonl.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command, whole_number
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec.catalog import load_catalog
from llmrec.encoders import encoder
from llmrec.evaluation.metrics import ranking_metrics
from llmrec.evaluation.splits import Event, rolling_events, rolling_split
from llmrec.ranking.content import content_scores

SPECS = ("minilm", "minilm-bf16")
LAST, NEAR = 3, 10
"""Newest history items that content-kNN compares, and nearest texts that are compared."""
Floats = NDArray[np.float32]


def nearest(vectors: Floats) -> NDArray[np.intp]:
    """Rows of the `NEAR` nearest others of each text, ``(n, NEAR)``."""
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1)
    return np.argpartition(-likeness, NEAR, axis=1)[:, :NEAR]


def quality(vectors: Floats, events: list[Event]) -> float:
    """NDCG@10 of content-kNN."""
    (scores,) = content_scores(vectors, np.ones(len(vectors), np.bool_), [e.history for e in events], [LAST])
    found = ranking_metrics(scores, [e.target for e in events], [e.closed for e in events], [e.user for e in events])
    return round(float(found["ndcg@10"]), 4)


def main() -> None:
    """Measure, file and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=Path("../shared/data/hm"), help="catalogue folder")
    options.add_argument("--texts", type=whole_number, default=1024, help="how many are encoded to take the time")
    options.add_argument("--repeats", type=whole_number, default=3)
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    catalog = load_catalog(chosen.data)
    texts = [item.text() for item in catalog.items]
    some = texts[:: max(1, len(texts) // chosen.texts)][: chosen.texts]
    seconds: dict[str, list[float]] = {spec: [] for spec in SPECS}
    for spec in SPECS:
        encoder("text", spec).encode(some[:64])  # loads the model
    for _ in range(chosen.repeats):
        for spec in SPECS:
            started = time.process_time()  # other work on the cores does not count
            encoder("text", spec).encode(some)
            seconds[spec].append(time.process_time() - started)
    whole, half = (encoder("text", spec).encode(texts) for spec in SPECS)
    events = list(rolling_events(catalog, rolling_split(catalog), "valid"))
    middle = {spec: statistics.median(own) for spec, own in seconds.items()}
    alike = [len({*a} & {*b}) / NEAR for a, b in zip(nearest(whole), nearest(half), strict=True)]
    row = {
        "dataset": catalog.name,
        "texts a second of the processor": {spec: round(len(some) / own, 1) for spec, own in middle.items()},
        "times as fast": round(middle["minilm"] / middle["minilm-bf16"], 2),
        "cosine": round(float((whole * half).sum(1).mean()), 5),
        "nearest ten the same": round(float(np.mean(alike)), 4),
        "valid NDCG@10 of content-kNN": {"minilm": quality(whole, events), "minilm-bf16": quality(half, events)},
        "threads": os.environ.get("OMP_NUM_THREADS", "as the libraries choose"),
        "seed": "nothing is random",
    }
    file_measurement("text_encoding", row, command_line(), same=("dataset",), file=chosen.out)
    for name, found in row.items():
        print(f"{name:36}", found)


if __name__ == "__main__":
    run_command(main)
