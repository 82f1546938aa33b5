"""Readers of catalogue folders: which files tell a layout, and which of their columns mean what.

Every layout is read into the same two tables, items (`item_id`, `title`, `description`, attributes) and
events (`user`, `item`, `rating`, `timestamp`). Files about users (age, gender, …) are never opened: sensitive
attributes are no input of a model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from llmrec.catalog.items import without_year
from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import (
    LIST_SEPARATOR,
    Table,
    first_row,
    read_delimited,
    read_double_colon,
    read_jsonl,
    read_parquet,
)
from llmrec.catalog.types import Catalog
from llmrec.errors import CatalogError
from llmrec.registry import names, resolve

EVENTS = ("user", "item", "rating", "timestamp")
EVENT_NAMES = {
    "user": ("user_id", "user", "userId", "customer_id"),
    "item": ("item_id", "item", "movieId", "article_id"),
    "rating": ("rating",),
    "timestamp": ("timestamp", "ts", "time", "t_dat", "date"),
}
UNKNOWN_GENRES = ("unknown", "(no genres listed)")  # MovieLens' words for "none"
ML_100K_GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
RECBOLE_ITEMS = {"movie_title": "title", "class": "genres", "genre": "genres", "release_year": "year"}
HM_ITEMS = {
    "article_id": "item_id",
    "prod_name": "title",
    "detail_desc": "description",
    "product_type_name": "category",
    "colour_group_name": "colour",
    "graphical_appearance_name": "pattern",
    "section_name": "section",
    "department_name": "department",
    "garment_group_name": "garment_group",
    "product_code": "product_code",
}


@dataclass(frozen=True)
class Source:
    """What one folder holds, before it is checked.

    Attributes
    ----------
    name : str
        Name of the catalogue.
    items : Table
        With the columns `item_id`, `title`, `description` and attributes.
    events : Table or None
        With the columns `user`, `item`, `rating` and `timestamp`; None where there is no file of events.
    """

    name: str
    items: Table
    events: Table | None


class Reader(Protocol):
    """Reads folders of one layout.

    A plug-in is a function of this form, or an object with such a `__call__`; `patterns` is not needed where the
    reader is always named (`--reader`).

    Attributes
    ----------
    patterns : sequence of str
        Globs that all have to match a file of the folder, so that it is read by this reader without being named.
    """

    @property
    def patterns(self) -> Sequence[str]:
        """Names or patterns of the files that tell this layout."""

    def __call__(self, folder: Path, findings: Findings) -> Source | Catalog:
        """Read one folder.

        Parameters
        ----------
        folder : Path
            The folder.
        findings : Findings
            Collects bad rows and warnings, which the report and the quarantine file show.

        Returns
        -------
        Source or Catalog
            Tables of text that are checked after, or a catalogue (`Catalog.from_pandas` makes one).

        Raises
        ------
        CatalogError
            Where the folder cannot be read.
        """
        ...


ReadFolder = Callable[[Path, Findings], Source | Catalog]


@dataclass(frozen=True)
class Layout:
    """A `Reader` of files that stand for a layout."""

    patterns: tuple[str, ...]
    read: ReadFolder

    def __call__(self, folder: Path, findings: Findings) -> Source | Catalog:
        """See `Reader`."""
        return self.read(folder, findings)


def layout(*patterns: str) -> Callable[[ReadFolder], Layout]:
    """Make a function the `Reader` of the folders that hold files of these patterns.

    Parameters
    ----------
    *patterns : str
        See `Reader.patterns`.
    """
    return lambda read: Layout(patterns, read)


@layout("u.data", "u.item")
def movielens_100k(folder: Path, findings: Findings) -> Source:
    """`u.data` and `u.item` (grouplens.org/datasets/movielens/100k)."""
    names = ("item_id", "title", "release_date", "video_date", "imdb_url", *ML_100K_GENRES)
    table = read_delimited(folder / "u.item", "|", findings, names=names, quoted=False, encoding="latin-1")
    flags = [table.texts(genre) for genre in ML_100K_GENRES]
    genres = [
        LIST_SEPARATOR.join(genre for genre, flag in zip(ML_100K_GENRES, row, strict=True) if flag == "1")
        for row in zip(*flags, strict=True)
    ]
    items = _movies(table, table.texts("title"), genres)
    events = read_delimited(folder / "u.data", "\t", findings, names=EVENTS, quoted=False)
    return Source(folder.name, items, events)


@layout("ratings.dat", "movies.dat")
def movielens_1m(folder: Path, findings: Findings) -> Source:
    """`movies.dat` and `ratings.dat` (MovieLens 1M and 10M)."""
    table = read_double_colon(folder / "movies.dat", ("item_id", "title", "genres"), findings)
    events = read_double_colon(folder / "ratings.dat", EVENTS, findings)
    return Source(folder.name, _movies(table, table.texts("title"), table.texts("genres")), events)


@layout("ratings.csv", "movies.csv")
def movielens_latest(folder: Path, findings: Findings) -> Source:
    """`movies.csv` and `ratings.csv` (MovieLens latest, 20M, 25M, 32M)."""
    table = read_delimited(folder / "movies.csv", ",", findings)
    if not {"movieId", "title", "genres"} <= set(table.columns):
        raise CatalogError(f"{table.file} needs the columns movieId, title, genres (found: {', '.join(table.columns)})")
    table = table.renamed({"movieId": "item_id", "title": "title", "genres": "genres"})
    return Source(
        folder.name,
        _movies(table, table.texts("title"), table.texts("genres")),
        named_events(read_delimited(folder / "ratings.csv", ",", findings)),
    )


@layout("*.inter", "*.item")
def recbole(folder: Path, findings: Findings) -> Source:
    """RecBole's atomic files `NAME.inter` and `NAME.item`: tab separated, header cells `name:type`."""
    inter = min(folder.glob("*.inter"))
    table = _untyped(read_delimited(inter.with_suffix(".item"), "\t", findings, quoted=False))
    table = table.renamed({name: RECBOLE_ITEMS.get(name, name) for name in table.columns})
    if "title" in table.columns and "genres" in table.columns:
        # "unkonwn" is how RecBole's ml-100k spells the title of film 267, "unknown" in the original
        titles = ["unknown" if title == "unkonwn" else title for title in table.texts("title")]
        genres = [genre.replace(" ", LIST_SEPARATOR) for genre in table.texts("genres")]
        table = _movies(table, titles, genres)
    events = _untyped(read_delimited(inter, "\t", findings, quoted=False))
    return Source(inter.stem, table, named_events(events))


