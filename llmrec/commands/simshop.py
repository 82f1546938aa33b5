"""What `llmrec simshop` does besides reading its options: the bar, and the summary."""

import os
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from llmrec.commands import show


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
