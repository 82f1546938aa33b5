"""What an item is, in a few words of English: "an action thriller from the 1990s", "a pair of black trousers"."""

import random
import re
from collections.abc import Sequence

from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.rationale.brief import Brief, label

NOUNS = {"comedy": "comedy", "drama": "drama", "thriller": "thriller", "musical": "musical",
          "documentary": "documentary", "western": "western", "film-noir": "film-noir"}  # fmt: skip
BEFORE = {"romance": "romantic", "animation": "animated"}
"""Genres that stand before a noun in another form; `NOUNS` are those that are nouns themselves."""
_TELLING = (
    "animation", "sci-fi", "western", "musical", "documentary", "film-noir", "horror", "fantasy", "war", "mystery",
    "crime", "children's", "adventure", "romance", "comedy", "thriller", "action", "drama",
)  # fmt: skip
"""Genres, those first that tell most of a film."""
_BESIDE = ("comedy", "adventure", "thriller", "drama", "romance", "crime", "mystery", "action")
"""Genres that are told beside a more telling one, the first that the film has."""
_ALONE = frozenset(
    {
        ("thriller", "drama"), ("horror", "drama"), ("horror", "action"), ("documentary", "drama"),
        ("sci-fi", "romance"), ("horror", "romance"), ("western", "romance"), ("crime", "romance"),
    }
)  # fmt: skip
"""Pairs of which only the first is told."""
_ORDER = (
    "animation", "children's", "romance", "sci-fi", "horror", "war", "crime", "action", "adventure", "fantasy",
    "mystery", "film-noir", "documentary", "western", "musical", "thriller", "comedy", "drama",
)  # fmt: skip
"""Genres as English puts them: "an action thriller", "a romantic comedy"."""
_PATTERNS = frozenset({"lace", "denim", "melange", "check"})
"""Patterns that stand before a noun as they are."""


def kind_of(
    facets: tuple[Facet, ...],
    vocabulary: Vocabulary,
    brief: Brief,
    only: tuple[Facet, ...],
    rng: random.Random,
    text: str,
) -> str:
    """What the item is, by its genres or its category and colour: "an action thriller from the 1990s".

    Parameters
    ----------
    facets, vocabulary
        The item's attributes, and the words of its catalogue.
    brief
        Of its evidence: what was asked for, and what counted, is told before the rest.
    only
        Those of the facets that are to be told; all where empty.
    rng
        Draws whether a decade is told, where none has to be.
    text
        The item's own text, which of two words for a thing has one.
    """
    genres = [f for f in facets if f.name in ("genres", "genre")]
    if not genres:
        return _product(only or facets, vocabulary, text)
    has = [label(f) for f in genres if f in only] or [label(f) for f in genres]
    first = [label(f) for f in (*brief.queried, *brief.measured) if label(f) in has] or has
    chosen = genre_words(first, has)
    last = chosen[-1]
    before = [BEFORE.get(g, g) for g in chosen[:-1]]
    noun = NOUNS.get(last)
    words = [*before, noun] if noun else [*before, BEFORE.get(last, last), brief.words.noun]
    decade = next((f.value for f in facets if f.name == "year"), "")
    dated = any(f.name == "year" for f in only) if only else rng.random() < 0.4
    return with_article(" ".join(words)) + (f" from the {decade}" if decade and dated else "")


def genre_words(first: Sequence[str], has: Sequence[str]) -> list[str]:
    """One or two genres as English puts them: the most telling of all that it `has`, and one beside it, `first` before.

    Parameters
    ----------
    first
        Genres that were asked for or measured.
    has
        The item's.
    """
    rank = {genre: n for n, genre in enumerate(_TELLING)}
    best = min(has, key=lambda g: rank.get(g, -1))
    able = [g for g in _BESIDE if g in has and g != best and (best, g) not in _ALONE]
    nouns = [g for g in first if g in NOUNS and g in has and g != best and (best, g) not in _ALONE]
    beside = next((g for g in (*(g for g in able if g in first), *nouns, *able)), "")
    place = {genre: n for n, genre in enumerate(_ORDER)}
    return sorted([best, *([beside] if beside else [])], key=lambda g: place.get(g, -1))


def _product(facets: tuple[Facet, ...], vocabulary: Vocabulary, text: str) -> str:
    """A thing with its colour: "a dark blue blouse", "a pair of black trousers"; of two words for it the text's own."""
    category = next((f for f in facets if f.name in ("category", "type", "product_type")), None)
    nouns = [_lower(each) for each in category.value.split("/")] if category is not None else []
    own = set(re.findall(r"\w+", text.lower()))
    known = [each for each in nouns if vocabulary.mentions(each)]
    noun = next((each for each in known if each.lower() in own), known[0] if known else "")
    if not noun:
        return ""
    colour = next((f.value.lower() for f in facets if f.name in ("colour", "color")), "")
    pattern = next((f.value.lower() for f in facets if f.name == "pattern" and f.value.lower() in _PATTERNS), "")
    words = " ".join(word for word in (colour, pattern, noun) if word)
    return f"a pair of {words}" if noun.endswith("s") and not noun.endswith("ss") else with_article(words)


def _lower(name: str) -> str:
    """A thing's name in lower case, but for the letter of a "T-shirt"."""
    return " ".join(word if word[1:2] == "-" else word.lower() for word in name.split())


def with_article(words: str) -> str:
    """Words behind "a" or "an".

    Examples
    --------
    >>> with_article("orange jumper")
    'an orange jumper'
    """
    return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"
