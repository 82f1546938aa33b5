"""From filed rows to ranking.md, ranking.csv, bootstrap.json and ranking.png."""

import dataclasses
import json
from pathlib import Path

from eval.ranking.plot import bars
from eval.ranking.record import store_of
from eval.ranking.tables import comparisons, lines, markdown, write_csv
from eval.ranking.targets import described


def write_report(folder: Path) -> list[Path]:
    """Write the report beside the rows in `folder`, return its files; raises `FileNotFoundError` without a row."""
    store = store_of(folder)
    found = lines(store.rows())
    if not found:
        raise FileNotFoundError(f"no rows in {store.file}; run python -m eval.ranking first")
    compared = comparisons(found)
    files = [folder / name for name in ("ranking.md", "ranking.csv", "bootstrap.json", "ranking.png")]
    files[0].write_text(markdown(found, compared, described(found)), encoding="utf-8")
    write_csv(files[1], found)
    paired = [dataclasses.asdict(one) for one in compared]
    files[2].write_text(json.dumps(paired, indent=1) + "\n", encoding="utf-8")
    bars(files[3], found)
    return files
