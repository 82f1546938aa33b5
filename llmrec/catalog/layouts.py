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

from llmrec.catalog.columns import EVENTS as EVENT_NAMES
from llmrec.catalog.columns import ITEMS as ITEM_NAMES
from llmrec.catalog.columns import plain
from llmrec.catalog.delimited import read_delimited, read_double_colon, read_sequences
from llmrec.catalog.interactions import named_events
from llmrec.catalog.items import without_year
from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import LIST_SEPARATOR, Table, read_json, read_parquet, text_column
from llmrec.catalog.text_files import PACKED, without_packing
from llmrec.catalog.types import Catalog
from llmrec.catalog.workbooks import read_workbook
from llmrec.errors import CatalogError
from llmrec.registry import names, resolve

EVENTS = ("user", "item", "rating", "timestamp")
HEADLESS = {2: ("user", "item"), 4: EVENTS}
"""Number of columns -> what they are in a file of events without a header."""
STEMS = {
    "items": ("items", "item", "products", "articles", "books", "tracks", "games", "catalog", "catalogue"),
    "interactions": (
        "interactions", "events", "ratings", "reviews", "transactions", "purchases", "orders", "clicks", "loans",
    ),
}  # fmt: skip
"""Table -> names that its file, or its sheet of a workbook, may have, the first before others."""
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet", ".json", ".ndjson", ".txt", ".dat", ".psv", *WORKBOOKS)
UNKNOWN_GENRES = ("unknown", "(no genres listed)")  # MovieLens' words for "none"
ML_100K_GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
RECODED = frozenset({"item_id", "title", "genres", "year"})
"""Columns of RecBole's items of which films have a form of their own."""
SPLIT_ENDINGS = (".train", ".valid", ".test")
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
        named_events(read_delimited(folder / "ratings.csv", ",", findings), findings),
    )


@layout("*.inter", "*.item")
def recbole(folder: Path, findings: Findings) -> Source:
    """RecBole's atomic files `NAME.inter` and `NAME.item`: tab separated, header cells `name:type`.

    Its benchmark files `NAME.train.inter`, `NAME.valid.inter` and `NAME.test.inter` are read one after the other.
    """
    inter = min(folder.glob("*.inter"))
    name = inter.stem
    parts = [inter]
    if name.endswith(SPLIT_ENDINGS):
        name = name.rsplit(".", 1)[0]
        parts = [part for end in SPLIT_ENDINGS if (part := folder / f"{name}{end}.inter").is_file()]
    table = _recbole_items(read_delimited(folder / f"{name}.item", "\t", findings, quoted=False), findings)
    if {"title", "genres"} <= table.columns.keys() and not any("," in cell for cell in table.texts("genres")):
        # "unkonwn" is how RecBole's ml-100k spells the title of film 267, "unknown" in the original
        titles = ["unknown" if title == "unkonwn" else title for title in table.texts("title")]
        genres = [genre.replace(" ", LIST_SEPARATOR) for genre in table.texts("genres")]
        years = table.texts("year") if "year" in table.columns else []
        films = _movies(
            _with(table, **({"year": [y if y.isdigit() else "" for y in years]} if years else {})), titles, genres
        )
        table = replace(
            films, columns={**films.columns, **{n: c for n, c in table.columns.items() if n not in RECODED}}
        )
    if (folder / f"{name}.user").is_file():
        findings.note(folder / f"{name}.user", "not used: what users are is no input of a model")
    events = _joined([named_events(_untyped(read_delimited(p, "\t", findings, quoted=False)), findings) for p in parts])
    if len(parts) > 1:
        findings.note(inter, f"its {' and '.join(part.name for part in parts if part != inter)} as one table of events")
    return Source(name, table, events)


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
    return Source(folder.name, items, named_events(sales, findings))


@layout("items.*")
def generic(folder: Path, findings: Findings) -> Source:
    """`items.*` and `interactions.*` as csv, tsv, json or parquet, packed or not; events may lack a header."""
    items = _any(folder, "items", findings)
    if items is None:
        names = ", ".join(sorted(entry.name for entry in folder.iterdir())[:8])
        raise CatalogError(
            f"{folder} has no items file that is read (found: {names}); add items.csv, items.jsonl, items.parquet, or "
            "a workbook with sheets called items and interactions"
        )
    events = _any(folder, "interactions", findings)
    return Source(folder.name, items, None if events is None else named_events(events, findings))


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
    if files_of(folder, "items") or _workbook(folder):  # products.csv, Items.CSV, shop.xlsx, …
        return "generic", resolve("reader", "generic")
    looked_for = "; ".join(filter(None, tried))
    files = ", ".join(sorted(entry.name for entry in folder.iterdir())[:8]) or "nothing"
    raise CatalogError(
        f"{folder} holds no catalogue that llmrec reads (found: {files}; looked for: {looked_for}); call its files "
        "items.csv and interactions.csv (or .json, .parquet, …), name their columns with `columns`, or pass a `reader` "
        "of your own"
    )


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
    return replace(table, columns={**table.columns, **{name: text_column(column) for name, column in cells.items()}})


