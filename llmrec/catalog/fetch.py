"""Fetches the media that a catalogue names by web address, when whoever has it asks; nothing else here fetches any.

The addresses come with the data, which somebody else may have written. So a catalogue reaches no network but the public
one, what arrives is media or is thrown away, and count, sizes and time are bounded.
"""

import base64
import binascii
import contextlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmrec.catalog.columns import kept_columns
from llmrec.catalog.media import SUFFIXES, media_addresses, media_by_id
from llmrec.catalog.public_network import (
    Failed,
    header_of,
    public_pool,
    read_url,
    start_clock,
    target_of,
    timeouts,
)
from llmrec.catalog.quarantine import Findings, shown
from llmrec.errors import CatalogError, storage_error

if TYPE_CHECKING:
    import httpcore

FOLDER = "media"
"""Of a catalogue, the folder that the files are put into."""
FAILURES = "fetch-media.failures.jsonl"
"""Beside the files: which addresses gave none, and why."""
KINDS = (
    (rb"\xff\xd8\xff", ".jpg"), (rb"\x89PNG\r\n\x1a\n", ".png"), (rb"GIF8[79]a", ".gif"), (rb"II\*\0|MM\0\*", ".tif"),
    (rb"BM....\0\0\0\0", ".bmp"), (rb"RIFF....WEBP", ".webp"), (rb"....ftypavi[fs]", ".avif"),
    (rb"\x1a\x45\xdf\xa3", ".webm"), (rb"RIFF....AVI ", ".avi"), (rb"....ftyp(isom|mp4|M4V|qt|avc1|iso)", ".mp4"),
    (rb"\0\0\x01\xba", ".mpg"), (rb"RIFF....WAVE", ".wav"), (rb"ID3|\xff[\xfb\xf3\xf2]", ".mp3"), (rb"fLaC", ".flac"),
    (rb"OggS", ".ogg"), (rb"....ftypM4A", ".m4a"),
)  # fmt: skip
"""How a file begins -> its suffix."""
TRIED = 3
"""Addresses of an item and modality that are tried, one after the other."""
SILENT = 5
"""Times that a host may not answer before it is asked no more."""
MOMENTARY = (408, 425, 429, 500, 502, 503, 504)
"""Statuses that another run may not meet."""
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class FetchLimits:
    """How much is fetched at most.

    Attributes
    ----------
    files
        Files of one run.
    file_bytes, total_bytes
        Bytes of a file, and of all that one run reads.
    seconds
        For one address, with its redirects.
    redirects
        Of one address.
    workers
        Files at a time.
    private
        Whether addresses of this machine and of inner networks may be asked; otherwise they are refused.
    """

    files: int = 100_000
    file_bytes: int = 50_000_000
    total_bytes: int = 20_000_000_000
    seconds: float = 60.0
    redirects: int = 5
    workers: int = 8
    private: bool = False


@dataclass(frozen=True)
class FetchResult:
    """What one run has fetched.

    Attributes
    ----------
    folder
        Where the files lie.
    named
        Files that the catalogue names by address, one an item and modality.
    present
        Those that were there already.
    fetched, fetched_bytes
        Those of this run.
    failed
        Reason -> how many gave none, those of former runs that are not tried again among them.
    failures
        The list of them; None without any.
    left
        Those not tried, as a bound was met; another run goes on with them.
    """

    folder: Path
    named: int
    present: int
    fetched: int
    fetched_bytes: int
    failed: Mapping[str, int]
    failures: Path | None
    left: int

    def to_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        failures = str(self.failures) if self.failures else None
        return {**self.__dict__, "folder": str(self.folder), "failures": failures}


@dataclass(frozen=True)
class AddressedMedia:
    """What stands behind one of some addresses, the likeliest first: an item's media of a modality, of any for ""."""

    item: str
    modality: str
    addresses: Sequence[str]


