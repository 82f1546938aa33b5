"""What privacy and forgetting cost, and what a model remembers: `python -m eval.privacy`.

A tenth of the users is never trained on. Of the others these checkpoints are made, with the rolling split (each user's
last events are valid and test):

whole       as `llmrec train` makes one
sharded     `shards`: a model a shard of users, the weights averaged
forgotten   `llmrec unlearn`: the sharded one without some users, all of one shard, so that one of the shards is trained
            again (the best case: users of every shard cost all of them)
epsilon E   `privacy.epsilon`

Measured are NDCG@10 on the test part (of the users that are left), the seconds, and membership: the chance that the
loss on a user of training is smaller than on one never trained on (`llmrec.audit.membership`; 0.5 tells nothing), for
all users of training and for those that are forgotten, before and after. Needs no GPU; the quick recipe takes most of
an hour on one busy core. A run that was cut short goes on: the same command again. Rows are filed in
eval/results/privacy/rows.jsonl, unless --out-rows names another folder.
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from eval.command import run_command, whole_number
from eval.store import Row, Store, stamped, this_machine
from llmrec.audit.membership import ALONE, FUSED, membership, user_surprisal
from llmrec.catalog import Catalog, load_catalog
from llmrec.evaluation.bootstrap import Interval
from llmrec.evaluation.splits import rolling_split
from llmrec.model.checkpoint import load_checkpoint
from llmrec.pipeline_config import PipelineConfig
from llmrec.recommender import Recommender
from llmrec.train.config import TrainConfig
from llmrec.train.held_out import ALONE as LLM_ALONE
from llmrec.train.held_out import OURS
from llmrec.train.logs import TrainEvent
from llmrec.train.run import train
from llmrec.train.shards import shard_of
from llmrec.train.unlearn import unlearn

RESULTS = Path(__file__).resolve().parent / "results" / "privacy"
WHOLE, SHARDED, FORGOTTEN = "whole", "sharded", "forgotten"
RECORD = "seconds.json"
MEMBERS = 200
"""Users of training, at most, that are compared with those never trained on."""


def store(folder: Path = RESULTS) -> Store:
    """Where the rows lie."""
    return Store(folder, ("privacy",))


@dataclass(frozen=True)
class Users:
    """Who takes part.

    Parameters
    ----------
    catalog
        Of the users of training.
    strangers
        Never trained on.
    forgotten
        Trained on, then forgotten; all of one shard.
    """

    catalog: Catalog
    strangers: Sequence[str]
    forgotten: Sequence[str]


def users_of(catalog: Catalog, shards: int, forgotten: int, seed: int) -> Users:
    """Draw a tenth of the users who are never trained on, and those who are forgotten."""
    able = sorted(rolling_split(catalog).train)
    rng = Random(seed)
    strangers = set(rng.sample(able, max(1, len(able) // 10)))
    left = [user for user in able if user not in strangers]
    of_shard = [user for user in left if shard_of(user, shards) == shard_of(left[0], shards)]
    histories = {user: own for user, own in catalog.histories.items() if user in set(left)}
    chosen = sorted(rng.sample(of_shard, min(forgotten, len(of_shard) - 1)))
    return Users(replace(catalog, histories=histories), sorted(strangers), chosen)


def tell(event: TrainEvent) -> None:
    """Print messages and epochs, with the time."""
    if event.message:
        print(f"  {time.strftime('%H:%M:%S')} {event.message}", flush=True)


def make(model: str, users: Users, out: Path, config: TrainConfig, shards: int, private: Sequence[str]) -> None:
    """Train the checkpoint `out`/`model` where it is not yet, and note the seconds of the whole command.

    They are those of the session that ends, processor seconds beside the clock's, as other work on the machine does
    not change them.
    """
    file = out / RECORD
    seconds: dict[str, dict[str, float]] = json.loads(file.read_text()) if file.is_file() else {}
    if model in seconds:
        return
    print(f"{model}:", flush=True)
    start, busy = time.monotonic(), time.process_time()
    if model == FORGOTTEN:
        unlearn(out / SHARDED, out / model, users.forgotten, data=users.catalog, report=tell)
    elif model == SHARDED:
        train(users.catalog, out / model, config.changed(shards=shards), report=tell)
    elif model == WHOLE:
        train(users.catalog, out / model, config, report=tell)
    else:
        settings = [*private, f"privacy.epsilon={model.split()[1]}"]
        named = {setting.partition("=")[0] for setting in settings}
        recipe = TrainConfig.read(None, settings, **{n: getattr(config, n) for n in KEPT if n not in named})
        train(users.catalog, out / model, recipe, report=tell)
    seconds[model] = {
        "seconds in all": round(time.monotonic() - start, 1),
        "processor seconds in all": round(time.process_time() - busy, 1),
    }
    file.write_text(json.dumps(seconds, indent=2) + "\n")


KEPT = ("seed", "model", "split", "epochs", "queries", "rationale", "base")
"""Fields of the recipe that a private run has in common with the others, where it is not given its own."""


def memberships(catalog: Catalog, users: Users, folder: Path) -> dict[str, dict[str, Interval]]:
    """Attack a checkpoint: target -> group of users -> chance that its loss is smaller than a stranger's."""
    split = rolling_split(catalog)
    trained = [user for user in sorted(split.train) if user in users.catalog.histories]
    rest = [user for user in trained if user not in users.forgotten]
    drawn = Random(0).sample(rest, min(MEMBERS, len(rest)))
    asked = [*users.forgotten, *users.strangers, *drawn]
    rows = {user: catalog.rows(split.train[user]) for user in asked}
    opened = Recommender.from_pretrained(folder, catalog, config=PipelineConfig(index="exact"))
    found: dict[str, dict[str, Interval]] = {}
    for target, nats in user_surprisal(opened.pipeline, rows).items():
        strangers = [nats[user] for user in users.strangers if user in nats]
        groups = {"of training": drawn, "forgotten": users.forgotten}
        found[target] = {
            name: membership([nats[user] for user in group if user in nats], strangers)
            for name, group in groups.items()
        }
    return found


