"""Checks every claim of a rationale against the evidence and the catalogue.

A sentence passes when each claim found in it is supported, it gives at least one supported reason, and it is clean
prose. The check is closed-world on purpose: a word that neither our plans nor the catalogue nor the evidence knows
("Oscar-winning", "heart-warming") is a claim that nothing here can check, and does not pass either. No model decides.
"""

import re
from dataclasses import dataclass
from typing import Literal

from llmrec.catalog.types import Catalog
from llmrec.explain.evidence import FAINT, STRONG, ItemEvidence
from llmrec.explain.phrasing import BEFORE_CAUSE, LEXICON, LIFTED, RESTS_ON, ROSE, STRONGLY
from llmrec.explain.reading import JUNK, Quote, Reading
from llmrec.explain.vocabulary import Facet, Mention, Vocabulary
from llmrec.explain.wording import MODALITY_WORDS, wording

ClaimKind = Literal[
    "title", "year", "attribute", "modality", "wish", "number", "rank", "comparison", "strength", "doubt", "cause", "word"
]
State = Literal["supported", "contradicted", "not_checkable"]

MAX_WORDS = 60

_WISH = {"wish", "wished", "wishes", "asked", "ask", "mood", "mind", "wanted", "request", "requested", "query"}
_SHARING = {"share", "shares", "shared", "sharing", "both", "same", "common", "like", "alike", "another", "also", "too",
            "link", "linked", "tied", "ties", "connected", "bridge", "thread", "similar", "them", "they"}  # fmt: skip
_DOUBT = {"faint", "faintly", "tentative", "guess", "unsure", "thin", "hinted", "nudged", "little"}
_RANK = {"most", "loudest", "biggest", "anything", "mainly", "mostly", "strongest", "greatest", "largest"}
_CAUSE = {"because", "since", "thanks", "owes", "due", "so", "reason", "why"}
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_COMMON = frozenset(
    "a an the this that these those it its is are was were be been by of to in on at for from with and or as you your "
    "we our they them their which who so but has have had also too while once than more up there here both".split()
)
_KNOWN = LEXICON | _COMMON
_MODALITY_OF = {word: name for name, listed in MODALITY_WORDS.items() for word in listed.split()}
_SPECIAL = _WISH | _DOUBT | _RANK | _CAUSE | set(_COUNTS) | set(_MODALITY_OF) | set(STRONGLY) | {"than"}
_TO_ITEM = tuple(form.split(" {C}")[0] for form in LIFTED) + ("nudged", "hinted at", "gave")
_CHOSE = re.compile(r"\byou(?:'ve| have| had| once| also)? \w+(?:ed|t|ose|aw)$|\b(?:having|you) \w+$")


@dataclass(frozen=True)
class Claim:
    """One thing a sentence claims, where it stands, and what the evidence says of it."""

    kind: ClaimKind
    text: str
    start: int
    state: State
    why: str = ""
    reason: bool = False
    """Whether it names why the item was recommended, rather than a mere fact."""

    def to_dict(self) -> dict[str, str | int | bool]:
        """For JSON."""
        return {"kind": self.kind, "text": self.text, "start": self.start, "state": self.state, "why": self.why}


@dataclass(frozen=True)
class Verdict:
    """All claims of a sentence and whether it may reach a user; `problem` says in words why it may not."""

    claims: tuple[Claim, ...]
    problem: str = ""

    @property
    def ok(self) -> bool:
        """True where nothing was found against the sentence."""
        return not self.problem


def verify(sentence: str, evidence: ItemEvidence, catalog: Catalog) -> Verdict:
    """Check a sentence on the recommended item; about a millisecond (the catalogue's vocabulary is built once)."""
    reading = Reading.of(sentence, Vocabulary.of(catalog))
    checker = _Checker(reading, evidence, catalog)
    claims = tuple(sorted(checker.claims(), key=lambda claim: claim.start))
    return Verdict(claims, _problem(reading, claims))


def _problem(reading: Reading, claims: tuple[Claim, ...]) -> str:
    if not reading.text:
        return "the sentence is empty"
    if '"' in reading.bare or (junk := JUNK.search(reading.bare)):
        return "a quote is left open" if '"' in reading.bare else f"{junk.group()!r} is not prose"  # type: ignore[union-attr]
    if reading.text[-1] not in ".!?":
        return "the sentence does not end"
    if len(reading.text.split()) > MAX_WORDS:
        return f"the text has {len(reading.text.split())} words, over {MAX_WORDS}"
    for claim in claims:
        if claim.state != "supported":
            return f"{claim.kind} {claim.text!r}: {claim.why}"
    return "" if any(claim.reason for claim in claims) else "no reason is named"


