"""Which column of a table is which: the names by which the field's data sets call users, items, times and titles.

Where no such name is there, or the wrong one, whoever has the data names the columns: `NamedColumns`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from llmrec.catalog.quarantine import Findings, counted, shown
from llmrec.catalog.tables import Table
from llmrec.catalog.types import INVISIBLE, normal_id, normal_name
from llmrec.errors import BadInput, CatalogError, StorageError
from llmrec.paths import home

ITEM_IDS = (
    "item_id", "item", "movie_id", "article_id", "parent_asin", "product_id", "asin", "sku", "book_id", "isbn",
    "track_id", "song_id", "artist_id", "album_id", "game_id", "app_id", "business_id", "gmap_id", "news_id",
    "video_id", "anime_id", "recipe_id", "listing_id", "hotel_id", "restaurant_id", "course_id", "paper_id", "doc_id",
    "post_id", "beer_id", "venue_id", "poi_id", "property_id", "goods_id", "variant_id", "stock_code", "iid", "mid",
    "product", "movie", "book", "track", "song", "artist", "game",
)  # fmt: skip
BARE = frozenset({"product", "movie", "book", "track", "song", "artist", "game"})
"""In events these name the item; in a table of items they may be its words."""
EVENTS: Mapping[str, Sequence[str]] = {
    "user": (
        "user_id", "user", "customer_id", "visitor_id", "reviewer_id", "member_id", "account_id", "buyer_id",
        "client_id", "person_id", "profile_id", "subscriber_id", "player_id", "reader_id", "borrower_id", "patron_id",
        "uid", "author_id", "steam_id", "user_name", "session_id", "customer", "client", "member", "session",
    ),
    "item": ITEM_IDS,
    "rating": (
        "rating", "overall", "stars", "score", "rate", "book_rating", "review_score", "user_rating", "review_rating",
        "rating_score", "star_rating",
    ),
    "timestamp": (
        "timestamp", "ts", "time", "t_dat", "date", "datetime", "event_time", "event_timestamp", "created_at",
        "unix_review_time", "unix_time", "review_time", "event_date", "purchase_date", "order_date", "invoice_date",
        "transaction_date", "order_time", "purchase_time", "review_date", "rating_date", "date_added", "date_updated",
        "read_at", "watched_at", "played_at", "time_ms", "timestamp_ms", "time_stamp", "created", "updated_at",
        "created_time", "datum", "at",
    ),
    "kind": (
        "kind", "event_type", "interaction_type", "event", "action", "action_type", "behavior", "behaviour",
        "behavior_type", "behaviour_type", "feedback", "feedback_type", "activity", "activity_type", "type",
    ),
    "quantity": ("quantity", "qty"),
}  # fmt: skip
"""Column of events -> its names, the likeliest first; case, blanks and signs do not count."""
ITEMS: Mapping[str, Sequence[str]] = {
    "item_id": ("item_id", "id", *(name for name in ITEM_IDS[1:] if name == "item" or name not in BARE)),
    "title": (
        "title", "name", "product_name", "prod_name", "product_title", "item_name", "item_title", "movie_title",
        "app_name", "book_title", "original_title", "track_name", "song_title", "song_name", "artist_name",
        "album_name", "game_name", "display_name", "headline",
    ),
    "description": (
        "description", "overview", "detail_desc", "desc", "summary", "abstract", "plot", "synopsis",
        "product_description", "item_description", "short_description", "long_description", "about", "body",
    ),
}  # fmt: skip
ATTRIBUTES: Mapping[str, Sequence[str]] = {
    "price": ("price", "list_price", "price_usd", "price_eur", "unit_price", "current_price", "sale_price"),
    "year": ("year", "release_year", "publication_year", "original_publication_year", "year_of_publication"),
    "genres": ("genres",),
    "category": ("category",),
    "colour": ("colour",),
    "brand": ("brand",),
    "tags": ("tags",),
}
"""Attribute that sentences and filters know by its name -> what it is called, too."""


def plain(name: str) -> str:
    """A name without what spellings of it differ in: case, blanks and signs.

    Examples
    --------
    >>> plain(" User ID") == plain("userId") == plain("user_id")
    True
    """
    return re.sub(r"[\W_]", "", name).casefold()


NAMES = frozenset(plain(name) for names in (*EVENTS.values(), *ITEMS.values(), *ATTRIBUTES.values()) for name in names)
"""All that a header may be known by."""
OWN = frozenset(
    (
        *("user_id", "user", "item_id", "item", "id", "rating", "timestamp", "kind"),
        *("title", "name", "description", "overview"),
    )
)
"""Names of which nothing need be said."""
ROLES: Mapping[str, str] = {
    "user": "user", "item": "item", "rating": "rating", "time": "timestamp", "kind": "kind",
    **{name: name for name in ("title", "description", *ATTRIBUTES, "image", "video", "audio")},
    "timestamp": "timestamp", "user_id": "user", "item_id": "item", "quantity": "quantity",
}  # fmt: skip
"""What a column can be named as -> what it is called here; `item` is the id in both tables."""
FILE = "columns.yaml"
"""In a catalogue's folder: the names of its columns, which every reading of the folder goes by."""
NamedColumns = Mapping[str, Sequence[str]]
"""Value of `ROLES` -> columns that are read as it, each in the tables that have it."""
WHOLE_FLOAT = r"^\d+\.0+$"
_ROLE = re.compile(r"(?:^|,)\s*(\w+)\s*=")


