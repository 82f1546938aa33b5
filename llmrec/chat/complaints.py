"""Complaints about listed items, written as what they come to: "terminator?? how is that funny" as "not number 2".

What is complained of is not wanted, and what is wanted stays as it was.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import is_chinese, with_titles
from llmrec.chat.nlu.lexicon import ORDINARY, Lexicon
from llmrec.chat.nlu.normalisation import HALF_WIDTH
from llmrec.chat.state import DialogueState

MIN_TITLE, MIN_PART = 4, 5
"""Letters from which a title of one word, and the first word of a longer one, name an item that is listed."""
MIN_UNLISTED, MIN_DROPPED = 7, 5
"""Letters from which a title of the catalogue that is not listed is known by them, after any word and after "drop"."""
_ITEM = r"\u27e6(?P<{0}>[\d,]+)\u27e7"
"""An item that is listed, as it stands in a line that is read here: the places that its words name."""
_NO_MARKS = str.maketrans("\u27e6\u27e7", "()")
"""What people write in place of these brackets is no mark of ours."""
_START = r"(?:(?<=^)|(?<=[.!?;,] )|(?<=[.!?;,])|(?<=\band )|(?<=\bbut ))"
_OPENING = (
    r"(?:(?:no|nah|ugh|hmm*|wait|what|huh|lol|haha+|hey|but|and|ok|seriously|really|sorry|man|wtf)\b[,.!? ]+){0,4}"
)
_END = r"(?=\s*(?:[,.;!?]|$|\b(?:and|but)\b))"
_WORDS = r"(?:(?:mrs?|ms|dr|st)\.|[\w'&:-]+)(?: (?:(?:mrs?|ms|dr|st)\.|[\w'&:-]+)){0,5}?"
_ASIDE = r"(?: ?(?:,|-|lol|haha+|lmao|omg|wtf|smh|really|[?!]+))+ ?"
_RHETORIC = (
    r"(?:(?:and )?(?:how|since when|in what world|in what way) (?:is|are|was|does|do|could"
    r"|would) (?:that|this|it|those|they)\b"
    r"|what (?:has|have|does|do|did) (?:that|this|it|they) (?:got )?(?:to do|have to do|in common) with)[^.;!?]*[.;!?]*"
)
_PRAISE = (
    r"[^.,;!?]*\b(?:good|great|nice|lovely|bad|problem|classics?|favou?rites?|fun|perfect|masterpiece|gem|lov(?:e|ed)|"
    r"like|liked|enjoy(?:ed)?|want|seen|right)\b(?! (?:films?|movies?|vibes?)\b|[- ]good\b)"
)
_AGAINST = re.compile(
    rf"{_START}{_OPENING}(?:"
    rf"{_ITEM.format('a')}\s*(?:\?[?!]+|!+\?+|\?(?=\s*(?:really|seriously|lol|come on|how is|since when|"
    rf"that'?s not|(?:i|we) (?:asked|said|wanted)\b)))(?:\s*(?:really|seriously|lol"
    rf"|come on)[.!? ]+)?\s*(?:{_RHETORIC})?|"
    rf"{_ITEM.format('b')}{_ASIDE}(?:that|this|it)(?:'?s| is) (?:literally |basically |actually |just "
    rf"|like |all |only )*"
    rf"(?:an?|about|not|no|nothing)\b(?!{_PRAISE})(?![^.,;]*\?)[^.,;!?]*|"
    rf"{_ITEM.format('c')} (?:is ?n'?t|is not|ain'?t|was ?n'?t|was not|is hardly|is far from|is anything but|is no)\b"
    rf"(?! (?:a problem|bad|half bad|it|on|in|there|listed|too|that|mentioned|shown|included"
    rf"|number)\b)[^.,;!?]*(?![^.,;]*\?)"
    rf")",
    re.I,
)
"""What is said against an item of the list, in words that name no wish."""
_TURNED_DOWN = re.compile(
    rf"{_START}{_OPENING}(?:(?:i|we) (?:said|told you)(?: to)? )?(?:just |please )*(?P<verb>skip|drop"
    rf"|remove|lose|ditch|hide|get rid of|"
    rf"leave out|take off|forget(?: about)?|not|no more|no|(?:i|we) (?:did|do)(?: ?n'?t| not) (?:want"
    rf"|like|need|ask for)) "
    rf"(?:{_ITEM.format('places')}|(?P<title>{_WORDS}))(?: (?:films?|movies?|one|ones|please|then|"
    rf"off(?: the list)?|out|again|anymore|any more))*{_END}",
    re.I,
)
"""What turns a title down."""
_OF_SERIES = frozenset(("forget", "forget about", "no more", "no", "not"))
"""Words after which the name of a series rules all of it out."""
_SKIPPED = re.compile(
    rf"{_START}{_OPENING}(?:{_ITEM.format('places')}|(?P<title>{_WORDS})) (?:sounds?|looks?|seems?|is|was|are|were)"
    r" (?:really |so |a bit |very |pretty |kinda |just |too )*(?P<why>[a-z]+)[,;. ]+(?:so "
    r"|and )?(?:please |just )?(?:skip|drop|remove|lose|ditch|hide|leave out) (?:that|it"
    r"|this)(?: one)?"
    rf"(?: (?:please|then|out))*{_END}",
    re.I,
)
"""What turns down by "that one" the title before it."""
_KNOWN = re.compile(
    rf"{_START}(?:(?:ok|oh|well|so|and|ah)[, ]+)*{_ITEM.format('places')}, (?:(?:i|we)(?:'?ve"
    rf"| have)? )?(?:already )?(?:seen|watched|read) (?:it|that)"
    rf"(?:[, ]+(?:and )?(?:i )?(?:lov|lik)(?:e|ed) it)?{_END}",
    re.I,
)
_KNOWN_RATHER = re.compile(
    r"(?:(?:no|wait|sorry|you got (?:it|that) wrong|that'?s wrong|wrong)[,.! ]+)*(?:it'?s|it is|it was) "
    rf"(?:{_ITEM.format('places')}|(?P<title>{_WORDS}))(?: that| which)? (?:i|we)(?:'?ve"
    rf"| have)? (?:already )?(?:seen|watched|read|saw)"
    rf"[,.;! ]+(?:and )?not (?:{_ITEM.format('other')}|(?P<wrong>{_WORDS}))[\s.!]*",
    re.I,
)
"""Which of two items is the one that is known, and which is not."""
_BACK = re.compile(rf"\bput (?:{_ITEM.format('places')}|(?P<title>[^,.;!?]{{2,40}}?)) back\b", re.I)
_FOR_CHILDREN = re.compile(
    rf"{_START}{_OPENING}{_ITEM.format('places')}(?:(?:,| and| &) ?{_ITEM.format('more')})* (?:is|are"
    rf"|'?s) (?:(?:both|all|just|really|only) )*for (?:little )?"
    rf"(?:kids|children|babies|toddlers)[.!]*",
    re.I,
)
"""What finds listed items to be for children, which is none of an adult's wishes."""
_CHINESE = re.compile(
    r"(?:(?:不是吧|啊|什么|哈哈)[,。! ]*)*(?:"
    rf"(?:(?:你|您)?(?:这)?(?:推荐|给我?|列)的)?《?{_ITEM.format('a')}》?(?:(?:哪里|哪儿)(?!能|可以|有|拍|看|买|下)[^,。!?]{{1,8}}(?:了|啊)|"
    r"怎么(?:会|能|可能)(?:是|算)[^,。!?]{1,8}|(?:一点(?:也|都)|根本|才|并|完全)不[^,。!?]{1,8})|"
    rf"(?:你|您)?(?:这)?(?:推荐|给我?|列)的《?{_ITEM.format('b')}》?(?:明明|可|不)?是[^,。!?]{{1,8}}(?:啊|呀|吧|嘛|好吗))"
    r"(?:[,](?:是|讲|明明)[^,。!?]{1,14})?"
)
_REMOVED_CHINESE = re.compile(rf"把《?{_ITEM.format('places')}》?(?:给我)?(?:去掉|删掉|删了|拿掉|换掉|移除|划掉)")


