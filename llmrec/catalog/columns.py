"""Which column of a table is which: the names by which the field's data sets call users, items, times and titles."""

import re
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from llmrec.catalog.quarantine import Findings, shown
from llmrec.catalog.tables import Table

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
    {"user_id", "user", "item_id", "item", "id", "rating", "timestamp", "title", "name", "description", "overview"}
)
"""Names of which nothing need be said."""


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
        if name not in OWN and plain(name) != plain(standard)
    ]
    if told:
        findings.note(table.file, f"column {', '.join(told)}")


def normal_ids(table: Table, name: str, findings: Findings) -> pa.StringArray:
    """The ids of a column in one spelling: no blanks around them, and 12.0, as pandas writes it beside a gap, as 12.

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
    trimmed = pc.utf8_trim_whitespace(ids)
    if (blank := _first(pc.not_equal(trimmed, ids))) is not None:
        findings.note(table.file, f"blanks around ids in column {name!r} taken away, first {shown(ids[blank].as_py())}")
    if _first(pc.match_substring(trimmed, ".0")) is None:
        return trimmed
    if (pointed := _first(pc.match_substring_regex(trimmed, r"^\d+\.0+$"))) is None:
        return trimmed
    filled = trimmed.filter(pc.not_equal(trimmed, ""))
    if not pc.all(pc.match_substring_regex(filled, r"^\d+(\.0+)?$")).as_py():
        return trimmed
    findings.note(table.file, f"ids in column {name!r} without .0, first {shown(trimmed[pointed].as_py())}")
    return pc.replace_substring_regex(trimmed, r"\.0+$", "")


def _first(flags: pa.BooleanArray) -> int | None:
    place = pc.index(flags, True).as_py()
    return place if place >= 0 else None
