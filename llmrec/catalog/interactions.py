"""Turns the rows of an events file into histories; in columns up to the end, as events come in millions."""

import gc
import hashlib
import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from llmrec.catalog.columns import EVENTS, column_as, normal_ids, note_names
from llmrec.catalog.feedback import STRENGTHS, kind_of
from llmrec.catalog.quarantine import Findings, counted, shown
from llmrec.catalog.tables import Table, text_column
from llmrec.catalog.times import DATED, read_serials, read_times
from llmrec.catalog.types import Interaction, Repeats
from llmrec.catalog.values import amounts, numbers_of, value_in
from llmrec.errors import CatalogError

SAMPLE = 2000
"""Rows by which a column of times is chosen."""
MOST_NAMED = 8
"""Of columns that are not used, how many are named."""
NO_USERS = ("NA", "N/A", "null", "NULL", "None", "nan", "NaN", "undefined")
"""What programs write where there is no user."""
EARLIEST = 315_532_800.0
"""1980: earlier times are more likely wrong than events that anybody kept."""
DAY = 86_400.0
CLOCK = r"^\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp][Mm])?\s*$"
BETWEEN = re.compile(r"[\s,;|]+")
"""What stands between the items of a list in one cell."""


def named_events(table: Table, findings: Findings) -> Table:
    """The columns of a table of events under llmrec's names.

    Parameters
    ----------
    table
        With any of the names that `llmrec.catalog.columns.EVENTS` lists.
    findings
        Is told which column stands for what.

    Returns
    -------
    Table
        With `user`, `item` and, where there are such, `rating`, `timestamp` and `kind`.

    Raises
    ------
    CatalogError
        Where there is no column of users or items.
    """
    found = {standard: column_as(table, standard, known, findings) for standard, known in EVENTS.items()}
    missing = [standard for standard in ("item", "user") if not found[standard]]
    if missing:
        said = {standard: names for standard in missing if (names := findings.columns.get(standard))}
        raise CatalogError(
            f"{table.file} has no {' and no '.join(missing)} column"
            + "".join(f", and none {' or '.join(map(repr, names))}" for names in said.values())
            + f" (found: {', '.join(table.columns) or 'no columns'}); name them user_id and item_id, or say which they "
            "are with `columns`",
            "columns",
        )
    chosen = {found[standard][0]: standard for standard in ("user", "item", "rating") if found[standard]}
    time = _time_column(table, found["timestamp"], findings)
    if time is not None:
        chosen[time] = "timestamp"
    named = findings.columns.get("kind", ())  # what the user names is taken whatever it holds
    kind = next(
        (name for name in found["kind"] if name not in chosen and (name in named or _holds_kinds(table, name))), None
    )
    if kind is not None:
        chosen[kind] = "kind"
    note_names(table, chosen, findings)
    used = {*chosen, *found["quantity"], *found["timestamp"]}
    if unused := [name for name in table.columns if name and name not in used]:
        more = f" and {len(unused) - MOST_NAMED} more" if len(unused) > MOST_NAMED else ""
        findings.note(table.file, f"not used: {', '.join(map(repr, unused[:MOST_NAMED]))}{more}")
    events = _with_returns(table, table.renamed(chosen), found["quantity"], findings)
    return events if time is None else _with_clock(table, events, time, found["timestamp"], findings)


def _holds_kinds(table: Table, name: str) -> bool:
    """Whether a column whose name may mean many things says what users did."""
    cells = [cell for cell in table.columns[name].slice(0, SAMPLE).to_pylist() if cell and cell.strip()]
    return bool(cells) and 2 * sum(kind_of(cell) in STRENGTHS for cell in cells) >= len(cells)


def _with_returns(table: Table, events: Table, names: Sequence[str], findings: Findings) -> Table:
    """The events with the kind `return` where a column of quantities is below 0."""
    if not names:
        return events
    below = pc.match_substring_regex(table.columns[names[0]], r"^\s*-\s*\d*[1-9]")
    returns = pc.sum(below).as_py()
    if not returns:
        return events
    findings.note(events.file, f"{counted(returns, 'row')} with {names[0]!r} below 0 as returns")
    kinds = events.columns.get("kind", pa.chunked_array([pa.repeat("", len(events))]))
    return replace(events, columns={**events.columns, "kind": pc.if_else(below, "return", kinds)})


