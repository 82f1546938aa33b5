"""Words for moods and subjects, and the kinds of items that they speak for."""

import re
from collections.abc import Collection

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Vocabulary, is_kind

KINDS_OF_MOODS = tuple(
    (re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.I), kind)
    for words, kind in (
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
    """
    vocabulary = Vocabulary.of(catalog)
    named = {facet.name for mention in vocabulary.mentions(query) for facet in mention.facets}
    if any(map(is_kind, named)):
        return query
    kinds = [kind for words, kind in KINDS_OF_MOODS if words.search(query)]
    held = {facet.value.casefold() for mention in vocabulary.mentions(" ".join(kinds)) for facet in mention.facets}
    ruled = {value.casefold() for value in stated}
    return " ".join((query, *(kind for kind in kinds if kind in held and kind not in ruled)))
