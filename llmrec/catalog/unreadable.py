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
"""`item`, `modality`, `file` and `reason` of one content."""


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
    """What the last encoding of the catalogue in `path` could not read: "modality: reason" -> number of items."""
    found = Counter(f"{record['modality']}: {record['reason']}" for record in _records(unreadable_file(path)))
    return dict(found.most_common())


def note_unreadable(path: Path, encoded: Iterable[str], records: Sequence[Record]) -> None:
    """Replace the records of the modalities `encoded` in the list of the catalogue in `path` by new ones.

    Without any record left the file is removed. Raises `StorageError` where the disk refuses.
    """
    file = unreadable_file(path)
    part = file.with_name(file.name + ".part")
    again = set(encoded)
    kept = [*(record for record in _records(file) if record["modality"] not in again), *records]
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


def _records(file: Path) -> list[Record]:
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
