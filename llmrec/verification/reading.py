"""A rationale taken apart: quoted titles, sentences, clauses and plain words, before anything is judged."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from llmrec.catalog.vocabulary import Mention, Vocabulary, words

_HIDDEN = "\x01"
"""Stands for each character of a quoted title in `Reading.bare`: no word, no capital, no punctuation."""


@dataclass(frozen=True)
class Quote:
    """A quoted stretch, `[start, end)` with its quotes, and what stands between them."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Reading:
    """One text with its parts found; `bare` is the text with quoted stretches hidden, positions unchanged.

    `names_first`: where a title of several words holds an attribute value ("Star Wars"), it is the title. Our own
    sentences put titles in quotes; others often do not.
    """

    text: str
    bare: str
    quotes: tuple[Quote, ...]
    vocabulary: Vocabulary
    names_first: bool = False

    @classmethod
    def of(cls, text: str, vocabulary: Vocabulary, names_first: bool = False) -> "Reading":
        """Read a text; curly quotes count as straight ones."""
        text = re.sub("[\u201c\u201d\u201e]", '"', text).replace("\u2019", "'").strip()
        quotes = tuple(Quote(m.start(), m.end(), m.group(1)) for m in re.finditer(r'"([^"]*)"', text))
        bare = re.sub(r'"[^"]*"', lambda m: _HIDDEN * len(m.group()), text)
        return cls(text, bare, quotes, vocabulary, names_first)

    @property
    def plain(self) -> str:
        """The text without its quoted stretches."""
        return self.bare.replace(_HIDDEN, "")

    @cached_property
    def mentions(self) -> list[Mention]:
        """Attribute values named outside quotes."""
        return self.vocabulary.mentions(_hidden(self.bare, self._long_names))

    @cached_property
    def _long_names(self) -> list[Quote]:
        """Unquoted titles of several words, where these come first."""
        found = self._unquoted(self.bare) if self.names_first else []
        return [quote for quote in found if " " in quote.text]

    @cached_property
    def loose_titles(self) -> list[Quote]:
        """Catalogue titles standing without quotes, where no attribute value stands."""
        return self._unquoted(self._without_mentions)

    def _unquoted(self, text: str) -> list[Quote]:
        found = [Quote(s, e, t) for s, e, t in self.vocabulary.loose_titles(text) if len(t) > 1]
        return [quote for quote in found if not (self.names_first and self._goes_on(quote))]

    def _goes_on(self, quote: Quote) -> bool:
        """Whether a title is the beginning of a longer name: "Toy Story 2", "Carrie Fisher"."""
        after = re.match(r" ([A-Z]|\d)", self.bare[quote.end :])
        return after is not None and (" " not in quote.text or after.group(1).isdigit())

    @cached_property
    def unnamed(self) -> str:
        """The text with quoted stretches, attribute values and known titles hidden, positions unchanged."""
        return _hidden(self._without_mentions, self.loose_titles)

    @cached_property
    def words(self) -> list[tuple[str, int, int]]:
        """Words outside quotes, attribute values and loose titles: lower case, start, end."""
        return words(self.unnamed)

    @cached_property
    def _without_mentions(self) -> str:
        return _hidden(self.bare, self.mentions)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Stretches up to a full stop, exclamation or question mark."""
        return _stretches(self._without_mentions, r"[.!?]+(?=\s|$)")

    @cached_property
    def clauses(self) -> list[tuple[int, int]]:
        """Stretches between commas, semicolons, colons, dashes and full stops."""
        return _stretches(self._without_mentions, r"[.!?,;:\u2013\u2014]+(?=\s|$)|\s-\s")

    def sentence(self, at: int) -> tuple[int, int]:
        """The sentence that holds a position."""
        return next(span for span in self.sentences if span[0] <= at < span[1])

    def clause(self, at: int) -> tuple[int, int]:
        """The clause that holds a position."""
        return next(span for span in self.clauses if span[0] <= at < span[1])

    def said(self, span: tuple[int, int]) -> set[str]:
        """Plain words (see `words`) within a stretch."""
        return {word for word, start, _ in self.words if span[0] <= start < span[1]}

    def before(self, at: int) -> str:
        """Lower-case text that ends directly before a position, its quoted stretches hidden."""
        return self.bare[:at].rstrip().lower()

    def after(self, at: int) -> str:
        """Lower-case text directly after a position, its quoted stretches hidden."""
        return self.bare[at:].lstrip().lower()

    def groups(self) -> list[list[Quote]]:
        """Quoted stretches, those joined by "and" together: they play one part in their clause."""
        found: list[list[Quote]] = []
        for quote in self.quotes:
            if found and self.bare[found[-1][-1].end : quote.start].strip() == "and":
                found[-1].append(quote)
            else:
                found.append([quote])
        return found


def _hidden(text: str, spans: Sequence[Quote | Mention]) -> str:
    for span in spans:
        text = text[: span.start] + _HIDDEN * (span.end - span.start) + text[span.end :]
    return text


def _stretches(text: str, ends: str) -> list[tuple[int, int]]:
    cuts = [m.end() for m in re.finditer(ends, text)]
    edges = [0, *cuts, len(text) + 1]
    return [(a, b) for a, b in pairwise(edges) if a < b]
