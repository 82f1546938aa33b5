"""What a catalogue can say of its items: facets (genre, decade, colour, price band) and titles, found in text.

A facet is one attribute value in words a sentence can use: `genres=Comedy`, `year=1990s`, `price=lower`.
Built once a catalogue (about 0.2 s for 10,000 items) and kept as long as the catalogue lives.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from llmrec.catalog.titles import Titles
from llmrec.catalog.types import Catalog, Item, derived
from llmrec.prompts import as_data

_SILENT = {"unknown", "other", "none", "n/a", "na", ""}
_FORMS = {  # words by which English says an attribute value, beyond its plural
    "animation": ("animated",),
    "children's": ("children", "kids", "childrens"),
    "comedy": ("comedic", "comic"),
    "drama": ("dramatic",),
    "romance": ("romantic",),
    "sci-fi": ("science fiction", "scifi"),
    "film-noir": ("noir",),
    "documentary": ("documentary",),
    "musical": ("musical",),
    "mystery": ("mysterious",),
    "adventure": ("adventurous",),
    "fantasy": ("fantastical",),
    "horror": ("horrors", "scary"),
    "stripe": ("striped",),
    "dot": ("dotted",),
    "grey": ("gray",),
}
_DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70,
            "eighties": 80, "nineties": 90}  # fmt: skip
_PRICE_FORMS = {
    "lower": (
        "lower price",
        "lower priced",
        "low price",
        "low priced",
        "cheap",
        "cheaper",
        "inexpensive",
        "affordable",
    ),
    "middle": ("middle price", "mid price", "mid priced", "medium price", "moderately priced"),
    "higher": ("higher price", "higher priced", "high price", "high priced", "expensive", "pricey"),
}
_QUOTED_NAME = re.compile(r"'((?:[^']|'')*)'=")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?|[&+]")


@dataclass(frozen=True, order=True)
class Facet:
    """One attribute value of an item, for example `Facet("genres", "Comedy")`; a year stands as its decade."""

    name: str
    value: str

    @property
    def key(self) -> str:
        """Return the form that evidence records hold: `genres=Comedy`; a name that holds "=" stands in quotes.

        Examples
        --------
        >>> Facet("a=b", "c=d").key, Facet.of("'a=b'=c=d")
        ("'a=b'=c=d", Facet(name='a=b', value='c=d'))
        """
        name = self.name
        if "=" in name or name.startswith("'"):
            name = f"""'{name.replace("'", "''")}'"""
        return f"{name}={self.value}"

    @classmethod
    def of(cls, key: str) -> "Facet":
        """Return the facet of a `key`."""
        if quoted := _QUOTED_NAME.match(key):
            return cls(quoted[1].replace("''", "'"), key[quoted.end() :])
        name, _, value = key.partition("=")
        return cls(name, value)


@dataclass(frozen=True)
class Mention:
    """A stretch of text, `[start, end)` in characters, that names one of `facets`: attributes may share a word."""

    start: int
    end: int
    facets: frozenset[Facet]


def words(text: str) -> list[tuple[str, int, int]]:
    """Split a text into lower-case words; hyphens and slashes separate, so "sci-fi" is two words.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of tuple of (str, int, int)
        Word, start and end in characters.
    """
    return [(m.group().lower().replace("\u2019", "'"), m.start(), m.end()) for m in _WORD.finditer(text)]


def is_kind(attribute: str) -> bool:
    """Tell whether an attribute holds kinds of items.

    Parameters
    ----------
    attribute
        Name of the attribute.

    Returns
    -------
    bool
        By the name alone.
    """
    return re.search("genre|categor|kind|type", attribute) is not None


def forms(value: str) -> set[tuple[str, ...]]:
    """List the word sequences by which a text may name a value: itself, singular, plural, known derivations.

    Parameters
    ----------
    value
        As the catalogue has it.

    Returns
    -------
    set of tuple of str
        Lower-case words.

    Examples
    --------
    >>> sorted(forms("Drama"))
    [('drama',), ('dramas',), ('dramatic',), ('dramatics',)]
    >>> sorted(forms("Leggings/Tights"))
    [('legging',), ('leggings',), ('leggings', 'tight'), ('leggings', 'tights'), ('tight',), ('tights',)]
    """
    base = value.lower()
    either = base.split("/") if re.fullmatch(r"[^\W\d]{3,}(?:/[^\W\d]{3,})+", base) else []
    found = {tuple(word for word, _, _ in words(form)) for form in (base, *either, *_FORMS.get(base, ()))}
    for form in list(found):
        if form and len(last := form[-1]) > 2:
            for changed in _numbers(last):
                found.add((*form[:-1], changed))
    return {form for form in found if form and len("".join(form)) > 1}


