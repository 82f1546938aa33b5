"""Reads delimited text (csv, tsv, `::`) into a `Table`, and finds a row's line again.

Where no separator is named it is found from how the file begins. Quotes mean what RFC 4180 says, unless the file
contradicts that: then the meaning under which the fewest rows are broken counts (quotes escaped by a backslash, quotes
that are letters like others), and is told.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from llmrec.catalog.columns import NAMES, plain
from llmrec.catalog.quarantine import BadRow, Findings, shown
from llmrec.catalog.tables import Table, check_names, text_column
from llmrec.catalog.text_files import TextFile, first_line, open_text
from llmrec.catalog.types import normal_id
from llmrec.errors import CatalogError

Names = Sequence[str] | Callable[[list[str]], Sequence[str] | None]
"""The columns of a file without a header line; or what says them of the first row, None where that is the header."""

BLOCK = 1 << 24  # bytes pyarrow reads at once; a row longer than that is an error, so well above its 1 MB default
SEPARATORS = (",", ";", "\t", "|")
WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""The first line by which Excel is told the separator."""
LOOKED_AT = 1 << 26
"""Characters that are looked at to find what quotes mean."""
SCANNED = 1 << 28
"""Bytes of a table up to which its cells are searched for signs of misread quotes."""


@dataclass(frozen=True)
class Dialect:
    """How fields stand in a line.

    Attributes
    ----------
    delimiter
        One character.
    quoted
        Whether double quotes enclose fields.
    escaped
        Whether a backslash stands before a quote that is a letter of the field.
    spaced
        Whether a blank may stand between the delimiter and a quote.
    skip
        Lines before the header.
    """

    delimiter: str
    quoted: bool = True
    escaped: bool = False
    spaced: bool = False
    skip: int = 0

    def rows(self, lines: Any, *, strict: bool = False) -> Any:
        """Return Python's reader of the lines."""
        csv.field_size_limit(BLOCK)  # the module's default of 128 kB is below what pyarrow takes
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            escapechar="\\" if self.escaped else None,
            skipinitialspace=self.spaced,
            strict=strict,
        )


def read_delimited(
    file: Path,
    delimiter: str | None,
    findings: Findings,
    *,
    names: Names | None = None,
    only: Sequence[str] | None = None,
    quoted: bool = True,
    encoding: str = "utf-8",
) -> Table:
    """Read a csv or tsv file.

    Parameters
    ----------
    file
        The file; it may be packed.
    delimiter
        One character; None: it is found.
    findings
        Gets the rows with too few or too many fields, and what had to be found.
    names
        The columns of a file without a header line.
    only
        The columns wanted; default: all.
    quoted
        Whether double quotes may enclose fields.
    encoding
        Of the text; a byte order mark is passed over, and text that is no UTF-8 is told and read as what it seems.

    Returns
    -------
    Table
        Names without the blanks around them; columns without a name, which hold row numbers, are not among them.

    Raises
    ------
    CatalogError
        Where the file is empty, or names a column twice.
    """
    text = open_text(file, findings, encoding)
    dialect = Dialect(delimiter, quoted) if delimiter else _separator(text, findings)
    try:
        try:
            return _Reading(text, dialect, names, only, findings).table()
        except pa.ArrowInvalid:  # as it refuses a header that no line end follows
            return _Reading(text.ended(), dialect, names, only, findings).table()
    except pa.ArrowInvalid as error:
        raise CatalogError(f"{file} cannot be read as {encoding} text: {first_line(error)}") from error


