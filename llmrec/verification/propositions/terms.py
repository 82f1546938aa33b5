"""A text as terms: titles, attribute values, numbers, inputs and plain words, each with its place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.catalog.wording import MODALITY_WORDS
from llmrec.verification.propositions.lexicon import ORDINALS, TENS, TENTHS, UNITS
from llmrec.verification.propositions.names import TOKEN, titles_in

TermKind = Literal["word", "item", "facet", "number", "mark"]
NumberForm = Literal["", "count", "ordinal", "share", "year", "decimal"]

_SPLIT = {
    "can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"),
    "let's": ("let", "us"),
}  # fmt: skip
_ENDINGS = {"n't": "not", "'ve": "have", "'re": "are", "'ll": "will", "'m": "am", "'d": "would"}
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "sixth": 1 / 6, "tenth": 0.1}


@dataclass(frozen=True)
class Term:
    """One stretch of a text.

    Attributes
    ----------
    kind : {"word", "item", "facet", "number", "mark"}
        What it is.
    text : str
        In lower case; contractions are taken apart.
    start, end : int
        `[start, end)` in characters.
    items : tuple of str
        Ids of the items that a title may mean.
    facets : frozenset of Facet
        Attribute values that a word may mean.
    value : float
        Of a number.
    form : {"", "count", "ordinal", "share", "year", "decimal"}
        How a number is written.
    owner : bool
        Whether a title stands in the genitive.
    """

    kind: TermKind
    text: str
    start: int
    end: int
    items: tuple[str, ...] = ()
    facets: frozenset[Facet] = field(default_factory=frozenset)
    value: float = 0.0
    form: NumberForm = ""
    owner: bool = False


def input_named(word: str) -> str:
    """The input of an item that a word names, "" where it names none: "poster" is `image`."""
    return next((name for name, listed in MODALITY_WORDS.items() if word in listed.split()), "")


def read_terms(text: str, vocabulary: Vocabulary, near: Iterable[str]) -> list[Term]:
    """Take a text apart.

    Parameters
    ----------
    text : str
        The text.
    vocabulary : Vocabulary
        Of the catalogue.
    near : iterable of str
        Ids of the items that the text is about; these may be named in short ("Four Weddings").

    Returns
    -------
    list of Term
        In order, with punctuation.
    """
    text = re.sub("[\u201c\u201d\u201e]", '"', text).replace("\u2019", "'")
    words = [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]
    titles = titles_in(text, words, vocabulary, tuple(dict.fromkeys(near)))
    mentions = {m.start: m for m in vocabulary.mentions(text)}
    terms: list[Term] = []
    at = 0
    while at < len(words):
        word, start, end = words[at]
        if start in titles:
            stop, items, owner = titles[start]
            terms.append(Term("item", text[start:stop].lower(), start, stop, items, owner=owner))
            while at < len(words) and words[at][1] < stop:
                at += 1
            if owner:
                terms.append(Term("word", "'s", stop, stop))
            continue
        if start in mentions:
            mention = mentions[start]
            terms.append(Term("facet", text[start : mention.end].lower(), start, mention.end, facets=mention.facets))
            while at < len(words) and words[at][1] < mention.end:
                at += 1
            continue
        lower = word.lower()
        if not lower[0].isalnum():
            if lower != '"':
                terms.append(Term("mark", "," if lower in "()\u2013\u2014" else lower, start, end))
        else:
            terms += _plain(lower, start, end)
        at += 1
    return _joined_numbers(terms)


def _plain(word: str, start: int, end: int) -> list[Term]:
    if word in _SPLIT:
        return [Term("word", part, start, end) for part in _SPLIT[word]]
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return [Term("word", word[: -len(ending)], start, end), Term("word", full, start, end)]
    if word.endswith("'s") and len(word) > 2:
        return [Term("word", word[:-2], start, end), Term("word", "'s", start, end)]
    number = _number(word)
    return [Term("number", word, start, end, value=number[0], form=number[1])] if number else _hyphens(word, start, end)


def _hyphens(word: str, start: int, end: int) -> list[Term]:
    return [Term("word", part, start, end) for part in word.split("-") if part]


def _number(word: str) -> tuple[float, NumberForm] | None:
    if re.fullmatch(r"\d+(?:st|nd|rd|th)", word):
        return float(word[:-2]), "ordinal"
    digits = word.replace(",", "")
    if re.fullmatch(r"\d+\.\d+", digits):
        return float(digits), "decimal"
    if digits.isdigit():
        return float(digits), "year" if re.fullmatch(r"1[89]\d\d|20\d\d", word) else "count"
    head, _, tail = word.partition("-")
    if head in TENS:
        if not tail:
            return float(TENS[head]), "count"
        if tail in UNITS[1:10]:
            return float(TENS[head] + UNITS.index(tail)), "count"
        if tail in ORDINALS[1:10]:
            return float(TENS[head] + ORDINALS.index(tail)), "ordinal"
    if word in UNITS and word != "one":
        return float(UNITS.index(word)), "count"
    if word in ORDINALS:
        return float(ORDINALS.index(word)), "ordinal"
    if word in TENTHS:
        return float(TENTHS[word]), "ordinal"
    return {
        "dozen": (12.0, "count"),
        "half": (0.5, "share"),
        "quarter": (0.25, "share"),
        "hundred": (100.0, "count"),
        "top": (1.0, "ordinal"),
        "hundredth": (100.0, "ordinal"),
    }.get(word)  # type: ignore[return-value]


def _joined_numbers(terms: list[Term]) -> list[Term]:
    """Terms with shares of several words as one: "two thirds", "nine in ten", "a third of", "40 percent"."""
    joined: list[Term] = []
    at = 0
    while at < len(terms):
        here, rest = terms[at], terms[at + 1 : at + 4]
        texts = [term.text for term in rest]
        share, used = None, 0
        count = here.value if here.kind == "number" and here.form == "count" else 1.0 if here.text == "one" else None
        if count is not None and texts[:1] and texts[0].rstrip("s") in _PARTS and (count > 1 or texts[0] != "second"):
            share, used = count * _PARTS[texts[0].rstrip("s")], 1
        elif count is not None and texts[:1] == ["in"] and _is_count(rest[1:2]):
            share, used = count / rest[1].value, 2
        elif count is not None and texts[:2] == ["out", "of"] and _is_count(rest[2:3]) and count <= 20:
            share, used = count / rest[2].value, 3
        elif count is not None and texts[:2] == ["per", "cent"]:
            share, used = count / 100, 2
        elif here.text == "number" and _is_count(rest[:1]):
            joined.append(Term("number", here.text, here.start, rest[0].end, value=rest[0].value, form="ordinal"))
            at += 2
            continue
        elif count is not None and texts[:1] and texts[0] in ("%", "percent"):
            share, used = count / 100, 1
        elif (
            here.text in ("a", "third", "fifth", "quarter")
            and texts[:1]
            and texts[0] in _PARTS
            and texts[1:2] == ["of"]
        ):
            share, used = _PARTS[texts[0]], 1
        if share is None:
            joined.append(here)
            at += 1
            continue
        last = terms[at + used]
        joined.append(Term("number", here.text, here.start, last.end, value=share, form="share"))
        at += used + 1
    return joined


def _is_count(terms: list[Term]) -> bool:
    return bool(terms) and terms[0].kind == "number" and terms[0].form == "count" and terms[0].value > 0
