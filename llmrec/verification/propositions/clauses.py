"""Clauses of a text: what a proposition is read from, and what of it has been read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from llmrec.verification.grammar import CONJUNCTIONS, HOLDS_ON, IDIOMS, PREDICATES
from llmrec.verification.grounds import Facts
from llmrec.verification.propositions.terms import Term


@dataclass(frozen=True)
class Proposition:
    """One thing that a clause says, decided.

    Attributes
    ----------
    relation : str
        What is said: `effect`, `rank`, `people`, `order`, `watched`, `attribute`, `year`, `query`.
    subject, object : str
        Of whom, and what; ids of items, or words.
    holds : bool or None
        Whether it is supported (True), contradicted (False), or nothing at hand decides.
    why : str
        Why it does not hold, where it does not.
    text : str
        The words that say it.
    start : int
        Where they begin in the text, in characters.
    """

    relation: str
    subject: str
    object: str
    holds: bool | None
    why: str
    text: str = ""
    start: int = 0


@dataclass
class Clause:
    """A stretch of terms with one predicate.

    Attributes
    ----------
    terms : list of Term
        Without the marks at its ends.
    facts : Facts
        What is known of the recommendation.
    topic : str
        Id of the item that "it" means.
    before : "Clause" or None
        The clause before, in the same text.
    read : set of int
        Terms that some proposition has read.
    propositions : list of Proposition
        What was read in it.
    """

    terms: list[Term]
    facts: Facts
    topic: str
    before: "Clause | None" = None
    read: set[int] = field(default_factory=set)
    propositions: list[Proposition] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts, self._starts = [], []
        at = 1
        for n, term in enumerate(self.terms):
            sign = {"item": "@", "facet": "#", "number": "~"}.get(term.kind)
            shown = f"{sign}{n}" if sign else term.text
            parts.append(shown)
            self._starts.append(at)
            at += len(shown) + 1
        self.shown = f" {' '.join(parts)} "
        self._ends = [start + len(part) for start, part in zip(self._starts, parts, strict=True)]

    @property
    def text(self) -> str:
        """The clause's words."""
        return " ".join(term.text for term in self.terms)

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.terms[0].start if self.terms else 0

    def say(self, relation: str, subject: str, object: str, holds: bool | None, why: str = "") -> Proposition:
        """A proposition of this clause."""
        return Proposition(relation, subject, object, holds, "" if holds else why, self.text, self.start)

    def has(self, pattern: str) -> re.Match[str] | None:
        """The first match of a pattern of whole words among the terms: `@` titles, `#` attributes, `~` numbers."""
        return re.search(rf"(?<= )(?:{pattern})(?= )", self.shown)

    def fresh(self, pattern: str) -> bool:
        """Whether a pattern matches terms that nothing has read."""
        for match in re.finditer(rf"(?<= )(?:{pattern})(?= )", self.shown):
            inside = {
                n for n in range(len(self.terms)) if self._starts[n] >= match.start() and self._ends[n] <= match.end()
            }
            if not inside <= self.read:
                return True
        return False

    def take(self, pattern: str) -> re.Match[str] | None:
        """As `has`, and what matched is read."""
        match = self.has(pattern)
        if match:
            self.mark(match.start(), match.end())
        return match

    def take_all(self, pattern: str) -> bool:
        """Read every match of a pattern; whether there was one."""
        found = False
        for match in re.finditer(rf"(?<= )(?:{pattern})(?= )", self.shown):
            self.mark(match.start(), match.end())
            found = True
        return found

    def mark(self, start: int, end: int) -> None:
        """Read the terms within a span of `shown`."""
        self.read |= {n for n in range(len(self.terms)) if self._starts[n] >= start and self._ends[n] <= end}

    def mark_term(self, n: int) -> None:
        """Read one term."""
        self.read.add(n)

    def place(self, n: int) -> int:
        """Where term number `n` stands in `shown`."""
        return self._starts[n]

    def of_kind(self, kind: str) -> Iterator[tuple[int, Term]]:
        """Numbers and terms of one kind."""
        return ((n, term) for n, term in enumerate(self.terms) if term.kind == kind)

    def item(self, sign: str) -> str:
        """The item that a sign of `shown` means: `@3`, or a word for the recommended one."""
        if sign.startswith("@"):
            items = self.terms[int(sign[1:])].items
            return self.facts.item if self.facts.item in items else items[0]
        return self.topic

    def value(self, sign: str) -> Term:
        """The term of a sign."""
        return self.terms[int(sign[1:])]

    def titles(self) -> list[str]:
        """Ids of the titles named, in order."""
        return [self.item(f"@{n}") for n, _ in self.of_kind("item")]

    def others(self) -> list[str]:
        """Ids of the titles named but the recommended item."""
        return [item for item in self.titles() if item != self.facts.item]


def clauses_of(terms: list[Term], facts: Facts) -> list[Clause]:
    """Cut terms into clauses: at strong marks, and at commas and conjunctions between two predicates."""
    found: list[Clause] = []
    for sentence in _sentences(terms):
        for whole in _relative(sentence):
            for part in _at_predicates(whole):
                while part and part[0].kind == "mark":
                    part = part[1:]
                while part and part[-1].kind == "mark":
                    part = part[:-1]
                part = _without_idioms(part, facts)
                if part:
                    before = found[-1] if found else None
                    part = _first_and_second(part, before)
                    found.append(Clause(part, facts, _topic(part, before, facts), before))
    return found


