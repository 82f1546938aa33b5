"""References to items of the conversation ("the second one"), and comparisons with them ("cheaper than that")."""

import re

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.chat.nlu.intent import LAST, THAT, THESE, Comparison
from llmrec.retrieval.filters import attribute_kinds

_COMPARATIVES = {
    "cheaper": ("price", "<"), "less expensive": ("price", "<"), "more affordable": ("price", "<"),
    "less pricey": ("price", "<"), "pricier": ("price", ">"), "more expensive": ("price", ">"),
    "dearer": ("price", ">"),
    "newer": ("year", ">"), "more recent": ("year", ">"), "more modern": ("year", ">"), "later": ("year", ">"),
    "older": ("year", "<"), "earlier": ("year", "<"), "less recent": ("year", "<"),
}  # fmt: skip
_COMPARATIVE = rf"(?P<negation>(?:not|nothing|no) (?:any )?)?\b(?P<comparative>{'|'.join(_COMPARATIVES)})\b"
_THAN = re.compile(rf"{_COMPARATIVE}(?: (?:ones?|films?|movies?|items?))? than (?P<than>[^,;.!?]+)", re.I)
_ALONE = re.compile(
    rf"(?:(?:but|and|please|something|anything|some|any|an?|show me|give me|find me|make it|i want|i'd like|a bit|"
    rf"slightly|much|even|a little|far|way|just|only|also)\s+)*{_COMPARATIVE}"
    r"(?:\s+(?:ones?|films?|movies?|items?|things?|stuff|options?|please|if possible))*",
    re.I,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_POSITION = re.compile(
    rf"(?:the |that |#|no\.? ?|number |nr\.? ?|item )*(?:(?P<ordinal>{'|'.join(_ORDINALS)}|last)|(?P<n>\d{{1,3}})"
    r"(?:st|nd|rd|th)?)(?: (?:one|film|movie|item|product|of them|of these|in the list))*",
    re.I,
)
_THAT_ONE = re.compile(r"(?:that|this|it|that one|this one|the same|the same one|the same thing|same)", re.I)
_ALL_OF_THEM = re.compile(
    r"(?:these|those|them|all of (?:them|these|those)|any of (?:them|these|those)|the others|the rest)", re.I
)
_INVERSE = {"<": ">=", ">": "<="}


def list_position(words: str) -> str:
    """Read the place in a list that words name.

    Parameters
    ----------
    words
        Such as "the second one", "#2", "number two", "the last one" or "that".

    Returns
    -------
    str
        The number of the place, counted from 1; `LAST`, `THAT`, or "" where the words name none.

    Examples
    --------
    >>> list_position("the second one"), list_position("that one"), list_position("a western")
    ('2', 'that', '')
    """
    words = re.sub(
        rf"\bnumber ({'|'.join(_NUMBERS)})\b",
        lambda match: f"number {_NUMBERS.index(match[1].lower()) + 1}",
        words.strip(" ?.!"),
        flags=re.I,
    )
    if _THAT_ONE.fullmatch(words):
        return THAT
    match = _POSITION.fullmatch(words)
    if not match:
        return ""
    ordinal = (match["ordinal"] or "").lower()
    return LAST if ordinal == "last" else str(_ORDINALS.index(ordinal) + 1) if ordinal else str(int(match["n"]))


def parse_comparisons(text: str, catalog: Catalog, default: str = THESE) -> tuple[str, tuple[Comparison, ...]]:
    """Take comparisons with items of the conversation out of a text.

    Parameters
    ----------
    text
        A line of a conversation.
    catalog
        Only comparisons by its attributes "year" and "price" are read, and only with titles that it has.
    default
        What is meant where a line does not say what it compares with ("something cheaper").

    Returns
    -------
    text : str
        What is left.
    comparisons : tuple of Comparison
        All of them, in order.
    """
    names = derived(catalog, attribute_kinds)
    found: list[Comparison] = []

    def note(match: re.Match[str], subject: str) -> str:
        attribute, operator = _COMPARATIVES[match["comparative"].lower()]
        if not subject or attribute not in names:
            return match[0]
        found.append(Comparison(attribute, _INVERSE[operator] if match["negation"] else operator, subject))
        return " "

    text = _THAN.sub(lambda m: note(m, _subject(m["than"], catalog)), text)
    parts = re.split(r"([,;.!?]\s*|\s+(?:but|and)\s+)", text)
    for n in range(0, len(parts), 2):
        if alone := _ALONE.fullmatch(parts[n].strip()):
            parts[n] = note(alone, default)
    return "".join(parts), tuple(found)


def _subject(words: str, catalog: Catalog) -> str:
    """Read the reference that follows "than"; "" where there is none."""
    if _ALL_OF_THEM.fullmatch(words.strip()):
        return THESE
    known = Vocabulary.of(catalog).by_title.get(words.strip().casefold())
    return ("" if words.strip().isdigit() else list_position(words)) or (words.strip() if known else "")
