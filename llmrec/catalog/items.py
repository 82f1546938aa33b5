"""Turns the rows of an items file into `Item`s, and those of a labels file into `Label`s; bad rows are put aside."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from llmrec.catalog.columns import ATTRIBUTES, ITEMS, column_as, normal_ids, note_names, plain
from llmrec.catalog.delimited import read_delimited
from llmrec.catalog.media import media_by_id, media_columns, named_media
from llmrec.catalog.quarantine import Findings, counted, shown
from llmrec.catalog.tables import LIST_SEPARATOR, Table
from llmrec.catalog.types import AttributeValue, Item, Label, composed, normal_id, normal_name
from llmrec.catalog.values import (
    LEADING_ZERO,
    amounts,
    flattened,
    is_amount,
    is_number,
    number,
    parts_of,
    split_words,
    unquoted,
    value_in,
    words_of,
    year_in,
)
from llmrec.errors import CatalogError

LIST_NAMES = frozenset({"genres", "genre", "tags", "categories", "keywords", "authors", "actors", "platforms"})
"""Lists even where no item has two words: commas and semicolons stand between them."""
NUMBER_NAMES = ("year", "price", "runtime_min")  # numbers even where single cells are not
CODE_ENDINGS = ("_id", "_code")  # digits that count nothing: they stay text
IGNORED_ENDINGS = ("_path", "_url")  # where something lies, not what the item is
YEAR_TITLE = re.compile(r"(?P<title>.+?)\s*\((?P<year>\d{4})\)(?:\s*\(V\))?")  # (V): released on video
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?|[-+]?\d+(\.\d+)?")
COMMA_NUMBER = re.compile(r"[-+]?\d{1,3}(\.?\d{3})*(,\d+)?|[-+]?\d+(,\d+)?")
EXACT = 2**53
"""Whole numbers from here on are no quantities but marks (hashes, long codes): they stay text."""
MOST_KEYS, LEAST_SHARE = 30, 0.05
"""Of objects in cells: how many keys become attributes, and the share of items that must have one."""

LABELS_FILE = "labels.csv"
LABEL_COLUMNS = ("item_id", "attribute", "value")
LABEL_MODALITIES = ("", "text", "image", "video", "audio")


def build_items(table: Table, folder: Path | None, findings: Findings) -> tuple[Item, ...]:
    """Type the attributes, find the media and refuse the bad rows of a table of items.

    Parameters
    ----------
    table
        A row an item: `item_id`, `title`, `description` (or other names of these, see `llmrec.catalog.columns`),
        attributes and names of media files.
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
    names = {
        standard: next(iter(column_as(table, "item" if standard == "item_id" else standard, known, findings)), None)
        for standard, known in ITEMS.items()
    }
    id_name = names["item_id"]
    if id_name is None:
        raise CatalogError(
            f"{table.file} has no item id column (found: {', '.join(table.columns) or 'no columns'}); "
            "name one of them item_id, or say which it is with `columns`",
            "columns",
        )
    note_names(table, {name: standard for standard, name in names.items() if name}, findings)
    ids: list[str] = normal_ids(table, id_name, findings).to_pylist()
    valid = _valid_rows(ids, table, findings)
    if not valid:
        raise CatalogError(f"{table.file} holds no valid item row; each row needs an item id of its own")
    blank = [""] * len(ids)
    titles, descriptions = (
        list(map(composed, table.texts(name))) if (name := names[standard]) else blank
        for standard in ("title", "description")
    )
    rest = [name for name in table.columns if normal_name(name) and name not in names.values()]
    found = media_by_id(folder, set(ids), findings) if folder is not None else {}
    holding = media_columns(table, rest, folder, findings, len(found))
    media = named_media(table, holding, folder, findings)
    columns = {name: table.texts(name) for name in rest if name not in holding}
    cells = {
        name: {row: composed(cell) for row in valid if (cell := texts[row].strip())} for name, texts in columns.items()
    }
    attributes = _Typing(table, findings).attributes(_standard_names(cells, table, findings))

    untitled = [ids[row] for row in valid if not titles[row].strip()]
    if untitled:
        findings.note(
            table.file, f"{counted(len(untitled), 'item')} without a title called by the id, first {shown(untitled[0])}"
        )
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
                description=_prose(descriptions[row].strip()),
                attributes=own,
                media={**found.get(item_id, {}), **media.get(row, {})},
            )
        )
    return tuple(items)


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

