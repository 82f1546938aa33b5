"""Times as people write them, read as unix seconds: epochs of any unit, ISO 8601, and the other common forms."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from llmrec.catalog.quarantine import counted, shown
from llmrec.catalog.tables import EPOCHS, YEAR_1, YEAR_10000
from llmrec.catalog.values import numbers_of

ISO_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ")
"""Forms that pyarrow reads at once, a million a second."""
UNITS = ((1e17, 1e9, "nanoseconds"), (1e14, 1e6, "microseconds"), (EPOCHS, 1e3, "milliseconds"))
"""From this magnitude on, what a second has, and name: 1e11 seconds would be the year 5138, 1e11 ms are in 1973."""
COMPACT = {
    r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])": "%Y%m%d",
    r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d": "%Y%m%d%H%M%S",
}
"""Digits that are a date -> its format."""
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %I %p", " %I%p", " %I:%M%p")
UNUSUAL = (
    "%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y", "%d/%b/%Y:%H:%M:%S %z", "%Y-%m-%d %I:%M:%S %p", "%b %Y", "%B %Y",
    "%m/%Y", "%b %d %Y %I:%M%p", "%Y年%m月%d日",
    *(f"%Y-%m-%d{clock}" for clock in CLOCKS[3:]),
    *(
        f"%{first}{mark}%{second}{mark}%{year}{clock}"
        for mark in "/.-" for year in "Yy" for clock in CLOCKS for first, second in ("md", "dm")
    ),
)  # fmt: skip
"""Formats that pandas does not guess."""
MOST_FORMATS = 12
NUMERIC_DATE = r"^(?P<first>\d{1,2})(?P<mark>[/.\- ])(?P<second>\d{1,2})[/.\- ,]+\d{2,4}\b"
"""Two numbers of which either may be the day."""
ZONE = re.compile(r"\s*(?:UTC|GMT|Z)$|\s(?:UTC|GMT)(?=\s\d{4}$)")
ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "HST": -10, "BRT": -3, "ART": -3, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "IST": 5.5, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Name of a time zone -> hours east of UTC, as most people mean it; what was read is told."""
ZONE_NAME = re.compile(rf"(?<=[\dmM])\s+({'|'.join(ZONES)})(?=$|\s\d{{4}}$)")
LEAP_SECOND = re.compile(r"(\d\d:\d\d:)60(?!\d)")
WEEK_OR_DAY = r"\d{4}-?(?:W\d\d(?:-?\d)?|\d{3})(?:[T ].*)?"
THOUSANDS = r"^\s*\d{1,3}((,\d{3}){2,}|(\.\d{3}){2,}|([ \x{a0}\x{202f}']\d{3}){2,})\s*$"
SERIALS, SERIAL_1970 = (20_000, 80_000), 25_569
"""Days since 1900 that are points in time (1954 to 2119), and that of 1 January 1970."""
DATED = 1e8
"""Seconds from which on a number is taken for a point in time (March 1973): smaller ones count or measure."""


@dataclass
class Times:
    """What a column of times says.

    Attributes
    ----------
    seconds : (rows,) float64
        Unix time; NaN where a cell is no time.
    good : (rows,) bool
        Which cells are.
    notes
        How they were read, where that had to be found.
    warnings
        Sentences on what could not be decided.
    """

    seconds: NDArray[np.float64]
    good: NDArray[np.bool_]
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def dated(self) -> float:
        """The share of the cells that are points in time, rather than counts."""
        known = self.good & (np.abs(np.nan_to_num(self.seconds)) >= DATED)
        return float(known.mean()) if known.size else 0.0


def read_times(texts: pa.StringArray) -> Times:
    """Read a column of times.

    Parameters
    ----------
    texts
        Epochs in seconds, milliseconds, microseconds or nanoseconds, by magnitude; ISO 8601; dates as `04/16/2024`,
        `16.04.2024 10:22`, `Tue Apr 16 23:33:08 -0700 2024` and others. Without an offset they are UTC.

    Returns
    -------
    Times
    """
    texts, notes = _without_thousands(texts)
    seconds, good = numbers_of(texts)
    times = Times(seconds, good, notes)
    if good.any():
        _scale(texts, times)
    for pattern in ISO_FORMATS:
        if times.good.all():
            break
        _fill(times, *_strptime(texts, pattern))
    empty = np.array(pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False), np.bool_)
    if not (times.good | empty).all():
        _parse_rest(texts, times, empty)
    within = (times.seconds >= YEAR_1) & (times.seconds < YEAR_10000)
    times.seconds[~within], times.good[~within] = np.nan, False
    return times


