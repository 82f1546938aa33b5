"""A query in words, as a catalogue says it: kinds for moods, its own values for their other forms, without its noun."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import facet_of, forms, is_kind, words
from llmrec.catalog.wording import without_purpose, without_refused, wording

_NOUNS = {
    "film": re.compile(r"\b(?:film|movie|flick|picture)s?\b(?![- ]noir)", re.I),
    "product": re.compile(r"\b(?:product|item|article)s?\b", re.I),
}
"""What every item of a catalogue is called, by its `Wording.noun`."""
LONGEST = 5
"""Most words of a kind's name that a query is looked through for."""
MOST_WORDS = 6
"""Words of a query that kinds are added to, without what it is for."""

_TOLD_BY = ("colour", "color", "pattern")
"""Attributes by which a query tells things, beside their kinds."""
KINDS_OF_MOODS = tuple(
    (re.compile(rf"(?<![\w-])(?:{said})(?![\w-])", re.I), kind)
    for said, kind in (
        (r"light-?hearted|light|feel-?good|heart-?warming|uplifting|cheerful|cheer me up|funn(?:y|ier)|hilarious|"
         r"silly|daft|laughs?|humou?r(?:ous)?|comforting|cos[yi]|cozy|relaxing|easy|witty|fun|rom-?coms?|"
         r"chick[- ]?flicks?", "comedy"),
        (r"romantic|love stor(?:y|ies)|date|falling in love|wedding|rom-?coms?|chick[- ]?flicks?", "romance"),
        (r"thrilling|gripping|suspense(?:ful)?|tense|edge of (?:my|the|your) seat|exciting|fast-paced|spy|spies|"
         r"espionage", "thriller"),
        (r"sad|moving|tear-?jerkers?|cry|touching|emotional|serious|thought-provoking|court ?room|"
         r"(?:period|costume) (?:pieces?|films?|movies?)", "drama"),
        (r"space|aliens?|robots?|androids?|cyborgs?|time travel|spaceships?|science fiction|futuristic|dystopian?s?|"
         r"artificial intelligence", "sci-fi"),
        (r"gangsters?|mafia|mobsters?|heists?|bank robber(?:y|ies)|detectives?|murders?|serial killers?", "crime"),
        (r"whodunn?its?|murder myster(?:y|ies)", "mystery"),
        (r"slashers?|zombies?|vampires?|werewol(?:f|ves)|haunted houses?|ghost stor(?:y|ies)|scary|creepy|spooky|"
         r"frightening|terrifying", "horror"),
        (r"pirates?|swashbucklers?|treasure hunts?|road (?:movies?|films?|trips?)|swords?[- ]and[- ]sandals?|"
         r"gladiators?", "adventure"),
        (r"soldiers?|battles?|world war|wwii|ww2", "war"),
        (r"songs?|singing|dancing", "musical"),
        (r"magic|wizards?|dragons?|fair(?:y|ies)", "fantasy"),
        (r"family (?:films?|movies?|night|fun|viewing)|(?:whole|entire) family|kids?|child(?:ren)?|toddlers?",
         "children's"),
        (r"dark(?:er)?|bleak|gritty|grim", "film-noir"),
        (r"explosions?|car chases?|shoot-?outs?|martial arts|kung fu|superhero(?:es)?", "action"),
    )
)  # fmt: skip
"""What is wanted in words that hardly a title holds -> the kind of item that has it."""
AUDIENCE = "children's"
"""The kind that says for whom an item is: it is added to a query that names another kind, too."""


def ranked_query(query: str, catalog: Catalog, stated: Collection[str] = ()) -> str:
    """The query that items are ranked by, for one in a person's words.

    Without the noun that every item is called: "a children's film" is no wish for Film-Noir, which is where the LLM has
    read "film" (of the ten first for "a ... film", over eighteen genres, 0.89 had the genre with the noun, 1.00
    without: `python -m eval.query_words`).

    Parameters
    ----------
    query, catalog, stated
        As of `with_kinds`.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Big", "", {"genres": ("Children's", "Comedy", "Documentary")}),), {})
    >>> ranked_query("funny movies", films), ranked_query("a film for kids", films), ranked_query("films", films)
    ('funny comedy', "a for kids, children's", 'films')
    """
    said = with_values(with_kinds(query, catalog, stated), catalog).strip()
    noun = _NOUNS.get(wording(catalog).noun)
    bare = " ".join(noun.sub("", said).split()) if noun else said
    return bare if re.search(r"\w\w", bare) else said


