"""Titles as people write them: whole, without their article, or by a part that tells which one is meant."""

import re
from itertools import pairwise
from weakref import WeakKeyDictionary

from llmrec.catalog.vocabulary import Vocabulary
from llmrec.verification.propositions.lexicon import ORDINARY, TITLE_STOPS

TOKEN = re.compile(
    r"\d[\d,]*\.\d+|\d+(?:st|nd|rd|th)\b|\d[\d,]*\d|\d+|[^\W\d_]+(?:['-][^\W\d_]+)*|[%.;:!?,()\"]|[–—]|\.{3}"
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
