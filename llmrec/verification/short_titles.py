"""Titles in short: up to their colon or bracket, as most texts write them."""

import re

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Vocabulary, words
from llmrec.verification.reading import Quote

_HEAD = re.compile(r"\s*(?:[:(\[]| - | \| ).*$", re.DOTALL)
_ARTICLES = ("the", "a", "an")
_SMALL = frozenset(str.split("with from into over upon after than that your when"))
LEAST_WORDS = 2
"""Words of a short title that is found outside quotation marks, where it is not of the items a text is about."""


def head(title: str) -> str:
    """A title up to its colon or bracket.

    Parameters
    ----------
    title : str
        As the catalogue has it.

    Returns
    -------
    str
        All of it where nothing would be left.

    Examples
    --------
    >>> head("Dead And Gone: A Sookie Stackhouse Novel (True Blood)"), head("(500) Days of Summer")
    ('Dead And Gone', '(500) Days of Summer')
    """
    return _HEAD.sub("", title).strip() or title


def folded(title: str) -> tuple[str, ...]:
    """The words of a title in lower case, without its article; "&" is "and".

    Examples
    --------
    >>> folded("The Pride & Prejudice")
    ('pride', 'and', 'prejudice')
    """
    found = tuple("and" if word == "&" else word for word, _, _ in words(title.replace("&amp;", "&")))
    return found[1:] if len(found) > 1 and found[0] in _ARTICLES else found


class ShortTitles:
    """The titles of a catalogue in short; made once and kept with it.

    Parameters
    ----------
    catalog : Catalog
        Its titles.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.titles = Vocabulary.of(catalog).titles
        self.whole = {item: folded(title) for item, title in self.titles.items()}
        self.heads: dict[tuple[str, ...], list[str]] = {}
        for item, title in self.titles.items():
            if short := folded(head(title)):
                self.heads.setdefault(short, []).append(item)
        self._starts: dict[str, list[tuple[str, ...]]] = {}
        for short in self.heads:
            self._starts.setdefault(short[0], []).append(short)
        for listed in self._starts.values():
            listed.sort(key=len, reverse=True)

    def ids(self, name: str) -> list[str]:
        """The items whose title, in short, a name is.

        Parameters
        ----------
        name : str
            As a text writes it.

        Returns
        -------
        list of str
        """
        return self.heads.get(folded(name)) or self.heads.get(folded(head(name)), [])

    def means(self, name: str, item: str) -> bool:
        """Whether a name may be an item's: its title in short, a part of it, or it and more.

        Parameters
        ----------
        name : str
            As a text writes it.
        item : str
            Id.

        Returns
        -------
        bool
        """
        own, said = self.whole[item], folded(name)
        short_own, short = folded(head(self.titles[item])), folded(head(name))
        if not short or not short_own:
            return False
        return short == short_own or _holds(own, said) or _holds(said, short_own) or _holds(own, short)

    def loose(self, text: str, near: frozenset[str]) -> list[Quote]:
        """Short titles that stand in a text without quotation marks.

        Parameters
        ----------
        text : str
            Where other names are hidden.
        near : frozenset of str
            Items that the text is about, which one word may name.

        Returns
        -------
        list of Quote
        """
        tokens = words(text)
        found, at = [], 0
        while at < len(tokens):
            length = self._at(text, tokens, at, near)
            if length:
                start, end = tokens[at][1], tokens[at + length - 1][2]
                if at and tokens[at - 1][0] in _ARTICLES and text[tokens[at - 1][1]].isupper():
                    start = tokens[at - 1][1]
                found.append(Quote(start, end, text[start:end]))
            at += max(length, 1)
        return found

    def _at(self, text: str, tokens: list[tuple[str, int, int]], at: int, near: frozenset[str]) -> int:
        if not text[tokens[at][1]].isupper():
            return 0
        for short in self._starts.get(tokens[at][0], ()):
            span = tokens[at : at + len(short)]
            if tuple("and" if word == "&" else word for word, _, _ in span) != short:
                continue
            if any(mark in text[span[0][1] : span[-1][2]] for mark in ".;!?\n"):
                continue
            if not all(text[s].isupper() or text[s].isdigit() or e - s <= 3 or w in _SMALL for w, s, e in span):
                continue
            if re.match(r" \d" if len(short) > 1 else r" (?:\d|[A-Z])", text[span[-1][2] :]):
                continue  # a longer name: "Toy Story 2"
            if len(short) >= LEAST_WORDS or (near & set(self.heads[short]) and len(short[0]) >= 4):
                return len(short)
        return 0


def _holds(longer: tuple[str, ...], shorter: tuple[str, ...]) -> bool:
    """Whether words stand in others, in a row; one word has to be a long one."""
    if not shorter or len(shorter) > len(longer) or (len(shorter) == 1 and len(shorter[0]) < 5):
        return False
    return any(longer[n : n + len(shorter)] == shorter for n in range(len(longer) - len(shorter) + 1))
