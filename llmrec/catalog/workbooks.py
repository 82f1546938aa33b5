"""Workbooks: a sheet of an .xlsx, .xls or .ods as a table, within what memory holds.

A workbook is packed, so a few hundred bytes can stand for gigabytes: a far cell makes a sheet of blanks, and a cell of
an .ods says how often it stands there. Both are measured before anything is unpacked for good.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import Table, check_names, text_column
from llmrec.catalog.text_files import bounded, check_unpacked, first_line, opened_member
from llmrec.errors import CatalogError
from llmrec.extras import needs

MOST_CELLS = 50_000_000
"""Of a sheet, blanks among them: its reader keeps all in memory."""
CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")


def read_workbook(file: Path, stems: Sequence[str], findings: Findings) -> Table | None:
    """Read one sheet of a workbook (.xlsx, .xls, .ods).

    Parameters
    ----------
    file
        The workbook.
    stems
        Names of the sheet, in any case; of a workbook that is itself called so its first sheet that holds rows will do.
    findings
        Is told which sheets were passed over.

    Returns
    -------
    Table or None
        Its first row that holds anything is the header. None where no sheet is called so.

    Raises
    ------
    CatalogError
        Where the file is damaged, holds more than is unpacked, or names a column twice.
    MissingExtra
        Where the package that reads workbooks is not installed.
    """
    with needs("excel", f"reading {file.name}"):
        import python_calamine as calamine
    _check_size(file)
    try:
        with calamine.CalamineWorkbook.from_path(str(file)) as book:
            sheets = {}
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                _check_cells(sheet.total_height + 1, sheet.total_width + 1, file, "")  # .ods: one cell repeats itself
                sheets[name] = sheet.to_python()
    except (calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, PermissionError):
            raise
        raise CatalogError(f"{file} cannot be read as a workbook: {first_line(error)}") from error
    called = next((name for name in sheets if name.strip().casefold() in stems), None)
    if called is None and file.name.split(".")[0].casefold() in stems:
        called = next((name for name, rows in sheets.items() if len(rows) > 1), None)
    if called is None:
        return None
    place = file
    if others := [name for name in sheets if name != called and sheets[name]]:
        place = file.with_name(f"{file.name} ({called})")  # as the other table may be another sheet of it
        findings.note(place, f"this sheet alone, not {', '.join(others)[:80]}")
    numbered = [(number, [_cell(cell) for cell in row]) for number, row in enumerate(sheets[called], 1)]
    numbered = [(number, row) for number, row in numbered if any(row)]
    if not numbered:
        raise CatalogError(f"{place} is empty; its first row names the columns")
    header, kept = [name.strip() for name in numbered[0][1]], numbered[1:]
    check_names(header, place)
    columns = {name: text_column(row[at] for _, row in kept) for at, name in enumerate(header) if name}
    return Table(place, columns, lambda: iter(kept))


def _check_size(file: Path) -> None:
    """Refuse a workbook that would fill memory: its parts are packed, and one far cell makes a sheet of blanks."""
    before = 0
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(file) as archive:  # an .xls is none
        for member in archive.infolist():
            columns: set[bytes] = set()
            rows, rest, repeated = 0, b"", None
            with suppress(zipfile.BadZipFile, zlib.error, RuntimeError, EOFError):  # what is damaged its reader says
                for block in bounded(opened_member(archive, member), file, before):
                    before += len(block)
                    if file.suffix.casefold() == ".ods" and member.filename == "content.xml":
                        repeated = repeated or _Repeated()
                        check_unpacked(repeated.text_after(block), file, "remove the cells that repeat themselves")
                    if "worksheets/" not in member.filename:
                        continue
                    found = CELL.findall(rest + block)
                    columns.update(column for column, _ in found)
                    rows = max([rows, *(int(row) for _, row in found)])
                    rest = block[-40:]
            width = max((int.from_bytes(column, "big"), column) for column in columns)[1] if columns else b""
            wide = sum((letter - 64) * 26**place for place, letter in enumerate(reversed(width)))
            _check_cells(rows, wide, file, f" by the last cell ({width.decode()}{rows})")


class _Repeated:
    """How much text the cells of an .ods come to: one cell, or one row, may say that it stands there many times."""

    def __init__(self) -> None:
        self._parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        self._broken = False
        self._size = self._row = 0

    def text_after(self, block: bytes) -> int:
        """Characters up to the end of this part of the file; what is no XML adds none, as its reader refuses it."""
        if not self._broken:
            try:
                self._parser.feed(block)
                self._read()
            except ParseError:
                self._broken = True
        return self._size

    def _read(self) -> None:
        for event, element in cast("Iterator[tuple[str, Element]]", self._parser.read_events()):
            name = element.tag.rpartition("}")[2]
            if event == "start":
                self._row = 0 if name == "table-row" else self._row
            elif name in ("table-cell", "covered-table-cell"):
                self._row += _times(element, "number-columns-repeated") * sum(map(len, element.itertext()))
                element.clear()
            elif name == "table-row":
                self._size += _times(element, "number-rows-repeated") * self._row
                element.clear()


def _times(element: Element, name: str) -> int:
    found = next((value for key, value in element.items() if key.endswith(f"}}{name}")), "1")
    return int(found) if found.isdecimal() else 1


def _check_cells(rows: int, columns: int, file: Path, why: str) -> None:
    if rows * columns > MOST_CELLS:
        raise CatalogError(
            f"{file}: a sheet has {rows:,} rows, {columns:,} columns{why}; "
            f"{MOST_CELLS:,} cells are read at most; remove what stands far from the table"
        )


def _cell(value: Any) -> str:
    """A cell of a workbook as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2.0**53:
        return str(int(value))
    return str(value).strip() if not isinstance(value, bool) else str(value).lower()
