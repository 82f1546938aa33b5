"""What an item's own text says of it, as a reason can repeat it: a sentence of its story, or what it is."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from llmrec.catalog.types import Catalog, Item, derived
from llmrec.catalog.vocabulary import is_kind

SHORTEST, LONG, MOST_WORDS = 4, 34, 42
"""Words of a sentence of the item's own text: one of fewer goes with the next ("Paris, 1890."), a long one is cut where
a further clause begins, and one of more is not repeated."""
WITH_THE_NEXT = 46
"""A first sentence often only tells who somebody is, and the next goes with it up to so many words of both."""
BEFORE_NOUN = 6
"""Words of a thing's name, with all that stands before the noun: "short, fitted dress"."""
READ, OFTEN = 20_000, 5
"""Items of a catalogue that are read for what things are called; texts that begin with a word make it a name."""
_NOT_TELLING = re.compile(
    "something|anything|some|with|without|about|from|that|this|please|films?|movies?|tonight|today|want|like|good|great|"
    "nice|best|well|very|really|more|most|than|have|another|others|show|find|give|need|looking|mood|the|for|and|two|"
    "not|you|are|but|any|who|can|has|had|was|his|her|its|our|out|all|one|too|may|how|why|get|let|say|see|saw|now|old|new"
)
"""Words of a query that an item's own text may hold without being what is asked for."""
_ABBREVIATED = re.compile(
    r"\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Gen|Maj|Col|Capt|Lt|Cpl|Sgt|Pvt|Rev|Sen|Gov|St|Mt|Prof|Jr|Sr|vs|No)\.$"
)
_FURTHER_CLAUSE = re.compile(
    r"(?:,|;| --| —) (?:while|but|and|who|whom|whose|which|where|when|as|only to|until|so|then)\b|—(?=\w)"
)
_SUBORDINATE = re.compile(r"(?:When|As|After|While|If|Although|Though|Before|Since|Because|Until|Once|Unless|Led)\b")
_GOES_ON = re.compile(
    r"(?:\S+ ){0,4}?(?:he|she|they|it|him|her|them|his|their|its|this|that|these|those|such)\b|"
    r"(?:but|and|or|then|so|instead|however|meanwhile|also|later|finally|soon|yet|still|both|there|here)\b",
    re.IGNORECASE,
)
"""How a sentence begins that only says something behind another."""
_THING = re.compile(
    r"(?P<name>[^.;:]*?)(?P<rest> (?:in|with|made|knitted|woven|containing|that|from|for|featuring|designed|crafted|of|"
    r"printed|decorated|at)\b[^;:]*)?\."
)
_SENTENCE = re.compile(r"\b(?:is|are|was|were|has|have|can|will|you|we|they|it|your|our)\b", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """The sentences of an item's own text, double quotes made single: in double ones stand titles.

    Parameters
    ----------
    text
        Its description.

    Examples
    --------
    >>> sentences("Dr. Jones digs in the sand. He finds a map of gold.")
    ['Dr. Jones digs in the sand.', 'He finds a map of gold.']
    """
    found: list[str] = []
    for part in re.split(r"(?<=[.!?])\s+(?=[A-Z'])", re.sub(r'["“”]', "'", text.strip())):
        if found and (_ABBREVIATED.search(found[-1]) or len(found[-1].split()) < SHORTEST):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found


def stories(text: str, query: str = "", to_the_end: bool = False) -> Iterator[str]:
    """How an item's own text begins, or the sentence of it that has most of a query's words; then what else it tells.

    Later sentences tell how a story ends, so that the last is not told. Of a long sentence the first clause; behind a
    first that only tells who somebody is, the next.

    Parameters
    ----------
    text
        Its description.
    query
        A request's words.
    to_the_end
        Whether the last sentence may be told: of a thing, which has no end to give away.

    Yields
    ------
    str
        The one to tell first; none where none can be said.

    Examples
    --------
    >>> told = "A widow opens a shop by the sea. A dog of the port learns to surf. They lose the shop."
    >>> next(stories(told)), next(stories(told, "can it surf"))
    ('A widow opens a shop by the sea. A dog of the port learns to surf.', 'A dog of the port learns to surf.')
    """
    parts = sentences(text)
    told = [_sayable(part) for part in parts[:1]]
    told += ["" if _GOES_ON.match(part) else _sayable(part) for part in parts[1 : len(parts) if to_the_end else -1]]
    asked = telling_words(query)
    holding = [len(asked & _forms(sentence)) for sentence in told]
    best = max(range(len(told)), key=lambda n: (holding[n], -n))
    if holding[best] > holding[0]:
        yield told[best]
    first, more = told[0], parts[1] if len(parts) > 2 else ""
    short = len(f"{first} {more}".split()) <= WITH_THE_NEXT
    if first and short and more.endswith(".") and not _ABBREVIATED.search(more):
        yield f"{first} {more}"
    yield from filter(None, told)


def _sayable(sentence: str) -> str:
    """A sentence, its first clause, or "" where it is too short, too long or none."""
    if len(sentence.split()) > LONG and not _SUBORDINATE.match(sentence):
        sentence = _FURTHER_CLAUSE.split(sentence, maxsplit=1)[0].rstrip(",;.!") + "."
    whole = sentence.endswith((".", "!")) and not sentence.endswith("...") and not _ABBREVIATED.search(sentence)
    return sentence if whole and SHORTEST <= len(sentence.split()) <= MOST_WORDS else ""


def telling_words(query: str) -> set[str]:
    """The words of a query that say what is wanted, without their plural's s.

    Examples
    --------
    >>> sorted(telling_words("something with dogs and a ghost"))
    ['dog', 'ghost']
    """
    words = re.findall(r"[a-z]{3,}", query.lower())
    return {word.removesuffix("s") for word in words if not _NOT_TELLING.fullmatch(word)}


def _forms(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"[a-z]{3,}", text.lower())}


