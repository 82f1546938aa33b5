"""The table of groups: whose explanations are compared with whose."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from llmrec.errors import BadInput

Groupings = Mapping[str, Mapping[str, str]]
"""Grouping ("gender") -> user -> group ("F")."""
USER_COLUMNS = ("user", "user_id", "customer_id")
MOVIELENS = ("user", "age", "gender", "occupation", "zip")
"""Columns of MovieLens-100K's `u.user`, which has no header."""
BANDED = 12
"""A column of numbers with more values than this is cut into three bands of as many users."""


def read_groups(file: Path) -> Groupings:
    """Reads a delimited file (comma, tab, semicolon or bar) with a header: a user and one or more groups.

    A column in which most users stand alone (a postcode) makes no groups. Raises `BadInput` where the file cannot be
    read or has no such columns.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as a table of groups ({error}); pass a CSV file in UTF-8") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",\t;|", key=head.count)
    names = MOVIELENS if re.match(r"\d+\|\d+\|[FM]\|", head) else None
    rows = list(csv.DictReader(text.splitlines(), names, delimiter=delimiter))
    user = next((name for name in USER_COLUMNS if rows and name in rows[0]), None)
    columns = [name for name in (rows[0] if rows else {}) if name and name != user]
    if user is None or not columns:
        raise BadInput(f"{file} needs a column user and one or more of groups (its first line: {head[:80]!r})")
    found = {name: _banded({row[user]: (row[name] or "").strip() for row in rows if row[user]}) for name in columns}
    return {name: groups for name, groups in found.items() if 2 * len(set(groups.values())) <= len(groups)}


def _banded(groups: dict[str, str]) -> dict[str, str]:
    try:
        numbers = {user: float(value) for user, value in groups.items() if value}
    except ValueError:
        return groups
    if len(set(numbers.values())) <= BANDED:
        return groups
    ordered = sorted(numbers.values())
    low, high = ordered[len(ordered) // 3], ordered[2 * len(ordered) // 3]
    names = (f"under {low:g}", f"{low:g} to {high:g}", f"over {high:g}")
    return {user: names[0 if n < low else 1 if n <= high else 2] for user, n in numbers.items()}
