"""Corrections of what was just said of an item: "seen it. the second one I mean", "no, I meant 3", 看过了,我是说第二部.

A line that names the item which was meant says the line before anew, of that item. What the line before changed is
taken back first, so that the place is one of the list that was on show then.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import plain
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.chat.item_questions import ItemQuestions
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.named_items import names_alone
from llmrec.chat.nlu.questions import refers_to_topic
from llmrec.chat.nlu.reactions import takes_back
from llmrec.chat.nlu.references import bare_title
from llmrec.chat.reactions import Reactions
from llmrec.chat.state import DialogueState
from llmrec.chat.wordings import SAYS

_SORRY = (
    r"(?:(?:no|nope|sorry|oops|wait|oh|actually|ah|hm+|well|er+|my mistake|hang on|i said that wrong|"
    r"not (?:that|this|it)(?: one)?)[,.;! ]+)*"
)
_NAMED = r"(?:the )?(?P<{0}>[^,.;!?\u3002]{{1,40}}?)"
_MEANT = re.compile(
    rf"{_SORRY}i(?:'m| am| was)? (?:mean|meant|meaning|talking (?:about|of)|asking (?:about|of)|"
    rf"thinking of) {_NAMED.format('a')}[\s.!]*|"
    rf"{_SORRY}{_NAMED.format('b')},? (?:i mean|i meant|is what i mean|is what i meant|was what i meant|"
    rf"is the one i mean(?:t)?)[\s.!]*|"
    rf"(?:no|nope|sorry|oops|not (?:that|this)(?: one)?|wrong one)[,.;:]+ *(?:but |rather |"
    rf"i meant? )?{_NAMED.format('c')}[\s.!]*|"
    rf"(?:(?:不是|不对|错了?|说错了|哦|抱歉|等等|不好意思)[,\u3002! ]*)*我?(?:是说|说的是|指的?是|的意思是|"
    rf"是想说|要说的是){_NAMED.format('d')}[啊哦呀啦\u3002! ]*|"
    rf"{_NAMED.format('e')}[,]?我(?:是说|说的是|指的?是)(?:这|那)?[个部本件]?[\u3002! ]*|"
    rf"(?:不是(?:[那这])?[个部本件]?|不对|错了|说错了)[,\u3002! ]+(?:是|"
    rf"应该是)?{_NAMED.format('f')}[啊哦呀啦\u3002! ]*",
    re.I,
)
"""What names the item that was meant, and says no more."""
_LAST_CLAUSE = re.compile(
    r"(?P<before>.+?)(?P<joint>[,.;!?\u3002]+\s*|\s+-+\s+|\s+(?=i mean))(?P<meant>[^\u3002]+)$", re.I
)
MIN_BEGUN = 5
"""Letters of the beginning of a title by which an item that is listed is named."""
_ORDINAL = r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last"
_REFERENCE = re.compile(
    rf"\b(?:the |that |this )?(?:{_ORDINAL})(?: (?:one|film|movie|book|item))?\b|(?:#|\b(?:number|no\.?|"
    rf"nr\.?) ?)\d{{1,2}}\b|"
    r"(?<![\w.,$€£'])\d{1,2}(?![\w%]|[.,]\d|'s)|\b(?:that|this)(?: one| film| movie| book| item)\b|\b(?:it|"
    r"that)\b(?!')|"
    r"第[一二三四五六七八九十\d]{1,2}[部个本件款首]?|最后一?[部个本件]|[这那]一?[部个本件款]|它",
    re.I,
)
"""How a line speaks of one item."""
_MEASURED = re.compile(r"(第[一二三四五六七八九十\d]+)[部个本件款首]")
_REACTS_ALONE = re.compile(
    r"(?:(?:already|i'?ve|i have|oh|yes|ok)[, ]*)*(?:seen|watched|read|own(?:ed)?|bought|got)(?: already|"
    r" before)?[\s.!]*|(?:我)?(?:都|已经)?[看买读听]过了?[\u3002! ]*",
    re.I,
)
_UNKNOWN = re.compile(
    r"(?:(?:no|oh|ah|sorry|actually|wait|well|but|hm+)[, ]+)*(?:i|we)(?:'ve| have)? ?(?:have ?n[o']t|haven'?t|"
    r"not|never|did ?n[o']t|didn'?t)(?: actually| really| even| yet)? "
    r"(?:seen?|saw|watch(?:ed)?|read|own(?:ed)?|bought|buy|heard)(?: of)? (?P<what>[^,.;!?]+?)(?: (?:yet|"
    r"before|though|actually|either|at all))*[\s.!]*|"
    r"(?:其实|不是|不对)?[, ]*(?P<zh>[^,\u3002我没]{1,12})?我?(?:还|其实|"
    r"并)*没(?:有)?[看买读听]过?(?P<after>[^,\u3002]{0,12}?)(?:啊|呢|呀)?[\u3002! ]*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a line that corrects comes to.

    Parameters
    ----------
    line
        The line as it is meant.
    state
        The conversation without what the line before changed, where this one says it anew.
    withdrawn
        What is said of that; "" where nothing was.
    words
        The whole reply, where the line says no more than what is taken in.
    """

    line: str
    state: DialogueState
    withdrawn: str = ""
    words: str = ""


