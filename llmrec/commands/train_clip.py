"""What a training of CLIP heads shows: a bar for each of its stages."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from llmrec.commands import show

if TYPE_CHECKING:
    from llmrec.train.clip_heads import ClipConfig


def run_train_clip(data: Sequence[Path], out: Path, recipe: "ClipConfig") -> dict[str, float]:
    """Train with bars on stderr; return the metrics on held-out products. Raises what `train_clip` does."""
    from llmrec.train.clip import train_clip

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=show.ERR) as progress:
        bars = {}

        def report(stage: str, done: int, of: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=of)
            progress.update(bars[stage], completed=done)

        return train_clip(data, out, recipe, report)
