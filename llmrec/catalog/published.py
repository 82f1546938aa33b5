"""Readers of data sets as their publishers pack them: MIND, Amazon Reviews, Goodreads, Yelp, RetailRocket, Steam."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from llmrec.catalog.delimited import read_delimited
from llmrec.catalog.interactions import named_events
from llmrec.catalog.layouts import Source, layout
from llmrec.catalog.quarantine import Findings, counted
from llmrec.catalog.tables import LIST_SEPARATOR, Table, json_text, read_json, text_column
from llmrec.catalog.text_files import first_line
from llmrec.catalog.times import read_times
from llmrec.catalog.types import Catalog
from llmrec.catalog.values import numbers_of, value_in, words_of
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
    seconds = read_times(table.columns["timestamp"].combine_chunks()).seconds
    # the month stands first in all of MIND, so that nothing need be told of it
    columns[1] = [
        time if second != second else f"{second:.0f}" for time, second in zip(columns[1], seconds.tolist(), strict=True)
    ]
    for row, (user, time, history, shown_items) in enumerate(zip(*columns, strict=True)):
        clicks = [each.rsplit("-", 1)[0] for each in shown_items.split() if each.endswith("-1")]
        before = [] if user in known else history.split()
        known.add(user)
        rows += [row] * (len(before) + len(clicks))
        items_of += before + clicks
        times += [""] * len(before) + [time] * len(clicks)
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
    source = _pair(folder, min(folder.glob("goodreads_books*.json*")), "goodreads_[ir]*.json*", findings)
    events, items = source.events, source.items
    if events is not None and "rating" in events.columns:  # 0 says that nobody rated, however many there are
        ratings = [cell if cell.strip() not in ("0", "0.0") else "" for cell in events.texts("rating")]
        findings.note(events.file, f"{counted(ratings.count(''), 'rating')} of 0 or empty as none")
        events = replace(events, columns={**events.columns, "rating": text_column(ratings)})
    if "authors" in items.columns:
        names = next(iter(sorted(folder.glob("goodreads_book_authors*.json*"))), None)
        if names is None:
            findings.note(items.file, "authors are numbers; goodreads_book_authors.json.gz beside it names them")
        else:
            table = read_json(names, findings)
            known = dict(zip(table.texts("author_id"), table.texts("name"), strict=True))
            authors = [
                LIST_SEPARATOR.join(known.get(author, author) for author in words_of(value_in(cell) or []))
                for cell in items.texts("authors")
            ]
            items = replace(items, columns={**items.columns, "authors": text_column(authors)})
    return replace(source, items=items, events=events)


@layout("yelp_academic_dataset_business.json")
def yelp(folder: Path, findings: Findings) -> Source:
    """Yelp's open data: businesses and reviews."""
    return _pair(folder, folder / "yelp_academic_dataset_business.json", "yelp_academic_dataset_review.json*", findings)


@layout("events.csv*", "item_properties*.csv*")
def retailrocket(folder: Path, findings: Findings) -> Source:
    """RetailRocket: `events.csv`, the last value of each property in `item_properties*.csv`, and `category_tree.csv`.

    All but a few properties are hashed there; those whose name is a number are left out.
    """
    events = read_delimited(_one(folder, "events.csv*"), ",", findings)
    latest: dict[str, dict[str, tuple[float, str]]] = {}
    hashed: set[str] = set()
    parts = sorted(folder.glob("item_properties*.csv*"))
    for part in parts:
        table = read_delimited(part, ",", findings)
        names = ("itemid", "property", "value", "timestamp")
        if missing := set(names) - table.columns.keys():
            raise CatalogError(f"{part} has no column {min(missing)} (found: {', '.join(table.columns)})")
        times = numbers_of(table.columns["timestamp"].combine_chunks())[0].tolist()
        for item, name, value, at in zip(*(table.texts(name) for name in names[:3]), times, strict=True):
            own = latest.setdefault(item, {})
            if name.isdigit():
                hashed.add(name)
            elif name not in own or at >= own[name][0]:
                own[name] = (at, value)
    if hashed:
        findings.note(parts[0], f"{counted(len(hashed), 'property')} under a number not used, first {min(hashed)!r}")
    properties = dict.fromkeys(name for own in latest.values() for name in own)
    columns = {name: text_column(own.get(name, (0.0, ""))[1] for own in latest.values()) for name in properties}
    if (tree := folder / "category_tree.csv").is_file() and "categoryid" in columns:
        table = read_delimited(tree, ",", findings)
        above = dict(zip(table.texts("categoryid"), table.texts("parentid"), strict=True))
        columns["parent_categoryid"] = text_column(above.get(cell, "") for cell in columns["categoryid"].to_pylist())
    items = Table(
        parts[0],
        {"item_id": text_column(latest), **columns},
        lambda: ((row, [item]) for row, item in enumerate(latest, 1)),
        words=frozenset({"categoryid", "parent_categoryid"}),
    )
    return Source(folder.name, items, named_events(events, findings))


@layout("*steam_games*.json*", "*_items.json*")
def steam(folder: Path, findings: Findings) -> Source:
    """UCSD's Steam: `steam_games.json.gz` and `australian_users_items.json.gz`; the minutes played are not used."""
    return _steam(folder, _one(folder, "*_items.json*"), findings)


@layout("*steam_games*.json*", "*reviews*.json*")
def steam_reviews(folder: Path, findings: Findings) -> Source:
    """UCSD's Steam: `steam_games.json.gz` and reviews, one a line or a user's in a list; recommended is like."""
    return _steam(folder, _one(folder, "*reviews*.json*"), findings)


def _steam(folder: Path, file: Path, findings: Findings) -> Source:
    items = read_json(_one(folder, "*steam_games*.json*"), findings)
    if "id" not in items.columns:
        raise CatalogError(f"{items.file} has no column id (found: {', '.join(items.columns)})")
    items = items.renamed({"id": "item_id", **{name: name for name in items.columns if name != "id"}})
    table = read_json(file, findings)
    held = next((name for name in ("items", "reviews") if name in table.columns), None)
    if held is None:
        return Source(folder.name, items, named_events(table, findings))
    rows: list[int] = []
    columns: dict[str, list[str]] = {"user": [], "item": [], "kind": [], "timestamp": []}
    dated = held == "reviews"
    kinds = {"True": "like", "true": "like", "False": "dislike", "false": "dislike"}
    for row, (user, cell) in enumerate(zip(table.texts("user_id"), table.texts(held), strict=True)):
        for each in _objects(cell):
            rows.append(row)
            columns["user"].append(user)
            columns["item"].append(json_text(each.get("item_id")))
            columns["kind"].append(kinds.get(json_text(each.get("recommend")), "play"))
            columns["timestamp"].append(json_text(each.get("posted")).removeprefix("Posted ").rstrip("."))
    if not dated:
        del columns["timestamp"]
    located = replace(
        table,
        columns={name: text_column(cells) for name, cells in columns.items()},
        locate=lambda: _repeated(table, rows),
    )
    return Source(folder.name, items, located)


def _objects(cell: str) -> list[dict[str, Any]]:
    """The objects of a list in a cell."""
    value = value_in(cell)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _one(folder: Path, pattern: str) -> Path:
    return min(folder.glob(pattern))


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
