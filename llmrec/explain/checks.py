"""The checks behind the verifier: each claim of one text against the evidence and the catalogue."""

import re

from llmrec.catalog.types import Catalog
from llmrec.explain.claims import Claim, ClaimKind, judged
from llmrec.explain.evidence import FAINT, STRONG, ItemEvidence
from llmrec.explain.plans import BEFORE_CAUSE, LEXICON, LIFTED, ONLY_CAUSE, RESTS_ON, ROSE, STRONGLY
from llmrec.explain.reading import Quote, Reading
from llmrec.explain.vocabulary import Facet, Mention
from llmrec.explain.wording import MODALITY_WORDS, wording


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_WISH = _set("wish wished wishes asked ask mood mind wanted request requested query")
_SHARING = _set(
    "share shares shared sharing both same common like alike another also too link linked tied ties connected bridge "
    "thread similar them they"
)
_DOUBT = _set("faint faintly tentative guess unsure thin hinted nudged little")
_RANK = _set("most loudest biggest anything mainly mostly strongest greatest largest")
_CAUSE = _set("because since thanks owes due so reason why")
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_MODALITY_OF = {word: name for name, listed in MODALITY_WORDS.items() for word in listed.split()}
_SPECIAL = _WISH | _DOUBT | _RANK | _CAUSE | set(_COUNTS) | set(_MODALITY_OF) | set(STRONGLY) | {"than"}
_KNOWN = LEXICON | _set(
    "a an the this that these those it its is are was were be been by of to in on at for from with and or as you your "
    "we our they them their which who so but has have had also too while once than more up there here both"
)
_TO_RESULT = (*(form.split(" {C}")[0] for form in LIFTED), "nudged", "hinted at", "gave")
_CHOSE = re.compile(r"\byou(?:'ve| have| had| once| also)? \w+(?:ed|t|ose|aw)$|\b(?:having|you) \w+$")
_BEFORE_CAUSE = re.compile(rf"(?:^|\W)(?:{'|'.join(BEFORE_CAUSE)})$")
_ADVERB = re.compile(rf"^(?:{'|'.join(STRONGLY)}|only) ")


