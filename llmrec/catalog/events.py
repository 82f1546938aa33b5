"""The held-out events of a split, each with everything that came before it."""

from dataclasses import dataclass

from llmrec.catalog.split import Split
from llmrec.catalog.types import Catalog


@dataclass(frozen=True, slots=True)
class Event:
    """The `number`-th held-out item of `user`: `target` row, to be ranked from the `history` rows, oldest first."""

    user: str
    number: int
    history: tuple[int, ...]
    target: int


def rolling_events(catalog: Catalog, split: Split, at: str) -> list[Event]:
    """Events of the `valid` or `test` part; earlier held-out items are part of the history of later ones."""
    events = []
    for user, train in split.train.items():
        before = train if at == "valid" else (*train, *split.valid[user])
        held = split.valid[user] if at == "valid" else split.test[user]
        rows = catalog.rows((*before, *held))
        events += [Event(user, n, tuple(rows[: len(before) + n]), rows[len(before) + n]) for n in range(len(held))]
    return events
