"""The rows of this study: where they are filed, which of a trained model are missing, and what it answers for each."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.modalities.models import Trained
from eval.modalities.worlds import COLD_SPLIT, Task, World, measure
from eval.ranking.record import SPLIT
from eval.ranking.referee import dataset_fingerprint
from eval.store import Row, Store, stamped
from llmrec.catalog.simshop import MODALITIES

MAIN, REMOVED, COLD = "main", "modality", "cold-hidden"
"""Sections: every modality; one removed; cold items ranked among themselves."""
SECTIONS = (MAIN, REMOVED, COLD)


@dataclass(frozen=True)
class Filed:
    """The rows under `folder`; with `force` none counts as done."""

    folder: Path
    force: bool = False

    @property
    def store(self) -> Store:
        """Where they lie."""
        return Store(self.folder, SECTIONS)

    def done(self, world: World, model: str, seed: int, section: str, config: Mapping[str, Any]) -> bool:
        """Whether the row was measured on this data with this configuration."""

        def same(row: Row) -> bool:
            return row.data == dataset_fingerprint(world.folder) and row.config == dict(config)

        return not self.force and self.store.done(world.name, model, seed, section, same)

    def write(
        self,
        world: World,
        model: str,
        seed: int,
        section: str,
        config: Mapping[str, Any],
        metrics: Mapping[str, float],
        seconds: float,
        measures: Mapping[str, float],
        kind: str = "ours",
    ) -> None:
        """Files the row with machine, commit, command and date."""
        row = Row(
            dataset=world.name,
            split=SPLIT if section != COLD else COLD_SPLIT[world.truth is not None],
            section=section,
            kind=kind,
            model=model,
            seed=seed,
            metrics=dict(metrics),
            measures=dict(measures),
            config=dict(config),
            data=dataset_fingerprint(world.folder),
        )
        self.store.write(stamped(row, seconds))
        print(f"  {model} seed {seed}, {section}: NDCG@10 {metrics['ndcg@10']:.4f} ({seconds:.0f} s)", flush=True)


@dataclass(frozen=True)
class Wanted:
    """Where a row is filed, and which modality (or "") the model is asked without."""

    model: str
    section: str
    without: str


@dataclass(frozen=True)
class Rows:
    """Those of one configuration and seed in one world."""

    filed: Filed
    world: World
    seed: int
    config: Mapping[str, Any]

    def missing(self, model: str, section: str, masked: Sequence[str]) -> list[Wanted]:
        """The model's rows that are not filed: whole, and with each of the modalities `masked`."""
        at = REMOVED if section == MAIN else section
        wanted = [Wanted(model, section, ""), *(Wanted(removed(model, m, "masked"), at, m) for m in masked)]
        return [
            row for row in wanted if not self.filed.done(self.world, row.model, self.seed, row.section, self.config)
        ]

    def file(self, row: Wanted, trained: Trained, task: Task) -> None:
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
        self.filed.write(self.world, row.model, self.seed, row.section, self.config, metrics, seconds, measures)


def removed(name: str, modality: str, how: str) -> str:
    """The model's name in a row: `how` is `masked` (at inference) or `retrained` (never seen)."""
    return f"{name} without {modality}, {how}"
