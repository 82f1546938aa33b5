"""Catalogues from and to tables in memory: pandas data frames and Hugging Face `datasets`.

They go through the same checks as files do. What a file's reader would put aside is left out with a warning.
"""

import hashlib
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from llmrec import paths
from llmrec.catalog.columns import EVENTS, candidates, check_named
from llmrec.catalog.interactions import build_histories, named_events
from llmrec.catalog.items import build_items, build_labels
from llmrec.catalog.media import SUFFIXES
from llmrec.catalog.quarantine import Findings, counted
from llmrec.catalog.tables import Table, arrow_text, check_names, json_text, text_column
from llmrec.catalog.types import AttributeValue, Catalog, Repeats
from llmrec.errors import BadInput, CatalogError

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset, DatasetDict

ITEMS, INTERACTIONS, LABELS = "items", "interactions", "labels"
EXACT = 2.0**53
"""From here on a float is not every whole number."""
MEDIA_SUFFIX = {"image": ".png", "video": ".mp4", "audio": ".wav"}
"""Modality -> suffix of a file written for media that come as bytes without a usable name."""


def from_pandas(
    items: "pd.DataFrame",
    interactions: "pd.DataFrame | None",
    media: Path | None,
    name: str,
    columns: Mapping[str, Sequence[str]],
    repeats: Repeats,
) -> Catalog:
    """See `Catalog.from_pandas`."""
    tables = {ITEMS: _frame_table(items, ITEMS)}
    if interactions is not None:
        tables[INTERACTIONS] = _frame_table(interactions, INTERACTIONS)
    return _catalog(tables, media, name, columns, repeats)


def from_datasets(
    items: "Dataset | DatasetDict",
    interactions: "Dataset | None",
    media: Path | None,
    name: str | None,
    columns: Mapping[str, Sequence[str]],
    repeats: Repeats,
) -> Catalog:
    """See `Catalog.from_datasets`."""
    import datasets

    parts: dict[str, Any] = {ITEMS: items, INTERACTIONS: interactions}
    if isinstance(items, Mapping):
        if ITEMS not in items:
            raise BadInput(
                f"`items` has no data set named items (found: {', '.join(map(str, items)) or 'none'}); "
                "name them items and interactions, or pass two data sets",
                "items",
            )
        parts = {part: items.get(part) for part in (ITEMS, INTERACTIONS, LABELS)}
        parts[INTERACTIONS] = parts[INTERACTIONS] if interactions is None else interactions
    for part, value in parts.items():
        if value is not None and not isinstance(value, datasets.Dataset):
            raise BadInput(f"`{part}` is of type {type(value).__name__}; pass a datasets.Dataset", part)
    name = name or getattr(parts[ITEMS].info, "dataset_name", None) or "catalog"
    tables = {part: _dataset_table(value, part) for part, value in parts.items() if value is not None}
    return _catalog(tables, media, name, columns, repeats)


def to_datasets(catalog: Catalog) -> "DatasetDict":
    """See `Catalog.to_datasets`."""
    import datasets

    names = dict.fromkeys(name for item in catalog.items for name in item.attributes)
    modalities = dict.fromkeys(modality for item in catalog.items for modality in item.media)
    columns: dict[str, pa.Array] = {
        "item_id": pa.array([item.id for item in catalog.items], pa.string()),
        "title": pa.array([item.title for item in catalog.items], pa.string()),
        "description": pa.array([item.description for item in catalog.items], pa.string()),
    }
    for attribute in names:
        columns[attribute] = _attribute_array([item.attributes.get(attribute) for item in catalog.items])
    for modality in modalities:
        files = [str(item.media[modality]) if modality in item.media else None for item in catalog.items]
        columns[modality] = pa.array(files, pa.string())
    items = datasets.Dataset(pa.table(columns), info=datasets.DatasetInfo(dataset_name=catalog.name))
    kinds = {"image": datasets.Image, "video": datasets.Video, "audio": datasets.Audio}
    for modality in modalities:
        items = items.cast_column(modality, kinds[modality](decode=False))
    found = {ITEMS: items}
    if catalog.histories:
        found[INTERACTIONS] = datasets.Dataset(_interaction_table(catalog))
    if catalog.labels:
        fields = ("item", "attribute", "value", "modality")
        cells = {field: [getattr(label, field) for label in catalog.labels] for field in fields}
        found[LABELS] = datasets.Dataset(pa.table({"item_id": cells.pop("item"), **cells}))
    return datasets.DatasetDict(found)


def _catalog(
    tables: Mapping[str, Table], media: Path | None, name: str, columns: Mapping[str, Sequence[str]], repeats: Repeats
) -> Catalog:
    """The checked catalogue of its tables; what is wrong with single rows is a warning each."""
    findings = Findings(columns=columns)
    items = build_items(tables[ITEMS], media, findings)
    histories = {}
    if INTERACTIONS in tables:
        events = named_events(tables[INTERACTIONS], findings)
        histories = build_histories(events, [item.id for item in items], findings, repeats)
    check_named(findings)
    labels = build_labels(tables[LABELS], items, findings) if LABELS in tables else ()
    for line in (*findings.left_out(), *findings.interpretations(), *findings.warnings):
        warnings.warn(line, stacklevel=4)
    return Catalog(name, items, histories, labels, repeats=repeats == "keep")


