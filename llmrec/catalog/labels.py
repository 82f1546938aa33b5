"""Words for what media show: an optional `labels.csv`, in which somebody wrote down what some items look or sound like.

Columns `item_id`, `attribute`, `value`, and `modality` where it is known in which the attribute shows. A few dozen
labelled items are enough for `llmrec.evidence.probes` to name the same attributes in the others.
"""

from collections.abc import Sequence
from pathlib import Path

from llmrec.catalog.findings import Findings
from llmrec.catalog.tables import Table, read_delimited
from llmrec.catalog.types import Item, Label
from llmrec.errors import CatalogError

FILE = "labels.csv"
NEEDED = ("item_id", "attribute", "value")
MODALITIES = ("", "text", "image", "video", "audio")


def read_labels(folder: Path, items: Sequence[Item], findings: Findings) -> tuple[Label, ...]:
    """The labels in a catalogue's folder, none where it has no such file; bad rows are reported.

    Raises `CatalogError` where the file lacks a column.
    """
    file = folder / FILE
    if not file.is_file():
        return ()
    return build_labels(read_delimited(file, ",", findings), items, findings)


def build_labels(table: Table, items: Sequence[Item], findings: Findings) -> tuple[Label, ...]:
    """The labels of a table with the columns `NEEDED`; raises `CatalogError` where it lacks one."""
    if missing := set(NEEDED) - set(table.columns):
        raise CatalogError(
            f"{table.file} has no column {min(missing)} (found: {', '.join(table.columns) or 'no columns'}); "
            f"it needs {', '.join(NEEDED)}, and may have modality"
        )
    columns = [[cell.strip() for cell in table.texts(name)] for name in NEEDED]
    columns.append(table.texts("modality") if "modality" in table.columns else [""] * len(table))
    labels = [Label(*cells) for cells in zip(*columns, strict=True)]
    known = {item.id for item in items}
    listed = {name for item in items for name in item.attributes}
    bad: dict[int, str] = {}
    told: set[tuple[str, str]] = set()
    for row, label in enumerate(labels):
        if problem := _problem(label, known, listed, told):
            bad[row] = problem
        told.add((label.item, label.attribute))
    table.reject(bad, findings)
    return tuple(label for row, label in enumerate(labels) if row not in bad)


def _problem(label: Label, known: set[str], listed: set[str], told: set[tuple[str, str]]) -> str:
    if label.item not in known:
        return "label of an unknown item"
    if not label.attribute or not label.value:
        return "label without attribute or value"
    if "=" in label.attribute or label.attribute in listed:
        return "label of an attribute that the items file has"
    if label.modality not in MODALITIES:
        return "label of an unknown modality"
    return "second label of the same attribute" if (label.item, label.attribute) in told else ""