def read_serials(texts: pa.StringArray, times: Times) -> None:
    """Read the numbers by which spreadsheets count days, where nothing else fits: all others are points in time.

    Parameters
    ----------
    texts
        The column.
    times
        What `read_times` made of it; is changed in place.
    """
    numbers = numbers_of(texts)[1] & times.good
    serials = numbers & (times.seconds >= SERIALS[0]) & (times.seconds <= SERIALS[1])
    if not serials.any() or (times.good & ~serials & (np.abs(times.seconds) < DATED)).any():
        return
    times.seconds[serials] = np.round((times.seconds[serials] - SERIAL_1970) * 86400, 3)
    first = texts[int(np.flatnonzero(serials)[0])].as_py().strip()
    days = f"days of a spreadsheet (since 1900) in {counted(int(serials.sum()), 'row')}"
    times.notes.append(f"times as {days}, first {shown(first)}")


def _without_thousands(texts: pa.StringArray) -> tuple[pa.StringArray, list[str]]:
    """Numbers without the marks between their thousands: 1,700,000,000."""
    marked = pc.match_substring_regex(texts, THOUSANDS)
    place = pc.index(marked, True).as_py()
    if place < 0:
        return texts, []
    bare = pc.replace_substring_regex(texts, r"[^0-9]", "")
    return pc.if_else(marked, bare, texts), [f"numbers with marks of thousands, first {shown(texts[place].as_py())}"]


