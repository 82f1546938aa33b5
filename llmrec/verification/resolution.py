"""A text set against its grounds: which title means which item, as cause or as result, and whether that holds."""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise, takewhile
from typing import Literal

from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import Facet
from llmrec.catalog.wording import wording
from llmrec.verification.grammar import BEFORE_CAUSE, DOUBT, LIFTED, ONLY_CAUSE, QUERY, RESTS_ON, ROSE, STRONGLY
from llmrec.verification.grounds import Grounds
from llmrec.verification.reading import Claim, Quote, Reading, judged, unchecked
from llmrec.verification.short_titles import ShortTitles

NO_TITLE = "the catalogue has no such title"

Role = Literal["cause", "result", ""]
"""What a title stands for in its sentence: what moved the score, what is recommended, or what the words do not say."""

_TO_RESULT = (*(form.split(" {C}")[0] for form in LIFTED), "nudged", "hinted at", "gave")
_CHOSE = re.compile(r"\byou(?:'ve| have| had| once| also)? \w+(?:ed|t|ose|aw)$|\b(?:having|you) \w+$")
_OTHERS_CHOSE = re.compile(
    r"\b(?:(?:you|user|users|customer|reader|viewer|visitor|they|he|she|who)(?:'ve| have| has| had| once"
    r"| also| previously| recently| really| already| just| first| most recently)*"
    r"|having(?: already| just| recently| previously)?)"
    r" (?:(?:lik|lov|enjoy|watch|rat|bought|buy|purchas|read|saw|seen|pick|chose|prefer|play|visit|order|finish)\w*"
    r"|been to|went to)$"
)
_APPOSED = re.compile(
    r"\b(?:enjoyed|liked|loved|watched|bought|purchased|read|visited|ordered|picked|finished|played)"
    r" (?:the|a|an|his|her|their|its|another|other)(?: [\w'-]+){1,4},?$"
)
"""As in "they enjoyed the author's previous work, ...": a name after what was chosen is its title."""
_OF_PEOPLE = re.compile(
    r"\b(?:people|those|users|viewers|customers|readers|visitors|guests|buyers|others|everyone|everybody|anyone|nobody"
    r"|no one|who|\d+)(?: \w+){0,2} who(?:'ve| have| had)?(?: \w+)? \w+(?: to)?$"
)
"""What other people chose is no cause of the user's."""
_IS_CHOSEN = re.compile(
    r"(?:of \d{4} |\(\d{4}\) )?(?:is|was|are|were) what "
    r"(?:you|they|he|she|(?:the )?(?:user|customer|reader|viewer))(?: have| has)?"
    r" (?:lik|lov|enjoy|watch|rat|bought|purchas|read|saw|seen|pick|chose|play|visit)"
)
_BASED_ON = re.compile(
    r"\b(?:based on|because of|without|thanks to|given|due to|history (?:of|with)|(?:love|liking) (?:of|for))"
    r"(?: your| their| the user's)?$"
)
_LISTED = re.compile(r",|(?:, ?)?(?:and|or|&)")
_WILL_LIKE = re.compile(
    r"(?:\b(?:would|will|might|may|should|could|can|to|not)|'ll|'d)(?: also| really)*"
    r" (?:like|love|enjoy|watch|try|see|buy|purchase|get|read|visit|pick up|choose|appreciate)"
    r"(?: (?:the|this|a)(?: [\w-]+){1,2},?)?$"
)
_RECOMMENDED = re.compile(
    r"\b(?:would|will|should|might|may)(?: also| really)* (?:like|love|enjoy|watch|try|buy|purchase|read|visit) "
    r"((?:[A-Z0-9][\w'&-]*)(?: (?:(?:of|the|and|in|for|to|a|&) )*[A-Z0-9][\w'&-]*)*)"
)
"""A name right where the recommended item stands, which one word may be."""
_BEFORE_CAUSE = re.compile(rf"(?:^|\W)(?:{'|'.join(BEFORE_CAUSE)})$")
_ADVERB = re.compile(rf"^(?:{'|'.join(STRONGLY)}|only) ")