def _without_idioms(terms: list[Term], facts: Facts) -> list[Term]:
    """Terms less phrases that say nothing of the items: a "not" in "funny or not" denies nothing."""
    if not terms:
        return terms
    clause = Clause(terms, facts, facts.item)
    clause.take_all(IDIOMS)
    return [term for n, term in enumerate(terms) if n not in clause.read]


def _sentences(terms: list[Term]) -> list[list[Term]]:
    parts: list[list[Term]] = [[]]
    for n, term in enumerate(terms):
        ends = term.kind == "mark" and term.text in ".;:!?"
        if ends and term.text == ":":
            right = terms[n + 1 :]
            listed = [t for t in right if t.kind == "facet"]
            ends = _predicates(parts[-1]) and (
                _predicates(right)
                or right[0].kind == "number"
                or len(listed) * 2 >= len([t for t in right if t.kind != "mark"])
            )
        if (
            ends
            and parts[-1]
            and parts[-1][0].text in ("say", "suppose", "imagine", "take", "remove")
            and parts[-1][0].kind == "word"
        ):
            ends = _has_number(parts[-1])
        if ends:
            parts.append([])
        else:
            parts[-1].append(term)
    return [part for part in parts if part]


def _has_number(terms: list[Term]) -> bool:
    return any(term.kind == "number" for term in terms)


def _relative(terms: list[Term]) -> list[list[Term]]:
    """A clause on a title between commas as one of its own: "X, which you saw last, did the most"."""
    for n, term in enumerate(terms[:-3]):
        after = terms[n + 1]
        if term.kind != "item" or after.kind != "mark" or after.text != ",":
            continue
        close = next((k for k in range(n + 2, len(terms)) if terms[k].kind == "mark" and terms[k].text == ","), None)
        if close is None or close - n < 3 or close + 1 >= len(terms):
            continue
        inner, rest = terms[n + 2 : close], terms[close + 1 :]
        if inner[0].text not in ("which", "both", "all", "the", "your", "a", "an", "another", "still", "who", "that"):
            continue
        if any(t.kind == "item" for t in inner) and inner[0].text != "which":
            continue
        if rest[0].kind == "word" and (
            rest[0].text in PREDICATES or rest[0].text in ("also", "really", "that", "clearly")
        ):
            lead = inner[1:] if inner[0].text == "which" else inner
            verb = [] if inner[0].text == "which" else [Term("word", "is", inner[0].start, inner[0].start)]
            subject = (
                terms[: n + 1] if all(t.kind in ("item", "mark") or t.text == "and" for t in terms[: n + 1]) else [term]
            )
            return [[*subject, *verb, *lead], *_relative([*terms[: n + 1], *rest])]
    return [terms]


def _topic(terms: list[Term], before: "Clause | None", facts: Facts) -> str:
    """What "it" means: the recommended item, or the one other title before where the item is named beside it."""
    named = any(facts.item in term.items for term in terms)
    if named and before is not None:
        others = list(dict.fromkeys(before.others()))
        if len(others) == 1:
            return others[0]
    return facts.item


def _first_and_second(terms: list[Term], before: "Clause | None") -> list[Term]:
    """As in "The first" and "the second" as the titles named in the clause before."""
    if before is None or not {"first", "second"} <= {term.text for term in terms if term.kind == "number"}:
        return terms
    titles = [term for term in before.terms if term.kind == "item"]
    if len(titles) == 1 and before.has("this one|this film|it"):
        item = Term("item", "it", 0, 0, (before.facts.item,))
        at = before.has("this one|this film|it")
        after = at is not None and at.start() > before.place(before.terms.index(titles[0]))
        titles = [titles[0], item] if after else [item, titles[0]]
    if len(titles) != 2:
        return terms
    chosen = {"first": titles[0], "second": titles[1]}
    return [
        Term("item", term.text, term.start, term.end, chosen[term.text].items)
        if term.kind == "number" and term.text in chosen
        else term
        for term in terms
    ]


def _at_predicates(terms: list[Term]) -> list[list[Term]]:
    if terms and terms[0].kind == "word" and terms[0].text in HOLDS_ON and not _two_conditions(terms):
        return [terms]
    for n, term in enumerate(terms):
        joint = (term.kind == "mark" and term.text == ",") or (term.kind == "word" and term.text in CONJUNCTIONS)
        if not joint or not 0 < n < len(terms) - 1:
            continue
        left, right = terms[:n], terms[n:]
        if any(t.text in ("erase", "remove", "drop", "strike") for t in left):
            continue
        if right[0].kind == "mark":
            right = right[1:]
        if right[0].text in ("if", "even", "at"):
            continue
        if _predicates(left) and _starts_clause(right):
            return [left, *_at_predicates(right)]
    return [terms]


def _two_conditions(terms: list[Term]) -> bool:
    return sum(term.text == "without" for term in terms) > 1


def _predicates(terms: list[Term]) -> bool:
    return any(term.kind == "word" and term.text in PREDICATES for term in terms)


def _starts_clause(terms: list[Term]) -> bool:
    """Whether a stretch has a predicate of its own before its next comma."""
    for n, term in enumerate(terms):
        if n and term.kind == "mark":
            return False
        if term.kind == "word" and term.text in PREDICATES and (n or term.text not in ("has", "have")):
            return True
    return False
