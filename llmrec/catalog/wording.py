"""The nouns and verbs of a catalogue's domain, so that a film is "watched" and a product is "bought"."""

import re
from dataclasses import dataclass

from llmrec.catalog.types import Catalog, derived


@dataclass(frozen=True)
class Wording:
    """How sentences speak of the items of one catalogue and of the inputs (modalities) the model reads."""

    noun: str
    chose: str
    """Past tense, which is the participle too, so that one word serves "you bought" and "having bought"."""
    modalities: dict[str, str]
    """Modality of the evidence -> the word a reader knows it by."""


_SENSES = {"audio": "sound", "video": "clip", "popularity": "popularity"}
FILMS = Wording("film", "watched", {"text": "plot", "image": "poster", "id": "audience", **_SENSES})
PRODUCTS = Wording("product", "bought", {"text": "description", "image": "photo", "id": "buyers", **_SENSES})
ITEMS = Wording("item", "picked", {"text": "description", "image": "picture", "id": "audience", **_SENSES})
ALL = (FILMS, PRODUCTS, ITEMS)

MODALITY_WORDS = {
    "image": "poster posters photo photos photograph picture pictures image cover artwork look looks visual visually",
    "text": "plot plots story storyline synopsis description descriptions text words",
    "id": "audience audiences viewers buyers customers crowd",
    "audio": "sound sounds music soundtrack",
    "video": "clip clips footage motion",
    "popularity": "popularity popular",
}
"""Modality -> the words by which a sentence claims that it mattered."""


def wording(catalog: Catalog) -> Wording:
    """Choose the wording for a catalogue by its attributes: films, priced products, or plain items.

    Books and songs have genres too, so films are told by genres that only films have.

    Parameters
    ----------
    catalog
        The catalogue; the choice is made once for each.

    Returns
    -------
    Wording
    """
    return derived(catalog, _read_off)


def _read_off(catalog: Catalog) -> Wording:
    sample = catalog.items[:500]
    genres = {g for item in sample if isinstance(v := item.attributes.get("genres"), tuple) for g in v}
    if genres & {"Animation", "Documentary", "Film-Noir"}:
        return FILMS
    return PRODUCTS if any("price" in item.attributes for item in sample) else ITEMS


_END = r"(?:but|and|with|from|for|in|on|at|by|to|please|just|only|that|which|who|i|if|then)\b"
_REFUSED = re.compile(
    rf"\b(?:not|never|no|without|except|nothing|(?:don|doesn|isn)['\u2019]t(?: (?:want|like))?)\b"
    rf"(?! (?:only|just|necessarily|matter|problem)\b)(?:\s+(?!{_END})[\w'\u2019-]+){{1,3}}"
    r"|(?:\u4e0d\u8981|\u4e0d\u60f3\u8981|\u4e0d\u559c\u6b22|\u6ca1\u6709)[\u4e00-\u9fff]{1,6}",
    re.IGNORECASE,
)


def without_refused(query: str) -> str:
    """A query without what it refuses: up to three words after a negation, as far as their phrase goes.

    Examples
    --------
    >>> without_refused("something funny, not horror, from the 90s")
    'something funny, , from the 90s'
    >>> without_refused("a war film without romance but with ships"), without_refused("not only for children")
    ('a war film  but with ships', 'not only for children')
    """
    return _REFUSED.sub("", query)
