"""Reads a catalogue folder: layout -> tables -> checked items and histories, bad rows aside."""

from pathlib import Path

from llmrec.catalog.findings import Findings
from llmrec.catalog.report import Report
from llmrec.catalog.types import Catalog
from llmrec.catalog.unreadable import quarantine_file, unreadable_file, unreadable_media
from llmrec.errors import CatalogError


def load_catalog(path: Path, quarantine: Path | None = None) -> Catalog:
    """The catalogue in a folder of any layout that llmrec reads (see `layouts.LAYOUTS`).

    Bad rows go to the file `quarantine` (JSON lines; default: below `home()/quarantine`), the rest goes on.
    Raises `CatalogError` where the folder is no catalogue or no row is valid, `StorageError` where the
    quarantine file cannot be written.
    """
    return _read(path, quarantine)[0]


def check(path: Path, quarantine: Path | None = None) -> Report:
    """Read the catalogue as `load_catalog` does and report on it; raises the same errors."""
    return _read(path, quarantine)[1]


def _read(path: Path, quarantine: Path | None) -> tuple[Catalog, Report]:
    # pyarrow takes a third of a second to import: only who reads a catalogue pays
    from llmrec.catalog.interactions import build_histories
    from llmrec.catalog.items import build_items, media_coverage
    from llmrec.catalog.labels import read_labels
    from llmrec.catalog.layouts import LAYOUTS, detect

    layout = detect(path)
    findings = Findings()
    quarantine = quarantine or quarantine_file(path)
    try:
        source = LAYOUTS[layout][1](path, findings)
        items = build_items(source.items, path, findings)
        histories = {}
        if source.events is None:
            findings.warnings.append("no interactions file: only wishes in words and new users can be served")
        else:
            histories = build_histories(source.events, [item.id for item in items], findings)
        labels = read_labels(path, items, findings)
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
