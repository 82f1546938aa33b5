"""Finds the media of items: files that the table names, and files that are called after an item's id.

What a file is, its suffix says, or else how it begins. Web addresses are told and never fetched.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from llmrec.catalog.columns import spelt
from llmrec.catalog.quarantine import Findings, counted, shown
from llmrec.catalog.tables import Table
from llmrec.catalog.types import Item, normal_id
from llmrec.catalog.values import value_in

SUFFIXES = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"), "image"),
    **dict.fromkeys((".mp4", ".webm", ".mkv", ".mov", ".avi", ".m4v", ".mpg", ".mpeg", ".ogv"), "video"),
    **dict.fromkeys((".wav", ".mp3", ".flac", ".ogg", ".m4a", ".opus", ".aac"), "audio"),
}
UNREAD = (".heic", ".heif", ".svg", ".psd", ".raw", ".cr2", ".nef", ".eps", ".pdf", ".ai")
"""Pictures that no installed decoder reads."""
AVIF = ".avif"
MAGIC = (
    (re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP", re.DOTALL), "image"),
    (re.compile(rb"\x1a\x45\xdf\xa3|RIFF....AVI |....ftyp(isom|mp4|M4V|qt|avc1|iso)|\0\0\x01\xba", re.DOTALL), "video"),
    (re.compile(rb"RIFF....WAVE|ID3|fLaC|OggS|\xff[\xfb\xf3\xf2]|....ftypM4A", re.DOTALL), "audio"),
)
"""How a file of each modality begins."""
MEDIA_FOLDERS = ("images", "media", "image", "img", "photos", "pictures", "posters", "covers", "videos", "audio")
"""Searched for <item id>.<suffix> and <item id>/<anything>, at any depth."""
NUMBERED = re.compile(r"(.+?)[ _.-]\d{1,3}")
"""The name of one of several files of an item: `<id>_1`."""
ADDRESS = re.compile(r"(?:https?|ftp|s3|gs)://\S+|//[\w.-]+(?::\d+)?/\S+|data:[\w/+.-]+;base64,", re.IGNORECASE)
CALLED = {
    "video": re.compile("video|clip|trailer", re.IGNORECASE),
    "audio": re.compile("audio|sound", re.IGNORECASE),
    "image": re.compile("image|img|photo|picture|poster|cover|thumb", re.IGNORECASE),
}
"""What a column of media holds, by its name."""
LARGE, SMALL = re.compile("large|hi_?res|full|original", re.IGNORECASE), re.compile("thumb|small|tiny", re.IGNORECASE)
"""Of several pictures of one thing, those that are looked at first and last."""
NAMED_MEDIA = re.compile("|".join(pattern.pattern for pattern in CALLED.values()), re.IGNORECASE)


def media_columns(
    table: Table, names: Sequence[str], folder: Path | None, findings: Findings, present: int = 0
) -> list[str]:
    """The columns that hold names of media files, or addresses, which are no words of an item.

    Parameters
    ----------
    table
        The items.
    names
        Columns that have no other meaning.
    folder
        Where files lie.
    findings
        Is told of addresses: nothing is fetched from them.
    present
        Items of which media lie in the folder; where these are as many as the addresses, nothing need be told.
    """
    found = []
    called = _called(table, findings)
    for name in names:
        cells = [cell for cell in table.texts(name) if cell]
        marked = sum(_marked(cell) for cell in cells)
        if not marked and not (NAMED_MEDIA.search(name) and folder) and name not in called:
            continue
        named = [_names(cell) for cell in cells]
        addresses = [each[0] for each in named if each and ADDRESS.match(each[0])]
        if len(addresses) * 2 > len(cells):
            media = name in called or _is_media(name, [each for parts in named[:100] for each in parts])
            if not media:
                todo = "they are no words of an item"
            elif folder is None:
                todo = "save them as <item id>.jpg and the like, and pass the folder as media"
            else:
                todo = f"`llmrec data fetch-media {folder}` fetches them"
            if not (media and present >= len(addresses)):
                findings.warnings.append(
                    f"column {name!r} of {table.file.name} holds web addresses, first {shown(addresses[0], 60)}, "
                    f"which are not fetched; {todo}"
                )
            found.append(name)
        elif name in called or sum(bool(each) and _is_file(each[0], name, folder) for each in named) * 2 > len(cells):
            found.append(name)
    return found


def named_media(
    table: Table, names: Sequence[str], folder: Path | None, findings: Findings
) -> dict[int, dict[str, Path]]:
    """Row -> modality -> file, as named in the table's own columns; only files in the folder, if there is one."""
    media: dict[int, dict[str, Path]] = {}
    for name in names:
        missing, first = 0, ""
        unread = _Unread()
        addresses: list[str] = []
        files = 0
        for row, cell in enumerate(table.texts(name)):
            for each in _names(cell):
                if ADDRESS.match(each):
                    addresses.append(each)
                    continue
                files += 1
                inside = not PurePosixPath(each).is_absolute() and ".." not in PurePosixPath(each).parts
                file = Path(each) if folder is None else folder / each
                there = (inside or folder is None) and _exists(file)
                modality = _modality(each) or (_begins_as(file) if there else None)
                if unread.has(each) and there:
                    continue
                if there and modality:
                    media.setdefault(row, {}).setdefault(modality, file)
                elif modality or not there:
                    missing, first = missing + 1, first or each
        if addresses and files >= len(addresses):  # columns of addresses alone are told by `media_columns`
            findings.warnings.append(
                f"column {name!r} of {table.file.name} holds {len(addresses):,} web addresses among names of files, "
                f"first {shown(addresses[0], 60)}, which are not fetched"
                + (f"; `llmrec data fetch-media {folder}` fetches them" if folder else "")
            )
        if missing:
            findings.warnings.append(
                f"{counted(missing, 'file')} named in column {name!r} of {table.file.name} not found in "
                f"{folder or Path.cwd()}, first {shown(first, 60)}"
            )
        unread.tell(findings)
    return media


