"""Fixtures every room's tests share."""

from pathlib import Path

import pytest

from llmrec.catalog.types import Catalog, Interaction, Item

FILMS = [
    ("Red Dawn", ("Action", "War"), 1984), ("Night Bus", ("Comedy", "Romance"), 1994),
    ("Iron Coast", ("Action", "Thriller"), 1996), ("Paper Moonlight", ("Drama", "Romance"), 1995),
    ("Laugh Track", ("Comedy",), 1993), ("Silent Harbor", ("Drama", "Thriller"), 1991),
    ("Star Caravan", ("Sci-Fi", "Adventure"), 1982), ("Tin Soldier", ("Animation", "Children's"), 1992),
    ("Green Circus", ("Animation", "Comedy"), 1995), ("Last Verdict", ("Crime", "Drama"), 1990),
    ("Moon Garage", ("Sci-Fi", "Comedy"), 1997), ("Cold Lantern", ("Horror", "Thriller"), 1988),
]  # fmt: skip
HISTORIES = {
    "u1": [0, 2, 5, 11, 9, 6], "u2": [1, 4, 8, 10, 3], "u3": [3, 5, 9, 1],
    "u4": [6, 10, 7, 8, 4, 1, 0], "u5": [2, 0, 11, 5], "u6": [7, 8, 4, 10],
}  # fmt: skip


@pytest.fixture
def tiny_catalog() -> Catalog:
    """12 invented films and 6 users, in memory."""
    items = tuple(
        Item(str(n + 1), title, f"A film called {title}.", {"genres": genres, "year": year})
        for n, (title, genres, year) in enumerate(FILMS)
    )
    histories = {
        user: tuple(Interaction(user, items[row].id, 1000.0 * t, 4.0) for t, row in enumerate(rows))
        for user, rows in HISTORIES.items()
    }
    return Catalog("tiny", items, histories)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and the referee beside the checkout; tests that need it skip where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("real data (../shared/data) is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def base_model() -> Path:
    """The default base model as `llmrec setup` makes it, under the data directory of this run."""
    from llmrec.paths import home
    from llmrec.setup import materialise_base

    return materialise_base(home())
