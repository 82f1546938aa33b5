"""Turns the rows of an events file into histories; in columns up to the end, as events come in millions."""

import hashlib
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import Table
from llmrec.catalog.types import Interaction
from llmrec.errors import CatalogError

NUMBER = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"
DATE_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ")


def build_histories(table: Table, item_ids: Sequence[str], findings: Findings) -> dict[str, tuple[Interaction, ...]]:
    """Turn a table of events into the history of each user.

    Each item counts once, by its first event. A history is ordered by (timestamp, sha1 of "user:item"), so that events
    of one second carry no order that a model could learn. Without a timestamp column the order of the file counts.

    Parameters
    ----------
    table
        Columns `user`, `item` and, if there, `rating` and `timestamp` (unix seconds, or ISO dates, read as UTC).
    item_ids
        Ids of the catalogue's items.
    findings
        Gets the rows without user or item, with an unknown item, or with a timestamp or rating that is none.

    Returns
    -------
    dict of str to tuple of Interaction
        User -> events, oldest first; users in the order in which they first appear.

    Raises
    ------
    CatalogError
        Where no row is valid.
    """
    users, items = (table.columns[name].combine_chunks() for name in ("user", "item"))
    n_rows = len(users)
    if "timestamp" in table.columns:
        times, times_ok = _times(table.columns["timestamp"].combine_chunks())
    else:
        findings.warnings.append(f"{table.file.name} has no timestamp column: the order of its rows counts")
        times, times_ok = np.arange(n_rows, dtype=np.float64), np.ones(n_rows, bool)
    ratings, ratings_ok = np.full(n_rows, np.nan), np.ones(n_rows, bool)
    if "rating" in table.columns:
        texts = table.columns["rating"].combine_chunks()
        ratings, ratings_ok = _numbers(texts)
        ratings_ok |= _mask(pc.equal(texts, ""))

    checks = {
        "no user id": _mask(pc.not_equal(pc.utf8_trim_whitespace(users), "")),
        "no item id": _mask(pc.not_equal(pc.utf8_trim_whitespace(items), "")),
        "unknown item": _mask(pc.is_in(items, value_set=pa.array(item_ids, pa.string()))),
        "unparsable timestamp": times_ok,
        "unparsable rating": ratings_ok,
    }
    reasons: dict[int, str] = {}
    for reason, good in checks.items():
        for row in np.flatnonzero(~good):
            reasons.setdefault(int(row), reason)
    table.reject(reasons, findings)
    keep = np.logical_and.reduce(list(checks.values()))
    if not keep.any():
        raise CatalogError(
            f"{table.file} holds no valid event among {n_rows} rows; "
            "each needs a user, an item of the items file, and a time"
        )
    chosen = pa.array(keep)
    return _histories(users.filter(chosen), items.filter(chosen), times[keep], ratings[keep])


def _histories(
    users: pa.StringArray, items: pa.StringArray, times: NDArray[np.float64], ratings: NDArray[np.float64]
) -> dict[str, tuple[Interaction, ...]]:
    """Arrays of one length, all valid -> histories; users in the order in which they first appear."""
    user_codes, user_names = _codes(users)
    item_codes, item_names = _codes(items)
    pair = user_codes * len(item_names) + item_codes
    by_pair = np.lexsort((times, pair))  # stable: of two events in one second the file's first
    first = by_pair[np.r_[True, np.diff(pair[by_pair]) != 0]]
    user_codes, item_codes, times, ratings = (
        user_codes[first],
        item_codes[first],
        times[first],
        ratings[first],
    )

    order = np.lexsort((times, user_codes))
    tied = (np.diff(user_codes[order]) == 0) & (np.diff(times[order]) == 0)
    hashes = np.zeros(len(order), np.uint64)
    for at in order[np.r_[False, tied] | np.r_[tied, False]]:
        hashes[at] = _tie_break(user_names[user_codes[at]], item_names[item_codes[at]])
    order = np.lexsort((hashes, times, user_codes))

    columns = zip(
        user_codes[order].tolist(),
        item_codes[order].tolist(),
        times[order].tolist(),
        ratings[order].tolist(),
        strict=True,
    )
    return {
        user_names[code]: tuple(
            Interaction(user_names[code], item_names[item], time, None if rating != rating else rating)
            for _, item, time, rating in events
        )
        for code, events in groupby(columns, key=lambda event: event[0])
    }


def _tie_break(user: str, item: str) -> int:
    """The first 64 bits of sha1("user:item"): they order as the whole hex digest does."""
    return int.from_bytes(hashlib.sha1(f"{user}:{item}".encode()).digest()[:8], "big")


def _codes(texts: pa.StringArray) -> tuple[NDArray[np.int64], list[str]]:
    """Texts as numbers of distinct texts, and those, in the order of first appearance."""
    encoded = texts.dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _times(texts: pa.StringArray) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Unix seconds from numbers or ISO dates (UTC), and which cells were either."""
    times, good = _numbers(texts)
    for pattern in DATE_FORMATS:
        if good.all():
            break
        parsed = pc.strptime(texts, format=pattern, unit="s", error_is_null=True)
        hit = _mask(pc.is_valid(parsed)) & ~good
        times[hit] = pc.fill_null(parsed.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)[hit]
        good |= hit
    return times, good


def _numbers(texts: pa.StringArray) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cells as floats (NaN where a cell is no finite number), and which cells were one."""
    matching = pc.match_substring_regex(texts, NUMBER)
    plain = pc.if_else(matching, pc.utf8_trim_whitespace(texts), "nan")
    values = np.array(plain.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)  # a copy: writable
    good = np.isfinite(values)
    values[~good] = np.nan
    return values, good


def _mask(flags: pa.BooleanArray) -> NDArray[np.bool_]:
    return np.array(flags.to_numpy(zero_copy_only=False), np.bool_)
