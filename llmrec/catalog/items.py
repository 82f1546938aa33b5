"""Turns the rows of an items file into `Item`s, and those of a labels file into `Label`s; bad rows are put aside."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import LIST_SEPARATOR, Table, read_delimited
from llmrec.catalog.types import AttributeValue, Item, Label
from llmrec.errors import CatalogError

SUFFIXES = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp"), "image"),
    **dict.fromkeys((".mp4", ".webm", ".mkv", ".mov", ".avi"), "video"),
    **dict.fromkeys((".wav", ".mp3", ".flac", ".ogg", ".m4a"), "audio"),
}
MEDIA_FOLDERS = ("images", "media")  # searched for <item id>.<suffix>, at any depth
ALIASES = {
    "item_id": ("item_id", "id"),
    "title": ("title", "name"),
    "description": ("description", "overview"),
}
LIST_NAMES = ("genres", "tags")  # lists even where no item has two of them
NUMBER_NAMES = ("year", "price", "runtime_min")  # numbers even where single cells are not
CODE_ENDINGS = ("_id", "_code")  # digits that count nothing: they stay text
IGNORED_ENDINGS = ("_path", "_url")  # where something lies, not what the item is
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
YEAR_TITLE = re.compile(r"(?P<title>.+?)\s*\((?P<year>\d{4})\)(?:\s*\(V\))?")  # (V): released on video
LEADING_ZERO = re.compile(r"0\d+")

LABELS_FILE = "labels.csv"
LABEL_COLUMNS = ("item_id", "attribute", "value")
LABEL_MODALITIES = ("", "text", "image", "video", "audio")


def build_items(table: Table, folder: Path | None, findings: Findings) -> tuple[Item, ...]:
    """Type the attributes, find the media and refuse the bad rows of a table of items.

    Parameters
    ----------
    table
        A row an item: `item_id`, `title`, `description` (or their `ALIASES`), attributes and names of media files.
    folder
        Where the files that the table names lie, and `images/<item_id>.jpg` and the like. None: names are taken as
        they are.
    findings
        Gets the bad rows: those without an id, or with the id of an earlier row.

    Returns
    -------
    tuple of Item
        In the order of the table. Attributes come in the order lists, words, numbers, codes, and within each in column
        order.

    Raises
    ------
    CatalogError
        Where the table has no id column or no valid row.
    """
    names = {standard: _alias(table, standard) for standard in ALIASES}
    id_name = names["item_id"]
    if id_name is None:
        raise CatalogError(
            f"{table.file} has no item id column (found: {', '.join(table.columns) or 'no columns'}); "
            "name one of them item_id"
        )
    ids = table.texts(id_name)
    valid = _valid_rows(ids, table, findings)
    if not valid:
        raise CatalogError(f"{table.file} holds no valid item row; each row needs an item id of its own")
    blank = [""] * len(ids)
    titles, descriptions = (
        table.texts(name) if (name := names[standard]) else blank for standard in ("title", "description")
    )
    rest = [name for name in table.columns if name not in names.values()]
    media_columns = [name for name in rest if _is_media(table.texts(name))]
    media = _named_media(table, media_columns, folder, findings)
    found = _media_by_id(folder, set(ids)) if folder is not None else {}
    attributes = _attributes(table, [name for name in rest if name not in media_columns], valid)

    items = []
    for row in valid:
        own = {name: values[row] for name, values in attributes.items() if row in values}
        item_id, title = ids[row], titles[row].strip()
        if "year" in attributes:
            title, year = without_year(title)
            if year is not None and own.setdefault("year", year) != year:
                title = titles[row].strip()  # the number is part of the title: the year cell says another
        items.append(
            Item(
                id=item_id,
                title=title or item_id,
                description=descriptions[row].strip(),
                attributes=own,
                media={**found.get(item_id, {}), **media.get(row, {})},
            )
        )
    return tuple(items)


def _alias(table: Table, standard: str) -> str | None:
    return next((name for name in ALIASES[standard] if name in table.columns), None)


def _valid_rows(ids: Sequence[str], table: Table, findings: Findings) -> list[int]:
    seen: set[str] = set()
    bad: dict[int, str] = {}
    for row, item_id in enumerate(ids):
        if not item_id.strip():
            bad[row] = "no item id"
        elif item_id in seen:
            bad[row] = "duplicate item id"
        seen.add(item_id)
    table.reject(bad, findings)
    return [row for row in range(len(ids)) if row not in bad]


def without_year(title: str) -> tuple[str, int | None]:
    """Split a title that ends in a year, as MovieLens writes them.

    Parameters
    ----------
    title
        The title as written.

    Returns
    -------
    tuple of (str, int or None)
        Title without the year, and the year; None where it ends in none.

    Examples
    --------
    >>> without_year("Toy Story (1995)")
    ('Toy Story', 1995)
    >>> without_year("Heat")
    ('Heat', None)
    """
    match = YEAR_TITLE.fullmatch(title)
    return (match["title"], int(match["year"])) if match else (title, None)


# ---- attributes


def _attributes(table: Table, names: Sequence[str], valid: Sequence[int]) -> dict[str, dict[int, AttributeValue]]:
    """Column -> row -> value (rows with an empty cell absent), ordered lists, words, numbers, codes."""
    lists: dict[str, dict[int, AttributeValue]] = {}
    words: dict[str, dict[int, AttributeValue]] = {}
    numbers: dict[str, dict[int, AttributeValue]] = {}
    codes: dict[str, dict[int, AttributeValue]] = {}
    for name in names:
        texts = table.texts(name)
        cells = {row: cell for row in valid if (cell := texts[row].strip())}
        if not cells or name.endswith(IGNORED_ENDINGS):
            continue
        if name in LIST_NAMES or any(LIST_SEPARATOR in cell for cell in cells.values()):
            lists[name] = {row: parts for row, cell in cells.items() if (parts := _parts(cell))}
        elif name.endswith(CODE_ENDINGS):
            codes[name] = dict(cells)
        elif name in NUMBER_NAMES or all(_is_number(cell) for cell in cells.values()):
            numbers[name] = {row: _number(cell) for row, cell in cells.items() if _is_number(cell)}
        else:
            words[name] = dict(cells)
    return {**lists, **words, **numbers, **codes}


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for raw in cell.split(LIST_SEPARATOR) if (part := raw.strip()))


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None and LEADING_ZERO.fullmatch(cell) is None and math.isfinite(float(cell))


def _number(cell: str) -> int | float:
    """An int where the cell is written as one (or as pandas writes it beside a gap: 1995.0), else a float."""
    return int(cell.removesuffix(".0")) if re.fullmatch(r"[-+]?\d+(\.0)?", cell) else float(cell)


# ---- media


def _is_media(cells: Sequence[str]) -> bool:
    """A column of file names: more than half of its cells end like a picture, film or sound."""
    filled = [cell for cell in cells if cell]
    return sum(_modality(cell) is not None for cell in filled) * 2 > len(filled)


def _modality(name: str) -> str | None:
    return SUFFIXES.get(PurePosixPath(name).suffix.lower())


def _named_media(
    table: Table, names: Sequence[str], folder: Path | None, findings: Findings
) -> dict[int, dict[str, Path]]:
    """Row -> modality -> file, as named in the table's own columns; only files in the folder, if there is one."""
    media: dict[int, dict[str, Path]] = {}
    for name in names:
        missing = 0
        for row, cell in enumerate(table.texts(name)):
            modality = _modality(cell)
            if modality is None:
                continue
            inside = not PurePosixPath(cell).is_absolute() and ".." not in PurePosixPath(cell).parts
            file = Path(cell) if folder is None else folder / cell
            if (inside or folder is None) and file.is_file():
                media.setdefault(row, {}).setdefault(modality, file)
            else:
                missing += 1
        if missing:
            findings.warnings.append(
                f"{missing} files named in column {name!r} of {table.file.name} are not in {folder or Path.cwd()}"
            )
    return media


