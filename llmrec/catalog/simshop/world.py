"""The people and things of SimShop: hidden attributes, tastes, and purchases with what drove each.

A taste is about three attributes, of one, two or three modalities, and likes some values of each. Before each
purchase one of the three comes to the fore (the driver, drawn by its weight); the item is drawn from a softmax over

    STRENGTH * sum of weights of the attributes it has a liked value of + EMPHASIS * [it has one of the driver]

among the items not bought yet. What no modality shows plays no part, so a system that reads them all can know as
much as the user does, and one that lacks a modality cannot. Liked values come in thousands of combinations: two
users seldom share a taste, and who bought what with what alone says little of what an unread modality holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, product
from math import comb, log

import numpy as np
from numpy.typing import NDArray

STRENGTH = 6.0
EMPHASIS = 3.0
LIKED_SHARE = 1 / 25
"""How much of the catalogue satisfies a whole taste, about: little enough for ten places to be worth filling."""
PURCHASES = (15, 25)
"""Fewest and most purchases of a user."""
SPREAD = ((1, 0.4), (2, 0.35), (3, 0.25))
"""In how many modalities a taste lives, and the share of the users with such a taste."""
START, HOUR = 1_700_000_000, 3600


@dataclass(frozen=True, slots=True)
class Attribute:
    """A hidden property of every item: only its `modality` shows it."""

    name: str
    modality: str
    values: tuple[str, ...]


ATTRIBUTES = (
    Attribute("shape", "image", ("round", "square", "star", "heart", "ring")),
    Attribute("colour", "image", ("red", "yellow", "green", "blue", "purple")),
    Attribute("pattern", "image", ("plain", "stripes", "dots", "checks", "zigzag")),
    Attribute("motion", "video", ("spin", "turn", "bounce", "slide", "pulse", "sway", "orbit", "rise")),
    Attribute("pace", "video", ("slow", "brisk", "rapid")),
    Attribute("light", "video", ("day", "dusk", "spot")),
    Attribute("timbre", "audio", ("flute", "reed", "strings", "bell", "shaker", "harp", "drum", "buzz")),
    Attribute("tempo", "audio", ("calm", "steady", "hurried")),
    Attribute("pitch", "audio", ("low", "middle", "high")),
    Attribute("material", "text", ("wool", "oak", "glass", "leather", "porcelain")),
    Attribute("occasion", "text", ("birthday", "wedding", "picnic", "housewarming", "graduation")),
    Attribute("origin", "text", ("Oslo", "Lisbon", "Kyoto", "Quebec", "Nairobi")),
)
BY_NAME = {attribute.name: attribute for attribute in ATTRIBUTES}
MODALITIES = ("image", "video", "audio", "text")


def of_modality(modality: str) -> tuple[Attribute, ...]:
    """Return the attributes that this modality alone carries."""
    return tuple(attribute for attribute in ATTRIBUTES if attribute.modality == modality)


@dataclass(frozen=True, slots=True)
class Taste:
    """What a user likes: attribute -> liked values, and attribute -> weight, 1 on average."""

    likes: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, float]

    @property
    def modalities(self) -> tuple[str, ...]:
        """Return the modalities in which this taste lives."""
        held = {BY_NAME[name].modality for name in self.likes}
        return tuple(modality for modality in MODALITIES if modality in held)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One event and its cause; `attribute` and `value` are None where the item lacks what came to the fore."""

    user: str
    item: str
    timestamp: int
    attribute: str | None
    value: str | None

    @property
    def modality(self) -> str | None:
        """Return the modality that shows the cause."""
        return None if self.attribute is None else BY_NAME[self.attribute].modality


@dataclass(frozen=True)
class World:
    """Everything that is true in one SimShop."""

    seed: int
    items: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    """Attribute -> the value of each item."""
    tastes: Mapping[str, Taste]
    """User -> taste."""
    purchases: tuple[Purchase, ...]
    """By user, oldest first within a user."""

    def histories(self) -> dict[str, tuple[str, ...]]:
        """Return the bought items of each user, oldest first."""
        bought: dict[str, list[str]] = {user: [] for user in self.tastes}
        for purchase in self.purchases:
            bought[purchase.user].append(purchase.item)
        return {user: tuple(items) for user, items in bought.items()}


def make_world(items: int, users: int, seed: int) -> World:
    """Make the world of a seed; the attributes of different modalities are independent of each other.

    Parameters
    ----------
    items, users
        How many.
    seed
        The same numbers give the same world.

    Returns
    -------
    World
    """
    names = tuple(f"i{n:0{max(4, len(str(items)))}d}" for n in range(1, items + 1))
    values = _item_values(items, np.random.default_rng([seed, 1]))
    people = tuple(f"u{n:0{max(4, len(str(users)))}d}" for n in range(1, users + 1))
    tastes = dict(zip(people, _tastes(users, np.random.default_rng([seed, 2])), strict=True))
    rng = np.random.default_rng([seed, 3])
    purchases = tuple(
        purchase for user, taste in tastes.items() for purchase in _shopping(user, taste, names, values, rng)
    )
    return World(seed, names, values, tastes, purchases)