class Checks:
    """The checks of one text. What it may cite: the history items of the evidence that raise the score."""

    def __init__(self, reading: Reading, evidence: ItemEvidence, catalog: Catalog) -> None:
        self._reading, self._evidence = reading, evidence
        self._vocabulary, self._words = reading.vocabulary, wording(catalog)
        self._effects = {e.history_item: e.effect for e in evidence.history if e.history_item is not None}
        self._facets = set(self._vocabulary.facets[evidence.item])
        self._wished = set(evidence.wished)
        self._helped = {e.modality for e in evidence.helps}
        self._years = {
            item: str(catalog.item(item).attributes.get("year", "")) for item in (evidence.item, *self._effects)
        }
        self._wishing = [span for span in reading.clauses if reading.said(span) & _WISH]
        rests_on = tuple(form.replace("{chose}", self._words.chose) for form in RESTS_ON)
        self._before_cause = rests_on
        causes = "|".join((*ONLY_CAUSE, *rests_on)).replace("{chose}", self._words.chose)
        self._own_cause = re.compile(rf"\b(?:{causes}) (?:this|it|the {self._words.noun})\b", re.IGNORECASE)
        self._after_result = ("moved up", *rests_on, *ROSE, "would score", "would lose", "answers", "meets")
        self._part = {  # start of a title -> "cause", "result", or "" where the words around it do not say
            quote.start: self._part_of(group)
            for group in (*reading.groups(), *([quote] for quote in reading.loose_titles))
            for quote in group
        }
        self._cited = {  # start of a title -> the history items that it may mean
            quote.start: ids for quote in (*reading.quotes, *reading.loose_titles) if (ids := self._history(quote))
        }

    def claims(self) -> list[Claim]:
        """All claims, kind by kind."""
        titles = [self._title(quote) for quote in (*self._reading.quotes, *self._reading.loose_titles)]
        turned = [
            judged("cause", m.group(), m.start(), False, "the recommended item is not its own cause")
            for m in self._own_cause.finditer(self._reading.bare)
        ]
        found = [*titles, *turned, *(self._attribute(mention) for mention in self._reading.mentions), *self._numbers()]
        said = [self._word(word, start) for word, start, _ in self._reading.words if word in _SPECIAL - _CAUSE]
        found += said
        reasoned = any(claim.reason for claim in found)
        for word, start, end in self._reading.words:
            if word in _CAUSE:
                found.append(judged("cause", word, start, reasoned, "no true reason stands with it"))
            elif word not in _SPECIAL and not word[0].isdigit() and not self._known(word, start):
                why = "neither evidence nor catalogue says so"
                found.append(Claim("word", self._reading.text[start:end], start, "not_checkable", why))
        return found

    def _known(self, word: str, at: int) -> bool:
        """Whether a word is plain: one of the plans', an attribute's name, or the user's own within a wish."""
        own = (self._words.noun, f"{self._words.noun}s", self._words.chose)
        if word in _KNOWN or word in own or word in self._vocabulary.names:
            return True
        return self._reading.clause(at) in self._wishing and word in re.findall(r"\w+", self._evidence.query.lower())

    def _ids(self, quote: Quote) -> list[str]:
        return self._vocabulary.by_title.get(quote.text.strip().casefold(), [])

    def _is_item(self, quote: Quote) -> bool:
        return self._evidence.item in self._ids(quote)

    def _history(self, quote: Quote) -> list[str]:
        """History items that a title may mean.

        Where a variant in the evidence has the recommended item's title too, only words that make it the result make
        it mean the recommended item: our plans then call that "this product".
        """
        if self._is_item(quote) and self._part[quote.start] == "result":
            return []
        return [item for item in self._ids(quote) if item in self._effects]

    def _part_of(self, group: list[Quote]) -> str:
        before, after = self._reading.before(group[0].start), self._reading.after(group[-1].end)
        if before.endswith(_TO_RESULT):
            return "result"
        if _CHOSE.search(before) or before.endswith(self._before_cause):
            return "cause"
        after = _ADVERB.sub("", after)
        if after.startswith(self._after_result):
            return "result"
        if after.startswith(tuple(f"{verb} " for verb in _TO_RESULT)):
            return "cause"
        return "cause" if _BEFORE_CAUSE.search(before) else ""

    def _title(self, quote: Quote) -> Claim:
        history, item, part = self._history(quote), self._is_item(quote), self._part[quote.start]
        wish = self._evidence.query and quote.text.casefold() == self._evidence.query.casefold()
        if wish and not history and not item:
            return judged("wish", quote.text, quote.start, self._evidence.answers_wish, "no wish is answered")
        if not self._ids(quote):
            why = "the catalogue has no such title"
        elif not history and not item:
            why = "it is not in the evidence"
        elif part == "cause" and not history:
            why = "the recommended item is not its own cause"
        elif part == "result" and not item:
            why = "it is a cause, not what is recommended"
        else:
            why = "its effect is within the noise, which asks for a hedge" if self._overstated(quote, history) else ""
        return judged("title", quote.text, quote.start, not why, why, reason=bool(history))

    def _overstated(self, quote: Quote, history: list[str]) -> bool:
        """Whether a sentence cites a history item that moved the score no more than noise does, without a doubt."""
        faint = max((self._effects[item] for item in history), default=FAINT) < FAINT
        return faint and not self._reading.said(self._reading.sentence(quote.start)) & _DOUBT

    def _attribute(self, mention: Mention) -> Claim:
        """An attribute value: of the title that follows, of the wish, shared with the titles named, or of the
        item.
        """
        reading, text = self._reading, self._reading.text[mention.start : mention.end]
        kind: ClaimKind = "year" if any(f.value[:4].isdigit() for f in mention.facets) else "attribute"
        quote = min((q.start for q in reading.quotes if q.start >= mention.end), default=-1)
        adjoins = re.fullmatch(rf"\s*(?:{self._words.noun}\s*)?", reading.bare[mention.end : quote])
        if quote >= 0 and adjoins and (described := self._cited.get(quote)):
            held = bool(mention.facets & self._facets_of(described))
            return judged(kind, text, mention.start, held, "the item named has no such attribute")
        owned = mention.facets & self._facets
        if not owned:
            return judged(kind, text, mention.start, False, "the recommended item has no such attribute")
        asked = bool(owned & self._wished)
        before = reading.before(mention.start)
        if not before.endswith("this") and reading.clause(mention.start) in self._wishing:
            return judged(kind, text, mention.start, asked, "the wish does not name it", reason=True)
        sentence = reading.sentence(mention.start)
        sharing = bool(reading.said(sentence) & _SHARING)
        here = [ids for start, ids in self._cited.items() if sentence[0] <= start < sentence[1]]
        scope = here or list(self._cited.values())
        described_only = before.endswith("this") or (not sharing and before.endswith((" a", " an")))
        if described_only or not (scope or sharing):
            return judged(kind, text, mention.start, True, "", reason=asked)
        shared = bool(scope) and all(owned & self._facets_of(ids) for ids in scope)
        return judged(kind, text, mention.start, shared, "not every item named shares it", reason=True)

    def _facets_of(self, ids: list[str]) -> set[Facet]:
        return {facet for item in ids for facet in self._vocabulary.facets[item]}

    def _numbers(self) -> list[Claim]:
        """Years of the recommended item, or of the title just before "(1994)"; decades of no item; bare
        numbers.
        """
        found, reading = [], self._reading
        for word, start, end in reading.words:
            if not word[0].isdigit():
                continue
            if re.fullmatch(r"(?:1[89]|20)\d\d", word):
                quote = next((q for q in reading.quotes if reading.bare[q.end : start].strip() == "("), None)
                ids = [self._evidence.item] if quote is None else [i for i in self._ids(quote) if i in self._years]
                true = word in {self._years[item] for item in ids}
                found.append(judged("year", word, start, true, "it is not the year of the item it is said of"))
            elif re.fullmatch(r"(?:\d\d)?\d0s", word):
                found.append(judged("year", word, start, False, "no item of the catalogue is of that decade"))
            else:
                why = "neither evidence nor catalogue gives this number"
                found.append(Claim("number", reading.text[start:end], start, "not_checkable", why))
        return found

    def _word(self, word: str, start: int) -> Claim:
        """The claim that one word of `_SPECIAL` makes by itself."""
        sentence = self._reading.sentence(start)
        cited = [ids for at, ids in sorted(self._cited.items()) if sentence[0] <= at < sentence[1]]
        effects = [max(self._effects[item] for item in ids) for ids in cited]
        if word in _MODALITY_OF:
            true = _MODALITY_OF[word] in self._helped
            return judged("modality", word, start, true, "that input raised the score no more than noise", reason=True)
        if word in _WISH:
            return judged("wish", word, start, self._evidence.answers_wish, "no wish is answered", reason=True)
        if word in _COUNTS:
            true = _COUNTS[word] == len(self._cited)
            return judged("number", word, start, true, f"{len(self._cited)} titles are named")
        if word in _RANK:
            first = len(effects) == 1 and effects[0] >= max(self._effects.values())
            return judged("rank", word, start, first, "it did not move the score most")
        if word == "than":
            # "more than anything" is a claim of rank, made by its own word.
            ordered = bool(self._reading.said(sentence) & _RANK) or (len(effects) == 2 and effects[0] > effects[1])
            return judged("comparison", word, start, ordered, "the effects say otherwise")
        if word in STRONGLY:
            true = max(effects, default=0.0) >= STRONG
            return judged("strength", word, start, true, "the effect is not strong")
        doubted = self._evidence.strength == "faint" or (bool(effects) and max(effects) < FAINT)
        return judged("doubt", word, start, doubted, "the evidence is not weak", reason=True)
