"""The words by which people name attribute values of one catalogue: "comedies" is genres=Comedy, "blue" every blue.

Wider than `llmrec.catalog.vocabulary`, which holds the words that a sentence may use: people also say "cartoon" and
"beanie", and misspell.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Facet, Vocabulary, attribute_noun, facet_of, forms, is_kind, words
from llmrec.retrieval.filters import AttributeTable, WordColumn

SYNONYMS = {
    "children's": ("kid", "child", "kids"), "animation": ("cartoon", "anime"),
    "sci-fi": ("science-fiction", "sf", "sci fi", "scifi"),
    "t-shirt": ("tee", "t shirt", "tshirt"), "western": ("cowboy film",),
    "sweater": ("jumper", "pullover"), "trousers": ("pants", "jeans", "chinos"), "sneakers": ("trainers", "shoes"),
    "dark blue": ("navy",), "off white": ("cream", "ivory"), "dark red": ("burgundy", "maroon", "wine red"),
    "yellowish brown": ("brown", "camel", "tan"), "greenish khaki": ("khaki", "olive"), "purple": ("lilac", "violet"),
    "turquoise": ("teal",), "dark grey": ("charcoal",),
    "solid": ("unpatterned",), "all over pattern": ("printed", "floral", "flowery"),
    "glittering/metallic": ("sparkly", "glittery", "shiny"), "sequin": ("sparkly",), "knitwear": ("knitted",),
    "boots": ("shoes",), "sandals": ("shoes",), "coat": ("outerwear",), "lace": ("lacy",),
    "check": ("checked", "checkered", "plaid"), "dot": ("polka dot", "spotted"), "documentary": ("docu",),
    "women": ("woman", "women's", "womens", "ladies"), "men": ("man", "men's", "mens"), "kids": ("child", "children"),
}  # fmt: skip
"""Value in lower case -> words by which people ask for it, beyond those of the vocabulary."""

NARROWER: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    word: (re.compile(said, re.I), re.compile(told, re.I))
    for word, said, told in (
        ("jeans", r"\bjeans\b|牛仔裤", r"\bjeans?\b|\bdenim\b"),
        ("chinos", r"\bchinos?\b|卡其裤|斜纹裤", r"\bchinos?\b"),
    )
}
"""Synonyms that name some of a kind alone -> how a line says them, and how the text of an item does."""
PARTIAL = (*NARROWER, "floral", "flowery")
"""Words of `SYNONYMS` that name some of the items of their value: ruled out, they rule out no others."""
AUDIENCES = tuple(
    frozenset(words.split())
    for words in (
        "men mens man men's",
        "women womens woman ladies lady women's",
        "kids kid children child",
        "girls girl",
        "boys boy",
        "baby babies",
    )
)
"""Words for those whom items are for, each set of one meaning."""
NO_NAMES = frozenset((("short",), ("tight",), ("basic",), ("flat",), ("wear",), ("other",)))
"""Parts and forms of values that are other words: "nothing too short", "something to wear"."""
Token = tuple[str, int, int]
"""A word in lower case, its start and end in characters."""
Readings = tuple[tuple[str, tuple[str, ...]], ...]
"""Attributes that a word may mean, and the values of each."""
ORDINARY = frozenset(
    re.findall(
        r"[\w'-]+",
        "a about again all also an and another any anything are as at be but by can could do else everything for "
        "from get give good great has have help her here hers him his how i if in instead is it item items just "
        "know last let like liked loved many may maybe me more most my need never next no none not nothing now of "
        "off ok okay on one ones only or other others our out over please quit rather really recommend reset same "
        "see seen show similar so some something start still stuff such suggest tell than that the their them "
        "then there these they thing things this those to too under up us very want was watched we were what when "
        "where which who why will with without would yes you your bye exit bought saw love explain remove skip "
        "drop first second third fourth fifth forget better best find prefer make",
    )
)
"""Words of commands and of any line: where an item has them as a value, they mean what they always mean."""
MIN_MISSPELT, MAX_MISSPELT = 5, 30
"""Letters from which, and to which, a word may be a misspelling of another."""
CORRECTED = 10_000
"""Words whose corrections are kept."""
_SPELT_RIGHT = frozenset((
    "white", "while", "where", "there", "these", "those", "shall", "short", "skirt", "shirt", "dream", "grown", "crown",
    "great", "greed", "cries", "cried", "prime", "grime", "crises", "horrid", "wears", "tramp", "drawn",
    "fantastic",
))  # fmt: skip
"""Words that are one slip away from common values and are none."""


@dataclass(frozen=True, slots=True)
class ValueMention:
    """A stretch of text that names values of an attribute, or of several that share them.

    Parameters
    ----------
    start, end
        Characters `[start, end)` of the text.
    readings
        Attributes, each with those of its values that are meant; any of them will do.
    """

    start: int
    end: int
    readings: Readings

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes."""
        return tuple(name for name, _ in self.readings)

    @property
    def values(self) -> tuple[str, ...]:
        """Values of all attributes."""
        return tuple(dict.fromkeys(value for _, values in self.readings for value in values))

    def of(self, attribute: str) -> "ValueMention | None":
        """Read it as one of an attribute that is named; None where the attribute has no such value."""
        chosen = tuple(reading for reading in self.readings if reading[0] == attribute)
        return replace(self, readings=chosen) if chosen else None


