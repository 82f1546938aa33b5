"""A folder that `llmrec setup` makes: written beside its place, checksummed, moved into place in one step."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from llmrec.errors import SetupError, StorageError

RECORD = "llmrec.json"
Progress = Callable[[str], None]
"""Gets one line of text at the start of each step that takes more than a second."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What lies in a folder and where it came from; kept in the folder as llmrec.json.

    Parameters
    ----------
    id
        Name of what the folder holds.
    source, version
        Where it came from.
    sha256
        File name -> sha256 of its bytes, for each file whose damage must be noticed.
    """

    id: str
    source: str
    version: str
    sha256: dict[str, str]
    """File name -> sha256 of its bytes, for each file whose damage must be noticed."""


def sha256_of(path: Path) -> str:
    """Return the hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(folder: Path, *, what: str) -> Fingerprint:
    """Check each file of a folder against the folder's record.

    Parameters
    ----------
    folder
        A folder that `llmrec setup` made.
    what
        What it holds, as the subject of a message.

    Returns
    -------
    Fingerprint
        The record.

    Raises
    ------
    SetupError
        Where the folder is absent, was not finished, or a file's bytes have changed.
    """
    again = f"run `llmrec setup` to make it again ({folder})"
    if not folder.is_dir():
        raise SetupError(f"{what} is not set up yet; run `llmrec setup` to make it ({folder})")
    try:
        record = Fingerprint(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise SetupError(f"{what} has no readable {RECORD}, so it cannot be trusted; {again}") from error
    for name, expected in record.sha256.items():
        file = folder / name
        if not file.is_file():
            raise SetupError(f"{what} lacks its file {name}; {again}")
        if sha256_of(file) != expected:
            raise SetupError(f"{what} is damaged: {name} has not the bytes it was written with; {again}")
    return record


def intact(folder: Path, *, what: str, progress: Progress) -> bool:
    """Tell whether a folder need not be made.

    Parameters
    ----------
    folder, what
        As for `verify`.
    progress
        Is told of a folder that is there and must be made again.

    Returns
    -------
    bool
    """
    if not folder.is_dir():
        return False
    try:
        verify(folder, what=what)
    except SetupError as error:
        progress(f"{error}: making it again")
        return False
    return True


@contextmanager
def replacing(folder: Path, *, what: str) -> Iterator[Path]:
    """Give a temporary folder beside another, whose place it takes when the block ends well.

    Parameters
    ----------
    folder
        The folder to replace; stays as it is where the block raises.
    what
        What it holds, for messages.

    Yields
    ------
    Path
        The temporary folder.

    Raises
    ------
    StorageError
        Where the disk is full or may not be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        temporary.chmod(0o755)
        try:
            yield temporary
            if folder.exists():
                shutil.rmtree(folder)
            temporary.replace(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EPERM):
            reason = os.strerror(error.errno).lower()
            raise StorageError(
                f"{what} could not be written to {folder.parent}: {reason}; free some space, "
                "or set LLMREC_HOME to a folder on another disk"
            ) from error
        raise


def seal(folder: Path, *, id: str, source: str, version: str, files: tuple[str, ...]) -> Fingerprint:
    """Write the record of a finished folder.

    Parameters
    ----------
    folder
        The folder.
    id, source, version
        See `Fingerprint`.
    files
        Names of the files whose checksums are kept.

    Returns
    -------
    Fingerprint
    """
    record = Fingerprint(id, source, version, {name: sha256_of(folder / name) for name in files})
    (folder / RECORD).write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    return record
