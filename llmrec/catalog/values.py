"""Cells typed: numbers with currencies and thousands, years in dates, lists and objects written into one cell."""

import ast
import json
import math
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from llmrec.catalog.quarantine import shown
from llmrec.catalog.tables import LIST_SEPARATOR, NOT_LITERAL, json_text

PLAIN_NUMBER = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
LEADING_ZERO = re.compile(r"0\d+")
CURRENCIES = [
    "AED",
    "ARS",
    "AUD",
    "BGN",
    "BRL",
    "CAD",
    "CHF",
    "CLP",
    "CNY",
    "COP",
    "CZK",
    "DKK",
    "EGP",
    "EUR",
    "GBP",
    "HKD",
    "HUF",
    "IDR",
    "ILS",
    "INR",
    "ISK",
    "JPY",
    "KRW",
    "KZT",
    "MAD",
    "MXN",
    "MYR",
    "NGN",
    "NOK",
    "NZD",
    "PEN",
    "PHP",
    "PKR",
    "PLN",
    "RON",
    "RSD",
    "RUB",
    "SAR",
    "SEK",
    "SGD",
    "THB",
    "TRY",
    "TWD",
    "UAH",
    "USD",
    "VND",
    "ZAR",
]
SIGNS = "$€£¥₹₩₽₺₫฿₪₴₦₱₡₲₵₸"
CURRENCY_WORDS = r"US\$|C\$|A\$|R\$|HK\$|NT\$|Rs\.?|kr\.?|zł|Kč|Ft|lei|\u0440\u0443\u0431\.?|元|円"
CURRENCY = rf"(?:{CURRENCY_WORDS}|[{SIGNS}]|\b(?:{'|'.join(CURRENCIES)})\b)"
AMOUNT = re.compile(
    rf"(?P<before>{CURRENCY})?\s*(?P<minus>[-\u2212])?\s*(?P<before2>{CURRENCY})?\s*"
    rf"(?P<digits>\d[\d.,'\u2019\u00a0\u202f ]*|[.,]\d+)\s*(?P<after>{CURRENCY})?",
    re.IGNORECASE,
)
"""A number with marks of thousands, and a currency on either side."""
YEAR = re.compile(r"(?<!\d)(1[4-9]|20)\d\d(?!\d)")
NAME_KEYS = ("name", "title", "label", "value", "text", "genre", "category", "description")
"""Of an object in a list, what names it."""
REPR = re.compile(r"u?(['\"])(.*)\1", re.DOTALL)
NUMPY_LIST = re.compile(r"(?<=['\"])\s+(?=['\"])")