_THAT_CHINESE = re.compile(r"把(?:它|这[个部本件款]?|那[个部本件款]?)(?:给我)?(?:去掉|删掉|删了|拿掉|换掉|移除|划掉)")
_VALUE = re.compile(
    rf"^{_OPENING}(?P<value>[a-z][\w'-]*(?: [\w'-]+){{0,2}}) ?(?:\?[?!]*|!+\?+) ?(?=(?:but )?(?:i"
    rf"|we) (?:asked|said|wanted|want|need|meant)\b)",
    re.I,
)
"""What a list has that was not wanted: "socks?? i asked for shirts"."""
_QUOTED = re.compile(
    r"^(?:(?:oh|ah|so)[, ]+)?(?P<value>[a-z][\w'-]*(?: [\w'-]+){0,2}),? (?:"
    r"(?:hm+|ah|huh|eh|meh|i see)(?:[,. ]+(?:hm+|ok(?:ay)?|i see|right|fine|meh))*[,.!]+ |"
    r"(?:ok(?:ay)?|right|fine)[,.!]+ (?=.*\b(?:instead|rather)\b))(?=\w)",
    re.I,
)
"""What repeats a word of the list before a wish: "orange, hm ok. i'd like beige instead"."""
_NO_LIST = re.compile(
    rf"{_START}{_OPENING}(?:(?:i|we) )?(?:do|did) ?(?:n'?t|not) (?:need|want|ask for"
    rf"|asking for) (?:(?:another|any|more|a|new|the|yet) )*lists?"
    r"(?: (?:again|now|please))?(?:,? (?:mate|man|dude|bro|please|thanks))?[,.;! ]*|"
    rf"{_START}{_OPENING}(?:no more lists?|not another list)(?: please)?[,.;! ]*",
    re.I,
)
_ASKED_ABOUT = re.compile(
    r"^(?:(?:but|and|so|no)[, ]+)*(?:(?:i|we) )?(?:(?:was|am) )?(?:just |only |simply )*(?:asked"
    r"|asking|wanted to know|wondered|was wondering) (?:you )?(?:about|bout) (?P<what>[^,.;?!]+)[.!]*$",
    re.I,
)
"""What one asked, which was answered by a list."""


