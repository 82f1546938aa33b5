"""`--where` filters: `year>=1990`, `price<40, colour!=Black`, `genre=Comedy and year<2000`.

    where  = clause, then any number of ("," or "and") clause
    clause = name (= | != | < | <= | > | >=) value          value may stand in "…" or '…'

Names are found whatever their case, in singular or plural (`genre`, `genres`); words whatever their case. Where an
attribute holds several words, `=` asks for one of them. An item that lacks the attribute fails every comparison
except `!=`.
"""

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from llmrec.catalog import Catalog, Item
from llmrec.errors import BadFilter

Kind = Literal["number", "word", "words"]
Metadata = dict[str, str | float | bool]

COMPARE: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    ">=": ("$gte", lambda a, b: a >= b),
    "<=": ("$lte", lambda a, b: a <= b),
    ">": ("$gt", lambda a, b: a > b),
    "<": ("$lt", lambda a, b: a < b),
    "=": ("$eq", lambda a, b: a == b),
    "!=": ("$ne", lambda a, b: a != b),
}
CLAUSE = re.compile(r"\s*([\w-]+)\s*(>=|<=|!=|=|>|<)\s*")
END = re.compile(r"\s*(?:,|\band\b)\s*(?=[\w-]+\s*(?:>=|<=|!=|=|>|<))", re.IGNORECASE)
EXAMPLE = "write it like year>=1990 or genre=Comedy, joined by 'and' or commas"


@dataclass(frozen=True)
class Clause:
    """`attribute operator values`; `values` are the catalogue's own spellings, or one number."""

    attribute: str
    kind: Kind
    operator: str
    values: tuple[str, ...] | tuple[float]

    def chroma(self) -> dict[str, Any]:
        """The clause as a Chroma `where` condition on `metadata` of the items."""
        negated = self.operator == "!="
        if self.kind == "number":
            return {self.attribute: {COMPARE[self.operator][0]: self.values[0]}}
        if self.kind == "word":
            return {self.attribute: {"$nin" if negated else "$in": list(self.values)}}
        marks: list[dict[str, Any]] = [
            {word_key(self.attribute, str(word)): {"$ne" if negated else "$eq": True}} for word in self.values
        ]
        return marks[0] if len(marks) == 1 else {"$and" if negated else "$or": marks}

    def matches(self, item: Item) -> bool:
        """Whether the item satisfies the clause."""
        value = item.attributes.get(self.attribute)
        if self.kind == "number":
            number = _number(value)
            if number is None:
                return self.operator == "!="
            return COMPARE[self.operator][1](number, float(self.values[0]))
        words = () if value is None else value if isinstance(value, tuple) else (str(value),)
        return any(word in self.values for word in words) == (self.operator == "=")


@dataclass(frozen=True)
class Filter:
    """Clauses that must all hold."""

    clauses: tuple[Clause, ...]

    def chroma(self) -> dict[str, Any]:
        """A Chroma `where` dict over the metadata that `metadata` gives each item."""
        parts = [clause.chroma() for clause in self.clauses]
        return parts[0] if len(parts) == 1 else {"$and": parts}

    def matches(self, item: Item) -> bool:
        """Whether the item satisfies every clause."""
        return all(clause.matches(item) for clause in self.clauses)


def parse_where(text: str, catalog: Catalog) -> Filter:
    """The filter that `text` writes down.

    Raises `BadFilter` where it does not parse, names an attribute or word that no item has, or compares words
    by size.
    """
    kinds = attribute_kinds(catalog)
    clauses, at = [], 0
    while True:
        head = CLAUSE.match(text, at)
        if not head:
            raise BadFilter(f"the filter {text!r} does not parse at {text[at:].strip()!r}; {EXAMPLE}")
        value, at = _value(text, head.end())
        clauses.append(_clause(head[1], head[2], value, catalog, kinds))
        joint = END.match(text, at)
        if not joint:
            break
        at = joint.end()
    if text[at:].strip():
        raise BadFilter(f"the filter {text!r} does not parse at {text[at:].strip()!r}; {EXAMPLE}")
    return Filter(tuple(clauses))


def attribute_kinds(catalog: Catalog) -> dict[str, Kind]:
    """Attribute -> what it holds: numbers, one word, or several; an attribute that mixes them counts as words."""
    types: dict[str, set[type]] = {}
    for item in catalog.items:
        for name, value in item.attributes.items():
            types.setdefault(name, set()).add(type(value))
    return {name: "words" if tuple in of else "word" if str in of else "number" for name, of in types.items()}


def metadata(item: Item, kinds: Mapping[str, Kind]) -> Metadata:
    """The item's attributes as Chroma holds them: numbers as float, several words as a `name:word` mark each."""
    found: Metadata = {}
    for name, value in item.attributes.items():
        if kinds[name] == "words":
            for word in value if isinstance(value, tuple) else (str(value),):
                found[word_key(name, word)] = True
        elif kinds[name] == "word":
            found[name] = str(value)
        elif (number := _number(value)) is not None:
            found[name] = number
    return found


def word_key(attribute: str, word: str) -> str:
    """The metadata key that marks `word` among the several words of `attribute`."""
    return f"{attribute}:{word}"


def _value(text: str, at: int) -> tuple[str, int]:
    """The value that starts at `at`, without quotes, and where it ends."""
    if at < len(text) and text[at] in "\"'":
        close = text.find(text[at], at + 1)
        if close < 0:
            raise BadFilter(f"the filter {text!r} opens a quote that it does not close; close it")
        return text[at + 1 : close], close + 1
    end = END.search(text, at)
    stop = end.start() if end else len(text)
    value = text[at:stop].strip()
    if not value:
        raise BadFilter(f"the filter {text!r} compares with nothing; {EXAMPLE}")
    return value, stop


def _clause(name: str, operator: str, value: str, catalog: Catalog, kinds: Mapping[str, Kind]) -> Clause:
    """The clause, its name and value resolved to the catalogue's own."""
    attribute = _attribute(name, kinds, catalog)
    kind = kinds[attribute]
    if kind == "number":
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise BadFilter(f"{attribute} holds numbers and {value!r} is none; compare it with a number")
        return Clause(attribute, kind, operator, (number,))
    if operator not in ("=", "!="):
        raise BadFilter(f"{attribute} holds words, which {operator} cannot compare; use = or !=")
    known = {
        word
        for item in catalog.items
        if (held := item.attributes.get(attribute)) is not None
        for word in (held if isinstance(held, tuple) else (str(held),))
    }
    same = tuple(sorted(word for word in known if word.casefold() == value.casefold()))
    if not same:
        near = difflib.get_close_matches(value, known, n=5, cutoff=0.5) or sorted(known)[:8]
        raise BadFilter(f"no item has {attribute} {value!r}; it can be, for example, {', '.join(near)}")
    return Clause(attribute, kind, operator, same)


def _attribute(name: str, kinds: Mapping[str, Kind], catalog: Catalog) -> str:
    """The catalogue's attribute that `name` means."""
    by_form = {_plain(known): known for known in kinds}
    form = _plain(name)
    plural, singular = form.removesuffix("y") + "ies", form.removesuffix("ies") + "y"
    for candidate in (form, f"{form}s", form.removesuffix("s"), plural, singular):
        if candidate in by_form:
            return by_form[candidate]
    offered = ", ".join(sorted(kinds)) or "none"
    raise BadFilter(f"catalogue {catalog.name!r} has no attribute {name!r} to filter by; it has: {offered}")


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None
