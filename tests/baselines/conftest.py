"""40 things of two kinds and 30 users who keep to one of them, with features that show the kind."""

from random import Random

import numpy as np
import pytest

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.encoders import Features

ITEMS, USERS = 40, 30


@pytest.fixture(scope="session")
def kinds() -> Catalog:
    """Even rows are of one kind, odd rows of the other; every user has 14 events of one kind and 2 of the other."""
    rng = Random(0)
    items = tuple(Item(f"i{n:02}", f"Thing {n}", f"A {'red' if n % 2 else 'blue'} thing.") for n in range(ITEMS))
    histories = {}
    for user in range(USERS):
        liked = [n for n in range(ITEMS) if n % 2 == user % 2]
        chosen = rng.sample(liked, 14) + rng.sample([n for n in range(ITEMS) if n not in liked], 2)
        rng.shuffle(chosen)
        events = [Interaction(f"u{user}", items[n].id, 1000.0 + place) for place, n in enumerate(chosen)]
        histories[f"u{user}"] = tuple(events)
    return Catalog("kinds", items, histories)


@pytest.fixture(scope="session")
def kinds_features() -> Features:
    """Text and image vectors that tell the kinds apart under noise; a clip of three frames for every second item."""
    rng, rows = np.random.default_rng(0), np.arange(ITEMS)
    sign = np.where(rows % 2, 1.0, -1.0)[:, None]
    dims = {"text": 8, "image": 6, "video": 12}
    vectors = {m: (sign + 0.5 * rng.normal(size=(ITEMS, d))).astype(np.float32) for m, d in dims.items()}
    mask = {"text": np.ones(ITEMS, np.bool_), "image": rows != 5, "video": rows % 4 < 2}
    ids = tuple(f"i{n:02}" for n in rows)
    keys = {m: tuple(f"{n + 1:064x}" if there else "" for n, there in enumerate(mask[m])) for m in mask}
    names = {m: f"{m}-test" for m in dims}
    return Features(ids, ids, {m: x * mask[m][:, None] for m, x in vectors.items()}, mask, names, keys, {"video": 3})
