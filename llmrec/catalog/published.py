"""Readers of data sets as their publishers pack them: MIND, Amazon Reviews, Goodreads, Yelp."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from llmrec.catalog.delimited import read_delimited
from llmrec.catalog.interactions import named_events
from llmrec.catalog.layouts import Source, layout
from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import Table, read_json, text_column
from llmrec.catalog.text_files import first_line
from llmrec.catalog.times import read_times
from llmrec.catalog.types import Catalog
from llmrec.errors import CatalogError


@layout("news.tsv", "behaviors.tsv")
def mind(folder: Path, findings: Findings) -> Source:
    """Microsoft's news data set: `news.tsv` and `behaviors.tsv`.

    A user's clicks are the history of the first impression, in its order, and then what was clicked in each.
    """
    names = ("item_id", "category", "subcategory", "title", "description", "url", "title_entities", "abstract_entities")
    items = read_delimited(folder / "news.tsv", "\t", findings, names=names, quoted=False)
    items = items.renamed({name: name for name in names[:5]})
    fields = ("impression", "user", "timestamp", "history", "impressions")
    table = read_delimited(folder / "behaviors.tsv", "\t", findings, names=fields, quoted=False)
    rows: list[int] = []
    items_of: list[str] = []
    times: list[str] = []
    known: set[str] = set()
    columns = [table.texts(name) for name in fields[1:]]
    for row, (user, time, history, shown_items) in enumerate(zip(*columns, strict=True)):
        clicks = [each.rsplit("-", 1)[0] for each in shown_items.split() if each.endswith("-1")]
        before = [] if user in known else history.split()
        known.add(user)
        rows += [row] * (len(before) + len(clicks))
        items_of += before + clicks
        times += [""] * len(before) + [time] * len(clicks)
    seconds = read_times(table.columns["timestamp"].combine_chunks()).seconds
    first = np.nanmin(seconds) if np.isfinite(seconds).any() else 0.0
    order = iter(range(len(times)))
    # what lies in a history has no time of its own: it is put before the first impression, a second apart
    stamps = [time or f"{first - len(times) + next(order):.0f}" for time in times]
    users = [columns[0][row] for row in rows]
    located = replace(
        table,
        columns={"user": text_column(users), "item": text_column(items_of), "timestamp": text_column(stamps)},
        locate=lambda: _repeated(table, rows),
    )
    return Source(folder.name, items, located)


@layout("meta_*.json*")
def amazon(folder: Path, findings: Findings) -> Source:
    """Amazon Reviews (2014, 2018, 2023): `meta_NAME.jsonl` and `NAME.jsonl` or `reviews_NAME.json`, packed or not."""
    return _pair(folder, min(folder.glob("meta_*.json*")), "*.json*", findings)


@layout("goodreads_books*.json*")
def goodreads(folder: Path, findings: Findings) -> Source:
    """UCSD's Goodreads: `goodreads_books_NAME.json.gz` and `goodreads_interactions_NAME.json.gz` or reviews."""
    return _pair(folder, min(folder.glob("goodreads_books*.json*")), "goodreads_[ir]*.json*", findings)


@layout("yelp_academic_dataset_business.json")
def yelp(folder: Path, findings: Findings) -> Source:
    """Yelp's open data: businesses and reviews."""
    return _pair(folder, folder / "yelp_academic_dataset_business.json", "yelp_academic_dataset_review.json*", findings)


@layout("dataset_dict.json")
def saved_datasets(folder: Path, findings: Findings) -> Catalog:
    """A `datasets.DatasetDict` of `items`, `interactions` and `labels`, as `save_to_disk` writes it."""
    import datasets

    try:
        tables = datasets.load_from_disk(str(folder))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CatalogError(f"{folder} cannot be read as data sets: {first_line(error)}") from error
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        catalog = Catalog.from_datasets(tables, columns=findings.columns)
    findings.warnings += [str(each.message) for each in told if issubclass(each.category, UserWarning)]
    return catalog


def _pair(folder: Path, items: Path, events: str, findings: Findings) -> Source:
    """Items and events in a file of JSON lines each."""
    others = sorted(file for file in folder.glob(events) if file != items)
    if len(others) != 1:
        names = ", ".join(file.name for file in others) or "none"
        raise CatalogError(f"{folder} needs one file of events beside {items.name} (found: {names}); leave one there")
    table = read_json(items, findings)
    return Source(folder.name, table, named_events(read_json(others[0], findings), findings))


def _repeated(table: Table, rows: Sequence[int]) -> Iterator[tuple[int, Sequence[str]]]:
    """The records of rows that ascend and may repeat."""
    origin = enumerate(table.locate())
    at = -1
    record: tuple[int, Sequence[str]] = (0, ())
    for row in rows:
        while at < row:
            at, record = next(origin)
        yield record
