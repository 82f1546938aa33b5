"""What was left out of a catalogue: where its bad rows are listed, and the media that could not be read.

Rows are judged by whoever reads the catalogue; media when they are encoded (training, indexing, the first
recommendation), because only decoding tells. Both lists lie side by side, one pair for each catalogue folder.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from llmrec.errors import StorageError
from llmrec.paths import home

Record = Mapping[str, str]
"""`FIELDS` of one content."""
FIELDS = ("item", "modality", "file", "reason")
DAMAGED = "a damaged line of this list"


def quarantine_file(path: Path) -> Path:
    """Where the bad rows of the catalogue in `path` are listed; what of its media cannot be read lies beside it.

    One file a folder: two folders of the same name must not overwrite each other's.
    """
    full = path.resolve()
    return home() / "quarantine" / f"{full.name}-{hashlib.sha1(str(full).encode()).hexdigest()[:8]}.jsonl"


def unreadable_file(path: Path) -> Path:
    """Where the media of the catalogue in `path` that could not be read are listed, JSON lines of `Record`."""
    return quarantine_file(path).with_suffix(".media.jsonl")


def unreadable_media(path: Path) -> dict[str, int]:
    """What the last encoding of the catalogue in `path` could not read: "modality: reason" -> number of items.

    Damaged lines of the list are counted as such. Raises `StorageError` where the list cannot be read.
    """
    records, damaged = _records(unreadable_file(path))
    found = Counter(f"{record['modality']}: {record['reason']}" for record in records)
    return dict(found.most_common()) | ({DAMAGED: damaged} if damaged else {})


def note_unreadable(path: Path, encoded: Iterable[str], records: Sequence[Record]) -> None:
    """Replace the records of the modalities `encoded` in the list of the catalogue in `path` by new ones.

    Damaged lines are dropped. Without any record left the file is removed. Raises `StorageError` where the disk
    refuses.
    """
    file = unreadable_file(path)
    part = file.with_name(file.name + ".part")
    again = set(encoded)
    kept = [*(record for record in _records(file)[0] if record["modality"] not in again), *records]
    try:
        if not kept:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in kept), encoding="utf-8")
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(f"{file} cannot be written: {error.strerror}; free some space") from error


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