@layout("articles.csv", "transactions_train.csv")
def hm(folder: Path, findings: Findings) -> Source:
    """`articles.csv` and `transactions_train.csv` of Kaggle's H&M competition; images are found by id.

    An article's price is the mean of its sales, in H&M's normalised unit.
    """
    articles = read_delimited(folder / "articles.csv", ",", findings)
    if "article_id" not in articles.columns:
        raise CatalogError(
            f"{articles.file} has no column article_id (found: {', '.join(articles.columns)}); "
            "it should be the competition's articles.csv"
        )
    sales = read_delimited(
        folder / "transactions_train.csv",
        ",",
        findings,
        only=("t_dat", "customer_id", "article_id", "price"),
    )
    items = articles.renamed(HM_ITEMS)
    if {"article_id", "price"} <= sales.columns.keys():
        prices = pa.table({name: sales.columns[name] for name in ("article_id", "price")})
        prices = prices.filter(pc.match_substring_regex(prices["price"], r"^\d*\.?\d+$"))
        prices = prices.set_column(1, "price", prices["price"].cast(pa.float64()))
        means = prices.group_by("article_id").aggregate([("price", "mean")]).to_pydict()
        price = dict(zip(means["article_id"], means["price_mean"], strict=True))
        cells = [f"{price[item]:.6g}" if item in price else "" for item in items.texts("item_id")]
        items = _with(items, price=cells)
    return Source(folder.name, items, named_events(sales))


@layout("items.*")
def generic(folder: Path, findings: Findings) -> Source:
    """`items.*` and `interactions.*` as csv, tsv, jsonl or parquet; events may lack a header."""
    items = _any(folder, "items", findings)
    if items is None:
        raise CatalogError(f"{folder} has no items file; add items.csv, items.jsonl or items.parquet")
    events = _any(folder, "interactions", findings)
    return Source(folder.name, items, None if events is None else named_events(events))


