"""Reads a catalogue folder: layout -> tables -> checked items and histories, bad rows aside."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llmrec.catalog.quarantine import Findings, quarantine_file, unreadable_file, unreadable_media
from llmrec.catalog.types import Catalog
from llmrec.errors import CatalogError


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
    attributes
        Names of the items' attributes, in the order in which the text encoder reads them.
    quarantined
        Reason -> number of rows left out.
    quarantine_file
        Where those rows lie; None without any.
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
    attributes: Sequence[str]
    quarantined: Mapping[str, int]
    quarantine_file: Path | None
    warnings: Sequence[str]
    unreadable: Mapping[str, int]
    unreadable_file: Path | None

    def to_dict(self) -> dict[str, Any]:
        """Return the report for JSON: paths as text."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}


def load_catalog(path: Path, quarantine: Path | None = None, reader: str | None = None) -> Catalog:
    """Read the catalogue in a folder of any layout that llmrec or an installed plug-in knows.

    Parameters
    ----------
    path
        The folder.
    quarantine
        File (JSON lines) that gets the bad rows, while the rest goes on; default: `quarantine_file(path)`.
    reader
        Name or import path of the reader; default: the first whose patterns fit (see `layouts.find_reader`).

    Returns
    -------
    Catalog

    Raises
    ------
    CatalogError
        Where the folder is no catalogue or no row is valid.
    UnknownPlugin
        Where there is no such reader.
    StorageError
        Where the quarantine file cannot be written.
    """
    return _read(path, quarantine, reader)[0]


def check(path: Path, quarantine: Path | None = None, reader: str | None = None) -> Report:
    """Read a catalogue as `load_catalog` does and report on it.

    Parameters
    ----------
    path
        The folder.
    quarantine, reader
        As for `load_catalog`.

    Returns
    -------
    Report

    Raises
    ------
    CatalogError, StorageError, UnknownPlugin
        As `load_catalog` does.
    """
    return _read(path, quarantine, reader)[1]


def _read(path: Path, quarantine: Path | None, reader: str | None) -> tuple[Catalog, Report]:
    # pyarrow takes a third of a second to import: only who reads a catalogue pays
    from llmrec.catalog.interactions import build_histories
    from llmrec.catalog.items import build_items, media_coverage, read_labels
    from llmrec.catalog.layouts import find_reader

    layout, read = find_reader(path, reader)
    findings = Findings()
    quarantine = quarantine or quarantine_file(path)
    try:
        source = read(path, findings)
        if isinstance(source, Catalog):
            items, histories, has_events = source.items, dict(source.histories), bool(source.histories)
        else:
            items, histories, has_events = build_items(source.items, path, findings), {}, source.events is not None
            if source.events is not None:
                histories = build_histories(source.events, [item.id for item in items], findings)
        if not has_events:
            findings.warnings.append("no interactions file: only queries in words and new users can be served")
        labels = read_labels(path, items, findings) or getattr(source, "labels", ())
    except OSError as error:
        raise CatalogError(f"{error.filename or path} cannot be read: {error.strerror or error}") from error
    finally:
        findings.write(quarantine)  # also where no row was valid: the file says why
    catalog = Catalog(source.name, items, histories, labels)
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
        attributes=list(dict.fromkeys(name for item in items for name in item.attributes)),
        quarantined=findings.by_reason(),
        quarantine_file=quarantine if findings.bad else None,
        warnings=findings.warnings,
        unreadable=unreadable_media(path),
        unreadable_file=unreadable_file(path) if unreadable_file(path).is_file() else None,
    )
    return catalog, report