@dataclass(frozen=True, slots=True)
class Complained:
    """A line whose complaints are written as what they come to.

    Parameters
    ----------
    line
        What is left to be read.
    state
        The conversation, without what the line takes back of it.
    sorry
        Whether it complains of an item that was listed.
    """

    line: str
    state: DialogueState
    sorry: bool = False


def without_complaints(line: str, state: DialogueState, catalog: Catalog) -> Complained:
    """Write the complaints of a line about items as what they come to.

    Parameters
    ----------
    line
        What a person wrote.
    state
        What the conversation has come to.
    catalog
        Whose titles and values are read.

    Returns
    -------
    Complained
        The line as it is where it complains of none.

    Examples
    --------
    >>> from llmrec.chat.state import ListState
    >>> films = Catalog("films", (Item("a", "Kolya"), Item("b", "Terminator, The")), {})
    >>> state = DialogueState(last=ListState(items=("a", "b")))
    >>> without_complaints("terminator?? how is that like kolya", state, films).line
    'not number 2.'
    >>> without_complaints("kolya sounds boring, skip that one", state, films).line
    'not number 1'
    """
    listed = state.last.items if state.last else ()
    shown = [catalog.item(id) for id in listed if id in catalog.row]
    if not shown or len(shown) < len(listed):
        return Complained(line, state)
    return _Reader(shown, state, catalog).read(line)


