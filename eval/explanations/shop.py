"""The pack of the truth test: a SimShop, a third of whose users it never sees."""

import json
import random
import sys
import time
from pathlib import Path

from eval.modalities.recipes import SIMSHOP
from llmrec import paths
from llmrec.catalog import load_catalog
from llmrec.evaluation.splits import rolling_split
from llmrec.model.config import RecLMConfig
from llmrec.setup import materialise_base
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.logs import TrainEvent

EPOCHS = 4
PAIRS = 1600


def held_out(users: list[str], n: int, seed: int) -> list[str]:
    """`n` users that training does not see, in their own order; the same for the same seed."""
    chosen = set(random.Random(seed).sample(sorted(users), n))
    return [user for user in users if user in chosen]


def train_checkpoint(data: Path, out: Path, users: int, seed: int, pairs: int = PAIRS) -> Path:
    """Trains the pack `out` on all but `users` held-out users, or takes it up; raises what `llmrec.train` raises.

    Of the others the last events stop training early and weigh the components, and all before teach.
    """
    from llmrec.train.run import train

    catalog = load_catalog(data)
    gone = set(held_out(list(catalog.histories), users, seed))
    rolling = rolling_split(catalog)
    out.mkdir(parents=True, exist_ok=True)
    split = out / "split.jsonl"
    lines = [
        {"user": user, "train": [*rolling.train[user], *rolling.valid[user]], "valid": rolling.test[user], "test": []}
        for user in rolling.train
        if user not in gone
    ]
    split.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    config = TrainConfig(
        **SIMSHOP.recipe | {"epochs": EPOCHS, "seed": seed},
        model=RecLMConfig(**SIMSHOP.shape),
        base=materialise_base(paths.home(), tell),
        split=str(split),
        rationale=RationaleConfig(pairs=pairs),
    )
    train(data, out, config, report=_report)
    return out


def _report(event: TrainEvent) -> None:
    if event.message:
        tell(event.message)
    elif event.stage == "rationale" and event.step % 20 == 0:
        tell(f"sentences: step {event.step} of {event.steps}")


def tell(line: str) -> None:
    """Progress, on stderr."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)
