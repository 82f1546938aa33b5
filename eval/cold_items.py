"""How the LLM alone ranks items that it has never seen sold: `python -m eval.cold_items --data FOLDER --config RECIPE`.

A tenth of the items, by a hash of seed and id, is taken out of all training events and histories, and those that
people took next are ranked (see `eval.ranking.cold`): among themselves, and among the whole catalogue. Beside the LLM's
own vectors, to which nothing is lent, stands content-kNN in the configuration that ranks the cold events of the valid
part best, for each kind of candidates its own. The training stops by the same events. A line a seed goes to
eval/results/measurements.jsonl; ten minutes on one core for H&M.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.command import run_command
from eval.ranking.cold import CANDIDATES, ColdEvent, cold_metrics, cold_split
from eval.ranking.runs import RECIPES
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec.catalog import Catalog, load_catalog
from llmrec.cli.options import config_file
from llmrec.evaluation.splits import Event, rolling_split
from llmrec.model.prompt import PromptWords
from llmrec.paths import home
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig
from llmrec.train.data import TrainingData, prepare
from llmrec.train.held_out import llm_ndcg, llm_scores
from llmrec.train.logs import log_lines
from llmrec.train.model_factory import new_model, query_writer, training_items
from llmrec.train.sequence_windows import Prompts
from llmrec.train.shared_start import start_shared_space
from llmrec.train.trainer import fit


def as_events(cold: Sequence[ColdEvent], catalog: Catalog) -> list[Event]:
    """Cold events as training and the LLM take them."""
    return [
        Event(event.user, n, catalog.rows(event.history), catalog.row[event.target]) for n, event in enumerate(cold)
    ]


def measure(data: TrainingData, config: TrainConfig) -> dict[str, dict[str, dict[str, float]]]:
    """Model -> kind of candidates -> metrics on the cold test events."""
    catalog, base = data.catalog, base_folder(home())
    hidden = cold_split(rolling_split(catalog), config.seed)
    histories = {user: catalog.rows(items) for user, items in hidden.train.items() if items}
    valid, test = as_events(hidden.valid, catalog), as_events(hidden.test, catalog)
    items = training_items(data.features, data.modalities, histories, config.model)
    model, words = new_model(base, config.model, items.schema, config.seed, config.dropout), PromptWords.load(base)
    start_shared_space(model, items.table, histories, config.seed)
    prompts = Prompts(histories, words.before, query_writer(catalog, words))
    fit(model, items.table, prompts, lambda m: llm_ndcg(m, items.table, words.before, valid), config, report=log_lines)
    scores = llm_scores(model, items.table, words.before, test)
    ids = [item.id for item in catalog.items]
    found = {"the LLM alone": {at: cold_metrics(scores, hidden.test, ids, config.seed, at) for at in CANDIDATES}}
    recipe = RECIPES["content-knn-text-image" if "image" in data.modalities else "content-knn-text"]
    best: dict[str, tuple[float, dict[str, float]]] = {}
    for chosen in recipe.grid:
        peer = recipe.build(config.seed, chosen).fit_rows(catalog, list(histories.values()), features=data.features)
        for at in CANDIDATES:
            on_valid = cold_metrics(peer.score([event.history for event in valid]), hidden.valid, ids, config.seed, at)[
                "ndcg@10"
            ]
            if on_valid > best.get(at, (-1.0, {}))[0]:
                on_test = peer.score([event.history for event in test])
                best[at] = on_valid, cold_metrics(on_test, hidden.test, ids, config.seed, at)
    found["content-kNN"] = {at: metrics for at, (_, metrics) in best.items()}
    return found


def main() -> None:
    """Measure, file and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=Path("../shared/data/hm"), help="catalogue folder")
    options.add_argument("--config", default="hm", help="recipe that ships, or a YAML file")
    options.add_argument("--seed", type=int, default=0, help="of the training, and of which items are hidden")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    config = TrainConfig.read(config_file(chosen.config), split="rolling", seed=chosen.seed)
    data = prepare(load_catalog(chosen.data), config, print, folder=chosen.data)
    found = measure(data, config)
    row = {"dataset": data.catalog.name, "config": chosen.config, "seed": chosen.seed, "test": found}
    file_measurement("cold_items", row, command_line(), same=("dataset", "config", "seed"), file=chosen.out)
    for model, of in found.items():
        print(model, *(f"{at} NDCG@10 {np.round(of[at]['ndcg@10'], 4)}" for at in CANDIDATES), sep="  ")


if __name__ == "__main__":
    run_command(main)
