"""Filters on attributes: `year>=1990`, `price<40, colour!=Black`, `genre=Comedy and year<2000`.

::

    where  = clause, then any number of ("," or "and") clause
    clause = names (< | <= | > | >=) number
           | names (= | !=) value, then any number of "|" value     genre=Comedy|Drama, year!=1980..1989
    names  = name, then any number of "|" name                      colour|pattern=Grey
    name   = letters, digits, _ and -, or anything in "…" or '…'         "Main colour (EN)"=blue
    value  = words or a number, which may stand in "…" or '…', or number..number: all that lies between, ends included

Names are found whatever their case, in singular or plural (`genre`, `genres`); words whatever their case. Of values
joined by "|" one must be had, and with `!=` none may be; of attributes joined by "|" one must compare so, and with `!=`
all must. A quote stands within quotes of the other kind, `'power "W"'`, or doubled. Where an attribute holds several
words, `=` asks for one of them. An item that lacks the attribute fails every comparison except `!=`.
"""

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.catalog.types import composed, derived, normal_id
from llmrec.errors import BadFilter
from llmrec.prompts import as_data

Kind = Literal["number", "word", "words"]
Mask = NDArray[np.bool_]

COMPARE: Mapping[str, Callable[[Any, float], Any]] = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
}
QUOTES = r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'"
NAME = rf"(?:[\w-]+|{QUOTES})"
OPERATOR = r"\s*(?:>=|<=|!=|=|>|<)"
NAMES = rf"{NAME}(?:\s*\|\s*{NAME})*"
CLAUSE = re.compile(rf"\s*({NAMES})\s*(>=|<=|!=|=|>|<)\s*")
END = re.compile(rf"\s*(?:,|\band\b)\s*(?={NAMES}{OPERATOR})", re.IGNORECASE)
QUOTED = re.compile(QUOTES)
EACH_NAME = re.compile(NAME)
PLAIN_NAME = re.compile(r"[\w-]+")
SPAN = re.compile(r"(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)")
EXAMPLE = "write it like year>=1990 or genre=Comedy, joined by 'and' or commas, names with blanks or signs in quotes"
QUOTE_IN_NAME = """, a quote within quotes of the other kind ('power "W"'>=50) or doubled"""
"""What is said beside, where there are quotes in what does not parse."""


@dataclass(frozen=True)
class NumberColumn:
    """An attribute that holds numbers.

    Parameters
    ----------
    values : (items,) float64
        NaN where the item lacks it.
    """

    values: NDArray[np.float64]

    def mask(self, operator: str, operands: Sequence[float]) -> Mask:
        """Return `(items,)` bool: whose number compares so with one of the operands; for `!=`, with all."""
        if operator in ("=", "!="):
            held: Mask = np.isin(self.values, np.array(operands, np.float64))
            return held if operator == "=" else ~held
        compare = COMPARE[operator]
        found: Mask = np.logical_or.reduce([compare(self.values, float(number)) for number in operands])
        return found


@dataclass(frozen=True)
class WordColumn:
    """An attribute that holds a word or several: each word that an item has is one entry.

    Parameters
    ----------
    items
        Number of items of the catalogue.
    codes
        Word -> its code.
    entry_rows : (entries,) intp
        The row of each entry's item.
    entry_codes : (entries,) intp
        The code of each entry's word.
    """

    items: int
    codes: Mapping[str, int]
    entry_rows: NDArray[np.intp]
    entry_codes: NDArray[np.intp]

    def mask(self, operator: str, operands: Iterable[str]) -> Mask:
        """Return `(items,)` bool: who has one of the words; for `!=`, none of them."""
        selected = np.zeros(len(self.codes), np.bool_)
        selected[[self.codes[word] for word in operands if word in self.codes]] = True
        held = np.zeros(self.items, np.bool_)
        held[self.entry_rows[selected[self.entry_codes]]] = True
        return held if operator == "=" else ~held


