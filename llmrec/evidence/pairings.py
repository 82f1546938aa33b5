"""What is known of an item beside the one that it is to go with, of counts that people may be told."""

from llmrec.catalog.day_counts import DayCounts
from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import Facet, Vocabulary, is_kind
from llmrec.evidence.records import Pairing
from llmrec.evidence.selection import shared_facets

LEAST_LIFT = 1.2
"""How many times as often as by chance values have to be taken together, so that people are told of it."""
UNTOLD = ("section", "department", "group", "code", "index", "path", "price", "year")
"""Parts of names of attributes by which a shop files its goods, or that are bands of numbers: they are not told."""


def pairing(catalog: Catalog, item: str, anchor: str) -> Pairing:
    """Count on how many days an item, or its like, was taken beside another, against chance.

    Parameters
    ----------
    catalog
        With the events.
    item
        Id of the recommended item.
    anchor
        Id of the item that it is to go with.

    Returns
    -------
    Pairing
        With counts of the two items where these may be told, else of values of one attribute: of their kinds, or of
        those that go together most. Without counts, an attribute that both have, the rarest.

    Raises
    ------
    UnknownItem
        Where the catalogue lacks an id.
    """
    own, theirs = catalog.rows([item, anchor])
    days, vocabulary = derived(catalog, DayCounts), Vocabulary.of(catalog)
    if told := Pairing(anchor).counted(*days.of_items(theirs, own)):
        return told
    found: list[tuple[bool, float, Pairing]] = []
    for first in filter(_is_told, vocabulary.facets[anchor]):
        for second in filter(_is_told, vocabulary.facets[item]):
            if first.name != second.name:
                continue
            counts, people = days.of_values(first, second)
            if told := Pairing(anchor, second.key, first.key).counted(counts, people):
                lift = counts[0] * counts[3] / (counts[1] * counts[2])
                found.append((is_kind(first.name), lift, told))
    if found := [each for each in found if each[1] >= LEAST_LIFT]:
        return max(found, key=lambda each: each[:2])[2]
    shared = next(filter(_is_told, shared_facets(vocabulary, item, anchor)), None)
    return Pairing(anchor, shared=shared.key if shared else None)


def _is_told(facet: Facet) -> bool:
    return not any(part in facet.name.lower() for part in UNTOLD)