def named_columns(given: "Mapping[str, str | Sequence[str]] | str | None") -> dict[str, tuple[str, ...]]:
    """Which column is which, as somebody says it.

    Parameters
    ----------
    given
        Role -> a column, or several of which each table has one; or `role=column,role=column`, where a role may be
        there more than once. Roles are user, item, rating, time, title, description, the attributes that sentences
        know by name (price, year, genres, category, colour, brand, tags), and image, video, audio for names of files
        and web addresses.

    Returns
    -------
    dict of str to tuple of str
        As `NamedColumns`.

    Raises
    ------
    BadInput
        Where a role is unknown, a column is missing, or one column has two roles.

    Examples
    --------
    >>> named_columns("item=Article, no.,user=who,time=when")
    {'item': ('Article, no.',), 'user': ('who',), 'timestamp': ('when',)}
    """
    if isinstance(given, str):
        parts = _ROLE.split(given)
        if parts[0].strip() or (len(parts) == 1 and given.strip()):
            raise BadInput(f"`columns` is {shown(given)}; write it as item=COLUMN,user=COLUMN,time=COLUMN", "columns")
        pairs = list(zip(parts[1::2], parts[2::2], strict=True))
    else:
        pairs = [
            (str(role), str(name))
            for role, names in (given or {}).items()
            for name in ([names] if isinstance(names, str) else names)
        ]
    found: dict[str, tuple[str, ...]] = {}
    for role, name in pairs:
        standard = ROLES.get(role.strip().casefold())
        if standard is None:
            roles = ", ".join(name for name in ROLES if name not in ("timestamp", "user_id", "item_id"))
            raise BadInput(f"`columns` names a column as {role!r}, which is none of {roles}", "columns")
        if not (name := name.strip()):
            raise BadInput(f"`columns` names no column as {role}; write {role}=COLUMN", "columns")
        if other := next((other for other, names in found.items() if name in names and other != standard), None):
            raise BadInput(f"`columns` names the column {name!r} as {other} and as {standard}; name one", "columns")
        found[standard] = tuple(dict.fromkeys((*found.get(standard, ()), name)))
    return found


def added_columns(kept: NamedColumns, new: NamedColumns) -> dict[str, tuple[str, ...]]:
    """The names of a folder's columns with new ones, which replace those of the same role and of the same column.

    Examples
    --------
    >>> added_columns({"item": ("sku",), "user": ("who",)}, {"user": ("buyer",), "quantity": ("Menge",)})
    {'item': ('sku',), 'user': ('buyer',), 'quantity': ('Menge',)}
    """
    named = {name for names in new.values() for name in names}
    rest = {role: tuple(name for name in names if name not in named) for role, names in kept.items()}
    return {role: names for role, names in {**rest, **{role: tuple(own) for role, own in new.items()}}.items() if names}


