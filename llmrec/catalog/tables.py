"""Rows as columns of text, and the readers of records (JSON, JSON lines, Parquet) that make them.

All cells are text, "" where empty: typing is the business of whoever knows what a column means, and ids must
never pass through a number. Columns are pyarrow arrays, so that a file of millions of events stays cheap.
"""

import ast
import json
import math
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as arrow_parquet

from llmrec.catalog.quarantine import BadRow, Findings, counted, shown
from llmrec.catalog.text_files import (
    REPLACEMENT,
    SURROGATE,
    check_unpacked,
    first_line,
    open_text,
)
from llmrec.catalog.types import normal_name
from llmrec.errors import CatalogError

Locator = Callable[[], Iterator[tuple[int, Sequence[str]]]]
"""Yields (line, fields) of each row that the table holds, in its order."""

LIST_SEPARATOR = "|"
WRAPPED = frozenset(
    {"items", "data", "rows", "records", "results", "products", "interactions", "events", "ratings", "reviews", "docs"}
)
"""Keys under which an object holds the array that is the table."""
MOST_PARTS = 100_000
"""Parts of one cell of a Parquet file that are read."""
PLAIN_JSON = json.JSONDecoder()
PER_SECOND = {"s": 1, "ms": 1000, "us": 1_000_000, "ns": 1_000_000_000}
EPOCHS = 1e11
"""Seconds from which on a number is taken for milliseconds."""
YEAR_1, YEAR_10000 = -62_135_596_800, 253_402_300_800
"""Seconds between which a moment has a date of four digits."""
EXTENDED = frozenset(
    {"$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$uuid", "$symbol"}
)
"""Keys of the objects that MongoDB writes in the place of single values."""
NOT_LITERAL = (ValueError, SyntaxError, RecursionError, MemoryError, TypeError)
"""What Python raises where a text is no literal."""


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
    decimal
        What most likely stands before the tenths of a number: a comma in files that are separated by semicolons.
    words
        Columns that the file declares to be words, whatever they look like.
    """

    file: Path
    columns: Mapping[str, pa.ChunkedArray]
    locate: Locator
    decimal: str = "."
    words: frozenset[str] = frozenset()

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


def check_names(names: Iterable[str], place: Path) -> None:
    """Refuse names of columns that are one under `normal_name`; raises `CatalogError`, which names them."""
    seen: dict[str, str] = {}
    for name in names:
        form = normal_name(name)
        if form in seen and form:
            how = f"{name!r} more than once" if seen[form] == name else f"{seen[form]!r} again as {name!r}"
            raise CatalogError(f"{place} has the column {how}; rename one of them")
        seen[form] = name


def read_json(file: Path, findings: Findings) -> Table:
    """Read a file of JSON objects: one a line, in one array, or in one object that names the array.

    Lines that are no JSON but dicts as Python writes them are read, too.

    Parameters
    ----------
    file
        The file; it may be packed.
    findings
        Gets the lines that hold no object, and is told of what is no JSON lines.

    Returns
    -------
    Table
        A column a key; lists become `a|b`, null becomes "".

    Raises
    ------
    CatalogError
        Where it is empty or holds no object.
    """
    text = open_text(file, findings)
    with text.open() as opened:
        whole = opened.read()
    start = whole.lstrip()[:1]
    if not start:
        raise CatalogError(f"{file} is empty; it needs a JSON object a line")
    found = None
    doubled: Counter[str] = Counter()
    decoder = _decoder(doubled)
    lines = whole.strip().split("\n", 1)
    if start == "[" or (start == "{" and (len(lines) == 1 or not isinstance(_parsed(lines[0]), dict))):
        found = _array(_parsed(whole, decoder))
    if found is not None:
        if file.suffixes and ".jsonl" in file.suffixes:
            findings.note(file, "one JSON array in place of lines")
        records = [(number, "", record) for number, record in enumerate(found, 1)]
    else:
        if start == "[" and _parsed(lines[0]) is None:
            raise CatalogError(f"{file} {_damage(whole)}; write it again, as an array or as one JSON object a line")
        records = _lines(whole, file, findings, decoder)
    for name, count in doubled.items():
        findings.warnings.append(
            f"{file.name}: {counted(count, 'object')} with the key {shown(name)} more than once: the last one counts"
        )
    good: list[dict[str, Any]] = []
    kept: list[tuple[int, list[str]]] = []
    for number, line, record in records:
        if isinstance(record, dict):
            good.append({str(name): value for name, value in record.items()})
            kept.append((number, [line or json_text(record)]))
        else:
            findings.bad.append(BadRow(file, number, "not a JSON object", [line or json_text(record)]))
    if not good:
        raise CatalogError(f"{file} holds no JSON object; it needs one a line, or an array of them")
    names = dict.fromkeys(name for record in good for name in record)
    check_names(names, file)
    columns: dict[str, pa.ChunkedArray] = {}
    broken = 0
    for name in names:
        cells = [json_text(record.get(name)) for record in good]
        broken += sum(SURROGATE.search(cell) is not None for cell in cells)
        columns[SURROGATE.sub(REPLACEMENT, name).strip()] = text_column(cells)
    if broken:
        findings.note(file, f"halves of characters replaced in {counted(broken, 'cell')}")
    return Table(file, columns, lambda: iter(kept))


def _lines(whole: str, file: Path, findings: Findings, decoder: json.JSONDecoder) -> list[tuple[int, str, Any]]:
    """Number, text and value of each line; None for one that is neither JSON nor a Python literal."""
    records: list[tuple[int, str, Any]] = []
    literal = ""
    for number, raw in enumerate(whole.split("\n"), 1):
        line = raw.strip()
        if not line:
            continue
        record = _parsed(line, decoder)
        if record is None and line[0] == "{":
            with suppress(*NOT_LITERAL):
                record = ast.literal_eval(line)
                literal = literal or line
        records.append((number, line, record))
    if literal:
        findings.note(file, f"Python dicts in place of JSON, first {shown(literal)}")
    return records


def _decoder(doubled: Counter[str]) -> json.JSONDecoder:
    """Reads JSON with MongoDB's single values plain, and counts the objects that have a key twice."""

    def held(pairs: list[tuple[str, Any]]) -> Any:
        if len(pairs) == 1 and pairs[0][0] in EXTENDED:
            return _plain_value(*pairs[0])
        found = dict(pairs)
        if len(found) < len(pairs):
            doubled.update({name for name, count in Counter(name for name, _ in pairs).items() if count > 1})
        return found

    return json.JSONDecoder(object_pairs_hook=held)


