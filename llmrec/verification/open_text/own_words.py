"""What an open text denies, counts or offers, held against the words of the item's own text and of all others."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from math import log

from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import words
from llmrec.verification.open_text.identity import own_text
from llmrec.verification.open_text.statements import STOPS, Statement, stem, telling
from llmrec.verification.reading import Claim, judged
from llmrec.verification.resolution import ResolvedText

_DENIES = re.compile(
    r"\b(?:(?:does|do|did|is|are|was|will|would|has|have|had) not|(?:does|do|did|is|are|was|wo|would|has|have|had)n't|cannot|can't"
    r"|no|never|lacks?|lacking|without|nothing to do with|not for|not a (?:trace|hint|bit) of|none of|missing|devoid of"
    r"|free of|far from|anything but|hardly any|neither|nobody|no one|nowhere|in vain|nothing of|except|misses|short (?:of|on)|deprived of)\b", re.IGNORECASE
)  # fmt: skip
_NOT_SO = re.compile(
    r"\b(?:not only|not just|not merely|not to mention|no (?:other|one|wonder|doubt|matter|longer|less|stranger|need|better|time)|without (?:a )?doubt"
    r"|nothing (?:less|short)|not (?:have to|need to|be able)|never (?:gets|get|fails?|ceases?|disappoints?|lets?|a dull)|not (?:disappoint|miss|regret|stop)"
    r"|can(?:not|'t) (?:help|wait|stop|get enough|put)|(?:does|do|did)(?:n't| not) (?:disappoint|shy|fail|mind|hold back|let|rush))\b",
    re.IGNORECASE,
)
"""Denials that say it all the more, or deny something else."""
_CLAUSE = re.compile(r"[,;:.!?\u2014]| but | because | although | though | while | which | who | that | and (?=\w+s\b)")
_PERSON = re.compile(r"\b(?:user|they|he|she|you|reader|customer|who|i|we)(?:'\w+)?(?: \w+){0,2}$", re.IGNORECASE)
_WOULD = re.compile(
    r"\b(?:enjoy|love|like|appreciate|delight|adore|interest\w*|appeal\w*|recommend\w*|perfect|great|ideal)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:would|will|should|might|may|could|can)(?: not|n't| never) (?:enjoy|like|love|appreciate|care|buy|try)|\b(?:would|will|should|might)"
    r" (?:hate|dislike|avoid|detest|skip|loathe|despise|regret|be (?:disappointed|bored|put off|annoyed|let down|dissatisfied|unhappy)|find (?:nothing|it (?:a bore|boring|dull|disappointing)))|\b(?:bound|sure|certain|likely) to (?:disappoint|bore|annoy)|\bnot for\b|\b(?:stay|keep|steer) (?:away|clear)\b|\bbetter off\b"
    r"|\bleaves?\b(?=[^.;]*\bcold\b)", re.IGNORECASE
)  # fmt: skip
_OFFERS = re.compile(
    r"\b(?:made|meant|intended|written|designed|aimed|suited) (?:for|at) (?:fans|lovers|people|readers|those)? ?(?:of|who (?:like|love|enjoy))? ?(?P<a>[^.;]+)"
    r"|\b(?:what (?:it|this \w+) offers|its (?:strength|speciality|specialty|focus|subject|appeal|charm|essence|theme|draw|main attraction)|what awaits\w* \w+)"
    r" (?:is|are|lies? in|consists? of) (?P<b>[^.;]+)|\b(?:it|this(?: \w+)?) is (?:all|mainly|chiefly|essentially|entirely) about (?P<e>[^.;]+)"
    r"|\bat (?:its|the) (?:core|heart),? (?:it|this(?: \w+)?) is (?P<f>[^.;]+)|\b(?:it|this(?: \w+)?) caters (?:to|for) (?:fans|lovers|people|readers|those)? ?(?:of|who (?:like|love|enjoy))? ?(?P<g>[^.;]+)"
    r"|\b(?:those|people|readers|fans) (?:who (?:like|love|enjoy)|of) (?P<c>[^.;]+?) are its (?:audience|public|readers)"
    r"|\bit (?:specialises|specializes|is known) (?:in|for) (?P<d>[^.;]+)", re.IGNORECASE
)  # fmt: skip
LEAST_COPIED = 0.7
"""Share of a statement's telling words that stand in another text, from which it is taken for a sentence of that."""
LEAST_WORDS = 4


