"""A data set as every peer sees it: rows instead of ids, rolling held-out events, and frozen features."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.evaluation.metrics import mask_seen, ndcg, target_ranks, tie_order, top_rows, user_means
from llmrec.evaluation.splits import Event, Split, rolling_events
from llmrec.paths import home

if TYPE_CHECKING:
    from llmrec.encoders import Features


Floats = NDArray[np.float32]
Ints = NDArray[np.intp]


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

    @classmethod
    def of(cls, events: Sequence[Event]) -> "Events":
        """Of events that stand user by user."""
        user = {name: place for place, name in enumerate(dict.fromkeys(event.user for event in events))}
        return cls(
            tuple(event.history for event in events),
            np.array([event.target for event in events], np.intp),
            np.array([user[event.user] for event in events], np.intp),
            tuple(event.number for event in events),
        )


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
        return tie_order([item.id for item in self.catalog.items])

    def events(self, at: str) -> Events:
        """`valid` or `test`."""
        return {"valid": self.valid, "test": self.test}[at]

    def ndcg(self, scores: Floats, at: str) -> float:
        """NDCG@10 of a score matrix (events, items): mean over a user's events, then over users."""
        events = self.events(at)
        ranks = target_ranks(mask_seen(scores, events.histories), events.targets, self.order)
        return float(user_means(ndcg(ranks), events.owners).mean())

    def rankings(self, scores: Floats, at: str = "test") -> dict[str, list[list[str]]]:
        """Top 20 of each event in the referee's form."""
        events = self.events(at)
        items = self.catalog.items
        lists: dict[str, list[list[str]]] = {user: [] for user in self.users}
        tops = top_rows(mask_seen(scores, events.histories), 20, self.order)
        for owner, top in zip(events.owners, tops, strict=True):
            lists[self.users[owner]].append([items[row].id for row in top])
        return lists


def build_problem(folder: Path, catalog: Catalog, split: Split) -> Problem:
    """Turn a split into rows of `catalog` and rolling events; raises `UnknownItem` where they do not fit."""
    return Problem(
        folder=folder,
        catalog=catalog,
        users=tuple(split.train),
        train=tuple(tuple(catalog.rows(items)) for items in split.train.values()),
        valid=Events.of(rolling_events(catalog, split, "valid")),
        test=Events.of(rolling_events(catalog, split, "test")),
    )


@lru_cache(maxsize=1)
def all_features(problem: Problem) -> "Features":
    """Both modalities of the catalogue; encoded once, then cached on disk."""
    from llmrec.encoders import encoders_for, extract

    features, problems = extract(problem.catalog, encoders_for(problem.catalog.items, {}), home() / "features")
    for one in problems:
        print(one, flush=True)
    return features


def vectors(problem: Problem, modality: str) -> tuple[Floats, NDArray[np.bool_]]:
    """(items, dim) vectors and (items,) mask of `text` or `image`; encoded once, then cached on disk."""
    features = all_features(problem)
    return features.vectors[modality][:], features.mask[modality]
