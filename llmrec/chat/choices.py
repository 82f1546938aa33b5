"""The choice among the items of the last list: which one we would take, and why one stands there and not another."""

import re
from collections import Counter
from collections.abc import Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import plain
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.item_phrases import kinds_of
from llmrec.chat.item_questions import ActReply, ItemQuestions
from llmrec.chat.item_statistics import higher_rated_first
from llmrec.chat.list_questions import ListQuestions
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.choice_questions import ChoiceQuestion, as_contrast, choice_question
from llmrec.chat.nlu.comparatives import quality_compared
from llmrec.chat.nlu.languages import in_chinese, language_of
from llmrec.chat.nlu.moods import moods
from llmrec.chat.nlu.normalisation import sentences
from llmrec.chat.nlu.questions import of_listed, superlative
from llmrec.chat.nlu.references import find_title, list_position
from llmrec.chat.nlu.suitability import audience_of, suiting
from llmrec.chat.state import DialogueState, excludes
from llmrec.chat.wordings import SAYS
from llmrec.errors import UnknownItem
from llmrec.retrieval.filters import parse_where

_ALL_OTHERS = re.compile(
    r"(?:all )?(?:the )?(?:rest|others?|other (?:ones|two|three|four)|them all|everything else)|其[他它]的?|别的", re.I
)
"""What an item is preferred to, where that is no item of its own."""


_SUITS = re.compile(r"\b(?:suits?|fits?|works?|goes|go) (?=.)", re.I)
_WHICH = re.compile(r"(?:(?:ok(?:ay)?|so|and|but|hm+|well|then)[, ]+)*(?:which|what)\b|.*\b哪", re.I)
"""What asks which of the list it is to be."""
_IN_PLACE = re.compile(
    r"(?:(?:and|so|ok|but|hm+)[, ]+)*"
    r"(?:(?:what|how) about|can (?:i|we) have|i'd rather have|could it be|why not) (?P<one>.+?) "
    r"(?:instead of|in place of|rather than|in (?:stead|lieu) of) (?P<other>.+?)[\s?.!]*|"
    r"(?:please |can you |could you )?(?:swap|replace|exchange) (?P<swapped>.+?) (?:for|with|by) (?P<by>.+?)[\s?.!]*",
    re.I,
)
"""What would have another item in the place of one that is listed."""


