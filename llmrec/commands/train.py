"""What a training run shows: a bar with the time left, and a line for each epoch."""

from collections.abc import Mapping
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from llmrec import paths
from llmrec.commands import show
from llmrec.commands.boundary import Interrupted
from llmrec.model.config import RecLMConfig
from llmrec.setup import materialise_base
from llmrec.train.config import TrainConfig
from llmrec.train.rationale import RationaleConfig, checkpoint_of


def run_training(
    data: Path,
    out: Path,
    split: Path | None,
    base: Path | None,
    shape: RecLMConfig,
    recipe: TrainConfig,
    rationales: RationaleConfig,
    towers: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Train with a bar on stderr (an epoch's line alone where that is no terminal); return the validation metrics.

    Raises `Interrupted` on Ctrl-C, when the checkpoint has been written, and what `llmrec.train.run.train` raises.
    """
    from llmrec.train.run import train

    base = base or materialise_base(paths.home(), show.note)
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
            return train(data, out, split, base, shape, recipe, rationales, report, say, towers)
        except KeyboardInterrupt as error:
            kept = [file for file in (checkpoint_of(out / "rationale"), out / "checkpoint.pt") if file.exists()]
            words = f"its checkpoint is kept in {kept[0]}" if kept else "no step was done yet"
            raise Interrupted(f"training was interrupted; {words}; run the same command to go on") from error
