"""A file's bytes as text: what it is packed in (.gz, .zip, …) and its encoding, both found rather than asked for."""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

import pyarrow as pa

from llmrec.catalog.quarantine import Findings, counted, shown
from llmrec.errors import CatalogError

PACKED = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".zip": "zip"}
"""Suffix -> how a file of it is packed."""
HEAD = 1 << 18
"""Characters by which a file's form is found."""
BLOCK = 1 << 24
"""Bytes that are verified, or unpacked, at once."""
MOST_UNPACKED = 8 << 30
"""Bytes that a packed file may hold: they are read into memory."""
ANY_RATIO = 256 << 20
"""Bytes up to which it does not matter how tightly they are packed."""
MOST_RATIO = 100
"""Of a larger file: how often its packed size it may hold. Tables hold 3 to 30 times, what fills memory 1,000."""
BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WESTERN = 0.4
"""Below this share of non-ASCII bytes that stand beside another, a text is of Latin letters with accents."""
SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class TextFile:
    """The text of one file.

    Attributes
    ----------
    file
        Where it lies.
    encoding
        Of the file, where `content` is None.
    content
        The text in UTF-8, where the file is packed or of an encoding that had to be found.
    quotes
        Whether there is any double quote in it.
    """

    file: Path
    encoding: str = "utf-8"
    content: bytes | None = None
    quotes: bool = True

    def open(self) -> TextIO:
        """Open it for reading, line ends as they are; bytes that are no text are replaced."""
        if self.content is not None:
            return io.TextIOWrapper(io.BytesIO(self.content), encoding="utf-8", errors="replace", newline="")
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        return self.file.open(encoding=encoding, errors="replace", newline="")

    def head(self) -> str:
        """Return its first 256 kB at most."""
        with self.open() as text:
            return text.read(HEAD)

    def source(self) -> Any:
        """Return what pyarrow reads: the file, or a buffer."""
        return self.file if self.content is None else pa.BufferReader(self.content)

    def ended(self) -> "TextFile":
        """Return it with a line end after the last line."""
        with self.open() as text:
            return TextFile(self.file, content=(text.read() + "\n").encode())


def open_text(file: Path, findings: Findings, encoding: str = "utf-8") -> TextFile:
    """Find how a file is packed and encoded.

    Parameters
    ----------
    file
        The file.
    findings
        Is told of any encoding but UTF-8.
    encoding
        What it is where a layout says so; UTF-8 is verified.

    Returns
    -------
    TextFile

    Raises
    ------
    CatalogError
        Where it is packed and cannot be unpacked.
    """
    raw = unpacked(file)
    if raw is None and encoding != "utf-8":
        return TextFile(file, encoding)
    if raw is None and (quotes := _is_utf8(file)) is not None:
        return TextFile(file, quotes=quotes)
    raw = file.read_bytes() if raw is None else raw
    content = _utf8(raw, file, findings) if encoding == "utf-8" else raw.decode(encoding, errors="replace").encode()
    return TextFile(file, content=content)


def unpacked(file: Path) -> bytes | None:
    """Return the content of a packed file; None for a file that is not packed. Raises `CatalogError`."""
    with file.open("rb") as opened:
        magic = opened.read(4)
    kind = PACKED.get(file.suffix.lower(), "gzip" if magic[:2] == b"\x1f\x8b" else "")
    kind = "zip" if magic == b"PK\x03\x04" else kind
    if not kind:
        return None
    try:
        if kind == "zip":
            return _only_member(file)
        with pa.input_stream(str(file), compression=kind) as stream:
            return _whole(bounded(stream, file))
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile, pa.ArrowException) as error:
        if isinstance(error, PermissionError):
            raise
        raise CatalogError(f"{file} cannot be unpacked ({first_line(error)}); pack it again") from error


def check_unpacked(size: int, file: Path, remedy: str) -> None:
    """Refuse what a packed file cannot well hold.

    Parameters
    ----------
    size
        Bytes that were unpacked of it.
    file
        The packed file.
    remedy
        What to do.

    Raises
    ------
    CatalogError
        Where these are more than `MOST_UNPACKED`, or than `ANY_RATIO` and `MOST_RATIO` times the file's own size.
    """
    own = file.stat().st_size
    most = min(MOST_UNPACKED, max(ANY_RATIO, MOST_RATIO * own))
    if size > most:
        raise CatalogError(
            f"{file} ({own / 1e6:,.1f} MB) holds more than {most / 1e6:,.0f} MB, which is more than is unpacked; "
            f"{remedy}"
        )


