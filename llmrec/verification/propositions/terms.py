"""A text as terms: titles, attribute values, numbers, inputs and plain words, each with its place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal
from weakref import WeakKeyDictionary

from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.catalog.wording import MODALITY_WORDS
from llmrec.verification.grammar import ORDINALS, ORDINARY, TENS, TENTHS, TITLE_STOPS, UNITS

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
    quoted = {at for m in re.finditer(r'"[^"]*"', text) for at in range(m.start(), m.end())}
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
            if lower != '"' and start not in quoted:  # a mark within a title ends no sentence
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
        elif here.text == "no" and texts[:1] == ["."] and _is_count(rest[1:2]):
            joined.append(Term("number", here.text, here.start, rest[1].end, value=rest[1].value, form="ordinal"))
            at += 3
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


TOKEN = re.compile(
    r"\d[\d,]*\.\d+|\d+(?:st|nd|rd|th)\b|\d[\d,]*\d|\d+|[^\W\d_]+(?:['-][^\W\d_]+)*|[%.;:!?,()\"]|[\u2013\u2014]|\.{3}"
)


class _Names:
    """The titles of a catalogue as words; kept with its vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.ids = {
            tuple(_fold(word) for word, _, _ in _pieces(title)): ids
            for title, ids in vocabulary.by_title.items()
            if title
        }


_NAMES: "WeakKeyDictionary[Vocabulary, _Names]" = WeakKeyDictionary()


def _names(vocabulary: Vocabulary) -> dict[tuple[str, ...], list[str]]:
    if vocabulary not in _NAMES:
        _NAMES[vocabulary] = _Names(vocabulary)
    return _NAMES[vocabulary].ids


def titles_in(
    text: str, words: list[tuple[str, int, int]], vocabulary: Vocabulary, near: tuple[str, ...]
) -> dict[int, tuple[int, tuple[str, ...], bool]]:
    """Start of a title -> its end, the items it may mean, and whether it stands in the genitive."""
    short, names = _short_forms(vocabulary, near), _names(vocabulary)
    folded = [(_fold(word), start, end) for word, start, end in words if word not in ',.;!?:"()']
    found: dict[int, tuple[int, tuple[str, ...], bool]] = {}
    at = 0
    while at < len(folded):
        start = folded[at][1]
        step = 1
        if quoted := _quoted(text, folded[at:]):
            ids = _meant(tuple(word for word, _, _ in quoted), names, {}, near, begins=False)
            if ids:  # a title is one in quotes, whatever its capitals
                found[start] = (quoted[-1][2], ids, False)
                at += len(quoted)
                continue
        if text[start].isupper() or text[start].isdigit():
            for length in range(min(9, len(folded) - at), 0, -1):
                span = folded[at : at + length]
                end = span[-1][2]
                if not _is_name(text, span):
                    continue
                key, owner = tuple(word for word, _, _ in span), False
                last = text[span[-1][1] : end]
                if last.endswith("'s") and key not in names and key not in short:
                    key, owner = (*key[:-1], _fold(last[:-2])), True
                elif last.endswith("s") and text[end : end + 2] in ("' ",) and key not in names:
                    owner = True
                ids = _meant(key, names, short, near, _begins(text, start))
                if ids:
                    stop = end - 2 if owner and last.endswith("'s") else end
                    found[start] = (stop, ids, owner)
                    step = length
                    break
        at += step
    return found


def _quoted(text: str, words: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """The words from the first to the end of the quotation that it begins; none where it begins none."""
    closing = {'"': '"', "\u201c": "\u201d"}.get(text[words[0][1] - 1 : words[0][1]])
    end = text.find(closing, words[0][1]) if closing else -1
    return [word for word in words if word[2] <= end]


def _meant(
    key: tuple[str, ...],
    names: dict[tuple[str, ...], list[str]],
    short: dict[tuple[str, ...], tuple[str, ...]],
    near: tuple[str, ...],
    begins: bool,
) -> tuple[str, ...]:
    exact = names.get(key, []) or names.get(("the", *key), [])
    if exact:
        close = tuple(item for item in exact if item in near)
        if close:
            return close
        if key in short and len(key) > 1:
            return tuple(exact)
        if len(key) > 1 or not begins:
            return tuple(exact)
    if begins and len(key) == 1 and key[0] in ORDINARY:
        return ()
    return short.get(key, ())


def _short_forms(vocabulary: Vocabulary, near: tuple[str, ...]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Parts of the titles of `near` that name them: from the start on, from the colon on, or one telling word."""
    forms: dict[tuple[str, ...], list[str]] = {}
    for item in near:
        name = vocabulary.titles[item]
        body, comma, article = name.rpartition(", ")
        natural = f"{article} {body}" if comma and len(article) <= 3 else name
        pieces = [_fold(word) for word, _, _ in _pieces(natural)]
        bare = pieces[1:] if pieces and pieces[0] in ("the", "a", "an", "la", "le", "les", "el") else pieces
        parts = {tuple(pieces), tuple(bare)}
        for length in range(1, len(bare)):
            parts |= {tuple(bare[:length]), tuple(bare[length:]), *((word,) for word in bare)}
        head = tuple(_fold(word) for word, _, _ in _pieces(natural.partition(":")[0]))
        whole = {tuple(pieces), tuple(bare), head, head[1:] if head[0] in ("the", "a", "an") else head}
        parts |= whole
        parts |= {("the", *part) for part in list(parts)}
        for part in parts:
            telling = [word for word in part if word not in TITLE_STOPS and len(word) > 2 and word.isalpha()]
            alone = len(part) == 1 and (len(part[0]) < 5 or bool(vocabulary.mentions(part[0])))
            full = part in whole or ("the", *part) in whole or (part[:1] == ("the",) and part[1:] in whole)
            if full or (telling and not alone and part[-1] not in ("of", "and", "the", "in", "to", "a", "on")):
                known = forms.setdefault(part, [])
                if item not in known:
                    known.append(item)
    return {part: tuple(items) for part, items in forms.items()}


def _pieces(title: str) -> list[tuple[str, int, int]]:
    return [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(title) if m.group()[0].isalnum()]


def _fold(word: str) -> str:
    return word.lower().replace("-", "").rstrip("'")


def _is_name(text: str, span: list[tuple[str, int, int]]) -> bool:
    if any(mark in text[a[2] : b[1]] for a, b in pairwise(span) for mark in ".;!?"):
        joined = text[span[0][1] : span[-1][2]]
        if not re.search(r"\b(?:Mr|Mrs|Dr|St|[A-Z])\.", joined):
            return False
    return all(text[start].isupper() or text[start].isdigit() or len(word) <= 4 for word, start, _ in span) and (
        text[span[-1][1]].isupper() or text[span[-1][1]].isdigit() or len(span) > 2
    )


def _begins(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'(")
    return not before or before[-1] in ".!?:"