def media_addresses(
    table: Table, names: Sequence[str], folder: Path | None, findings: Findings
) -> Iterator[tuple[int, str, str]]:
    """Row, modality and address of all media that the table names by web address, as the column's name or suffixes say.

    Parameters
    ----------
    table
        The items.
    names
        Columns that have no other meaning.
    folder
        Where files lie.
    findings
        Has the columns that were named as media.

    Yields
    ------
    tuple of (int, str, str)
        The modality as a suffix or the column's name says, "" where neither does. The likeliest address of a row and
        modality comes first.
    """
    called = _called(table, findings)
    for name in media_columns(table, names, folder, findings):
        rows = [
            (row, [each for each in _names(cell) if ADDRESS.match(each)]) for row, cell in enumerate(table.texts(name))
        ]
        every = [address for _, addresses in rows for address in addresses]
        if name not in called and not _is_media(name, every):
            continue
        likely = next((kind for kind, pattern in CALLED.items() if pattern.search(name)), "")
        for row, addresses in rows:
            for address in addresses:
                yield row, called.get(name) or _modality(re.split(r"[?#]", address)[0]) or likely, address


def media_by_id(folder: Path, ids: set[str], findings: Findings) -> dict[str, dict[str, Path]]:
    """Item id -> modality -> `images/…/<id>.jpg`, `media/…/<id>/<anything>.mp4`; of several the first by name."""
    media: dict[str, dict[str, Path]] = {}
    unread = _Unread()
    strange: list[Path] = []
    files = 0
    for file in _media_files(folder):
        suffix = file.suffix.lower()
        modality = SUFFIXES.get(suffix)
        if modality is None:
            if file.name.startswith(".") or not file.is_file():
                continue
            if unread.has(file.name):
                continue
            modality = "image" if suffix == AVIF else _begins_as(file)
        item = _item_of(file, ids)
        files += modality is not None
        if modality and item is not None:
            media.setdefault(item, {}).setdefault(modality, file)
        elif modality:
            strange.append(file)
    if strange and len(strange) < files:
        where = strange[0].relative_to(folder)
        findings.note(
            where.parent, f"{counted(len(strange), 'file')} of no item passed over, first {shown(where.name)}"
        )
    unread.tell(findings)
    return media


def _called(table: Table, findings: Findings) -> dict[str, str]:
    """Column -> modality, of the columns that were named as media."""
    named = ((kind, spelt(name, table.columns)) for kind in CALLED for name in findings.columns.get(kind, ()))
    return {name: kind for kind, name in named if name is not None}


