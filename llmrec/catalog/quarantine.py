"""What was left out of a catalogue: its bad rows, and the media that could not be read.

Rows are judged by whoever reads the catalogue; media when they are encoded (training, indexing, the first
recommendation), because only decoding tells. Both lists lie side by side, one pair for each catalogue folder.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from llmrec.errors import StorageError
from llmrec.paths import home

Record = Mapping[str, str]
"""`FIELDS` of one item's media in one modality."""
FIELDS = ("item", "modality", "file", "reason")
DAMAGED = "a damaged line of this list"


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that was left out.

    Attributes
    ----------
    file
        Where it stands.
    line
        1-based line of the file (row number for Parquet and tables in memory); None where the reader could not place
        the row.
    reason
        Why it was refused.
    row
        Its fields as read.
    """

    file: Path
    line: int | None
    reason: str
    row: Sequence[str]

    def where(self) -> str:
        """Return its line and its fields, shortened."""
        return ("" if self.line is None else f"line {self.line}, ") + shown(",".join(self.row), 60)


@dataclass
class Findings:
    """What one reading of a catalogue found wrong.

    Attributes
    ----------
    bad
        Rows that were left out.
    warnings
        Sentences on the catalogue as a whole.
    notes
        File -> how it was read, where that had to be found: its separator, encoding, names of columns, units.
    columns
        What columns were named as (see `llmrec.catalog.columns.named_columns`); readers go by it.
    columns_seen
        File -> its columns, of the files in which columns were looked for.
    dates
        First and last day of the events, in UTC; None where times only count.
    """

    bad: list[BadRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    columns_seen: dict[str, list[str]] = field(default_factory=dict)
    dates: tuple[str, str] | None = None

    def note(self, file: Path, how: str) -> None:
        """Note how a file was read; a phrase with the first example quoted."""
        told = self.notes.setdefault(file.name, [])
        if how not in told:
            told.append(how)

    def interpretations(self) -> list[str]:
        """Return a line for each file of which something had to be found."""
        return [f"{name}: {'; '.join(told)}" for name, told in self.notes.items()]

    def by_reason(self) -> dict[str, int]:
        """Return the number of bad rows of each reason, the most frequent first."""
        return dict(Counter(row.reason for row in self.bad).most_common())

    def by_file(self) -> dict[str, int]:
        """Return the number of bad rows of each file."""
        return dict(Counter(row.file.name for row in self.bad))

    def left_out(self) -> list[str]:
        """Return a line for each reason and file: how many rows were left out for it, and the first of them."""
        first: dict[tuple[str, str], BadRow] = {}
        for row in self.bad:
            first.setdefault((row.reason, row.file.name), row)
        counts = Counter((row.reason, row.file.name) for row in self.bad)
        return [
            f"{counted(count, 'row')} of {name} left out: {reason}, first {first[reason, name].where()}"
            for (reason, name), count in counts.most_common()
        ]

    def write(self, path: Path) -> None:
        """Write the bad rows as JSON lines `{file, line, reason, row}`; without any remove an older file.

        Parameters
        ----------
        path
            File to write; its folder is made where it is missing.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        records = [
            {"file": bad.file.name, "line": bad.line, "reason": bad.reason, "row": list(bad.row)} for bad in self.bad
        ]
        try:
            _write_lines(path, records)
        except OSError as error:
            raise StorageError(
                f"the quarantine file {path} cannot be written: {error.strerror}; "
                "free some space or pass another quarantine path"
            ) from error


def shown(cell: str, most: int = 40) -> str:
    """A cell as a message quotes it: on one line, and not longer than `most` characters."""
    return repr(cell if len(cell) <= most else cell[: most - 1] + "…")


def counted(count: int, noun: str) -> str:
    """A number and what it counts.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def quarantine_file(path: Path) -> Path:
    """Return the file that lists the bad rows of the catalogue in a folder.

    Parameters
    ----------
    path
        Folder of the catalogue. Each has a file of its own: two folders of one name do not overwrite each other's.

    Returns
    -------
    Path
        Below `$LLMREC_HOME/quarantine`.
    """
    full = path.resolve()
    return home() / "quarantine" / f"{full.name}-{hashlib.sha1(str(full).encode()).hexdigest()[:8]}.jsonl"


def unreadable_file(path: Path) -> Path:
    """Return the file that lists the media of the catalogue in `path` that could not be read, beside its bad rows."""
    return quarantine_file(path).with_suffix(".media.jsonl")


def unreadable_media(path: Path) -> dict[str, int]:
    """Count what the last encoding of a catalogue could not read.

    Parameters
    ----------
    path
        Folder of the catalogue.

    Returns
    -------
    dict of str to int
        "modality: reason" -> number of items, the most frequent first; damaged lines of the list are counted as such.

    Raises
    ------
    StorageError
        Where the list cannot be read.
    """
    records, damaged = _records(unreadable_file(path))
    found = Counter(f"{record['modality']}: {record['reason']}" for record in records)
    return dict(found.most_common()) | ({DAMAGED: damaged} if damaged else {})


def note_unreadable(path: Path, encoded: Iterable[str], records: Sequence[Record]) -> None:
    """Replace what the list of a catalogue says of some modalities; without any record left remove it.

    Parameters
    ----------
    path
        Folder of the catalogue.
    encoded
        The modalities that were encoded; their former records go, and damaged lines with them.
    records
        What could not be read of them now.

    Raises
    ------
    StorageError
        Where the disk refuses.
    """
    file = unreadable_file(path)
    again = set(encoded)
    kept = [*(record for record in _records(file)[0] if record["modality"] not in again), *records]
    try:
        _write_lines(file, kept)
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror}; free some space") from error


def _write_lines(path: Path, records: Sequence[Mapping[str, object]]) -> None:
    """JSON lines, whole or not at all; no file where there is no record."""
    if not records:
        path.unlink(missing_ok=True)
        return
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)
        # half a character, which UTF-8 has no form for, as JSON escapes it
        part.write_text(lines, encoding="utf-8", errors="backslashreplace")
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise


def _records(file: Path) -> tuple[list[Record], int]:
    """The records, and how many lines are none: a kill, a full disk or an editor can damage the list."""
    if not file.is_file():
        return [], 0
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}; remove it, it is made anew") from error
    records: list[Record] = []
    damaged = 0
    for line in filter(None, text.split("\n")):  # splitlines would cut at U+2028 too, which JSON leaves as it is
        try:
            noted = json.loads(line)
            records.append({name: str(noted[name]) for name in FIELDS})
        except (ValueError, KeyError, TypeError):
            damaged += 1
    return records, damaged