def _parsed(text: str, decoder: json.JSONDecoder = PLAIN_JSON) -> Any:
    """The value of a JSON text; None where it is none."""
    try:
        return decoder.decode(text)
    except (ValueError, RecursionError):
        return None


def _plain_value(kind: str, value: Any) -> Any:
    """The value of one of MongoDB's objects; dates that are milliseconds as seconds."""
    with suppress(ValueError, TypeError, OverflowError):
        if kind == "$date" and not isinstance(value, bool):
            return int(value) / 1000
        if kind in ("$numberLong", "$numberInt"):
            return int(value)
    return value


def _damage(text: str) -> str:
    """What is wrong with a text that is no JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        if text[error.pos :].strip() and not error.msg.startswith("Unterminated"):
            return f"is no JSON from line {error.lineno} on ({error.msg}, at {shown(text[error.pos :].strip()[:40])})"
        return f"is cut off in line {error.lineno}, after {shown(text.rstrip()[-20:])}"
    except (ValueError, RecursionError) as error:
        return f"is JSON that cannot be read ({first_line(error)})"
    return "is no array of JSON objects"


def _array(value: Any) -> list[Any] | None:
    """The records of a JSON value: an array, the one in an object, pandas' columns by row, objects by their id."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    arrays = [name for name, held in value.items() if isinstance(held, list) and held and isinstance(held[0], dict)]
    named = [name for name in arrays if len(value) == 1 or name.casefold() in WRAPPED]
    if len(named) == 1:
        return list(value[named[0]])
    columns = [held for held in value.values() if isinstance(held, dict)]
    if not columns or len(columns) != len(value):
        return [value]
    if records := _records_by_id(value):
        return records
    if all(held.keys() == columns[0].keys() for held in columns):
        return [{name: held[row] for name, held in value.items()} for row in columns[0]]
    return [value]


