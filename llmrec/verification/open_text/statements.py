"""Sentences of an open text, as they stand and with the user addressed and every title whole, as evidence is worded."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from llmrec.catalog.vocabulary import words
from llmrec.verification.reading import Quote
from llmrec.verification.resolution import ResolvedText

_THEIRS = re.compile(
    r"\b(?:the|this) (?:user|customer|reader|shopper|visitor|guest|viewer|person)(?:'s|s')(?=\W)|\b(?:their|his|her)\b",
    re.I,
)
_THEY = re.compile(
    r"\b(?:the|this) (?:user|customer|reader|shopper|visitor|guest|viewer|person)\b|\b(?:they|he|she)\b", re.I
)
_AGREE = (
    (re.compile(r"\byou has\b", re.I), "you have"),
    (re.compile(r"\byou was\b", re.I), "you were"),
    (re.compile(r"\byou is\b", re.I), "you are"),
    (re.compile(r"\byou does\b", re.I), "you do"),
)
_CHOSE = re.compile(
    r"\b(?:bought|purchased|visited|ordered|rented|booked|acquired|watched|streamed|played|been to|went to|gone to)\b",
    re.I,
)
_ACT = re.compile(r"\b(purchase|visit|order|buy|booking|place|business|product|title)(s?)\b", re.I)
_END = re.compile(r"[.!?]+[\"')]*(?=\s|$)|\n+")
_ABBREVIATED = re.compile(r"(?:^|[\s(.])(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|No|Vol|e\.g|i\.e|[A-Z])$")
STOPS = frozenset(
    str.split("the a an and or but of in on at to for from with by as is are was were be been being it its this that these those "
    "they them their he she his her him you your we our us i who whom which what when where why how there here not no "
    "nor so if than then too very just also both all any some each every other another such own same more most much "
    "many few less least only even still yet has have had do does did would will can could may might shall should must "
    "into out up down over under about after before between through during while because since due one ones make makes "
    "making made get gets got offer offers offering provide provides providing feature features featuring find expect "
    "like liked enjoy enjoys enjoyed love loves loved fan fans user users people those reader readers great good")
)  # fmt: skip
"""Words that tell nothing of an item."""


@dataclass(frozen=True)
class Statement:
    """A sentence of an open text.

    Attributes
    ----------
    start, end : int
        `[start, end)` in characters.
    text : str
        As it stands.
    shown : str
        The user as "you", titles whole and in quotation marks, the recommended item as "this item", in the verb and
        the noun of the catalogue.
    titles : tuple of Quote
        The titles in it.
    """

    start: int
    end: int
    text: str
    shown: str
    titles: tuple[Quote, ...]


def statements_of(text: ResolvedText) -> list[Statement]:
    """The sentences of a text.

    Parameters
    ----------
    text : ResolvedText
        An open text.

    Returns
    -------
    list of Statement
        In order, without empty ones.
    """
    found = []
    for start, end in _spans(text):
        said = text.reading.text[start:end]
        start += len(said) - len(said.lstrip())
        said = said.strip()
        if said:
            end = start + len(said)
            titles = tuple(sorted((q for q in text.titles if start <= q.start < end), key=lambda q: q.start))
            found.append(Statement(start, end, said, _shown(text, start, end, titles), titles))
    return found


def _spans(text: ResolvedText) -> list[tuple[int, int]]:
    """The sentences; no full stop within a title or after an abbreviation ends one."""
    hidden = text.reading.bare
    for quote in text.titles:
        hidden = hidden[: quote.start] + "x" * (quote.end - quote.start) + hidden[quote.end :]
    cuts = [m.end() for m in _END.finditer(hidden) if not _ABBREVIATED.search(hidden[: m.start()])]
    return list(pairwise([0, *cuts, len(text.reading.text)]))


def _shown(text: ResolvedText, start: int, end: int, titles: Iterable[Quote]) -> str:
    pieces, at = [], start
    for quote in titles:
        if quote.start < at:
            continue
        pieces.append(_second_person(text, text.reading.text[at : quote.start]))
        pieces.append(_whole(text, quote))
        at = quote.end
    pieces.append(_second_person(text, text.reading.text[at:end]))
    return "".join(pieces).strip()


def _whole(text: ResolvedText, quote: Quote) -> str:
    ids = text.ids(quote)
    held = [item for item in ids if item in text.grounds.history]
    if text.grounds.item in ids and not (held and text.role(quote) == "cause"):
        return f"this {text.words.noun}"
    name = text.vocabulary.titles[(held or ids)[0]] if ids else quote.text
    return '"' + name.replace('"', "'") + '"'


def _second_person(text: ResolvedText, said: str) -> str:
    noun = text.words.noun
    said = _THEY.sub("you", _THEIRS.sub("your", said))
    for wrong, right in _AGREE:
        said = wrong.sub(right, said)
    said = _ACT.sub(lambda m: noun + m.group(2), _CHOSE.sub(text.words.chose, said))
    counts, most = text.vocabulary.counts, 0.9 * len(text.catalog.items)
    kinds = {facet.value.lower() for facet in text.facets if facet.value.isalpha() and counts[facet] > most}
    for kind in kinds:
        said = re.sub(rf"\b{kind}(s?)\b", lambda m: noun + m.group(1), said, flags=re.IGNORECASE)
    return said


def stem(word: str) -> str:
    """A word without its ending, so that "mysteries" and "mystery" are one.

    Examples
    --------
    >>> stem("mysteries"), stem("captivating"), stem("class")
    ('mystery', 'captivat', 'class')
    """
    word = word.lower().removesuffix("'s").removesuffix("'")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ingly", "ing", "edly", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def telling(text: str) -> list[str]:
    """The stems of the words of a text that tell something, in order.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
    """
    return [stem(word) for word, _, _ in words(text) if word not in STOPS and len(word) > 2]