def _time_column(table: Table, names: Sequence[str], findings: Findings) -> str | None:
    """The first column that holds points in time; where none does, the first that counts up."""
    if len(names) < 2:
        return names[0] if names else None
    samples = {name: table.columns[name].slice(0, SAMPLE).combine_chunks() for name in names}
    for name in names:
        if read_times(samples[name]).dated() >= 0.5:
            if name != names[0]:
                other = next((cell for cell in samples[names[0]].to_pylist() if cell), "")
                findings.note(
                    table.file, f"times of column {name!r}: {names[0]!r} holds no dates, first {shown(other)}"
                )
            return name
    return names[0]


def _with_clock(table: Table, events: Table, time: str, names: Sequence[str], findings: Findings) -> Table:
    """The events with the time of day of another column, where their dates have none."""
    clock = next((name for name in names if name != time and _all(table, name, CLOCK)), None)
    if clock is None or _all(table, time, r"^\s*\d+(\.\d+)?\s*$") or pc.any(
        pc.match_substring(table.columns[time], ":")
    ).as_py():  # fmt: skip
        return events
    findings.note(table.file, f"columns {time!r} and {clock!r} together as times")
    joined = pc.binary_join_element_wise(table.columns[time], table.columns[clock], " ")
    return replace(events, columns={**events.columns, "timestamp": pa.chunked_array(joined)})


def _all(table: Table, name: str, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(table.columns[name].slice(0, SAMPLE), pattern)).as_py())


def build_histories(
    table: Table, item_ids: Sequence[str], findings: Findings, repeats: Repeats = "first"
) -> dict[str, tuple[Interaction, ...]]:
    """Turn a table of events into the history of each user.

    Each item counts once, by its first event, with the last rating and the most telling kind of all its events. A
    history is ordered by (timestamp, sha1 of "user:item"), so that events of one second carry no order that a model
    could learn. Without a timestamp column the order of the file counts.

    Parameters
    ----------
    table
        Columns `user`, `item` and, if there, `rating`, `kind` and `timestamp` (unix seconds, or ISO dates, read as
        UTC).
    item_ids
        Ids of the catalogue's items.
    findings
        Gets the rows without user or item, with an unknown item, or with a timestamp that is none; is told of ratings
        that are none.
    repeats
        `first`, or `keep`: then only events of one moment are one.

    Returns
    -------
    dict of str to tuple of Interaction
        User -> events, oldest first; users in the order in which they first appear.

    Raises
    ------
    CatalogError
        Where no row is valid.
    """
    table = _by_item(table, item_ids, findings)
    users, items = normal_ids(table, "user", findings), normal_ids(table, "item", findings)
    known = pa.array(item_ids, pa.string())
    items = _as_known(items, known, table, findings)
    n_rows = len(users)
    if "timestamp" in table.columns:
        read = read_times(table.columns["timestamp"].combine_chunks())
        read_serials(table.columns["timestamp"].combine_chunks(), read)
        times, times_ok = read.seconds, read.good
        for how in read.notes:
            findings.note(table.file, how)
        findings.warnings += [f"{table.file.name}: {line}" for line in read.warnings]
    else:
        findings.warnings.append(f"{table.file.name} has no timestamp column: the order of its rows counts")
        times, times_ok = np.arange(n_rows, dtype=np.float64), np.ones(n_rows, bool)
    ratings = np.full(n_rows, np.nan)
    if "rating" in table.columns:
        ratings = _ratings(table, findings)
    kinds = _kinds(table, findings) if "kind" in table.columns else None

    checks = {
        "no user id": _mask(pc.not_equal(users, "")),
        "no item id": _mask(pc.not_equal(items, "")),
        "unknown item": _mask(pc.is_in(items, value_set=known)),
        "unparsable timestamp": times_ok,
    }
    reasons: dict[int, str] = {}
    for reason, good in checks.items():
        for row in np.flatnonzero(~good):
            reasons.setdefault(int(row), reason)
    table.reject(reasons, findings)
    keep = np.logical_and.reduce(list(checks.values()))
    if not keep.any():
        why = f"; {'; '.join(findings.left_out()[:3])}" if findings.bad else ""
        ids = ", ".join(map(repr, item_ids[:3]))
        raise CatalogError(
            f"{table.file} holds no valid event among {n_rows} rows{why}; "
            f"each needs a user, an item of the items file (ids there are {ids}, …), and a time"
        )
    merged = int(keep.sum())
    chosen = pa.array(keep)
    _tell_users(users.filter(chosen), table, findings)
    if "timestamp" in table.columns:
        _tell_dates(times[keep], table.columns["timestamp"].filter(chosen), table, findings)
    kept_kinds = None if kinds is None else Kinds(kinds.codes[keep], kinds.names)
    histories = _histories(users.filter(chosen), items.filter(chosen), times[keep], ratings[keep], kept_kinds, repeats)
    merged -= sum(map(len, histories.values()))
    if merged and repeats == "first":
        findings.warnings.append(
            f"{counted(merged, 'event')} of {table.file.name} ({merged / keep.sum():.0%}) repeat an earlier one of the "
            f"same user and item: the first counts{_merged(table)}; `repeats` keep makes use of them"
        )
    elif merged:
        findings.warnings.append(
            f"{counted(merged, 'event')} of {table.file.name} repeat another of the same user, item and moment: they "
            f"are one{_merged(table)}"
        )
    return histories


