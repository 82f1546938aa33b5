"""What a line of a conversation asks for: a wish with filters on attributes, or something about an item.

Rules, not a model: a year, a price limit and an exclusion must be obeyed to the letter, and a rule says
the same thing every time. What no rule reads stays in the wish, where the LLM reads it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from langchain_core.runnables import Runnable, RunnableLambda

from llmrec.catalog import Catalog
from llmrec.explain.vocabulary import Facet, Vocabulary

Action = Literal["ask", "why", "like", "not", "seen", "help", "quit"]

_NUMBER = r"[$€£]?\s?(?P<n>\d+(?:\.\d+)?)"
_YEAR = r"(?P<y>(?:18|19|20)\d\d)"
_DECADE = r"(?P<d>(?:(?:18|19|20)\d|[2-9])0)'?s"
_DECADES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
_SPOKEN = rf"(?P<w>{'|'.join(_DECADES)})"
_COMMANDS = re.compile(
    r"(?P<verb>why|liked?|love[d]?|not|seen|watched|bought|help|quit|exit|bye)\b[\s:]*(?P<rest>.*?)[\s?.!]*",
    re.I | re.S,
)
_VERBS: dict[str, Action] = {
    "why": "why", "like": "like", "liked": "like", "love": "like", "loved": "like", "not": "not",
    "seen": "seen", "watched": "seen", "bought": "seen", "help": "help",
    "quit": "quit", "exit": "quit", "bye": "quit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Intent:
    """One line, understood. `subject`: the title or number a `why`, `like`, `not` or `seen` speaks of."""

    action: Action
    subject: str = ""
    query: str = ""
    filters: tuple[str, ...] = ()
    """Conditions as `--where` takes them, each to be met."""


def understanding(catalog: Catalog) -> Runnable[str, Intent]:
    """A runnable from a line of words to its `Intent`, with the attributes and words of this catalogue."""
    return RunnableLambda(lambda line: understand(line, catalog))


def understand(line: str, catalog: Catalog) -> Intent:
    """The intent of a line: "not" and an attribute value is a filter, with a title it is about the item."""
    text = " ".join(line.split())
    command = _COMMANDS.fullmatch(text)
    if command:
        verb, rest = _VERBS[command["verb"].lower()], command["rest"]
        speaks_of_attribute = verb == "not" and not rest.isdigit() and Vocabulary.of(catalog).mentions(rest)
        if not speaks_of_attribute and (rest or verb in ("why", "help", "quit")):
            return Intent(verb, rest)
    query, filters = _filters(text, catalog)
    return Intent("ask", query=query, filters=filters)


def _filters(text: str, catalog: Catalog) -> tuple[str, tuple[str, ...]]:
    """Cut each phrase that a rule reads out of the text; what is left is the wish."""
    names = {name for item in catalog.items for name in item.attributes}
    found: list[str] = []

    def take(pattern: str, conditions: Callable[[re.Match[str]], list[str]]) -> None:
        nonlocal text

        def note(match: re.Match[str]) -> str:
            found.extend(conditions(match))
            return " "

        text = re.sub(pattern, note, text, flags=re.I)

    if "year" in names:
        take(rf"\bbetween {_YEAR} and (?P<z>\d{{4}})\b", lambda m: [f"year>={m['y']}", f"year<={m['z']}"])
        take(rf"\b(?:after|later than|newer than) {_YEAR}\b", lambda m: [f"year>{m['y']}"])
        take(
            rf"\b(?:since {_YEAR}|from (?P<on>\d{{4}}) on(?:wards?)?)\b",
            lambda m: [f"year>={m['y'] or m['on']}"],
        )
        take(rf"\b(?:before|earlier than|older than) {_YEAR}\b", lambda m: [f"year<{m['y']}"])
        take(rf"\b(?:in|of|from) {_YEAR}\b", lambda m: [f"year={m['y']}"])
        take(rf"\b(?:(?:from|in|of) )?(?:the )?{_DECADE}(?!\w)", lambda m: _decade(int(m["d"])))
        spoken = rf"\b(?:(?:from|in|of) )?(?:the )?{_SPOKEN}\b"
        take(spoken, lambda m: _decade(20 + 10 * _DECADES.index(m["w"].lower())))
    if "price" in names:
        take(
            rf"\b(?:under|below|less than|cheaper than|up to|at most) {_NUMBER}\b",
            lambda m: [f"price<{m['n']}"],
        )
        take(rf"\b(?:over|above|more than|at least) {_NUMBER}\b", lambda m: [f"price>{m['n']}"])
    text = _excluded(text, catalog, found)
    text = _demanded(text, catalog, found)
    return " ".join(text.split()).strip(" ,.;!?"), tuple(dict.fromkeys(found))


def _decade(decade: int) -> list[str]:
    start = decade if decade >= 1000 else 1900 + decade
    return [f"year>={start}", f"year<{start + 10}"]


def _excluded(text: str, catalog: Catalog, found: list[str]) -> str:
    """Of "not horror", "nothing with war or crime": attribute values that the answer must not have."""
    return _governed(text, r"\b(?:but )?(?:not?|without|except|nothing)(?: with| any| an?)?\s+", "!=", catalog, found)


def _demanded(text: str, catalog: Catalog, found: list[str]) -> str:
    """Of "only comedies": attribute values the answer must have; without "only" they are a wish."""
    return _governed(text, r"\bonly\s+", "=", catalog, found)


def _governed(text: str, lead: str, operator: str, catalog: Catalog, found: list[str]) -> str:
    """Cut `lead` and the attribute values after it (joined by "and", "or", commas); note the conditions."""
    vocabulary = Vocabulary.of(catalog)
    at = 0
    while match := re.compile(lead, re.I).search(text, at):
        start, end = match.start(), match.end()
        conditions: list[str] = []
        for mention in vocabulary.mentions(text[match.end() :]):
            between = text[end : match.end() + mention.start]
            if conditions and not re.fullmatch(r"\s*(?:,|and|or|,\s*(?:and|or))\s*", between, re.I):
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


def _sayable(facets: frozenset[Facet]) -> list[Facet]:
    """Years and prices have rules of their own; of several attributes that share a word, the first."""
    words = sorted(facet for facet in facets if facet.name not in ("year", "price"))
    return words[:1]