def with_kinds(query: str, catalog: Catalog, stated: Collection[str] = ()) -> str:
    """Add to a short query the kinds of items that its moods speak for, where nothing says the kind.

    A model that ranks by titles and kinds alone finds "Hearts and Minds" for "heartwarming". Longer ones tell a story,
    a word of which stands for no kind: with kinds for all, 0.306 in place of 0.325 of the open half of queries in other
    words find their film among ten (`python -m eval.other_words`).

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
    >>> family = Catalog("films", (Item("1", "Big", "", {"genres": ("Children's", "Adventure", "Drama")}),), {})
    >>> with_kinds("an adventure for the whole family", family)
    "an adventure for the whole family, children's"
    >>> with_kinds("a drama about kids", family)
    'a drama about kids'
    """
    wanted = without_refused(query)
    if len(without_purpose(wanted).split()) > MOST_WORDS:
        return query
    kinds = [kind for pattern, kind in KINDS_OF_MOODS if pattern.search(wanted)]
    if not kinds:
        return query
    held = derived(catalog, _told_values)
    said = _spans(query)
    if any(each.kind and not said.isdisjoint(each.forms) for each in held):
        about = {kind for pattern, kind in KINDS_OF_MOODS if pattern.search(without_purpose(wanted))}
        kinds = [kind for kind in kinds if kind == AUDIENCE and kind not in about]  # for kids, not of them
    known = {each.value for each in held if each.kind}
    ruled = {value.casefold() for value in stated}
    added = [kind for kind in kinds if kind in known and kind not in ruled]
    behind = "," if added and without_purpose(query) != query else ""  # what something is for ends before them
    return " ".join((f"{query}{behind}", *added))


def kind_words(catalog: Catalog) -> frozenset[str]:
    """The words by which a query names kinds of items.

    Parameters
    ----------
    catalog
        Whose kinds.

    Returns
    -------
    frozenset of str
        In lower case, in the singular and the plural.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Alien", "", {"genres": ("Sci-Fi", "Horror"), "year": 1979}),), {})
    >>> sorted(kind_words(films))
    ['fi', 'fiction', 'fictions', 'horror', 'horrors', 'scaries', 'scary', 'sci', 'science', 'scifi', 'scifis']
    """
    return derived(catalog, _kind_words)


def _kind_words(catalog: Catalog) -> frozenset[str]:
    held = derived(catalog, _told_values)
    return frozenset(word for each in held if each.kind for form in each.forms for word in form)


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
    said = _spans(without_refused(query))
    if not said:
        return query
    added = [
        each.value for each in derived(catalog, _told_values)
        if not said.isdisjoint(each.forms) and _words(each.value) not in said
    ]  # fmt: skip
    return f"{query}, {' '.join(added)}" if added else query


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word, _, _ in words(text))


def _spans(text: str) -> set[tuple[str, ...]]:
    """The stretches of words of a text, up to `LONGEST`."""
    said = _words(text)
    return {said[at:end] for end in range(len(said) + 1) for at in range(max(0, end - LONGEST), end)}


@dataclass(frozen=True, slots=True)
class _ToldValue:
    """A value by which things are told, in lower case: the forms in which a text may name it, whether it is a kind."""

    value: str
    forms: frozenset[tuple[str, ...]]
    kind: bool


def _told_values(catalog: Catalog) -> tuple[_ToldValue, ...]:
    """The kinds, colours and patterns that a catalogue has.

    They are read off the items at once, as a whole vocabulary takes seconds of a large catalogue after each put.
    """
    names = {name: is_kind(name) for name in {name for item in catalog.items for name in item.attributes}}
    told = {name for name, kind in names.items() if kind or name in _TOLD_BY}
    held = {
        (name, value) for item in catalog.items for name, value in item.attributes.items()
        if name in told and isinstance(value, str | tuple)
    }  # fmt: skip
    single = {(name, each) for name, value in held for each in (value if isinstance(value, tuple) else (value,))}
    kinds = {(found.value.casefold(), names[name]) for name, each in single if (found := facet_of(name, each))}
    values = {value: (value, True) in kinds for value, _ in kinds}
    return tuple(_ToldValue(value, frozenset(forms(value)), kind) for value, kind in sorted(values.items()))