def _item_values(items: int, rng: np.random.Generator) -> dict[str, tuple[str, ...]]:
    """Within a modality every combination of values is about equally frequent; across modalities all is chance."""
    values: dict[str, tuple[str, ...]] = {}
    for modality in MODALITIES:
        attributes = of_modality(modality)
        cells = list(product(*(attribute.values for attribute in attributes)))
        rows = np.concatenate([rng.permutation(len(cells)) for _ in range(-(-items // len(cells)))])[:items]
        rows = rng.permutation(rows)
        for column, attribute in enumerate(attributes):
            values[attribute.name] = tuple(cells[row][column] for row in rows)
    return values


def _tastes(users: int, rng: np.random.Generator) -> list[Taste]:
    """One taste a user; every set of as many modalities is equally frequent."""
    bounds = np.round(np.cumsum([share for _, share in SPREAD]) * users).astype(int)
    sets: list[tuple[str, ...]] = []
    for (count, _), bound in zip(SPREAD, bounds, strict=True):
        choices = list(combinations(MODALITIES, count))
        sets += [choices[n % len(choices)] for n in range(bound - len(sets))]
    return [_taste(sets[n], rng) for n in rng.permutation(users)]


def _taste(modalities: tuple[str, ...], rng: np.random.Generator) -> Taste:
    """Three attributes: 3 of one modality, 2 + 1 of two, or 1 of each of three."""
    owners = rng.permutation([modalities[n % len(modalities)] for n in range(3)])
    chosen = {m: rng.choice(len(of_modality(m)), int((owners == m).sum()), replace=False) for m in modalities}
    attributes = [of_modality(m)[n] for m, rows in chosen.items() for n in sorted(rows)]
    counts = _liked_counts(attributes, rng)
    likes = {
        attribute.name: tuple(
            attribute.values[n] for n in sorted(rng.choice(len(attribute.values), count, replace=False))
        )
        for attribute, count in zip(attributes, counts, strict=True)
    }
    weights = rng.uniform(0.8, 1.2, len(attributes))
    return Taste(likes, {name: round(float(weight), 4) for name, weight in zip(likes, weights, strict=True)})


def _liked_counts(attributes: list[Attribute], rng: np.random.Generator) -> tuple[int, ...]:
    """How many values of each attribute are liked, so that about `LIKED_SHARE` of the items has one of each."""
    sizes = [len(attribute.values) for attribute in attributes]
    options = list(product(*(range(1, size) for size in sizes)))
    misses = [abs(log(np.prod([n / size for n, size in zip(o, sizes, strict=True)]) / LIKED_SHARE)) for o in options]
    best = [option for option, miss in zip(options, misses, strict=True) if miss <= min(misses) + 0.1]
    ways = np.array([np.prod([comb(size, n) for n, size in zip(o, sizes, strict=True)]) for o in best], float)
    return best[int(rng.choice(len(best), p=ways / ways.sum()))]


def driver_logits(taste: Taste, values: Mapping[str, tuple[str, ...]]) -> NDArray[np.float64]:
    """Return the utility of each item under each driver of a purchase.

    Parameters
    ----------
    taste
        Of a user.
    values
        Attribute -> value of each item.

    Returns
    -------
    (attributes of the taste, items) float64
        Row n: where the taste's n-th attribute is the driver.
    """
    has = np.array([np.isin(values[name], liked) for name, liked in taste.likes.items()], float)
    weights = np.array([taste.weights[name] for name in taste.likes])
    logits: NDArray[np.float64] = STRENGTH * (weights @ has) + EMPHASIS * has
    return logits


def _shopping(
    user: str, taste: Taste, items: tuple[str, ...], values: Mapping[str, tuple[str, ...]], rng: np.random.Generator
) -> list[Purchase]:
    names, weights = list(taste.likes), np.array([taste.weights[name] for name in taste.likes])
    logits = driver_logits(taste, values)
    time = START + int(rng.integers(0, 365 * 24 * HOUR))
    left = np.ones(len(items), bool)
    purchases = []
    for _ in range(min(int(rng.integers(PURCHASES[0], PURCHASES[1] + 1)), len(items))):
        driver = int(rng.choice(len(names), p=weights / weights.sum()))
        utility = logits[driver] + rng.gumbel(size=len(items))  # the largest is a draw from the softmax
        row = int(np.argmax(np.where(left, utility, -np.inf)))
        left[row] = False
        value = values[names[driver]][row]
        caused = value in taste.likes[names[driver]]
        purchases.append(Purchase(user, items[row], time, names[driver] if caused else None, value if caused else None))
        time += int(rng.integers(HOUR, 30 * 24 * HOUR))
    return purchases
