"""Where the media of items that were put lie: a folder, or what fsspec reaches by a URL, such as an S3 bucket.

A file is named by the SHA-256 of its content, written under a name of its own first, and then renamed in the change
that names it: whoever finds a name finds all of its content. Of a URL each gateway keeps copies on its own disk, as
encoders and the page read files.
"""

import hashlib
import logging
import os
import re
import time
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmrec.errors import BadInput, MissingExtra, StorageError
from llmrec.extras import remedy
from llmrec.server.observability import log_event
from llmrec.server.settings import store_folder
from llmrec.server.store.database import StoreUnavailable

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

LEFT_SECONDS = 3600.0
"""Age from which a file that no item holds is taken to be left by a process that ended amid its work."""
READERS = 8
"""Files that are fetched at once."""
S3 = {"config_kwargs": {"connect_timeout": 3, "read_timeout": 20, "retries": {"max_attempts": 2}}}
"""Of the driver's defaults a bucket that does not answer would hold a change up for minutes."""
OPTIONS: dict[str, dict[str, Any]] = {"s3": S3, "s3a": S3}
"""Scheme -> what its driver is opened with; whatever else it takes, such as keys, is fsspec's own configuration."""


class MediaFolder:
    """Media files in a folder, which several gateways may share.

    Parameters
    ----------
    folder
        Made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, content: bytes) -> Path:
        """Write content to a file that is not kept yet.

        Parameters
        ----------
        content
            All of it.

        Returns
        -------
        Path
            The draft; it is on disk.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        draft = self.folder / f"{hashlib.sha256(content).hexdigest()}.{os.urandom(4).hex()}"
        try:
            self.folder.mkdir(0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise _not_written(error) from error
        return draft

    def kept(self, draft: Path) -> Path:
        """Where a draft is found once it is kept: by the name of its content."""
        return draft.with_suffix("")

    def upload(self, drafts: Collection[Path]) -> None:
        """Do what keeping drafts takes long for, before the change that names them; of a folder nothing.

        Raises
        ------
        StoreUnavailable
            Where the store does not answer.
        """

    def keep(self, drafts: Collection[Path]) -> None:
        """Put drafts where they are kept, amid the change that names them.

        Raises
        ------
        StorageError, StoreUnavailable
            Where the disk or the store refuses.
        """
        if not drafts:
            return
        try:
            for draft in drafts:
                draft.replace(self.kept(draft))
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise _not_written(error) from error

    def discard(self, drafts: Collection[Path]) -> None:
        """Delete drafts; those that are kept have gone from where they were written."""
        for draft in drafts:
            draft.unlink(missing_ok=True)

    def delete(self, name: str) -> None:
        """Delete a file that was kept, if it is there."""
        (self.folder / name).unlink(missing_ok=True)

    def fetch(self, files: Iterable[Path]) -> None:
        """Have files where they are read from, as far as that is possible now; of a folder they are or are not."""

    def release(self, files: Iterable[Path]) -> None:
        """Delete this gateway's own copies of files that no item holds any more; a folder has none."""

    def prune(self, files: Collection[Path]) -> None:
        """Delete all of this gateway's own copies but of these files; a folder has none."""

    def stale(self) -> list[str]:
        """Names of the files that are old enough to be held by an item, or by nobody any more."""
        before = time.time() - LEFT_SECONDS
        files = self.folder.glob("*") if self.folder.is_dir() else ()
        return [path.name for path in files if path.stat().st_mtime < before]


class MediaBucket(MediaFolder):
    """Media files behind a URL of fsspec's, with copies in a folder of this gateway's.

    Parameters
    ----------
    files
        The file system.
    root
        Path of the files in it.
    copies
        The folder; it may be deleted at any time.
    """

    def __init__(self, files: "AbstractFileSystem", root: str, copies: Path) -> None:
        super().__init__(copies)
        self._files, self._root = files, root.rstrip("/")

    def probe(self, address: str) -> None:
        """Write a file and delete it; one line in the log where the store does not answer, which may pass.

        Parameters
        ----------
        address
            As people know the place.

        Raises
        ------
        BadInput
            Where there is no such place, or it may not be written.
        """
        path = self._path(f"probe.{os.urandom(4).hex()}")
        try:
            self._files.pipe_file(path, b"llmrec")
            self._files.rm_file(path)
        except FileNotFoundError as error:
            raise BadInput(
                f"`media` is {address}, and there is no such place; make it, or name another", "media"
            ) from error
        except (PermissionError, NotImplementedError) as error:
            raise BadInput(
                f"`media` is {address}, which cannot be written with these rights ({error})", "media"
            ) from error
        except Exception as error:
            log_event("media store away", logging.WARNING, error)

    def upload(self, drafts: Collection[Path]) -> None:
        """Put drafts there under names of their own."""
        with _answering():
            for draft in drafts:
                self._files.put_file(str(draft), self._path(draft.name))

    def keep(self, drafts: Collection[Path]) -> None:
        """Rename them there to the names of their content, and the copies here."""
        with _answering():
            for draft in drafts:
                self._files.mv(self._path(draft.name), self._path(self.kept(draft).name))
        super().keep(drafts)

    def discard(self, drafts: Collection[Path]) -> None:
        """Delete drafts there and here; what stays there is deleted by a later start."""
        for draft in drafts:
            if draft.exists():  # else it was kept
                with suppress(Exception):
                    self._files.rm_file(self._path(draft.name))
        super().discard(drafts)

    def delete(self, name: str) -> None:
        """Delete a file there and here. Raises `StoreUnavailable` where the store does not answer."""
        with _answering(), suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))
        super().delete(name)

    def fetch(self, files: Iterable[Path]) -> None:
        """Copy files that are not here; where the store does not answer the log says so, and they stay away."""
        lacking = sorted({path for path in files if path.parent == self.folder and not path.is_file()})
        if not lacking:
            return
        try:
            self.folder.mkdir(0o700, parents=True, exist_ok=True)
        except OSError as error:
            log_event("media copies", logging.WARNING, error)
            return
        with ThreadPoolExecutor(READERS) as pool:
            reading = [pool.submit(self._copy, path) for path in lacking]
            for each in reading:
                try:
                    each.result()
                except FileNotFoundError:  # replaced or withdrawn by another gateway meanwhile
                    continue
                except Exception as error:  # away: the others would only wait for it, too
                    log_event("media store away", logging.WARNING, error)
                    pool.shutdown(wait=False, cancel_futures=True)
                    return

    def release(self, files: Iterable[Path]) -> None:
        """Delete copies of these."""
        for path in files:
            if path.parent == self.folder:
                path.unlink(missing_ok=True)

    def prune(self, files: Collection[Path]) -> None:
        """Delete copies of others."""
        before, held = time.time() - LEFT_SECONDS, {path.name for path in files if path.parent == self.folder}
        for path in self.folder.glob("*"):
            with suppress(OSError):
                if path.name not in held and (not path.suffix or path.stat().st_mtime < before):
                    path.unlink()

    def stale(self) -> list[str]:
        """Names of old files there. Raises `StoreUnavailable` where the store does not answer."""
        before = time.time() - LEFT_SECONDS
        with _answering():
            self._files.invalidate_cache()
            try:
                found = [path for path in self._files.ls(self._root, detail=False) if self._files.isfile(path)]
            except FileNotFoundError:  # of a bucket: nothing was put yet
                found = []
            old = [path for path in found if self._files.modified(path).timestamp() < before]
            self._files.invalidate_cache()
        return [path.rpartition("/")[2] for path in old]

    def _copy(self, path: Path) -> None:
        draft = path.with_suffix(f".{os.urandom(4).hex()}")
        try:
            self._files.get_file(self._path(path.name), str(draft))
            with draft.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                    raise StoreUnavailable("the media store gave a file of other content than its name says")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def open_media(data: Path | None, address: str | None) -> MediaFolder:
    """Open the place where the media of items that are put are kept.

    Parameters
    ----------
    data
        The catalogue's folder; by default the demo's.
    address
        A folder or a URL of fsspec's, as several gateways share it; by default a folder beside the store.

    Returns
    -------
    MediaFolder
        A folder that was named is there and can be written; so can a place behind a URL, unless it is away.

    Raises
    ------
    BadInput
        Where the address is wrong or the place cannot be written.
    MissingExtra
        Where the driver of the URL is not installed.
    """
    if address is None:
        return MediaFolder(store_folder(data) / "media")
    scheme, url, _ = address.partition("://")
    if not url:
        return MediaFolder(_writable(Path(address)))
    shown = re.sub("//[^/@]*@", "//", address)
    from fsspec.core import url_to_fs
    from fsspec.implementations.local import LocalFileSystem

    try:
        files, root = url_to_fs(address, **OPTIONS.get(scheme, {}))
    except ImportError as error:
        if scheme in OPTIONS:
            raise MissingExtra(f"`media` is {shown}, which needs the package s3fs; {remedy('s3')}", "s3fs") from error
        package = error.name or str(error)
        raise MissingExtra(
            f"`media` is {shown}, whose driver is not installed ({error}); install it", package
        ) from error
    except ValueError as error:
        raise BadInput(
            f"`media` is {shown}, which fsspec cannot open ({error}); name a folder or a URL", "media"
        ) from error
    except Exception as error:
        raise BadInput(f"`media` is {shown}, which cannot be opened ({error}); check the address", "media") from error
    if isinstance(files, LocalFileSystem):
        return MediaFolder(_writable(Path(root)))
    bucket = MediaBucket(files, root, store_folder(data) / "media-copies")
    bucket.probe(shown)
    return bucket


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{folder} cannot hold the media of items ({error.strerror}); name a folder that can be written"
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"{folder} cannot hold the media of items (not writable by this user); name another folder")
    return folder


@contextmanager
def _answering() -> Iterator[None]:
    """Drivers raise errors of all kinds; to us they are one: it may work when it is tried again."""
    try:
        yield
    except Exception as error:
        raise StoreUnavailable("the store of media does not answer; try again", str(error)) from error


def _not_written(error: OSError) -> StorageError:
    return StorageError(f"the media file cannot be written ({error.strerror}); free some space")
