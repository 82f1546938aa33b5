"""Sentences on what goes with an item: read back number by number, and held against what the days of the users say."""

import re

from llmrec.catalog.day_counts import DayCounts
from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import Facet, Vocabulary, attribute_noun, natural_order
from llmrec.catalog.wording import Wording, wording
from llmrec.evidence.records import ItemEvidence, Pairing
from llmrec.verification.reading import Claim

_NUMBER = re.compile(r"\d[\d,]*")


def pairing_sentence(record: Pairing, item: str, catalog: Catalog) -> str:
    """Tell what is known of an item beside the one that it is to go with.

    Parameters
    ----------
    record : Pairing
        Of the item.
    item : str
        Id of the recommended item.
    catalog : Catalog
        Holds both.

    Returns
    -------
    str
        One sentence or two.
    """
    words, titles = wording(catalog), Vocabulary.of(catalog).titles
    anchor, own = (natural_order(titles[id]) for id in (record.anchor, item))
    if not record.days:
        if record.shared is None:
            return f'"{own}" is here because of "{anchor}".'
        facet = Facet.of(record.shared)
        return f'Too few days tell what goes with "{anchor}"; this {words.noun} shares its {_value(facet)}.'
    theirs, ours = _sides(record, words)
    mine, everything = f"{record.takers:,}", f"{record.days:,}"
    return (
        f'Goes with "{anchor}": of about {record.group:,} days on which people {words.chose} {theirs}, '
        f"they {words.chose} {ours} too on about {record.both:,}, against about {mine} of all {everything}."
    )


def pairing_claim(text: str, evidence: ItemEvidence, catalog: Catalog) -> Claim | None:
    """Judge a text as a sentence on what goes with an item.

    Parameters
    ----------
    text : str
        The text.
    evidence : ItemEvidence
        Of the recommended item.
    catalog : Catalog
        Its events are counted anew.

    Returns
    -------
    Claim or None
        Supported where the text says what was counted, contradicted where only its numbers differ; None where it is no
        such sentence.
    """
    if evidence.pairing is None:
        return None
    true = pairing_sentence(_anew(evidence.pairing, evidence.item, catalog), evidence.item, catalog)
    against = f"days of item {evidence.item} and item {evidence.pairing.anchor}"
    if text == true:
        return Claim("people", text, 0, "supported", against, reason=True)
    if _NUMBER.sub("#", text) == _NUMBER.sub("#", true):
        return Claim("people", text, 0, "contradicted", against, f"counted anew it is: {true}")
    return None


def _anew(record: Pairing, item: str, catalog: Catalog) -> Pairing:
    """What the catalogue's events and attributes say of a record; the two items alone where they do not bear it."""
    bare = Pairing(record.anchor, record.item_value, record.anchor_value)
    if record.days:
        days = derived(catalog, DayCounts)
        if record.item_value is None or record.anchor_value is None:
            counts, people = days.of_items(*catalog.rows([record.anchor, item]))
            return bare.counted(counts, people) or Pairing(record.anchor)
        theirs, own = Facet.of(record.anchor_value), Facet.of(record.item_value)
        if _has(theirs, record.anchor, catalog) and _has(own, item, catalog):
            counts, people = days.of_values(theirs, own)
            return bare.counted(counts, people) or Pairing(record.anchor)
    shared = Facet.of(record.shared) if record.shared else None
    both = shared is not None and all(_has(shared, id, catalog) for id in (record.anchor, item))
    return Pairing(record.anchor, shared=record.shared if both else None)


def _has(facet: Facet, item: str, catalog: Catalog) -> bool:
    return facet in Vocabulary.of(catalog).facets[item]


def _sides(record: Pairing, words: Wording) -> tuple[str, str]:
    if record.anchor_value is None or record.item_value is None:
        return "it", f"this {words.noun}"
    theirs, ours = Facet.of(record.anchor_value), Facet.of(record.item_value)
    if theirs == ours:
        return f"something of its {_value(theirs)}", "more of it"
    return f"something of its {_value(theirs)}", f"something of this {_value(ours)}"


def _value(facet: Facet) -> str:
    return f'{attribute_noun(facet.name)} "{facet.value}"'