class _Reading:
    """One file, read under one dialect; where the rows contradict it, under a better one."""

    def __init__(
        self, text: TextFile, dialect: Dialect, names: Names | None, only: Sequence[str] | None, findings: Findings
    ) -> None:
        self.text, self.dialect, self.asked, self.only, self.findings = text, dialect, names, only, findings
        first = self._first()
        self.names = list(found) if (found := names(first) if callable(names) else names) else None
        self.header = self.names or _cleaned(first)
        check_names(self.header, text.file)

    def table(self) -> Table:
        columns, skipped = self._columns()
        if self.dialect.quoted and (skipped or self._misread(columns)):
            better = self._better_dialect()
            if better != self.dialect:
                return _Reading(self.text, better, self.asked, self.only, self.findings).table()
        if skipped and not columns_length(columns):
            self._widen()
            columns, skipped = self._columns()
        if skipped:
            width = len(self.header)
            for line, fields in self._records():
                if len(fields) != width:
                    reason = f"{'short' if len(fields) < width else 'long'} row"
                    self.findings.bad.append(BadRow(self.text.file, line, reason, fields))
        decimal = "," if self.dialect.delimiter == ";" else "."
        return Table(self.text.file, columns, self._fitting, decimal)

    def _first(self) -> list[str]:
        with self.text.open() as lines:
            for _ in range(self.dialect.skip):
                lines.readline()
            with suppress(csv.Error):
                for fields in self.dialect.rows(lines):
                    if fields:
                        return list(fields)
        raise CatalogError(f"{self.text.file} is empty; it needs a header line and rows")

    def _columns(self) -> tuple[dict[str, pa.ChunkedArray], int]:
        """The named columns that are wanted, and how many rows did not fit."""
        wanted = [name for name in self.header if name and (self.only is None or name in self.only)]
        if self.dialect.spaced or self.dialect.delimiter == " ":  # what pyarrow does not know
            rows = [fields for _, fields in self._records()]
            fitting = [fields for fields in rows if len(fields) == len(self.header)]
            place = {name: self.header.index(name) for name in wanted}
            return {name: text_column(row[place[name]] for row in fitting) for name in wanted}, len(rows) - len(fitting)
        skipped = 0

        def skip(_: object) -> str:
            nonlocal skipped
            skipped += 1
            return "skip"

        # columns are named here and the header line is skipped, as its names may be doubled blanks
        unique = [name or f"\0{place}" for place, name in enumerate(self.header)]
        table = arrow_csv.read_csv(
            self.text.source(),
            read_options=arrow_csv.ReadOptions(
                column_names=unique,
                skip_rows=self.dialect.skip,
                skip_rows_after_names=0 if self.names else 1,
                encoding=self.text.encoding,
                block_size=BLOCK,
                # the handler of bad rows is Python: one thread calls it
                use_threads=False,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char='"' if self.dialect.quoted else False,
                escape_char="\\" if self.dialect.escaped else False,
                newlines_in_values=self.dialect.quoted,
                invalid_row_handler=skip,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted
            ),
        )
        return {name: table.column(name) for name in wanted}, skipped

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The line that each row starts on, from 1, and its fields; without blank lines, as pyarrow reads."""
        header = self.names is None
        with self.text.open() as lines:
            for _ in range(self.dialect.skip):
                lines.readline()
            reader = self.dialect.rows(lines)
            line = 1
            while True:
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:  # a field that is longer than any is
                    fields = [str(error)]
                if fields:
                    if header:
                        header = False
                    else:
                        yield line + self.dialect.skip, fields
                line = reader.line_num + 1

    def _fitting(self) -> Iterator[tuple[int, list[str]]]:
        return (row for row in self._records() if len(row[1]) == len(self.header))

    def _misread(self, columns: dict[str, pa.ChunkedArray]) -> bool:
        """Whether cells hold what reading quotes wrongly leaves: backslashes before quotes, a separator over lines."""
        if not self.text.quotes or sum(column.nbytes for column in columns.values()) > SCANNED:
            return False
        return any(
            _any(pc.match_substring(column, '\\"'))
            or _any(pc.match_substring_regex(column, '^ +"'))
            or _any(pc.and_(pc.match_substring(column, "\n"), pc.match_substring(column, self.dialect.delimiter)))
            for column in columns.values()
        )

    def _better_dialect(self) -> Dialect:
        """The dialect under which the fewest rows are broken; the present one where none is better."""
        with self.text.open() as opened:
            lines = opened.read(LOOKED_AT).splitlines(keepends=True)[self.dialect.skip :]
        present = self.dialect
        broken = {present: _broken(present, lines, len(self.header))}
        for other in (replace(present, escaped=True), replace(present, spaced=True), replace(present, quoted=False)):
            if other.quoted or not _encloses(other, lines):
                broken[other] = _broken(other, lines, len(self.header))
        best = min(broken, key=lambda each: broken[each])  # of equals the first
        if best.escaped and not present.escaped:
            first = next((line for line in lines if '\\"' in line), "")
            self.findings.note(self.text.file, f"quotes escaped by backslashes, first in {shown(first.strip())}")
        elif not best.quoted:
            first = next((line for line in lines if '"' in line), "")
            self.findings.note(self.text.file, f"quotes as letters like others, first in {shown(first.strip())}")
        return best

    def _widen(self) -> None:
        """Take on a field that all rows have more than the header: an empty last one, or a first that numbers them."""
        rows = [fields for (_, fields), _ in zip(self._records(), range(1000), strict=False)]
        if self.names is not None or any(len(fields) != len(self.header) + 1 for fields in rows):
            return
        if not any(fields[-1].strip() for fields in rows):
            self.header = [*self.header, ""]
            self.findings.note(self.text.file, f"a separator at the end of each row, first {shown(','.join(rows[0]))}")
        elif all(fields[0].strip().isdigit() for fields in rows) and len({fields[0] for fields in rows}) == len(rows):
            self.header = ["", *self.header]
            self.findings.note(self.text.file, f"a row number before each row, first {shown(','.join(rows[0]))}")


def columns_length(columns: dict[str, pa.ChunkedArray]) -> int:
    """The number of rows of columns of one length."""
    return len(next(iter(columns.values()))) if columns else 0


def read_sequences(file: Path, findings: Findings) -> Table | None:
    """Read a file with a line a user: the user and then the items, with blanks between.

    Parameters
    ----------
    file
        The file.
    findings
        Is told so.

    Returns
    -------
    Table or None
        `user` and `item`, which holds all of a line; None where the lines are of another form.
    """
    text = open_text(file, findings)
    first = [line.split() for line in text.head().split("\n", 50)[:50] if line.strip()]
    widths = {len(fields) for fields in first}
    mixed = any(re.search(r"[,;|]|::", field) for fields in first for field in fields)
    if mixed or not first or min(widths) < 2 or max(widths) < 4 or (len(widths) == 1 and max(widths) == 4):
        return None
    if any(plain(field) in NAMES for field in first[0]):
        return None
    with text.open() as opened:
        lines = [(number, line.split()) for number, line in enumerate(opened, 1) if line.strip()]
    users, items = [fields[0] for _, fields in lines], [" ".join(fields[1:]) for _, fields in lines]
    return Table(file, {"user": text_column(users), "item": text_column(items)}, lambda: iter(lines))


def read_double_colon(file: Path, names: Sequence[str], findings: Findings) -> Table:
    """Read a file of MovieLens' form `a::b::c`: no header, no quoting, UTF-8 or Latin-1.

    Parameters
    ----------
    file
        The file.
    names
        Its columns.
    findings
        Gets the rows with too few or too many fields.

    Returns
    -------
    Table
    """
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    rows, kept = [], []
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split("::")
        if len(fields) == len(names):
            rows.append(fields)
            kept.append(number)
        elif line:
            findings.bad.append(BadRow(file, number, f"{'short' if len(fields) < len(names) else 'long'} row", fields))
    cells = list(zip(*rows, strict=True)) or [()] * len(names)
    columns = {name: text_column(column) for name, column in zip(names, cells, strict=True)}
    return Table(file, columns, lambda: zip(kept, rows, strict=True))


# ---- what separates fields


def _separator(text: TextFile, findings: Findings) -> Dialect:
    """The dialect by how the file begins; told where its suffix promises another."""
    head = text.head()
    lines = head.splitlines(keepends=True)
    if told := SEPARATOR_LINE.fullmatch(lines[0]) if lines else None:
        findings.note(text.file, f"separated by {WORDS.get(told[1], repr(told[1]))}, as its first line says")
        return Dialect(told[1], skip=1)
    suffixes = [suffix.lower() for suffix in text.file.suffixes]
    expected = "\t" if ".tsv" in suffixes else ","
    lines = [line for line in lines[: len(lines) if len(lines) == 1 else -1] if line.strip()][:200]
    scores = {
        delimiter: score
        for delimiter in dict.fromkeys((expected, *SEPARATORS))
        if (score := _separates(delimiter, lines)) is not None
    }
    if not scores and ".txt" in suffixes and (score := _separates(" ", lines)) is not None:
        scores = {" ": score}
    best = max(scores, key=lambda each: scores[each], default=expected)
    if best != expected:
        findings.note(text.file, f"separated by {WORDS[best]}, first line {shown(lines[0].strip())}")
    return Dialect(best)


def _separates(delimiter: str, lines: Sequence[str]) -> tuple[int, float, int] | None:
    """How well a character separates lines: known names in the first, likeness of lengths, fields; None: not at all."""
    rows = []
    with suppress(csv.Error):
        rows = [fields for fields in Dialect(delimiter).rows(lines) if fields]
    if not rows or len(rows[0]) < 2:
        return None
    width, often = Counter(map(len, rows)).most_common(1)[0]
    if width < 2 and len(rows) > 1:
        return None
    return sum(plain(cell) in NAMES for cell in rows[0]), often / len(rows), width


# ---- what quotes mean


def _broken(dialect: Dialect, lines: Sequence[str], width: int) -> int:
    """How many rows contradict the dialect: other numbers of fields, a quote in the wrong place, a record in a cell."""
    reader = dialect.rows(lines, strict=True)
    broken = 0
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return broken
        except csv.Error:
            broken += 1
            continue
        if fields and len(fields) != width:
            broken += 1
        elif dialect.quoted:
            # a cell over lines that reads as records of its own, or that keeps the backslash of an escape
            broken += any(
                (not dialect.escaped and '\\"' in cell)
                or (cell.startswith(" ") and cell.strip()[:1] + cell.strip()[-1:] == '""')
                or any(line.count(dialect.delimiter) >= width - 1 for line in cell.split("\n")[1:-1])
                for cell in fields
            )


def _encloses(dialect: Dialect, lines: Sequence[str]) -> bool:
    """Whether fields that begin with a quote mostly end with one, so that quotes do enclose."""
    begins = ends = 0
    for fields in dialect.rows(lines):
        for cell in fields:
            if cell.startswith('"'):
                begins += 1
                ends += cell.endswith('"') and len(cell) > 1
    return ends * 2 > begins


def _cleaned(header: Sequence[str]) -> list[str]:
    """Names of a header without blanks and quotes around them; "" for an index that pandas or R wrote."""
    names = [normal_id(name) for name in header]
    names = [normal_id(name[1:-1]) if len(name) > 1 and name[0] == name[-1] == '"' else name for name in names]
    return ["" if re.fullmatch(r"Unnamed: \d+", name) else name for name in names]


def _any(flags: pa.ChunkedArray) -> bool:
    return bool(pc.any(flags).as_py())