class ResolvedText:
    """What all checks of one text share.

    Parameters
    ----------
    reading : Reading
        The text, taken apart.
    grounds : Grounds
        What it may rest on.
    catalog : Catalog
        The catalogue, as explanations speak of it.

    Attributes
    ----------
    facets : set of Facet
        Attributes of the recommended item.
    querying : list of (int, int)
        Clauses that speak of the query.
    rests_on : tuple of str
        Phrases that a cause follows, in the catalogue's verb.
    """

    def __init__(self, reading: Reading, grounds: Grounds, catalog: Catalog) -> None:
        self.reading, self.grounds, self.catalog = reading, grounds, catalog
        self.vocabulary, self.words = reading.vocabulary, wording(catalog)
        self.facets = set(self.vocabulary.facets[grounds.item])
        may_query = grounds.closed or grounds.query
        self.querying = [span for span in reading.clauses if may_query and reading.words_in(span) & QUERY]
        self.rests_on = tuple(form.replace("{chose}", self.words.chose) for form in RESTS_ON)
        self._after_result = ("moved up", *self.rests_on, *ROSE, "would score", "would lose", "answers", "meets")
        groups = (*reading.groups(), *([quote] for quote in reading.loose_titles))
        self.short = derived(catalog, ShortTitles)
        if not grounds.closed:
            groups = (*groups, *([quote] for quote in self._short_titles))
        self._roles: dict[int, Role] = {quote.start: self._role_of(group) for group in groups for quote in group}
        if not grounds.closed:
            self._inherit()

    @cached_property
    def titles(self) -> tuple[Quote, ...]:
        """What stands as a title: in quotes, or known to the catalogue without."""
        loose = self.reading.loose_titles
        if not self.grounds.closed:
            loose = [*_not_within(loose, self._short_titles), *self._short_titles]
        return (*self.reading.quotes, *loose)

    @cached_property
    def _short_titles(self) -> list[Quote]:
        """Titles up to their colon or bracket, outside quotation marks, in an open text."""
        near = frozenset((self.grounds.item, *self.grounds.history))
        found = self.short.loose(self.reading.bare, near)
        for match in _RECOMMENDED.finditer(self.reading.bare):
            name = match.group(1)
            if self.short.ids(name) and not any(q.start < match.end(1) and match.start(1) < q.end for q in found):
                found.append(Quote(match.start(1), match.end(1), name))
        known = {(quote.start, quote.end) for quote in self.reading.loose_titles}
        return [q for q in _not_within(found, self.reading.loose_titles) if (q.start, q.end) not in known]

    @cached_property
    def cited(self) -> dict[int, list[str]]:
        """Start of a title -> the history items that it may mean."""
        return {quote.start: ids for quote in self.titles if (ids := self.history(quote))}

    @cached_property
    def own_cause(self) -> re.Pattern[str]:
        """Words that make the recommended item its own cause."""
        causes = "|".join((*ONLY_CAUSE, *RESTS_ON)).replace("{chose}", self.words.chose)
        return re.compile(rf"\b(?:{causes}) (?:this|it|the {self.words.noun})\b", re.IGNORECASE)

    def ids(self, quote: Quote) -> list[str]:
        """Items that have the title; in an open text, or that have it but for a slip of the pen."""
        if self.grounds.closed:
            return self.vocabulary.by_title.get(quote.text.strip().casefold(), [])
        name = quote.text.strip(" .,;:!?")
        exact = self.vocabulary.by_title.get(name.casefold(), [])
        if self.short.means(name, self.grounds.item):
            return list(dict.fromkeys((self.grounds.item, *exact, *self.short.ids(name))))
        found = list(dict.fromkeys((*exact, *self.short.ids(name))))
        return found or self.vocabulary.spellings.alike(name)

    def is_item(self, quote: Quote) -> bool:
        """Whether the title is the recommended item's."""
        return self.grounds.item in self.ids(quote)

    def caused(self, at: int) -> bool:
        """Whether the words before a position make what stands there a cause, in an open text."""
        before = self.reading.before(at)
        chosen = _OTHERS_CHOSE.search(before) or _BASED_ON.search(before) or _APPOSED.search(before)
        if _OF_PEOPLE.search(before):
            return False
        return bool(chosen) and not _WILL_LIKE.search(before)

    def role(self, quote: Quote) -> Role:
        """The role that the words around a title give it."""
        return self._roles[quote.start]

    def history(self, quote: Quote) -> list[str]:
        """History items that a title may mean.

        Where a variant in the history has the recommended item's title too, only words that make it the result make
        it mean the recommended item: sentences written from evidence then call that "this product".
        """
        if self.is_item(quote) and self.role(quote) == "result":
            return []
        return [item for item in self.ids(quote) if item in self.grounds.history]

    def facets_of(self, ids: list[str]) -> set[Facet]:
        """Attributes of any of the items."""
        return {facet for item in ids for facet in self.vocabulary.facets[item]}

    def cited_in(self, span: tuple[int, int]) -> list[list[str]]:
        """The history items of each title within a span, in order."""
        return [ids for start, ids in sorted(self.cited.items()) if span[0] <= start < span[1]]

    def _inherit(self) -> None:
        """In a list ("you watched A, B and C") a title has the role of the first; a comma alone makes no list."""
        ordered = sorted(self.titles, key=lambda quote: quote.start)
        joints = [self.reading.bare[one.end : other.start].strip() for one, other in pairwise(ordered)]
        for n, quote in enumerate(ordered[1:]):
            rest = takewhile(_LISTED.fullmatch, joints[n:])
            if not self._roles[quote.start] and any(joint != "," for joint in rest):
                self._roles[quote.start] = self._roles[ordered[n].start]

    def _role_of(self, group: list[Quote]) -> Role:
        before, after = self.reading.before(group[0].start), self.reading.after(group[-1].end)
        without_adverb = _ADVERB.sub("", after)
        lifts = without_adverb.startswith(tuple(f"{verb} " for verb in _TO_RESULT))
        if before.endswith(_TO_RESULT):
            return "result"
        if not self.grounds.closed:
            if _WILL_LIKE.search(before):
                return "result"
            if self.caused(group[0].start) or _IS_CHOSEN.match(after) or before.endswith(self.rests_on):
                return "cause"
            return "cause" if lifts and not without_adverb.startswith(self._after_result) else ""
        if _CHOSE.search(before) or before.endswith(self.rests_on):
            return "cause"
        if without_adverb.startswith(self._after_result):
            return "result"
        if lifts:
            return "cause"
        return "cause" if _BEFORE_CAUSE.search(before) else ""