def _tell_users(users: pa.StringArray, table: Table, findings: Findings) -> None:
    """Tell of users whose id reads as none."""
    counts = pc.value_counts(users.filter(pc.is_in(users, value_set=pa.array(NO_USERS)))).to_pylist()
    if counts:
        events = counted(sum(each["counts"] for each in counts), "event")
        named = ", ".join(repr(each["values"]) for each in counts)
        findings.warnings.append(
            f"{events} of {table.file.name} belong to users called {named}, each read as a person like others; leave "
            "the cell empty where there is no user"
        )


def _tell_dates(times: NDArray[np.float64], cells: pa.ChunkedArray, table: Table, findings: Findings) -> None:
    """Tell the range of dates, and of times that can hardly be; nothing of times that only count."""
    if times.max() < DATED:
        return
    ends = np.clip([times.min(), times.max()], -6e10, 2e11).tolist()
    first, last = (datetime.fromtimestamp(end, UTC).date().isoformat() for end in ends)
    findings.dates = (first, last)
    for what, odd in (("before 1980", times < EARLIEST), ("after tomorrow", times > time.time() + 2 * DAY)):
        if odd.any():
            cell = cells[int(np.argmax(odd))].as_py()
            findings.warnings.append(
                f"{counted(int(odd.sum()), 'event')} of {table.file.name} lie {what}, first {shown(cell)}; is that "
                "time right?"
            )


def _by_item(table: Table, item_ids: Sequence[str], findings: Findings) -> Table:
    """One row an item where a row holds a user's items in order: `1 5 3`, `['1', '5']`, `1|5|3`."""
    sample = table.columns["item"].slice(0, SAMPLE).to_pylist()
    known = set(item_ids)
    lists = [_listed(cell) for cell in sample if cell and cell.strip() not in known]
    several = [parts for parts in lists if len(parts) > 1]
    if len(several) * 2 <= len(sample) or sum(known.issuperset(parts) for parts in several) * 2 <= len(several):
        return table
    cells = [_listed(cell) for cell in table.texts("item")]
    rows = pa.array(np.repeat(np.arange(len(cells)), [len(parts) for parts in cells]))
    columns = {name: column.take(rows) for name, column in table.columns.items()}
    columns["item"] = text_column(part for parts in cells for part in parts)
    times = table.texts("timestamp") if "timestamp" in table.columns else []
    listed = [_listed(cell) for cell in times]
    if listed and all(len(one) == len(other) for one, other in zip(listed, cells, strict=True)):
        columns["timestamp"] = text_column(part for parts in listed for part in parts)
    findings.note(table.file, f"several items in a row, in their order, first {shown(sample[0])}")
    place = rows.to_pylist()

    def records() -> Iterator[tuple[int, Sequence[str]]]:
        origin = enumerate(table.locate())
        at, record = next(origin)
        for row in place:
            while at < row:
                at, record = next(origin)
            yield record

    return replace(table, columns=columns, locate=records)


def _listed(cell: str) -> list[str]:
    value = value_in(cell)
    parts = [str(part) for part in value] if isinstance(value, list) else BETWEEN.split(cell.strip())
    return [part.strip() for part in parts if part.strip()]