def _is_media(name: str, addresses: Sequence[str]) -> bool:
    """Whether what addresses stand for is media: by the column's name, or by the suffixes of the first ones."""
    return bool(NAMED_MEDIA.search(name)) or any(_modality(re.split(r"[?#]", each)[0]) for each in addresses[:100])


class _Unread:
    """Counts pictures of formats that are not decoded."""

    def __init__(self) -> None:
        self.count, self.first = 0, ""

    def has(self, name: str) -> bool:
        suffix = _suffix(name)
        unread = suffix in UNREAD or (suffix == AVIF and not _avif())
        if unread:
            self.count, self.first = self.count + 1, self.first or name
        return unread

    def tell(self, findings: Findings) -> None:
        if self.count:
            findings.warnings.append(
                f"{counted(self.count, 'media file')} of formats that are not read were passed over, first "
                f"{shown(self.first)}; convert them to JPEG or PNG"
            )


def _avif() -> bool:
    from PIL import features

    return bool(features.check("avif"))


def _marked(cell: str) -> bool:
    """Whether a cell may hold names of files or addresses: cheap, for cells of descriptions are many."""
    return "://" in cell or cell.startswith(("//", "data:")) or _modality(cell.rstrip("])} '\"")) is not None


def _names(cell: str) -> list[str]:
    """The files or addresses of a cell: itself, or those of the list in it."""
    cell = cell.strip()
    value = value_in(cell)
    if value is None:
        if "|" in cell:
            return [part for part in map(str.strip, cell.split("|")) if part]
        parts = re.split(r"[,;\s]+", cell)
        several = len(parts) > 1 and all(_modality(part) or ADDRESS.match(part) for part in parts)
        return parts if several else [cell] if cell else []
    return list(_texts(value))


def _texts(value: object) -> Iterator[str]:
    """The texts in a value, of an object its addresses alone where it has some."""
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, Mapping):
        fields = sorted(
            value.items(), key=lambda each: bool(SMALL.search(str(each[0]))) - bool(LARGE.search(str(each[0])))
        )
        texts = [text for _, held in fields for text in _texts(held)]
        addresses = [text for text in texts if ADDRESS.match(text)]
        yield from addresses or texts
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _is_file(name: str, column: str, folder: Path | None) -> bool:
    suffix = _suffix(name)
    if _modality(name) is not None or suffix in (*UNREAD, AVIF):
        return True
    return bool(folder and NAMED_MEDIA.search(column) and len(name) < 200 and _exists(folder / name))


def _exists(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # a name that is too long, or holds what no name may
        return False


def _suffix(name: str) -> str:
    """The suffix in small letters; cheaper than pathlib's, as each cell of a table is asked."""
    dot = name.rfind(".")
    return name[dot:].lower() if dot > name.rfind("/") + 1 else ""


def _modality(name: str) -> str | None:
    suffix = _suffix(name)
    return "image" if suffix == AVIF else SUFFIXES.get(suffix)


def _begins_as(file: Path) -> str | None:
    """The modality of a file by its first bytes."""
    try:
        with file.open("rb") as opened:
            head = opened.read(16)
    except OSError:
        return None
    return next((modality for pattern, modality in MAGIC if pattern.match(head)), None)


def _item_of(file: Path, ids: set[str]) -> str | None:
    """The item that a file belongs to by its name, or by that of the folder it lies in."""
    stem, parent = normal_id(file.stem), normal_id(file.parent.name)  # macOS writes names in parts
    numbered = NUMBERED.fullmatch(stem)
    for name in (stem, numbered[1] if numbered else "", stem.lstrip("0"), normal_id(file.name)):
        if name in ids:
            return name
    # H&M's folders are called after the first digits of the ids in them
    return parent if parent in ids and not stem.startswith(parent) else None


def _media_files(folder: Path) -> Iterator[Path]:
    for name in MEDIA_FOLDERS:
        yield from sorted((folder / name).rglob("*"))


def media_coverage(items: Sequence[Item]) -> Mapping[str, int]:
    """Count the items that have each modality.

    Parameters
    ----------
    items
        A catalogue's items.

    Returns
    -------
    dict of str to int
        Modality -> number of items; text counts the items with a description.
    """
    counts = {"text": sum(bool(item.description) for item in items)}
    for item in items:
        for modality in item.media:
            counts[modality] = counts.get(modality, 0) + 1
    return counts