_ADJECTIVAL = re.compile(
    r" (?!(?:and|or|but|because|so|as|which|when|before|after|too|also|very|for|since|in|on|with|to)\b)[a-z]+"
)
"""A noun after a title: "the two Ender's Game books" are others, too."""
_QUERY_IS = re.compile(rf"\b(?:{'|'.join(sorted(QUERY))}) (?:is|was|for|were)(?: (?:the|a|an))*\s*$", re.IGNORECASE)


def title_claims(text: ResolvedText) -> list[Claim]:
    """A claim for each title, and one wherever the recommended item is called its own cause."""
    against = f"recommended item {text.grounds.item}"
    reversals = [
        judged("cause", m.group(), m.start(), False, against, "the recommended item is not its own cause")
        for m in text.own_cause.finditer(text.reading.bare)
        if text.grounds.closed
    ]
    return [*(_title(text, quote) for quote in text.titles), *reversals]


def _not_within(quotes: Sequence[Quote], others: Sequence[Quote]) -> list[Quote]:
    """The stretches that no other, longer one, overlaps."""
    return [
        q for q in quotes
        if not any(o.start < q.end and q.start < o.end and o.end - o.start > q.end - q.start for o in others)
    ]  # fmt: skip


def _title(text: ResolvedText, quote: Quote) -> Claim:
    grounds = text.grounds
    history, item, role = text.history(quote), text.is_item(quote), text.role(quote)
    if grounds.query and quote.text.casefold() == grounds.query.casefold() and not history and not item:
        return judged("query", quote.text, quote.start, grounds.answers_query, "the query", "no query is answered")
    if _QUERY_IS.search(text.reading.before(quote.start)) and quote.text.casefold() not in grounds.query.casefold():
        return judged("query", quote.text, quote.start, False, "the query", "the query does not name it")
    if not text.ids(quote):
        return _unknown(text, quote)
    if not history and not item:
        against, why = _sources(text, text.ids(quote)), "it is not in the evidence"
        if not grounds.closed:
            if _in_own_text(text, quote):
                return judged("name", quote.text, quote.start, True, f"text of item {grounds.item}")
            why = "the user's history does not hold it"
            if role == "result":
                why = f"the recommended item is {text.vocabulary.titles[grounds.item]!r}"
            elif role != "cause":
                why = "it is neither the recommended item nor in the user's history"
                return unchecked("title", quote.text, quote.start, why, "the catalogue's titles")
        return judged("title", quote.text, quote.start, False, against, why)
    against = _sources(text, history or [grounds.item])
    if role == "cause" and not history and not grounds.closed and _ADJECTIVAL.match(text.reading.text[quote.end :]):
        return unchecked("name", quote.text, quote.start, "it may name more than the recommended item", against)
    if role == "cause" and not history:
        why = "the recommended item is not its own cause"
    elif role == "result" and not item and grounds.closed:
        why = "it is a cause, not what is recommended"
    elif history and grounds.measured and _overstated(text, quote, history):
        why = "its effect is within the noise, which asks for a hedge"
    else:
        why = ""
    return judged("title", quote.text, quote.start, not why, against, why, bool(history), tuple(history))


