"""Continued training against training anew, when the last tenth of events is new: `python -m eval.continued`.

Each user's last events are valid and test (the rolling split). Of the others the last tenth by time is new, with all
the users and items that come with it. Three checkpoints are asked for the same test events:

old        learnt from the events before, as `llmrec train` does, and stays as it is
anew       learns from all of them, from scratch
continued  goes on from `old`, with the new ones

What is measured is NDCG@10 (`llmrec.evaluate`: mean over users; the ratio to `anew` with a paired 95 % interval), and
the seconds of training and of everything from the command to the checkpoint; beside other work on the machine, the
processor seconds tell (with OMP_NUM_THREADS=1, as waiting threads count). Needs no GPU; on two CPU cores
MovieLens-100K takes most of a day with the default recipe, an hour with `--config configs/quick.yaml`. A run that was
cut short goes on: the same command again. Rows are filed in eval/results/continued/rows.jsonl, unless --out-rows names
another folder.
"""

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from eval.command import run_command
from eval.store import Row, Store, stamped, this_machine
from llmrec.catalog import Catalog, load_catalog
from llmrec.evaluation.bootstrap import Comparison, compare
from llmrec.evaluation.result import ModelResult
from llmrec.evaluation.splits import Split, rolling_split, save_split
from llmrec.evaluator import evaluate
from llmrec.train.config import TrainConfig
from llmrec.train.logs import TrainEvent
from llmrec.train.run import train

RESULTS = Path(__file__).resolve().parent / "results" / "continued"
MODELS = ("old", "anew", "continued")
TIMES = "times.json"
SHARE = "share of the seconds of training"
PROCESSOR_SHARE = "share of the processor seconds of training"


def store(folder: Path = RESULTS) -> Store:
    """Where the rows lie."""
    return Store(folder, ("continued",))


@dataclass(frozen=True)
class Parts:
    """The events of the study.

    Parameters
    ----------
    before
        The catalogue with the old events alone.
    split
        Old and new events in train, each user's last events in valid and test.
    old, new
        How many training events came before and since.
    new_users, new_items
        How many of the users and items with training events had none before.
    """

    before: Catalog
    split: Split
    old: int
    new: int
    new_users: int
    new_items: int


def parts(catalog: Catalog, share: float) -> Parts:
    """Tell the last `share` of the training events, by time, from the others.

    Parameters
    ----------
    catalog
        Its users with fewer than 3 events are left out.
    share
        Between 0 and 1; events of one moment are never told apart, so it may be a little less.
    """
    split = rolling_split(catalog)
    times = {user: {event.item: event.timestamp for event in catalog.histories[user]} for user in split.train}
    every = np.sort([times[user][item] for user, items in split.train.items() for item in items])
    until = every[max(0, round(len(every) * (1 - share)) - 1)]
    kept = {
        user: tuple(event for event in catalog.histories[user] if event.item in set(items) and event.timestamp <= until)
        for user, items in split.train.items()
    }
    before = {user: events for user, events in kept.items() if events}
    old = sum(map(len, before.values()))
    items_before = {event.item for events in before.values() for event in events}
    items_now = {item for items in split.train.values() for item in items}
    return Parts(
        replace(catalog, histories=before),
        split,
        old,
        len(every) - old,
        sum(1 for user in split.train if split.train[user] and user not in before),
        len(items_now - items_before),
    )


class Clock:
    """Seconds of a training and of what is around it, over the sessions that it takes.

    Training counts over all sessions (the training state keeps them); the rest is that of the session that ends.
    """

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._first, self._last = self._start, self._start
        self._processor = [0.0, 0.0]
        self._stepped = False

    def __call__(self, event: TrainEvent) -> None:
        """A report of `train`; messages and epochs are printed."""
        if event.message:
            print(f"  {time.strftime('%H:%M:%S')} {event.message}", flush=True)
        if event.kind == "step" and not self._stepped:
            self._first, self._stepped = time.monotonic(), True
            self._processor[0] = time.process_time()
        if event.kind == "epoch":
            self._last, self._processor[1] = time.monotonic(), time.process_time()

    def processor(self, loop: float) -> float:
        """Processor seconds of the loop, which other work on the machine does not change; NaN over several sessions.

        Parameters
        ----------
        loop
            Seconds of training over all sessions.
        """
        whole = self._stepped and self._last - self._first >= 0.8 * loop
        return self._processor[1] - self._processor[0] if whole else float("nan")

    def rest(self) -> float:
        """Seconds outside the loop."""
        return time.monotonic() - self._start - (max(0.0, self._last - self._first) if self._stepped else 0.0)


def trained(name: str, data: Catalog, out: Path, config: TrainConfig) -> dict[str, float]:
    """Train the checkpoint `out`/`name` where it is not yet, and return its seconds."""
    file = out / TIMES
    times: dict[str, dict[str, float]] = json.loads(file.read_text()) if file.is_file() else {}
    if name not in times:
        print(f"{name}:", flush=True)
        clock = Clock()
        result = train(data, out / name, config, report=clock)
        loop = sum(result.seconds.values())
        times[name] = {
            "training": round(loop, 1),
            "in all": round(loop + clock.rest(), 1),
            "processor": round(clock.processor(loop), 1),
        }
        file.write_text(json.dumps(times, indent=2) + "\n")
    return times[name]