def _records_by_id(value: Mapping[str, Mapping[str, Any]]) -> list[Any] | None:
    """The records of an object whose keys are ids; None of one whose keys are columns."""
    from llmrec.catalog.columns import ITEMS, NAMES, plain  # which knows tables

    inner = {plain(str(name)) for held in value.values() for name in held}
    if not inner & NAMES or any(plain(str(name)) in NAMES for name in value):
        return None
    if inner & {plain(name) for name in ITEMS["item_id"]}:
        return list(value.values())
    return [{"item_id": name, **held} for name, held in value.items()]


def read_parquet(file: Path, findings: Findings, only: Sequence[str] | None = None) -> Table:
    """Read a Parquet file, or a folder of the parts of one.

    Parameters
    ----------
    file
        The file or folder.
    findings
        Is told of columns and numbers that are left out.
    only
        The columns wanted; default: all.

    Returns
    -------
    Table
        Dates and times become unix seconds.

    Raises
    ------
    CatalogError
        Where the file is damaged, or names a column twice.
    """
    try:
        if file.is_file():
            check_names(arrow_parquet.read_schema(file).names, file)
        table = _unpacked(file, None if only is None else list(only))
        wanted = table.column_names
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        if isinstance(error, PermissionError):
            raise
        raise CatalogError(f"{file} cannot be read as parquet: {first_line(error)}") from error
    check_names(wanted, file)
    columns = {}
    for name in wanted:
        try:
            _check_lists(table.column(name))
            columns[name] = arrow_text(table.column(name))
        except (pa.ArrowException, ValueError, OverflowError) as error:
            findings.note(file, f"column {name!r} ({table.column(name).type}) left out: {first_line(error)}")
            continue
        if pa.types.is_floating(table.column(name).type):
            numbers = table.column(name).cast(pa.float64())
            lacking = pc.sum(pc.invert(pc.is_finite(numbers.drop_null()))).as_py()
            if lacking:
                findings.note(file, f"{counted(lacking, 'cell')} of column {name!r} left empty: not finite")

    def records() -> Iterator[tuple[int, list[str]]]:
        rows = zip(*(column.to_pylist() for column in columns.values()), strict=True)
        return ((number, list(fields)) for number, fields in enumerate(rows, 1))

    return Table(file, columns, records)


def _unpacked(file: Path, only: list[str] | None) -> pa.Table:
    """A Parquet file, or all parts in a folder, no further than it may hold: one value can stand for a billion rows."""
    remedy = "if it is what it should be, write it in several parts, in a folder"
    for part in [file] if file.is_file() else file.rglob("*.parquet"):
        shape = arrow_parquet.read_metadata(part)
        check_unpacked(shape.num_rows * shape.num_columns, part, remedy)  # a cell is a byte or more
        texts = [field.name for field in arrow_parquet.read_schema(part) if pa.types.is_string(field.type)]
        with arrow_parquet.ParquetFile(part, read_dictionary=texts) as opened:
            size = 0
            for name in texts if only is None else set(texts) & {*only}:
                for block in opened.iter_batches(columns=[name]):
                    words = block.column(0)
                    each = pc.take(pc.binary_length(words.dictionary), words.indices)
                    size += pc.sum(each).as_py() or 0
                    check_unpacked(size, part, remedy)
    return arrow_parquet.read_table(file, columns=only)


def _check_lists(column: pa.ChunkedArray) -> None:
    """Refuse what is no value of an item or an event, and would be minutes of work: a waveform, an embedded table."""
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        longest = pc.max(pc.list_value_length(column)).as_py() or 0
        if longest > MOST_PARTS:
            raise ValueError(f"a cell is a list of {longest:,}; {MOST_PARTS:,} are read at most")