class _Reader:
    """Reads complaints about the items of one list."""

    def __init__(self, shown: Sequence[Item], state: DialogueState, catalog: Catalog) -> None:
        self._shown, self._state, self._catalog = shown, state, catalog
        self._product = wording(catalog).noun == "product"
        self._said: list[tuple[str, str]] = []
        self._sorry = False

    def read(self, line: str) -> Complained:
        marked = self._marked(with_titles(line.translate(HALF_WIDTH).translate(_NO_MARKS), self._catalog))
        chinese = is_chinese(line)
        if chinese:
            read = _REMOVED_CHINESE.sub(self._rejected, _CHINESE.sub(self._against, marked))
            read = _THAT_CHINESE.sub("不要它", read)
            return Complained(self._restored(read) if read != marked else line, self._state, self._sorry)
        state = self._state
        if rather := _KNOWN_RATHER.fullmatch(marked.strip()):
            wrong = self._ids(rather["other"], rather["wrong"], state.liked)
            if known := self._name(rather["places"], rather["title"]):
                kept = tuple(id for id in state.liked if id not in wrong)
                return Complained(f"seen {known}", state.model_copy(update={"liked": kept}))
        read = _KNOWN.sub(lambda match: f"seen {self._places(match['places'])}", marked)
        if not self._product:
            nouns = f"{wording(self._catalog).noun}s"
            read = _FOR_CHILDREN.sub(f"no children's {nouns}. ", read)
        read = _VALUE.sub(self._without_value, _QUOTED.sub(self._without_value, read))
        if _NO_LIST.search(read) and (left := _NO_LIST.sub("", read)).strip():
            read = left
            if asked := _ASKED_ABOUT.fullmatch(left.strip()):
                what = re.fullmatch(_ITEM.format("place"), asked["what"].strip())
                read = f"what is {self._places(what['place']) if what else asked['what'].strip()} about?"
        read = _AGAINST.sub(self._against, read)
        back = {id for match in _BACK.finditer(read) for id in self._ids(match["places"], match["title"])}
        read = _SKIPPED.sub(lambda match: self._turned_down(match, back), read)
        read = _TURNED_DOWN.sub(lambda match: self._turned_down(match, back), read)
        if read == marked:
            return Complained(line, state)
        read = re.sub(r"^[\s,.;!?]+", "", read)
        return Complained(self._restored(read).strip(), state, self._sorry)

    def _against(self, match: re.Match[str]) -> str:
        places = next(each for each in match.groupdict().values() if each)
        self._sorry = True
        mark = ". " if match[0].rstrip()[-1:] in "?!" and match.end() < len(match.string) else ""
        mark = mark or ("." if match[0].rstrip()[-1:] in "?!" or match.end() == len(match.string) else "")
        return self._out(places) + mark

    def _rejected(self, match: re.Match[str]) -> str:
        return self._out(match["places"])

    def _turned_down(self, match: re.Match[str], back: set[str]) -> str:
        """What a title comes to that is turned down: its place, itself, or nothing where it is gone already."""
        places, title = match["places"], match["title"]
        verb = (match.groupdict().get("verb") or "").lower()
        if places:
            ids = self._ids(places, None)
            if set(ids) & back:
                return ""
            several = "," in places
            if several and verb in _OF_SERIES:
                return f"nothing with {self._as_written(places)}"  # "forget amityville" of a series
            return self._out(places)
        if self._product or not title or self._is_value(title):
            return match[0]
        if set(self._ids(None, title, self._state.rejected)):
            return ""
        if set(self._ids(None, title)) & back:
            return ""
        if verb in _OF_SERIES and self._is_series(title):
            return f"nothing with {title}"
        least = MIN_UNLISTED if verb in ("no", "not", "no more") else MIN_DROPPED
        named = self._name(None, title) if len(_letters(title)) >= least else ""
        return f"not {named}" if named else match[0]

    def _is_series(self, title: str) -> bool:
        """Whether several titles of the catalogue begin with one word."""
        word = title.strip().casefold()
        if len(word) < MIN_UNLISTED or not word.isalpha():
            return False
        return sum(form.startswith(word) for form in derived(self._catalog, _by_letters)) > 1

    def _without_value(self, match: re.Match[str]) -> str:
        """Nothing, where all that is said is a value of the catalogue."""
        found = Lexicon.of(self._catalog).mentions(match["value"])
        return "" if any(each.end - each.start >= len(match["value"]) - 1 for each in found) else match[0]

    def _is_value(self, text: str) -> bool:
        return bool(Lexicon.of(self._catalog).mentions(text)) or ORDINARY.issuperset(text.casefold().split())

    def _out(self, places: str) -> str:
        if any("\u3400" <= each <= "\u9fff" for each in self._said[0][1]):
            return "不要" + "和".join(f"第{each}部" for each in places.split(","))
        return f"not {self._places(places)}"

    @staticmethod
    def _places(places: str) -> str:
        return " and ".join(f"number {each}" for each in places.split(","))

    def _ids(self, places: str | None, title: str | None, among: Sequence[str] | None = None) -> tuple[str, ...]:
        """The items that places of the list, or a title, name; of those `among` which begin with it."""
        if places:
            return tuple(self._shown[int(each) - 1].id for each in places.split(","))
        if not title:
            return ()
        said = _letters(title)
        if among is not None:
            return (
                tuple(
                    id
                    for id in among
                    if id in self._catalog.row and any(form.startswith(said) for form in _forms(self._catalog.item(id)))
                )
                if len(said) >= MIN_TITLE
                else ()
            )
        return derived(self._catalog, _by_letters).get(said, ())[:1] if len(said) >= MIN_DROPPED else ()

    def _name(self, places: str | None, title: str | None) -> str:
        if places:
            return self._places(places)
        found = self._ids(None, title)
        return f"《{self._catalog.item(found[0]).title}》" if found else ""

    def _marked(self, line: str) -> str:
        """The line with the places of the items that it names in the stead of their titles."""
        self._said = [("", line)]
        lexicon = Lexicon.of(self._catalog)
        forms: dict[str, list[int]] = {}
        for place, item in enumerate(self._shown, 1):
            for form in _spellings(item, whole=self._product):
                if not (lexicon.mentions(form) or ORDINARY.issuperset(form.split())):
                    forms.setdefault(form, []).append(place)
        if not forms:
            return line
        by_letters = {_letters(form): places for form, places in forms.items()}
        either = "|".join(_loose(form) for form in sorted(forms, key=len, reverse=True))
        named = re.compile(rf"《?(?<!\w)(?:(?:the|an?) )?(?P<form>{either})(?!\w)》?", re.I)

        def mark(match: re.Match[str]) -> str:
            places = by_letters.get(_letters(match["form"]))
            if not places:
                return match[0]
            marked = f"\u27e6{','.join(map(str, dict.fromkeys(places)))}\u27e7"
            self._said.append((marked, match[0]))
            return marked

        return named.sub(mark, line)

    def _as_written(self, places: str) -> str:
        return next((said for marked, said in self._said if marked == f"\u27e6{places}\u27e7"), "")

    def _restored(self, text: str) -> str:
        """A line with the titles as they were written."""
        for marked, said in self._said[1:]:
            text = text.replace(marked, said, 1)
        return text