def study(data: Path, out: Path, config: TrainConfig, share: float, rows: Store, name: str) -> list[Row]:
    """Train what is not trained yet, rank the test part, and file the rows.

    Parameters
    ----------
    data
        Folder of the catalogue.
    out
        Folder of the checkpoints.
    config
        Recipe of all three; its `continued` is that of the last.
    share
        Of the training events, by time, that are new.
    rows
        Where the rows go.
    name
        Of the data set, in the rows.
    """
    catalog = load_catalog(data)
    cut = parts(catalog, share)
    out.mkdir(parents=True, exist_ok=True)
    save_split(cut.split, out / "split.jsonl")
    print(f"{cut.old} old events, {cut.new} new ones, {cut.new_users} new users, {cut.new_items} new items", flush=True)
    with_split = config.changed(split=out / "split.jsonl")
    seconds = {
        "old": trained("old", cut.before, out, config),
        "anew": trained("anew", catalog, out, with_split),
        "continued": trained("continued", catalog, out, continues(with_split, out / "old")),
    }
    found = evaluate(data, [out / model for model in MODELS], (), out / "split.jsonl", out=out / "evaluation")
    models = {model.name: model for model in found.models}
    made = [row_of(name, models, model, seconds, cut, config, share) for model in MODELS]
    for row in made:
        rows.write(row)
    print(table(made))
    return made


def continues(config: TrainConfig, old: Path) -> TrainConfig:
    """The recipe that goes on from `old`, whose shape is that of the checkpoint."""
    plain = TrainConfig()
    return config.changed(continue_from=old, model=plain.model, encoders=plain.encoders)


def row_of(
    dataset: str,
    models: Mapping[str, ModelResult],
    model: str,
    seconds: Mapping[str, Mapping[str, float]],
    cut: Parts,
    config: TrainConfig,
    share: float,
) -> Row:
    """One line of the table."""
    mine, anew = models[model], models["anew"]
    difference: Comparison = compare(mine.ndcg_per_user, anew.ndcg_per_user)
    measures = {
        "seconds of training": seconds[model]["training"],
        "seconds in all": seconds[model]["in all"],
        SHARE: round(seconds[model]["training"] / seconds["anew"]["training"], 4),
        "processor seconds of training": seconds[model]["processor"],
        PROCESSOR_SHARE: round(seconds[model]["processor"] / seconds["anew"]["processor"], 4),
        "share of all seconds": round(seconds[model]["in all"] / seconds["anew"]["in all"], 4),
        "ndcg@10 to anew": round(difference.ratio.value, 4),
        "ndcg@10 to anew, low": round(difference.ratio.low, 4),
        "ndcg@10 to anew, high": round(difference.ratio.high, 4),
        "old events": cut.old,
        "new events": cut.new,
        "new users": cut.new_users,
        "new items": cut.new_items,
    }
    kept: dict[str, Any] = {"share": share, **config.recipe(), "epochs": config.epochs, **config.model.model_dump()}
    row = Row(
        dataset=dataset,
        split="rolling",
        section="continued",
        kind="ours",
        model=model,
        seed=config.seed,
        metrics={name: round(each.value, 5) for name, each in mine.metrics.items() if not np.isnan(each.value)},
        measures=measures,
        config=kept | ({"continued": config.continued.model_dump()} if model == "continued" else {}),
        ndcg_per_user=tuple(round(float(each), 5) for each in mine.ndcg_per_user),
    )
    return stamped(row, seconds[model]["in all"], this_machine())


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    names = ("training, s", "processor, s", "in all, s")
    head = ["model", "NDCG@10", "to anew", *(cell for name in names for cell in (name, "share"))]
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for row in rows:
        m = row.measures
        cells = [
            row.model,
            f"{row.metrics['ndcg@10']:.4f}",
            f"{m['ndcg@10 to anew']:.3f} [{m['ndcg@10 to anew, low']:.3f}, {m['ndcg@10 to anew, high']:.3f}]",
            f"{m['seconds of training']:.0f}",
            f"{m[SHARE]:.0%}",
            f"{m['processor seconds of training']:.0f}",
            f"{m[PROCESSOR_SHARE]:.0%}",
            f"{m['seconds in all']:.0f}",
            f"{m['share of all seconds']:.0%}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Read the options and run the study."""
    parser = argparse.ArgumentParser(prog="python -m eval.continued", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ml-100k"), help="catalogue folder")
    parser.add_argument("--out", type=Path, default=Path("continued"), help="folder of checkpoints; gone on with")
    parser.add_argument("--out-rows", type=Path, default=RESULTS, help="folder that gets rows.jsonl")
    parser.add_argument("--config", type=Path, help="YAML file of a recipe (llmrec train --print-config)")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field of the recipe")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=0.1, help="of the training events, by time, that are new")
    chosen = parser.parse_args()
    config = TrainConfig.read(chosen.config, chosen.set, seed=chosen.seed, rationale__pairs=0)
    out = chosen.out / f"{chosen.data.name}-seed{chosen.seed}"
    study(chosen.data, out, config, chosen.share, store(chosen.out_rows), chosen.data.name)


if __name__ == "__main__":
    run_command(main)
