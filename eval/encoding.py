"""How much encoding costs beyond the towers: `python -m eval.encoding --images DIR --clips DIR`.

For pictures and for clips: the towers alone (contents decoded before the clock starts), `extract` with an empty cache
(hashing, decoding, encoding, writing), and `extract` again (hashing and reading the cache). The three follow each
other `--repeats` times, and the medians are compared, so that a machine that slows down slows all three. Files its
result in eval/results/measurements.jsonl, and draws encoding.png beside it.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.command import run_command, whole_number
from eval.store import MEASUREMENTS, file_measurement
from llmrec.catalog import Catalog, Item
from llmrec.encoders import Encoder, encoder, extract
from llmrec.encoders.base import read_file
from llmrec.encoders.extract import BATCH
from llmrec.runtime import keep_freed_memory

AIMS = {"over the bare tower": 1.25, "cache": 20}


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--images", type=Path, required=True, help="Folder of *.jpg.")
    options.add_argument("--clips", type=Path, required=True, help="Folder of *.mp4, at any depth.")
    options.add_argument("--pictures", type=whole_number, default=512, help="How many pictures.")
    options.add_argument("--films", type=whole_number, default=96, help="How many clips.")
    options.add_argument("--repeats", type=whole_number, default=3)
    chosen = options.parse_args()
    keep_freed_memory()  # as `extract` does, so that the bare tower has it from the first run
    pictures = sorted(chosen.images.rglob("*.jpg"))[: chosen.pictures]
    films = sorted(chosen.clips.rglob("*.mp4"))[: chosen.films]
    result: dict[str, Any] = {
        "image": measure(encoder("image", "lite0"), pictures, chosen.repeats),
        "video": measure(encoder("video", "frames"), films, chosen.repeats),
        "aims": AIMS,
        "seed": "nothing is random",
    }
    plot(result, MEASUREMENTS.with_name("encoding.png"))
    filed = file_measurement("encoding", result, "python -m eval.encoding --images DIR --clips DIR")
    print(json.dumps(filed, indent=2))


def measure(loaded: Encoder[Any], files: Sequence[Path], repeats: int) -> dict[str, Any]:
    """Seconds of the three ways for `files`, their spread, and the ratios of the medians."""
    modality = loaded.modality
    catalog = Catalog("files", tuple(Item(file.stem, file.stem, media={modality: file}) for file in files), {})
    contents = [read_file(file, loaded) for file in files]
    loaded.encode(contents[:1])  # loads the model
    bare, cold, cached = [], [], []
    for _ in range(repeats):
        bare.append(_timed(lambda: _encode(loaded, contents)))
        with tempfile.TemporaryDirectory() as cache:
            cold.append(_timed(lambda: extract(catalog, [loaded], Path(cache), progress=False)))
            cached.append(_timed(lambda: extract(catalog, [loaded], Path(cache), progress=False)))
    middle = {name: statistics.median(runs) for name, runs in (("bare", bare), ("cold", cold), ("cached", cached))}
    return {
        "encoder": loaded.id,
        "contents": len(files),
        "seconds, tower alone": _rounded(bare),
        "seconds, extract": _rounded(cold),
        "seconds, extract from the cache": _rounded(cached),
        "contents a second, extract": round(len(files) / middle["cold"], 1),
        "over the bare tower": round(middle["cold"] / middle["bare"], 3),
        "cache": round(middle["cold"] / middle["cached"], 1),
    }


def _encode(loaded: Encoder[Any], contents: Sequence[Any]) -> None:
    size = BATCH[loaded.modality]
    for start in range(0, len(contents), size):
        loaded.encode(contents[start : start + size])


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _rounded(seconds: Sequence[float]) -> list[float]:
    return [round(s, 3) for s in seconds]


def plot(result: dict[str, Any], path: Path) -> None:
    """Bars: contents a second, for each modality the three ways."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    ways = ("seconds, tower alone", "seconds, extract", "seconds, extract from the cache")
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.5))
    for axis, modality in zip(axes, ("image", "video"), strict=True):
        row = result[modality]
        speeds = [row["contents"] / statistics.median(row[way]) for way in ways]
        bars = axis.bar(["tower alone", "extract", "from the cache"], speeds, color=["#999999", "#3366aa", "#66aa66"])
        axis.bar_label(bars, fmt="%.0f")
        axis.set_yscale("log")
        axis.set_title(f"{modality}: {row['encoder']}", fontsize=9)
        axis.set_ylabel("contents a second")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


if __name__ == "__main__":
    run_command(main)
