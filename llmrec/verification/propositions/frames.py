"""A text as frames: stretches with one predicate each, whose slots are filled by what words do, not by which they are.

A sentence is cut at marks and connectives into the fewest stretches that a frame can read whole: a word that no slot of
its frame takes leaves the stretch unread, and with it the text. What the frames say is decided in `frame_readers.py`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from llmrec.verification.grammar import classes
from llmrec.verification.grounds import Facts
from llmrec.verification.propositions.clauses import Clause, Proposition
from llmrec.verification.propositions.degrees import Source
from llmrec.verification.propositions.phrases import shapes
from llmrec.verification.propositions.story import story_propositions
from llmrec.verification.propositions.terms import Term, input_named

STRONG_MARKS, MARKS = ".!?", ",;:"
CONNECTIVES = frozenset(
    [
        "and",
        "but",
        "so",
        "though",
        "although",
        "while",
        "whereas",
        "because",
        "since",
        "which",
        "that",
        "who",
        "yet",
        "as",
        "if",
        "with",
        "then",
        "when",
        "even",
        "or",
        "without",
        "where",
        "unlike",
    ]
)
HUGE = frozenset({"hugely"})


@dataclass
class Segment(Clause):
    """A stretch of terms that one frame reads.

    Attributes
    ----------
    sources : list of Source
        What it names that may have moved the score, or what its pronoun stands for.
    """

    sources: list[Source] = field(default_factory=list)

    def kinds(self, n: int) -> frozenset[str]:
        """Classes of term number `n`; none where it is no plain word."""
        return classes(self.terms[n].text) if self.terms[n].kind == "word" and n not in self.read else frozenset()

    def where(self, *names: str) -> list[int]:
        """Numbers of the words of any of these classes."""
        return [n for n in range(len(self.terms)) if self.kinds(n) & set(names)]

    def any(self, *names: str) -> bool:
        """Whether there is a word of one of these classes."""
        return bool(self.where(*names))

    def of_kind_any(self, *kinds: str) -> bool:
        """Whether a term is of one of these kinds."""
        return any(term.kind in kinds for term in self.terms)

    def words(self, listed: str) -> list[int]:
        """Numbers of the terms that are one of these words."""
        chosen = set(listed.split())
        return [n for n, term in enumerate(self.terms) if term.kind == "word" and term.text in chosen]

    def reads(self, *names: str, kinds: str = "item facet") -> bool:
        """Whether every term is read: of a kind or class named, marked before, filler, or a mark."""
        wanted = {"filler", *names}
        return all(
            n in self.read or term.kind == "mark" or term.kind in kinds.split() or self._fills(n, wanted)
            for n, term in enumerate(self.terms)
        )

    def _fills(self, n: int, wanted: set[str]) -> bool:
        text = self.terms[n].text
        stance = text.endswith("ly") and len(text) > 4 and not self.kinds(n)
        return self.terms[n].kind == "word" and (bool(self.kinds(n) & wanted) or text in HUGE or stance)

    def result_at(self) -> list[int]:
        """Where the recommended item's title stands."""
        return [n for n, term in self.of_kind("item") if self.facts.item in term.items]

    def facets_before(self) -> list[Term]:
        """The attributes that the nearest stretch before names, where there are any."""
        earlier = self.before
        while earlier is not None:
            if found := [term for _, term in earlier.of_kind("facet")]:
                return found
            earlier = earlier.before
        return []

    def title_at(self) -> list[int]:
        """Where the titles of other items stand."""
        return [n for n, term in self.of_kind("item") if self.facts.item not in term.items]

    def title(self, n: int) -> str:
        """The item that a title means: one of the history where there is one of that name."""
        items = self.terms[n].items
        return next((i for i in items if self.facts.watched(i)), items[0])


Propositions = list[Proposition] | None
"""What a frame has read; None where it cannot read a stretch whole."""
Frame = Callable[[Segment], Propositions]


def before_than(segment: Segment, listed: str) -> list[int]:
    """Numbers of the terms that are one of these words and stand before "than"."""
    return [n for n in segment.words(listed) if n + 1 < len(segment.terms) and segment.terms[n + 1].text == "than"]


def read_frames(terms: Sequence[Term], facts: Facts, frames: Sequence[Frame], text: str) -> list[Proposition] | None:
    """Read a text whole.

    Parameters
    ----------
    terms : sequence of Term
        Of the text.
    facts : Facts
        What is known of the recommendation.
    frames : sequence of callable
        Tried in order on each stretch; None where one cannot read it whole.
    text : str
        The text, for its capitals.

    Returns
    -------
    list of Proposition or None
        In the text's order; None where some of it stays unread.
    """
    found: list[Proposition] = []
    before: Segment | None = None
    for sentence in _sentences(terms):
        read = _read(sentence, facts, frames, text, before) or _in_parts(sentence, facts, frames, text, before)
        if read is None:
            return None
        found += read.propositions
        before = read.last or before
    return found