def numbers_of(texts: pa.StringArray) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cells as floats.

    Parameters
    ----------
    texts
        A column.

    Returns
    -------
    tuple of (rows,) float64 and (rows,) bool
        NaN where a cell is no finite number, and which cells were one.
    """
    matching = pc.match_substring_regex(texts, PLAIN_NUMBER)
    plain = pc.if_else(matching, pc.utf8_trim_whitespace(texts), "nan")
    values = np.array(plain.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)  # a copy: writable
    good = np.isfinite(values)
    values[~good] = np.nan
    return values, good


def is_number(cell: str) -> bool:
    """Whether a cell is a number as programs write it; digits after a leading zero are a code."""
    return NUMBER.fullmatch(cell) is not None and LEADING_ZERO.fullmatch(cell) is None and math.isfinite(float(cell))


def number(cell: str) -> int | float:
    """An int where the cell is written as one (or as pandas writes it beside a gap: 1995.0), else a float."""
    return int(cell.removesuffix(".0")) if re.fullmatch(r"[-+]?\d{1,300}(\.0)?", cell) else float(cell)


# ---- amounts


class Amounts(NamedTuple):
    """Numbers of a column: row -> number, of the cells that are one; how they were read; where cells disagree."""

    values: dict[int, int | float]
    notes: list[str]
    warnings: list[str]


def amounts(cells: Mapping[int, str], decimal: str, money: bool = False) -> Amounts:
    """Read numbers as people write them: `$1,299.00`, `12,99 €`, `CHF 1'250`, `4.0 EUR`.

    Each cell is read by its own marks. Of point and comma the last of two stands before the tenths, one that is
    repeated between thousands, and a lone one before the tenths, unless three digits follow it: then the other cells
    of its currency decide, or else of the column. Money is not written in thousandths, unless some cell shows that.

    Parameters
    ----------
    cells
        Row -> cell, none empty.
    decimal
        What stands before the tenths where no cell decides.
    money
        Whether the numbers are prices, with a currency or without.

    Examples
    --------
    >>> amounts({0: "$1.50", 1: "1,50 €", 2: "CHF 1'050.00", 3: "1.234 €"}, ".").values
    {0: 1.5, 1: 1.5, 2: 1050.0, 3: 1234}
    """
    found = {row: match for row, cell in cells.items() if (match := AMOUNT.fullmatch(cell.strip()))}
    digits = {row: re.sub(r"['\u2019\u00a0\u202f ]", "", match["digits"]) for row, match in found.items()}
    money_of = {row: _currency(match) for row, match in found.items()}
    marks = {row: _decimal(text) for row, text in digits.items()}
    votes: dict[str, Counter[str]] = {}
    for row, mark in marks.items():
        votes.setdefault(money_of[row], Counter()).update([mark] if mark else [])
    every, unnamed = _most(sum(votes.values(), Counter())), votes.get("", Counter())
    thousandths = {mark for row, mark in marks.items() if mark and len(digits[row].partition(mark)[2]) > 2}
    values: dict[int, int | float] = {}
    for row, text in digits.items():
        point = marks[row]
        if point is None:
            lone, other = (".", ",") if "." in text else (",", ".")
            if lone in thousandths:
                point = lone
            elif money_of[row]:
                point = _most(votes[money_of[row]] + unnamed) or other
            elif money and lone == "," and decimal == ".":
                point = other
            else:
                point = every or decimal
            marks[row] = point
        bare = text.replace("," if point == "." else ".", "").replace(point or ".", ".")
        if bare.count(".") <= 1 and NUMBER.fullmatch(bare):
            values[row] = number(("-" if found[row]["minus"] else "") + bare)
    notes, warnings = [], []
    currencies = Counter(money_of[row] for row in values if money_of[row])
    if currencies:
        row = next(row for row in values if money_of[row])
        named = ", ".join(f"{name} ({count:,})" for name, count in currencies.most_common(5))
        mixed = ", compared as they stand" if len(currencies) > 1 else ""
        notes.append(f"in {named}{mixed}, first {shown(cells[row])}")
    told = {mark: row for row in reversed(values) if (mark := marks[row])}
    told |= {mark: row for row in reversed(values) if (mark := marks[row]) and mark in digits[row]}
    if len(told) > 1:
        examples = " and ".join(f"{shown(cells[row])} as {values[row]:.15g}" for row in sorted(told.values()))
        warnings.append(f"cells disagree on the mark before the tenths, and are read each by its own: {examples}")
    elif any(not NUMBER.fullmatch(digits[row]) for row in values):
        notes += [
            f"{'comma' if mark == ',' else 'point'} before the tenths, first {shown(cells[row])}"
            for mark, row in told.items()
        ]
    return Amounts(values, notes, warnings)


def _currency(match: re.Match[str]) -> str:
    """The currency of an amount; "" for none."""
    return next((str(mark).upper() for mark in match.group("before", "before2", "after") if mark), "")


def is_amount(cell: str) -> bool:
    """Whether a cell is a number with a currency."""
    match = AMOUNT.fullmatch(cell)
    return match is not None and any(match.group("before", "before2", "after"))


def _decimal(text: str) -> str | None:
    """Which mark stands before the tenths by one number alone; "" where it has none, None where it may be either."""
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return "." if text.rfind(".") > text.rfind(",") else ","
    if points + commas > 1:
        return "," if points else "."  # a mark that is repeated stands for thousands
    if not points + commas:
        return ""
    mark = "." if points else ","
    return None if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text) else mark


def _most(votes: Counter[str]) -> str:
    """The mark that most cells have; "" where none does."""
    return "" if votes["."] == votes[","] else max(votes, key=votes.__getitem__)


def year_in(cell: str) -> int | None:
    """The year of a cell that holds one: `1995`, `1995.0`, `1995-05-01`, `May 1, 1995`."""
    found = YEAR.findall(cell)
    match = YEAR.search(cell)
    return int(match[0]) if match and len(found) == 1 else None


# ---- lists and objects


def value_in(cell: str) -> Any:
    """The list, set or object that is written into a cell as JSON or as Python or numpy print it; None for others.

    Examples
    --------
    >>> value_in("['Drama', 'Sci-Fi']"), value_in('[{"id": 18, "name": "Drama"}]'), value_in("['a' 'b']")
    (['Drama', 'Sci-Fi'], [{'id': 18, 'name': 'Drama'}], ['a', 'b'])
    """
    cell = cell.strip()
    if cell[:1] + cell[-1:] not in ("[]", "{}", "()"):
        return None
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of backslashes in somebody's words
                value = ast.literal_eval(NUMPY_LIST.sub(", ", cell) if "," not in cell else cell)
        except NOT_LITERAL:
            return None
        if not _is_data(value):
            return None
    if isinstance(value, tuple | set | frozenset):
        return sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
    return value if isinstance(value, list | dict) else None


def _is_data(value: Any) -> bool:
    """Whether a Python literal holds what JSON could: `[...]` and `[1+2j]` are words, not values."""
    if isinstance(value, dict):
        return all(map(_is_data, (*value, *value.values())))
    if isinstance(value, list | tuple | set):
        return all(map(_is_data, value))
    return value is None or isinstance(value, str | int | float)


def words_of(value: Any) -> tuple[str, ...]:
    """The words of a list: of objects their names, of lists in it theirs, in order and once each."""
    words: list[str] = []
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, list):
            words += words_of(part)
        elif isinstance(part, dict):
            named = next((part[key] for key in NAME_KEYS if isinstance(part.get(key), str)), None)
            named = named or next((held for held in part.values() if isinstance(held, str)), "")
            words.append(named.strip())
        elif isinstance(part, set | tuple | frozenset):
            words += words_of(list(part))
        else:
            words.append(json_text(part).strip())
    return tuple(dict.fromkeys(word for word in words if word))


def parts_of(cell: str) -> tuple[str, ...]:
    """The words of a cell that holds them with bars between."""
    return tuple(part for raw in cell.split(LIST_SEPARATOR) if (part := raw.strip()))


def split_words(cells: Sequence[str]) -> str | None:
    """The mark that stands between the words of cells: comma or semicolon; None where none does."""
    return next((mark for mark in (";", ",") if any(mark in cell for cell in cells)), None)


def unquoted(word: str) -> str:
    """A word without the quotes around it."""
    word = word.strip()
    return word[1:-1].strip() if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"" else word


def _without_repr(text: str) -> str:
    """A text, without the quotes that Python's repr, of either version, puts around it; "" for its None."""
    match = REPR.fullmatch(text.strip())
    text = match[2] if match else text.strip()
    return "" if text == "None" else text


def flattened(cells: Mapping[int, Mapping[str, Any]], most: int, least: float) -> dict[str, dict[int, str]]:
    """Columns of the objects in the cells of one: for each key that enough of them have, row -> cell.

    Parameters
    ----------
    cells
        Row -> object.
    most
        How many keys at most, the most frequent.
    least
        The share of the objects that must have a key.
    """
    counts = Counter(str(key) for held in cells.values() for key, value in held.items() if json_text(value))
    keys = [key for key, count in counts.most_common(most) if count >= least * len(cells) and key.strip()]
    return {
        key.strip(): {row: text for row, held in cells.items() if (text := _without_repr(json_text(held.get(key))))}
        for key in keys
    }
