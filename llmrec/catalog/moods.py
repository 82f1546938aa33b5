"""Words for moods and subjects, and the kinds of items that they speak for."""

import re
from collections.abc import Collection

from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import facet_of, forms, is_kind, words
from llmrec.catalog.wording import without_purpose, without_refused

LONGEST = 5
"""Most words of a kind's name that a query is looked through for."""

_TOLD_BY = ("colour", "color", "pattern")
"""Attributes by which a query tells things, beside their kinds."""
KINDS_OF_MOODS = tuple(
    (re.compile(rf"(?<![\w-])(?:{said})(?![\w-])", re.I), kind)
    for said, kind in (
        (r"light-?hearted|light|feel-?good|heart-?warming|uplifting|cheerful|cheer me up|funn(?:y|ier)|hilarious|"
         r"silly|daft|"
         r"laughs?|humou?r(?:ous)?|comforting|cos[yi]|cozy|relaxing|easy|witty|fun", "comedy"),
        (r"romantic|love stor(?:y|ies)|date|falling in love|wedding", "romance"),
        (r"thrilling|gripping|suspense(?:ful)?|tense|edge of (?:my|the|your) seat|exciting|fast-paced", "thriller"),
        (r"sad|moving|tear-?jerker|cry|touching|emotional|serious|thought-provoking", "drama"),
        (r"space|aliens?|robots?|time travel|spaceships?|science fiction|futuristic", "sci-fi"),
        (r"gangsters?|mafia|heists?|detectives?|murders?", "crime"),
        (r"soldiers?|battles?|world war|wwii|ww2", "war"),
        (r"songs?|singing|dancing", "musical"),
        (r"magic|wizards?|dragons?|fair(?:y|ies)", "fantasy"),
        (r"family (?:films?|movies?|night|fun|viewing)|(?:whole|entire) family|kids?|child(?:ren)?|toddlers?",
         "children's"),
        (r"explosions?|car chases?|shoot-?outs?|martial arts|kung fu|superhero(?:es)?", "action"),
    )
)  # fmt: skip
"""What is wanted in words that hardly a title holds -> the kind of item that has it."""


def with_kinds(query: str, catalog: Catalog, stated: Collection[str] = ()) -> str:
    """Add to a query the kinds of items that its moods speak for, where nothing says the kind.

    A model that ranks by titles and kinds alone finds "Hearts and Minds" for "heartwarming".

    Parameters
    ----------
    query
        Words in English.
    catalog
        Whose values are added.
    stated
        Values that are asked for or ruled out beside it.

    Returns
    -------
    str

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Big", "", {"genres": ("Comedy", "Drama")}),), {})
    >>> with_kinds("something heartwarming", films), with_kinds("a heartwarming drama", films)
    ('something heartwarming comedy', 'a heartwarming drama')
    >>> with_kinds("something that is not funny", films)
    'something that is not funny'
    """
    wanted = without_refused(query)
    kinds = [kind for pattern, kind in KINDS_OF_MOODS if pattern.search(wanted)]
    if not kinds:
        return query
    held = derived(catalog, _held_kinds)
    tokens = [word for word, _, _ in words(query)]
    spans = {tuple(tokens[at:end]) for end in range(len(tokens) + 1) for at in range(max(0, end - LONGEST), end)}
    if any(not spans.isdisjoint(forms(value)) for value in held):
        return query
    ruled = {value.casefold() for value in stated}
    added = [kind for kind in kinds if kind in held and kind not in ruled]
    behind = "," if added and without_purpose(query) != query else ""  # what something is for ends before them
    return " ".join((f"{query}{behind}", *added))


def without_moods(query: str) -> str:
    """A query without its words for moods and subjects that stand for kinds.

    Examples
    --------
    >>> without_moods("a tense thriller about a bank")
    'a  thriller about a bank'
    """
    for pattern, _ in KINDS_OF_MOODS:
        query = pattern.sub("", query)
    return query


def with_values(query: str, catalog: Catalog) -> str:
    """Add to a query the catalogue's own words for the kinds, colours and patterns that it names in other forms.

    Parameters
    ----------
    query
        Words in English.
    catalog
        Whose values are added.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Big", "", {"genres": ("Children's", "Drama")}),), {})
    >>> with_values("a dramatic film for kids", films), with_values("a drama", films)
    ("a dramatic film for kids, children's drama", 'a drama')
    """
    wanted = [word for word, _, _ in words(without_refused(query))]
    spans = {tuple(wanted[at:end]) for end in range(len(wanted) + 1) for at in range(max(0, end - LONGEST), end)}
    added = [
        value for value, own in derived(catalog, _held_forms)
        if not spans.isdisjoint(own) and tuple(word for word, _, _ in words(value)) not in spans
    ]  # fmt: skip
    return f"{query}, {' '.join(added)}" if added else query


def _held_forms(catalog: Catalog) -> tuple[tuple[str, frozenset[tuple[str, ...]]], ...]:
    """Each value by which things are told, in lower case, and the forms in which a text may name it."""
    return tuple((value, frozenset(forms(value))) for value in sorted(_held(catalog, _TOLD_BY)))


def _held_kinds(catalog: Catalog) -> frozenset[str]:
    """The kinds that a catalogue has, in lower case.

    They are read off the items at once, as a whole vocabulary takes seconds of a large catalogue after each put.
    """
    return _held(catalog, ())


def _held(catalog: Catalog, more: Collection[str]) -> frozenset[str]:
    """The values, in lower case, of attributes that are kinds, and of `more`."""
    names = {n: n in more or is_kind(n) for n in {name for item in catalog.items for name in item.attributes}}
    values = {
        (name, value) for item in catalog.items for name, value in item.attributes.items()
        if names[name] and isinstance(value, str | tuple)
    }  # fmt: skip
    single = {(name, each) for name, value in values for each in (value if isinstance(value, tuple) else (value,))}
    return frozenset(found.value.casefold() for name, each in single if (found := facet_of(name, each)))
