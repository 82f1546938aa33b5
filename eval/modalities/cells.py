"""One row of the table as one file: written when it is measured, skipped when it is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.modalities.worlds import World
from eval.ranking import cells
from eval.ranking.referee import dataset_fingerprint

MAIN, REMOVED, COLD = "main", "modality", "cold-hidden"
"""Sections: every modality; one removed; cold items ranked among themselves."""


@dataclass(frozen=True)
class Cells:
    """The rows under `folder`; with `force` none counts as done."""

    folder: Path
    force: bool = False

    def done(self, world: World, model: str, seed: int, section: str, config: Mapping[str, Any]) -> bool:
        """Whether the row was measured on this data with this configuration."""
        if self.force or not cells.cell_path(self.folder, world.name, model, seed, section).exists():
            return False
        row = cells.read_cell(self.folder, world.name, model, seed, section)
        return bool(row["data"] == dataset_fingerprint(world.folder) and row["config"] == dict(config))

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
        row = {
            "section": section,
            "kind": kind,
            "dataset": world.name,
            "model": model,
            "seed": seed,
            "metrics": dict(metrics),
            "measures": dict(measures),
            "config": dict(config),
            "data": dataset_fingerprint(world.folder),
        }
        cells.write_row(self.folder, row, seconds)
        print(f"  {model} seed {seed}, {section}: NDCG@10 {metrics['ndcg@10']:.4f} ({seconds:.0f} s)", flush=True)


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """All rows."""
    return cells.read_rows(folder)
