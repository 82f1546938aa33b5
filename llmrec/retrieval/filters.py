"""`--where` filters: `year>=1990`, `price<40, colour!=Black`, `genre=Comedy and year<2000`.

    where  = clause, then any number of ("," or "and") clause
    clause = name (< | <= | > | >=) number
           | name (= | !=) value, then any number of "|" value      genre=Comedy|Drama, year!=1980..1989
    value  = words or a number, which may stand in "…" or '…', or number..number: all that lies between, ends included

Names are found whatever their case, in singular or plural (`genre`, `genres`); words whatever their case. Of values
joined by "|" one must be had, and with `!=` none may be. Where an attribute holds several words, `=` asks for one of
them. An item that lacks the attribute fails every comparison except `!=`.
"""

import difflib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from llmrec.catalog import Catalog, Item
from llmrec.errors import BadFilter
from llmrec.prompts import as_data

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
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
SPAN = re.compile(r"(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)")
EXAMPLE = "write it like year>=1990 or genre=Comedy, joined by 'and' or commas"


@dataclass(frozen=True)
class Clause:
    """`attribute operator values`; `values` are the catalogue's own spellings, or numbers (one where they compare by
    size), and any of them will do."""

    attribute: str
    kind: Kind
    operator: str
    values: tuple[str, ...] | tuple[float, ...]

    def chroma(self) -> dict[str, Any]:
        """The clause as a Chroma `where` condition on `metadata` of the items."""
        negated = self.operator == "!="
        if self.kind == "number" and len(self.values) == 1:
            return {self.attribute: {COMPARE[self.operator][0]: self.values[0]}}
        if self.kind != "words":
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
            compare = COMPARE[self.operator][1]
            each = (compare(number, float(value)) for value in self.values)
            return all(each) if self.operator == "!=" else any(each)
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
        values, at = _values(text, head.end())
        clauses.append(_clause(head[1], head[2], values, catalog, kinds))
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


def written(attribute: str, operator: str, values: Sequence[str]) -> str:
    """The clause as `parse_where` reads it, each value in quotes where it needs them."""
    return f"{attribute}{operator}{'|'.join(_quoted(value) for value in values)}"


def _quoted(value: str) -> str:
    plain = "|" not in value and value[:1] not in ("'", '"') and not END.search(value) and not SPAN.fullmatch(value)
    return value if plain else f"'{value}'" if "'" not in value else f'"{value}"'


def _values(text: str, at: int) -> tuple[list[str], int]:
    """The values, as they are written, that start at `at`, and where they end."""
    found: list[str] = []
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        quoted = QUOTED.match(text, at)
        if at < len(text) and text[at] in "\"'" and not quoted:
            raise BadFilter(f"the filter {text!r} opens a quote that it does not close; close it")
        end = END.search(text, at)
        stop = quoted.end() if quoted else end.start() if end else len(text)
        if not quoted and (bar := text.find("|", at, stop)) >= 0:
            stop = bar
        value = text[at:stop].strip()
        if not value:
            raise BadFilter(f"the filter {text!r} compares with nothing; {EXAMPLE}")
        found.append(value)
        after = re.compile(r"\s*\|").match(text, stop)
        if not after:
            return found, stop
        at = after.end()


def _clause(name: str, operator: str, values: list[str], catalog: Catalog, kinds: Mapping[str, Kind]) -> Clause:
    """The clause, its name and values resolved to the catalogue's own."""
    attribute = _attribute(name, kinds, catalog)
    kind = kinds[attribute]
    if kind == "number":
        return Clause(attribute, kind, operator, _numbers(attribute, operator, values, catalog))
    if operator not in ("=", "!="):
        raise BadFilter(f"{attribute} holds words, which {operator} cannot compare; use = or !=")
    known = {
        word
        for item in catalog.items
        if (held := item.attributes.get(attribute)) is not None
        for word in (held if isinstance(held, tuple) else (str(held),))
    }
    same: list[str] = []
    for value in map(_bare, values):
        # as it is written, or as prompts, lists and chats show it
        spelt = sorted(word for word in known if value.casefold() in (word.casefold(), as_data(word).casefold()))
        if not spelt:
            near = difflib.get_close_matches(value, known, n=5, cutoff=0.5) or sorted(known)[:8]
            raise BadFilter(f"no item has {attribute} {value!r}; it can be, for example, {', '.join(near)}")
        same += spelt
    return Clause(attribute, kind, operator, tuple(dict.fromkeys(same)))


def _numbers(attribute: str, operator: str, values: list[str], catalog: Catalog) -> tuple[float, ...]:
    """The numbers meant; of a span its ends and what the catalogue's items have between them."""
    found: list[float] = []
    for value in values:
        if operator in ("=", "!=") and (span := SPAN.fullmatch(value)):
            low, high = float(span[1]), float(span[2])
            held = (_number(item.attributes.get(attribute)) for item in catalog.items)
            found += [low, high, *sorted({number for number in held if number is not None and low <= number <= high})]
            continue
        try:
            number = float(_bare(value))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise BadFilter(f"{attribute} holds numbers and {_bare(value)!r} is none; compare it with a number")
        found.append(number)
    if len(found) > 1 and operator not in ("=", "!="):
        raise BadFilter(f"{operator} compares {attribute} with one number, {'|'.join(values)!r} are more; use = or !=")
    return tuple(dict.fromkeys(found))


def _bare(value: str) -> str:
    return value[1:-1] if QUOTED.fullmatch(value) else value


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