def _unknown(text: ResolvedText, quote: Quote) -> Claim:
    """A quoted name that the catalogue lacks: in an open text it may also be a name of something else."""
    against, near = "the catalogue's titles", text.vocabulary.spellings.nearest(quote.text)
    why = NO_TITLE + (f"; the nearest is {near!r}" if near else "")
    role = text.role(quote)
    if text.grounds.closed:
        return judged("title", quote.text, quote.start, False, against, why)
    if _in_own_text(text, quote):
        return judged("name", quote.text, quote.start, True, f"text of item {text.grounds.item}")
    if role and _is_name(quote.text):
        if role == "result":
            why = f"the recommended item is {text.vocabulary.titles[text.grounds.item]!r}"
        return judged("title", quote.text, quote.start, False, against, why)
    return unchecked("name", quote.text, quote.start, "neither catalogue nor item text has these words", against)


def _in_own_text(text: ResolvedText, quote: Quote) -> bool:
    """Whether the recommended item's own text has a name."""
    item_text = text.catalog.item(text.grounds.item).text().casefold()
    return quote.text.strip(" .,!?").casefold() in item_text


def _is_name(text: str) -> bool:
    """Whether capitals or digits make quoted words a name rather than a manner of speaking ("must see")."""
    return any(sign.isupper() or sign.isdigit() for sign in text)


def _overstated(text: ResolvedText, quote: Quote, history: list[str]) -> bool:
    """Whether a sentence gives a history item that moved the score no more than noise does as a reason, undoubted."""
    if not text.grounds.closed and text.role(quote) != "cause":
        return False
    sentence = text.reading.sentence(quote.start)
    return not text.grounds.moved(history) and not text.reading.words_in(sentence) & DOUBT


def _sources(text: ResolvedText, ids: list[str]) -> str:
    """What a title was held against."""
    if ids == [text.grounds.item]:
        return f"recommended item {ids[0]}"
    kind = "evidence" if text.grounds.measured else "history"
    return f"{kind} of item {', '.join(sorted(ids))}"