@dataclass(frozen=True)
class _Read:
    """What a stretch says, and its last segment where frames read it."""

    propositions: list[Proposition]
    last: Segment | None = None


def _read(terms: list[Term], facts: Facts, frames: Sequence[Frame], text: str, before: Segment | None) -> _Read | None:
    """A stretch read whole: by frames, else by the item's own text."""
    # A name of the item's own text may be said by a frame; it still has to read it.
    if not _unknown_name(terms, text, f"{facts.query} {facts.story(facts.item)}"):
        for shaped in shapes(terms):
            read = _parse(shaped, facts, frames, before, 0)
            if read is not None:
                return _Read([each for segment in read for each in segment.propositions], read[-1] if read else None)
    start, end = terms[0].start, terms[-1].end
    told = story_propositions(text[start:end], start, terms, facts)
    return None if told is None else _Read(told)


def _in_parts(
    terms: list[Term], facts: Facts, frames: Sequence[Frame], text: str, before: Segment | None
) -> _Read | None:
    """A sentence cut where one part tells of the other: "here is a comedy about a clerk who ...", "in blue: a dress".

    Both have to hold by themselves, and what stands before "about" has to be said of the recommended item.
    """
    for n, term in enumerate(terms[1:-1], 1):
        told = term.kind == "word" and (term.text == "about" or (term.text == "in" and terms[n + 1].text == "which"))
        if not told and not (term.kind == "mark" and _parts(terms, n)):
            continue
        rest = terms[n + (2 if told and term.text == "in" else 1) :]
        head = _read(terms[:n], facts, frames, text, before) if rest else None
        if head is None or (told and not _of_the_recommended(head, facts)):
            continue
        if term.text == "," and rest[0].text == "as" and not (head.last is None and _as_asked(terms[:n], facts)):
            continue
        tail = _read(rest, facts, frames, text, head.last or before)
        tail = tail or _in_parts(rest, facts, frames, text, head.last or before)
        if tail is not None:
            return _Read([*head.propositions, *tail.propositions], tail.last or head.last)
    return None


def _parts(terms: list[Term], n: int) -> bool:
    """Whether a mark parts two things that are said: a colon, or a comma before "and" or "as you asked"."""
    after = [term.text for term in terms[n + 1 : n + 4]]
    if terms[n].text in ":;":
        return True
    asked = len(after) == 3 and after[:2] == ["as", "you"] and "ask" in classes(after[2])
    return terms[n].text == "," and (asked or after[:1] in (["and"], ["but"], ["though"]))


def _as_asked(terms: list[Term], facts: Facts) -> bool:
    """Whether nothing is told with "as you asked" that was not asked for, and nothing that was is missed."""
    mine, requested = facts.facets(facts.item), facts.requested_values
    wanted = {facet for mention in requested for facet in mention.facets}
    told = [term for term in terms if term.kind == "facet" and term.facets & mine]
    return bool(facts.query) and all(each.facets & mine for each in requested) and all(t.facets & wanted for t in told)


def _of_the_recommended(head: _Read, facts: Facts) -> bool:
    last = head.last
    if last is None or last.title_at():
        return False
    said = [each.subject for each in last.propositions if each.relation == "attribute"]
    return all(subject == facts.item for subject in said) and bool(said or last.result_at())


def _unknown_name(terms: Sequence[Term], text: str, query: str = "") -> bool:
    """Whether a word within a sentence has a capital and is no title, value, word of the query or "I"."""
    opens, last = True, -1
    for term in terms:
        if term.kind == "mark":
            opens = opens or term.text in ".!?:;"
            continue
        shown = text[term.start : term.end]
        capital = term.kind == "word" and not opens and term.start != last and shown[:1].isupper()
        if capital and shown not in query.split() and shown not in ("I", "I'm", "I'd", "I'll", "I've"):
            return True
        opens, last = False, term.start
    return False


def _sentences(terms: Sequence[Term]) -> list[list[Term]]:
    parts: list[list[Term]] = [[]]
    for term in terms:
        if term.kind == "mark" and term.text in STRONG_MARKS:
            parts.append([])
        else:
            parts[-1].append(term)
    return [part for part in parts if part]


def _parse(
    terms: list[Term], facts: Facts, frames: Sequence[Frame], before: Segment | None, depth: int
) -> list[Segment] | None:
    """The segments of a sentence, the longest first, or None; what is cut off may not hold."""
    if not any(term.kind != "mark" for term in terms):
        return []
    if depth > 6:
        return None
    for end in _ends(terms):
        segment = _segment(terms[:end], facts, frames, before)
        if segment is None:
            continue
        rest = _parse(terms[end:], facts, frames, segment, depth + 1)
        if rest is not None:
            return [segment, *rest]
    return None


