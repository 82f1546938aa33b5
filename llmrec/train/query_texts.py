"""Queries in words, composed from what the target item is: "in the mood for: an animated comedy from the 90s".

They teach the LLM to let words steer the ranking. The phrasings asked in evaluation are held out of training,
and titles never appear, not even as a word of the plot: a query says what somebody wants, not what it is called.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random

from llmrec.catalog.types import Item

TRAIN_PHRASES = (
    "{0}", "something like {0}", "I want {0}", "looking for {0}", "{0}, please", "maybe {0}", "show me {0}",
    "I feel like {0}", "do you have {0}", "find me {0}", "today it should be {0}", "any {0}",
)  # fmt: skip
HELD_OUT_PHRASES = (
    "what would you suggest if I fancy {0}?", "could you recommend {0} for tonight", "we are after {0}",
    "surprise me with {0}", "my friend asked for {0}", "ideally {0}",
)  # fmt: skip
TRAIN_ABOUT = ("about {0}", "with {0}", "{0}")
HELD_OUT_ABOUT = ("involving {0}", "where there is {0}", "that deals with {0}")
TRAIN_ERA = ("from the {0}s", "of the {0}s", "made in the {0}s")
HELD_OUT_ERA = ("released in the {0}s", "out of the {0}s")

_ARTICLE = re.compile(r"^(?:the|an?|l[ae]s?|l|el|il|die|der|das) | (?:the|an?|l[ae]s?|l|el|il|die|der|das)$")

_STOP = frozenset(
    [
        "about",
        "above",
        "after",
        "again",
        "against",
        "also",
        "among",
        "another",
        "away",
        "back",
        "because",
        "been",
        "before",
        "being",
        "between",
        "both",
        "comes",
        "could",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "ends",
        "even",
        "every",
        "find",
        "finds",
        "first",
        "from",
        "gets",
        "girl",
        "goes",
        "have",
        "having",
        "help",
        "here",
        "hers",
        "him",
        "himself",
        "however",
        "into",
        "itself",
        "just",
        "known",
        "life",
        "like",
        "made",
        "make",
        "makes",
        "man",
        "many",
        "more",
        "most",
        "much",
        "must",
        "named",
        "need",
        "never",
        "only",
        "other",
        "over",
        "own",
        "part",
        "people",
        "same",
        "several",
        "she",
        "should",
        "since",
        "some",
        "soon",
        "still",
        "such",
        "take",
        "takes",
        "than",
        "that",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "time",
        "together",
        "trying",
        "turns",
        "under",
        "until",
        "upon",
        "very",
        "want",
        "wants",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "whose",
        "will",
        "with",
        "without",
        "woman",
        "work",
        "world",
        "would",
        "year",
        "years",
        "young",
        "your",
        "two",
        "three",
        "old",
        "new",
        "one",
        "story",
        "film",
        "movie",
        "based",
        "set",
        "series",
    ]
)


@lru_cache(maxsize=65536)
def keywords(description: str) -> tuple[str, ...]:
    """Return content words of a description, in order: lower case, five letters or more, no names, no stop words."""
    words = re.findall(r"[A-Za-z][a-z'-]{4,}", description)
    content_words = [w for w in words if w.islower() and w not in _STOP]
    return tuple(dict.fromkeys(content_words))


def _facets(item: Item) -> list[str]:
    """Return the attribute values that a query can name."""
    values: list[str] = []
    for name, value in item.attributes.items():
        if name.endswith(("_id", "_code", "_path")):
            continue
        if isinstance(value, tuple):
            values += [v.lower() for v in value]
        elif isinstance(value, str) and value:
            values.append(value.lower())
    return values


def compose_query(item: Item, rng: Random, held_out: bool) -> str:
    """Compose a query that an item answers: attribute words, sometimes its decade, sometimes words of its plot.

    Parameters
    ----------
    item
        The target.
    rng
        Of the choice.
    held_out
        Whether to use phrasings that training does not use.

    Returns
    -------
    str
        "" for an item that has nothing but a title.
    """
    facets, plot = _facets(item), keywords(item.description)
    query = _compose(item, facets, plot, rng, held_out)
    names = _names(item.title)
    if not any(f" {name} " in _spaced(query) for name in names):
        return query
    # By a generator of its own, so that the queries that `rng` draws for other items stay what they were.
    telling = {word for name in names for word in name.split()}
    facets = [facet for facet in facets if telling.isdisjoint(_spaced(facet).split())]
    plot = tuple(word for word in plot if telling.isdisjoint(_spaced(word).split()))
    return _compose(item, facets, plot, Random(query), held_out)


@lru_cache(maxsize=65536)
def _names(title: str) -> tuple[str, ...]:
    """What an item is called, as `_spaced` writes it: "Seven (Se7en)" is "seven" and "se7en"; a "(2)" is no name."""
    parts = [_spaced(part).strip() for part in re.split(r"[()\[\]]", title)]
    names = (_ARTICLE.sub("", part) for part in parts)
    return tuple(dict.fromkeys(name for name in names if len(name) > 1 and not name.isdigit()))


def _spaced(text: str) -> str:
    """The words of a text in lower case, a space around each, so that `in` finds whole words alone."""
    return " ".join(["", *re.findall(r"[^\W_]+", text.casefold()), ""])


def _compose(item: Item, facets: Sequence[str], plot: Sequence[str], rng: Random, held_out: bool) -> str:
    """A query drawn from attribute words and words of the plot."""
    year = item.attributes.get("year")
    core = rng.sample(facets, min(len(facets), rng.choice((1, 1, 2, 2, 3))))
    parts = [" ".join(core)] if core else []
    if plot and (not parts or rng.random() < 0.5):
        sample = rng.sample(plot, min(len(plot), rng.choice((1, 2, 2, 3))))
        parts.append(rng.choice(HELD_OUT_ABOUT if held_out else TRAIN_ABOUT).format(" and ".join(sample)))
    if isinstance(year, int) and (not parts or rng.random() < 0.5):
        decade = year // 10 * 10
        label = str(decade % 100) if 1920 <= decade < 2000 and rng.random() < 0.5 else str(decade)
        parts.append(rng.choice(HELD_OUT_ERA if held_out else TRAIN_ERA).format(label))
    if not parts:
        return ""
    return rng.choice(HELD_OUT_PHRASES if held_out else TRAIN_PHRASES).format(" ".join(parts))