def _strptime(texts: pa.StringArray, form: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Seconds, and which cells are such times; 30 February, which Arrow takes for 1 March, is none."""
    parsed = pc.strptime(texts, format=form, unit="s", error_is_null=True)
    valid = np.array(parsed.is_valid().to_numpy(zero_copy_only=False), np.bool_)
    early = np.flatnonzero(valid & (pc.fill_null(pc.day(parsed), 9).to_numpy(zero_copy_only=False) <= 3))
    if early.size:
        rows = pa.array(early)
        again = pc.strftime(parsed.take(rows), format=form)
        same = pc.equal(pc.utf8_trim_whitespace(texts.take(rows)), again)
        valid[early[~np.array(same.to_numpy(zero_copy_only=False), np.bool_)]] = False
    return pc.fill_null(parsed.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), valid


def _scale(texts: pa.StringArray, times: Times) -> None:
    """Bring epochs to seconds, and digits that are a date to one."""
    numbers = times.good
    size = np.abs(np.where(numbers, times.seconds, 0.0))
    endless = size >= YEAR_10000 * UNITS[0][1]
    times.seconds[endless], times.good[endless], size[endless] = np.nan, False, 0.0
    for pattern, form in COMPACT.items():
        whole = f"^\\s*{pattern}\\s*$"
        if numbers.all() and size.min() >= 19000101 and pc.all(pc.match_substring_regex(texts, whole)).as_py():
            times.seconds[:], times.good[:] = np.nan, False
            _fill(times, *_strptime(pc.utf8_trim_whitespace(texts), form))
            times.notes.append(f"times as {form}, first {shown(texts[0].as_py())}")
            return
    for least, per_second, unit in UNITS:
        these = size >= least
        if not these.any():
            continue
        first = texts[int(np.flatnonzero(these)[0])].as_py().strip()
        some = "" if these.sum() == numbers.sum() else f" in {counted(int(these.sum()), 'row')}, the others in seconds"
        times.notes.append(f"times in {unit}{some}, first {shown(first)}")
        times.seconds[these] /= per_second
        size = np.where(these, 0.0, size)


def _fill(times: Times, seconds: NDArray[np.float64], valid: NDArray[np.bool_]) -> None:
    hit = valid & ~times.good
    times.seconds[hit] = seconds[hit]
    times.good |= hit


def _parse_rest(texts: pa.StringArray, times: Times, empty: NDArray[np.bool_]) -> None:
    """The forms that pandas knows: ISO 8601 with all it allows, then whatever format the first cell left suggests."""
    import pandas as pd
    from dateutil.parser import isoparse

    left = np.flatnonzero(~times.good & ~empty)
    written = [
        LEAP_SECOND.sub(r"\g<1>59", ZONE.sub("", cell.strip())) for cell in texts.take(pa.array(left)).to_pylist()
    ]
    zones = [match[1] if (match := ZONE_NAME.search(cell)) else "" for cell in written]
    east = np.array([ZONES.get(zone, 0.0) * 3600 for zone in zones])
    if named := sorted({zone for zone in zones if zone}):
        told = ", ".join(f"{zone} (UTC{ZONES[zone]:+g})" for zone in named[:5])
        times.notes.append(f"time zones {told}")
    cells = pd.Series([ZONE_NAME.sub("", cell) if zone else cell for cell, zone in zip(written, zones, strict=True)],
                      dtype=object)  # fmt: skip
    parsed = pd.to_datetime(cells, format="ISO8601", utc=True, errors="coerce")
    marks = cells.str.extract(NUMERIC_DATE)["mark"].fillna("")
    # Two programs write dates with two marks, each in an order of its own.
    day_first = {mark: _day_first(cells[marks == mark], times) for mark in sorted({*marks} - {""})}
    for row in parsed.index[parsed.isna() & cells.str.fullmatch(WEEK_OR_DAY)]:
        with suppress(ValueError):
            moment = isoparse(cells[row])
            parsed[row] = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    open_cells = cells[parsed.isna()]
    for _ in range(MOST_FORMATS):
        if open_cells.empty:
            break
        form = _format_of(open_cells.iloc[0], day_first.get(marks[open_cells.index[0]], False))
        found = pd.to_datetime(open_cells, format=form, utc=True, errors="coerce") if form else None
        if found is None or found.isna().all():
            form = None
            open_cells = open_cells[open_cells != open_cells.iloc[0]]
            continue
        times.notes.append(f"times as {form}, first {shown(open_cells[found.notna()].iloc[0])}")
        parsed = parsed.fillna(found)
        open_cells = open_cells[found.isna()]
    hit = parsed.notna().to_numpy()
    rows = left[hit]
    times.seconds[rows] = parsed[hit].astype("datetime64[us, UTC]").astype("int64").to_numpy() / 1e6 - east[hit]
    times.good[rows] = True


def _day_first(cells: Sequence[str], times: Times) -> bool:
    """Whether the day stands before the month in dates of numbers; told where no cell decides it."""
    column = pa.array(list(cells), pa.string())
    both = pc.extract_regex(column, NUMERIC_DATE).drop_null()
    first, second = (pc.struct_field(both, name).cast(pa.int64()) for name in ("first", "second"))
    days, months = pc.sum(pc.greater(first, 12)).as_py() or 0, pc.sum(pc.greater(second, 12)).as_py() or 0
    if days or months:
        either = pc.sum(pc.and_(pc.less_equal(first, 12), pc.less_equal(second, 12))).as_py()
        if either:
            day_first = days > months
            dates = [cell for cell in column.to_pylist() if re.match(NUMERIC_DATE, cell)]
            place = pc.index(pc.and_(pc.less_equal(first, 12), pc.less_equal(second, 12)), True).as_py()
            read = "day before month" if day_first else "month before day"
            told = f"{counted(either, 'date')} that may begin with either, first {shown(dates[place])}, read as {read}"
            by = f"as {counted(max(days, months), 'other')} must be"
            if days and months:
                times.warnings.append(
                    f"{told}, {by}, though {counted(min(days, months), 'row')} begin otherwise; write dates as "
                    "2024-04-16"
                )
            elif "." not in dates[place]:
                times.notes.append(f"{told}, {by}")
        return bool(days > months)
    example = next(cell for cell in column.to_pylist() if re.match(NUMERIC_DATE, cell))
    dotted = "." in example
    read = "day before month" if dotted else "month before day"
    times.warnings.append(
        f"whether {shown(example)} begins with the day or the month cannot be told from any row: "
        f"it was read as {read}; write dates as 2024-04-16 if that is wrong"
    )
    return dotted


def _format_of(cell: str, day_first: bool) -> str | None:
    """The format of a cell; None where it is no date with a year."""
    import warnings

    import pandas as pd
    from pandas.tseries.api import guess_datetime_format

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "dayfirst was specified": it is a preference here
        form = guess_datetime_format(cell, dayfirst=day_first)
        if form and "%Y" in form and "%d" in form and not re.search(r"[A-Za-z]{2}", re.sub("%[A-Za-z]", "", form)):
            return str(form)
        fitting = [
            form for form in UNUSUAL if not pd.isna(pd.to_datetime(cell, format=form, errors="coerce", utc=True))
        ]
    fitting.sort(key=lambda form: form.startswith("%d") != day_first if re.match("%[dm][/.-]%[dm]", form) else False)
    return fitting[0] if fitting else None
