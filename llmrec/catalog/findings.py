"""What a reader found wrong: bad rows, for the quarantine file, and warnings, for the report."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from llmrec.errors import StorageError


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that was left out: where it stands, why it was refused, and its fields as read."""

    file: Path
    line: int | None
    """1-based line of the file (row number for parquet); None where the reader could not place the row."""
    reason: str
    row: Sequence[str]


@dataclass
class Findings:
    """Collects what one reading of a catalogue found wrong."""

    bad: list[BadRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def by_reason(self) -> dict[str, int]:
        """Number of bad rows of each reason, the most frequent first."""
        return dict(Counter(row.reason for row in self.bad).most_common())

    def write(self, path: Path) -> None:
        """Write the bad rows as JSON lines `{file, line, reason, row}`; without any remove an older file.

        Raises `StorageError` where the disk refuses.
        """
        part = path.with_name(path.name + ".part")
        try:
            if not self.bad:
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as out:
                for bad in self.bad:
                    record = {
                        "file": bad.file.name,
                        "line": bad.line,
                        "reason": bad.reason,
                        "row": list(bad.row),
                    }
                    out.write(json.dumps(record, ensure_ascii=False) + "\n")
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise StorageError(
                f"the quarantine file {path} cannot be written: {error.strerror}; "
                "free some space or pass another quarantine path"
            ) from error