def _letters(title: str) -> str:
    """A title, or words that may be one, as its letters alone, without its article."""
    return "".join(re.findall(r"\w", re.sub(r"^(?:the|an?) ", "", title.strip().casefold()))).replace("_", "")


def _plain(item: Item) -> str:
    return natural_order(re.sub(r"\s*\([^)]*\)", "", item.title)).casefold()


def _forms(item: Item) -> tuple[str, ...]:
    """The letters of a title, and of the other one in brackets."""
    others = (each for each in re.findall(r"\(([^)]+)\)", item.title) if not each.isdigit())
    return tuple(dict.fromkeys(_letters(each) for each in (_plain(item), *others)))


def _spellings(item: Item, whole: bool) -> tuple[str, ...]:
    """How people name an item that they see: its title, the part before a colon or a number, its first word."""
    words = re.findall(r"[^\W_]+", re.sub(r"^(?:the|an?) ", "", _plain(item)))
    if not words:
        return ()
    found = [" ".join(words)] if len("".join(words)) >= MIN_TITLE else []
    if whole:
        return tuple(found)
    for mark in (r":| -", r":| -|(?<=\w) (?=\d|[ivx]+\b)"):
        begun = re.findall(r"[^\W_]+", re.split(mark, re.sub(r"^(?:the|an?) ", "", _plain(item)))[0])
        if len("".join(begun)) >= MIN_PART:
            found.append(" ".join(begun))
    if len(words[0]) > MIN_PART and words[0] not in ORDINARY:
        found.append(words[0])
    return tuple(dict.fromkeys(found))


def _loose(form: str) -> str:
    return r"[^\w⟦⟧]?\ ?".join(map(re.escape, form.split()))


def _by_letters(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in catalog.items:
        for form in _forms(item):
            found[form] = (*found.get(form, ()), item.id)
    return found
