"""Indexing by several processes and on Ray, a machine of which is lost: `python -m eval.indexing [--items 50000]`.

A catalogue of so many items, each with a text of its own (two films of the demo in one), is indexed by the shipped
checkpoint, every run in a process and a data directory of its own: here; by a pool of two processes; on a Ray cluster
of a head and two machines; and on one that loses a machine when a third is encoded. Measured: seconds, the items that
the index holds, how many items and contents have a vector, and whether all vectors are those of the pool to the last
bit. One line of eval/results/measurements.jsonl (study `indexing`), printed as a table.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.command import run_command, whole_number
from eval.store import command_line, file_measurement

if TYPE_CHECKING:
    from llmrec.catalog import Catalog
    from llmrec.workers import Workers

RUNS = {
    "here": "one process", "pool": "a pool of two", "ray": "Ray, two machines", "lost": "Ray, one of two machines lost",
}  # fmt: skip
LEAST = 1000
"""Items of which a third is more than a part."""
LOST_AFTER = 1 / 3
"""Share of the items that are encoded when the machine is lost."""


def made(items: int) -> "Catalog":
    """So many items, each text once."""
    from itertools import islice

    from llmrec import paths
    from llmrec.catalog import Catalog, Item
    from llmrec.setup import demo_data

    films = Catalog.read(demo_data(paths.home())).items
    steps = range(1, len(films))
    pairs = ((first, films[(n + step) % len(films)]) for step in steps for n, first in enumerate(films))
    made_of = islice(pairs, items)
    own = (Item(f"pair-{n}", f"{a.title} and {b.title}", "", a.attributes) for n, (a, b) in enumerate(made_of))
    return Catalog(f"indexing-{items}", tuple(own), {})


def indexed(items: int, run: str) -> dict[str, Any]:
    """One row, in this process's data directory."""
    from llmrec import paths
    from llmrec.workers import Workers

    cache = paths.home() / "features"
    if run in ("ray", "lost"):
        with _cluster() as (address, lose):
            if run == "lost":
                threading.Thread(target=_lose, args=(cache, LOST_AFTER * items, lose), daemon=True).start()
            return _indexed(items, Workers(2, address), cache)
    return _indexed(items, Workers(2 if run == "pool" else 1), cache)


def _indexed(items: int, workers: "Workers", cache: Path) -> dict[str, Any]:
    from llmrec.recommender import Recommender

    catalog = made(items)
    started = time.perf_counter()
    shop = Recommender.from_pretrained("ml-100k", catalog, rebuild=True, encoding=workers)
    seconds = round(time.perf_counter() - started, 1)
    media = shop.pipeline.media
    row = {
        "seconds": seconds,
        "items in the index": shop.index()["items"],
        "items with a vector": int(media.mask["text"].sum()),
        "contents in the cache": sum(map(len, _keys(cache))),
        "vectors": hashlib.sha256(media.vectors["text"][:].tobytes()).hexdigest()[:16],
    }
    shop.pipeline.index.close()
    return row


def _keys(cache: Path) -> Iterator[list[bytes]]:
    """Keys of the contents that have a vector, file by file."""
    from safetensors import SafetensorError, safe_open

    for file in sorted(cache.glob("all-MiniLM*/*.safetensors")):
        try:
            with safe_open(file, "numpy") as held:
                yield [key.tobytes() for key in held.get_tensor("keys")]
        except (FileNotFoundError, SafetensorError):
            continue  # just now made one file with others


@contextmanager
def _cluster() -> Iterator[tuple[str, Callable[[], None]]]:
    """A head without a core and two machines of one: the address, and what loses one of them."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        nodes = [cluster.add_node(num_cpus=1), cluster.add_node(num_cpus=1)]
        cluster.wait_for_nodes()
        yield cluster.address, lambda: cluster.remove_node(nodes[1], allow_graceful=False)
    finally:
        cluster.shutdown()


def _lose(cache: Path, after: float, lose: Callable[[], None]) -> None:
    while sum(map(len, _keys(cache))) < after:
        time.sleep(0.5)
    lose()
    print("a machine is lost", file=sys.stderr)


def _run(items: int, run: str) -> dict[str, Any]:
    """One row, by a process of its own that begins with no vector and no index."""
    from llmrec import paths

    with tempfile.TemporaryDirectory() as home:
        for name in ("models", "datasets"):
            (Path(home) / name).symlink_to((paths.home() / name).resolve())
        command = [sys.executable, "-m", "eval.indexing", "--items", str(items), "--run", run]
        done = subprocess.run(
            command, env=os.environ | {"LLMREC_HOME": home}, stdout=subprocess.PIPE, text=True, check=True
        )
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The rows as Markdown."""
    names = [*next(iter(rows.values()))]
    lines = [f"| | {' | '.join(names)} |", f"| --- |{' --- |' * len(names)}"]
    for run, row in rows.items():
        lines.append(f"| {RUNS[run]} | " + " | ".join(str(row[name]) for name in names) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and file."""
    parser = argparse.ArgumentParser(prog="python -m eval.indexing", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--items", type=whole_number, default=50_000)
    parser.add_argument("--run", choices=[*RUNS], help="only this one, in this process; nothing is filed")
    options = parser.parse_args(arguments)
    if options.items < LEAST:
        parser.error(f"--items is {options.items}; pass at least {LEAST}, or one worker gets them all")
    if options.run:
        print(json.dumps(indexed(options.items, options.run)))
        return
    rows = {run: _run(options.items, run) for run in RUNS}
    same = len({row["vectors"] for run, row in rows.items() if run != "here"}) == 1
    print(table(rows))
    file_measurement("indexing", {"items": options.items, "same vectors": same, "runs": rows}, command_line())


if __name__ == "__main__":
    run_command(main)
