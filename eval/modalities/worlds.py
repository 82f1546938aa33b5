"""A catalogue as this suite sees it: its rolling split, its cold items, in SimShop the truth; how it is measured."""

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
from llmrec.catalog.simshop import load_truth, oracle_scores
from llmrec.catalog.simshop.truth import FILE as TRUTH
from llmrec.catalog.simshop.write import MISSING
from llmrec.evaluation.metrics import ranking_metrics, tie_order
from llmrec.evaluation.splits import Event, Split, rolling_events, rolling_split

Floats = NDArray[np.float32]
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


def measure(world: World, task: Task, scores: Floats, modalities: Sequence[str]) -> dict[str, float]:
    """`ndcg@10` over all users (mean over a user's events, then over users) and `ndcg@10 MODALITY GROUP` in SimShop.

    `scores`: (test events, items), -inf at seen items. Groups: see `World.users_of`.
    """
    if task.candidates is not None:
        scores = np.where(task.candidates, scores, -np.inf).astype(np.float32)
    order = tie_order([item.id for item in world.catalog.items])
    found = ranking_of(scores, task.test, order)
    for modality in modalities:
        for group, users in world.users_of(modality).items():
            chosen = [n for n, e in enumerate(task.test) if e.user in users]
            if chosen:
                part = ranking_of(scores[chosen], [task.test[n] for n in chosen], order)
                found[f"ndcg@10 {modality} {group}"] = part["ndcg@10"]
    return found


def ranking_of(scores: Floats, events: Sequence[Event], order: NDArray[np.intp]) -> dict[str, float]:
    """`ndcg@10` and `recall@10`, rounded, with how many users and events they are means of."""
    targets, seen, users = [e.target for e in events], [e.history for e in events], [e.user for e in events]
    found = ranking_metrics(scores, targets, seen, users, order)
    return {name: round(found[name], 5) for name in ("ndcg@10", "recall@10", "users", "events")}


def oracle(world: World, task: Task) -> Floats:
    """(test events, items): the true chances; items of equal chance in an order of their own, drawn by seed 0.

    Raises `ValueError` in a world without truth.
    """
    if world.truth is None:
        raise ValueError(f"{world.name} has no truth to know")
    rng = np.random.default_rng(0)
    ids = [item.id for item in world.catalog.items]
    place = {item: n for n, item in enumerate(world.truth.items)}
    order = [place[item] for item in ids]
    rows = []
    for event in task.test:
        chance = oracle_scores(world.truth, event.user, [ids[row] for row in event.history])[order]
        spread = float(chance.max()) or 1.0
        rows.append(chance / spread + 1e-6 * rng.random(len(chance)))
    scores = np.array(rows, np.float32)
    for n, event in enumerate(task.test):
        scores[n, list(event.history)] = -np.inf
    return scores