class Texts:
    """The telling words of all items' texts; made once a catalogue and kept with it.

    Parameters
    ----------
    catalog : Catalog
        Its titles and descriptions.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.words = {item.id: frozenset(telling(f"{item.title} {item.description}")) for item in catalog.items}

    @cached_property
    def holders(self) -> dict[str, list[str]]:
        """Stem -> the items whose text has it."""
        found: dict[str, list[str]] = {}
        for item, stems in self.words.items():
            for each in stems:
                found.setdefault(each, []).append(item)
        return found

    def weight(self, word: str) -> float:
        """How telling a stem is: the logarithm of how few texts have it."""
        return log((1 + len(self.words)) / (1 + len(self.holders.get(word, ()))))

    def share(self, stems: list[str], item: str) -> float:
        """The share, by weight, of stems that an item's text has."""
        total = sum(map(self.weight, stems))
        return sum(self.weight(word) for word in stems if word in self.words[item]) / total if total else 0.0

    def nearest(self, stems: list[str]) -> tuple[str, float]:
        """The item whose text has most of these, by weight, and the share."""
        scores: Counter[str] = Counter()
        for word in stems:
            for item in self.holders.get(word, ()):
                scores[item] += self.weight(word)  # type: ignore[assignment]
        total = sum(map(self.weight, stems))
        if not scores or not total:
            return "", 0.0
        item, score = scores.most_common(1)[0]
        return item, score / total


def own_word_claims(text: ResolvedText, statement: Statement) -> list[Claim]:
    """Claims of a statement that the item's own words decide.

    Parameters
    ----------
    text : ResolvedText
        The text.
    statement : Statement
        One sentence of it.

    Returns
    -------
    list of Claim
        Denials of what its text says; numbers in a sentence of its text; what another item's text says.
    """
    own = own_text(text)
    found = [*_denied(text, statement, own)]
    told = found or [*_retold(text, statement), *_offered(text, statement)]
    return told or [*_grounded(text, statement)]


def _claim(text: ResolvedText, said: str, start: int, true: bool, why: str) -> Claim:
    return judged("story", said, start, true, f"text of item {text.grounds.item}", why)


def _denied(text: ResolvedText, statement: Statement, own: str) -> Iterator[Claim]:
    """What is denied of the item, and its own text says without denying it; who it is not for, and its text says so."""
    held = frozenset(
        word for part in re.split(r"(?<=[.!?;])\s", own) if not _DENIES.search(part) for word in telling(part)
    )
    said = _without_titles(statement)
    if against := _AGAINST.search(said):
        liked = [word for word in telling(said[: against.start()]) if not _WOULD.search(word) and word not in _EMPTY]
        if against.group().lower().startswith(("not for", "leave", "bound", "sure", "certain", "likely")):
            liked += [word for word in telling(said[against.end() :]) if word not in _EMPTY]
        if liked and _WOULD.search(own) and all(word in held for word in liked):
            yield _claim(text, said, statement.start, False, "its text says that they would like it")
            return
    for match in _DENIES.finditer(said):
        supposed = match.group().lower() == "without" and re.search(r"\bwould\b", said)
        if supposed or _NOT_SO.match(said, match.start()) or _PERSON.search(said[: match.start()]):
            continue
        if _DENIES.search(_CLAUSE.split(said[: match.start()])[-1]):
            continue  # denied twice
        rest = _CLAUSE.split(said[match.end() :], maxsplit=1)[0]
        if match.group().lower() == "missing":
            rest = _CLAUSE.split(said[: match.start()])[-1]
        denied = [word for word in telling(rest) if word not in _EMPTY]
        if len(denied) == 1 and not _OF_THE_ITEM.fullmatch(_CLAUSE.split(said[: match.start()])[-1].strip()):
            continue
        if denied and all(word in held for word in denied) and any(len(word) > 3 for word in denied):
            shown = f"{match.group()}{said[match.end() : match.end() + len(rest)]}".strip()
            yield _claim(text, shown, statement.start + match.start(), False, "its text says the opposite")
            return


_OF_THE_ITEM = re.compile(
    r"(?:(?:and|but) )?(?:it|this|there|this \w+|the \w+|you will (?:find|get|see)|expect)?(?: (?:is|are|has|was|comes|does|do|offers|will))?|.* (?:is|are)",
    re.IGNORECASE,
)
_EMPTY = frozenset(map(stem, str.split("cold lover better trace hint bit kind sort thing anything everything something book place story business item "
                             "any here there expect hope wish sign whatsoever look find one should")))  # fmt: skip


