"""What SimShop asks beyond the rolling split: unseen items, absent media, and photos in place of words."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from llmrec.catalog.simshop.world import World, of_modality

COLD_SHARE = 0.15
MISSING_SHARE = 0.3
QUERIES = 100
LABELLED_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class ColdUser:
    """One user of the cold split: `train` and `valid` hold no cold item, `test` holds nothing else."""

    user: str
    train: tuple[str, ...]
    valid: tuple[str, ...]
    test: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhotoQuery:
    """A look (shape, colour, pattern) and the items that have it."""

    name: str
    look: tuple[str, ...]
    items: tuple[str, ...]


def cold_split(world: World) -> tuple[frozenset[str], list[ColdUser]]:
    """Choose cold items, and the users who bought any.

    Parameters
    ----------
    world
        The world.

    Returns
    -------
    tuple of (frozenset of str, list of ColdUser)
        The cold items; and each user with everything else they bought before them, oldest first.
    """
    rng = np.random.default_rng([world.seed, 5])
    chosen = rng.choice(len(world.items), max(1, round(COLD_SHARE * len(world.items))), replace=False)
    cold = frozenset(world.items[row] for row in chosen)
    users = []
    for user, bought in world.histories().items():
        warm = tuple(item for item in bought if item not in cold)
        test = tuple(item for item in bought if item in cold)
        held = max(1, min(5, len(warm) // 4))
        if test and len(warm) > held:
            users.append(ColdUser(user, warm[:-held], warm[-held:], test))
    return cold, users


def missing_media(world: World) -> Mapping[str, frozenset[str]]:
    """Choose the items whose files are absent in the variant with missing media.

    Parameters
    ----------
    world
        The world.

    Returns
    -------
    mapping of str to frozenset of str
        Modality -> items; independent across modalities.
    """
    rng = np.random.default_rng([world.seed, 6])
    absent = {}
    for modality in ("image", "video", "audio"):
        rows = rng.choice(len(world.items), round(MISSING_SHARE * len(world.items)), replace=False)
        absent[modality] = frozenset(world.items[row] for row in rows)
    return absent


def labelled_items(world: World) -> tuple[str, ...]:
    """Return the items whose attributes the shop's staff wrote down, in the world's order and independent of sales."""
    rng = np.random.default_rng([world.seed, 8])
    count = max(1, round(LABELLED_SHARE * len(world.items)))
    return tuple(world.items[row] for row in sorted(rng.choice(len(world.items), count, replace=False)))


def photo_queries(world: World) -> list[PhotoQuery]:
    """Return up to 100 looks of the catalogue, each once; right are the items that share all three attributes."""
    looks: dict[tuple[str, ...], list[str]] = {}
    columns = [world.values[attribute.name] for attribute in of_modality("image")]
    for item, *look in zip(world.items, *columns, strict=True):
        looks.setdefault(tuple(look), []).append(item)
    rng = np.random.default_rng([world.seed, 7])
    order = sorted(looks)
    chosen = rng.permutation(len(order))[:QUERIES]
    return [PhotoQuery(f"q{n:03d}", order[row], tuple(looks[order[row]])) for n, row in enumerate(chosen, 1)]
