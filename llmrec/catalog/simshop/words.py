"""Titles, descriptions and prices: they tell family, material and occasion, and nothing that other media show."""

from dataclasses import dataclass

import numpy as np

PLACES = (
    "Alden", "Brook", "Carrow", "Dunmore", "Elgin", "Fenwick", "Garrick", "Harlow", "Ivory Lane", "Jarvis", "Kelso",
    "Lisbon", "Marlow", "Norwich", "Oslo", "Perth", "Quebec", "Ripley", "Selby", "Tarbert", "Upton", "Verona",
    "Whitby", "Yarrow", "Zurich", "Ashford", "Bergen", "Corby", "Dover", "Exeter",
)  # fmt: skip
TITLES = ("{place} {material} {family}", "{material} {family} from {place}", "{place} {family} in {material}")
MADE = ("Made of {material} in {place}.", "{family} of {material}, made in {place}.", "{material}, finished by hand.")
GIVEN = ("A gift for a {occasion}.", "Bought for a {occasion} most of the time.", "It suits a {occasion}.")
EXTRAS = ("Comes in a gift box.", "Ships within two days.", "Wipe with a dry cloth.", "A card is included.", "")
PRICE = {
    "charm": 9, "clock": 34, "coaster": 7, "lamp": 48, "magnet": 5, "ornament": 16, "purse": 39, "bookend": 27,
}  # fmt: skip
"""Middle price of a family."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the items file says of one item."""

    title: str
    description: str
    price: float


def write_words(
    families: tuple[str, ...], materials: tuple[str, ...], occasions: tuple[str, ...], seed: int
) -> list[Words]:
    """Words of each item; titles are unique, from the 61st namesake on by a number."""
    rng = np.random.default_rng([seed, 4])
    taken: set[str] = set()
    told = []
    for family, material, occasion in zip(families, materials, occasions, strict=True):
        facts = {"family": family, "material": material, "occasion": occasion, "place": ""}
        for _ in range(60):
            facts["place"] = PLACES[rng.integers(len(PLACES))]
            title = _sentence(TITLES[rng.integers(len(TITLES))], facts)
            if title not in taken:
                break
        else:
            title = f"{title} No. {len(taken) + 1}"
        taken.add(title)
        parts = [_sentence(options[rng.integers(len(options))], facts) for options in (MADE, GIVEN, EXTRAS)]
        price = float(np.round(PRICE[family] * np.exp(rng.normal(0, 0.25)), 2))
        told.append(Words(title, " ".join(part for part in parts if part), price))
    return told


def _sentence(template: str, facts: dict[str, str]) -> str:
    text = template.format(**facts)
    return text[:1].upper() + text[1:]