class AttributeTable:
    """The attributes of a catalogue's items as columns, made once for a catalogue.

    Attributes
    ----------
    kinds : dict of str to {"number", "word", "words"}
        What each attribute holds: numbers, one word, or several; one that mixes them counts as words.
    columns : dict of str to NumberColumn or WordColumn
        The attributes of `kinds`.
    """

    def __init__(self, catalog: Catalog) -> None:
        held: dict[str, list[tuple[int, object]]] = {}
        for row, item in enumerate(catalog.items):
            for name, value in item.attributes.items():
                held.setdefault(name, []).append((row, value))
        self.kinds: dict[str, Kind] = {
            name: "words" if tuple in types else "word" if str in types else "number"
            for name, values in held.items()
            if (types := {type(value) for _, value in values})
        }
        self.columns: dict[str, NumberColumn | WordColumn] = {
            name: _numbers_of(values, len(catalog.items))
            if self.kinds[name] == "number"
            else _words_of(values, len(catalog.items))
            for name, values in held.items()
        }

    @classmethod
    def of(cls, catalog: Catalog) -> "AttributeTable":
        """The table of a catalogue, made at the first call and dropped with the catalogue."""
        return derived(catalog, cls)


def attribute_kinds(catalog: Catalog) -> Mapping[str, Kind]:
    """What each attribute of a catalogue holds; see `AttributeTable`."""
    return AttributeTable.of(catalog).kinds


def attribute_named(name: str, catalog: Catalog) -> str:
    """The catalogue's attribute that a filter would mean by a name.

    Raises
    ------
    BadFilter
        Where it has none.
    """
    return _attribute(name, attribute_kinds(catalog), catalog)


def _numbers_of(held: Iterable[tuple[int, object]], items: int) -> NumberColumn:
    values = np.full(items, np.nan)
    for row, value in held:
        if (number := finite(value)) is not None:
            values[row] = number
    return NumberColumn(values)


def _words_of(held: Iterable[tuple[int, object]], items: int) -> WordColumn:
    entries = [(row, word) for row, value in held for word in (value if isinstance(value, tuple) else (str(value),))]
    codes: dict[str, int] = {}
    for _, word in entries:
        codes.setdefault(word, len(codes))
    rows, numbers = [row for row, _ in entries], [codes[word] for _, word in entries]
    return WordColumn(items, codes, np.array(rows, np.intp), np.array(numbers, np.intp))


@dataclass(frozen=True)
class Clause:
    """One comparison of a filter.

    Parameters
    ----------
    attribute
        As the catalogue spells it.
    kind
        What it holds.
    operator
        One of ``=  !=  <  <=  >  >=``; words have the first two only.
    values
        The catalogue's own words, or numbers; of several, any will do. Only `=` and `!=` have several.
    others
        Comparisons of other attributes, one of which will do as well.
    """

    attribute: str
    kind: Kind
    operator: str
    values: tuple[str, ...] | tuple[float, ...]
    others: tuple["Clause", ...] = ()


@dataclass(frozen=True)
class WrittenClause:
    """A comparison as it is written: whether a catalogue knows its names and values is not looked up.

    Parameters
    ----------
    attributes
        Names, without quotes.
    operator
        As in `Clause`.
    values
        Without quotes.

    Examples
    --------
    >>> read_clauses("'a=b and c'|colour!=red, dark|'x'")
    (WrittenClause(attributes=('a=b and c', 'colour'), operator='!=', values=('red, dark', 'x')),)
    """

    attributes: tuple[str, ...]
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Filter:
    """Clauses that must all hold.

    Examples
    --------
    >>> from llmrec.catalog import Catalog, Item
    >>> shop = Catalog("shop", (Item("a", "Scarf", "", {"price": 20}), Item("b", "Hat", "", {"price": 45})), {})
    >>> parse_where("price<40", shop).mask(shop)
    array([ True, False])
    """

    clauses: tuple[Clause, ...]

    def mask(self, catalog: Catalog) -> Mask:
        """The items that match.

        Parameters
        ----------
        catalog
            The one that the filter was parsed for, or one that it grew into; an attribute that it lacks counts as
            lacking in every item.

        Returns
        -------
        (items,) bool
            True for the rows that match.
        """
        columns = AttributeTable.of(catalog).columns
        found = np.ones(len(catalog.items), np.bool_)
        for clause in self.clauses:
            found &= np.logical_or.reduce([_held(each, columns, catalog) for each in (clause, *clause.others)])
        return found