class Lexicon:
    """The words of one catalogue; `Lexicon.of(catalog)` gives the one that is kept for it.

    Parameters
    ----------
    catalog
        Items with attributes. Years and prices are left out: they are read as quantities.
    """

    def __init__(self, catalog: Catalog) -> None:
        facets = derived(catalog, value_facets)
        self.attributes = tuple(dict.fromkeys(facet.name for facet in facets))
        """Names of the attributes whose values have words."""
        self.named = _names_pattern(self.attributes)
        """Matches the name of an attribute where a value may follow; `named_attribute` says which it is."""
        self._values: dict[tuple[str, ...], Readings] = {}
        exact: dict[tuple[str, ...], dict[str, list[str]]] = {}
        heads: dict[tuple[str, ...], dict[str, list[str]]] = {}
        for facet in facets:
            if _ordinary([word for word, _, _ in words(facet.value)]):
                continue
            own = {form for form in _surface_forms(facet.value) if not _ordinary(form)}
            for form in own:
                exact.setdefault(form, {}).setdefault(facet.name, []).append(facet.value)
            ends = {form[-1:] for form in forms(facet.value) if not _ordinary(form[-1:]) and form[-1:] not in NO_NAMES}
            ends = {form for form in ends if not (form[0].isdigit() and " " in facet.value)}  # "1" is no "Basic 1"
            for form in ends | {form for form in own if len(form) == 1}:
                heads.setdefault(form, {}).setdefault(facet.name, []).append(facet.value)
        for form in exact.keys() | heads.keys():
            self._values[form] = self._resolved(_kinds_alone(form, exact.get(form, {})), heads.get(form, {}))
        self._values |= _audiences(facets, self._values)
        self._longest = max(map(len, self._values), default=0)
        own = {form for facet in facets for form in forms(facet.value)}
        self._single: dict[str, list[str]] = {}
        for form in sorted(own):
            if form in self._values and len(form) == 1 and MIN_MISSPELT <= len(form[0]) <= MAX_MISSPELT:
                self._single.setdefault(form[0][0], []).append(form[0])
        self._corrected = lru_cache(CORRECTED)(self._correct)

    @classmethod
    def of(cls, catalog: Catalog) -> "Lexicon":
        """Get the lexicon of a catalogue.

        Parameters
        ----------
        catalog
            The catalogue; its lexicon is built on the first call and dropped with it.

        Returns
        -------
        Lexicon
            The same one on every call.
        """
        return derived(catalog, cls)

    @staticmethod
    def _resolved(exact: dict[str, list[str]], heads: dict[str, list[str]]) -> Readings:
        """All attributes that hold the word itself, else the first that ends in it.

        Of colours, where they come first, it is all that end in it ("dark blue").
        """
        names = [*exact] or [next(iter(heads))]
        held = [(name, heads.get(name, exact.get(name, [])) if is_colour(name) else exact.get(name)) for name in names]
        return tuple((name, tuple(sorted(dict.fromkeys(values or heads[name])))) for name, values in held)

    def named_attribute(self, match: re.Match[str]) -> str:
        """Tell which attribute a match of `named` names."""
        return self.attributes[int((match.lastgroup or "n0")[1:])]

    def mentions(self, text: str) -> list[ValueMention]:
        """Find the attribute values that a text names.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        list of ValueMention
            In order; the longest where they overlap.
        """
        return [*LexicalText(text, self).mentions()]

    def at(self, tokens: Sequence[Token], at: int) -> tuple[int, Readings] | None:
        """Look up the values that stand at a word.

        Parameters
        ----------
        tokens
            The words of a text, as `llmrec.catalog.vocabulary.words` gives them.
        at
            Number of the word.

        Returns
        -------
        tuple or None
            How many words name them, and what they may mean; the longest there is. None for other words.
        """
        for length in range(min(self._longest, len(tokens) - at), 0, -1):
            form = tuple(word for word, _, _ in tokens[at : at + length])
            if values := self._values.get(form) or (self._misspelt(form[0]) if length == 1 else None):
                return length, values
        return None

    def _misspelt(self, word: str) -> Readings | None:
        """Values of the catalogue's word that this one is a slip away from (two in a long one)."""
        if not MIN_MISSPELT <= len(word) <= MAX_MISSPELT or word in _SPELT_RIGHT or word in ORDINARY:
            return None
        known = self._corrected(word)
        return self._values[(known,)] if known else None

    def spelt(self, text: str) -> str:
        """Write each word that is a slip away from a value's as the value is written.

        Parameters
        ----------
        text
            What is left of a line.
        """
        for word, start, end in reversed(words(text)):
            if (word,) not in self._values and self._misspelt(word):
                text = f"{text[:start]}{self._corrected(word)}{text[end:]}"
        return text

    def _correct(self, word: str) -> str:
        """The word that this one is a slip away from; "" for none."""
        slips = 2 if len(word) > 8 else 1
        known = self._single.get(word[0], ())
        near = process.extractOne(word, known, scorer=OSA.distance, processor=None, score_cutoff=slips)
        return str(near[0]) if near else ""