def row_of(dataset: str, model: str, out: Path, attacked: Mapping[str, Mapping[str, Interval]], users: Users) -> Row:
    """One line of the table."""
    info, seconds = load_checkpoint(out / model).info, json.loads((out / RECORD).read_text())
    about = info.provenance
    test = about["test"]
    measures: dict[str, float] = {
        "seconds of training": about["seconds"],
        **seconds[model],
        "users of training": about["users"],
        "users never trained on": len(users.strangers),
        "users forgotten": len(users.forgotten),
    }
    for target, groups in attacked.items():
        for group, auc in groups.items():
            measures |= {
                f"membership, {target}, {group}": round(auc.value, 4),
                f"membership, {target}, {group}, low": round(auc.low, 4),
                f"membership, {target}, {group}, high": round(auc.high, 4),
            }
    if "forgotten" in about:
        measures["seconds of training again"] = about["forgotten"]["seconds"]
        measures["shards trained again"] = len(about["forgotten"]["trained again"])
    if "privacy" in about:
        measures |= {name: about["privacy"][name] for name in ("epsilon", "delta", "noise", "counts_noise", "steps")}
    row = Row(
        dataset=dataset,
        split="rolling",
        section="privacy",
        kind="ours",
        model=model,
        seed=about["recipe"]["seed"],
        metrics={"ndcg@10": test[OURS]["ndcg@10"], "ndcg@10 of the LLM alone": test[LLM_ALONE]["ndcg@10"]}
        | {f"ndcg@10 of {name}": test[name]["ndcg@10"] for name in ("popularity", "item-kNN")},
        measures=measures,
        config={**about["recipe"], "shards": about.get("shards", 1), **info.config.model_dump()},
    )
    return stamped(row, seconds[model]["seconds in all"], this_machine())


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    head = ["model", "NDCG@10", "LLM alone", "training, s", "in all, processor s"]
    head += [f"membership {group}, {target}" for target in ("LLM", "fused") for group in ("of training", "forgotten")]
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for row in rows:
        m = row.measures
        again = m.get("seconds of training again", m["seconds of training"])
        cells = [row.model, f"{row.metrics['ndcg@10']:.4f}", f"{row.metrics['ndcg@10 of the LLM alone']:.4f}"]
        cells += [f"{again:.0f}", f"{m['processor seconds in all']:.0f}"]
        for target in (ALONE, FUSED):
            for group in ("of training", "forgotten"):
                at = f"membership, {target}, {group}"
                cells.append(f"{m[at]:.3f} [{m[f'{at}, low']:.3f}, {m[f'{at}, high']:.3f}]")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def study(
    data: Path,
    out: Path,
    config: TrainConfig,
    *,
    shards: int,
    forgotten: int,
    epsilons: Sequence[float],
    private: Sequence[str],
    rows: Store,
    name: str,
) -> list[Row]:
    """Train what is not trained yet, attack it, and file the rows.

    Parameters
    ----------
    data
        Folder of the catalogue.
    out
        Folder of the checkpoints.
    config
        Recipe of all but the private ones, whose optimiser has settings of its own.
    shards
        Of the sharded one.
    forgotten
        How many users are forgotten.
    epsilons
        Budgets.
    private
        `field=value` of the private ones.
    rows
        Where the rows go.
    name
        Of the data set, in the rows.
    """
    catalog = load_catalog(data)
    users = users_of(catalog, shards, forgotten, config.seed)
    out.mkdir(parents=True, exist_ok=True)
    models = [WHOLE, SHARDED, FORGOTTEN, *(f"epsilon {epsilon:g}" for epsilon in epsilons)]
    made = []
    for model in models:
        make(model, users, out, config.changed(split="rolling"), shards, private)
        made.append(row_of(name, model, out, memberships(catalog, users, out / model), users))
        rows.write(made[-1])
    print(table(made))
    return made


def main() -> None:
    """Read the options and run the study."""
    parser = argparse.ArgumentParser(prog="python -m eval.privacy", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ml-100k"), help="catalogue folder")
    parser.add_argument("--out", type=Path, default=Path("privacy"), help="folder of checkpoints; gone on with")
    parser.add_argument("--out-rows", type=Path, default=RESULTS, help="folder that gets rows.jsonl")
    parser.add_argument("--config", type=Path, default=Path("configs/quick.yaml"), help="YAML file of the recipe")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field of the recipe")
    parser.add_argument(
        "--set-private", action="append", default=["lr=0.01", "epochs=2", "privacy.users=256"], metavar="FIELD=VALUE",
        help="a field of the private recipes",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shards", type=whole_number, default=4)
    parser.add_argument("--forget", type=whole_number, default=10, help="users that are forgotten, all of one shard")
    parser.add_argument("--epsilon", type=float, action="append", help="budget; may be repeated (default: 8 and 2)")
    chosen = parser.parse_args()
    config = TrainConfig.read(chosen.config, chosen.set, seed=chosen.seed, rationale__pairs=0)
    study(
        chosen.data,
        chosen.out / f"{chosen.data.name}-seed{chosen.seed}",
        config,
        shards=chosen.shards,
        forgotten=chosen.forget,
        epsilons=chosen.epsilon or (8.0, 2.0),
        private=chosen.set_private,
        rows=store(chosen.out_rows),
        name=chosen.data.name,
    )


if __name__ == "__main__":
    run_command(main)
