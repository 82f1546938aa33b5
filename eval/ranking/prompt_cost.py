"""`python -m eval.ranking.prompt_cost`: what ranking one 50-item history costs, soft tokens against title words.

The same model (base cut at the fourth layer, LoRA as trained), the same instruction, one process, batch 1; the
two prompts take turns, so that whatever else the machine does meets both alike. Titles as words are the real
thing, every title in full with its year, not the padded ones that the variant "llm with titles as words" trains
on. Timed from item rows (or text) to scores of the whole catalogue: tokenising, embedding, layers, q·v + b.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from eval.command import run_command
from eval.store import MEASUREMENTS, file_measurement, this_machine
from llmrec.catalog import Catalog, load_catalog
from llmrec.encoders import encoders_for, extract
from llmrec.evaluation.splits import rolling_split
from llmrec.model.config import RecLMConfig
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords, splice
from llmrec.model.reclm import RecLM
from llmrec.paths import home
from llmrec.setup import base_folder
from llmrec.train.model_factory import new_model, training_items

ITEMS, ROUNDS, USERS, WARM_UP = 50, 20, 20, 3


def soft_ranker(model: RecLM, table: ItemTable, words: PromptWords) -> Callable[[list[int]], int]:
    """Ranks from soft tokens; returns the prompt's tokens. Soft tokens and item vectors are made once, as served."""
    soft, v, b = model.encode_items(table.batch())

    def rank(history: list[int]) -> int:
        batch = splice(words.before, [history], [()], model.config.soft_tokens)
        states = model.states(batch, model.embed(batch, soft))
        q = model.query_head(states[:, -1])
        torch.topk(q @ v.T + b, 10)
        return batch.tokens.shape[1]

    return rank


def words_ranker(model: RecLM, table: ItemTable, words: PromptWords, catalog: Catalog) -> Callable[[list[int]], int]:
    """Ranks from ` Title (year),` of each history item; returns the prompt's tokens."""
    v, b = model.item_vectors(table.batch())

    def named(row: int) -> str:
        item = catalog.items[row]
        year = f" ({item.attributes['year']})" if "year" in item.attributes else ""
        return f" {item.title}{year},"

    def rank(history: list[int]) -> int:
        text = "".join(named(row) for row in history)
        ids = [*words.before, *words.tokenizer(text, add_special_tokens=False).input_ids]
        embeds = model.backbone.get_input_embeddings()(torch.tensor([ids]))  # type: ignore[operator]
        states = model.backbone(inputs_embeds=embeds, use_cache=False).last_hidden_state
        q = model.query_head(states[:, -1])
        torch.topk(q @ v.T + b, 10)
        return len(ids)

    return rank


@torch.inference_mode()
def measure(data: Path, base: Path) -> dict[str, Any]:
    """Median tokens and milliseconds of both prompts over `ROUNDS` rankings of different users."""
    catalog = load_catalog(data)
    split = rolling_split(catalog)
    features, _ = extract(catalog, encoders_for(catalog.items, {}), home() / "features")
    train = {user: catalog.rows(items) for user, items in split.train.items()}
    # Costs do not depend on what was learnt: an untrained LoRA of the shipped shape costs what a trained one does.
    items = training_items(features, list(features.vectors), train, RecLMConfig())
    model, table = new_model(base, RecLMConfig(), items.schema, seed=0).eval(), items.table
    words = PromptWords.load(base)
    rankers = {"soft": soft_ranker(model, table, words), "words": words_ranker(model, table, words, catalog)}
    histories = [list(rows[-ITEMS:]) for rows in train.values() if len(rows) >= ITEMS][:USERS]
    tokens: dict[str, list[int]] = {name: [] for name in rankers}
    times: dict[str, list[float]] = {name: [] for name in rankers}
    for turn in range(WARM_UP + ROUNDS):
        for name, rank in rankers.items():
            start = time.perf_counter()
            used = rank(histories[turn % len(histories)])
            elapsed_ms = 1000 * (time.perf_counter() - start)
            if turn >= WARM_UP:
                tokens[name].append(used)
                times[name].append(elapsed_ms)
    found: dict[str, Any] = {
        name: {"tokens": int(statistics.median(tokens[name])), "ms": round(statistics.median(times[name]), 2)}
        | {
            "ms_p10": round(float(np.percentile(times[name], 10)), 2),
            "ms_p90": round(float(np.percentile(times[name], 90)), 2),
        }
        for name in rankers
    }
    found["tokens_ratio"] = round(found["words"]["tokens"] / found["soft"]["tokens"], 2)
    found["speed_ratio"] = round(found["words"]["ms"] / found["soft"]["ms"], 2)
    return found


def main() -> None:
    """Measure and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.ranking.prompt_cost", description=__doc__)
    parser.add_argument("dataset", nargs="?", type=Path, default=Path("../shared/data/ml-100k"))
    parser.add_argument(
        "--base", type=Path, default=None, help="base model's folder; default: the one `llmrec setup` made"
    )
    parser.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    args = parser.parse_args()
    found = measure(args.dataset, args.base or base_folder(home()))
    about = {
        "what": f"ranking one {ITEMS}-item history, batch 1, {RecLMConfig().exit_layer} layers, median of {ROUNDS}",
        "dataset": args.dataset.resolve().name,
        "machine": this_machine() | {"threads": torch.get_num_threads()},
    }
    file_measurement("ranking.prompt_cost", found | about, "python -m eval.ranking.prompt_cost", file=args.out)
    print(json.dumps(found))


if __name__ == "__main__":
    run_command(main)
