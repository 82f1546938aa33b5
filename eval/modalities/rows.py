"""The rows of one trained model: which are missing, and what it answers for each."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.modalities import cells as filed
from eval.modalities.cells import Cells
from eval.modalities.measure import measure
from eval.modalities.models import Trained
from eval.modalities.worlds import Task, World
from llmrec.catalog.simshop import MODALITIES


@dataclass(frozen=True)
class Row:
    """Where a row is filed, and which modality (or "") the model is asked without."""

    model: str
    section: str
    without: str


@dataclass(frozen=True)
class Rows:
    """Those of one configuration and seed in one world."""

    cells: Cells
    world: World
    seed: int
    config: Mapping[str, Any]

    def missing(self, model: str, section: str, masked: Sequence[str]) -> list[Row]:
        """The model's rows that are not filed: whole, and with each of the modalities `masked`."""
        at = filed.REMOVED if section == filed.MAIN else section
        wanted = [Row(model, section, ""), *(Row(removed(model, m, "masked"), at, m) for m in masked)]
        return [
            row for row in wanted if not self.cells.done(self.world, row.model, self.seed, row.section, self.config)
        ]

    def file(self, row: Row, trained: Trained, task: Task) -> None:
        """Asks the trained model for the test events of `task`, and files."""
        start = time.monotonic()
        scores = trained.scores(task.test, row.without)
        asked = time.monotonic() - start
        truth = self.world.truth is not None
        everything = MODALITIES if truth else tuple(trained.model.modalities)
        metrics = measure(self.world, task, scores["llmrec"], everything)
        alone = measure(self.world, task, scores["llm"], everything if truth else ())
        metrics |= {f"llm {name}": value for name, value in alone.items() if name.startswith("ndcg@10")}
        measures = {
            "training seconds": round(trained.seconds, 1),
            "ms a request": round(1000 * asked / len(task.test), 2),
            "tokens a request": round(trained.tokens(task.test), 1),
            "valid ndcg@10 of the LLM": round(trained.best, 5),
            **{f"weight of {m}": round(share, 4) for m, share in trained.model.fusion.shares().items()},
        }
        seconds = trained.seconds + asked
        self.cells.write(self.world, row.model, self.seed, row.section, self.config, metrics, seconds, measures)


def removed(name: str, modality: str, how: str) -> str:
    """The model's name in a row: `how` is `masked` (at inference) or `retrained` (never seen)."""
    return f"{name} without {modality}, {how}"
