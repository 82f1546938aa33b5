"""Ratings used against ratings ignored, for targets that were liked: `python -m eval.ratings`.

All models learn from the same train part of the rolling split and are asked for the same test events: those rated 4 or
more (`--positive`). `ignored` learns as if every event were alike; `used` scores by approval and opinions, too, and
gives the events that are not positive half a weight as targets; the other variants give them none, or a whole one.
Beside them stand popularity, item-kNN, EASE and llmrec's item-item model, each fitted on all events, and on positive
ones alone.

`--adapter ml-100k` trains nothing: the shipped adapter, whose LLM ignored ratings, has its score fitted anew with what
the ratings tell.

What is measured is NDCG@10 on the positive test events, and on all of them; the ratio to `ignored` of the same seed has
a paired 95 % interval over users. Needs no GPU; a variant takes some ten minutes on two cores with the quick recipe.
A run that was cut short goes on: the same command again. Each model and seed is a line of
eval/results/measurements.jsonl.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from eval.command import run_command
from eval.store import MEASUREMENTS, file_measurement, measurements
from llmrec import baselines
from llmrec.catalog import Catalog, load_catalog
from llmrec.catalog.feedback import Past
from llmrec.evaluation.bootstrap import compare
from llmrec.evaluation.metrics import mask_seen, ndcg, target_ranks, tie_order, user_means
from llmrec.evaluation.splits import Event, Split, rolling_events, rolling_split, save_split
from llmrec.evaluator import evaluate
from llmrec.feedback_rule import read_feedback
from llmrec.ranking.fused import fit_weights, fuse
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.opinion import OpinionModel
from llmrec.recommender import Recommender
from llmrec.train.calibrate import MAX_EVENTS
from llmrec.train.config import TrainConfig
from llmrec.train.logs import TrainEvent
from llmrec.train.run import train

STUDY = "ratings"
IGNORED = "ignored"
VARIANTS = {
    IGNORED: {"positive": "all"},
    "used": {"other_weight": 0.5},
    "used, others no targets": {"other_weight": 0.0},
    "used, others alike": {"other_weight": 1.0},
}
"""Name -> fields of the recipe beside `positive`."""
BASELINES = ("popularity", "item-knn", "ease", "item-item")


def baseline_rows(catalog: Catalog, split: Split, positive: str) -> list[dict[str, Any]]:
    """NDCG@10 of the baselines, fitted on all events and on positive ones alone; histories are read whole.

    Parameters
    ----------
    catalog, split
        The events.
    positive
        Rule of `llmrec.feedback_rule`.
    """
    feedback = read_feedback(catalog, positive)
    liked = rolling_events(catalog, split, "test", feedback)
    every = rolling_events(catalog, split, "test")
    ids = [item.id for item in catalog.items]
    everything = [catalog.rows(items) for items in split.train.values()]
    kept = [catalog.rows([i for i in items if feedback.positive(u, i)]) for u, items in split.train.items()]
    rows = []
    for name in BASELINES:
        for fitted_on, train_rows in (("all events", everything), ("positive events", kept)):
            if name == "item-item":
                score = Collaborative.fit(train_rows, len(ids)).scores
            else:
                score = baselines.baseline(name).fit_rows(catalog, train_rows).score
            reached = [_ndcg(score([e.history for e in part]), part, ids) for part in (liked, every)]
            rows.append({"model": f"{name}, fitted on {fitted_on}", "seed": 0, **_measured(*reached)})
    return rows


def _measured(liked: np.ndarray, every: np.ndarray) -> dict[str, Any]:
    means = float(np.mean(liked)), float(np.mean(every))
    return {"ndcg@10 of positive events": round(means[0], 5), "ndcg@10 of all events": round(means[1], 5)}


def _ndcg(scores: np.ndarray, events: Sequence[Event], ids: Sequence[str]) -> np.ndarray:
    masked = mask_seen(scores, [event.history for event in events])
    ranks = target_ranks(masked, np.array([event.target for event in events]), tie_order(ids))
    return user_means(ndcg(ranks), np.unique([event.user for event in events], return_inverse=True)[1])


def refitted_rows(data: Path, adapter: str, positive: str, store: Path) -> list[dict[str, Any]]:
    """NDCG@10 on positive test events of an adapter that ignored ratings, its score fitted anew with what they tell.

    Its LLM stays as it is, so nothing is trained: what is measured is the weights of the fused score, the item-item
    model's targets, approval and opinions.

    Parameters
    ----------
    data
        Folder of the catalogue.
    adapter
        A checkpoint that learnt from the train part of the rolling split alone.
    positive
        Rule of `llmrec.feedback_rule`.
    store
        File that keeps the query vectors.
    """
    recommender = Recommender.from_pretrained(adapter, data)
    catalog, pipeline = recommender.catalog, recommender.pipeline
    split = rolling_split(catalog)
    feedback = read_feedback(catalog, positive)
    events = {at: rolling_events(catalog, split, at, feedback) for at in ("valid", "test")}
    events["valid"] = Random(0).sample(events["valid"], min(MAX_EVENTS, len(events["valid"])))
    histories = {at: [event.history for event in part] for at, part in events.items()}
    if not store.is_file():
        store.parent.mkdir(parents=True, exist_ok=True)
        q = {at: pipeline.engine.query_vectors(part, [""] * len(part)).vectors for at, part in histories.items()}
        np.savez(store, **q)
    kept = np.load(store)
    ids = [item.id for item in catalog.items]
    rows = [catalog.rows(items) for items in split.train.values()]
    likes = [[feedback.positive(user, item) for item in items] for user, items in split.train.items()]
    known = {user: set(items) for user, items in split.train.items()}
    pasts = [Past.of((e for e in catalog.histories[u] if e.item in known[u]), catalog.row) for u in split.train]
    plain = pipeline.components
    models = plain.interaction_models
    opinion = OpinionModel.fit(rows, pasts, likes, len(ids))
    half = Collaborative.fit(rows, len(ids), weights=[[1.0 if yes else 0.5 for yes in own] for own in likes])
    variants = {
        "as it is": plain,
        "weights fitted on positive events": plain,
        "with approval and opinion": replace(plain, interaction_models=replace(models, opinion=opinion)),
        "with approval, opinion and others at half in the item-item model": replace(
            plain, interaction_models=replace(models, opinion=opinion, collaborative=half)
        ),
    }
    found, ignored = [], np.zeros(0)
    for name, components in variants.items():
        scores = {
            at: components.scores(kept[at], histories[at], past=[event.past for event in events[at]]) for at in events
        }
        if name == "as it is":
            weights = {key: pipeline.weights("")[key] for key in scores["test"]}
        else:
            weights = fit_weights(scores["valid"], [event.target for event in events["valid"]], histories["valid"])
        reached = _ndcg(fuse(scores["test"], weights, histories["test"]), events["test"], ids)
        ignored = reached if name == "as it is" else ignored
        ratio = compare(reached, ignored).ratio
        told = {str(key): weight for key, weight in weights.items() if weight}
        found.append(
            {"model": f"{adapter}, {name}", "seed": 0, "ndcg@10 of positive events": round(float(reached.mean()), 5)}
        )
        found[-1] |= {
            "ratio to ignored": [round(each, 4) for each in (ratio.value, ratio.low, ratio.high)],
            "weights": told,
        }
        print(found[-1], flush=True)
    return found


def checkpoint(data: Path, folder: Path, config: TrainConfig) -> Path:
    """Train the checkpoint in `folder`, unless it lies there."""

    def told(event: TrainEvent) -> None:
        if event.message:
            print(f"  {time.strftime('%H:%M:%S')} {event.message}", flush=True)

    if not (folder / "card.md").is_file():
        print(f"{folder.name}:", flush=True)
        train(data, folder, config, report=told)
    return folder


def study(
    data: Path, out: Path, config: TrainConfig, positive: str, variants: Sequence[str], file: Path = MEASUREMENTS
) -> list[dict[str, Any]]:
    """Train what is not trained yet, measure it, and file a line for each model.

    Parameters
    ----------
    data
        Folder of the catalogue.
    out
        Folder of the checkpoints.
    config
        The recipe of all variants.
    positive
        Rule of `llmrec.feedback_rule`.
    variants
        Names of `VARIANTS`; `ignored` is always among them.
    file
        Where the lines go.

    Returns
    -------
    list of dict
        The lines of this data set, rule and seed.
    """
    catalog = load_catalog(data)
    split = rolling_split(catalog)
    out.mkdir(parents=True, exist_ok=True)
    save_split(split, out / "split.jsonl")
    about = {"dataset": data.name, "positive": positive}
    filed = [line["model"] for line in measurements(STUDY, file) if line["dataset"] == data.name]
    if not any("fitted on" in model for model in filed):
        for row in baseline_rows(catalog, split, positive):
            _file({**about, **row}, file)
    users: dict[str, tuple[float, ...]] = {}
    for name in dict.fromkeys((IGNORED, *variants)):
        fields = {"positive": positive, **VARIANTS[name], "split": str(out / "split.jsonl")}
        place = out / f"seed{config.seed}" / name.replace(",", "").replace(" ", "-")
        folder = checkpoint(data, place, config.changed(**fields))
        reached = {}
        for rule in (positive, "all"):
            kept = out / f"seed{config.seed}" / f"evaluation-{'all' if rule == 'all' else 'positive'}"
            reached[rule] = evaluate(data, [folder], (), out / "split.jsonl", out=kept, positive=rule).models[0]
        users[name] = reached[positive].ndcg_per_user
        row = {**about, "model": f"llmrec, ratings {name}", "seed": config.seed}
        row |= _measured(np.array(users[name]), np.array(reached["all"].ndcg_per_user))
        ratio = compare(users[name], users[IGNORED]).ratio
        row |= {"ratio to ignored": [round(each, 4) for each in (ratio.value, ratio.low, ratio.high)]}
        _file({**row, "config": {**config.recipe(), "positive": positive, **VARIANTS[name]}}, file)
    lines = [line for line in measurements(STUDY, file) if line["dataset"] == data.name]
    print(table(lines))
    return lines


def _file(row: dict[str, Any], file: Path) -> None:
    file_measurement(STUDY, row, "python -m eval.ratings", same=("dataset", "model", "seed"), file=file)


def table(lines: Sequence[dict[str, Any]]) -> str:
    """The lines as Markdown, a model a row: means over seeds."""
    rows = ["| model | seeds | NDCG@10, positive events | NDCG@10, all events | to ignored |", "|" + " --- |" * 5]
    for model in dict.fromkeys(line["model"] for line in lines):
        own = [line for line in lines if line["model"] == model]
        means = [
            np.mean([line.get(f"ndcg@10 of {part} events", np.nan) for line in own]) for part in ("positive", "all")
        ]
        found = [line["ratio to ignored"] for line in own if "ratio to ignored" in line]
        ratios = "; ".join(f"{value} [{low}, {high}]" for value, low, high in found)
        rows.append(f"| {model} | {len(own)} | {means[0]:.4f} | {means[1]:.4f} | {ratios} |")
    return "\n".join(rows)


def main() -> None:
    """Read the options and run the study."""
    parser = argparse.ArgumentParser(prog="python -m eval.ratings", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ml-100k"), help="catalogue folder")
    parser.add_argument("--out", type=Path, default=Path("ratings"), help="folder of checkpoints; gone on with")
    parser.add_argument("--positive", default="rating>=4", help="which events are positive")
    parser.add_argument("--variants", default=",,".join(VARIANTS), help="names of variants, joined by two commas")
    parser.add_argument("--config", type=Path, default=Path("configs/quick.yaml"), help="YAML file of a recipe")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field of the recipe")
    parser.add_argument("--adapter", help="fit the score of this adapter anew instead, and train nothing: ml-100k")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.adapter:
        for row in refitted_rows(chosen.data, chosen.adapter, chosen.positive, chosen.out / f"{chosen.adapter}.npz"):
            _file({"dataset": chosen.data.name, "positive": chosen.positive, **row}, MEASUREMENTS)
        return
    config = TrainConfig.read(chosen.config, chosen.set, seed=chosen.seed, rationale__pairs=0)
    study(chosen.data, chosen.out, config, chosen.positive, chosen.variants.split(",,"))


if __name__ == "__main__":
    run_command(main)