def kept_columns(folder: Path) -> tuple[dict[str, tuple[str, ...]], Path | None]:
    """The names that are kept of a folder's columns.

    Parameters
    ----------
    folder
        The catalogue's.

    Returns
    -------
    tuple of (dict, Path or None)
        As `NamedColumns`, and the file that says them; none where there is no such file.

    Raises
    ------
    CatalogError
        Where the file cannot be read.
    """
    import yaml

    file = next((file for file in _files(folder) if file.is_file()), None)
    if file is None:
        return {}, None
    try:
        held = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(held, dict):
            raise BadInput("it is no mapping of roles to columns")
        names = {role: [str(n) for n in name] if isinstance(name, list) else str(name) for role, name in held.items()}
        return named_columns(names), file
    except (OSError, ValueError, yaml.YAMLError, BadInput) as error:
        why = " ".join(str(error).replace("`columns`", "it").split())[:200]
        raise CatalogError(f"{file} cannot be used ({why}); mend or remove it") from error


def keep_columns(folder: Path, columns: NamedColumns) -> Path:
    """Keep the names of a folder's columns, so that no later reading needs to be told again.

    Parameters
    ----------
    folder
        The catalogue's. Where it cannot be written to, the names lie below `$LLMREC_HOME/columns`.
    columns
        What they are; without any, the file is removed.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StorageError
        Where neither can be written.
    """
    import yaml

    names = {role: list(names) if len(names) > 1 else names[0] for role, names in columns.items()}
    files = _files(folder)
    for file in files:
        try:
            if names:
                file.parent.mkdir(parents=True, exist_ok=True)
                part = file.with_name(file.name + ".part")
                part.write_text(yaml.safe_dump(names, allow_unicode=True, sort_keys=False), encoding="utf-8")
                part.replace(file)
                return file
            file.unlink(missing_ok=True)
        except OSError as error:
            if file == files[-1]:
                raise StorageError(f"{file} cannot be written: {error.strerror}; free some space") from error
    return files[0]


def _files(folder: Path) -> list[Path]:
    """Where the names of a folder's columns may lie, the first before the other."""
    full = folder.resolve()
    key = f"{full.name}-{hashlib.sha1(str(full).encode()).hexdigest()[:8]}.yaml"
    return [folder / FILE, home() / "columns" / key]


def column_as(table: Table, standard: str, known: Sequence[str], findings: Findings) -> list[str]:
    """The columns of a table that stand for something, the likeliest first; the one that was named alone.

    Parameters
    ----------
    table
        The table.
    standard
        For what, a value of `ROLES`.
    known
        Names that it goes by.
    findings
        Has the names that were given, and is told of the columns that there are.
    """
    findings.columns_seen[table.file.name] = list(dict.fromkeys(map(str, table.columns)))
    named = [found for name in findings.columns.get(standard, ()) if (found := spelt(name, table.columns)) is not None]
    if named:
        return named[:1]
    assigned = {spelt(name, table.columns) for names in findings.columns.values() for name in names}
    return candidates([name for name in table.columns if name not in assigned], known)


def check_named(findings: Findings) -> None:
    """Refuse names of columns that no table has; raises `CatalogError`, which says those that there are."""
    for standard, names in findings.columns.items():
        for name in names:
            if not any(spelt(name, columns) is not None for columns in findings.columns_seen.values()):
                there = "; ".join(
                    f"{file} has {', '.join(columns) or 'none'}" for file, columns in findings.columns_seen.items()
                )
                raise CatalogError(
                    f"no table has the column {name!r}, which `columns` names as {standard} "
                    f"({there or 'this layout names its columns itself'}); name one that is there",
                    "columns",
                )