def _retold(text: ResolvedText, statement: Statement) -> Iterator[Claim]:
    """A sentence of the item's text with another number in it; or one of another item's text."""
    said = telling(_without_titles(statement))
    stems = [word for word in said if not word[0].isdigit()]
    if len(stems) < LEAST_WORDS:
        return
    texts, item = derived(text.catalog, Texts), text.catalog.item(text.grounds.item)
    numbers = set(re.findall(r"\d+", statement.text))
    best = max(re.split(r"(?<=[.!?;])\s", item.description), key=lambda part: _within(stems, part), default="")
    if _within(stems, best) >= LEAST_COPIED:
        held = set(re.findall(r"\d+", f"{item.title} {item.description}"))
        if numbers and held:
            why = f"its text has {', '.join(sorted(held))}"
            yield _claim(text, statement.text, statement.start, numbers <= held, why)
        elif not numbers and not _DENIES.search(statement.text) and _within(stems, best) >= 0.9:
            yield _claim(text, statement.text, statement.start, True, "")
        return
    other, share = texts.nearest(stems)
    elsewhere = other != text.grounds.item and share >= LEAST_COPIED + 0.1
    if elsewhere and texts.share(stems, text.grounds.item) < 0.3:  # nearly all of it there, next to nothing here
        why = f"it is said of {text.vocabulary.titles[other]!r}"
        copied = _in_one_sentence(stems, text.catalog.item(other).description)
        yield from [_claim(text, statement.text, statement.start, False, why)] if copied else []


def _without_titles(statement: Statement) -> str:
    """A statement without the titles in it: these are told of elsewhere."""
    said = statement.text
    for quote in statement.titles:
        low, high = quote.start - statement.start, quote.end - statement.start
        said = said[:low] + " " * (high - low) + said[high:]
    return said


def _grounded(text: ResolvedText, statement: Statement) -> Iterator[Claim]:
    """Runs of words that stand together in one sentence of the item's text, in whatever order and forms."""
    if _DENIES.search(statement.text) or _AGAINST.search(statement.text):
        return
    described = text.catalog.item(text.grounds.item).description
    parts = [frozenset(telling(part)) for part in re.split(r"(?<=[.!?;])\s", described)]
    hidden = _without_titles(statement)
    run: list[tuple[str, int, int]] = []
    for word, start, end in [*words(hidden), ("", -1, -1)]:
        told = word and word not in STOPS and len(word) > 2
        together = {stem(each) for each, _, _ in run if each not in STOPS} | ({stem(word)} if told else set())
        between = hidden[run[-1][2] : start] if run and word else ""
        if word and not re.search(r"[.,;:()]", between) and (not told or any(together <= part for part in parts)):
            if told or run:
                run.append((word, start, end))
            continue
        while run and run[-1][0] in STOPS:
            run.pop()
        if len({stem(each) for each, _, _ in run if each not in STOPS}) > 1:
            low, high = run[0][1], run[-1][2]
            yield _claim(text, statement.text[low:high], statement.start + low, True, "")
        run = [(word, start, end)] if told and any(stem(word) in part for part in parts) else []


def _within(stems: list[str], part: str) -> float:
    held = set(telling(part))
    return sum(word in held for word in stems) / len(stems)


def _in_one_sentence(stems: list[str], described: str) -> bool:
    return any(_within(stems, part) >= LEAST_COPIED for part in re.split(r"(?<=[.!?])\s", described))


def _offered(text: ResolvedText, statement: Statement) -> Iterator[Claim]:
    """What the item is said to be for, or to offer above all: held where its own text has a word of that."""
    match = _OFFERS.search(statement.text)
    if match is None:
        return
    said = next(group for group in match.groups() if group)
    stems = telling(said)
    texts = derived(text.catalog, Texts)
    if not stems:
        return
    start = statement.start + match.start()
    held = sum(word in texts.words[text.grounds.item] for word in stems) / len(stems)
    if held >= 0.5:
        yield _claim(text, match.group(), start, True, "")
    elif held == 0:
        item, share = texts.nearest(stems)
        if share >= 0.99:
            yield _claim(
                text,
                match.group(),
                start,
                False,
                f"its text does not say so; that of {text.vocabulary.titles[item]!r} does",
            )