def fetch_media(
    folder: Path,
    out: Path | None = None,
    limits: FetchLimits | None = None,
    *,
    reader: str | None = None,
    retry: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> FetchResult:
    """Fetch the pictures, clips and sounds whose addresses stand in the items table of a catalogue.

    A file is called after its item, so that reading the catalogue finds it. What is there is not fetched again: a run
    that was cut off, or met a bound, is gone on with.

    Parameters
    ----------
    folder
        The catalogue's.
    out
        Where the files go; default: `media` in the catalogue's folder, where they are found.
    limits
        How much at most.
    reader
        Name or import path of the catalogue's reader.
    retry
        Whether to ask again for what gave none for good in a former run: 404, no media, too large.
    progress
        Called with how many are done, of how many.

    Returns
    -------
    FetchResult

    Raises
    ------
    CatalogError
        Where the catalogue cannot be read, or names no media by address.
    StorageError
        Where the disk refuses.
    """
    limits = limits or FetchLimits()
    wanted = _wanted(folder, reader)
    place = out or folder / FOLDER
    try:
        place.mkdir(parents=True, exist_ok=True)
        for part in place.glob(".*.part"):
            part.unlink()
        known = _present(folder, place, {each.item for each in wanted})
    except OSError as error:
        raise storage_error(str(place), error) from error
    missing = [
        each
        for each in wanted
        if not (each.modality in known.get(each.item, ()) or (each.modality == "" and each.item in known))
    ]
    failures = {} if retry else {key: held for key, held in _kept(place).items() if held["final"]}
    asked = [each for each in missing if (each.item, each.modality) not in failures]
    run = _Run(place, limits)
    done = 0
    try:
        for each, failed in run.each(asked[: limits.files]):
            done += 1
            if progress:
                progress(done, min(len(asked), limits.files))
            if failed is not None:
                failures[each.item, each.modality] = {
                    "item": each.item, "modality": each.modality, "addresses": list(each.addresses[:TRIED]),
                    "reason": failed.reason, "final": failed.final,
                }  # fmt: skip
    finally:
        _keep(place, failures)
    return FetchResult(
        place, len(wanted), len(wanted) - len(missing), run.files, run.bytes,
        dict(Counter(held["reason"] for held in failures.values()).most_common()),
        place / FAILURES if failures else None, len(asked) - done,
    )  # fmt: skip


def _wanted(folder: Path, reader: str | None) -> list[AddressedMedia]:
    """What the catalogue names by address, one an item and modality."""
    from llmrec.catalog.load import check, read_items

    check(folder, reader=reader)  # refuses, and files, what is wrong with it
    findings = Findings(columns=kept_columns(folder)[0])
    table, ids, names = read_items(folder, reader, findings)
    wanted: dict[tuple[str, str], list[str]] = {}
    for row, modality, address in media_addresses(table, names, folder, findings):
        if ids[row]:
            wanted.setdefault((ids[row], modality), []).append(address)
    if not wanted:
        raise CatalogError(f"the items of {folder} name no pictures, clips or sounds by web address; nothing to fetch")
    return [AddressedMedia(item, modality, tuple(addresses)) for (item, modality), addresses in wanted.items()]


def _present(folder: Path, place: Path, ids: set[str]) -> dict[str, set[str]]:
    """Item -> modalities of which a file is there, in the catalogue or where this run writes."""
    found = {item: set(media) for item, media in media_by_id(folder, ids, Findings()).items()}
    for file in place.iterdir():
        if (
            modality := SUFFIXES.get(file.suffix.lower(), "image" if file.suffix == ".avif" else "")
        ) and file.stem in ids:
            found.setdefault(file.stem, set()).add(modality)
    return found


def _kept(place: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The failures of former runs; damaged lines are tried again."""
    file, kept = place / FAILURES, {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                held = json.loads(line)
                kept[str(held["item"]), str(held["modality"])] = {**held, "final": bool(held["final"])}
    return kept


def _keep(place: Path, failures: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    file = place / FAILURES
    try:
        if failures:
            part = file.with_name(f".{file.name}.part")
            part.write_text("".join(json.dumps(held) + "\n" for held in failures.values()), encoding="utf-8")
            part.replace(file)
        else:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(str(file), error) from error


class _Run:
    """The state of one run: what it has used of its bounds, and which hosts are silent."""

    def __init__(self, place: Path, limits: FetchLimits) -> None:
        self.files, self.bytes = 0, 0
        self._place, self._limits = place, limits
        self._lock = threading.Lock()
        self._silent: Counter[str] = Counter()
        self._ended = False

    def each(self, wanted: Sequence[AddressedMedia]) -> Iterator[tuple[AddressedMedia, Failed | None]]:
        """Each that was tried, as soon as it is done, and why it gave nothing. Ends early where a bound is met."""
        self._pool = public_pool(self._limits.workers, self._limits.private)
        rest = iter(wanted)
        running: dict[Future[Failed | None], AddressedMedia] = {}
        with ThreadPoolExecutor(self._limits.workers, "fetch-media") as threads, self._pool:
            try:
                while True:
                    while len(running) < 2 * self._limits.workers and not self._full():
                        if (each := next(rest, None)) is None:
                            break
                        running[threads.submit(self._one, each)] = each
                    if not running:
                        return
                    for done in wait(running, return_when=FIRST_COMPLETED).done:
                        each, failed = running.pop(done), done.result()
                        if failed is None or failed.reason != _OVER:
                            yield each, failed
            finally:
                self._ended = True
                for future in running:
                    future.cancel()

    def _full(self) -> bool:
        return self._ended or self.bytes >= self._limits.total_bytes

    def _one(self, wanted: AddressedMedia) -> Failed | None:
        """Fetch the first address that gives media; what the last one met, where none does."""
        if not _is_file_name(wanted.item):
            return Failed("an id that no file can be called after")
        met = Failed("no address")
        for address in wanted.addresses[:TRIED]:
            try:
                self._fetch(address, wanted)
            except Failed as failed:
                met = Failed(failed.reason, final=failed.final and met.final)
                if failed.reason == _OVER:
                    return met
                continue
            return None
        return met

    def _fetch(self, address: str, wanted: AddressedMedia) -> None:
        if address.startswith("data:"):
            return self._write(wanted, [_inline(address)])
        import httpcore

        start_clock(self._limits.seconds)
        host = ""
        try:
            url = read_url(address)
            for _ in range(self._limits.redirects + 1):
                host = url.host
                if self._silent[host] >= SILENT:
                    raise Failed(f"{host} did not answer {SILENT} times", final=False)
                with self._pool.stream("GET", target_of(url), headers=HEADERS, extensions=timeouts()) as response:
                    self._silent[host] = 0
                    if response.status not in REDIRECTS:
                        return self._take(response, wanted)
                    place = header_of(response, b"location")
                url = read_url(place, url)
            raise Failed("more redirects than are followed")
        except httpcore.TimeoutException as error:
            self._silent[host] += isinstance(error, httpcore.ConnectTimeout)
            raise Failed("no answer in time", final=False) from error
        except httpcore.ConnectError as error:
            self._silent[host] += 1
            raise Failed("no connection", final=False) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Failed(f"the connection broke off ({type(error).__name__})", final=False) from error

    def _take(self, response: "httpcore.Response", wanted: AddressedMedia) -> None:
        if response.status != 200:
            raise Failed(f"status {response.status}", final=response.status not in MOMENTARY)
        if header_of(response, b"content-encoding") not in ("", "identity"):
            raise Failed("packed in a way that was not asked for")
        length = header_of(response, b"content-length")
        if length.isdigit() and int(length) > self._limits.file_bytes:
            raise Failed(f"more than {self._limits.file_bytes:,} bytes")
        self._write(wanted, response.iter_stream())

    def _write(self, wanted: AddressedMedia, pieces: Iterable[bytes]) -> None:
        """Write a file under its item's name where it begins as media of the modality do; whole or not at all."""
        head, size, suffix = b"", 0, ""
        item = wanted.item
        part = self._place / f".{item}.{threading.get_ident()}.part"
        try:
            with part.open("wb") as file:
                for piece in pieces:
                    size += len(piece)
                    with self._lock:
                        self.bytes += len(piece)
                    if size > self._limits.file_bytes:
                        raise Failed(f"more than {self._limits.file_bytes:,} bytes")
                    if self._ended or self.bytes > self._limits.total_bytes:
                        raise Failed(_OVER, final=False)
                    file.write(piece)
                    if len(head) < HEAD:
                        head = (head + piece)[:HEAD]
                        if len(head) == HEAD:
                            suffix = _suffix(head, wanted.modality)
            suffix = suffix or _suffix(head, wanted.modality)
            part.replace(self._place / f"{item}{suffix}")
            with self._lock:
                self.files += 1
        except OSError as error:
            raise storage_error(str(self._place / item), error) from error
        finally:
            part.unlink(missing_ok=True)


HEAD = 32
"""Bytes by which a file's kind is told."""
HEADERS = [
    ("User-Agent", "llmrec-fetch-media"), ("Accept", "image/*, video/*, audio/*"), ("Accept-Encoding", "identity"),
]  # fmt: skip
_OVER = "over"


def _suffix(head: bytes, modality: str) -> str:
    """The suffix of media by how they begin; raises `Failed` for what is none, or of another modality than named."""
    for pattern, suffix in KINDS:
        if re.match(pattern, head, re.DOTALL):
            if modality not in ("", kind := SUFFIXES.get(suffix, "image")):
                raise Failed(f"{kind} where {modality} was named")
            return suffix
    raise Failed(f"no picture, clip or sound: it begins with {shown(head[:12].decode('latin-1'))}" if head else "empty")


def _inline(address: str) -> bytes:
    try:
        return base64.b64decode(address.partition(",")[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Failed("a data: address that is not base64") from error


def _is_file_name(item: str) -> bool:
    return not re.search(r"[/\\\0-\x1f]", item) and not item.startswith(".") and 0 < len(item.encode()) <= 200
