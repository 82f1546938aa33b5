"""A text taken apart, quoted titles, sentences, clauses and plain words, and one thing that it claims, judged."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from llmrec.catalog.vocabulary import Mention, Vocabulary, words

HIDDEN = "\x01"
"""Stands for each character of a quoted title in `Reading.bare`: no word, no capital, no punctuation."""
LONGEST_NAME = 20
"""Words between quotation marks, in a text of another author, above which they are speech; a sentence, above half."""


@dataclass(frozen=True)
class Quote:
    """A stretch of text that stands as a name.

    Attributes
    ----------
    start, end : int
        `[start, end)` in characters, with its quotes where it has such.
    text : str
        What stands between the quotes.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Reading:
    """One text with its parts found.

    Attributes
    ----------
    text : str
        The text; curly quotes are straight ones.
    bare : str
        The text with quoted stretches hidden, positions unchanged.
    quotes : tuple of Quote
        The quoted stretches, in order.
    vocabulary : Vocabulary
        Of the catalogue that the text is read with.
    names_first : bool
        Where a title of several words holds an attribute value ("Star Wars"), it is the title. Sentences written from
        evidence put titles in quotes; other authors often do not.
    """

    text: str
    bare: str
    quotes: tuple[Quote, ...]
    vocabulary: Vocabulary
    names_first: bool = False

    @classmethod
    def of(cls, text: str, vocabulary: Vocabulary, names_first: bool = False) -> "Reading":
        """Read a text.

        Parameters
        ----------
        text : str
            The text.
        vocabulary, names_first
            See `Reading`.

        Returns
        -------
        Reading
            With its parts found on demand.
        """
        text = re.sub("[\u201c\u201d\u201e]", '"', text).replace("\u2019", "'").strip()
        if names_first:
            text = _without_speech(text)
        quotes = tuple(Quote(m.start(), m.end(), m.group(1)) for m in re.finditer(r'"([^"]*)"', text))
        bare = re.sub(r'"[^"]*"', lambda m: HIDDEN * len(m.group()), text)
        return cls(text, bare, quotes, vocabulary, names_first)

    @property
    def unquoted(self) -> str:
        """The text without its quoted stretches."""
        return self.bare.replace(HIDDEN, "")

    @cached_property
    def mentions(self) -> list[Mention]:
        """Attribute values named outside quotes."""
        return self.vocabulary.mentions(_hidden(self.bare, self._long_names))

    @cached_property
    def _long_names(self) -> list[Quote]:
        """Unquoted titles of several words, where these come first."""
        titles = self._unquoted_titles(self.bare) if self.names_first else []
        return [quote for quote in titles if " " in quote.text]

    @cached_property
    def loose_titles(self) -> list[Quote]:
        """Catalogue titles standing without quotes, where no attribute value stands."""
        return self._unquoted_titles(self._without_mentions)

    def _unquoted_titles(self, text: str) -> list[Quote]:
        titles = [Quote(s, e, t) for s, e, t in self.vocabulary.loose_titles(text) if len(t) > 1]
        return [quote for quote in titles if not (self.names_first and self._goes_on(quote))]

    def _goes_on(self, quote: Quote) -> bool:
        """Whether a title is the beginning of a longer name: "Toy Story 2", "Carrie Fisher"."""
        after = re.match(r" ([A-Z]|\d)", self.bare[quote.end :])
        return after is not None and (" " not in quote.text or after.group(1).isdigit())

    @cached_property
    def without_names(self) -> str:
        """The text with quoted stretches, attribute values and known titles hidden, positions unchanged."""
        return _hidden(self._without_mentions, self.loose_titles)

    @cached_property
    def words(self) -> list[tuple[str, int, int]]:
        """Words outside quotes, attribute values and loose titles: lower case, start, end."""
        return words(self.without_names)

    @cached_property
    def _without_mentions(self) -> str:
        return _hidden(self.bare, self.mentions)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Spans up to a full stop, exclamation or question mark."""
        return _spans(self._without_mentions, r"[.!?]+(?=\s|$)")

    @cached_property
    def clauses(self) -> list[tuple[int, int]]:
        """Spans between commas, semicolons, colons, dashes and full stops."""
        return _spans(self._without_mentions, r"[.!?,;:\u2013\u2014]+(?=\s|$)|\s-\s")

    def sentence(self, at: int) -> tuple[int, int]:
        """The span of the sentence that holds a position."""
        return next(span for span in self.sentences if span[0] <= at < span[1])

    def clause(self, at: int) -> tuple[int, int]:
        """The span of the clause that holds a position."""
        return next(span for span in self.clauses if span[0] <= at < span[1])

    def words_in(self, span: tuple[int, int]) -> set[str]:
        """The words (see `words`) that begin within a span."""
        return {word for word, start, _ in self.words if span[0] <= start < span[1]}

    def before(self, at: int) -> str:
        """Lower-case text that ends directly before a position, its quoted stretches hidden."""
        return self.bare[:at].rstrip().lower()

    def after(self, at: int) -> str:
        """Lower-case text directly after a position, its quoted stretches hidden."""
        return self.bare[at:].lstrip().lower()

    def groups(self) -> list[list[Quote]]:
        """Quoted stretches, those joined by "and" together: they play one role in their clause."""
        groups: list[list[Quote]] = []
        for quote in self.quotes:
            if groups and self.bare[groups[-1][-1].end : quote.start].strip() == "and":
                groups[-1].append(quote)
            else:
                groups.append([quote])
        return groups


def _without_speech(text: str) -> str:
    """A text in which sentences between quotation marks stand without these: they are said, they name nothing."""
    return re.sub(r'"([^"]*)"', lambda m: f" {m.group(1)} " if _is_speech(m.group(1)) else m.group(), text)


def _is_speech(quoted: str) -> bool:
    count = len(quoted.split())
    return count > LONGEST_NAME or (count > LONGEST_NAME // 2 and quoted.rstrip()[-1:] in ".!?")


def _hidden(text: str, spans: Sequence[Quote | Mention]) -> str:
    for span in spans:
        text = text[: span.start] + HIDDEN * (span.end - span.start) + text[span.end :]
    return text


def _spans(text: str, ends: str) -> list[tuple[int, int]]:
    cuts = [m.end() for m in re.finditer(ends, text)]
    edges = [0, *cuts, len(text) + 1]
    return [(a, b) for a, b in pairwise(edges) if a < b]


ClaimKind = Literal[
    "title", "year", "attribute", "modality", "query", "number", "price", "rank", "comparison", "strength", "doubt",
    "cause", "name", "word", "effect", "people", "watched", "order", "facts", "story",
    "praise",
]  # fmt: skip
ClaimVerdict = Literal["supported", "contradicted", "not_checkable"]


@dataclass(frozen=True)
class Claim:
    """One thing that a text claims, and the verdict on it.

    Attributes
    ----------
    kind : str
        What is claimed: a title, a year, an attribute, …
    text : str
        The words that claim it.
    start : int
        Where they begin in the text, in characters.
    verdict : {"supported", "contradicted", "not_checkable"}
        What came of checking it.
    against : str
        What it was held against, named so that two claims of the same thing read the same: `evidence of item 71`.
    why : str
        Why it does not hold; empty where it does.
    reason : bool
        Whether it is supported and names why the item was recommended, rather than a mere fact of it.
    cites : tuple of str
        Ids of the history items that a title means.
    probability : float or None
        How sure the entailment model is that it holds; None where a rule decided.
    """

    kind: ClaimKind
    text: str
    start: int
    verdict: ClaimVerdict
    against: str
    why: str = ""
    reason: bool = False
    cites: tuple[str, ...] = ()
    probability: float | None = None

    @property
    def by(self) -> Literal["rule", "model"]:
        """What decided."""
        return "rule" if self.probability is None else "model"

    def to_dict(self) -> dict[str, str | int | float | list[str] | None]:
        """For JSON; `reason` is for the verifier itself and left out."""
        return {
            "kind": self.kind, "text": self.text, "start": self.start, "verdict": self.verdict,
            "against": self.against, "why": self.why, "cites": list(self.cites),
            "by": self.by, "probability": self.probability,
        }  # fmt: skip


def judged(
    kind: ClaimKind,
    text: str,
    start: int,
    true: bool,
    against: str,
    why: str = "",
    reason: bool = False,
    cites: tuple[str, ...] = (),
) -> Claim:
    """A claim that was checked.

    Parameters
    ----------
    kind, text, start, against, cites
        See `Claim`.
    true : bool
        Whether it holds.
    why : str, default ""
        Why it does not hold, where it does not.
    reason : bool, default False
        Whether it names a reason, where it holds.

    Returns
    -------
    Claim
        Supported or contradicted.

    Examples
    --------
    >>> judged("year", "1994", 10, False, "year of item 71", "it is of 1995").verdict
    'contradicted'
    """
    verdict: ClaimVerdict = "supported" if true else "contradicted"
    return Claim(kind, text, start, verdict, against, "" if true else why, reason and true, cites)


def unchecked(kind: ClaimKind, text: str, start: int, why: str, against: str = "nothing at hand") -> Claim:
    """A claim that nothing at hand can decide.

    Parameters
    ----------
    kind, text, start, against
        See `Claim`.
    why : str
        What is missing.

    Returns
    -------
    Claim
        Not checkable.
    """
    return Claim(kind, text, start, "not_checkable", against, why)
