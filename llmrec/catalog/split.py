"""Train, valid and test events of each user: the rolling split, made here or read from a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from llmrec.catalog.types import Catalog
from llmrec.errors import BadSplit

PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class Split:
    """User -> item ids, oldest first; the three parts have the same users."""

    train: Mapping[str, tuple[str, ...]]
    valid: Mapping[str, tuple[str, ...]]
    test: Mapping[str, tuple[str, ...]]


def rolling_split(catalog: Catalog, last: int = 5) -> Split:
    """Hold out each user's last events, as the referee does.

    Of m items the last n = max(1, min(`last`, m // 4)) are test, the n before valid, the rest train. Users
    with fewer than 3 items are left out.
    """
    users: dict[str, tuple[tuple[str, ...], ...]] = {}
    for user in catalog.histories:
        items = catalog.history(user)
        if len(items) >= 3:
            n = max(1, min(last, len(items) // 4))
            users[user] = (items[: -2 * n], items[-2 * n : -n], items[-n:])
    return Split(*({user: parts[at] for user, parts in users.items()} for at in range(len(PARTS))))


def load_split(path: Path, catalog: Catalog) -> Split:
    """Read a split: a JSON line a user, `{"user": id, "train": [item, …], "valid": […], "test": […]}`.

    Raises `BadSplit` where the file is no such file or names users or items that the catalogue lacks.
    """
    parts: dict[str, dict[str, tuple[str, ...]]] = {part: {} for part in PARTS}
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSplit(f"the split {path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        user, items = _row(line, f"{path}, line {number}")
        if user not in catalog.histories:
            raise BadSplit(
                f"{path}, line {number}: user {user!r} is not in catalogue {catalog.name!r}; "
                "make the split from this catalogue"
            )
        if user in parts["train"]:
            raise BadSplit(f"{path}, line {number}: user {user!r} has a line already; keep one line a user")
        seen: set[str] = set()
        for part in PARTS:
            for item in items[part]:
                if item not in catalog.row:
                    raise BadSplit(
                        f"{path}, line {number}: item {item!r} is not in catalogue {catalog.name!r}; "
                        "make the split from this catalogue"
                    )
                if item in seen:
                    raise BadSplit(f"{path}, line {number}: item {item!r} stands twice for user {user!r}")
                seen.add(item)
            parts[part][user] = items[part]
    if not parts["train"]:
        raise BadSplit(f"the split {path} holds no user; make one with `referee.py split`")
    return Split(parts["train"], parts["valid"], parts["test"])


def _row(line: str, where: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadSplit(f"{where}: no JSON ({error.msg}); the file may be cut off") from error
    fits = (
        isinstance(row, dict)
        and isinstance(row.get("user"), str | int)
        and all(isinstance(row.get(part), list) for part in PARTS)
    )
    if not fits:
        raise BadSplit(f'{where}: needs {{"user": id, "train": […], "valid": […], "test": […]}}')
    return str(row["user"]), {part: tuple(str(item) for item in row[part]) for part in PARTS}