class LexicalText:
    """A text whose words are looked up once, from wherever it is read.

    Parameters
    ----------
    text
        Any text.
    lexicon
        The words of a catalogue.
    titles
        Stretches of it that are titles, in which no value is read: "Pulp Fiction" wants no fiction.
    """

    def __init__(self, text: str, lexicon: Lexicon, titles: Sequence[tuple[int, int]] = ()) -> None:
        self.text, self.lexicon = text, lexicon
        self._tokens = [
            token for token in words(text) if not any(start <= token[1] and token[2] <= end for start, end in titles)
        ]
        self._starts = [start for _, start, _ in self._tokens]
        self._found: dict[int, tuple[int, Readings] | None] = {}

    def mentions(self, start: int = 0, end: int | None = None) -> Iterator[ValueMention]:
        """Find the attribute values that the text names.

        Parameters
        ----------
        start, end
            Characters between which a value begins.

        Yields
        ------
        ValueMention
            In order; the longest where they overlap.
        """
        at = bisect_left(self._starts, start)
        while at < len(self._tokens) and (end is None or self._starts[at] < end):
            if at not in self._found:
                self._found[at] = self.lexicon.at(self._tokens, at)
            if found := self._found[at]:
                length, readings = found
                yield ValueMention(self._starts[at], self._tokens[at + length - 1][2], readings)
                at += length
            else:
                at += 1


def _kinds_alone(form: tuple[str, ...], exact: dict[str, list[str]]) -> dict[str, list[str]]:
    """Of what a word may name its kinds alone where one is called so: a vest top of the department "Blouse" is none."""
    kinds = {name: values for name, values in exact.items() if is_kind(name) and any(form in forms(v) for v in values)}
    return kinds or exact


