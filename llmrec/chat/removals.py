"""Items that a line takes off the list, written by their places: "remove High Noon and Butch Cassidy" as "not number 4".

People take several off at once, name them by a part of the title, and say it again where one is still there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import CHINESE, with_titles
from llmrec.chat.nlu.lexicon import ORDINARY, Lexicon
from llmrec.chat.nlu.listed_titles import listed_by_part
from llmrec.chat.nlu.normalisation import HALF_WIDTH
from llmrec.chat.nlu.references import bare_title, bare_titles
from llmrec.chat.state import DialogueState, excludes, values_of

MIN_BEGUN = 10
"""Letters of the beginning of a title by which an item that is not listed is named."""
_OPENING = (
    r"(?:(?:ok(?:ay)?|no|nope|ugh|hey|but|and|so|also|then|now|well|please|kindly|just|look|again|sorry|right|"
    r"can you|could you|would you|will you|i'?d like you to|i want you to|you can|let'?s)\b[,.!: ]*)*"
)
_LIST = r"(?:(?:the|your|my|that|this) )?(?:list|selection|suggestions|recommendations)"
_ENDING = rf"(?:[, ]*(?:(?:(?:from|of|off|on) )?{_LIST}|please|then|now|again|already|too|as well|for me|for good|thanks|thank you)\b)*"
_VERB = (
    r"(?:remove|drop|lose|ditch|delete|hide|skip|scrap|bin|chuck|exclude|leave out|take out|take off|take away|cross off|cross out|"
    r"strike|strike off|kick out|throw out|get rid of|rule out|stop (?:showing|suggesting|recommending)(?: me)?)"
)
_SPLIT_VERB = r"(?:take|leave|cross|kick|throw|strike|get|rule|put)"
_STILL = (
    r"(?:still|again) (?:there|here|in there|on there|listed|showing|shown|showing up|coming up|popping up|"
    rf"(?:being )?(?:suggested|recommended)|(?:in|on|part of|among) {_LIST})"
)
_REMOVES = re.compile(
    rf"{_OPENING}(?:{_VERB} (?P<a>.+?)(?: off| out| away)?|{_SPLIT_VERB} (?P<b>.+?) (?:off|out|away)(?: of (?:there|here))?|"
    rf"(?:i|we)(?:'ve| have)? (?:already |clearly |just )*(?:said|told you|asked(?: you)?|wanted|meant)(?: for)? (?:already )?"
    rf"(?:no|not|to (?:{_VERB})|without)(?: more)? (?P<c>.+?)|"
    rf"(?:no|not) (?P<g>.+?)|"
    rf"(?P<d>.+?) (?:is|are|'s|was|were) {_STILL}|"
    rf"(?:why|how come) (?:is|are|do i(?: still)? see) (?P<e>.+?) {_STILL}|"
    rf"(?:why (?:do|are) )?you(?:'re|'ve| are| have)? (?:still|again) (?:have|got|show(?:ing)?|list(?:ing)?|suggest(?:ing)?|recommend(?:ing)?|includ(?:e|ing)|put(?:ting)?)"
    rf"(?: me)? (?P<f>.+?)|"
    rf"(?P<h>.+?) (?:has|have) to go|(?P<i>.+?) (?:can|should|must) (?:go|come off(?: {_LIST})?)|i (?:do ?n'?t|do not) want (?:to see )?(?P<j>.+?)"
    rf"){_ENDING}[\s.!?]*",
    re.I,
)
"""What takes items off, or finds them listed still."""
_AGAIN = re.compile(
    rf"{_OPENING}(?:(?:it|that|this|that one|they|those|both) (?:is|are|'s|'re) {_STILL}|it'?s {_STILL}|"
    rf"(?:{_VERB} (?:it|them|that|that one|this|those|both)|{_SPLIT_VERB} (?:it|them|that|that one|this|those|both) (?:off|out|away))"
    rf"(?: of (?:there|here))?){_ENDING}[\s.!?]*",
    re.I,
)
"""What says so of the items that the sentence before it named."""
_TOLD_BEFORE = re.compile(r"\b(?:said|told|asked|still|again)\b|说了|说过|还在|怎么还|又出现|又有", re.I)
"""By which a removal is one that was missed."""
_AND = re.compile(
    r"\s*(?:,|&|\+|;)\s*(?:(?:and|or|nor|plus)\s+)?|\s+(?:and|or|nor|plus|as well as)\s+(?:no |not )?", re.I
)
_PLACE = re.compile(r"(?:the |number |no\.? ?|#)*([1-9]\d?)", re.I)
_POINTS = re.compile(r"(?:that|this|it|those|these|them)\b", re.I)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\s+(?=but\b)|,\s+(?=(?:it is|it'?s|they are) still\b)", re.I)
_OUT_ZH = r"(?:去掉|去了|删掉|删了|删除|拿掉|拿走|换掉|移除|划掉|剔除|排除|撤掉|不要|别(?:再)?(?:推荐?|出现|放)|不用(?:再)?推荐)"
_TITLES_ZH = r"(?P<{0}>(?:《[^》]+》(?:、|,|和|跟|与|还有|以及)?)+)"
_REMOVES_ZH = re.compile(
    rf"(?:我(?:都|已经|刚才?)?(?:是)?(?:说了?|说过)(?:的是)?[,:]?)?(?:请|麻烦|帮我|给我|就|能不能|可以)*(?:"
    rf"(?:把|将){_TITLES_ZH.format('a')}(?:都|也|给我|从列表里?|从里面|全)*{_OUT_ZH}|"
    rf"{_OUT_ZH}(?:了)?(?:掉)?{_TITLES_ZH.format('b')}|"
    rf"{_TITLES_ZH.format('c')}[^。!?;《》,]{{0,12}}?(?:,(?:请|麻烦|所以|就|都|也|把它们?|把这[部个]|给我)*)?(?:请|麻烦|都|也|就|把它们?|给我)*{_OUT_ZH}|"
    rf"(?:(?:怎么|为什么|为啥)(?:还有|还是有)|(?:怎么)?又有){_TITLES_ZH.format('d')}|"
    rf"{_TITLES_ZH.format('e')}(?:怎么|为什么|为啥)?(?:还在|又出现|还是在|又在)[^。!?;,]{{0,6}}"
    rf")(?:吧|了|掉|啊|呀|好吗|行吗|可以吗|一下)*(?P<end>[。!?;,]*)"
)
_ZH_AGAIN = re.compile(
    r"(?:请|麻烦|赶紧|快)?(?:把)?(?:它们?|这[部个]|那[部个])?(?:也|都|给我)*(?:去掉|删掉|删了|拿掉|换掉|移除|划掉)(?:吧|了|啊)?[。! ]*"
)


@dataclass(slots=True)
class _Named:
    """Places in the list and titles beside it that are taken off."""

    places: list[int] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Removal:
    """A line in which what is taken off the list is written by places and titles.

    Parameters
    ----------
    line
        The line as it is read on.
    repeats
        Whether it says of an item that it is listed still.
    """

    line: str
    repeats: bool = False


def with_removals(line: str, state: DialogueState, catalog: Catalog) -> Removal:
    """Write what a line takes off the list by places, or by titles in full where it is not listed.

    Parameters
    ----------
    line
        What a person wrote.
    state
        What the conversation has come to.
    catalog
        Whose titles are read.

    Returns
    -------
    Removal
        With the line as it is where it takes nothing off, or something that is no item alone.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> from llmrec.chat.state import ListState
    >>> titles = ("Wild Bunch, The", "Butch Cassidy and the Sundance Kid", "High Noon")
    >>> films = Catalog("films", tuple(Item(t[:4], t) for t in titles), {})
    >>> state = DialogueState(last=ListState(items=("Wild", "Butc")))
    >>> with_removals("Remove High Noon and Butch Cassidy, please.", state, films).line
    'not number 2. not 《High Noon》.'
    >>> with_removals("I said no butch cassidy. It is still in your list.", state, films).line
    'not number 2.'
    """
    if not state.last or not state.last.items:
        return Removal(line)
    return _Reader(state, catalog).read(line)


class _Reader:
    """Reads removals from one list."""

    def __init__(self, state: DialogueState, catalog: Catalog) -> None:
        self._listed = state.last.items if state.last else ()
        self._conditions = state.last.conditions if state.last else ()
        self._known, self._catalog = (*state.rejected, *([state.topic] if state.topic else ())), catalog

    def read(self, line: str) -> Removal:
        half = " ".join(line.translate(HALF_WIDTH).split())
        if re.search(f"[{CHINESE}]", half):
            return self._in_chinese(line, with_titles(self._quoted(half), self._catalog))
        found, kept, repeats, changed = _Named(), [], False, False
        before = False
        for sentence in _SENTENCE.split(half):
            if before and _AGAIN.fullmatch(sentence):
                repeats |= _TOLD_BEFORE.search(sentence) is not None
                continue
            match = _REMOVES.fullmatch(sentence)
            said = next((each for each in match.groups() if each), "") if match else ""
            if match and match["g"] and (" " not in said.strip() or _POINTS.match(said)):
                said = ""  # "no amityville" may mean a series, "not that one, Heat" corrects
            named = self._items(said) if said else None
            if named and match and match["g"] and named.titles:
                named = None  # of what is not listed "not" may put right what was said before
            if named is None and match and match["a"] and self._is_value(said):
                sentence, changed = f"no {said.strip()}", True  # "remove comedies" is no wish for them
            before = named is not None
            if named is None:
                kept.append(sentence)
                continue
            changed = True
            repeats |= _TOLD_BEFORE.search(sentence) is not None
            found.places += named.places
            found.titles += named.titles
        if not changed:
            return Removal(line)
        return Removal(" ".join((*_written(found), *kept)), repeats)

    def _in_chinese(self, line: str, half: str) -> Removal:
        found = _Named()

        def removed(match: re.Match[str]) -> str:
            said = next(match[name] for name in "abcde" if match[name])
            for title in re.findall(r"《([^》]+)》", said):
                self._add(title, found)
            return match["end"][-1:]

        read = _REMOVES_ZH.sub(removed, half)
        if not found.places and not found.titles:
            return Removal(line)
        rest = [each for each in re.split(r"(?<=[。!?;,])", read) if re.search(r"\w", each)]
        rest = [each for each in rest if not _ZH_AGAIN.fullmatch(each.strip(",;!? "))]
        places = "和".join(f"第{place}部" for place in dict.fromkeys(found.places))
        titles = "和".join(f"《{title}》" for title in dict.fromkeys(found.titles))
        off = "。".join(f"不要{each}" for each in (places, titles) if each)
        return Removal(f"{off}。{''.join(rest)}", _TOLD_BEFORE.search(half) is not None)

    def _quoted(self, line: str) -> str:
        """A line in Chinese with the English titles of the list in brackets, a part of one in full."""

        def in_full(match: re.Match[str]) -> str:
            known = listed_by_part(match[0], (*self._listed, *self._known), self._catalog)
            id = known or self._beside(match[0])
            return f"《{self._catalog.item(id).title}》" if id else match[0]

        return re.sub(
            r"《[^》]*》|[A-Za-z][A-Za-z0-9'&:. -]*[A-Za-z0-9]", lambda m: m[0] if m[0][0] == "《" else in_full(m), line
        )

    def _items(self, text: str) -> _Named | None:
        """The items that words name and nothing else; None where one of them is no item."""
        whole = _Named()
        if self._add(text, whole):
            return whole
        found = _Named()
        parts = [each for each in _AND.split(text) if each and each.strip()]
        by_place = [each for each in map(_PLACE.fullmatch, map(str.strip, parts)) if each]
        titles = [each for each in parts if not _PLACE.fullmatch(each.strip())]
        if len(parts) < 2 or not titles or not all(self._add(each, found) for each in titles):
            return None
        found.places = [*(int(each[1]) for each in by_place), *found.places]
        return found if all(place <= len(self._listed) for place in found.places) else None

    def _add(self, text: str, found: _Named) -> bool:
        """Add the item that words name; False where they name none."""
        if id := listed_by_part(text, self._listed, self._catalog):
            found.places.append(self._listed.index(id) + 1)
        elif (id := listed_by_part(text, self._known, self._catalog)) or (id := self._beside(text)):
            found.titles.append(self._catalog.item(id).title)
        else:
            return False
        return True

    def _is_value(self, text: str) -> bool:
        """Whether words are values of the catalogue alone that the last list was not made for."""
        found = Lexicon.of(self._catalog).mentions(text)
        whole = len(found) == 1 and found[0].end - found[0].start >= len(text.strip()) - 1
        held = {value for each in self._conditions if not excludes(each) for value in values_of(each)}
        return whole and not held & set(found[0].values) and not re.match(r"(?:the|that|this)\b", text.strip(), re.I)

    def _beside(self, text: str) -> str | None:
        """The item of the catalogue that words name as a whole title, or by the beginning of one title alone."""
        said = text.strip(" \"'“”.,!")
        bare = bare_title(said)
        if wording(self._catalog).noun == "product" or ORDINARY.issuperset(bare.split()):
            return None
        of_value = bool(Lexicon.of(self._catalog).mentions(said))
        if (of_value and " " not in bare) or len(bare.replace(" ", "")) < MIN_BEGUN // 2:
            return None
        by_title = Vocabulary.of(self._catalog).by_title
        titles = [title for title, own in derived(self._catalog, bare_titles).items() if own == bare]
        if not titles and not of_value and " " in bare and len(bare.replace(" ", "")) >= MIN_BEGUN:
            begun = [title for title, own in derived(self._catalog, bare_titles).items() if own.startswith(f"{bare} ")]
            titles = begun if len({by_title[each][0] for each in begun}) == 1 else []
        ids = list(dict.fromkeys(by_title[each][0] for each in titles))
        one_word = " " not in bare and not said[:1].isupper()
        return ids[0] if ids and not one_word else None


def _written(found: _Named) -> Sequence[str]:
    """What is taken off in the words in which it is read: places first."""
    places = " and ".join(f"number {place}" for place in dict.fromkeys(found.places))
    titles = " and ".join(f"《{title}》" for title in dict.fromkeys(found.titles))
    return [f"not {each}." for each in (places, titles) if each]
