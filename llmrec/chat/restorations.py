"""What brings items back that were turned down, or shown before: "bring Speed back", "I didn't say they were bad"."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.wording import plain
from llmrec.chat.earlier_lists import BEFORE, earlier_list, lists_of
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.named_items import items_named, with_places
from llmrec.chat.reactions import Reactions
from llmrec.chat.state import DialogueState, ListState, stated_pairs
from llmrec.chat.wordings import SAYS

_DENIES = re.compile(
    rf"{BEFORE}(?:i|we) (?:did ?n'?t|did not|never|haven'?t|have not)(?: actually| really| even)? "
    r"(?:sa(?:y|id)|mean|meant|want(?:ed)?|ask(?:ed)?|tell|told|reject(?:ed)?|dislike[d]?|complain(?:ed)?)\b"
    r"[^?]*?\b(?:bad|no good|wrong|gone|remove[d]?|drop(?:ped)?|away|out|off|rid|against|dislike[d]?|hate[d]?|"
    r"reject(?:ed)?|"
    r"(?:not|n'?t) (?:\w+ )?(?:like|want|good|bad))\b[^.;!?]*|"
    r"(?:不是|不|等等|哎)?[,! ]*(?:我|咱)(?:可|并|又)?没(?:有)?(?:说|讲)(?:过)?[^,。]*"
    r"(?:不好|不要|不喜欢|不行|难看|去掉)[^,。]*",
    re.I,
)
"""What denies that something was turned down."""
_BRINGS = re.compile(
    rf"{BEFORE}(?:bring|put|get|give|add|want|have|i want|i'd like|we want|i'll have|can (?:i|we) have|could (?:i|"
    rf"we) have)"
    r"(?: (?:me|us))? (?P<what>[^.;!?]{2,80}?) back(?: (?:in|on|up|please|again|on the list|in the list|"
    r"into it))*[\s.!?]*|"
    rf"{BEFORE}(?:bring|put|get|give)(?: (?:me|us))? back (?P<after>[^.;!?]{{2,80}}?)(?: please| again| after all|"
    rf" then| now)*[\s.!?]*|"
    rf"{BEFORE}(?P<first>[^.;!?]{{2,60}}?) (?:can|may|should|could) (?:come|go|be(?: put)?|stay) back(?: in|"
    rf" on)?[\s.!]*|"
    rf"{BEFORE}(?:show|give|get|have|see|can (?:i|we) (?:have|see|get)|could (?:i|we) (?:have|see|get))(?: (?:me|"
    rf"us))? "
    r"(?P<again>the (?:very )?(?:first|earlier|previous|old|original|other) [^.;!?]{2,40}?) again(?: please)?[\s.!?]*|"
    r"(?:不是|不|等等|还是|请)?[,! ]*把?(?P<zh>[^,。]{1,20}?)(?:再)?(?:加|放|找|拿|换|要|还|留)回来吧?[。! ]*",
    re.I,
)
"""What asks for items again."""
_ALL = re.compile(
    r"(?:all )?(?:of )?(?:it|them|those|that|these|everything|all)(?: ones?| films?| two)?|它们?|"
    r"那些|[那这]几[部个本件]",
    re.I,
)
_OF_BEFORE = re.compile(
    r"(?:the |your |those )?(?:very )?(?:first|earlier|previous|old|other|original) (?:ones|lot|batch|films|movies|"
    r"ideas|picks)|(?:之前|刚才|前面)的?(?:那些|那几[部个本件])?",
    re.I,
)
_JOINTS = re.compile(r"\s*(?:,|\band\b|&|、|和|跟|还有)\s*", re.I)
_PARTS = re.compile(r"(?<=[.;!\u3002])\s*|(?<=,)\s*(?=(?:bring|put|give|get|add)\b|把)")


MOST_NAMED = 3
"""Items up to which each is named that comes again."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """What comes again.

    Parameters
    ----------
    state
        The conversation without what had turned the items down.
    list
        The list that is shown, as it was made.
    words
        What is said of it.
    """

    state: DialogueState
    list: ListState
    words: str


class Restorations:
    """Reads which items are to come again.

    Parameters
    ----------
    words
        The items by whose titles and values a line is read.
    offered
        Ids of the items that can be recommended.
    """

    def __init__(self, words: Catalog, offered: Container[str]) -> None:
        self._words, self._offered = words, offered

    def read(self, line: str, state: DialogueState, reactions: Reactions) -> Restoration | None:
        """Read a line that brings items back.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.
        reactions
            What names items.

        Returns
        -------
        Restoration or None
            None for any other line, and for one that names none of the items that were shown.
        """
        if earlier := earlier_list(line, state):
            return Restoration(state, *earlier)
        parts = [part.strip(" ,.;!\u3002") for part in _PARTS.split(line) if re.search(r"\w", part)]
        denied = [part for part in parts if _DENIES.fullmatch(part)]
        brought = [part for part in parts if _BRINGS.fullmatch(part)]
        if state.last is None or not (denied or brought) or len(denied) + len(brought) < len(parts):
            return None
        if whole := next((made for each in brought if (made := self._list_of(_what(each), state))), None):
            return Restoration(state, whole, SAYS["reverted list"][language_of(line)])
        ids, unknown = self._named(brought, state)
        if not ids and unknown and not denied:
            return None
        ids = ids or self._denied(denied, state)
        if not (ids or denied):
            return None
        before = self._shown_with(ids, state)
        gone = [id for id in ids if id in state.rejected or id in state.liked or id in state.last.excluded]
        kept = {
            name: tuple(id for id in getattr(state, name) if id not in ids)
            for name in ("rejected", "liked", "accepted")
        }
        again = before.model_copy(update={"excluded": tuple(id for id in before.excluded if id not in ids)})
        return Restoration(state.model_copy(update=kept), again, self._told(ids, gone, unknown, line, reactions))

    def _named(self, brought: Sequence[str], state: DialogueState) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Items that lines ask for again, and what names none of them."""
        shown = tuple(dict.fromkeys((*state.rejected, *(id for each in lists_of(state) for id in each.items))))
        found: list[str] = []
        unknown: list[str] = []
        for line in brought:
            what = _what(line)
            if _ALL.fullmatch(what.strip()):
                continue  # those that the line denies, or the last that were turned down
            if _OF_BEFORE.fullmatch(what.strip()):
                found += self._before_these(state)
                continue
            for part in filter(None, _JOINTS.split(what)):
                if ids := self._of(part.strip(), shown, state):
                    found += ids
                else:
                    unknown.append(part.strip())
        return tuple(dict.fromkeys(found)), tuple(unknown)

    def _denied(self, denied: Sequence[str], state: DialogueState) -> tuple[str, ...]:
        """Of what was turned down last what lines name, or all of it."""
        last = self._turned_down_last(state)
        said = " ".join(_OF_BEFORE.sub(" ", each) for each in denied)
        listed = next((each.items for each in lists_of(state) if set(each.items) & set(last)), ())
        named = items_named(said, listed, self._words, self._offered)
        return tuple(id for id in last if id in named) or last

    def _turned_down_now(self, state: DialogueState) -> tuple[str, ...]:
        """Ids of what the last change turned down."""
        return tuple(id for id in state.rejected if not state.earlier or id not in state.earlier[-1].rejected)

    def _before_these(self, state: DialogueState) -> tuple[str, ...]:
        """Ids of what the last change turned down; else of the list before the last one."""
        new = self._turned_down_now(state)
        shown = state.last.items if state.last else ()
        return new or next((each.items for each in lists_of(state) if set(each.items) - set(shown)), ())

    def _list_of(self, what: str, state: DialogueState) -> ListState | None:
        """An earlier list: the first of all, or the one of a kind that is named ("the war ones"); None for neither."""
        lists = [each for each in lists_of(state)[1:] if each.items]
        first = re.match(r"(?:the |your )?(?:very )?(?:first|original)\b", what, re.I) is not None
        if first and _OF_BEFORE.fullmatch(what.strip()):
            return lists[-1] if lists and not self._turned_down_now(state) else None
        named = re.fullmatch(r"(?:the |those )?(?P<kind>[\w' -]+?) (?:ones|films|movies)", what.strip(), re.I)
        said = named["kind"] if named else ""
        values = {value for mention in Lexicon.of(self._words).mentions(said) for value in mention.values}
        stated = ({value for each in made.conditions for _, value in stated_pairs(each)} for made in lists)
        return next((made for made, own in zip(lists, stated, strict=True) if values & own), None)

    def _of(self, part: str, shown: Sequence[str], state: DialogueState) -> tuple[str, ...]:
        """The items of those shown that a few words name: by a title, by words of one, by a place or by a value."""
        said = re.sub(r"^(?:the|that) | (?:film|movie|one)$", "", part.casefold())
        titles = {
            id: re.findall(r"\w+", self._words.item(id).title.casefold()) for id in shown if id in self._words.row
        }
        words = re.findall(r"\w+", said)
        if of_title := [id for id, title in titles.items() if words and set(words) <= set(title)]:
            shortest = min(len(titles[id]) for id in of_title)
            return tuple(id for id in of_title if len(titles[id]) == shortest)
        with_gone = sorted(lists_of(state), key=lambda each: not set(each.items) & set(state.rejected))
        for listed in (each.items for each in with_gone):
            placed = with_places(part if part.startswith(("the ", "that ")) else f"the {part}", listed, self._words)
            named = items_named(placed, listed, self._words, self._offered)
            if ids := tuple(id for id in named if id in shown):
                return ids
        return ()

    def _turned_down_last(self, state: DialogueState) -> tuple[str, ...]:
        """Ids of the items that the last change turned down which turned any down."""
        kept = (tuple(id for id in state.rejected if id not in then.rejected) for then in reversed(state.earlier))
        return next((new for new in kept if new), ())

    def _shown_with(self, ids: Sequence[str], state: DialogueState) -> ListState:
        """The latest list that showed the items, with what has been ruled out since."""
        assert state.last is not None
        lists = [each for each in lists_of(state) if each.items]
        best = max(lists, key=lambda each: len(set(ids) & set(each.items)), default=state.last)
        return best if set(ids) & set(best.items) else state.last

    def _told(
        self, ids: Sequence[str], gone: Sequence[str], unknown: Sequence[str], line: str, reactions: Reactions
    ) -> str:
        language = language_of(line)
        said = []

        def titled(some: Sequence[str]) -> str:
            return reactions.titles(some, line)

        if len(ids) > MOST_NAMED:
            said.append(SAYS["reverted list"][language])
        elif gone:
            said.append(SAYS["back in"][language].format(titles=titled(gone)))
        elif ids:
            said.append(SAYS["still in"][language].format(titles=titled(ids)))
        else:
            said.append(SAYS["nothing turned down"][language])
        if unknown:
            said.append(
                SAYS["back unknown"][language].format(what=plain(("、" if language == "zh" else " or ").join(unknown)))
            )
        return " ".join(said)


def _what(line: str) -> str:
    """What a line asks for again, in its words; "" for a line that does not."""
    match = _BRINGS.fullmatch(line)
    return next((each for each in match.groupdict().values() if each), "") if match else ""