def _held(clause: Clause, columns: Mapping[str, "NumberColumn | WordColumn"], catalog: Catalog) -> Mask:
    column = columns.get(clause.attribute)
    if column is None:
        return np.full(len(catalog.items), clause.operator == "!=")
    return column.mask(clause.operator, clause.values)  # type: ignore[arg-type]


def parse_where(text: str, catalog: Catalog) -> Filter:
    """The filter that a text describes.

    Parameters
    ----------
    text
        In the grammar of this module.
    catalog
        Has the attributes and their words.

    Returns
    -------
    Filter
        With names and words as the catalogue spells them.

    Raises
    ------
    BadFilter
        Where it does not parse, names an attribute or word that no item has, or compares words by size.
    """
    table = AttributeTable.of(catalog)
    return Filter(tuple(found for head, values, _ in _split(text) for found in _clauses(head, values, catalog, table)))


def read_clauses(text: str) -> tuple[WrittenClause, ...]:
    """The comparisons of a filter as they are written; see `WrittenClause`.

    Parameters
    ----------
    text
        In the grammar of this module.

    Returns
    -------
    tuple of WrittenClause

    Raises
    ------
    BadFilter
        Where it does not parse.
    """
    return tuple(
        WrittenClause(tuple(_names(head[1])), head[2], tuple(map(_bare, values))) for head, values, _ in _split(text)
    )


def split_clauses(text: str) -> tuple[str, ...]:
    """The comparisons of a filter, each as it is written.

    Parameters
    ----------
    text
        In the grammar of this module.

    Returns
    -------
    tuple of str

    Raises
    ------
    BadFilter
        Where it does not parse.

    Examples
    --------
    >>> split_clauses("'this and that'=red and year=1980..1989")
    ("'this and that'=red", 'year=1980..1989')
    """
    return tuple(whole for _, _, whole in _split(text))


def _split(text: str) -> list[tuple[re.Match[str], list[str], str]]:
    """Names and operator of each clause, its values as they are written, and all of it. Raises `BadFilter`."""
    text = composed(text)
    found, at = [], 0
    while True:
        head = CLAUSE.match(text, at)
        if not head:
            raise BadFilter(_unparsed(text, at))
        values, end = _values(text, head.end())
        found.append((head, values, text[at:end].strip()))
        at = end
        joint = END.match(text, at)
        if not joint:
            break
        at = joint.end()
    if text[at:].strip():
        raise BadFilter(_unparsed(text, at))
    return found


def _unparsed(text: str, at: int) -> str:
    more = QUOTE_IN_NAME if re.search("[\"']", text) else ""
    return f"the filter {text!r} does not parse at {text[at:].strip()!r}; {EXAMPLE}{more}"


def _names(text: str) -> list[str]:
    return [_bare(each) for each in EACH_NAME.findall(text)]


def _clauses(head: re.Match[str], values: list[str], catalog: Catalog, table: AttributeTable) -> list[Clause]:
    """The clauses of one comparison: several where several attributes must all compare so."""
    names = _names(head[1])
    if len(names) == 1:
        return [_clause(names[0], head[2], values, catalog, table)]
    attributes = dict.fromkeys(_attribute(name, table.kinds, catalog) for name in names)
    held: dict[str, list[str]] = {}
    for value in values:  # each attribute has values of its own
        refused: BadFilter | None = None
        knowing = []
        for name in attributes:
            try:
                _clause(name, head[2], [value], catalog, table)
                knowing.append(name)
            except BadFilter as error:
                refused = refused or error
        if not knowing and refused:
            raise refused
        for name in knowing:
            held.setdefault(name, []).append(value)
    found = [_clause(name, head[2], held[name], catalog, table) for name in attributes if name in held]
    return found if head[2] == "!=" else [replace(found[0], others=tuple(found[1:]))]


