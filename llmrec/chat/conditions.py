"""Conditions that a line of words states: years, prices, what must not be and what must be.

Rules, not a model: a year, a price limit and an exclusion must be obeyed to the letter, and a rule says
the same thing every time. What no rule reads stays in the wish, where the LLM reads it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.explain.vocabulary import Facet, Vocabulary, attribute_noun

_MONEY = r"(?:[$€£]\s?)?"
_UNIT = r"(?:\s?(?:[$€£]|dollars?|euros?|pounds?|bucks|usd|eur|gbp)(?!\w))?"
_NUMBER = rf"{_MONEY}(?P<n>\d+(?:\.\d+)?){_UNIT}"
_AND_NUMBER = rf"{_MONEY}(?P<z>\d+(?:\.\d+)?){_UNIT}"
_PRICED = r"(?:(?:(?:that |which )?(?:costs?|costing|priced?|for)\s+)(?:is\s+)?)?"
_YEAR = r"(?P<y>(?:18|19|20)\d\d)"
_DECADE = r"(?P<d>(?:(?:18|19|20)\d|[2-9])0)'?s"
_DECADES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
_SPOKEN = rf"(?P<w>{'|'.join(_DECADES)})"
_MADE = r"(?:(?:made|released|shot|published|came out|from|in|of)\s+)*"
_NOT = (
    r"(?:anything but|(?:i )?(?:do not|don'?t|did not|didn'?t) (?:like|want|care for|enjoy)|(?:i )?(?:hate|dislike)|"
    r"not in the mood for|no more|other than|rather not|avoid(?:ing)?|skip|excluding|without|except(?: for)?|nothing|"
    r"not?|never|isn'?t|aren'?t)"
)
_VAGUE = r"(?:(?:with|any|an?|too|much|of|that is|that's|in|the)\s+)*"
_ONLY = r"(?:only|strictly|(?:it )?(?:must|has to|have to|should) be)"

Conditions = Callable[[re.Match[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Read:
    """A line, read: what is left as the wish, and conditions as `--where` takes them, each to be met."""

    wish: str
    conditions: tuple[str, ...]


def read_conditions(text: str, catalog: Catalog) -> Read:
    """Cut each phrase that a rule reads out of the text; what is left is the wish."""
    names = {name for item in catalog.items for name in item.attributes}
    found: list[str] = []
    rules = (_YEARS if "year" in names else ()) + (_PRICES if "price" in names else ())
    for pattern, conditions in rules:
        text = _cut(text, pattern, conditions, found)
    text = _governed(text, rf"\b(?:but |and )?{_NOT}\s+{_VAGUE}", "!=", catalog, found)
    text = _governed(text, rf"\b(?:but |and )?{_ONLY}\s+(?:in\s+)?", "=", catalog, found)
    text = _named(text, catalog, found)
    return Read(_wish(text), tuple(dict.fromkeys(found)))


def _wish(text: str) -> str:
    """What is left, without the joints of what was cut out."""
    text = re.sub(r"\s+([,.;!?])", r"\1", " ".join(text.split())).strip(" ,.;!?")
    return re.sub(r"^(?:(?:but|and)\b[\s,]*)+|(?:[\s,]*\b(?:but|and))+$", "", text, flags=re.I)


def _decade(decade: int) -> list[str]:
    start = decade if decade >= 1000 else 1900 + decade
    return [f"year>={start}", f"year<{start + 10}"]


_YEARS: tuple[tuple[str, Conditions], ...] = (
    (
        rf"\b{_MADE}(?:between|from) {_YEAR} (?:and|to|until|till) (?P<z>\d{{4}})\b",
        lambda m: [f"year>={m['y']}", f"year<={m['z']}"],
    ),
    (rf"\b{_MADE}{_YEAR}\s?[-\u2013]\s?(?P<z>\d{{4}})\b", lambda m: [f"year>={m['y']}", f"year<={m['z']}"]),
    (
        rf"\b{_MADE}(?:not before|since) {_YEAR}\b|\bfrom (?P<on>\d{{4}}) on(?:wards?)?\b|"
        r"\b(?P<later>\d{4}) (?:or|and) (?:later|newer|after)\b(?! than)",
        lambda m: [f"year>={m['y'] or m['on'] or m['later']}"],
    ),
    (
        rf"\b{_MADE}(?:not after|up to|until|till) {_YEAR}\b|"
        r"\b(?P<to>\d{4}) (?:or|and) (?:earlier|older|before)\b(?! than)",
        lambda m: [f"year<={m['y'] or m['to']}"],
    ),
    (rf"\b{_MADE}(?:after|later than|newer than) {_YEAR}\b", lambda m: [f"year>{m['y']}"]),
    (rf"\b{_MADE}(?:before|earlier than|older than) {_YEAR}\b", lambda m: [f"year<{m['y']}"]),
    (rf"\b(?:(?:made|released|shot|published) )?(?:in|of|from) {_YEAR}\b", lambda m: [f"year={m['y']}"]),
    (rf"\b{_MADE}(?:the )?{_DECADE}(?!\w)", lambda m: _decade(int(m["d"]))),
    (rf"\b{_MADE}(?:the )?{_SPOKEN}\b", lambda m: _decade(20 + 10 * _DECADES.index(m["w"].lower()))),
)
_PRICES: tuple[tuple[str, Conditions], ...] = (
    (
        rf"\b{_PRICED}(?:between|from) {_NUMBER} (?:and|to) {_AND_NUMBER}(?!\w)",
        lambda m: [f"price>={m['n']}", f"price<={m['z']}"],
    ),
    (
        rf"\b{_PRICED}{_NUMBER}\s?(?:-|\u2013|to)\s?{_AND_NUMBER}(?!\w)",
        lambda m: [f"price>={m['n']}", f"price<={m['z']}"],
    ),
    (
        rf"\b{_PRICED}(?:not? more than|not over|not above|up to|at most|max(?:imum)?\.?(?: of)?) {_NUMBER}(?!\w)|"
        rf"{_MONEY}\b(?P<m>\d+(?:\.\d+)?){_UNIT} (?:or|and) (?:less|under|below|cheaper)\b",
        lambda m: [f"price<={m['n'] or m['m']}"],
    ),
    (
        rf"\b{_PRICED}(?:not less than|at least|from|min(?:imum)?\.?(?: of)?) {_NUMBER}(?!\w)|"
        rf"{_MONEY}\b(?P<m>\d+(?:\.\d+)?){_UNIT} (?:or|and) (?:more|over|above|up)\b",
        lambda m: [f"price>={m['n'] or m['m']}"],
    ),
    (rf"\b{_PRICED}(?:under|below|less than|cheaper than) {_NUMBER}(?!\w)", lambda m: [f"price<{m['n']}"]),
    (rf"\b{_PRICED}(?:over|above|more than) {_NUMBER}(?!\w)", lambda m: [f"price>{m['n']}"]),
)


def _cut(text: str, pattern: str, conditions: Conditions, found: list[str]) -> str:
    def note(match: re.Match[str]) -> str:
        found.extend(conditions(match))
        return " "

    return re.sub(pattern, note, text, flags=re.I)


def _governed(text: str, lead: str, operator: str, catalog: Catalog, found: list[str]) -> str:
    """Cut `lead` and the attribute values after it (joined by "and", "or", commas); note the conditions."""
    vocabulary = Vocabulary.of(catalog)
    at = 0
    while match := re.compile(lead, re.I).search(text, at):
        start, end = match.start(), match.end()
        conditions: list[str] = []
        for mention in vocabulary.mentions(text[match.end() :]):
            between = text[end : match.end() + mention.start]
            if conditions and not re.fullmatch(r"\s*(?:,|and|or|,\s*(?:and|or))\s*(?:no\s+)?", between, re.I):
                break
            if not conditions and between.strip():
                break
            conditions += [f"{facet.name}{operator}{facet.value}" for facet in _sayable(mention.facets)]
            end = match.end() + mention.end
        if conditions:
            found.extend(conditions)
            text = text[:start] + " " + text[end:]
            at = start
        else:
            at = match.end()
    return text


def _named(text: str, catalog: Catalog, found: list[str]) -> str:
    """Of "genre: comedy", "colour blue", "in blue": values whose attribute is said must be had."""
    vocabulary = Vocabulary.of(catalog)
    leads = {facet.name: _lead(facet.name) for facet in vocabulary.counts if facet.name not in ("year", "price")}
    for name, lead in leads.items():
        at = 0
        while match := re.compile(lead, re.I).search(text, at):
            mention = next(iter(vocabulary.mentions(text[match.end() :])), None)
            facets = [facet for facet in mention.facets if facet.name == name] if mention and not mention.start else []
            at = match.end()
            if mention and facets:
                found.append(f"{name}={facets[0].value}")
                text = text[: match.start()] + " " + text[match.end() + mention.end :]
                at = match.start()
    return text


def _lead(name: str) -> str:
    noun = attribute_noun(name).replace("colour", "colou?r").replace("color", "colou?r")
    said = rf"\b(?:in |of )?(?:the )?{noun}(?:\s*[:=]\s*|\s+(?:is\s+|of\s+)?)"
    return rf"(?:{said}|\bin\s+)" if re.search("colou?r", name) else said


def _sayable(facets: frozenset[Facet]) -> list[Facet]:
    """Years and prices have rules of their own; of several attributes that share a word, the first."""
    words = sorted(facet for facet in facets if facet.name not in ("year", "price"))
    return words[:1]
