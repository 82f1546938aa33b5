"""How a catalogue's items are spoken of: a film is "watched", a product "bought", a title one line of plain text.

Clients render replies as Markdown, some with HTML in it: a title must not become a picture that is fetched, a link, or
a line of its own, and must not turn the direction of what stands beside it.
"""

import re
import unicodedata
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


_PURPOSE = re.compile(
    r"(?P<before>(?<![\w'-])[\w'-]+)(?=(?P<purpose>\s+for"
    r"(?:\s+(?!(?:for|in|from|with|without|under|by|that|which|about|but|and)\b)[^\s,;.!?]+)+))",
    re.I,
)
_FOR_IT = re.compile(
    "(?:look|search|ask|wish|hop|hunt|shop|brows|crav|long|car|ready|mood|desire|appetite|fancy|taste|request|need|up)"
    "(?:e|ed|es|ing|s)?",
    re.I,
)
"""Words behind which "for" tells what is wanted itself."""


def without_purpose(query: str) -> str:
    """A query without what something is wanted for, behind what is wanted.

    Examples
    --------
    >>> without_purpose("something blue for summer, in cotton"), without_purpose("I look for a dress")
    ('something blue, in cotton', 'I look for a dress')
    >>> without_purpose("for the beach")
    'for the beach'
    """
    at, parts = 0, []
    for found in _PURPOSE.finditer(query):
        if not _FOR_IT.fullmatch(found["before"]):
            parts.append(query[at : found.start("purpose")])
            at = found.end("purpose")
    return "".join((*parts, query[at:]))


_JOINERS = "\u200c\u200d"
"""Invisible, and part of words in some scripts and of emoji."""
_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a", "`": "'"})
_LINKS = re.compile(r"(?<=\])(?=[(\[])|(?<=!)(?=\[)|(?<=:)(?=//)|(?<=\bwww\.)(?=\S)", re.I)


def one_line(text: str) -> str:
    r"""Take out of a text what is no letter of a line: control characters, turns of direction, breaks.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        With single spaces in the place of white space.

    Examples
    --------
    >>> one_line("Nice\n2. Film\x1b[31m \u202egnp.exe")
    'Nice 2. Film[31m gnp.exe'
    """
    return " ".join("".join(" " if each.isspace() else each for each in text if _shown(each)).split())


def _shown(character: str) -> bool:
    if character.isspace() or character in _JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs")


def plain(text: str) -> str:
    """Make a text one line that no reader of Markdown or HTML takes for more than text.

    Parameters
    ----------
    text
        A title, a label, a sentence that names some.

    Returns
    -------
    str
        Angle brackets and backticks have look-alikes; a space parts what would be a link, a picture or an address.

    Examples
    --------
    >>> plain("![x](http://evil.example/leak) <img src=x>")
    '! [x] (http: //evil.example/leak) \u2039img src=x\u203a'
    """
    return _LINKS.sub(" ", one_line(text).translate(_MARKUP))
