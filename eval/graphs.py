"""How much of the best hundred one graph finds, and several: `python -m eval.graphs [--items 200000] [--graphs 1,4]`.

The items of `eval.scale` lie in so many graphs of Chroma in this process, and are asked for by the LLM's query vectors
of forty users, each graph searched as far as each `ef` says. The share of the truly best hundred that are found, and
the milliseconds of a search of all graphs, are what `llmrec.retrieval.chroma.PART` and `search_breadth` were chosen by.
One row a number of graphs in eval/results/measurements.jsonl (study `graphs`), printed as a table.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from eval.command import run_command, whole_number, whole_numbers
from eval.scale import BEST, SEED, opened
from eval.store import MEASUREMENTS, command_line, file_measurement

USERS, WANTED = 40, 400
"""Users who ask, and rows that a request asks the index for."""


def measured(items: int, graphs: list[int], efs: list[int]) -> list[dict[str, Any]]:
    """A row for each number of graphs."""
    from llmrec.retrieval import chroma
    from llmrec.retrieval.fingerprint import IndexFingerprint
    from llmrec.retrieval.index import exact_search

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        pipeline = opened(items, Path(folder), "exact")[0].pipeline
        catalog, v, b = pipeline.catalog, pipeline.components.v, pipeline.components.b
        users = np.random.default_rng(1).choice(len(catalog.histories), USERS, replace=False)
        histories = [catalog.rows(catalog.history(f"u{user}")) for user in users]
        q = pipeline.engine.query_vectors(histories, [""] * USERS).vectors
        best = exact_search(v[:], b, q, BEST, np.ones(items, np.bool_), [()] * USERS)
        stamp = IndexFingerprint.of(catalog, {}, "graphs", v.shape[1])
        for many in graphs:
            chroma.PART, place, found, took = -(-items // many), Path(folder) / f"of {many}", {}, {}
            started = time.perf_counter()
            chroma.ChromaIndex.build(place, v, b, catalog, stamp).close()
            built = time.perf_counter() - started
            for ef in efs:
                with chroma.ChromaIndex.open(place, stamp, ef=ef) as index:
                    index.query(q[:1], WANTED)
                    shares, spent = [], []
                    for asked, wanted in zip(q, best, strict=True):
                        started = time.perf_counter()
                        (near,) = index.query(asked[None], WANTED).rows
                        spent.append(1000 * (time.perf_counter() - started))
                        shares.append(np.isin(wanted, near).mean())
                found[ef], took[ef] = round(float(np.mean(shares)), 4), round(float(np.median(spent)), 1)
            rows.append(
                {"items": items, "graphs": many, "items/s": round(items / built), f"recall@{BEST}": found, "ms": took}
            )
    return rows


def main() -> None:
    """Measure, file and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--items", type=whole_number, default=200_000)
    options.add_argument("--graphs", type=whole_numbers, default="1,4", help="numbers of graphs, with commas between")
    options.add_argument(
        "--ef", type=whole_numbers, default="400,1600,6400", help="how far they are searched, likewise"
    )
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the lines")
    chosen = options.parse_args()
    print("| items | graphs | items/s | " + " | ".join(f"ef {ef}: recall, ms" for ef in chosen.ef) + " |")
    print("| --- " * (3 + len(chosen.ef)) + "|")
    for row in measured(chosen.items, chosen.graphs, chosen.ef):
        file_measurement("graphs", row | {"seed": SEED}, command_line(), same=("items", "graphs"), file=chosen.out)
        cells = [f"{row[f'recall@{BEST}'][ef]}, {row['ms'][ef]}" for ef in chosen.ef]
        print(f"| {row['items']:,} | {row['graphs']} | {row['items/s']:,} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    run_command(main)
