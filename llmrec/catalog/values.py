"""Cells typed: numbers with currencies and thousands, years in dates, lists and objects written into one cell."""

import ast
import json
import math
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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


def amounts(cells: Mapping[int, str], decimal: str) -> tuple[dict[int, int | float], list[str]]:
    """Read numbers as people write them: `$1,299.00`, `12,99 €`, `CHF 1'250`, `4.0 EUR`.

    Which of point and comma stands before the tenths is decided for the column: by numbers that have both, or
    other than three digits behind the mark.

    Parameters
    ----------
    cells
        Row -> cell, none empty.
    decimal
        What counts where the column does not decide.

    Returns
    -------
    tuple of (dict of int to number, list of str)
        Row -> number, of the cells that are one; and what there is to tell.
    """
    found = {row: match for row, cell in cells.items() if (match := AMOUNT.fullmatch(cell.strip()))}
    digits = {row: re.sub(r"['\u2019\u00a0\u202f ]", "", match["digits"]) for row, match in found.items()}
    point = _decimal(digits.values(), decimal)
    values: dict[int, int | float] = {}
    for row, text in digits.items():
        thousands = "," if point == "." else "."
        bare = text.replace(thousands, "").replace(point, ".")
        if bare.count(".") <= 1 and NUMBER.fullmatch(bare):
            values[row] = number(("-" if found[row]["minus"] else "") + bare)
    currencies = Counter(
        str(mark).upper() for row in values for mark in (found[row].group("before", "before2", "after")) if mark
    )
    told = []
    if currencies:
        row = next(row for row in values if any(found[row].group("before", "before2", "after")))
        named = ", ".join(f"{name} ({count:,})" for name, count in currencies.most_common(5))
        mixed = ", compared as they stand" if len(currencies) > 1 else ""
        told.append(f"in {named}{mixed}, first {shown(cells[row])}")
    marked = next((row for row in values if not NUMBER.fullmatch(digits[row])), None)
    if marked is not None:
        told.append(f"{'comma' if point == ',' else 'point'} before the tenths, first {shown(cells[marked])}")
    return values, told


def is_amount(cell: str) -> bool:
    """Whether a cell is a number with a currency."""
    match = AMOUNT.fullmatch(cell)
    return match is not None and any(match.group("before", "before2", "after"))


def _decimal(texts: Iterable[str], default: str) -> str:
    """Which mark stands before the tenths in a column of numbers."""
    votes: Counter[str] = Counter()
    for text in texts:
        points, commas = text.count("."), text.count(",")
        if points and commas:
            votes["." if text.rfind(".") > text.rfind(",") else ","] += 2
        elif points + commas > 1:
            votes["," if points else "."] += 1  # a mark that is repeated stands for thousands
        elif points + commas == 1 and not re.search(r"[.,]\d{3}$", text):
            votes["." if points else ","] += 1
        elif points and re.match(r"0?\.", text):
            votes["."] += 1
        elif commas and re.match(r"0?,", text):
            votes[","] += 1
    if votes["."] != votes[","]:
        return "." if votes["."] > votes[","] else ","
    return default


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
        key.strip(): {row: text for row, held in cells.items() if (text := json_text(held.get(key)).strip())}
        for key in keys
    }
