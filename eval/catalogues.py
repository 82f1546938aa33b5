"""How are folders of all shapes read? `python -m eval.catalogues FOLDER` checks each folder in it as a catalogue.

Prints a table, a row a folder: what was read, the share of rows that were left out, and what there was to tell, or the
sentence with which it was refused.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.ranking.tables import grid
from llmrec.catalog import check
from llmrec.errors import LlmrecError

COLUMNS = ["folder", "layout", "items", "users", "events", "with media", "left out", "told"]


def main() -> int:
    """Check, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    with TemporaryDirectory() as aside:
        bad = Path(aside) / "bad.jsonl"
        rows = [row_of(path, bad) for path in sorted(chosen.folder.iterdir()) if path.is_dir()]
    print(grid(COLUMNS, rows))
    print(f"\n{sum(row[1] != 'refused' for row in rows)} of {len(rows)} read")
    return 0


def row_of(path: Path, quarantine: Path) -> list[str]:
    """The cells of one folder."""
    try:
        report = check(path, quarantine)
    except LlmrecError as error:
        return [path.name, "refused", *[""] * 5, str(error).replace("|", "/")]
    media = sum(count for modality, count in report.coverage.items() if modality != "text")
    lost = max(report.share_left_out.values(), default=0.0)
    told = "; ".join([*report.left_out, *report.interpretations, *report.warnings])
    counts = (report.items, report.users, report.interactions, media)
    return [path.name, report.layout, *map(str, counts), f"{lost:.0%}", told.replace("|", "/")]


if __name__ == "__main__":
    raise SystemExit(main())