class _Checker:
    """The checks of one sentence; each method yields the claims of one kind."""

    def __init__(self, reading: Reading, evidence: ItemEvidence, catalog: Catalog) -> None:
        self.reading, self.evidence = reading, evidence
        self.vocabulary = reading.vocabulary
        self.words = wording(catalog)
        self.effects = {e.history_item: e.effect for e in evidence.history if e.history_item is not None}
        self.facets = set(self.vocabulary.facets[evidence.item])
        self.year = next((str(int(v)) for n, v in catalog.item(evidence.item).attributes.items()
                          if n == "year" and isinstance(v, (int, float))), "")  # fmt: skip
        self.years = {i: str(catalog.item(i).attributes.get("year", "")) for i in self.effects}
        self.wish_clauses = [span for span in reading.clauses if reading.said(span) & _WISH]
        self.cited = {  # start of the title -> history items it may mean
            quote.start: ids for quote in (*reading.quotes, *reading.loose_titles) if (ids := self._history(quote))
        }

    def claims(self) -> list[Claim]:
        found = [*self._titles(), *self._attributes(), *self._numbers()]
        found += self._words(any(claim.reason and claim.state == "supported" for claim in found))
        return found

    def _ids(self, quote: Quote) -> list[str]:
        return self.vocabulary.by_title.get(quote.text.strip().casefold(), [])

    def _history(self, quote: Quote) -> list[str]:
        return [item for item in self._ids(quote) if item in self.effects]

    def _is_item(self, quote: Quote) -> bool:
        return self.evidence.item in self._ids(quote)

    def _titles(self) -> list[Claim]:
        found = []
        for group in [*self.reading.groups(), *([quote] for quote in self.reading.loose_titles)]:
            part = self._part(group)
            found += [self._title(quote, part) for quote in group]
        return found

    def _title(self, quote: Quote, part: str) -> Claim:
        history, item = bool(self._history(quote)), self._is_item(quote)
        if not self._ids(quote):
            if self.evidence.query and quote.text.casefold() == self.evidence.query.casefold():
                return Claim("wish", quote.text, quote.start, "supported")
            return Claim("title", quote.text, quote.start, "contradicted", "the catalogue has no such title")
        if not history and not item:
            return Claim("title", quote.text, quote.start, "contradicted", "it is not in the evidence")
        if part == "cause" and not history:
            return Claim("title", quote.text, quote.start, "contradicted", "the recommended item is not its own cause")
        if part == "result" and not item:
            return Claim("title", quote.text, quote.start, "contradicted", "it is a cause, not what is recommended")
        return Claim("title", quote.text, quote.start, "supported", reason=history)

    def _part(self, group: list[Quote]) -> str:
        """Whether the words around a title make it the cause or the result; "" where they do not say."""
        before, after = self.reading.before(group[0].start), self.reading.after(group[-1].end)
        if before.endswith(_TO_ITEM):
            return "result"
        if _CHOSE.search(before) or before.endswith(_rests_on(self.words.chose)):
            return "cause"
        after = re.sub(rf"^({'|'.join(STRONGLY)}|only) ", "", after)
        if after.startswith(("moved up", *_rests_on(self.words.chose), *ROSE, "would score", "answers", "meets")):
            return "result"
        if after.startswith(tuple(f"{verb} " for verb in _TO_ITEM)):
            return "cause"
        return "cause" if re.search(rf"(?:^|\W)(?:{'|'.join(BEFORE_CAUSE[:4])})$", before) else ""

    def _attributes(self) -> list[Claim]:
        return [self._attribute(mention) for mention in self.reading.mentions]

    def _attribute(self, mention: Mention) -> Claim:
        text = self.reading.text[mention.start : mention.end]
        kind: ClaimKind = "year" if any(f.value[:4].isdigit() for f in mention.facets) else "attribute"
        owned = mention.facets & self.facets
        nearby = re.match(rf"\s*(?:{self.words.noun}\s*)?$", self.reading.bare[mention.end : self._next_quote(mention)])
        if nearby and (described := self.cited.get(self._next_quote(mention))):
            held = any(mention.facets & set(self.vocabulary.facets[item]) for item in described)
            return Claim(kind, text, mention.start, "supported" if held else "contradicted",
                         "" if held else "the item named has no such attribute")  # fmt: skip
        if not owned:
            return Claim(kind, text, mention.start, "contradicted", "the recommended item has no such attribute")
        before = self.reading.before(mention.start)
        if before.endswith("this"):
            return Claim(kind, text, mention.start, "supported", reason=bool(owned & set(self.evidence.wished)))
        if self.reading.clause(mention.start) in self.wish_clauses:
            asked = bool(owned & set(self.evidence.wished))
            return Claim(kind, text, mention.start, "supported" if asked else "contradicted",
                         "" if asked else "the wish does not name it", reason=asked)  # fmt: skip
        sentence = self.reading.sentence(mention.start)
        sharing = bool(self.reading.said(sentence) & _SHARING)
        if not sharing and before.endswith((" a", " an")):
            return Claim(kind, text, mention.start, "supported", reason=bool(owned & set(self.evidence.wished)))
        scope = {start: ids for start, ids in self.cited.items() if sentence[0] <= start < sentence[1]} or self.cited
        if not scope and not sharing:
            return Claim(kind, text, mention.start, "supported", reason=bool(owned & set(self.evidence.wished)))
        shared = bool(scope) and all(owned & self._any_facets(ids) for ids in scope.values())
        return Claim(kind, text, mention.start, "supported" if shared else "contradicted",
                     "" if shared else "not every item named shares it", reason=shared)  # fmt: skip

    def _next_quote(self, mention: Mention) -> int:
        return min((q.start for q in self.reading.quotes if q.start >= mention.end), default=-1)

    def _any_facets(self, ids: list[str]) -> set[Facet]:
        return {facet for item in ids for facet in self.vocabulary.facets[item]}

    def _numbers(self) -> list[Claim]:
        """Years of the recommended item (or of the title just before it), other decades, and bare numbers."""
        found = []
        for word, start, end in self.reading.words:
            if not word[0].isdigit():
                continue
            if re.fullmatch(r"(?:1[89]|20)\d\d", word):
                title = next((q for q in self.reading.quotes if self.reading.bare[q.end : start].strip() == "("), None)
                years = {self.years[i] for i in self._history(title)} if title else set()
                true = word in years or ((title is None or self._is_item(title)) and word == self.year)
                found.append(Claim("year", word, start, "supported" if true else "contradicted",
                                   "" if true else f"the year is {self.year or 'unknown'}"))  # fmt: skip
            elif re.fullmatch(r"(?:\d\d)?\d0s", word):
                found.append(Claim("year", word, start, "contradicted", "no item of the catalogue is of that decade"))
            else:
                found.append(Claim("number", self.reading.text[start:end], start, "not_checkable", "nothing gives numbers"))
        return found

    def _words(self, reasoned: bool) -> list[Claim]:
        found = []
        helped = {e.modality for e in self.evidence.modalities}
        own = {self.words.noun, self.words.noun + "s", self.words.chose}
        asked = set(re.findall(r"\w+", self.evidence.query.lower()))
        for word, start, end in self.reading.words:
            if word[0].isdigit():
                continue
            claim = self._special(word, start, helped, reasoned)
            if claim is not None:
                found.append(claim)
            elif not (word in _KNOWN or word in own or word in self.vocabulary.names) and not (word in asked and self.reading.clause(start) in self.wish_clauses):
                text = self.reading.text[start:end]
                found.append(Claim("word", text, start, "not_checkable", "neither evidence nor catalogue says so"))
        return found

    def _special(self, word: str, start: int, helped: set[str | None], reasoned: bool) -> Claim | None:
        """The claim that a single word makes, if it makes one."""
        if word not in _SPECIAL:
            return None
        sentence = self.reading.sentence(start)
        cited = [ids for at, ids in sorted(self.cited.items()) if sentence[0] <= at < sentence[1]]
        effects = [max(self.effects[item] for item in ids) for ids in cited]
        first = max(self.effects.values(), default=0.0)

        def claim(kind: ClaimKind, true: bool, why: str, reason: bool = False) -> Claim:
            state: State = "supported" if true else "contradicted"
            return Claim(kind, word, start, state, "" if true else why, reason and true)

        if word in _MODALITY_OF:
            return claim("modality", _MODALITY_OF[word] in helped, "that input did not raise the score", reason=True)
        if word in _WISH:
            return claim("wish", self.evidence.answers_wish, "no wish is answered", reason=True)
        if word in _COUNTS:
            return claim("number", _COUNTS[word] == len(self.cited), f"{len(self.cited)} titles are named")
        if word in _RANK:
            return claim("rank", len(effects) == 1 and effects[0] >= first > 0, "it did not move the score most")
        if word == "than" and not self.reading.said(sentence) & _RANK:
            return claim("comparison", len(effects) == 2 and effects[0] > effects[1], "the effects say otherwise")
        if word in STRONGLY:
            return claim("strength", bool(effects) and max(effects) >= STRONG, "the effect is not strong")
        if word in _DOUBT:
            doubted = self.evidence.strength == "faint" or bool(effects) and max(effects) < FAINT
            return claim("doubt", doubted, "the evidence is not weak", reason=True)
        if word in _CAUSE:
            return claim("cause", reasoned or self._other_reason(helped), "no true reason stands with it")
        return None

    def _other_reason(self, helped: set[str | None]) -> bool:
        said = {word for word, _, _ in self.reading.words}
        return bool(said & _DOUBT) and self.evidence.strength == "faint" or (
            bool(said & _WISH) and self.evidence.answers_wish
            or any(said & set(listed.split()) for name, listed in MODALITY_WORDS.items() if name in helped)
        )  # fmt: skip


def _rests_on(chose: str) -> tuple[str, ...]:
    return tuple(form.replace("{chose}", chose) for form in RESTS_ON)