class Choices:
    """Answers what leaves a choice to us.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    words
        Those by whose titles and values a line is read.
    items
        What answers questions about items.
    lists
        What answers questions about all that is listed.
    """

    def __init__(self, catalog: Catalog, words: Catalog, items: ItemQuestions, lists: ListQuestions) -> None:
        self._catalog, self._words, self._items, self._lists = catalog, words, items, lists

    def pick(self, line: str, state: DialogueState, history: Sequence[str] = ()) -> ActReply | None:
        """Choose an item of the last list: by what the line says or the person has, or else the one that ranks first.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.
        history
            Ids of the person's items, oldest first.

        Returns
        -------
        ActReply or None
            With the reasons of the item; None where the line leaves no choice to us, or there is no list.
        """
        listed = [id for id in (state.last.items if state.last else ()) if id in self._words.row]
        asked = choice_question(line)
        if not listed or asked is None:
            return None
        if quality_compared(asked.question) and not asked.occasion:
            return self._items.judged(line, state)
        if superlative(asked.question) or cues.MOST.search(asked.question):
            return self._items.comparison(line, state)
        named = [id for id in self._items.named(asked.question, state) if id in listed]
        of = [id for id in listed if id in named] if len(named) > 1 else listed  # "which would you pick, 2 or 4?"
        beside = self._items.comparison(asked.question, state) if len(named) > 1 else None
        if asked.by_history and not asked.occasion:
            return self._by_history(of, history, state, language_of(line))
        audience = audience_of(line)
        conditions = suiting(audience, self._words) if audience else self._suiting(asked, len(named) > 1)
        mask = parse_where(" and ".join(conditions), self._words).mask(self._words) if conditions else None
        meeting = of if mask is None else [id for id in of if mask[self._words.row[id]]]
        if not meeting and len(named) < 2 and not (asked.occasion or of_listed(line) or _WHICH.match(asked.question)):
            return None  # "help me choose a comedy" is a search
        if beside and not conditions:
            of = meeting = higher_rated_first(of, self._catalog)
        text, chosen = self._chosen(of, meeting, conditions, state, language_of(line))
        if asked.occasion and not conditions:
            what = re.sub(r"^(?:for|on|with|to) ", "", asked.occasion)
            unknown = SAYS["named by none of it"][language_of(line)].format(what=what)
            text = f"{unknown} {text}"
        if beside:
            text = f"{beside.text} {text}"
        return ActReply(plain(text), chosen, spoken=() if meeting else conditions, why=True)

    def _suiting(self, asked: ChoiceQuestion, of_named: bool) -> tuple[str, ...]:
        """Conditions on what suits the occasion of a choice, or on what the question itself says of it."""
        if asked.occasion:
            found = moods(asked.occasion, (), self._words)[2] or self._lists.stated(asked.occasion)
            return tuple(each for each in found if not excludes(each)) or found
        bare = _SUITS.sub(" ", asked.question)  # what suits is no suit
        return () if of_named else self._lists.stated(bare)  # "between 2 and 3" is no price

    def _chosen(
        self, of: Sequence[str], meeting: Sequence[str], conditions: Sequence[str], state: DialogueState, language: str
    ) -> tuple[str, str]:
        """Which of some items it is, and by what: those that meet conditions, and the place in the list."""
        told = describe_conditions(conditions, language, only=False) if conditions else ""
        item = self._catalog.item((meeting or of)[0])
        key = "picked of none" if not meeting else "picked of" if conditions else "picked"
        words = {"title": natural_order(item.title), "place": self._place(item.id, state), "conditions": told}
        return SAYS[key][language].format(**words), item.id

    def _by_history(self, of: Sequence[str], history: Sequence[str], state: DialogueState, language: str) -> ActReply:
        """Choose the item whose kinds are most of those of the person's items."""
        say = CatalogueSentences(language, self._catalog)
        had = [kinds_of(self._catalog.item(id)) for id in history if id in self._catalog.row]
        counts = Counter(kind for kinds in had for kind in set(kinds))

        def share(id: str) -> float:
            kinds = kinds_of(self._catalog.item(id))
            return sum(counts[kind] for kind in kinds) / max(len(kinds), 1)

        item = self._catalog.item(max(of, key=share))  # of several alike the one that ranks first
        place = self._place(item.id, state)
        shared = [kind for kind in kinds_of(item) if counts[kind]]
        if not shared:
            return ActReply(plain(say("picked without history", item, place=place)), item.id, why=True)
        joint = "、" if language == "zh" else ", "
        kinds = joint.join(say("of a kind", kind=_kind(each, language), count=counts[each]) for each in shared)
        return ActReply(
            plain(say("picked by history", item, place=place, count=len(had), kinds=kinds)), item.id, why=True
        )

    def contrast(self, line: str, state: DialogueState) -> tuple[str, str] | None:
        """Read of which item of the last list a line asks why it is there and not another one.

        Parameters
        ----------
        line, state
            As for `pick`.

        Returns
        -------
        tuple of str, or None
            Id of the item, and the other one: its title or its place, "" for all others. None where the line asks no
            such thing.
        """
        line = as_contrast(line)
        parts = (line, *sentences(line))  # "why 2 and not Fargo? it is far more famous"
        match = next((found for each in parts if (found := cues.RATHER_THAN.fullmatch(each.strip()))), None)
        if match is not None and sentences(match[0])[1:]:
            match = cues.RATHER_THAN.fullmatch(sentences(match[0])[0].strip()) or match
        listed = state.last.items if state.last else ()
        if match is None or not listed:
            return None
        one, other = (
            next(match[name] for name in names if match[name])
            for names in (("one", "a", "c", "e", "g"), ("other", "b", "d", "f", "h"))
        )
        named = [id for id in self._items.named(one, state) or self._titled(one) if id in listed]
        if (
            not named
            and (list_position(one) == "that" or re.fullmatch(r"它|[这那][个部本件款]?", one))
            and state.topic in listed
        ):
            named = [state.topic or ""]
        if len(named) != 1:
            return None
        if _ALL_OTHERS.fullmatch(other):
            return named[0], ""
        rival = self._items.named(other, state)
        if len(rival) == 1 and rival[0] in listed:
            return named[0], str(listed.index(rival[0]) + 1)  # another colour may have the same title
        return named[0], self._catalog.item(rival[0]).title if len(rival) == 1 else other.strip("《》 ")

    def replacement(self, line: str, state: DialogueState) -> tuple[str, str] | None:
        """Read which item a line would have in the place of one of the last list: "what about Fargo instead of 3?".

        Parameters
        ----------
        line, state
            As for `pick`.

        Returns
        -------
        tuple of str, or None
            Id of the item of the list, and the other as it is said. None where the line asks no such thing.
        """
        match = _IN_PLACE.fullmatch(line.strip())
        listed = state.last.items if state.last else ()
        if match is None or not listed:
            return None
        one, other = match["one"] or match["by"], match["other"] or match["swapped"]
        there = [id for id in self._items.named(f"the {other}", state) if id in listed]
        if len(there) != 1 or re.match(r"(?:something|anything|an?|some|one)\b", one, re.I):
            return None
        rival = self._items.named(one, state)
        return there[0], self._catalog.item(rival[0]).title if len(rival) == 1 else one.strip("《》 ")

    def _titled(self, words: str) -> tuple[str, ...]:
        try:
            return (find_title(words.strip("《》 "), self._words),)
        except UnknownItem:
            return ()

    @staticmethod
    def _place(item: str, state: DialogueState) -> int:
        return (state.last.items if state.last else ()).index(item) + 1


def leaves_choice(line: str) -> bool:
    """Tell whether a line leaves the choice among the items of a list to us.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool

    Examples
    --------
    >>> leaves_choice("just choose one for me"), leaves_choice("choose a comedy"), leaves_choice("你选一个")
    (True, False, True)
    """
    return choice_question(line) is not None


def _kind(kind: str, language: str) -> str:
    return in_chinese(kind) if language == "zh" else kind