def bounded(stream: Any, file: Path, before: int = 0) -> Iterator[bytes]:
    """Read an unpacking stream, no further than a packed file may hold.

    Parameters
    ----------
    stream
        Has `read`.
    file
        The packed file.
    before
        Bytes that were unpacked of it before.

    Yields
    ------
    bytes
        16 MB at most.

    Raises
    ------
    CatalogError
        Where the file holds more than `MOST_UNPACKED` bytes, or than `ANY_RATIO` and `MOST_RATIO` times its own size.
    """
    while block := stream.read(BLOCK):
        before += len(block)
        check_unpacked(before, file, "if it is what it should be, unpack it yourself")
        yield block


def without_packing(name: str) -> str:
    """The name of a file without the suffix of what it is packed in: `items.csv.gz` -> `items.csv`."""
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in PACKED else name


def whole_text(text: str) -> str:
    """A text with halves of characters (lone surrogates) replaced, which no file and no index can hold."""
    return SURROGATE.sub(REPLACEMENT, text)


def first_line(error: BaseException) -> str:
    """The first line of what a library says of an error, or the error's name."""
    return str(error).split("\n")[0].rstrip(".")[:200] or type(error).__name__


def _only_member(file: Path) -> bytes:
    with zipfile.ZipFile(file) as archive:
        names = [
            name for name in archive.namelist() if not name.endswith("/") and not name.startswith(("__MACOSX", "."))
        ]
        if len(names) != 1:
            raise CatalogError(
                f"{file} holds {len(names)} files ({', '.join(names[:3]) or 'none'}); unpack it into the folder"
            )
        return _whole(bounded(opened_member(archive, archive.getinfo(names[0])), file))


def _whole(blocks: Iterable[bytes]) -> bytes:
    held = io.BytesIO()  # gives its content without a second copy
    held.writelines(blocks)
    return held.getvalue()


def opened_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Any:
    """Open a member of a zip file, to be read by `bounded` to its true end, whatever size the archive tells."""
    if member.flag_bits & 1:
        raise RuntimeError(f"{member.filename} in it is encrypted")
    member.file_size = MOST_UNPACKED + 1
    return archive.open(member)


def _is_utf8(file: Path) -> bool | None:
    """Whether a file has double quotes; None where not all of it is UTF-8.

    All of it is verified, 16 MB at a time: pyarrow passes over broken rows that are no UTF-8 without a word.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    quotes = False
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            if b"\0" in block or block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return None
            quotes = quotes or b'"' in block
            if block.isascii() and decoder.getstate()[0] == b"":
                continue
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return None
    return quotes if decoder.getstate()[0] == b"" else None


def _utf8(raw: bytes, file: Path, findings: Findings) -> bytes:
    """The text of bytes in UTF-8, whatever it was; tells what it was taken for."""
    encoding = next((name for mark, name in BOMS.items() if raw.startswith(mark)), "")
    nothings = raw[:64].count(b"\0")
    if not encoding and nothings * 3 > len(raw[:64]):
        encoding = "utf-16-be" if raw[:64:2].count(b"\0") * 2 > nothings else "utf-16-le"
    if encoding not in ("", "utf-8"):
        findings.note(file, f"encoding {encoding.upper()}")
        return raw.decode(encoding, errors="replace").encode()
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if nothings := raw.count(b"\0"):  # pyarrow loses the row after a header with one, and no database keeps them
        first = shown(_around(raw, raw.index(b"\0")))
        findings.note(file, f"{counted(nothings, 'NUL character')} taken out, first in {first}")
        raw = raw.replace(b"\0", b"")
    try:
        raw.decode()
        return raw
    except UnicodeDecodeError as error:
        place = error.start
    text = raw.decode(errors="replace")
    broken = text.count(REPLACEMENT) - raw.count(REPLACEMENT.encode())
    if sum(ord(char) > 127 for char in text) - broken > 4 * broken:
        findings.note(file, f"{broken:,} bytes that are no UTF-8 replaced, first in {shown(_around(raw, place))}")
        return text.encode()
    encoding = _encoding_of(raw)
    text = raw.decode(encoding, errors="replace")
    around = _around(raw, place, encoding)
    findings.note(file, f"encoding {encoding}, first seen in {shown(around)}; save it as UTF-8 if that is wrong")
    return text.encode()


def _encoding_of(raw: bytes) -> str:
    """The likeliest encoding of bytes that are no UTF-8."""
    from charset_normalizer import from_bytes

    sample = b"\n".join(line for line in raw[: 1 << 22].splitlines() if not line.isascii())[:HEAD]
    high = [byte > 127 for byte in sample]
    beside = sum(one and two for one, two in pairwise(high))
    if beside < WESTERN * max(1, sum(high)):
        return "cp1252" if not re.search(rb"[\x81\x8d\x8f\x90\x9d]", sample) else "latin-1"
    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"


def _around(raw: bytes, place: int, encoding: str = "utf-8") -> str:
    start = max(raw.rfind(b"\n", 0, place) + 1, place - 24)
    return raw[start : place + 12].split(b"\n")[0].decode(encoding, errors="replace").strip()