def _ends(terms: list[Term]) -> list[int]:
    """Where a stretch may end, the farthest first."""
    cuts = [
        n
        for n, term in enumerate(terms)
        if n and ((term.kind == "mark" and term.text in MARKS) or (term.kind == "word" and term.text in CONNECTIVES))
    ]
    return [len(terms), *reversed(cuts)]


def _segment(terms: list[Term], facts: Facts, frames: Sequence[Frame], before: Segment | None) -> Segment | None:
    while terms and terms[0].kind == "mark":
        terms = terms[1:]
    while terms and terms[-1].kind == "mark":
        terms = terms[:-1]
    if any(term.kind == "mark" and term.text == ";" for term in terms):
        return None
    if not terms:
        return None
    chosen = {"you", "we"} & {t.text for t in terms} and {
        "pick",
        "picked",
        "chose",
        "take",
        "took",
        "finished",
        "had",
    } & {t.text for t in terms}
    if not chosen and all(
        t.kind == "word" and "filler" in classes(t.text) and t.text not in ("not", "no") for t in terms
    ):
        empty = Segment(terms, facts, facts.item, before, sources=before.sources if before else [])
        return replace(empty, propositions=[])
    for frame in frames:
        segment = Segment(terms, facts, facts.item, before)
        segment.sources = sources_of(segment)
        propositions = frame(segment)
        if propositions is not None:
            segment.propositions = propositions
            return segment
    return None


def sources_of(segment: Segment) -> list[Source]:
    """What a stretch names that may have moved the score, in order."""
    facts, found = segment.facts, []
    for n, term in enumerate(segment.terms):
        if term.kind == "item" and facts.item not in term.items:
            item = segment.title(n)
            found.append(Source("title", item, n, facts.effects.get(item), facts.watched(item) is not False))
        elif term.kind == "facet":
            effects = [facts.traits[f] for f in term.facets if f in facts.traits]
            found.append(Source("trait", min(term.facets).key, n, max(effects, default=None), True))
        elif term.text == "decade" and term.kind == "word":
            mine = [f for f in facts.traits if f.name == "year" or f.name.endswith("_year")]
            found.append(Source("trait", "decade", n, facts.traits[mine[0]] if mine else None, True))
        elif term.kind == "word" and (name := input_named(term.text)) in facts.inputs and _of_the_item(segment, n):
            found.append(Source("input", name, n, facts.inputs[name]))
        elif facts.query and _asks(segment, n):
            if not any(s.kind == "query" for s in found):
                found.append(Source("query", "the query", n, facts.query_effect))
        elif (
            term.text in ("history", "films")
            and term.kind == "word"
            and (
                (n and segment.terms[n - 1].text in ("your", "the"))
                or segment.terms[min(n + 1, len(segment.terms) - 1)].text == "you"
            )
        ):
            total = sum if segment.words("together combined all") else max
            found.append(Source("history", "the history", n, total([*facts.effects.values(), 0.0])))
    if any(source.kind == "query" for source in found):
        words = set(re.findall(r"[a-z]+", re.split(r"\b(?:not|no|without|but)\b|n't", facts.query.lower())[0]))
        at = next(source.at for source in found if source.kind == "query")
        stop = next((n for n, term in segment.of_kind("mark") if n > at), len(segment.terms))
        asked = {
            n for n, term in enumerate(segment.terms)
            if (term.kind == "word" or (term.kind == "facet" and at < n < stop)) and set(re.findall(r"[a-z]+", term.text)) <= words
            and not (term.kind == "word" and "ask" in segment.kinds(n) | segment.kinds(n) & {"request"})
        }  # fmt: skip
        segment.read |= asked
        found = [source for source in found if source.kind != "trait" or source.at not in asked]
    return found


def _of_the_item(segment: Segment, n: int) -> bool:
    text, before = segment.terms[n].text, segment.terms[n - 1].text if n else ""
    if text in ("words", "text", "look", "looks", "picture", "story", "id", "title"):
        return before in ("the", "its", "'s", "cover") and not segment.words("your you")
    return before in ("the", "its", "'s", "cover", "a", "of", "")


def _asks(segment: Segment, n: int) -> bool:
    kinds, before = segment.kinds(n), segment.terms[n - 1].text if n else ""
    if "request" in kinds and before in ("", "your", "the", "that", "those", "this", "these", "own"):
        return before not in ("this", "the") or segment.terms[n].text not in ("words", "word", "order")
    return (
        "ask" in kinds
        and (before in ("you", "", "had", "have", "you'd") or segment.terms[n].text == "asking")
        and segment.terms[n].text not in ("look", "see")
    )