def _numbers(word: str) -> list[str]:
    if word.endswith("ies") and len(word) > 4:
        return [word[:-3] + "y"]
    if word.endswith("y") and word[-2] not in "aeiou":
        return [word[:-1] + "ies"]
    if word.endswith(("ss", "sh", "ch", "x")):
        return [word + "es"]
    if word.endswith(("sses", "shes", "ches", "xes")):
        return [word[:-2]]
    return [word[:-1]] if word.endswith("s") else [word + "s"]


class Vocabulary:
    """Facets and titles of one catalogue.

    Parameters
    ----------
    catalog
        The catalogue; `of` keeps one vocabulary for each.
    """

    def __init__(self, catalog: Catalog) -> None:
        prices = [float(p) for item in catalog.items if isinstance(p := item.attributes.get("price"), (int, float))]
        self._price_edges = tuple(np.quantile(prices, [1 / 3, 2 / 3])) if len(set(prices)) >= 3 else ()
        self.facets: dict[str, tuple[Facet, ...]] = {item.id: self._facets(item) for item in catalog.items}
        self.titles: dict[str, str] = {item.id: title(item) for item in catalog.items}
        self.counts: dict[Facet, int] = {}
        for facets in self.facets.values():
            for facet in facets:
                self.counts[facet] = self.counts.get(facet, 0) + 1
        self._forms: dict[tuple[str, ...], set[Facet]] = {}
        for facet in self.counts:
            for form in self._facet_forms(facet):
                self._forms.setdefault(form, set()).add(facet)
        self.names = frozenset(word for facet in self.counts for word in attribute_noun(facet.name).split())
        """Words of the attributes' own names: "colour", "garment", "group"."""
        self._longest = max(map(len, self._forms), default=0)
        self.by_title: dict[str, list[str]] = {}
        """Folded title, and its natural order where it is filed as "Lion King, The" -> item ids."""
        self._title_words: dict[str, list[tuple[str, ...]]] = {}
        for item_id, name in self.titles.items():
            for alias in {name.casefold(), natural_order(name).casefold()}:
                self.by_title.setdefault(alias, []).append(item_id)
        for alias in self.by_title:
            split = tuple(word for word, _, _ in words(alias))
            if split:
                self._title_words.setdefault(split[0], []).append(split)
        for entries in self._title_words.values():
            entries.sort(key=len, reverse=True)

    @classmethod
    def of(cls, catalog: Catalog) -> "Vocabulary":
        """Return the vocabulary of a catalogue, built on the first call and dropped with the catalogue."""
        return derived(catalog, cls)

    def _facets(self, item: Item) -> tuple[Facet, ...]:
        found: list[Facet] = []
        for name, value in item.attributes.items():
            if name.endswith(("_id", "_code", "_path")):
                continue
            if isinstance(value, (int, float)):
                if name == "year" or name.endswith("_year"):
                    found.append(Facet(name, f"{int(value) // 10 * 10}s"))
                elif name == "price" and self._price_edges:
                    band = int(np.searchsorted(self._price_edges, value, side="right"))
                    found.append(Facet(name, ("lower", "middle", "higher")[band]))
                continue
            for word in value if isinstance(value, tuple) else (value,):
                # A value seen under an earlier name says nothing new.
                facet = facet_of(name, word)
                if facet and all(facet.value.lower() != other.value.lower() for other in found):
                    found.append(facet)
        return tuple(found)

    @staticmethod
    def _facet_forms(facet: Facet) -> set[tuple[str, ...]]:
        if facet.name == "price" and facet.value in _PRICE_FORMS:
            return {tuple(form.split()) for form in _PRICE_FORMS[facet.value]}
        if re.fullmatch(r"\d{4}s", facet.value):
            short = facet.value[2:]
            spoken = [word for word, tens in _DECADES.items() if facet.value == f"{1900 + tens}s"]
            return {
                (facet.value,),
                *(((short,),) if facet.value < "2000" else ()),
                *((word,) for word in spoken),
            }
        return forms(facet.value)

    @cached_property
    def spellings(self) -> Titles:
        """Return the titles by likeness, for texts whose author does not copy them."""
        return Titles(self.by_title)

    def mentions(self, text: str) -> list[Mention]:
        """Find the attribute values that a text names.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        list of Mention
            In order; the longest where they overlap.
        """
        tokens = words(text)
        found, at = [], 0
        while at < len(tokens):
            for length in range(min(self._longest, len(tokens) - at), 0, -1):
                facets = self._forms.get(tuple(word for word, _, _ in tokens[at : at + length]))
                if facets:
                    found.append(Mention(tokens[at][1], tokens[at + length - 1][2], frozenset(facets)))
                    at += length
                    break
            else:
                at += 1
        return found

    def loose_titles(self, text: str) -> list[tuple[int, int, str]]:
        """Find the catalogue's titles that stand unquoted in a text.

        Capitals tell a title from ordinary words: one word must be capitalised inside a sentence; several must all be
        capitalised but for those of up to three letters.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        list of tuple of (int, int, str)
            Start, end and folded title; the longest where they overlap.
        """
        tokens = words(text)
        found, at = [], 0
        while at < len(tokens):
            length = self._title_at(text, tokens, at)
            if length:
                start, end = tokens[at][1], tokens[at + length - 1][2]
                found.append((start, end, text[start:end].casefold()))
            at += max(length, 1)
        return found

    def _title_at(self, text: str, tokens: list[tuple[str, int, int]], at: int) -> int:
        word, start, _ = tokens[at]
        if not text[start].isupper():
            return 0
        for entry in self._title_words.get(word, ()):
            span = tokens[at : at + len(entry)]
            if tuple(token[0] for token in span) != entry:
                continue
            if len(entry) == 1:
                begins = not text[:start].rstrip(" \"'(") or text[:start].rstrip(" \"'(")[-1] in ".!?:"
                if begins or len(word) == 1:
                    continue
                return 1
            if all(text[token[1]].isupper() or text[token[1]].isdigit() or len(token[0]) <= 3 for token in span):
                return len(entry)
        return 0