def written(attribute: str | Sequence[str], operator: str, values: Sequence[str]) -> str:
    """A clause in the grammar of this module.

    Parameters
    ----------
    attribute, operator
        As in `Clause`; of several attributes any will do, and with `!=` all must compare so.
    values
        Each is put into quotes where it needs them, as is the name.

    Examples
    --------
    >>> written("colour", "!=", ["red, dark", "blue"])
    'colour!=red, dark|blue'
    >>> written(["Main colour (EN)", "pattern"], "=", ["blue"])
    "'Main colour (EN)'|pattern=blue"
    """
    names = [attribute] if isinstance(attribute, str) else attribute
    joined = "|".join(name if PLAIN_NAME.fullmatch(composed(name)) else _in_quotes(name) for name in names)
    return f"{joined}{operator}{'|'.join(_quoted(value) for value in values)}"


def _quoted(value: str) -> str:
    plain = "|" not in value and value[:1] not in ("'", '"') and not END.search(value) and not SPAN.fullmatch(value)
    return value if plain and value == value.strip() else _in_quotes(value)


def _in_quotes(text: str) -> str:
    """In the quotes that the text does not hold; doubled inside where it holds both."""
    if "'" not in text:
        return f"'{text}'"
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


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


def _clause(name: str, operator: str, values: list[str], catalog: Catalog, table: AttributeTable) -> Clause:
    """The clause, its name and values resolved to the catalogue's own."""
    attribute = _attribute(name, table.kinds, catalog)
    kind, column = table.kinds[attribute], table.columns[attribute]
    if isinstance(column, NumberColumn):
        return Clause(attribute, kind, operator, _numbers(attribute, operator, values, column))
    if operator not in ("=", "!="):
        raise BadFilter(f"{attribute} holds words, which {operator} cannot compare; use = or !=")
    known = column.codes
    same: list[str] = []
    for value in map(_bare, values):
        # as it is written, or as prompts, lists and chats show it
        forms = {value.casefold(), (normal_id(value) or value).casefold()}
        spelt = sorted(w for w in known if forms & {composed(w).casefold(), as_data(w).casefold()})
        if not spelt:
            near = difflib.get_close_matches(value, known, n=5, cutoff=0.5) or sorted(known)[:8]
            raise BadFilter(f"no item has {attribute} {value!r}; it can be, for example, {', '.join(near)}")
        same += spelt
    return Clause(attribute, kind, operator, tuple(dict.fromkeys(same)))


def _numbers(attribute: str, operator: str, values: list[str], column: NumberColumn) -> tuple[float, ...]:
    """The numbers meant; of a span its ends and what the catalogue's items have between them."""
    found: list[float] = []
    for value in values:
        if operator in ("=", "!=") and (span := SPAN.fullmatch(value)):
            low, high = float(span[1]), float(span[2])
            held = column.values[(column.values >= low) & (column.values <= high)]
            found += [low, high, *np.unique(held).tolist()]
            continue
        try:
            number = float(_bare(value))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            more = "; 'or' between attributes is not there, only '|' between values" if " or " in value.lower() else ""
            raise BadFilter(f"{attribute} holds numbers and {_bare(value)!r} is none; compare it with a number{more}")
        found.append(number)
    if len(found) > 1 and operator not in ("=", "!="):
        raise BadFilter(f"{operator} compares {attribute} with one number, {'|'.join(values)!r} are more; use = or !=")
    return tuple(dict.fromkeys(found))


def _bare(value: str) -> str:
    return value[1:-1].replace(value[0] * 2, value[0]) if QUOTED.fullmatch(value) else value


def _attribute(name: str, kinds: Mapping[str, Kind], catalog: Catalog) -> str:
    """The catalogue's attribute that `name` means."""
    if name in kinds:
        return name
    by_form = {_plain(known): known for known in kinds}
    form = _plain(name)
    plural, singular = form.removesuffix("y") + "ies", form.removesuffix("ies") + "y"
    for candidate in (form, f"{form}s", form.removesuffix("s"), plural, singular):
        if candidate in by_form:
            return by_form[candidate]
    offered = ", ".join(sorted(kinds)) or "none"
    raise BadFilter(f"catalogue {catalog.name!r} has no attribute {name!r} to filter by; it has: {offered}")


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", normal_id(name)).casefold()


def finite(value: object) -> float | None:
    """The number that a value is; None where it is none, or is not finite."""
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None