def _joined(tables: Sequence[Table]) -> Table:
    """Tables of the same columns one after the other."""
    first, *others = tables
    if not others:
        return first
    names = [name for name in first.columns if all(name in other.columns for other in others)]
    columns = {
        name: pa.chunked_array([chunk for table in tables for chunk in table.columns[name].chunks], pa.string())
        for name in names
    }
    return replace(first, columns=columns, locate=lambda: (row for table in tables for row in table.locate()))


def _recbole_items(table: Table, findings: Findings) -> Table:
    """RecBole's items with the types that their header declares: `brand:token`, `tags:token_seq`, `price:float`."""
    types = {cell: cell.partition(":")[2] for cell in table.columns}
    names = {cell: RECBOLE_ITEMS.get(bare, bare) for cell in table.columns if (bare := cell.partition(":")[0])}
    if vectors := [cell for cell, kind in types.items() if kind == "float_seq"]:
        findings.note(table.file, f"not used: vectors in column {', '.join(map(repr, vectors))}")
    items = table.renamed({cell: name for cell, name in names.items() if cell not in vectors})
    prose = {name for known in ITEM_NAMES.values() for name in map(plain, known)}
    lists = {
        name: [" ".join(cell.split()).replace(" ", LIST_SEPARATOR) for cell in items.texts(name)]
        for cell, name in names.items()
        if types[cell] == "token_seq" and name not in RECODED and plain(name) not in prose
        and not any("," in text for text in items.texts(name))  # as RecBole's Amazon files write lists
    }  # fmt: skip
    words = frozenset(name for cell, name in names.items() if types[cell] == "token") - {"year", "price"}
    return replace(_with(items, **lists), words=words)


def _untyped(table: Table) -> Table:
    """RecBole's header cells without their type: `user_id:token` -> `user_id`."""
    return table.renamed({name: name.split(":")[0] for name in table.columns})


def _headless(first: list[str]) -> tuple[str, ...] | None:
    """The columns of events whose first row is none of names; None where it is a header."""
    if {plain(cell) for cell in first} & USER_NAMES:
        return None
    digits = sum(cell.strip().replace(".", "", 1).isdigit() for cell in first)
    if len(first) == 3 and digits:
        last = first[2].strip()
        return ("user", "item", "timestamp" if last.isdigit() and len(last) > 6 else "rating")
    if not any(character.isdigit() for cell in first for character in cell):
        return None  # names that are not known here: `--columns` tells what they are
    return HEADLESS.get(len(first)) if digits or len(first) == len(EVENTS) else None


USER_NAMES = {plain(name) for name in EVENT_NAMES["user"]}


def _any(folder: Path, part: str, findings: Findings) -> Table | None:
    """The table of `items` or `interactions`, in whichever form it is there."""
    files = files_of(folder, part)
    if not files:
        book = _workbook(folder)
        return read_workbook(book, STEMS[part], findings) if book else None
    file, *others = files
    if others:
        findings.note(file, f"{', '.join(other.name for other in others)} passed over")
    suffix = Path(without_packing(file.name)).suffix.lower()
    if suffix == ".parquet" or file.is_dir():
        return read_parquet(file, findings)
    if suffix in WORKBOOKS:
        return read_workbook(file, STEMS[part], findings)
    if suffix in (".jsonl", ".json", ".ndjson"):
        return read_json(file, findings)
    if part == "items":
        return read_delimited(file, None, findings)
    lines = read_sequences(file, findings) if suffix in (".txt", ".dat") else None
    named = {name for names in findings.columns.values() for name in names}

    def header(first: list[str]) -> tuple[str, ...] | None:
        return None if named & {cell.strip() for cell in first} else _headless(first)

    return lines if lines is not None else read_delimited(file, None, findings, names=header)


def _workbook(folder: Path) -> Path | None:
    """The folder's one workbook, whose sheets may be its tables."""
    books = [
        file
        for file in folder.iterdir()
        if file.suffix.casefold() in WORKBOOKS and not file.name.startswith(("~", "."))
    ]
    return books[0] if len(books) == 1 else None


def files_of(folder: Path, part: str) -> list[Path]:
    """The files of a table by their names.

    Parameters
    ----------
    folder : Path
        Where they are looked for.
    part : str
        A key of `STEMS`.

    Returns
    -------
    list of Path
        Ordered by `STEMS`, then by `SUFFIXES`: the first is read.
    """
    names = {entry.name.casefold(): entry for entry in sorted(folder.iterdir(), reverse=True)}
    found = []
    for stem in STEMS[part]:
        wanted = (f"{stem}{suffix}{packed}" for suffix in SUFFIXES for packed in ("", *PACKED))
        found += [entry for name in wanted if (entry := names.get(name)) is not None]
        if (entry := names.get(stem)) is not None and entry.is_dir() and any(entry.glob("*.parquet")):
            found.append(entry)
    return found
