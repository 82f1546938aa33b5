"""What a training run shows: a bar with the time left, and a line for each epoch.

What a training of CLIP heads shows: a bar for each of its stages.

What `llmrec simshop` does besides reading its options: the bar, and the summary.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from llmrec import paths
from llmrec.cli import show
from llmrec.cli.boundary import Interrupted
from llmrec.setup import materialise_base
from llmrec.train.config import TrainConfig
from llmrec.train.rationale_lora import training_state_of


def run_training(
    data: Path,
    out: Path,
    recipe: TrainConfig,
) -> dict[str, float]:
    """Train with a bar on stderr (an epoch's line alone where that is no terminal); return the validation metrics.

    Raises `Interrupted` on Ctrl-C, when the checkpoint has been written, and what `llmrec.train.run.train` raises.
    """
    from llmrec.train.run import train

    if recipe.base is None:
        materialise_base(paths.home(), show.note)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("steps,"),
        TimeElapsedColumn(), TextColumn("gone, at most"), TimeRemainingColumn(), TextColumn("left"),
    )  # fmt: skip
    with Progress(*columns, console=show.ERR) as progress:
        bar = progress.add_task("reading the catalogue", total=None)

        def report(entry: dict[str, float]) -> None:
            if "rationale" in entry:
                progress.update(bar, description="sentences", completed=entry["step"], total=entry["steps"])
                return
            epoch = int(entry["epoch"]) + 1
            if "ndcg@10" in entry:
                spent = f"{entry['seconds'] / 60:.1f} min"
                say(f"epoch {epoch}: loss {entry['loss']:.3f}, valid NDCG@10 {entry['ndcg@10']:.4f}, {spent}")
                return
            steps = int(entry["steps"])
            done, total = steps * (epoch - 1) + int(entry["step"]), steps * recipe.epochs
            name = f"epoch {epoch} of at most {recipe.epochs}"
            progress.update(bar, description=name, completed=done, total=total)

        def say(line: str) -> None:
            progress.console.print(line, markup=False)

        try:
            return train(data, out, recipe, report, say)
        except KeyboardInterrupt as error:
            kept = [file for file in (training_state_of(out / "rationale"), out / "checkpoint.pt") if file.exists()]
            words = f"its checkpoint is kept in {kept[0]}" if kept else "no step was done yet"
            raise Interrupted(f"training was interrupted; {words}; run the same command to go on") from error


if TYPE_CHECKING:
    from llmrec.train.config import ClipConfig


def run_train_clip(data: Sequence[Path], out: Path, recipe: "ClipConfig") -> dict[str, float]:
    """Train with bars on stderr; return the metrics on held-out products. Raises what `train_clip` does."""
    from llmrec.train.clip.run import train_clip

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=show.ERR) as progress:
        bars = {}

        def report(stage: str, done: int, of: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=of)
            progress.update(bars[stage], completed=done)

        return train_clip(data, out, recipe, report)


def run_simshop(out: Path, items: int, users: int, seed: int) -> dict[str, object]:
    """Write the world, with a bar on stderr; return what was written."""
    from llmrec.catalog.simshop import write_simshop

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=show.ERR, disable=not show.ERR.is_terminal) as progress:
        bar = progress.add_task("media files", total=None)

        def report(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        world = write_simshop(out, items, users, seed, os.cpu_count() or 1, report)
    media = sum(file.stat().st_size for file in (out / "media").iterdir())
    return {
        "folder": str(out),
        "items": len(world.items),
        "users": len(world.tastes),
        "purchases": len(world.purchases),
        "media_megabytes": round(media / 1e6, 1),
    }
