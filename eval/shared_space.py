"""What media rank before anything is learnt: `python -m eval.shared_space [--data FOLDER] [--axes 256]`.

The query of a held-out event is a sum of its history's vectors, newer items counting more: by places, or by the days
since each item where times are known. Items are ranked by it with each modality's vectors as the encoder gave them,
standardised, and whitened along the axes that `model.shared` starts with, beside the cosine of TF-IDF words and the
untrained model as `llmrec train` starts it. NDCG@10 on the valid part of the rolling split; a line a catalogue goes to
eval/results/measurements.jsonl; two minutes on one core for H&M.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from eval.command import run_command, whole_number
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec.catalog import load_catalog
from llmrec.evaluation.metrics import ranking_metrics
from llmrec.evaluation.splits import Event
from llmrec.fusion.base import ItemBatch
from llmrec.model.config import RecLMConfig
from llmrec.model.content_pointer import STEP, ContentPointer
from llmrec.model.normaliser import Normaliser
from llmrec.model.prompt import PromptWords
from llmrec.paths import home
from llmrec.ranking.content import unit_rows
from llmrec.ranking.recency import DAYS, TIMED_STEP
from llmrec.ranking.terms import Terms
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig
from llmrec.train.data import TrainingData, prepare
from llmrec.train.held_out import llm_ndcg
from llmrec.train.model_factory import new_model, training_items
from llmrec.train.shared_start import start_shared_space

Floats = NDArray[np.float32]
WINDOW, SEED = 64, 0


def weights_of(event: Event, timed: bool) -> NDArray[np.float64]:
    """What each of the newest `WINDOW` items of a history counts, `(n,)`; NaN without times where these are wanted."""
    history = list(event.history)[-WINDOW:]
    ages = np.arange(len(history))[::-1]
    if not timed:
        return np.asarray(STEP**ages, np.float64)
    days = np.asarray(event.past.days(history, np.nan), np.float64)
    return np.asarray(TIMED_STEP**ages * np.exp((days - days.max(initial=-np.inf)) / DAYS), np.float64)


def quality(events: Sequence[Event], vectors: Floats, timed: bool) -> float | None:
    """NDCG@10 of items by the sums of their histories' vectors; None where times are not known."""
    queries = np.zeros((len(events), vectors.shape[1]), np.float32)
    for n, event in enumerate(events):
        weights = weights_of(event, timed)
        if np.isnan(weights).any():
            return None
        queries[n] = weights / max(weights.sum(), 1e-9) @ vectors[list(event.history)[-WINDOW:]]
    return _ndcg(events, queries @ vectors.T)


def _ndcg(events: Sequence[Event], scores: Floats) -> float:
    found = ranking_metrics(scores, [e.target for e in events], [e.closed for e in events], [e.user for e in events])
    return round(float(found["ndcg@10"]), 4)


def whitened(vectors: Floats, mask: NDArray[np.bool_], axes: int) -> Floats:
    """Vectors along the axes that a shared space starts with, unit rows."""
    batch = ItemBatch({"it": torch.from_numpy(vectors)}, {"it": torch.from_numpy(mask)})
    pointer = ContentPointer(8, {"it": vectors.shape[1]}, axes, WINDOW)
    pointer.start_from(batch)
    with torch.no_grad():
        found: Floats = pointer.content(batch).numpy()
    return found


def untrained(data: TrainingData, axes: int) -> float:
    """NDCG@10 of the LLM alone as a training starts."""
    shape, base = RecLMConfig(exit_layer=1, shared=axes, window=WINDOW), base_folder(home())
    items = training_items(data.features, data.modalities, data.histories, shape)
    model = new_model(base, shape, items.schema, SEED).eval()
    start_shared_space(model, items.table, data.histories, SEED)
    return round(llm_ndcg(model, items.table, PromptWords.load(base).before, data.valid), 4)


def main() -> None:
    """Measure, file and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=Path("../shared/data/hm"), help="catalogue folder")
    options.add_argument("--axes", type=whole_number, default=256, help="of each modality")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    data = prepare(load_catalog(chosen.data), TrainConfig(split="rolling"), print, folder=chosen.data)
    events, rows = data.valid, dict[str, dict[str, float | None]]()
    for modality in data.modalities:
        raw, mask = data.features.vectors[modality][:], data.features.mask[modality]
        scaled = Normaliser.fit(raw, mask)(raw, mask)
        ways = {"as they are": unit_rows(raw) * mask[:, None], "standardised": scaled}
        ways[f"whitened, {chosen.axes}"] = whitened(scaled, mask, chosen.axes)
        for way, vectors in ways.items():
            name = f"{modality}, {way}"
            rows[name] = {when: quality(events, vectors, when == "days") for when in ("places", "days")}
    terms, histories = Terms.of(data.catalog.items), [event.history for event in events]
    days = [list(event.past.days(list(event.history), np.nan)) for event in events]
    rows["words one by one"] = {
        "places": _ndcg(events, terms.history_scores(histories)),
        "days": _ndcg(events, terms.history_scores(histories, days=days)),
    }
    rows["the untrained model"] = {"places": untrained(data, chosen.axes)}
    row = {"dataset": data.catalog.name, "valid NDCG@10": rows, "axes": chosen.axes, "seed": SEED}
    file_measurement("shared_space", row, command_line(), same=("dataset", "axes"), file=chosen.out)
    for name, found in rows.items():
        print(f"{name:28}", "  ".join(f"{when} {value}" for when, value in found.items()))


if __name__ == "__main__":
    run_command(main)
