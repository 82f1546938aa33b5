"""Conditions in words, as a shop assistant would say them: "only comedies from the 1990s and no horror"."""

import re
from collections.abc import Sequence

from llmrec.catalog.vocabulary import MINUTES, attribute_noun, is_kind
from llmrec.chat.nlu.languages import in_chinese
from llmrec.chat.nlu.lexicon import AUDIENCES, is_colour
from llmrec.chat.wordings import ATTRIBUTES, SAYS
from llmrec.retrieval.filters import WrittenClause, read_clauses

_OPERATORS = {"!=": "none of", "=": "only", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
"""Operator of a condition -> its wording."""
_YEARS, _PRICES = ("year", "release_year"), ("price", "cost")
MIN_NAMED = 0.75
"""Share of the values of a condition that must name whom they are for, such that all of it is told by that."""
SHOWN_VALUES = 7
"""Values of one condition that are named."""
_PATTERNS = {
    "dot": "dots", "stripe": "stripes", "check": "checks", "all over pattern": "all-over patterns",
    "front print": "front prints",
    "placement print": "placement prints", "solid": "plain ones", "argyle": "argyles", "chambray": "chambray",
}  # fmt: skip
"""Patterns in lower case, and how one speaks of several of them."""
_OWN_FIGURES = re.compile(r"0\.\d{3,}")
"""A price that is no sum of money, and says nothing to anybody."""
_MASS = {
    "horror": "horror", "action": "action films", "romance": "romance", "animation": "animated films",
    "sci-fi": "sci-fi", "war": "war films", "crime": "crime", "adventure": "adventure", "fantasy": "fantasy",
    "film-noir": "film noir", "children's": "children's films",
}  # fmt: skip
"""Genres in lower case that have no plural, and how they are said."""


def describe_conditions(conditions: Sequence[str], language: str, *, only: bool = True) -> str:
    """Put conditions in words.

    Parameters
    ----------
    conditions
        Each as `llmrec.retrieval.filters.parse_where` reads it.
    language
        "en" or "zh".
    only
        Whether what is wanted is told as that, and not as what items are.

    Returns
    -------
    str
        The two ends of a span are said at once, and what is ruled out at the end.

    Examples
    --------
    >>> describe_conditions(("genres=Comedy", "genres!=War|Musical", "year>=1990", "year<2000"), "en")
    'only comedies from the 1990s and no war films or musicals'
    >>> describe_conditions(("year>1978", "price<50"), "en"), describe_conditions(("year>1978",), "zh")
    ('for less than 50 and from after 1978', '1978年以后的')
    """
    clauses = [each for condition in conditions for each in read_clauses(condition)]
    ruled_out: dict[tuple[str, ...], dict[str, None]] = {}
    for each in clauses:
        if each.operator == "!=":
            ruled_out.setdefault(each.attributes, {}).update(dict.fromkeys(each.values))
    clauses = [each for each in clauses if each.operator != "!="]
    clauses.sort(key=lambda each: ("=", "<", ">").index(each.operator[0]))
    wanted: list[str] = []
    bounds: list[str] = []
    for clause in clauses:
        ends = _ends([each for each in clauses if each.attributes == clause.attributes])
        numeric = _is_numeric(clause)
        if clause.operator == "=" and not numeric:
            wanted.append(_only(clause, language) if only else _wanted(clause, language))
        elif clause.operator[0] in "<>" and len(clause.values) == 1 and {"<", ">"} <= ends.keys():
            bounds.append(_span(clause.attributes, ends["<"], ends[">"], language))
        else:
            bounds.append(_bound(clause, "exactly" if clause.operator == "=" and numeric else "", language))
    excluded = [_none_of(WrittenClause(names, "!=", tuple(values)), language) for names, values in ruled_out.items()]
    bounds, excluded = list(dict.fromkeys(bounds)), list(dict.fromkeys(excluded))
    if language == "zh":
        return ",".join(dict.fromkeys((*wanted, *bounds, *excluded)))
    wanted = list(dict.fromkeys(wanted))
    if wanted and bounds and not wanted[-1].startswith("only for"):
        wanted[-1:] = [f"{wanted[-1]} {bounds[0]}"]
        bounds = bounds[1:]
    return " and ".join((*wanted, *bounds, *excluded))


def in_sentence(conditions: Sequence[str], language: str) -> str:
    """Say what a list is made for.

    Parameters
    ----------
    conditions
        In words, as `describe_conditions` and `describe_refused` give them.
    language
        "en" or "zh".

    Returns
    -------
    str

    Examples
    --------
    >>> in_sentence(["only comedies", "nothing with hospitals, as far as titles tell"], "en")
    'Only comedies, and nothing with hospitals, as far as titles tell.'
    >>> in_sentence(["no horror"], "en")
    'No horror, then.'
    """
    if language == "zh":
        return SAYS["criticised"]["zh"].format(conditions=",".join(conditions))
    told = ", and ".join(conditions)
    told = f"{told[:1].upper()}{told[1:]}"
    return f"{told}." if "," in told else SAYS["criticised"]["en"].format(conditions=told)


def several(values: Sequence[str], language: str, joint: str = "") -> str:
    """Name kinds of items, one after the other.

    Parameters
    ----------
    values
        Values of attributes that hold kinds.
    language
        "en" or "zh".
    joint
        What stands before the last; "and" by default.

    Returns
    -------
    str

    Examples
    --------
    >>> several(("Horror", "Thriller", "Comedy"), "en"), several(("Dress",), "en"), several(("Comedy", "War"), "zh")
    ('horror, thrillers and comedies', 'dresses', '喜剧、战争')
    """
    told = list(dict.fromkeys(_kind(each, language) for each in values))
    if language == "zh":
        return "、".join(told)
    return f" {joint or 'and'} ".join(part for part in (", ".join(told[:-1]), told[-1]) if part) if told else ""


def _kind(value: str, language: str) -> str:
    """A kind of items as one speaks of several of it: "comedies", "horror", "T-shirts"."""
    if language == "zh":
        return in_chinese(value)
    if (mass := _MASS.get(value.casefold())) is not None:
        return mass
    if not re.fullmatch(r"[A-Z][a-z'-]+(?:[ /][A-Za-z'-]+)*|[A-Z]-[a-z]+", value):
        return value
    word = value if value[1:2] == "-" else value.split("/")[0].lower()
    if word.endswith("s") and not word.endswith("ss"):
        return word
    return re.sub(r"(?<![aeiou])y$", "ie", word) + ("es" if re.search(r"(?:s|x|sh|ch)$", word) else "s")


def _named(clause: WrittenClause, language: str) -> list[str]:
    """The values of a condition as one speaks of them."""
    values = _for_whom(_joined_spans(_short(clause.values)), language)
    shown = values if len(values) <= SHOWN_VALUES else values[: SHOWN_VALUES - 1]
    kinds = any(is_kind(name) for name in clause.attributes)
    patterns = all(attribute_noun(name).endswith("pattern") for name in clause.attributes)
    coloured = all(is_colour(name) for name in clause.attributes)
    told = [
        _kind(each, language) if kinds
        else _PATTERNS.get(each.lower(), each.lower()) if patterns and language == "en"
        else each.lower() if coloured and language == "en" else _told(each, language)
        for each in shown
    ]  # fmt: skip
    return [*told, *(["…"] if len(shown) < len(values) else [])]


def _wanted(clause: WrittenClause, language: str) -> str:
    told = _named(clause, language)
    return "、".join(told) if language == "zh" else _listed(told, "or")


def _only(clause: WrittenClause, language: str) -> str:
    return SAYS["only"][language].format(values=_wanted(clause, language))


def _none_of(clause: WrittenClause, language: str) -> str:
    told = _named(clause, language)
    if language == "zh":
        return SAYS["none of"][language].format(values="、".join(told))
    return re.sub(r"^no (?=for )", "nothing ", f"no {_listed(told, 'or')}")


def _listed(told: Sequence[str], joint: str) -> str:
    return f" {joint} ".join(part for part in (", ".join(told[:-1]), told[-1]) if part)


def _span(names: tuple[str, ...], high: WrittenClause, low: WrittenClause, language: str) -> str:
    """Both ends of a span."""
    years = names[0] in _YEARS
    first = _shifted(low.values[0], 1 if years and low.operator == ">" else 0)
    last = _shifted(high.values[0], -1 if years and high.operator == "<" else 0)
    if years and first.endswith("0") and last == _shifted(first, 9):
        return SAYS["decade"][language].format(low=first)
    of = "years" if years else "prices" if names[0] in _PRICES else "minutes" if names[0] in MINUTES else ""
    key = f"span of {of}" if of else "span"
    key = "ones between" if of == "prices" and all(map(_OWN_FIGURES.fullmatch, (first, last))) else key
    return SAYS[key][language].format(name=_nouns(names, language), low=first, high=last)


def _bound(clause: WrittenClause, key: str, language: str) -> str:
    """One end of a span, or a number."""
    key = key or _OPERATORS[clause.operator]
    values = _joined_spans(clause.values)
    told = ("、" if language == "zh" else ", ").join(_told(each, language) for each in values)
    name = clause.attributes[0]
    of = "years" if name in _YEARS else "prices" if name in _PRICES else "minutes" if name in MINUTES else ""
    key = f"{key} of {of}" if of and f"{key} of {of}" in SAYS else key
    if of == "prices" and all(map(_OWN_FIGURES.fullmatch, clause.values)) and clause.operator[0] in "<>":
        key = "cheaper ones" if clause.operator[0] == "<" else "dearer ones"
    return SAYS[key][language].format(name=_nouns(clause.attributes, language), value=told, values=told)


def _nouns(names: Sequence[str], language: str) -> str:
    return ("或" if language == "zh" else " or ").join(_noun(name, language) for name in names)


def _is_numeric(clause: WrittenClause) -> bool:
    return all(re.fullmatch(r"[\d.]+(?:\.\.[\d.]+)?", value) for value in clause.values)


def _ends(clauses: Sequence[WrittenClause]) -> dict[str, WrittenClause]:
    """The ends of a span by how they compare, the narrowest of each."""
    found: dict[str, WrittenClause] = {}
    for each in clauses:
        sign, held = each.operator[0], found.get(each.operator[0])
        if held is not None and sign in "<>" and len(each.values) == len(held.values) == 1:
            mine, theirs = float(each.values[0]), float(held.values[0])
            each = each if (mine < theirs if sign == "<" else mine > theirs) else held
        found[sign] = each
    return found


def _short(values: Sequence[str]) -> tuple[str, ...]:
    """Values without those that only say more: of "Dress" and "Dresses/Skirts girls" the first."""
    held = {value: [_stem(word) for word in re.findall(r"[\w']+", value.casefold())] for value in values}

    def says_more(value: str) -> bool:
        shorter = (other for other in values if len(other) < len(value) and len(held[other]) == 1)
        return any(held[other][0] in held[value] for other in shorter)

    return tuple(value for value in values if not says_more(value)) or tuple(values)


def _for_whom(values: tuple[str, ...], language: str) -> tuple[str, ...]:
    """In the place of all the sections that are for the same people, whom they are for."""
    for key, said in zip(("men", "women", "kids", "girls", "boys", "baby"), AUDIENCES, strict=True):
        named = sum(bool(said.intersection(re.findall(r"[\w']+", value.casefold()))) for value in values)
        if len(values) > 1 and named >= MIN_NAMED * len(values):
            return (SAYS[f"for {key}"][language],)
    return values


def _stem(word: str) -> str:
    return re.sub(r"(?<=ss|sh|ch)es$|(?<!s)s$", "", word)


def _joined_spans(values: Sequence[str]) -> tuple[str, ...]:
    """Values of which spans that follow upon each other are one: "1980..1989", "1990..1999"."""
    found: list[str] = []
    for value in values:
        last = re.fullmatch(r"(\d+)\.\.(\d+)", found[-1]) if found else None
        span = re.fullmatch(r"(\d+)\.\.(\d+)", value)
        if last and span and int(span[1]) == int(last[2]) + 1:
            found[-1] = f"{last[1]}..{span[2]}"
        else:
            found.append(value)
    return tuple(found)


def _told(value: str, language: str) -> str:
    if span := re.fullmatch(r"([\d.]+?)\.\.([\d.]+)", value):
        return SAYS["span of values"][language].format(low=span[1], high=span[2])
    if re.fullmatch(r"\d+\.\d{3,}", value):
        return f"{float(value):.2f}" if float(value) >= 1 else f"{float(value):.2g}"
    return in_chinese(value) if language == "zh" else value


def _noun(attribute: str, language: str) -> str:
    noun = attribute_noun(attribute)
    return ATTRIBUTES.get(noun, noun) if language == "zh" else noun


def _shifted(value: str, by: int) -> str:
    return f"{int(value) + by}" if by and value.isdigit() else value
