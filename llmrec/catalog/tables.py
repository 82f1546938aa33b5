"""Reads one file of rows (csv, tsv, `::`, jsonl, parquet) into columns of text, and finds a row's line again.

All cells are text, "" where empty: typing is the business of whoever knows what a column means, and ids must
never pass through a number. Columns are pyarrow arrays, so that a file of millions of events stays cheap.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as arrow_parquet

from llmrec.catalog.quarantine import BadRow, Findings
from llmrec.errors import CatalogError

Locator = Callable[[], Iterator[tuple[int, Sequence[str]]]]
"""Yields (line, fields) of each row that the table holds, in its order."""

BLOCK = 1 << 24  # bytes pyarrow reads at once; a row longer than that is an error, so well above its 1 MB default
LIST_SEPARATOR = "|"


@dataclass(frozen=True)
class Table:
    """One file's rows as columns of text, all of one length.

    Parameters
    ----------
    file
        Where they come from, for messages.
    columns
        Name -> cells, "" where empty.
    locate
        Yields each row's line and fields as they stand in the file.
    """

    file: Path
    columns: Mapping[str, pa.ChunkedArray]
    locate: Locator

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def texts(self, name: str) -> list[str]:
        """Return the cells of one column."""
        cells: list[str] = self.columns[name].to_pylist()
        return cells

    def renamed(self, names: Mapping[str, str]) -> "Table":
        """Return the same rows with other column names.

        Parameters
        ----------
        names
            Old -> new. Columns that are not named here are left out, names that the file lacks are passed over.

        Returns
        -------
        Table
            Its columns in the order of `names`.
        """
        columns = {new: self.columns[old] for old, new in names.items() if old in self.columns}
        return replace(self, columns=columns)

    def reject(self, rows: Mapping[int, str], findings: Findings) -> None:
        """Report rows as bad, with the line and the fields they have in the file.

        Parameters
        ----------
        rows
            Row number, from 0 -> why.
        findings
            Gets them.
        """
        left = len(rows)
        if not left:
            return
        for number, (line, fields) in enumerate(self.locate()):
            if number in rows:
                findings.bad.append(BadRow(self.file, line, rows[number], fields))
                left -= 1
                if not left:
                    return


def read_delimited(
    file: Path,
    delimiter: str,
    findings: Findings,
    *,
    names: Sequence[str] | None = None,
    only: Sequence[str] | None = None,
    quoted: bool = True,
    encoding: str = "utf-8",
) -> Table:
    """Read a csv or tsv file.

    Parameters
    ----------
    file
        The file.
    delimiter
        One character.
    findings
        Gets the rows with too few or too many fields.
    names
        The columns of a file without a header line.
    only
        The columns wanted; default: all.
    quoted
        Whether double quotes enclose fields.
    encoding
        Of the text; a byte order mark is passed over.

    Returns
    -------
    Table

    Raises
    ------
    CatalogError
        Where the file is no such text, or names a column twice.
    """
    header = list(names) if names else first_row(file, delimiter, quoted=quoted, encoding=encoding)
    doubled = {name for name in header if header.count(name) > 1}
    if doubled:
        raise CatalogError(f"{file} has the column {min(doubled)!r} more than once; rename one of them")
    wanted = [name for name in header if only is None or name in only]
    skipped = 0

    def skip(_: object) -> str:
        nonlocal skipped
        skipped += 1
        return "skip"

    try:
        table = arrow_csv.read_csv(
            file,
            read_options=arrow_csv.ReadOptions(
                column_names=names,
                encoding=encoding,
                block_size=BLOCK,
                # the handler of bad rows is Python: one thread calls it
                use_threads=False,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                invalid_row_handler=skip,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted
            ),
        )
    except pa.ArrowInvalid as error:
        raise CatalogError(f"{file} cannot be read as {encoding} text: {_first_line(error)}") from error

    def records() -> Iterator[tuple[int, list[str]]]:
        return csv_records(file, delimiter, header=names is None, quoted=quoted, encoding=encoding)

    if skipped:
        for line, fields in records():
            if len(fields) != len(header):
                findings.bad.append(
                    BadRow(file, line, f"{'short' if len(fields) < len(header) else 'long'} row", fields)
                )
    columns = {name: table.column(name) for name in wanted}
    return Table(file, columns, lambda: (row for row in records() if len(row[1]) == len(header)))


def csv_records(
    file: Path, delimiter: str, *, header: bool, quoted: bool, encoding: str
) -> Iterator[tuple[int, list[str]]]:
    """Iterate over the records of a delimited file, as pyarrow does: without blank lines.

    Parameters
    ----------
    file, delimiter, quoted, encoding
        As for `read_delimited`.
    header
        Whether the first record names the columns.

    Yields
    ------
    tuple of (int, list of str)
        The line that the record starts on, from 1, and its fields.
    """
    csv.field_size_limit(BLOCK)  # the module's default of 128 kB is below what pyarrow takes
    with file.open(encoding=_with_bom(encoding), newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        line = 1
        for fields in reader:
            if fields:
                if header:
                    header = False
                else:
                    yield line, fields
            line = reader.line_num + 1


def first_row(file: Path, delimiter: str, *, quoted: bool = True, encoding: str = "utf-8") -> list[str]:
    """Return the fields of the first row that is not blank.

    Parameters
    ----------
    file, delimiter, quoted, encoding
        As for `read_delimited`.

    Returns
    -------
    list of str

    Raises
    ------
    CatalogError
        Where there is none, or the file is no text of that encoding.
    """
    try:
        records = csv_records(file, delimiter, header=False, quoted=quoted, encoding=encoding)
        fields = next((fields for _, fields in records), None)
    except UnicodeDecodeError as error:
        raise CatalogError(f"{file} is not {encoding} text; save it as {encoding}") from error
    if fields is None:
        raise CatalogError(f"{file} is empty; it needs a header line and rows")
    return fields


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
    lines = text.splitlines()
    rows, kept = [], []
    for number, line in enumerate(lines, 1):
        fields = line.split("::")
        if len(fields) == len(names):
            rows.append(fields)
            kept.append(number)
        elif line:
            findings.bad.append(BadRow(file, number, f"{'short' if len(fields) < len(names) else 'long'} row", fields))
    columns = [pa.chunked_array([list(cells)], pa.string()) for cells in zip(*rows, strict=True)] or [
        pa.chunked_array([[]], pa.string()) for _ in names
    ]
    return Table(file, dict(zip(names, columns, strict=True)), lambda: zip(kept, rows, strict=True))


def read_jsonl(file: Path, findings: Findings) -> Table:
    """Read a file of one JSON object a line.

    Parameters
    ----------
    file
        The file.
    findings
        Gets the lines that hold none.

    Returns
    -------
    Table
        A column a key; lists become `a|b`, null becomes "".
    """
    records: list[dict[str, Any]] = []
    kept: list[tuple[int, list[str]]] = []
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip()
            if not line:
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                record = None
            if isinstance(record, dict):
                records.append(record)
                kept.append((number, [line]))
            else:
                findings.bad.append(BadRow(file, number, "not a JSON object", [line]))
    names = dict.fromkeys(name for record in records for name in record)
    columns = {name: _text_column(json_text(record.get(name)) for record in records) for name in names}
    return Table(file, columns, lambda: iter(kept))


def read_parquet(file: Path, only: Sequence[str] | None = None) -> Table:
    """Read a Parquet file.

    Parameters
    ----------
    file
        The file.
    only
        The columns wanted; default: all.

    Returns
    -------
    Table
        Dates and times become unix seconds.

    Raises
    ------
    CatalogError
        Where the file is damaged.
    """
    try:
        schema = arrow_parquet.read_schema(file)
        wanted = [name for name in schema.names if only is None or name in only]
        table = arrow_parquet.read_table(file, columns=wanted)
    except pa.ArrowInvalid as error:
        raise CatalogError(f"{file} cannot be read as parquet: {_first_line(error)}") from error
    columns = {name: arrow_text(table.column(name)) for name in wanted}

    def records() -> Iterator[tuple[int, list[str]]]:
        rows = zip(*(column.to_pylist() for column in columns.values()), strict=True)
        return ((number, list(fields)) for number, fields in enumerate(rows, 1))

    return Table(file, columns, records)


def arrow_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Turn a typed column into text: dates and times as unix seconds, lists as `a|b`, null as "".

    Parameters
    ----------
    column
        Of any type.

    Returns
    -------
    pyarrow.ChunkedArray
        Of strings. Whole numbers have no point, as ids that met a missing value in pandas come as 12.0.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        micros = column.cast(pa.timestamp("us", tz=getattr(kind, "tz", None))).cast(pa.int64())
        column = pc.divide(micros.cast(pa.float64()), 1e6)
        kind = column.type
    if pa.types.is_floating(kind):
        # ids that met a missing value in pandas come as 12.0: whole numbers lose the point again
        whole = pc.and_(pc.is_finite(column), pc.less(pc.abs(column), 2.0**53))
        if pc.all(pc.equal(column, pc.floor(column)).filter(whole)).as_py():
            column = pc.if_else(whole, column, None).cast(pa.int64())
    if pa.types.is_nested(kind):
        return _text_column(json_text(value) for value in column.to_pylist())
    return pc.fill_null(column.cast(pa.string()), "")


def json_text(value: Any) -> str:
    """A value as a cell: lists as `a|b`, objects, numbers and truth values as JSON, None as ""."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return LIST_SEPARATOR.join(json_text(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | bool | int | float) else str(value)


def _text_column(cells: Iterable[str]) -> pa.ChunkedArray:
    return pa.chunked_array([list(cells)], pa.string())


def _with_bom(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".")
