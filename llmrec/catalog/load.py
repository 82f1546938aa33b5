"""Reads a catalogue folder: layout -> tables -> checked items and histories, bad rows aside."""

import csv
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmrec.catalog.quarantine import Findings, quarantine_file, unreadable_file, unreadable_media
from llmrec.catalog.types import Catalog, Repeats
from llmrec.errors import CatalogError, LlmrecError
from llmrec.registry import BUILT_IN

if TYPE_CHECKING:
    from llmrec.catalog.layouts import Reader, Source
    from llmrec.catalog.tables import Table

LOGGER = logging.getLogger("llmrec.catalog")
MOST_LEFT_OUT = 0.1
"""Share of a file's rows from which on leaving them out is asked about before a training is paid for."""


@dataclass(frozen=True)
class Report:
    """Counts and findings of one reading of a catalogue folder, as `llmrec data check` shows them.

    Attributes
    ----------
    name, path, layout
        The catalogue, its folder, and as which layout the folder was read.
    items, users
        How many there are.
    interactions
        Events kept: a user's repeats on one item count once.
    density
        interactions / (users x items); 0 without users.
    coverage
        Modality -> number of items that have it (text: that have a description).
    dates
        First and last day of the events, in UTC; None where they have none.
    attributes
        Names of the items' attributes, in the order in which the text encoder reads them.
    quarantined
        Reason -> number of rows left out.
    quarantine_file
        Where those rows lie; None without any.
    left_out
        A sentence for each reason and file: how many rows were left out, and the first of them.
    share_left_out
        File -> share of its rows that were left out, of the files that lost some.
    interpretations
        A sentence for each file of which something had to be found: its separator, encoding, columns, units.
    warnings
        Sentences on the catalogue as a whole.
    unreadable
        "modality: reason" -> number of items whose media could not be read when they were last encoded.
    unreadable_file
        Where those media are listed; None without any.
    """

    name: str
    path: Path
    layout: str
    items: int
    users: int
    interactions: int
    density: float
    coverage: Mapping[str, int]
    dates: tuple[str, str] | None
    attributes: Sequence[str]
    quarantined: Mapping[str, int]
    quarantine_file: Path | None
    left_out: Sequence[str]
    share_left_out: Mapping[str, float]
    interpretations: Sequence[str]
    warnings: Sequence[str]
    unreadable: Mapping[str, int]
    unreadable_file: Path | None

    def to_dict(self) -> dict[str, Any]:
        """Return the report for JSON: paths as text."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}

    def lines(self) -> list[str]:
        """Return all that whoever uses the catalogue should know, a sentence each: left out, interpreted, lacking."""
        where = [f"the rows left out lie in {self.quarantine_file}"] if self.quarantine_file else []
        return [*self.left_out, *where, *self.interpretations, *self.warnings]


def load_catalog(
    path: Path | str,
    quarantine: Path | None = None,
    reader: str | None = None,
    columns: Mapping[str, str | Sequence[str]] | str | None = None,
    *,
    most_left_out: float = 1.0,
    repeats: Repeats = "first",
) -> Catalog:
    """Read the catalogue in a folder of any layout that llmrec or an installed plug-in knows.

    What was left out and what had to be interpreted is told to the logger ``llmrec.catalog``, a line each.

    Parameters
    ----------
    path
        The folder.
    quarantine
        File (JSON lines) that gets the bad rows, while the rest goes on; default: `quarantine_file(path)`.
    reader
        Name or import path of the reader; default: the first whose patterns fit (see `layouts.find_reader`).
    columns
        Which column is which (see `columns.named_columns`); default: what is kept of the folder.
    most_left_out
        The share of a file's rows that may be left out.
    repeats
        What becomes of a user's further events with one item; see `Catalog.read`.

    Returns
    -------
    Catalog

    Raises
    ------
    CatalogError
        Where the folder is no catalogue, no row is valid, or more than `most_left_out` of a file's rows are not.
    UnknownPlugin
        Where there is no such reader.
    StorageError
        Where the quarantine file cannot be written.
    """
    path = Path(path)
    catalog, report = _read(path, quarantine, reader, columns, repeats)
    for line in report.lines():
        LOGGER.warning("%s", line)
    for file, share in report.share_left_out.items():
        if share > most_left_out:
            why = next((line for line in report.left_out if f" of {file} " in line), "")
            raise CatalogError(
                f"{share:.0%} of the rows of {path / file} would be left out ({why}; "
                f"all lie in {report.quarantine_file}); mend them, or pass `accept_losses` to go on without them",
                "accept_losses",
            )
    return catalog


def check(
    path: Path | str,
    quarantine: Path | None = None,
    reader: str | None = None,
    columns: Mapping[str, str | Sequence[str]] | str | None = None,
) -> Report:
    """Read a catalogue as `load_catalog` does and report on it.

    Parameters
    ----------
    path
        The folder.
    quarantine, reader, columns
        As for `load_catalog`.

    Returns
    -------
    Report

    Raises
    ------
    CatalogError, StorageError, UnknownPlugin
        As `load_catalog` does.
    """
    return _read(Path(path), quarantine, reader, columns)[1]


def read_items(path: Path, reader: str | None, findings: Findings) -> "tuple[Table, list[str], list[str]]":
    """Read the table of items alone, of a folder that `check` has read.

    Parameters
    ----------
    path, reader
        As for `load_catalog`.
    findings
        Has the names of columns.

    Returns
    -------
    tuple of (Table, list of str, list of str)
        The table, the id of each row, and the columns that are neither id nor words.

    Raises
    ------
    CatalogError
        Where the reader gives no table.
    """
    from llmrec.catalog.columns import ITEMS, column_as, normal_ids
    from llmrec.catalog.layouts import find_reader

    layout, read = find_reader(path, reader)
    source = _source(layout, read, path, findings)
    if isinstance(source, Catalog):
        raise CatalogError(f"{path} is read by {layout!r}, which gives no table of items to look for addresses in")
    known = {name: column_as(source.items, "item" if name == "item_id" else name, names, findings)[:1]
             for name, names in ITEMS.items()}  # fmt: skip
    assigned = {name for names in known.values() for name in names}
    ids: list[str] = normal_ids(source.items, known["item_id"][0], findings).to_pylist()
    return source.items, ids, [name for name in source.items.columns if name and name not in assigned]


def _source(layout: str, read: "Reader", path: Path, findings: Findings) -> "Source | Catalog":
    """What a reader gives; whatever goes wrong in one from outside is a sentence that names it."""
    from llmrec.catalog.layouts import Source

    try:
        source = read(path, findings)
    except Exception as error:
        if layout in BUILT_IN["reader"] or isinstance(error, LlmrecError):
            raise
        raise CatalogError(f"reader {layout!r} failed on {path} ({type(error).__name__}: {error})") from error
    if not isinstance(source, Source | Catalog):
        raise CatalogError(
            f"reader {layout!r} gave {type(source).__name__}; it has to give a Catalog, which `Catalog.from_pandas` "
            "makes, or a Source"
        )
    return source


def _read(
    path: Path,
    quarantine: Path | None,
    reader: str | None,
    columns: Mapping[str, str | Sequence[str]] | str | None = None,
    repeats: Repeats = "first",
) -> tuple[Catalog, Report]:
    # pyarrow takes a third of a second to import: only who reads a catalogue pays
    import pyarrow as pa

    from llmrec.catalog.columns import check_named, kept_columns, named_columns
    from llmrec.catalog.interactions import build_histories
    from llmrec.catalog.items import build_items, read_labels
    from llmrec.catalog.layouts import find_reader
    from llmrec.catalog.media import media_coverage
    from llmrec.catalog.text_files import first_line

    layout, read = find_reader(path, reader)
    names, file = (named_columns(columns), None) if columns else kept_columns(path)
    findings = Findings(columns=names)
    if file:
        findings.note(file, "which column is which is taken from it")
    quarantine = quarantine or quarantine_file(path)
    try:
        source = _source(layout, read, path, findings)
        rows = _rows(source, findings)
        if isinstance(source, Catalog):
            items, histories, has_events = source.items, dict(source.histories), bool(source.histories)
        else:
            items, histories, has_events = build_items(source.items, path, findings), {}, source.events is not None
            if source.events is not None:
                check_named(findings)
                histories = build_histories(source.events, [item.id for item in items], findings, repeats)
        check_named(findings)
        if not has_events:
            findings.warnings.append(
                "no interactions file: only queries in words and new users can be served" + _unread(path, source)
            )
        labels = read_labels(path, items, findings) or getattr(source, "labels", ())
    except OSError as error:
        raise CatalogError(f"{error.filename or path} cannot be read: {error.strerror or error}") from error
    except (pa.ArrowException, csv.Error, UnicodeError, OverflowError, RecursionError, MemoryError) as error:
        # a library met what none of the readers foresaw; the files are a user's, and may hold anything
        raise CatalogError(f"{path} cannot be read: {first_line(error)}") from error
    finally:
        findings.write(quarantine)  # also where no row was valid: the file says why
    keeps = repeats == "keep" or (isinstance(source, Catalog) and source.repeats)
    catalog = Catalog(source.name, items, histories, labels, repeats=keeps)
    interactions = sum(map(len, histories.values()))
    report = Report(
        name=catalog.name,
        path=path,
        layout=layout,
        items=len(items),
        users=len(histories),
        interactions=interactions,
        density=interactions / (len(histories) * len(items)) if histories else 0.0,
        coverage=media_coverage(items),
        dates=findings.dates,
        attributes=list(dict.fromkeys(name for item in items for name in item.attributes)),
        quarantined=findings.by_reason(),
        quarantine_file=quarantine if findings.bad else None,
        left_out=findings.left_out(),
        share_left_out={name: count / max(count, rows.get(name, 0)) for name, count in findings.by_file().items()},
        interpretations=findings.interpretations(),
        warnings=findings.warnings,
        unreadable=unreadable_media(path),
        unreadable_file=unreadable_file(path) if unreadable_file(path).is_file() else None,
    )
    return catalog, report


def _unread(path: Path, source: Any) -> str:
    """Of a folder without events, the tables that may hold them under another name; "" where there is none."""
    from llmrec.catalog.items import LABELS_FILE
    from llmrec.catalog.layouts import SUFFIXES
    from llmrec.catalog.text_files import without_packing

    read = {LABELS_FILE, source.items.file.name} if hasattr(source.items, "file") else {LABELS_FILE}
    others = sorted(
        file.name
        for file in path.iterdir()
        if Path(without_packing(file.name)).suffix.lower() in SUFFIXES and file.name not in read
    )
    named = f"{', '.join(others[:5])}, …" if len(others) > 5 else ", ".join(others)
    return f" (not read: {named}; call the file of events interactions.csv)" if others else ""


def _rows(source: Any, findings: Findings) -> dict[str, int]:
    """File -> its number of rows, those among them that were no rows at all."""
    rows = Counter(findings.by_file())
    for table in (getattr(source, "items", None), getattr(source, "events", None)):
        if table is not None and hasattr(table, "file"):
            rows[table.file.name] += len(table)
    return dict(rows)
