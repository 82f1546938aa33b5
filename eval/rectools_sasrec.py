"""RecTools' SASRec with a sampled softmax, as a peer under leave-one-out: `python -m eval.rectools_sasrec DATA`.

RecTools pins other versions than ours, so it runs in an environment of its own (`pip install "rectools[torch]"`), where
nothing of llmrec is needed. The referee makes the split and scores the lists: each user's last item is test, the one
before it valid. The model learns from train alone; after every few epochs it ranks valid, and the lists of the best
round are scored on test. Hours on a CPU; each round prints, and writes its lists.

References
----------
RecTools' transformer benchmark, https://github.com/MTSWebServices/RecTools.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eval.ranking import referee
from eval.store import MEASUREMENTS, command_line, file_measurement

ROOT = Path(__file__).resolve().parents[1]
STUDY = "rectools_sasrec"
SAME = ("dataset", "seed", "configuration")
"""What tells its lines apart."""
LISTED = 20
CUT = 10


def _events(users: Sequence[Mapping[str, Any]], with_valid: bool) -> Any:
    """A RecTools data set of the train events, and of the valid ones for those who are asked for test."""
    import pandas as pd
    from rectools import Columns
    from rectools.dataset import Dataset

    rows = [
        (user["user"], item, 1.0, pd.Timestamp(2020, 1, 1) + pd.Timedelta(days=place))
        for user in users
        for place, item in enumerate([*user["train"], *(user["valid"] if with_valid else ())])
    ]
    return Dataset.construct(pd.DataFrame(rows, columns=[Columns.User, Columns.Item, Columns.Weight, Columns.Datetime]))


def _lists(model: Any, users: Sequence[Mapping[str, Any]], events: Any) -> dict[str, list[str]]:
    from rectools import Columns

    found = model.recommend([user["user"] for user in users], events, k=LISTED, filter_viewed=True)
    lists: dict[str, list[str]] = found.groupby(Columns.User)[Columns.Item].apply(list).to_dict()
    return lists


def _ndcg(lists: Mapping[str, Sequence[str]], users: Sequence[Mapping[str, Any]]) -> float:
    total = 0.0
    for user in users:
        first, (target,) = list(lists[user["user"]])[:CUT], user["valid"]
        if target in first:
            total += 1 / math.log2(first.index(target) + 2)
    return total / len(users)


def study(chosen: argparse.Namespace) -> dict[str, Any]:
    """Train, choose the round on valid, have its lists scored on test, and file the line."""
    import torch
    from pytorch_lightning import Trainer, seed_everything
    from rectools.models import SASRecModel

    seed_everything(chosen.seed)
    chosen.out.mkdir(parents=True, exist_ok=True)
    split = referee.write_split(chosen.referee, chosen.data, chosen.out / "split.jsonl", last=1)
    users = [json.loads(line) for line in split.read_text(encoding="utf-8").splitlines()]
    train, asked = _events(users, False), _events(users, True)

    def trainer() -> Trainer:
        quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
        return Trainer(accelerator="auto", min_epochs=1, max_epochs=chosen.epochs, enable_model_summary=False, **quiet)

    configuration = {
        "n_factors": chosen.factors, "n_blocks": 2, "n_heads": 2, "dropout_rate": chosen.dropout,
        "session_max_len": chosen.window, "lr": 1e-3, "batch_size": 128, "loss": chosen.loss,
        "n_negatives": chosen.negatives,
    }  # fmt: skip
    model = SASRecModel(**configuration, get_trainer_func=trainer)
    best, since, started, tried = (-1.0, 0), 0, time.monotonic(), []
    for number in range(1, chosen.rounds + 1):
        if number == 1:
            model.fit(train)
        else:
            model.fit_partial(train, min_epochs=chosen.epochs, max_epochs=chosen.epochs)
        valid = _ndcg(_lists(model, users, train), users)
        tried.append([number * chosen.epochs, round(valid, 5)])
        print(
            f"{tried[-1][0]} epochs, {(time.monotonic() - started) / 60:.0f} min: valid NDCG@10 {valid:.4f}", flush=True
        )
        since += 1
        if valid > best[0]:
            best, since = (valid, number * chosen.epochs), 0
            lists = {user: [found] for user, found in _lists(model, users, asked).items()}
            referee.write_rankings(chosen.out / "lists.jsonl", lists)
        if since >= chosen.patience:
            break
    scored = referee.score(chosen.referee, chosen.data, chosen.out / "lists.jsonl", last=1)
    line = {
        "dataset": chosen.data.name, "seed": chosen.seed, "configuration": configuration, "test": scored,
        "epochs": best[1], "valid ndcg@10": round(best[0], 5), "tried": tried, "torch": torch.__version__,
        "minutes": round((time.monotonic() - started) / 60, 1),
    }  # fmt: skip
    file_measurement(STUDY, line, command_line(), same=SAME, file=chosen.results)
    print(scored, flush=True)
    return line


def main() -> None:
    """Read the options and run the study."""
    parser = argparse.ArgumentParser(prog="python -m eval.rectools_sasrec", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="catalogue folder with items.csv and interactions.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder of the split and the lists")
    parser.add_argument("--referee", type=Path, default=ROOT / "tests" / "evaluation" / "referee.py")
    parser.add_argument("--results", type=Path, default=MEASUREMENTS, help="file of the line")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--loss", default="sampled_softmax", choices=("sampled_softmax", "softmax", "BCE", "gBCE"))
    parser.add_argument("--factors", type=int, default=128)
    parser.add_argument("--negatives", type=int, default=100, help="items drawn for each position")
    parser.add_argument("--window", type=int, default=30, help="items of a history that are read")
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--epochs", type=int, default=5, help="epochs of a round")
    parser.add_argument("--rounds", type=int, default=40, help="most rounds")
    parser.add_argument("--patience", type=int, default=3, help="rounds without a better valid NDCG@10 before the end")
    chosen = parser.parse_args()
    if find_spec("rectools") is None:
        sys.exit('error: rectools is not installed here; pip install "rectools[torch]" into an environment of its own')
    try:
        study(chosen)
    except referee.RefereeError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
