"""Which folder of an index a process may open: an embedded Chroma serves one process, so each folder has one owner.

`<path>/current` names the folder in use. A rebuild fills a new folder, then replaces `current` in one step, so that a
broken build leaves the old index, and a process that has the old one open keeps it. `<path>/lock-…` of a folder is
held by the process that has it open; the system frees it when that process ends, however it ends. Where the folder in
use is held by another process, a copy is made and opened: the index is a cache of some megabytes, and two terminals
are the common case. Folders that are neither locked nor in use are deleted when the index is next opened.
"""

import shutil
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from llmrec.errors import IndexBusy, StorageError

DATABASE = "chroma.sqlite3"
MAX_ATTEMPTS = 5
"""Attempts to claim the folder in use, which another process may replace meanwhile."""


@dataclass(frozen=True)
class Claim:
    """A folder that this process alone may open, until `release`."""

    folder: Path
    lock: FileLock

    def release(self) -> None:
        """Unlock the folder; delete it where it is a copy or has been replaced."""
        is_current = _current(self.folder.parent) == self.folder.name
        if not is_current:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.release()
        if not is_current:
            _lock_file(self.folder).unlink(missing_ok=True)


def claim(path: Path) -> Claim:
    """Lock the folder in use of an index, or a copy of it where another process holds it.

    Parameters
    ----------
    path
        Folder of the index.

    Raises
    ------
    IndexBusy
        Where other processes replaced the folder `MAX_ATTEMPTS` times.
    StorageError
        Where the disk refuses.
    """
    sweep(path)
    for _ in range(MAX_ATTEMPTS):
        folder = path / _current(path)
        if lock := _locked(folder):
            claimed = Claim(folder, lock)
            if _current(path) == folder.name:  # no process can delete it from here on
                return claimed
            claimed.release()
            continue
        copy = fresh(path)
        try:
            _copy(folder, copy.folder)
            return copy
        except (OSError, sqlite3.Error) as error:
            copy.release()
            if _current(path) == folder.name:
                raise StorageError(
                    f"the index at {path} is in use by another llmrec and cannot be copied ({error}); "
                    "free some space, or end that one"
                ) from error
        except BaseException:
            copy.release()
            raise
    raise IndexBusy(f"the index at {path} is being rebuilt by another llmrec; try again when that is done")


def fresh(path: Path) -> Claim:
    """Lock a new folder name of the index at `path`. Raises `StorageError` where the disk refuses."""
    folder = path / f"chroma-{uuid.uuid4().hex[:8]}"
    lock = _locked(folder)
    if lock is None:
        raise IndexBusy(f"{folder} is held by another llmrec; try again")
    return Claim(folder, lock)


def use(claimed: Claim) -> None:
    """Make `current` name the folder, in one step."""
    pointer = claimed.folder.parent / "current.new"
    pointer.write_text(claimed.folder.name + "\n", encoding="utf-8")
    pointer.replace(claimed.folder.parent / "current")


def sweep(path: Path) -> None:
    """Delete the folders that are not in use and that no process holds."""
    for folder in path.glob("chroma-*"):
        if folder.name != _current(path) and (lock := _locked(folder)):
            Claim(folder, lock).release()


def _current(path: Path) -> str:
    """Return the name of the folder in use, "" where there is none."""
    file = path / "current"
    return file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""


def _lock_file(folder: Path) -> Path:
    return folder.with_name(folder.name.replace("chroma-", "lock-"))


def _locked(folder: Path) -> FileLock | None:
    """Acquire the folder's lock; None where another process holds it."""
    lock = FileLock(_lock_file(folder), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    except OSError as error:
        raise StorageError(f"the index {folder} cannot be locked ({error}); make its folder writable") from error
    return lock


def _copy(folder: Path, target: Path) -> None:
    """Copy a folder that is open elsewhere; SQLite copies its own database, so that no half-written page is read."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(f"{DATABASE}*"))
    address = f"{(folder / DATABASE).resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(target / DATABASE)) as destination,
    ):
        source.backup(destination)
