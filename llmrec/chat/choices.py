"""The choice among the items of the last list: which one we would take, and why one stands there and not another."""

import re

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import plain
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.item_questions import ActReply, ItemQuestions
from llmrec.chat.list_questions import ListQuestions
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.normalisation import sentences
from llmrec.chat.nlu.questions import of_listed, superlative
from llmrec.chat.nlu.references import find_title, list_position
from llmrec.chat.nlu.suitability import audience_of, suiting
from llmrec.chat.state import DialogueState
from llmrec.chat.wordings import SAYS
from llmrec.errors import UnknownItem
from llmrec.retrieval.filters import parse_where

_ALL_OTHERS = re.compile(
    r"(?:all )?(?:the )?(?:rest|others?|other (?:ones|two|three|four)|them all|everything else)|其[他它]的?|别的", re.I
)
"""What an item is preferred to, where that is no item of its own."""


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

    def pick(self, line: str, state: DialogueState) -> ActReply | None:
        """Choose an item of the last list: by what the line says, or else the one that ranks first.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        ActReply or None
            With the reasons of the item; None where the line leaves no choice to us, or there is no list.
        """
        listed = [id for id in (state.last.items if state.last else ()) if id in self._words.row]
        if not listed or not leaves_choice(line):
            return None
        if superlative(line) or cues.MOST.search(line):
            return self._items.comparison(line, state)
        named = [id for id in self._items.named(line, state) if id in listed]
        if len(named) > 1:
            listed = [id for id in listed if id in named]  # "which would you pick, 2 or 4?"
        language = language_of(line)
        audience = audience_of(line)
        stated = () if len(named) > 1 else self._lists.stated(line)  # "between 2 and 3" is no price
        asked = suiting(audience, self._words) if audience else stated
        mask = parse_where(" and ".join(asked), self._words).mask(self._words) if asked else None
        meeting = listed if mask is None else [id for id in listed if mask[self._words.row[id]]]
        if not meeting and not of_listed(line):
            return None  # "help me choose a comedy" is a search
        if not meeting:
            text = SAYS["having none"][language].format(values=describe_conditions(asked, language, only=False))
            return ActReply(plain(text), spoken=asked)
        item, place = self._catalog.item(meeting[0]), self._place(meeting[0], state)
        conditions = describe_conditions(asked, language, only=False) if asked else ""
        text = SAYS["picked of" if asked else "picked"][language].format(
            title=natural_order(item.title), place=place, conditions=conditions
        )
        if len(named) > 1 and (beside := self._items.comparison(line, state)):
            text = f"{beside.text} {text}" if asked else beside.text
        return ActReply(plain(text), item.id, why=True)

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
    return cues.PICK.fullmatch(line.strip()) is not None