def _audiences(facets: Sequence[Facet], known: Mapping[tuple[str, ...], Readings]) -> dict[tuple[str, ...], Readings]:
    """For whom items are, where values only begin or end with that: "for men" is "Men Shoes" and "Denim Men"."""
    found: dict[tuple[str, ...], Readings] = {}
    for said in AUDIENCES:
        held: dict[str, list[str]] = {}
        for facet in facets:
            if not is_kind(facet.name) and not said.isdisjoint(re.findall(r"\w+", facet.value.casefold())):
                held.setdefault(facet.name, []).append(facet.value)
        if not held:
            continue
        name = max(held, key=lambda name: len(held[name]))
        for word in said:
            exact = [reading for reading in known.get((word,), ()) if word in (v.casefold() for v in reading[1])]
            if not exact:
                found[(word,)] = ((name, tuple(held[name])),)
    return found


def _ordinary(form: Sequence[str]) -> bool:
    """Whether a form is made of ordinary words, with numbers perhaps ("why 1"); a size is a number alone."""
    return any(word in ORDINARY for word in form) and all(word in ORDINARY or word.isdigit() for word in form)


def is_colour(attribute: str) -> bool:
    """Tell whether an attribute holds colours, of which "blue" means every shade.

    Parameters
    ----------
    attribute
        Name of the attribute.

    Returns
    -------
    bool
        By the name alone.

    Examples
    --------
    >>> is_colour("main_color")
    True
    """
    return re.search("colou?r", attribute) is not None


def value_facets(catalog: Catalog) -> list[Facet]:
    """List the attribute values that people may name.

    Parameters
    ----------
    catalog
        Items with attributes. Of an item that has a value in two attributes both are listed.

    Returns
    -------
    list of Facet
        In order. Years and prices, which are read as quantities, placeholders and free text are none.
    """
    found = set(Vocabulary.of(catalog).counts)
    for name, column in AttributeTable.of(catalog).columns.items():
        if isinstance(column, WordColumn):
            found.update(facet for word in column.codes if (facet := facet_of(name, word)))
    return sorted(facet for facet in found if facet.name not in ("year", "price"))


def _names_pattern(attributes: Sequence[str]) -> re.Pattern[str]:
    """Names as people spell them, in quotes or not, and what stands before a value; ordinary words need a sign."""
    plain: list[str] = []
    signed: list[str] = []
    for at in sorted(range(len(attributes)), key=lambda at: -len(attributes[at])):
        noun = attribute_noun(attributes[at])
        ordinary = _ordinary([word for word, _, _ in words(noun)])
        spelt = dict.fromkeys((noun_pattern(attributes[at]), re.escape(attributes[at])))
        (signed if ordinary else plain).append(f"(?P<{'s' if ordinary else 'n'}{at}>{'|'.join(spelt)})")
    never, opened, closed = "(?!)", "[\"'\u201c]?", "s?[\"'\u201d]?"
    named, asked = ("|".join(each) or never for each in (plain, signed))
    sign, follows = rf"{closed}\s*[:=]\s*", rf"{closed}(?:\s+(?:is\s+|of\s+)?|(?=[\u3400-\u9fff]))"
    return re.compile(rf"(?<!\w){opened}(?:(?:{named})(?:{sign}|{follows})|(?:{asked}){sign}){opened}", re.I)


def noun_pattern(attribute: str) -> str:
    """Write a regular expression of an attribute's name as people spell it.

    Parameters
    ----------
    attribute
        Name of the attribute.

    Returns
    -------
    str
        A pattern without groups.
    """
    return re.escape(attribute_noun(attribute)).replace("colour", "colou?r").replace("color", "colou?r")


def _surface_forms(value: str) -> Iterable[tuple[str, ...]]:
    """List the word sequences by which people name a value; of "Hat/beanie" each part."""
    for part in {value, *(value.split("/") if "/" in value else ())}:
        yield from (form for form in forms(part) if form not in NO_NAMES or form[0] == part.casefold())
        for synonym in SYNONYMS.get(part.lower(), ()):
            yield from forms(synonym)
