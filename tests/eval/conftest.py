"""A tiny catalogue on disk, as the referee reads one, and its problem."""

import csv
from pathlib import Path
from random import Random

import pytest

from eval.ranking.problem import Problem, build_problem
from llmrec.catalog import load_catalog
from llmrec.evaluation.splits import rolling_split

ITEMS, USERS = 40, 12


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 items in two genres; 12 users with 16 events, most of them in one genre."""
    folder = tmp_path_factory.mktemp("data") / "tiny"
    folder.mkdir()
    rng = Random(0)
    with (folder / "items.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["item_id", "title", "description", "category"])
        for n in range(ITEMS):
            kind = "comedy" if n % 2 else "western"
            writer.writerow([f"i{n:02}", f"Film number {n}", f"A {kind} about lonely travellers.", kind])
    with (folder / "interactions.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["user_id", "item_id", "rating", "timestamp"])
        for user in range(USERS):
            taste = [n for n in range(ITEMS) if n % 2 == user % 2]
            chosen = rng.sample(taste, 14) + rng.sample([n for n in range(ITEMS) if n not in taste], 2)
            rng.shuffle(chosen)
            for place, n in enumerate(chosen):
                writer.writerow([f"u{user}", f"i{n:02}", "", 1000 + place])
    return folder


@pytest.fixture(scope="session")
def tiny_problem(tiny_folder: Path) -> Problem:
    """The folder under our own rolling split (the referee's, tested elsewhere to agree)."""
    catalog = load_catalog(tiny_folder)
    return build_problem(tiny_folder, catalog, rolling_split(catalog))


@pytest.fixture(scope="session")
def referee() -> Path:
    """The referee script."""
    return Path(__file__).resolve().parents[1] / "evaluation" / "referee.py"
