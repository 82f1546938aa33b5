"""A catalogue as this suite sees it: its rolling split, its cold items, and in SimShop the truth."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.ranking.cold import cold_split
from eval.ranking.record import SPLIT
from llmrec.catalog import Catalog, load_catalog
from llmrec.catalog.simshop import World as Truth
from llmrec.catalog.simshop import load_truth
from llmrec.catalog.simshop.truth import FILE as TRUTH
from llmrec.catalog.simshop.write import MISSING
from llmrec.evaluation.splits import Event, Split, rolling_events, rolling_split

COLD_SPLIT = {True: "cold items of SimShop", False: f"{SPLIT}; a tenth of the items hidden by hash of seed and id"}
"""Whether the world is a SimShop -> how its cold items were told apart."""
COLD_SEED = 0
"""Which tenth is hidden in a real catalogue; SimShop brings its own."""


@dataclass(frozen=True)
class Task:
    """What is learnt from, what stops training early, and what is asked."""

    train: Mapping[str, Sequence[int]]
    """User -> item rows, oldest first."""
    valid: tuple[Event, ...]
    test: tuple[Event, ...]
    candidates: NDArray[np.bool_] | None = None
    """(items,): what is ranked in test; None: the whole catalogue."""


@dataclass(frozen=True, eq=False)
class World:
    """One catalogue with its two tasks; `truth` only where the world is a SimShop."""

    folder: Path
    catalog: Catalog
    warm: Task
    cold: Task
    truth: Truth | None

    @property
    def name(self) -> str:
        """See `world_name`."""
        return world_name(self.folder)

    def users_of(self, modality: str) -> dict[str, frozenset[str]]:
        """Users by how their taste stands to a modality: `only`, `partly` or `elsewhere`; empty without the truth."""
        if self.truth is None:
            return {}
        groups: dict[str, set[str]] = {"only": set(), "partly": set(), "elsewhere": set()}
        for user, taste in self.truth.tastes.items():
            lives = taste.modalities
            groups["elsewhere" if modality not in lives else "only" if len(lives) == 1 else "partly"].add(user)
        return {name: frozenset(users) for name, users in groups.items()}


def open_world(folder: Path) -> World:
    """Loads the catalogue in `folder`; raises what `load_catalog` and, for a SimShop, `load_truth` raise.

    A SimShop's `missing/`, where a share of the media is absent, has the truth and cold items of the shop around it.
    """
    shop = _shop(folder)
    catalog = load_catalog(folder)
    split = rolling_split(catalog)
    truth = load_truth(shop) if (shop / TRUTH).is_file() else None
    warm = Task(
        _rows(catalog, split.train),
        tuple(rolling_events(catalog, split, "valid")),
        tuple(rolling_events(catalog, split, "test")),
    )
    cold = _simshop_cold(shop, catalog) if truth else _hidden_tenth(catalog, split)
    return World(folder, catalog, warm, cold, truth)


def world_name(folder: Path) -> str:
    """The folder's name; SHOP-missing for a SimShop's `missing/`."""
    shop = _shop(folder)
    return folder.name if shop == folder else f"{shop.name}-{folder.name}"


def _shop(folder: Path) -> Path:
    """Where the truth and the cold items of the catalogue in `folder` lie."""
    return folder.parent if folder.name == MISSING and (folder.parent / TRUTH).is_file() else folder


def _rows(catalog: Catalog, histories: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    return {user: catalog.rows(items) for user, items in histories.items() if items}


def _simshop_cold(folder: Path, catalog: Catalog) -> Task:
    """The split that SimShop writes: test holds the items that nobody bought in train or valid."""
    lines = [json.loads(line) for line in (folder / "cold.jsonl").read_text(encoding="utf-8").splitlines()]
    parts = {at: {line["user"]: tuple(line[at]) for line in lines} for at in ("train", "valid", "test")}
    listed = (folder / "cold_items.jsonl").read_text(encoding="utf-8").splitlines()
    cold = {json.loads(line)["item"] for line in listed}
    split = Split(**parts)
    return Task(
        _rows(catalog, split.train),
        tuple(rolling_events(catalog, split, "valid")),
        tuple(rolling_events(catalog, split, "test")),
        np.array([item.id in cold for item in catalog.items]),
    )


def _hidden_tenth(catalog: Catalog, split: Split) -> Task:
    """The cold items of `eval.ranking`: a tenth, taken out of train, of valid and of the histories of test."""
    hidden = cold_split(split, COLD_SEED)
    gone = hidden.hidden([item.id for item in catalog.items])
    valid = [
        Event(e.user, e.number, tuple(row for row in e.history if not gone[row]), e.target)
        for e in rolling_events(catalog, split, "valid")
        if not gone[e.target]
    ]
    test = [Event(e.user, n, tuple(catalog.rows(e.history)), catalog.row[e.target]) for n, e in enumerate(hidden.test)]
    return Task(_rows(catalog, hidden.train), tuple(valid), tuple(test), gone)
