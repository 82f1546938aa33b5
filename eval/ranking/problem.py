"""A data set as every peer sees it: rows instead of ids, and rolling held-out events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from eval.ranking import metrics
from eval.ranking.metrics import Floats, Ints
from llmrec.catalog import Catalog
from llmrec.evaluation.splits import Split


@dataclass(frozen=True, eq=False)
class Events:
    """Held-out events: rank `targets[e]` from everything before it."""

    histories: tuple[tuple[int, ...], ...]
    """Item rows before the event, oldest first; earlier held-out items included."""
    targets: Ints
    """(events,) item rows."""
    owners: Ints
    """(events,) index into `Problem.users`."""
    places: tuple[int, ...]
    """Position of the event among its user's held-out events."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Training sequences and held-out events of one data set under the referee's split."""

    folder: Path
    catalog: Catalog
    users: tuple[str, ...]
    train: tuple[tuple[int, ...], ...]
    """A user's training items, oldest first."""
    valid: Events
    test: Events

    @property
    def name(self) -> str:
        """The data set's name: its folder's."""
        return self.folder.name

    @property
    def n_items(self) -> int:
        """Size of the catalogue."""
        return len(self.catalog.items)

    @cached_property
    def order(self) -> Ints:
        """Tie order of the items."""
        return metrics.tie_order([item.id for item in self.catalog.items])

    def events(self, at: str) -> Events:
        """`valid` or `test`."""
        return {"valid": self.valid, "test": self.test}[at]

    def ndcg(self, scores: Floats, at: str) -> float:
        """NDCG@10 of a score matrix (events, items): mean over a user's events, then over users."""
        events = self.events(at)
        ranks = metrics.target_ranks(scores, events.histories, events.targets, self.order)
        return float(metrics.user_means(metrics.ndcg(ranks), events.owners).mean())

    def rankings(self, scores: Floats, at: str = "test") -> dict[str, list[list[str]]]:
        """Top 20 of each event in the referee's form."""
        events = self.events(at)
        items = self.catalog.items
        lists: dict[str, list[list[str]]] = {user: [] for user in self.users}
        tops = metrics.top_lists(scores, events.histories, self.order)
        for owner, top in zip(events.owners, tops, strict=True):
            lists[self.users[owner]].append([items[row].id for row in top])
        return lists


def build_problem(folder: Path, catalog: Catalog, split: Split) -> Problem:
    """Turn a split into rows of `catalog` and rolling events; raises `UnknownItem` where they do not fit."""
    users = tuple(split.train)
    train = [catalog.rows(split.train[user]) for user in users]
    valid = [catalog.rows(split.valid[user]) for user in users]
    test = [catalog.rows(split.test[user]) for user in users]
    past = [before + held_out for before, held_out in zip(train, valid, strict=True)]
    return Problem(
        folder=folder,
        catalog=catalog,
        users=users,
        train=tuple(map(tuple, train)),
        valid=rolling_events(zip(train, valid, strict=True)),
        test=rolling_events(zip(past, test, strict=True)),
    )


def rolling_events(parts: Iterable[tuple[Sequence[int], Sequence[int]]]) -> Events:
    """One event for each held-out item of each (before, held out); earlier held-out ones join the history."""
    histories: list[tuple[int, ...]] = []
    targets: list[int] = []
    owners: list[int] = []
    places: list[int] = []
    for owner, (before, held_out) in enumerate(parts):
        for place, target in enumerate(held_out):
            histories.append((*before, *held_out[:place]))
            targets.append(target)
            owners.append(owner)
            places.append(place)
    return Events(tuple(histories), np.array(targets), np.array(owners), tuple(places))