def arrow_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Turn a typed column into text: times as ISO 8601 in UTC, durations in seconds, lists as `a|b`, null as "".

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
    if isinstance(kind, pa.BaseExtensionType):  # UUIDs, and the periods and intervals of pandas
        return text_column(json_text(value) for value in column.to_pylist())
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _time_text(column)
    if pa.types.is_duration(kind):
        column = pc.divide(column.cast(pa.int64()).cast(pa.float64(), safe=False), PER_SECOND[kind.unit])
        kind = column.type
    if pa.types.is_float16(kind):  # which has no arithmetic; its own digits, not those of the nearest double
        cells = (None if cell is None else float(str(np.float16(cell))) for cell in column.to_pylist())
        column = pa.chunked_array([list(cells)], pa.float64())
        kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_finite(column), column, None)
        # ids that met a missing value in pandas come as 12.0: whole numbers lose the point again
        if pc.all(pc.equal(column, pc.floor(column))).as_py():
            small = pc.less(pc.abs(column), 2.0**63)
            whole = pc.if_else(small, column, None).cast(pa.int64()).cast(pa.string())
            return pc.fill_null(pc.coalesce(whole, column.cast(pa.string())), "")
    if pa.types.is_fixed_size_binary(kind) and kind.byte_width == 16:
        cells = column.to_pylist()
        if not all(cell is None or (cell.isascii() and cell.decode().isprintable()) for cell in cells):
            return text_column(str(uuid.UUID(bytes=cell)) if cell else "" for cell in cells)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return text_column((cell or b"").decode(errors="replace") for cell in column.to_pylist())
    if pa.types.is_nested(kind):
        return text_column(json_text(value) for value in column.to_pylist())
    return pc.fill_null(column.cast(pa.string()), "")


def _time_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as files write them: a day alone where no time of day is told, unix seconds where parts of one are."""
    kind = column.type
    if pa.types.is_date32(kind):
        column, per_second = pc.multiply(column.cast(pa.int32()).cast(pa.int64()), 86400), 1
    elif pa.types.is_date64(kind):
        column, per_second = column.cast(pa.int64()), 1000
    else:
        column, per_second = column.cast(pa.int64()), PER_SECOND[kind.unit]
    seconds = pc.divide(column, per_second)
    dated = pc.and_(pc.greater_equal(seconds, YEAR_1), pc.less(seconds, YEAR_10000))
    midnight = pc.all(pc.equal(pc.multiply(pc.divide(seconds, 86400), 86400), seconds)).as_py()
    moments = pc.if_else(dated, seconds, None).cast(pa.timestamp("s"))
    if not pc.all(pc.equal(pc.multiply(seconds, per_second), column)).as_py():
        parts = pc.round(pc.divide(column.cast(pa.float64(), safe=False), float(per_second)), 6)
        if pc.all(pc.less(pc.abs(parts), EPOCHS)).as_py():
            return pc.fill_null(parts.cast(pa.string()), "")
        moments = pc.if_else(dated, column, None).cast(pa.timestamp(kind.unit)).cast(pa.timestamp("us"), safe=False)
        midnight = False
    texts = pc.strftime(moments, "%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S")
    return pc.fill_null(pc.coalesce(texts, seconds.cast(pa.string())), "")


def json_text(value: Any) -> str:
    """A value as a cell: lists of words as `a|b`, other lists and objects as JSON, None and NaN as ""."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if isinstance(value, list | tuple):
        if any(isinstance(part, dict | list) or (isinstance(part, str) and LIST_SEPARATOR in part) for part in value):
            return json.dumps(value, ensure_ascii=False, default=str)
        return LIST_SEPARATOR.join(json_text(part) for part in value)
    return (
        json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, dict | bool | int | float)
        else str(value)
    )


def text_column(cells: Iterable[str]) -> pa.ChunkedArray:
    """Cells as a column; halves of characters, which UTF-8 has no form for, are replaced."""
    column = list(cells)
    try:
        return pa.chunked_array([column], pa.string())
    except UnicodeEncodeError:
        return pa.chunked_array([[SURROGATE.sub(REPLACEMENT, cell) for cell in column]], pa.string())
