"""Train, valid and test events of each user: made from a catalogue, or written to and read from a file.

The file has one JSON object a line, a line a user, item ids oldest first, no item twice for a user unless the catalogue
keeps repeats::

    {"user": "471", "train": ["50", "181"], "valid": ["172"], "test": ["95"]}

A part may be empty. Held-out events are asked "rolling": each item of a part is ranked after everything that stands
before it, the earlier ones of its own part included, by a model that has learnt from `train` alone (`valid` serves
early stopping and the choice of configurations). Two kinds are made here:

`rolling`
    A user's last events, up to five, are test, as many before them valid.
`loo`
    Leave one out, the literature's: the last event is test, the one before it valid.

Events of one moment are ordered by a hash of user and item (see `llmrec.catalog.Catalog.histories`), so that ties carry
no information: half of MovieLens-100K's neighbouring events share a second, and breaking those ties by item id leaks.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from llmrec.catalog.feedback import ALL, NO_PAST, Feedback, Past, moments_of, times_before
from llmrec.catalog.types import Catalog, Interaction
from llmrec.errors import BadSplit, StorageError

PARTS = ("train", "valid", "test")
KINDS = ("rolling", "loo")
ROLLING_LAST = 5
"""Most events of a user that `rolling` holds out for each of valid and test."""


@dataclass(frozen=True)
class Split:
    """Events to learn from and events to be asked; the three parts have the same users.

    Attributes
    ----------
    train, valid, test : mapping of str to tuple of str
        User -> item ids, oldest first.
    """

    train: Mapping[str, tuple[str, ...]]
    valid: Mapping[str, tuple[str, ...]]
    test: Mapping[str, tuple[str, ...]]

    def before(self, at: str) -> dict[str, tuple[str, ...]]:
        """User -> what comes before the events of part `at`: train, and for `test` valid too."""
        if at == "valid":
            return dict(self.train)
        return {user: (*items, *self.valid[user]) for user, items in self.train.items()}

    def held_out(self, at: str) -> Mapping[str, tuple[str, ...]]:
        """The part called `at`, `valid` or `test`."""
        return self.valid if at == "valid" else self.test


@dataclass(frozen=True, slots=True)
class Event:
    """The `number`-th held-out item of `user`: `target` row, to be ranked from the `history` rows, oldest first.

    `past` is what the events of the history say beside their order.
    """

    user: str
    number: int
    history: tuple[int, ...]
    target: int
    past: Past = NO_PAST
    again: bool = False

    @property
    def closed(self) -> tuple[int, ...]:
        """Rows that cannot be the answer: the history, unless what was taken may be taken `again`."""
        return () if self.again else self.history


def rolling_split(catalog: Catalog, last: int = ROLLING_LAST) -> Split:
    """Hold out each user's last events.

    Of m items the last n = max(1, min(`last`, m // 4)) are test, the n before valid, the rest train. Users
    with fewer than 3 items are left out.

    Parameters
    ----------
    catalog : Catalog
        Whose histories are split.
    last : int
        Most events of a user in each held-out part; 1 is leave-one-out.

    Returns
    -------
    Split
        Users in the catalogue's order.
    """
    users: dict[str, tuple[tuple[str, ...], ...]] = {}
    for user in catalog.histories:
        items = catalog.history(user)
        if len(items) >= 3:
            n = max(1, min(last, len(items) // 4))
            users[user] = (items[: -2 * n], items[-2 * n : -n], items[-n:])
    return Split(*({user: parts[at] for user, parts in users.items()} for at in range(len(PARTS))))


def make_split(catalog: Catalog, kind: "str | Path | Split") -> Split:
    """The split of that kind.

    Parameters
    ----------
    catalog : Catalog
        Whose histories are split.
    kind : str, Path or Split
        `rolling`, `loo`, the path of a split file, or a split, which is returned as it is.

    Raises
    ------
    BadSplit
        Where a file does not fit the catalogue, or no user has events enough.
    """
    if isinstance(kind, Split):
        return kind
    if kind not in KINDS:
        return load_split(Path(kind), catalog)
    split = rolling_split(catalog, ROLLING_LAST if kind == "rolling" else 1)
    if not split.train:
        raise BadSplit(f"no user of catalogue {catalog.name!r} has 3 events, which a split needs; add interactions")
    return split


def save_split(split: Split, path: Path) -> None:
    """Write the split as `load_split` reads it.

    Raises
    ------
    BadSplit
        Where another file lies there, which is left alone.
    StorageError
        Where the file cannot be written.
    """
    if path.is_file() and path.stat().st_size and not _is_split(path):
        raise BadSplit(f"{path} is there already and holds no split, so it is not written over; pass another path")
    lines = (
        json.dumps({"user": user, **{part: list(getattr(split, part)[user]) for part in PARTS}}, ensure_ascii=False)
        for user in split.train
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"the split {path} cannot be written ({error.strerror}); pass another path") from error


def _is_split(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as file:
            first = json.loads(file.readline())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(first, dict) and {"user", *PARTS} <= first.keys()


def load_split(path: Path, catalog: Catalog) -> Split:
    """Read a split file; see the module for its format.

    Raises
    ------
    BadSplit
        Where the file is no such file or names users or items that the catalogue lacks.
    """
    parts: dict[str, dict[str, tuple[str, ...]]] = {part: {} for part in PARTS}
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # ids may hold what `splitlines` takes for an end
        lines = lines[:-1] if lines and not lines[-1] else lines
    except (OSError, UnicodeDecodeError) as error:
        raise BadSplit(
            f"the split {path} cannot be read: {error}; pass rolling, loo or a file of `llmrec split`"
        ) from error
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
                if item in seen and not catalog.repeats:
                    raise BadSplit(f"{path}, line {number}: item {item!r} stands twice for user {user!r}")
                seen.add(item)
            parts[part][user] = items[part]
    if not parts["train"]:
        raise BadSplit(f"the split {path} holds no user; make one with `llmrec split`")
    return Split(parts["train"], parts["valid"], parts["test"])


def rolling_events(catalog: Catalog, split: Split, at: str, feedback: Feedback = ALL) -> list[Event]:
    """The held-out events of part `at`, `valid` or `test`; earlier ones are part of the history of later ones.

    Parameters
    ----------
    catalog : Catalog
        Has the ratings and kinds of the events.
    split : Split
        Of its events.
    at : {"valid", "test"}
        The part.
    feedback : Feedback
        Only events that are positive by it are asked for; the others are part of the histories.

    Raises
    ------
    UnknownItem
        Where the split names an item that the catalogue lacks.
    """
    events = []
    held = split.held_out(at)
    for user, before in split.before(at).items():
        items = (*before, *held[user])
        rows = catalog.rows(items)
        own = _in_order(catalog.histories.get(user, ()), items)
        times = times_before(items)
        moments = [moments_of([event] if event else (), catalog.row) for event in own]  # one object an event
        for n, item in enumerate(held[user]):
            seen = len(before) + n
            if feedback.positive(user, item, times[seen]):
                past = _past(catalog, [event for event in own[:seen] if event], own[seen])
                past = replace(past, moments=tuple(chain.from_iterable(moments[:seen])))
                events.append(Event(user, n, tuple(rows[:seen]), rows[seen], past, catalog.repeats))
    return events


def _past(catalog: Catalog, before: Sequence[Interaction], asked: Interaction | None) -> Past:
    if not catalog.repeats and all(event.rating is None and event.kind is None for event in before):
        return NO_PAST
    return Past.of(before, catalog.row, asked.timestamp if catalog.repeats and asked else None)


def _in_order(history: Sequence[Interaction], items: Sequence[str]) -> list[Interaction | None]:
    """The event of each item, the n-th of an item where it stands for the n-th time; None for one without an event."""
    waiting: dict[str, list[Interaction]] = {}
    for event in reversed(history):
        waiting.setdefault(event.item, []).append(event)
    return [waiting[item].pop() if waiting.get(item) else None for item in items]


def events_digest(histories: Mapping[str, Sequence[str]]) -> str:
    """A short SHA-256 of who took what in which order: two models with the same one learnt from the same events.

    Users without an event do not count.

    Examples
    --------
    >>> events_digest({"u": ["1", "2"], "v": []}) == events_digest({"u": ("1", "2")})
    True
    """
    lines = sorted(json.dumps([user, *items], ensure_ascii=False) for user, items in histories.items() if items)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


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
