"""A small made catalogue, as the vendored referee reads one, with many events of one moment."""

import csv
from pathlib import Path

import numpy as np
import pytest

ITEMS, USERS = 80, 40


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 items in an order that is not that of their ids; 40 users with 2 to 39 events at 9 moments, some twice."""
    folder, rng = tmp_path_factory.mktemp("catalogues") / "made", np.random.default_rng(5)
    folder.mkdir()
    with (folder / "items.csv").open("w", newline="") as out:
        csv.writer(out).writerows([("item_id", "title"), *((f"i{n}", f"Thing {n}") for n in rng.permutation(ITEMS))])
    with (folder / "interactions.tsv").open("w") as out:
        for user in range(USERS):
            for item in rng.choice(ITEMS, size=rng.integers(2, 40), replace=False):
                for _ in range(1 + (item % 11 == 0)):
                    out.write(f"u{user}\ti{item}\t4\t{rng.integers(9)}\n")
    return folder
