"""Times as people write them, read as unix seconds: epochs of any unit, ISO 8601, and the other common forms."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from llmrec.catalog.quarantine import counted, shown
from llmrec.catalog.values import numbers_of

ISO_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ")
"""Forms that pyarrow reads at once, a million a second."""
UNITS = ((1e17, 1e9, "nanoseconds"), (1e14, 1e6, "microseconds"), (1e11, 1e3, "milliseconds"))
"""From this magnitude on, what a second has, and name: 1e11 seconds would be the year 5138, 1e11 ms are in 1973."""
COMPACT = {
    r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])": "%Y%m%d",
    r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d": "%Y%m%d%H%M%S",
}
"""Digits that are a date -> its format."""
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
UNUSUAL = (
    "%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y", "%d/%b/%Y:%H:%M:%S %z", "%Y-%m-%d %I:%M:%S %p", "%b %Y", "%B %Y",
    "%m/%Y", "%b %d %Y %I:%M%p", "%Y年%m月%d日",
    *(f"{day}/%{year}{clock}" for year in "Yy" for clock in CLOCKS for day in ("%m/%d", "%d/%m")),
)  # fmt: skip
"""Formats that pandas does not guess."""
MOST_FORMATS = 12
NUMERIC_DATE = r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ,]+\d{2,4}\b"
"""Two numbers of which either may be the day."""
ZONE = re.compile(r"\s*(?:UTC|GMT|Z)$|\s(?:UTC|GMT)(?=\s\d{4}$)")
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
    seconds, good = numbers_of(texts)
    times = Times(seconds, good)
    if good.any():
        _scale(texts, times)
    for pattern in ISO_FORMATS:
        if times.good.all():
            return times
        parsed = pc.strptime(texts, format=pattern, unit="s", error_is_null=True)
        _fill(times, pc.fill_null(parsed.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), parsed.is_valid())
    empty = np.array(pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False), np.bool_)
    if not (times.good | empty).all():
        _parse_rest(texts, times, empty)
    return times


def _scale(texts: pa.StringArray, times: Times) -> None:
    """Bring epochs to seconds, and digits that are a date to one."""
    numbers = times.good
    size = np.abs(np.where(numbers, times.seconds, 0.0))
    for pattern, form in COMPACT.items():
        whole = f"^\\s*{pattern}\\s*$"
        if numbers.all() and size.min() >= 19000101 and pc.all(pc.match_substring_regex(texts, whole)).as_py():
            parsed = pc.strptime(pc.utf8_trim_whitespace(texts), format=form, unit="s", error_is_null=True)
            times.seconds[:], times.good[:] = np.nan, False
            _fill(times, pc.fill_null(parsed.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), parsed.is_valid())
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


def _fill(times: Times, seconds: NDArray[np.float64], valid: object) -> None:
    hit = np.array(valid, np.bool_) & ~times.good
    times.seconds[hit] = seconds[hit]
    times.good |= hit


def _parse_rest(texts: pa.StringArray, times: Times, empty: NDArray[np.bool_]) -> None:
    """The forms that pandas knows: ISO 8601 with all it allows, then whatever format the first cell left suggests."""
    import pandas as pd

    left = np.flatnonzero(~times.good & ~empty)
    cells = pd.Series([ZONE.sub("", cell.strip()) for cell in texts.take(pa.array(left)).to_pylist()], dtype=object)
    parsed = pd.to_datetime(cells, format="ISO8601", utc=True, errors="coerce")
    day_first = _day_first(cells, times)
    open_cells = cells[parsed.isna()]
    for _ in range(MOST_FORMATS):
        if open_cells.empty:
            break
        form = _format_of(open_cells.iloc[0], day_first)
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
    times.seconds[rows] = parsed[hit].astype("datetime64[us, UTC]").astype("int64").to_numpy() / 1e6
    times.good[rows] = True


def _day_first(cells: Sequence[str], times: Times) -> bool:
    """Whether the day stands before the month in dates of numbers; told where no cell decides it."""
    column = pa.array(list(cells), pa.string())
    both = pc.extract_regex(column, NUMERIC_DATE.replace(r"(\d{1,2})", r"(?P<a>\d{1,2})", 1).replace(
        r"(\d{1,2})", r"(?P<b>\d{1,2})", 1))  # fmt: skip
    both = both.drop_null()
    if not len(both):
        return False
    first, second = (pc.struct_field(both, name).cast(pa.int64()) for name in ("a", "b"))
    days, months = pc.sum(pc.greater(first, 12)).as_py() or 0, pc.sum(pc.greater(second, 12)).as_py() or 0
    if days or months:
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
    fitting.sort(key=lambda form: form.startswith("%d/%m") != day_first if form[:5] in ("%d/%m", "%m/%d") else False)
    return fitting[0] if fitting else None
