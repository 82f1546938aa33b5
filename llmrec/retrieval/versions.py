"""Which folder of an index a process may open: an embedded Chroma serves one process, so each folder has one owner.

`<path>/current` names the folder in use. A rebuild fills a new folder, then replaces `current` in one step, so that a
broken build leaves the old index, and a process that has the old one open keeps it. `<path>/lock-…` of a folder is
held by the process that has it open; the system frees it when that process ends, however it ends. Where the folder in
use is held by another process, a copy is made and opened: the index is a cache of some megabytes, and two terminals
are the common case. Folders that nobody holds and that are not in use are deleted by whoever opens the index next.
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
TRIES = 5
"""Times that the folder in use may be replaced by another process while we reach for it."""


@dataclass(frozen=True)
class Claim:
    """A folder that this process alone may open, until `release`."""

    folder: Path
    lock: FileLock

    def release(self) -> None:
        """Let another process have the folder; delete it where it is a copy or has been replaced."""
        stays = _current(self.folder.parent) == self.folder.name
        if not stays:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.release()
        if not stays:
            _lock_file(self.folder).unlink(missing_ok=True)


def claim(path: Path) -> Claim:
    """The folder in use of the index at `path`, or a copy of it where another process holds it.

    Raises `IndexBusy` where other processes rebuild it again and again, `StorageError` where the disk refuses.
    """
    sweep(path)
    for _ in range(TRIES):
        folder = path / _current(path)
        if lock := _locked(folder):
            mine = Claim(folder, lock)
            if _current(path) == folder.name:  # nobody can delete it from here on
                return mine
            mine.release()
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
    """A new name for a folder of the index at `path`, claimed; raises `StorageError` where the disk refuses."""
    folder = path / f"chroma-{uuid.uuid4().hex[:8]}"
    lock = _locked(folder)
    if lock is None:
        raise IndexBusy(f"{folder} is held by another llmrec; try again")
    return Claim(folder, lock)


def use(claimed: Claim) -> None:
    """Make `current` name the folder, in one step."""
    new = claimed.folder.parent / "current.new"
    new.write_text(claimed.folder.name + "\n", encoding="utf-8")
    new.replace(claimed.folder.parent / "current")


def sweep(path: Path) -> None:
    """Delete the folders that are not in use and that no process holds."""
    for folder in path.glob("chroma-*"):
        if folder.name != _current(path) and (lock := _locked(folder)):
            Claim(folder, lock).release()


def _current(path: Path) -> str:
    """Name of the folder in use, "" where there is none."""
    file = path / "current"
    return file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""


def _lock_file(folder: Path) -> Path:
    return folder.with_name(folder.name.replace("chroma-", "lock-"))


def _locked(folder: Path) -> FileLock | None:
    """The folder's lock, held; None where another process holds it."""
    lock = FileLock(_lock_file(folder), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    except OSError as error:
        raise StorageError(f"the index {folder} cannot be locked ({error}); make its folder writable") from error
    return lock


def _copy(folder: Path, target: Path) -> None:
    """Copy a folder that is open elsewhere; SQLite copies its database itself, lest it be caught half written."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(f"{DATABASE}*"))
    address = f"{(folder / DATABASE).resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as theirs, closing(sqlite3.connect(target / DATABASE)) as ours:
        theirs.backup(ours)
