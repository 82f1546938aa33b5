"""What is known of one recommendation as short English sentences, for a model that judges what follows from them.

Titles stand as bare names in the order in which the text names them ("Alpha", "Beta"), the recommended item as "this
film", numbers as digits, in the facts as in the text: what is left to the model is how the two are related.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from llmrec.catalog.wording import MODALITY_WORDS, wording
from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.grounds import LEAST, Facts
from llmrec.verification.propositions.terms import Term, input_named

NAMES = ("Alpha", "Beta", "Gamma", "Delta", "Omega", "Sigma")
"""What titles are called, in the order in which a text names them."""
_CUES = {
    "rank": r"rank|place|spot|\dst|\dnd|\drd|\dth|top|without|drop|remov|strike|slip|fall|climb|stay|hold|sink|head"
    r"|never|take|lose|losing|if |had |no |still|regardless|either way",
    "people": r"people|viewers?|audience|fans?\b|every|those|who\b|crowd|users|percent|buyers|customers|shoppers"
    r"|popular",
    "order": r"last|latest|recent|before|after|earlier|later|then|ended|row|history|list|newest|since",
    "effect": r"help|lift|rais|push|pull|because|reason|due|thanks|matter|count|weigh|more than|most|less|cost|hurt"
    r"|lower|strong|little|effect|explain|behind|lead|led|owe|did|does|credit|push|mov",
    "trait": r"genre|label|tag|trait|decade|being|side|part|colou?r|kind",
    "query": r"ask|wish|want|request|query|mood|you said|after\b|order|look",
    "year": r"year|older|newer|younger|old|new|date|decade|apart|release|made",
}
_STOPS = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "or",
        "in",
        "on",
        "for",
        "to",
        "with",
        "from",
        "at",
        "by",
        "is",
        "it",
        "its",
        "this",
        "that",
        "film",
        "films",
        "movie",
        "you",
        "your",
        "he",
        "his",
        "her",
        "him",
        "she",
        "they",
        "them",
        "their",
        "who",
        "as",
        "but",
        "not",
        "be",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "one",
        "when",
        "which",
        "into",
        "out",
        "up",
        "down",
        "all",
    ]
)
_INPUT_NOUNS = {
    "id": "audience",
    "image": "picture",
    "text": "plot",
    "audio": "sound",
    "video": "clip",
    "popularity": "popularity",
}


@dataclass(frozen=True)
class Premise:
    """One fact in words.

    Attributes
    ----------
    text : str
        A sentence.
    weight : float
        How near it is to what the text speaks of; larger is nearer.
    """

    text: str
    weight: float


@dataclass(frozen=True)
class Statement:
    """A text and the facts that it is to be judged by, both without titles.

    Attributes
    ----------
    hypothesis : str
        The text.
    premises : tuple of Premise
        The nearest first.
    names : dict of str to str
        Item -> what it is called.
    """

    hypothesis: str
    premises: tuple[Premise, ...]
    names: dict[str, str]

    @property
    def premise(self) -> str:
        """The facts as one text."""
        return " ".join(premise.text for premise in self.premises)


def statement_of(text: str, terms: Sequence[Term], facts: Facts) -> Statement:
    """Put a text and the facts that bear on it side by side.

    Parameters
    ----------
    text : str
        The text.
    terms : sequence of Term
        Of `read_terms`.
    facts : Facts
        What is known.

    Returns
    -------
    Statement
        Without titles.
    """
    names = _named(terms, facts)
    hypothesis = _without_titles(text, terms, names, facts)
    said = hypothesis.lower()
    found = sorted(_all(terms, facts, names, said), key=lambda premise: -premise.weight)
    return Statement(hypothesis, tuple(found), names)


def _named(terms: Sequence[Term], facts: Facts) -> dict[str, str]:
    names = {facts.item: f"this {wording(facts.catalog).noun}"}
    for term in terms:
        if term.kind == "item" and (item := item_of(term, facts)) not in names:
            names[item] = NAMES[min(len(names) - 1, len(NAMES) - 1)]
    return names


def item_of(term: Term, facts: Facts) -> str:
    """The item that a title means: the recommended one, one that was measured, one of the history, or the first.

    Parameters
    ----------
    term : Term
        Of kind `item`.
    facts : Facts
        What is known.

    Returns
    -------
    str
        Its id.
    """
    items = term.items
    if facts.item in items:
        return facts.item
    return next((i for i in items if i in facts.effects), None) or next(
        (i for i in items if facts.watched(i)), items[0]
    )


def _without_titles(text: str, terms: Sequence[Term], names: dict[str, str], facts: Facts) -> str:
    text = re.sub("[\u201c\u201d\u201e]", '"', text).replace("\u2019", "'")
    for term in sorted(terms, key=lambda term: -term.start):
        start, end = term.start, term.end
        if term.kind == "item":
            if text[start - 1 : start] == '"' and text[end : end + 1] == '"':
                start, end = start - 1, end + 1
            text = text[:start] + names[item_of(term, facts)] + text[end:]
        elif term.kind == "number":
            text = text[:start] + (_digits(term) or text[start:end]) + text[end:]
    return re.sub(r"\s+", " ", text).strip()


def with_digits(text: str, terms: Sequence[Term]) -> str:
    """A text whose counts and ranks stand as digits.

    Parameters
    ----------
    text : str
        The text.
    terms : sequence of Term
        Of `read_terms`.

    Returns
    -------
    str
        "2" for "two", "5th" for "fifth"; shares and decimals as they were.
    """
    for term in sorted(terms, key=lambda term: -term.start):
        if term.kind == "number" and (shown := _digits(term)):
            text = text[: term.start] + shown + text[term.end :]
    return text


def _digits(term: Term) -> str:
    if term.form == "ordinal" and term.text != "top":
        return ordinal(int(term.value))
    return f"{term.value:g}" if term.form == "count" and term.text != "dozen" else ""


def ordinal(number: int) -> str:
    """A rank as it is written: 1st, 22nd, 113th.

    Parameters
    ----------
    number : int
        From 1.

    Returns
    -------
    str

    Examples
    --------
    >>> ordinal(22), ordinal(113)
    ('22nd', '113th')
    """
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _all(terms: Sequence[Term], facts: Facts, names: dict[str, str], said: str) -> Iterator[Premise]:
    cued = {kind: 1.0 if re.search(rf"\b(?:{cues})", said) else 0.0 for kind, cues in _CUES.items()}
    words = set(re.findall(r"[a-z]+", said)) - _STOPS
    yield from _effects(facts, names, 1.0 + cued["effect"])
    yield from _ranks(facts, names, 1.0 + cued["rank"])
    yield from _order(facts, names, 1.0 + cued["order"])
    yield from _people(facts, names, 0.5 + 1.5 * cued["people"])
    yield from _attributes(terms, facts, names, 1.2, cued)
    yield from _inputs(facts, 0.4 + 2.0 * any(input_named(word) in facts.inputs for word in words))
    yield from _query(facts, 0.3 + 1.7 * cued["query"])
    yield from _story(facts, names, words)


def _chose(facts: Facts) -> str:
    return wording(facts.catalog).chose


def _effects(facts: Facts, names: dict[str, str], weight: float) -> Iterator[Premise]:
    noun, this = wording(facts.catalog).noun, names[facts.item]
    ranked = sorted(facts.effects.items(), key=lambda pair: -pair[1])
    up = [(item, effect) for item, effect in ranked if effect > 0]
    if up:
        listed = ", ".join(f"{names.get(item, f'another {noun}')} {effect:.2f}" for item, effect in up[:4])
        number = f"{len(up)} {noun}s" if len(up) > 1 else f"only one {noun}"
        yield Premise(f"You {_chose(facts)} {number} that raised {this}: {listed}.", weight)
        best = up[0][1]
        if best < FAINT:
            yield Premise("No single reason is strong: each did next to nothing.", weight)
    for item, name in names.items():
        if item == facts.item:
            continue
        effect = facts.effects.get(item)
        if effect is None:
            yield Premise(f"Without {name}, {this} would score the same; {name} is no reason.", weight + 0.1)
            continue
        place = [i for i, _ in ranked].index(item) + 1
        part = ("the strongest reason" if place == 1 else f"the {ordinal(place)} reason") if effect > 0 else "no reason"
        yield Premise(f"Without {name}, {this} would score {_moved(effect)}; {name} is {part}.", weight + 0.2)
    for (a, one), (b, other) in combinations(((i, n) for i, n in names.items() if i in facts.effects), 2):
        x, y = facts.effects[a], facts.effects[b]
        (x, one), (y, other) = sorted(((x, one), (y, other)), key=lambda pair: -pair[0])
        yield Premise(f"{one} counted {_times(x, y)} {other}.", weight + 0.3)


def _strength(effect: float) -> str:
    if effect < 0:
        return "lowered" if effect <= -FAINT else "slightly lowered"
    return "strongly raised" if effect >= STRONG else "raised" if effect >= FAINT else "hardly raised"


def _moved(effect: float) -> str:
    """Which way, and how far, the score goes without what had this effect."""
    way = "lower" if effect > 0 else "higher"
    size = abs(effect)
    return f"{'much ' if size >= STRONG else '' if size >= FAINT else 'hardly '}{way}, by {size:.2f}"


def _times(x: float, y: float) -> str:
    if y <= 0 or x <= 0:
        return "for more than"
    ratio = x / y
    if ratio < 1.12:
        return "about as much as"
    if ratio < 1.5:
        return "a little more than"
    return f"{ratio:.1f} times as much as, more than," if ratio < 10 else f"over {int(ratio)} times as much as"


def _ranks(facts: Facts, names: dict[str, str], weight: float) -> Iterator[Premise]:
    this = names[facts.item]
    for c in facts.counterfactuals:
        cause = "your request" if c.history_item is None else names.get(c.history_item, "the strongest reason")
        change = c.rank_without - c.rank
        end = (
            f"it would stay {ordinal(c.rank)}" if change == 0
            else f"it would {'fall' if change > 0 else 'rise'} to {ordinal(c.rank_without)}, {abs(change)} places"
            f" {'lower' if change > 0 else 'higher'}"
        )  # fmt: skip
        near = 0.3 if c.history_item is None or c.history_item in names else 0.0
        yield Premise(f"{this} ranks {ordinal(c.rank)}; without {cause} {end}.", weight + near)


def _order(facts: Facts, names: dict[str, str], weight: float) -> Iterator[Premise]:
    noun, chose, last = wording(facts.catalog).noun, _chose(facts), len(facts.history)
    placed: list[tuple[int, str]] = []
    for item, name in names.items():
        if item == facts.item:
            continue
        watched, place = facts.watched(item), facts.place(item)
        if watched is False:
            yield Premise(f"You have not {chose} {name}; it is not in your history.", weight + 0.5)
        elif place is not None:
            back = last - place
            when = f"You {chose} {name} last" if back == 1 else f"{name} is the {ordinal(back)} last {noun} you {chose}"
            yield Premise(f"{when}.", weight)
            placed.append((place, name))
        elif watched:
            yield Premise(f"You {chose} {name}.", weight - 0.3)
    for (a, one), (b, other) in combinations(sorted(placed), 2):
        gap = b - a - 1
        between = f"right before {other}" if not gap else f"before {other}, with {gap} between"
        yield Premise(f"You {chose} {one} {between}.", weight)


def _people(facts: Facts, names: dict[str, str], weight: float) -> Iterator[Premise]:
    chose, noun, people = _chose(facts), wording(facts.catalog).noun, facts.audience.people
    if not people:
        return
    told = list(names)
    if len(told) == 1:
        told += [c.history_item for c in facts.grounds.co_occurrences[:1]]
    called = {item: names.get(item, f"another {noun} of yours") for item in told}
    users = {item: facts.audience.of(item) for item in told}
    for a, b in combinations(told, 2):
        for one, other in ((b, a), (a, b)):
            if (group := len(users[one])) >= LEAST:
                both = len(users[one] & users[other])
                yield Premise(
                    f"Of {group} people who {chose} {called[one]}, {both} {chose} {called[other]} too: "
                    f"{_share(both, group)}.",
                    weight + 0.2 * (one != facts.item),
                )
    for a, b in combinations(told, 2):
        if len(users[a]) != len(users[b]):
            one, other = (a, b) if len(users[a]) > len(users[b]) else (b, a)
            yield Premise(f"More people {chose} {called[one]} than {called[other]}.", weight)
    likely = sorted(
        (-len(users[item] & users[facts.item]) / len(users[item]), called[item])
        for item in told if item != facts.item and len(users[item]) >= LEAST
    )  # fmt: skip
    for (_, one), (_, other) in pairwise(likely):
        yield Premise(
            f"People with {one} are more likely to have {chose} {called[facts.item]} than those with {other}.", weight
        )
    for item in told:
        if (count := len(users[item])) < LEAST:
            continue
        yield Premise(f"{count} of all {people} people {chose} {called[item]}: {_share(count, people)}.", weight - 0.2)


def _share(part: int, whole: int) -> str:
    percent = round(100 * part / max(1, whole))
    words = (
        "hardly any" if percent < 5 else "few" if percent < 20 else "less than half" if percent < 46
        else "about half" if percent < 55 else "more than half, most" if percent < 80 else "nearly all"
        if percent < 100 else "all"
    )  # fmt: skip
    if 46 <= percent < 55:
        words = "just under half" if part * 2 < whole else "just over half, a majority"
    return f"{percent} percent, {words}"


def _attributes(
    terms: Sequence[Term], facts: Facts, names: dict[str, str], weight: float, cued: dict[str, float]
) -> Iterator[Premise]:
    named = [term for term in terms if term.kind == "facet"]
    asked = {facet for term in named for facet in term.facets}
    for item, name in names.items():
        labels = sorted(f.value.lower() for f in facts.labels(item))
        year = facts.year(item)
        lacking = sorted({term.text for term in named if not term.facets & facts.facets(item) and not _decade(term)})
        parts = [f"came out in {year}"] if year else []
        parts += [f"is {' and '.join(labels)}"] if labels else []
        parts += [f"is not {' nor '.join(lacking)}"] if lacking else []
        if parts:
            yield Premise(f"{name} {', '.join(parts)}.", weight + (0.8 if named or cued["trait"] else 0.0))
    years = sorted((year, name) for item, name in names.items() if (year := facts.year(item)))
    for (a, one), (b, other) in combinations(years, 2):
        gap = f"{b - a} years older than" if b > a + 1 else "1 year older than" if b > a else "as old as"
        yield Premise(f"{one} is {gap} {other}.", weight - 0.2 + cued["year"])
    if facts.traits:
        ranked = sorted(facts.traits.items(), key=lambda pair: -pair[1])
        listed = ", ".join(f"{facet.value.lower()} by {effect:.2f}" for facet, effect in ranked[:5])
        near = 1.0 if asked & set(facts.traits) or cued["trait"] else 0.0
        yield Premise(f"What {names[facts.item]} is raised its score, strongest first: {listed}.", weight + near)
    noun = wording(facts.catalog).noun
    for term in named[:3]:
        have = [item for item in facts.history if term.facets & facts.facets(item)]
        if facts.history and len(names) > 0:
            who = [names[item] for item in have if item in names]
            count = f"{len(have)} of the {len(facts.history)} {noun}s in your history are {term.text}"
            yield Premise(count + (f", among them {' and '.join(who)}." if who else "."), weight - 0.4)


def _decade(term: Term) -> bool:
    return any(re.fullmatch(r"\d{4}s", facet.value) for facet in term.facets)


def _inputs(facts: Facts, weight: float) -> Iterator[Premise]:
    ranked = sorted(facts.inputs.items(), key=lambda pair: -pair[1])
    if ranked:
        listed = ", ".join(f"the {_INPUT_NOUNS.get(name, name)} by {effect:.2f}" for name, effect in ranked[:4])
        yield Premise(f"Strongest first, these raised the score: {listed}.", weight)


def _query(facts: Facts, weight: float) -> Iterator[Premise]:
    if not facts.query:
        yield Premise("You asked for nothing in particular.", weight - 0.8)
        return
    effect = facts.query_effect or 0.0
    yield Premise(
        f"You asked for: {facts.query}. Your request {_strength(effect)} the score by {effect:.2f}.", weight + 0.5
    )


def _story(facts: Facts, names: dict[str, str], words: set[str]) -> Iterator[Premise]:
    """Sentences of the items' own texts; the recommended one's first."""
    for item, name in names.items():
        told = facts.story(item)
        shared = {word[:5] for word in words if len(word) > 3} & {w[:5] for w in re.findall(r"[a-z]+", told.lower())}
        if told and (item == facts.item or len(shared) > 1):
            for other, called in names.items():
                told = told.replace(facts.vocabulary.titles[other], called)
            yield Premise(f"The text of {name} says: '{_cut(told)}'", 0.6 + 0.45 * len(shared))


def _cut(text: str, most: int = 70) -> str:
    parts = text.split()
    return " ".join(parts[:most]) + ("" if len(parts) <= most else " ...")


MODALITIES = frozenset(word for listed in MODALITY_WORDS.values() for word in listed.split())


_DENIES = re.compile(
    r"\b(?:not|no|never|neither|nor|none|without|lacks?|isn|doesn|nothing|rather than|instead)\b|n't\b"
)
_NAME = re.compile(r"(?<![.!?:;\"'\u2014-] )(?<!^)(?<!\w)[A-Z][^\W\d_]+")


def ungrounded(text: str, terms: Sequence[Term], statement: Statement, facts: Facts) -> str:
    """A title, label, number or name of a text that no fact holds: no model may make up for that.

    Parameters
    ----------
    text : str
        The text.
    terms : sequence of Term
        Of `read_terms`.
    statement : Statement
        Of the text.
    facts : Facts
        What is known.

    Returns
    -------
    str
        The words, "" where facts hold all.
    """
    held = _Numbers(statement.premise)
    held.counts |= {
        len(facts.effects),
        len(facts.traits),
        len(statement.names),
        len(statement.names) - 1,
        len(facts.history),
    }
    told = " ".join(facts.story(item) for item in statement.names)
    stories = _Numbers(told)
    known = {facet for item in statement.names for facet in facts.facets(item)} | set(facts.traits)
    denied = _DENIES.search(text.lower()) is not None
    for term in terms:
        shown = text[term.start : term.end]
        if term.kind == "item" and (item := item_of(term, facts)) != facts.item and facts.watched(item) is not True:
            return shown
        if term.kind == "number" and not (held.have(term) or stories.have(term)):
            return shown
        elsewhere = shown.lower() in f"{told} {facts.query} {text if denied else ''}".lower()
        if term.kind == "facet" and not term.facets & known and not elsewhere:
            return shown
    spans = [(term.start, term.end) for term in terms if term.kind in ("item", "facet", "number")]
    for name in _NAME.finditer(text):
        inside = any(start <= name.start() < end for start, end in spans)
        if not inside and name.group().lower() not in told.lower():
            return name.group()
    return ""


class _Numbers:
    """The numbers of a text."""

    def __init__(self, text: str) -> None:
        self.counts = {float(word.replace(",", "")) for word in re.findall(r"(?<![\d.])\d[\d,]*(?![\d.]*\d)", text)}
        self.decimals = {float(word) for word in re.findall(r"\d+\.\d+", text)}
        self.shares = {int(word) / 100 for word in re.findall(r"(\d+) percent", text)}

    def have(self, term: Term) -> bool:
        """Whether a number that a text names is among these, as exactly as its form says."""
        value = term.value
        if term.form == "decimal":
            return any(abs(value - known) < 0.0051 for known in self.decimals)
        if term.form == "share":
            return any(abs(value - known) < 0.06 for known in self.shares | self.decimals)
        if term.text in ("top", "dozen"):
            return True
        near = 0.06 * value if term.form == "count" and value >= 20 else 0.0
        return any(abs(value - known) <= near for known in self.counts) or (
            term.form == "count" and any(abs(value - known) <= 0.12 * value for known in self.decimals)
        )