def _media_by_id(folder: Path, ids: set[str]) -> dict[str, dict[str, Path]]:
    """Item id -> modality -> `images/…/<id>.jpg` or `media/…/<id>.mp4`; of several the first by name."""
    media: dict[str, dict[str, Path]] = {}
    for file in _media_files(folder):
        modality = _modality(file.name)
        if modality and file.stem in ids:
            media.setdefault(file.stem, {}).setdefault(modality, file)
    return media


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


# ---- labels


def read_labels(folder: Path, items: Sequence[Item], findings: Findings) -> tuple[Label, ...]:
    """Read the optional `labels.csv` of a catalogue, in which somebody wrote down what some items look or sound like.

    A few dozen labelled items are enough for `llmrec.evidence.probes` to name the same attributes in the others.

    Parameters
    ----------
    folder
        The catalogue's folder.
    items
        Its items.
    findings
        Gets the bad rows.

    Returns
    -------
    tuple of Label
        Empty where there is no such file.

    Raises
    ------
    CatalogError
        Where the file lacks a column.
    """
    file = folder / LABELS_FILE
    if not file.is_file():
        return ()
    return build_labels(read_delimited(file, ",", findings), items, findings)


def build_labels(table: Table, items: Sequence[Item], findings: Findings) -> tuple[Label, ...]:
    """Check the labels of a table with the columns `LABEL_COLUMNS` and, if it is known, `modality`.

    Parameters
    ----------
    table
        A row a label.
    items
        The catalogue's items.
    findings
        Gets the bad rows.

    Returns
    -------
    tuple of Label
        One an item and attribute; the attribute is none that the items file has.

    Raises
    ------
    CatalogError
        Where a column is missing.
    """
    if missing := set(LABEL_COLUMNS) - set(table.columns):
        raise CatalogError(
            f"{table.file} has no column {min(missing)} (found: {', '.join(table.columns) or 'no columns'}); "
            f"it needs {', '.join(LABEL_COLUMNS)}, and may have modality"
        )
    columns = [[cell.strip() for cell in table.texts(name)] for name in LABEL_COLUMNS]
    columns.append(table.texts("modality") if "modality" in table.columns else [""] * len(table))
    labels = [Label(*cells) for cells in zip(*columns, strict=True)]
    known = {item.id for item in items}
    listed = {name for item in items for name in item.attributes}
    bad: dict[int, str] = {}
    told: set[tuple[str, str]] = set()
    for row, label in enumerate(labels):
        if problem := _label_problem(label, known, listed, told):
            bad[row] = problem
        told.add((label.item, label.attribute))
    table.reject(bad, findings)
    return tuple(label for row, label in enumerate(labels) if row not in bad)


def _label_problem(label: Label, known: set[str], listed: set[str], told: set[tuple[str, str]]) -> str:
    if label.item not in known:
        return "label of an unknown item"
    if not label.attribute or not label.value:
        return "label without attribute or value"
    if "=" in label.attribute or label.attribute in listed:
        return "label of an attribute that the items file has"
    if label.modality not in LABEL_MODALITIES:
        return "label of an unknown modality"
    return "second label of the same attribute" if (label.item, label.attribute) in told else ""