def _frame_table(frame: "pd.DataFrame", part: str) -> Table:
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise BadInput(f"`{part}` is of type {type(frame).__name__}; pass a pandas DataFrame", part)
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()  # an index with a name is a column that somebody made the index
    columns = {str(name): _series_text(column, str(name), part) for name, column in frame.items()}
    return _table(part, columns, frame.columns.map(str).tolist())


def _series_text(column: "pd.Series[Any]", name: str, part: str) -> pa.ChunkedArray:
    import pandas as pd

    inexact = column[column.abs().between(EXACT, math.inf, "left")] if column.dtype.kind == "f" else column.head(0)
    if not inexact.empty and not candidates([name], EVENTS["timestamp"]):
        warnings.warn(
            f"{part}: column {name!r} holds numbers such as {inexact.iloc[0]:.0f} as floats, which keep 16 digits at "
            "most; pass ids as text or whole numbers",
            stacklevel=5,
        )
    if column.dtype.kind == "f" and (endless := int(column.abs().eq(math.inf).sum())):
        warnings.warn(f"{part}: {counted(endless, 'cell')} of column {name!r} left empty: not finite", stacklevel=5)
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.astype(str).where(column.notna())
    plain = column.dtype != object or not any(isinstance(value, set | frozenset) for value in column)
    try:
        if plain:
            return arrow_text(pa.chunked_array([pa.Array.from_pandas(column)]))
    except (pa.ArrowException, UnicodeError, OverflowError):  # values of several types, paths, half characters
        pass
    odd = next((value for value in column if not _has_text(value)), None)
    if odd is not None:
        raise BadInput(
            f"`{part}` holds objects of type {type(odd).__name__} in its column {name!r}; pass text, numbers, dates, "
            "lists or dicts",
            part,
        )
    missing = column.isna()
    return text_column("" if none else json_text(value) for value, none in zip(column, missing, strict=True))


def _has_text(value: object) -> bool:
    """Whether a value's type says how it is written, rather than where in memory it lies."""
    kind = type(value)
    return kind.__str__ is not object.__str__ or kind.__repr__ is not object.__repr__


def _dataset_table(dataset: "Dataset", part: str) -> Table:
    import datasets

    kinds = {datasets.Image: "image", datasets.Video: "video", datasets.Audio: "audio"}
    rows: pa.Table = dataset.with_format("arrow")[:]
    columns: dict[str, pa.ChunkedArray] = {}
    for name, feature in dataset.features.items():
        column = rows.column(name)
        if isinstance(feature, datasets.ClassLabel):
            named = [None if code is None else feature.int2str(code) for code in column.to_pylist()]
            columns[name] = arrow_text(pa.chunked_array([named], pa.string()))
        elif type(feature) in kinds:
            modality = kinds[type(feature)]
            files = [_media_file(cell, modality) for cell in column.to_pylist()]
            columns[name] = pa.chunked_array([files], pa.string())
        else:
            columns[name] = arrow_text(column)
    return _table(part, columns, list(columns))


def _media_file(cell: Mapping[str, Any] | None, modality: str) -> str:
    """The file of one cell of media; bytes are written below the data directory, once for each content."""
    if cell is None:
        return ""
    path = cell.get("path") or ""
    suffix = Path(path).suffix.lower()
    suffix = suffix if SUFFIXES.get(suffix) == modality else MEDIA_SUFFIX[modality]
    if not cell.get("bytes"):
        return path
    content: bytes = cell["bytes"]
    file = paths.home() / "media" / f"{hashlib.sha256(content).hexdigest()[:32]}{suffix}"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(file.name + ".part")
        part.write_bytes(content)
        part.replace(file)
    return str(file)


def _table(part: str, columns: Mapping[str, pa.ChunkedArray], names: Sequence[str]) -> Table:
    """Columns of text as a reader returns them; `part` stands where a file's name would."""
    try:
        check_names(names, Path(f"`{part}`"))
    except CatalogError as error:
        raise BadInput(str(error), part) from error

    def records() -> Iterator[tuple[int, list[str]]]:
        rows = zip(*(column.to_pylist() for column in columns.values()), strict=True)
        return ((number, list(fields)) for number, fields in enumerate(rows, 1))

    return Table(Path(part), columns, records)


def _attribute_array(values: Sequence[AttributeValue | None]) -> pa.Array:
    """An attribute's values as one column: lists of words, whole numbers, numbers or words."""
    there = [value for value in values if value is not None]
    if all(isinstance(value, tuple) for value in there):
        return pa.array(values, pa.list_(pa.string()))
    if all(isinstance(value, int) for value in there):
        return pa.array(values, pa.int64())
    if all(isinstance(value, int | float) for value in there):
        return pa.array(values, pa.float64())
    return pa.array([None if value is None else json_text(value) for value in values], pa.string())


def _interaction_table(catalog: Catalog) -> pa.Table:
    events = [event for history in catalog.histories.values() for event in history]
    columns = {
        "user_id": pa.array([event.user for event in events], pa.string()),
        "item_id": pa.array([event.item for event in events], pa.string()),
        "rating": pa.array([event.rating for event in events], pa.float64()),
        "timestamp": pa.array([event.timestamp for event in events], pa.float64()),
    }
    if any(event.kind for event in events):
        columns["kind"] = pa.array([event.kind for event in events], pa.string())
    return pa.table(columns)