class Corrections:
    """Reads which item was meant.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    words
        Those by whose titles a line is read.
    items
        What finds the items that a line names.
    """

    def __init__(self, catalog: Catalog, words: Catalog, items: ItemQuestions) -> None:
        self._catalog, self._words, self._items = catalog, words, items

    def read(
        self, line: str, typed: str, state: DialogueState, history: Sequence[str], reactions: Reactions
    ) -> Meaning:
        """Read what a line corrects: of the one before it, or of itself.

        Parameters
        ----------
        line, typed
            What the person wrote, with references written out and as it was typed: "no, the first" says by its "no"
            that it corrects.
        state
            What the conversation has come to.
        history
            Ids of the items of the person that were known before the conversation.
        reactions
            What names items.

        Returns
        -------
        Meaning
            The line and the state as they are where nothing is corrected.
        """
        if of := self._of_line(typed, state) or self._of_line(line, state):
            said, before = of
            now = (*before.liked, *before.rejected)
            gone = tuple(id for id in dict.fromkeys((*state.liked, *state.rejected)) if id not in now)
            told = SAYS["reverted items"][language_of(line)].format(titles=reactions.titles(gone, line))
            return Meaning(said, before, told if gone else "")
        if not_known := self._not_known(line, state, history):
            words, after = not_known
            return Meaning(line, after.remembering(state) if state.changed(after) else after, words=words)
        if alone := self._alone(typed, state):
            words, topic = alone
            return Meaning(line, state.model_copy(update={"topic": topic, "spoken": ()}), words=words)
        return Meaning(self._within(line, state), state)

    def _within(self, line: str, state: DialogueState) -> str:
        """Write a line that corrects itself as it is meant: "remove 4, I meant 5" as "remove number 5"."""
        match = _LAST_CLAUSE.fullmatch(line.strip())
        if match is None or not state.last or not state.last.items:
            return line
        meant = self._meant(match["meant"], state)
        if not meant or not re.search(r"mean|说|指|意思", match["meant"]):
            return line
        mark = "?" if "?" in match["joint"] else ""
        return self._said_of(match["before"].strip(), meant, language_of(line)) + mark

    def _of_line(self, line: str, state: DialogueState) -> tuple[str, DialogueState] | None:
        """The line before, of another item that this one names, and the state without what it changed."""
        before = state.reverted() if state.last_line_changed else state
        if not state.last_line or before is None or not (meant := self._meant(line, before)):
            return None
        return self._said_of(state.last_line, meant, language_of(line)), before

    def _alone(self, line: str, state: DialogueState) -> tuple[str, str] | None:
        """Tell of the item that a line means, where nothing was said before that it corrects; with its id."""
        if not re.search(r"\bmean|说|指|意思", line) or not (meant := self._meant(line, state)):
            return None
        named = self._items.named(f"the {meant}", state)
        if len(named) != 1:
            return None
        item, language = self._catalog.item(named[0]), language_of(line)
        say = CatalogueSentences(language, self._catalog)
        return plain(say("spoken of", item, facts=say.facts(item) or say.kind(item))), item.id

    def _not_known(self, line: str, state: DialogueState, history: Sequence[str]) -> tuple[str, DialogueState] | None:
        """Take in that the person does not know an item after all: "actually I haven't seen 2"."""
        match = _UNKNOWN.fullmatch(line.strip())
        if match is None or "?" in line or takes_back(line):
            return None
        what = _MEASURED.sub(r"\1", match["what"] or match["zh"] or match["after"] or "")
        named = self._items.named(f"the {what}", state)
        if not named and (not what or refers_to_topic(what)) and state.topic in self._catalog.row:
            named = (state.topic or "",)
        if len(named) != 1 or (
            what and not names_alone(f"the {what}", self._listed(state), self._words) and not refers_to_topic(what)
        ):
            return None
        item, language = self._catalog.item(named[0]), language_of(line)
        key = (
            "known before" if item.id in history else "not known after all" if item.id in state.liked else "new to you"
        )
        liked, accepted = (tuple(id for id in ids if id != item.id) for ids in (state.liked, state.accepted))
        state = state.model_copy(update={"liked": liked, "accepted": accepted, "topic": item.id})
        return plain(SAYS[key][language].format(title=item.title)), state

    def speaks_of_item(self, line: str, state: DialogueState) -> bool:
        """Tell whether a line speaks of one item of the last list, so that the next may correct which.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation had come to before it.

        Returns
        -------
        bool
        """
        if not self._listed(state) or self._meant(line, state):
            return False
        return _REFERENCE.search(line) is not None or _REACTS_ALONE.fullmatch(line.strip()) is not None

    def _listed(self, state: DialogueState) -> tuple[str, ...]:
        return state.last.items if state.last else ()

    def _meant(self, line: str, state: DialogueState) -> str:
        """The item that a line says was meant, as it names it; "" for any other line."""
        match = _MEANT.fullmatch(line.strip())
        said = next((each for each in match.groupdict().values() if each), "").strip() if match else ""
        said = _MEASURED.sub(r"\1", said)
        if said and (begun := self._begun(said, state)):
            return begun
        if not said or not names_alone(f"the {said}", self._listed(state), self._words):
            return ""
        return said if len(self._items.named(f"the {said}", state)) == 1 else ""

    def _begun(self, said: str, state: DialogueState) -> str:
        """The title of the one listed item that begins with what is said: "raiders" of Raiders of the Lost Ark."""
        if len(said) < MIN_BEGUN or re.search(r"\d|第", said) or re.fullmatch(_ORDINAL, said, re.I):
            return ""
        listed = dict.fromkeys((*self._listed(state), *([state.topic] if state.topic else ())))
        titles = [plain(natural_order(self._words.item(id).title)) for id in listed if id in self._words.row]
        found = [each for each in titles if bare_title(each).startswith(f"{bare_title(said)} ")]
        return found[0] if len(found) == 1 and "," not in found[0] else ""

    def _said_of(self, line: str, meant: str, language: str) -> str:
        """A line with another item in the place of the one that it speaks of last."""
        of = (
            meant
            if re.search(r"[^\W\d]{2}|第", meant) and not re.fullmatch(_ORDINAL, meant, re.I)
            else f"number {meant}"
        )
        of = f"the {meant} one" if re.fullmatch(_ORDINAL, meant, re.I) else of
        if found := [*_REFERENCE.finditer(line)]:
            return f"{line[: found[-1].start()]}{of}{line[found[-1].end() :]}"
        bare = line.strip(" .!。")
        return f"{of}{bare}" if language == "zh" else f"{bare} {of}"