def _as_known(items: pa.StringArray, known: pa.StringArray, table: Table, findings: Findings) -> pa.StringArray:
    """Ids in the spelling of the items file: 12.0 is 12 where only that is there, and the other way round."""
    unknown = pc.invert(pc.is_in(items, value_set=known))
    if not pc.any(unknown).as_py():
        return items
    bare = pc.replace_substring_regex(known, r"^(\d+)\.0+$", r"\1")
    place = pc.index_in(pc.replace_substring_regex(items, r"^(\d+)\.0+$", r"\1"), value_set=bare)
    mended = pc.and_(unknown, place.is_valid())
    if pc.any(mended).as_py() and len(pc.unique(bare)) == len(known):
        first, rows = items.filter(mended)[0].as_py(), counted(pc.sum(mended).as_py(), "row")
        findings.note(
            table.file, f"item ids with or without .0 as the items file has them in {rows}, first {shown(first)}"
        )
        items = pc.if_else(mended, known.take(place), items)
    items = _with_zeros(items, known, table, findings)
    _tell_alike(items, known, table, findings)
    return items


def _tell_alike(items: pa.StringArray, known: pa.StringArray, table: Table, findings: Findings) -> None:
    """Tell of unknown ids that differ from those of items in case or in the width of characters alone."""
    unknown = pc.unique(items.filter(pc.invert(pc.is_in(items, value_set=known)))).to_pylist()
    if not any(unknown):
        return
    there = {_loose(each): each for each in known.to_pylist()}
    alike = [(each, there[_loose(each)]) for each in unknown if _loose(each) in there]
    if alike:
        findings.warnings.append(
            f"{counted(len(alike), 'unknown item id')} of {table.file.name} would be known but for capitals or the "
            f"width of characters, first {shown(alike[0][0])} beside {shown(alike[0][1])}: write them in one way"
        )