def spelt(name: str, columns: Iterable[str]) -> str | None:
    """Find a column as the table spells it: blanks around it and case do not count where that is clear.

    Parameters
    ----------
    name
        As somebody writes it.
    columns
        Those of the table.

    Returns
    -------
    str or None
        None where there is none, or several.
    """
    found = list(columns)
    if name in found:
        return name
    form = normal_name(name).casefold()
    alike = [column for column in found if normal_name(column).casefold() == form]
    return alike[0] if len(alike) == 1 else None


def candidates(columns: Iterable[str], names: Sequence[str]) -> list[str]:
    """The columns that go by one of the names, the likeliest first, exact spellings before others."""
    found = list(columns)
    exact = [name for name in names if name in found]
    place = {plain(name): place for place, name in reversed(list(enumerate(names)))}
    other = sorted(
        (name for name in found if name not in exact and plain(name) in place), key=lambda name: place[plain(name)]
    )
    return sorted([*exact, *other], key=lambda name: place[plain(name)])


def note_names(table: Table, chosen: Mapping[str, str], findings: Findings) -> None:
    """Tell which columns stand for what, where they are not called so. `chosen`: column -> what it is read as."""
    told = [
        f"{name!r} as {standard}"
        for name, standard in chosen.items()
        if plain(name) != plain(standard) and (name not in OWN or name in findings.columns.get(standard, ()))
    ]
    if told:
        findings.note(table.file, f"column {', '.join(told)}")


def normal_ids(table: Table, name: str, findings: Findings) -> pa.StringArray:
    """The ids of a column in one spelling: as `normal_id`, and 12.0, as pandas writes it beside a gap, as 12.

    Parameters
    ----------
    table, name
        The column.
    findings
        Is told where ids were written otherwise.

    Returns
    -------
    pyarrow.StringArray
        An id a row.
    """
    ids = table.columns[name].combine_chunks()
    trimmed = _spelt_alike(pc.utf8_trim_whitespace(ids), table, name, findings)
    if (blank := _first(pc.not_equal(pc.utf8_trim_whitespace(ids), ids))) is not None:
        findings.note(table.file, f"blanks around ids in column {name!r} taken away, first {shown(ids[blank].as_py())}")
    if _first(pc.match_substring(trimmed, ".0")) is None:
        return trimmed
    pointed = pc.match_substring_regex(trimmed, WHOLE_FLOAT)
    if _first(pointed) is None or pc.any(pc.match_substring_regex(trimmed, r"^\d+\.\d*[1-9]\d*$")).as_py():
        return trimmed  # beside 1.5, 1.0 is one of decimals; beside a word it is a number that met one
    cells = counted(pc.sum(pointed).as_py(), "cell")
    findings.note(
        table.file, f"ids in column {name!r} without .0 in {cells}, first {shown(trimmed[_first(pointed)].as_py())}"
    )
    return pc.if_else(pointed, pc.replace_substring_regex(trimmed, r"\.0+$", ""), trimmed)


def _spelt_alike(ids: pa.StringArray, table: Table, name: str, findings: Findings) -> pa.StringArray:
    """Ids in the spelling of `normal_id`; told where that changes one."""
    if _first(pc.match_substring_regex(ids, r"[^\x20-\x7e]")) is None:
        return ids
    encoded = ids.dictionary_encode()
    written = encoded.dictionary.to_pylist()
    normal = [normal_id(each) for each in written]
    changed = [(old, new) for old, new in zip(written, normal, strict=True) if old != new]
    if not changed:
        return ids
    if hidden := [old for old, _ in changed if INVISIBLE.search(old)]:
        distinct = counted(len(hidden), "id")
        findings.note(
            table.file,
            f"invisible characters taken out of {distinct} in column {name!r}, first {hidden[0]!a}",
        )
    if composed := [old for old, _ in changed if not INVISIBLE.search(old)]:
        distinct = counted(len(composed), "id")
        findings.note(table.file, f"{distinct} in column {name!r} in composed letters (NFC), first {composed[0]!a}")
    return pa.array(normal, pa.string()).take(encoded.indices)


def _first(flags: pa.BooleanArray) -> int | None:
    place = pc.index(flags, True).as_py()
    return place if place >= 0 else None
