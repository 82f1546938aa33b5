"""Titles, descriptions and prices: they tell family, material, occasion and origin, and nothing other media show."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from llmrec.catalog.simshop.world import of_modality

NAMES = (
    "Alden", "Brook", "Carrow", "Dunmore", "Elgin", "Fenwick", "Garrick", "Harlow", "Ivers", "Jarvis", "Kelso",
    "Linden", "Marlow", "Norwood", "Orrin", "Parnell", "Quillan", "Ripley", "Selby", "Tarbert", "Upton", "Vance",
    "Whitby", "Yarrow", "Zeller", "Ashford", "Birch", "Corby", "Devlin", "Exeter",
)  # fmt: skip
TITLES = ("{name} {material} {family}", "{material} {family} {name}", "{name} {family} in {material}")
MADE = ("Made of {material} in {origin}.", "{family} of {material}, made in {origin}.", "{material} from {origin}.")
GIVEN = ("A gift for a {occasion}.", "Bought for a {occasion} most of the time.", "It suits a {occasion}.")
EXTRAS = ("Comes in a gift box.", "Ships within two days.", "Wipe with a dry cloth.", "A card is included.", "")
PRICE = {
    "charm": 9, "clock": 34, "coaster": 7, "lamp": 48, "magnet": 5, "ornament": 16, "purse": 39, "bookend": 27,
}  # fmt: skip
"""The eight families, each with its middle price; no taste is for one, and any comes in every shape."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the items file says of one item."""

    family: str
    title: str
    description: str
    price: float


def write_words(values: Mapping[str, tuple[str, ...]], seed: int) -> list[Words]:
    """Write the words of each item from the attributes that live in words.

    Parameters
    ----------
    values
        Attribute -> value of each item.
    seed
        Of the world.

    Returns
    -------
    list of Words
        One an item; titles are unique, at need by a number.
    """
    rng = np.random.default_rng([seed, 4])
    own = [attribute.name for attribute in of_modality("text")]
    items = len(values[own[0]])
    families = rng.permutation(np.resize(list(PRICE), items))
    used: set[str] = set()
    told = []
    for row, family in enumerate(families.tolist()):
        facts = {"family": family, "name": ""} | {name: values[name][row] for name in own}
        for _ in range(60):
            facts["name"] = NAMES[rng.integers(len(NAMES))]
            title = _sentence(TITLES[rng.integers(len(TITLES))], facts)
            if title not in used:
                break
        else:
            title = f"{title} No. {row + 1}"
        used.add(title)
        parts = [_sentence(options[rng.integers(len(options))], facts) for options in (MADE, GIVEN, EXTRAS)]
        price = float(np.round(PRICE[family] * np.exp(rng.normal(0, 0.25)), 2))
        told.append(Words(family, title, " ".join(part for part in parts if part), price))
    return told


def _sentence(template: str, facts: dict[str, str]) -> str:
    text = template.format(**facts)
    return text[:1].upper() + text[1:]