def find_reader(folder: Path, spec: str | None = None) -> tuple[str, Reader]:
    """The reader of a folder.

    Parameters
    ----------
    folder : Path
        The folder.
    spec : str, optional
        Name or import path of a reader (see `llmrec.registry`). Default: the first whose patterns fit, llmrec's own
        before those of plug-ins.

    Returns
    -------
    tuple of str and Reader
        Its name, and the reader.

    Raises
    ------
    CatalogError
        Where it is no folder, or no reader's patterns fit.
    UnknownPlugin
        Where there is no reader of that name.
    """
    if not folder.is_dir():
        raise CatalogError(f"{folder} is not a folder; pass the folder that holds the items and interactions")
    if spec is not None:
        return spec, resolve("reader", spec)
    tried = []
    for name in names("reader"):
        reader = resolve("reader", name)
        patterns = getattr(reader, "patterns", ())
        if patterns and all(any(folder.glob(pattern)) for pattern in patterns):
            return name, reader
        tried.append(" + ".join(patterns))
    looked_for = "; ".join(filter(None, tried))
    raise CatalogError(f"{folder} holds no catalogue that llmrec reads (looked for: {looked_for})")


def _movies(table: Table, titles: Sequence[str], genres: Sequence[str]) -> Table:
    """MovieLens' items: the year is in the title, genres are separated by `|` and may be "unknown"."""
    split = [without_year(title.strip()) for title in titles]
    years = table.texts("year") if "year" in table.columns else [""] * len(titles)
    cells = {
        "title": [title for title, _ in split],
        "genres": [
            LIST_SEPARATOR.join(part for part in cell.split(LIST_SEPARATOR) if part not in UNKNOWN_GENRES)
            for cell in genres
        ],
        "year": [str(year or cell) for (_, year), cell in zip(split, years, strict=True)],
    }
    return _with(table.renamed({"item_id": "item_id"}), **cells)


def _with(table: Table, **cells: Sequence[str]) -> Table:
    arrays = {name: pa.chunked_array([list(column)], pa.string()) for name, column in cells.items()}
    return replace(table, columns={**table.columns, **arrays})


def _untyped(table: Table) -> Table:
    """RecBole's header cells without their type: `user_id:token` -> `user_id`."""
    return table.renamed({name: name.split(":")[0] for name in table.columns})


def named_events(table: Table) -> Table:
    """The columns of a file of events under llmrec's names; raises `CatalogError` without user or item."""
    names = {
        next(alias for alias in aliases if alias in table.columns): standard
        for standard, aliases in EVENT_NAMES.items()
        if any(alias in table.columns for alias in aliases)
    }
    missing = {"user", "item"} - set(names.values())
    if missing:
        raise CatalogError(
            f"{table.file} has no {' and no '.join(sorted(missing))} column "
            f"(found: {', '.join(table.columns) or 'no columns'}); name them user_id and item_id"
        )
    return table.renamed(names)


def _any(folder: Path, stem: str, findings: Findings) -> Table | None:
    """The table of `stem`.csv, .tsv, .jsonl or .parquet, whichever is there."""
    for suffix, delimiter in ((".csv", ","), (".tsv", "\t")):
        file = folder / f"{stem}{suffix}"
        if file.is_file():
            header = first_row(file, delimiter)
            headless = stem == "interactions" and not set(header) & {*EVENT_NAMES["user"]}
            if headless and len(header) != len(EVENTS):
                raise CatalogError(
                    f"{file} has neither a header with user_id and item_id nor the four columns "
                    f"user, item, rating, timestamp (first row: {delimiter.join(header)[:80]!r})"
                )
            return read_delimited(file, delimiter, findings, names=EVENTS if headless else None)
    if (folder / f"{stem}.jsonl").is_file():
        return read_jsonl(folder / f"{stem}.jsonl", findings)
    if (folder / f"{stem}.parquet").is_file():
        return read_parquet(folder / f"{stem}.parquet")
    return None