def facet_of(name: str, word: str) -> Facet | None:
    """Return the facet of a word that an attribute holds.

    Parameters
    ----------
    name
        The attribute.
    word
        As the catalogue has it.

    Returns
    -------
    Facet or None
        None for free text, placeholders, and attributes that hold identifiers.
    """
    if name.endswith(("_id", "_code", "_path")):
        return None
    shown = as_data(word)
    return None if shown.lower().split(" ")[0] in _SILENT or len(shown) > 40 else Facet(name, shown)


MINUTES = (
    *("runtime", "duration", "minutes", "length", "running_time"),
    *(f"{name}_{unit}" for name in ("runtime", "duration", "length") for unit in ("min", "mins", "minutes")),
)
"""What catalogues call a running time in minutes."""


def attribute_noun(name: str) -> str:
    """Return an attribute's name as a singular noun.

    Parameters
    ----------
    name
        As the catalogue has it.

    Returns
    -------
    str

    Examples
    --------
    >>> attribute_noun("garment_group"), attribute_noun("tags"), attribute_noun("runtime_min")
    ('garment group', 'tag', 'runtime')
    """
    noun = name.replace("_", " ").lower()
    if name in MINUTES:
        noun = re.sub(r" min(?:ute)?s?$", "", noun)
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def title(item: Item) -> str:
    """Return an item's title as prompts and sentences write it.

    Parameters
    ----------
    item
        The item.

    Returns
    -------
    str
        At most 100 characters without control tokens; the id where the title is empty.
    """
    return as_data(item.title, 100) or as_data(item.id, 100)


def natural_order(name: str) -> str:
    """A name as it is said, where it is filed with its article behind.

    Parameters
    ----------
    name
        Of an item.

    Returns
    -------
    str
        Other names stay as they are.

    Examples
    --------
    >>> natural_order("Lion King, The"), natural_order("Heat")
    ('The Lion King', 'Heat')
    """
    body, comma, article = name.rpartition(", ")
    return (
        f"{article} {body}" if comma and article in ("The", "A", "An", "La", "Le", "Les", "Das", "Der", "El") else name
    )