def _loose(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _with_zeros(items: pa.StringArray, known: pa.StringArray, table: Table, findings: Findings) -> pa.StringArray:
    """Ids with the leading zeros of the items file, where a program that took ids for numbers lost them."""
    unknown = pc.invert(pc.is_in(items, value_set=known))
    if not pc.any(unknown).as_py() or not pc.any(pc.starts_with(known, "0")).as_py():
        return items
    bare = pc.utf8_ltrim(known, "0")
    if len(pc.unique(bare)) != len(known):
        return items
    place = pc.index_in(pc.utf8_ltrim(items, "0"), value_set=bare)
    mended = pc.and_(unknown, place.is_valid())
    if pc.sum(mended).as_py() * 2 <= pc.sum(unknown).as_py():
        return items
    first = items.filter(mended)[0].as_py()
    findings.note(
        table.file,
        f"leading zeros of item ids restored in {counted(pc.sum(mended).as_py(), 'row')}, first {shown(first)}",
    )
    return pc.if_else(mended, known.take(place), items)


def _ratings(table: Table, findings: Findings) -> NDArray[np.float64]:
    """(rows,) ratings, NaN where there is none; a rating that cannot be read is told and costs no event."""
    texts = table.columns["rating"].combine_chunks()
    ratings, good = numbers_of(texts)
    left = np.flatnonzero(~(good | _mask(pc.equal(pc.utf8_trim_whitespace(texts), ""))))
    if not left.size:
        return _without_marks(ratings, table, findings)
    cells = {int(row): texts[int(row)].as_py().strip() for row in left}
    numbers, told, disagreeing = amounts(cells, ",")
    for row, value in numbers.items():
        ratings[row] = value
    for each in told:
        findings.note(table.file, f"ratings: {each}")
    findings.warnings += [f"ratings of {table.file.name}: {each}" for each in disagreeing]
    if lacking := [cell for row, cell in cells.items() if row not in numbers]:
        findings.warnings.append(
            f"{counted(len(lacking), 'rating')} of {table.file.name} cannot be read, first {shown(lacking[0])}: "
            "their events count without one"
        )
    return _without_marks(ratings, table, findings)


def _without_marks(ratings: NDArray[np.float64], table: Table, findings: Findings) -> NDArray[np.float64]:
    """The ratings without the numbers that data sets write where nobody rated: -1 or 0 on a scale from 1 on."""
    given = ratings[~np.isnan(ratings)]
    if not given.size or given.max() < 3:  # 0 and 1, or -1, 0 and 1, are opinions
        return ratings
    below, zeros = given[given < 0], np.count_nonzero(given == 0)
    marks = [-1.0] if below.size and (below == -1).all() else []
    if 3 * zeros > given.size and not ((given > 0) & (given < 1)).any():
        marks.append(0.0)
    for mark in marks:
        rows = counted(int(np.count_nonzero(ratings == mark)), "rating")
        findings.note(table.file, f"{rows} of {mark:g} as none, on a scale up to {given.max():g}")
    return np.where(np.isin(ratings, marks), np.nan, ratings) if marks else ratings


@dataclass(frozen=True)
class Kinds:
    """What users did: `codes (rows,)` int, places in `names`, -1 where it is not told."""

    codes: NDArray[np.intp]
    names: Sequence[str]


def _kinds(table: Table, findings: Findings) -> Kinds:
    encoded = pc.utf8_trim_whitespace(table.columns["kind"].combine_chunks()).dictionary_encode()
    written = encoded.dictionary.to_pylist()
    names = list(dict.fromkeys(kind for cell in written if (kind := kind_of(cell))))
    place = {name: place for place, name in enumerate(names)}
    codes = np.array([place.get(kind_of(cell), -1) for cell in written], np.intp)[encoded.indices.to_numpy()]
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    told = ", ".join(f"{name} ({count:,})" for name, count in zip(names, counts.tolist(), strict=True))
    findings.note(table.file, f"kinds of events: {told}")
    return Kinds(codes, names)


def _merged(table: Table) -> str:
    more = [
        what
        for name, what in (("rating", "the last rating"), ("kind", "the most telling kind"))
        if name in table.columns
    ]
    return f", with {' and '.join(more)} of all" if more else ""


def _last_told(pairs: NDArray[np.intp], told: NDArray[np.bool_], n_pairs: int) -> NDArray[np.intp]:
    """`(n_pairs,)`: the last place of each pair at which something is told, -1 where nowhere."""
    last = np.full(n_pairs, -1, np.intp)
    places = np.flatnonzero(told)
    last[pairs[places]] = places  # of several assignments to one place the last counts
    return last


def _histories(
    users: pa.StringArray,
    items: pa.StringArray,
    times: NDArray[np.float64],
    ratings: NDArray[np.float64],
    kinds: Kinds | None,
    repeats: Repeats,
) -> dict[str, tuple[Interaction, ...]]:
    """Arrays of one length, all valid -> histories; users in the order in which they first appear."""
    user_codes, user_names = _codes(users)
    item_codes, item_names = _codes(items)
    pair = user_codes * len(item_names) + item_codes
    by_pair = np.lexsort((times, pair))  # stable: of two events in one second the file's first
    begins = np.r_[True, np.diff(pair[by_pair]) != 0]
    if repeats == "keep":
        begins[1:] |= np.diff(times[by_pair]) != 0
    first, pairs = by_pair[begins], np.cumsum(begins) - 1
    rated = _last_told(pairs, ~np.isnan(ratings[by_pair]), len(first))
    ratings = np.where(rated >= 0, ratings[by_pair][rated], np.nan)
    codes = np.full(len(first), -1, np.intp)
    if kinds is not None:
        strengths = np.array([*(STRENGTHS.get(name, 1) for name in kinds.names), 0])[kinds.codes[by_pair]]
        strongest = strengths == np.maximum.reduceat(strengths, np.flatnonzero(begins))[pairs]
        codes = kinds.codes[by_pair][_last_told(pairs, strongest, len(first))]
    names = [*kinds.names, None] if kinds is not None else [None]
    user_codes, item_codes, times = user_codes[first], item_codes[first], times[first]

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
        codes[order].tolist(),
        strict=True,
    )
    with _uncollected():
        return {
            user_names[code]: tuple(
                Interaction(user_names[code], item_names[item], time, None if rating != rating else rating, names[kind])
                for _, item, time, rating, kind in events
            )
            for code, events in groupby(columns, key=lambda event: event[0])
        }


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles while millions of events are made, none of which can be in one: it took half of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _tie_break(user: str, item: str) -> int:
    """The first 64 bits of sha1("user:item"): they order as the whole hex digest does."""
    return int.from_bytes(hashlib.sha1(f"{user}:{item}".encode()).digest()[:8], "big")


def _codes(texts: pa.StringArray) -> tuple[NDArray[np.int64], list[str]]:
    """Texts as numbers of distinct texts, and those, in the order of first appearance."""
    encoded = texts.dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _mask(flags: pa.BooleanArray) -> NDArray[np.bool_]:
    return np.array(flags.to_numpy(zero_copy_only=False), np.bool_)