def tells(item: Item, query: str) -> bool:
    """Whether an item's own words hold one that the query says and that is telling."""
    return bool(telling_words(query) & _forms(item.text()))


@dataclass(frozen=True, slots=True)
class Thing:
    """What a text says that an item is: "a short, fitted dress in soft cotton jersey".

    Attributes
    ----------
    words
        With its article, without a full stop.
    several
        Whether it is one of those that English counts as many: "tights".
    """

    words: str
    several: bool


def thing(item: Item, catalog: Catalog) -> Thing | None:
    """Read an item's first sentence as the name of a thing; None where it is none for certain.

    Parameters
    ----------
    item
        Of the catalogue.
    catalog
        Whose titles and kinds tell what things are called.

    Examples
    --------
    >>> dress = Item("1", "Molly dress", "Short, fitted dress in soft jersey with straps. It is lined.")
    >>> thing(dress, Catalog("shop", (dress,), {}))
    Thing(words='a short, fitted dress in soft jersey with straps', several=False)
    """
    parts = sentences(item.description)
    found = _THING.fullmatch(parts[0]) if parts else None
    if found is None or _SENTENCE.search(parts[0]) or len(parts[0].split()) > LONG:
        return None
    name = found["name"].split()
    if not 1 <= len(name) <= BEFORE_NOUN or name[0] in ("A", "An", "The", "Two", "Three"):
        return None
    if len(name) > 1 and name[-1][:1].isupper() and name[-1][1:2] != "-":  # somebody's name
        return None
    noun = name[-1].lower()
    if _singular(noun) not in derived(catalog, _things):
        return None
    several = noun.endswith("s") and not noun.endswith("ss")
    first = name[0] if name[0][1:] != name[0][1:].lower() or name[0][1:2] == "-" else name[0].lower()  # "T-shirt"
    whole = f"{first}{parts[0][len(name[0]) : -1]}"
    article = "" if several else "an " if whole[0].lower() in "aeiou" else "a "
    return Thing(f"{article}{whole}", several)


def _things(catalog: Catalog) -> frozenset[str]:
    """What things are called in a catalogue, in the singular: its kinds, ends of titles, what many texts begin with."""
    found, texts = set[str](), Counter[str]()
    for item in catalog.items[:READ]:
        kinds = [value for name, value in item.attributes.items() if is_kind(name)]
        for text in (item.title, *(str(v) for kind in kinds for v in (kind if isinstance(kind, tuple) else (kind,)))):
            found.update(_singular(words[-1]) for part in text.split("/") if (words := part.lower().split()))
        if opening := _THING.match(item.description):
            texts.update(_singular(word.lower()) for word in opening["name"].split()[-1:])
    return frozenset(found) | {noun for noun, many in texts.items() if many >= OFTEN}


def _singular(noun: str) -> str:
    return re.sub("(?<=ss|ch|sh)es$|(?<=x)es$|(?<!s)s$", "", noun)
