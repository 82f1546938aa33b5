"""Comparisons with what was shown: "cheaper than that", "the second one but newer"."""

import re
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.explain.vocabulary import Vocabulary

THAT, THESE, LAST = "that", "these", "last"
"""Subjects beside numbers and titles: the item spoken of, the whole last list, its end."""
_WORDS = {
    "cheaper": ("price", "<"), "less expensive": ("price", "<"), "more affordable": ("price", "<"),
    "less pricey": ("price", "<"), "pricier": ("price", ">"), "more expensive": ("price", ">"),
    "dearer": ("price", ">"),
    "newer": ("year", ">"), "more recent": ("year", ">"), "more modern": ("year", ">"), "later": ("year", ">"),
    "older": ("year", "<"), "earlier": ("year", "<"), "less recent": ("year", "<"),
}  # fmt: skip
_COMPARED = rf"(?P<turned>(?:not|nothing|no) (?:any )?)?\b(?P<word>{'|'.join(_WORDS)})\b"
_THAN = re.compile(rf"{_COMPARED}(?: (?:ones?|films?|movies?|items?))? than (?P<than>[^,;.!?]+)", re.I)
_ALONE = re.compile(
    rf"(?:(?:but|and|please|something|anything|some|any|an?|show me|give me|find me|make it|i want|i'd like|a bit|"
    rf"slightly|much|even|a little|far|way|just|only|also)\s+)*{_COMPARED}"
    r"(?:\s+(?:ones?|films?|movies?|items?|things?|stuff|options?|please|if possible))*",
    re.I,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_PLACE = re.compile(
    rf"(?:the |that |#|no\.? ?|number |nr\.? ?|item )*(?:(?P<word>{'|'.join(_ORDINALS)}|last)|(?P<n>\d{{1,3}})"
    r"(?:st|nd|rd|th)?)(?: (?:one|film|movie|item|product|of them|of these|in the list))*",
    re.I,
)
_THIS = re.compile(r"(?:that|this|it|that one|this one|the same|the same one|the same thing|same)", re.I)
_ALL = re.compile(
    r"(?:these|those|them|all of (?:them|these|those)|any of (?:them|these|those)|the others|the rest)", re.I
)
_INVERSE = {"<": ">=", ">": "<="}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`attribute operator` what `subject` has: a number in the last list, "last", "that", "these", or a title."""

    attribute: str
    operator: str
    subject: str

    def __str__(self) -> str:
        return f"{self.attribute}{self.operator}#{self.subject}"


def place(words: str) -> str:
    """The number of a place in a list that the words name ("the second one" -> "2"), "last", "that", or ""."""
    words = re.sub(
        rf"\bnumber ({'|'.join(_NUMBERS)})\b",
        lambda match: f"number {_NUMBERS.index(match[1].lower()) + 1}",
        words.strip(" ?.!"),
        flags=re.I,
    )
    if _THIS.fullmatch(words):
        return THAT
    match = _PLACE.fullmatch(words)
    if not match:
        return ""
    word = (match["word"] or "").lower()
    return LAST if word == "last" else str(_ORDINALS.index(word) + 1) if word else str(int(match["n"]))


def read_comparisons(text: str, catalog: Catalog, usual: str = THESE) -> tuple[str, tuple[Comparison, ...]]:
    """The text without its comparisons, and those; one that says nothing to compare with means `usual`.

    Read are only comparisons by attributes that an item has, with a place of the list or a title.
    """
    names = {name for item in catalog.items for name in item.attributes}
    found: list[Comparison] = []

    def note(match: re.Match[str], subject: str) -> str:
        attribute, operator = _WORDS[match["word"].lower()]
        if not subject or attribute not in names:
            return match[0]
        found.append(Comparison(attribute, _INVERSE[operator] if match["turned"] else operator, subject))
        return " "

    text = _THAN.sub(lambda m: note(m, _subject(m["than"], catalog)), text)
    parts = re.split(r"([,;.!?]\s*|\s+(?:but|and)\s+)", text)
    for n in range(0, len(parts), 2):
        if alone := _ALONE.fullmatch(parts[n].strip()):
            parts[n] = note(alone, usual)
    return "".join(parts), tuple(found)


def _subject(words: str, catalog: Catalog) -> str:
    if _ALL.fullmatch(words.strip()):
        return THESE
    known = Vocabulary.of(catalog).by_title.get(words.strip().casefold())
    return ("" if words.strip().isdigit() else place(words)) or (words.strip() if known else "")