Cells = Mapping[int, str]
"""Row -> cell of a column, without empty ones."""


def _prose(cell: str) -> str:
    """A description; of a list of paragraphs all of them."""
    value = value_in(cell) if cell.startswith("[") else None
    return " ".join(words_of(value)) if isinstance(value, list) else cell


def _standard_names(cells: Mapping[str, Cells], table: Table, findings: Findings) -> dict[str, Cells]:
    """The columns, those that sentences and filters know by a name under it."""
    names: dict[str, str] = {}
    named: set[str] = set()
    for standard, known in ATTRIBUTES.items():
        alias = next((name for name in column_as(table, standard, known, findings) if name in cells), None)
        if alias is not None and (standard not in cells or standard in findings.columns):
            names[alias] = standard
            named |= {standard} - {alias}
    note_names(table, names, findings)
    return {names.get(name, normal_name(name)): column for name, column in cells.items() if name not in named}


class _Typing:
    """Types the columns of one table, and tells where more than plain words and numbers had to be read."""

    def __init__(self, table: Table, findings: Findings) -> None:
        self.table, self.findings = table, findings

    def attributes(self, columns: Mapping[str, Cells]) -> dict[str, dict[int, AttributeValue]]:
        """Column -> row -> value (rows with an empty cell absent), ordered lists, words, numbers, codes."""
        kinds: dict[str, dict[str, dict[int, AttributeValue]]] = {"lists": {}, "words": {}, "numbers": {}, "codes": {}}
        left = list(columns.items())
        known = set(columns)
        while left:
            name, cells = left.pop(0)
            if not cells or name.endswith(IGNORED_ENDINGS):
                continue
            objects = self._objects(cells)
            if objects is not None:
                inner = flattened(objects, MOST_KEYS, LEAST_SHARE)
                self.findings.note(self.table.file, f"objects in column {name!r} as attributes {', '.join(inner)[:80]}")
                fresh = {key if key not in known else f"{name} {key}": held for key, held in inner.items()}
                known |= fresh.keys()
                left += fresh.items()
                continue
            kind, values = self._typed(name, cells)
            kinds[kind][name] = values
        return {name: values for kind in kinds.values() for name, values in kind.items()}

    def _objects(self, cells: Cells) -> dict[int, dict[str, object]] | None:
        """Row -> object where most of the cells are objects."""
        if sum(cell[0] == "{" for cell in cells.values()) * 2 <= len(cells):
            return None
        values = {row: value_in(cell) for row, cell in cells.items()}
        objects = {row: value for row, value in values.items() if isinstance(value, dict)}
        return objects if len(objects) * 2 > len(cells) else None

    def _typed(self, name: str, cells: Cells) -> tuple[str, dict[int, AttributeValue]]:
        """What a column holds (lists, words, numbers or codes), and row -> value."""
        lists = self._lists(name, cells)
        if lists is not None:
            return "lists", lists
        if name.endswith(CODE_ENDINGS) or name in self.table.words:
            return "codes", dict(cells)
        numbers = self._numbers(name, cells)
        if numbers is None:
            return "words", dict(cells)
        if any(isinstance(value, int) and abs(value) >= EXACT for value in numbers.values()):
            return "codes", dict(cells)
        return "numbers", dict(numbers)

    def _lists(self, name: str, cells: Cells) -> dict[int, AttributeValue] | None:
        """Row -> words; None where the cells hold no lists."""
        written = {row: value for row, cell in cells.items() if isinstance(value := _list_in(cell), list)}
        bars = any(LIST_SEPARATOR in cell for cell in cells.values())
        if bars and not written and plain(name) not in LIST_NAMES and not _words_between_bars(set(cells.values())):
            first = next(cell for cell in cells.values() if LIST_SEPARATOR in cell)
            self.findings.note(self.table.file, f"'|' in column {name!r} left as it is, first {shown(first)}")
            return None
        if len(written) * 2 > len(cells):
            first = cells[next(iter(written))]
            self.findings.note(self.table.file, f"lists in column {name!r}, first {shown(first)}")
        elif not bars and plain(name) not in LIST_NAMES:
            return None
        mark = None if bars or written else split_words(list(cells.values()))
        if mark:
            first = next(cell for cell in cells.values() if mark in cell)
            self.findings.note(self.table.file, f"words in column {name!r} between {mark!r}, first {shown(first)}")
        lists: dict[int, AttributeValue] = {}
        for row, cell in cells.items():
            if row in written:
                parts = words_of(written[row])
            else:
                parts = tuple(filter(None, map(unquoted, cell.split(mark)))) if mark else parts_of(cell)
            if parts:
                lists[row] = parts
        return lists

    def _numbers(self, name: str, cells: Cells) -> Mapping[int, int | float] | None:
        """Row -> number; None where the cells hold words."""
        if all(is_number(cell) for cell in cells.values()):
            return {row: number(cell) for row, cell in cells.items()}
        texts = cells.values()
        if name == "year":
            read = {row: number(cell) if is_number(cell) else year_in(cell) for row, cell in cells.items()}
            numbers = {row: value for row, value in read.items() if value is not None}
            self._tell_years(name, cells, numbers)
            return numbers
        if name in NUMBER_NAMES:
            numbers, told, warnings = amounts(cells, self.table.decimal, money=name == "price")
            if lacking := [cell for row, cell in cells.items() if row not in numbers]:
                told.append(f"{counted(len(lacking), 'cell')} that hold none left empty, first {shown(lacking[0])}")
        elif all(is_amount(cell) for cell in texts) or self._marked(texts):
            numbers, told, warnings = amounts(cells, self.table.decimal)
        else:
            return None
        for each in told:
            self.findings.note(self.table.file, f"numbers in column {name!r}: {each}")
        self.findings.warnings += [f"column {name!r} of {self.table.file.name}: {each}" for each in warnings]
        return numbers

    def _marked(self, cells: Collection[str]) -> bool:
        """Whether all cells are numbers and some have marks of thousands, or a comma where the file uses it so."""
        pattern = COMMA_NUMBER if self.table.decimal == "," else THOUSANDS
        return any("," in cell for cell in cells) and all(
            pattern.fullmatch(cell) and not LEADING_ZERO.fullmatch(cell) for cell in cells
        )

    def _tell_years(self, name: str, cells: Cells, numbers: Mapping[int, int | float]) -> None:
        dates = [cell for row, cell in cells.items() if row in numbers and not is_number(cell)]
        lacking = [cell for row, cell in cells.items() if row not in numbers]
        if dates:
            self.findings.note(self.table.file, f"the year of dates in column {name!r}, first {shown(dates[0])}")
        if lacking:
            without = f"{counted(len(lacking), 'cell')} of column {name!r} without a year left empty"
            self.findings.note(self.table.file, f"{without}, first {shown(lacking[0])}")


def _words_between_bars(cells: Collection[str]) -> bool:
    """Whether distinct cells look like lists: most have bars, or words of those that have some stand in others, too."""
    parts = [parts_of(cell) for cell in cells]
    counts = Counter(part for words in parts for part in set(words))
    several = [words for words in parts if len(words) > 1]
    return len(several) * 2 >= len(parts) or any(counts[word] > 1 for words in several for word in words)


def _list_in(cell: str) -> object:
    """The list that is written into a cell; None for others, at once where it does not begin like one."""
    return value_in(cell) if cell[0] in "[({" else None


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
    labels = [
        Label(normal_id(item), normal_name(attribute), composed(value), modality)
        for item, attribute, value, modality in zip(*columns, strict=True)
    ]
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
