"""Disputes about the kinds that are listed, or were ruled out, written as the wish that they come to.

"The last two are no westerns" wants westerns, "these are all comedies, I want sad ones" wants none, and "don't take the
war films away" wants them: the rules, which read one negation after the other, would turn each of them round.
"""

import re
from collections.abc import Iterable

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import is_kind, natural_order
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import chinese_conditions, is_chinese, with_titles
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.normalisation import HALF_WIDTH
from llmrec.chat.state import DialogueState, ListState, excludes, values_of

_START = r"(?:(?<=^)|(?<=[.!?;,\u2026] )|(?<=\band )|(?<=\bbut ))"
_OPENING = (
    r"(?:(?:no|nah|ugh|u[mh]+|hmm*|wait|what|huh|lol|haha+|hey|oh|and|but|ok|well|seriously|really|sorry|man|wtf|"
    r"please)\b[,.!?\u2026 ]+){0,4}"
)
_END = r"(?=\s*(?:[,.;!?\u2026]|$|\b(?:and|but|so)\b))"
_WHAT = r"(?P<{0}>[a-z][\w'-]*(?: [a-z][\w'-]*){{0,2}}?)"
_NOUNS = r"(?: (?:films?|movies?|ones?|stuff|things?|items?))?"
_ASIDE = r"(?: (?:at all|though|tho|mate|man|dude|lol|haha|either|again|really|please))*"
_THEM = r"(?:these|those|them)"
_COUNTS = {"two": 2, "three": 3, "four": 4, "few": 2, "one": 1, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = rf"(?:{'|'.join(_ORDINALS)}|last)"
_WHICH = (
    rf"(?P<which>(?:the )?(?:last|first|final|bottom|top) (?:two|three|four|few|[2-4])(?: ones?)?|"
    rf"(?:the )?{_ORDINAL}(?: one| film| movie)?(?:(?:,| and|, and) (?:the )?{_ORDINAL}(?: one| film| movie)?)*|"
    r"(?:(?:numbers?|nos?\.?|#) ?)?\d(?:(?:,|,? and| &) ?(?:number |#)?\d)*|"
    rf"(?:half|most|some|two|three|four) of {_THEM}|(?:these|those|they|this|that|it)(?: (?:two|films?|movies?|ones?|list))?)"
)
_KIND_OF = r"(?: (?:an?|any|even|really|actually|exactly|quite|proper|real|true|what i(?:'d| would)? call(?: an?)?))*"
_MISFIT = re.compile(
    rf"{_START}{_OPENING}(?:{_WHICH}(?:(?: is| are| was| were|'re|'s) (?:(?:certainly|definitely|simply|clearly) )?(?:no|not)|"
    rf" (?:is|are|was|were) ?n'?t){_KIND_OF} {_WHAT.format('a')}|"
    rf"(?:none|hardly any|not one|only one|only two) of {_THEM} (?:is|are|was|were){_KIND_OF} {_WHAT.format('b')})"
    rf"{_NOUNS}{_ASIDE}{_END}(?!,? ?(?:is it|are they|right)\b)[,.;!?\u2026]* ?",
    re.I,
)
"""What is listed and is none of what was asked for."""
_SAME_KIND = re.compile(
    rf"{_START}{_OPENING}(?:(?:these|those|they)(?: films| movies| ones| things)?|(?:all|most|half)(?: of)? {_THEM}|"
    r"(?:the (?:whole )?list|everything(?: here)?))(?:'re|'s| are| is)(?P<all>(?: (?:all|only|just|nothing but|mostly|"
    r"literally|still|basically|both|again))*) "
    rf"(?P<what>[a-z][\w'-]*(?:(?:,|,? and|,? or) [a-z][\w'-]*){{0,3}}){_NOUNS}(?P<aside>{_ASIDE})(?P<mark>[,.;!?\u2026]+) ?(?P<rest>.+)",
    re.I,
)
"""What all of a list is, before the wish that it misses."""
_REQUESTS = re.compile(
    r"\b(?:want(?:ed)?|need|asked|said|meant|prefer|rather|something|some|any|give|show|others?|proper|instead|looking|"
    r"not|no|less|more|how about|what about)\b",
    re.I,
)
_CONTENT = re.compile(
    r"(?:great|perfect|nice|good|lovely|love|thanks?|cool|fine|brilliant|excellent|just what|exactly|as i)\b", re.I
)
_REMOVE = r"(?:tak(?:e|en)|remov(?:e|ed)|drop(?:ped)?|leave|left|throw|thrown|cut|lose|exclude[d]?|ban(?:ned)?|kick(?:ed)?|ditch(?:ed)?|skip(?:ped)?|delete[d]?|get rid of|got rid of)"
_SPARED = re.compile(
    rf"{_START}{_OPENING}(?:(?:do ?n'?t|do not|never|you should ?n'?t(?: have)?) (?:you )?(?:dare )?{_REMOVE}(?: out| off| away)? (?:the |my |our |all (?:the )?)+{_WHAT.format('a')}|"
    rf"why (?:did you|have you|would you|d'?you) {_REMOVE}(?: out| off| away)? (?:the |my |our |all (?:the )?)*{_WHAT.format('b')}|"
    r"(?:i|we) (?:never|did ?n'?t|did not|have ?n'?t) (?:say|said|ask(?:ed)?(?: you)?|told you|tell you|mean|meant)(?: to)? "
    rf"(?:no|without|drop|remove|lose|leave out|take out|skip|exclude)(?: the| any)? {_WHAT.format('c')}|"
    rf"(?:put|bring|get) (?:the |my |our ){_WHAT.format('d')} back|"
    rf"(?:where|what) (?:did|have|happened to) (?:the |my |all the )?{_WHAT.format('e')} (?:go|gone|disappear)|"
    rf"leave (?:the |my |our |in the ){_WHAT.format('f')} (?:in|on|there|alone|where they are))"
    rf"{_NOUNS}(?: (?:away|out|off|in|from (?:the|my) list|now|please|again))*{_END}[,.;!?\u2026]* ?",
    re.I,
)
"""What was ruled out against the will of the person."""
_LEFT = re.compile(
    rf"{_START}{_OPENING}(?:new idea[,:. ]+)?(?:let'?s )?leave (?:the |out )?{_WHAT.format('what')}(?P<way>{_NOUNS}(?: (?:then|for now|aside|be|out of it|out|for today|for the moment|behind))*){_END}[,.;!?\u2026]* ?",
    re.I,
)
"""What is left, for good or as it is."""
_CHANGES = re.compile(r"\b(?:swap|change|replace|exchange|only the|just the)\b", re.I)
"""What changes something else, beside which a thing is left as it is."""
_TURNED_ROUND = re.compile(
    rf"{_START}{_OPENING}(?:you(?:'ve)?|that'?s|u) (?:got|have|heard|read|understood|took|turned)? ?(?:it|that|me|this|what i said)? ?"
    rf"(?:(?:exactly |completely )?(?:the )?(?:wrong way (?:round|around)|other way (?:round|around)|backwards|upside down)|muddled it(?: up)?|mixed it up){_END}[,.;!?\u2026]* ?",
    re.I,
)
_TURNED_ROUND_ZH = re.compile(
    r"(?:^|(?<=[,。!?]))(?:不是[!,。]+)?(?:你|您)?(?:又|都|完全|给)?(?:(?:听|搞|弄|理解|看)反|(?:听|理解)错)了(?:吧|啊|呀)?(?:[,。!?…]+|$)"
)
"""That a line was taken the wrong way round, before or after it is said again."""
_NOTHING_ELSE_ZH = re.compile(r"[,。](?:别|其[他它余])的?(?:都|就|全)?(?:不要|不看|免了)了?(?=[,。!?]|$)")
_LOATHES = (
    r"(?:really |absolutely |just |totally |always |all )*(?:hates?|loathes?|detests?|dislikes?|despises?|"
    r"(?:can'?t|cannot) (?:stand|bear|deal with|do|handle|take)|(?:do|does)(?: ?n'?t| not) (?:like|do|want)|"
    r"(?:is|are|am|'m|'s|'re) (?:scared|terrified|afraid|sick|tired) of|(?:is|am|'m|'s|are) allergic to)"
)
_WHO = r"(?:i|we|he|she|they|everyone|nobody|(?:my|our|his|her|the) (?:[\w'-]+ )?[\w'-]+?)"
_LOATHED = re.compile(
    rf"{_START}{_OPENING}(?P<what>[a-z][\w'-]+(?: [a-z][\w'-]+)?) ?(?:\?[?!]*|!+\?*|\u2026|\.\.+) ?(?:but |and )?{_WHO} ?{_LOATHES} "
    rf"(?:them|it|that|those|these|(?P=what)){_NOUNS}{_ASIDE}{_END}[,.;!?\u2026]* ?",
    re.I,
)
"""What is wondered at and loathed: "aliens?? my wife hates aliens"."""
_TRAIT = re.compile(
    rf"{_START}{_OPENING}(?P<title>[^.?!\u2026,]{{2,60}}?) ?[?!.,\u2026]+ ?(?:is ?n'?t|ain'?t|was ?n'?t|is|was) (?:that|this|it) (?:the|that) (?:one|film|movie)"
    r"(?: again)? (?:where|with|about|in which|that|full of)\b[^.?!\u2026]*[.?!\u2026]+ ?"
    r"(?:(?:and |no,? |oh )?(?:(?:she|he|my [\w'-]+|i|we|they)(?:'d|'ll| would| will) (?:(?:absolutely|probably|totally) )?(?:kill me|hate (?:it|that|me)|freak(?: out)?|"
    r"run(?: away| a mile)?|never (?:speak|forgive|sleep)[^.,;!?]*|faint|have nightmares|walk out|not (?:like|want|enjoy)[^.,;!?]*)|"
    r"no way|no,? thank(?:s| you)|(?:way |far )?too (?:scary|gory|violent|much|sad|creepy|bloody)[^.,;!?]*|ugh|yuck|eww*|(?:hard )?pass|"
    r"not for (?:us|her|him|me|them|tonight)|(?:take|leave) it (?:off|out)|(?:skip|drop|lose) (?:it|that)(?: one)?)"
    r"(?: please)?(?=[.,;!?\u2026]|$)[.,;!?\u2026]* ?)",
    re.I,
)
"""A listed title that is known by a trait, and turned down for it."""
_SAID_IT = r"(?:but )?i (?:clearly |just |already )?(?:said|asked for|meant|told you|wanted) "
_DATED = re.compile(
    rf"{_START}(?P<title>[\w'&:][\w'&: -]{{1,40}}?)(?: is| was|'s| came out| dates)(?: from| in| of| back to)?(?: only| all)? '?(?:19|20)?\d\d\b"
    rf"(?: ?(?:!+|lol)+\s*(?:{_SAID_IT})?| ?[,.;]+\s*{_SAID_IT})",
    re.I,
)
"""What says of which year an item is: "manhattan is from 79!" finds fault with it, and wishes for no such year."""
_TOO = re.compile(
    rf"{_START}(?P<title>[\w'&:][\w'&: -]{{1,40}}?)(?: is| was|'s| looks| sounds| seems) (?:[a-z]+ ){{0,2}}too [a-z]+"
    rf"(?: for (?:me|us|him|her|them|the kids))?(?=\s*(?:[,.;!]|$))[,.;!\s]*",
    re.I,
)
"""What is too much of something, by its title or a part of it: "piano is too sad"."""
_ANSWERED_NO = re.compile(
    rf"{_START}(?!(?:is|are|was|were|do|does|did|can|could|would|will|have|has|what|which|who|how|why|when|where|so|and|or|not?)\b)"
    r"(?P<what>[a-z][\w'-]*(?: [a-z][\w'-]*){0,3}?)(?:\s*\?+|\s*,|\.{2,}|\u2026|!+)\s*(?:(?:lol|hm+|haha+|ugh|eh|uh|um+|er+|omg|nah)[,. ]*)*"
    r"(?:no|nope|nah)(?: way| thanks| thank you| please)?[.!;\u2026]+\s*",
    re.I,
)
"""What is named and turned down: "socks?? lol no.", "black to a wedding, hmm no."."""
_PARTLY = re.compile(
    r"\b(?P<no>not|no)(?: an?| any)? (?!(?:an?|any|the|my|for)\b)(?P<how>[a-z]+(?:-[a-z]+)?) (?P<noun>[a-z]+)\b(?=\s*(?:[,.;!?]|$))",
    re.I,
)
"""What an item that is wanted is not to be like: "not a short dress"."""
_WHICHEVER = frozenset(
    ("more", "such", "other", "another", "good", "nice", "real", "single", "proper", "longer", "new")
)
_HAN = r"[\u3400-\u9fff]"
_SAID_ZH = r"(?:吧|啊|呀|嘛|呢|了|好吗|好不好|诶|哎)*"
_FILM_ZH = r"(?:类的?|题材的?)?(?:电影|片子|片)?"
_MISFIT_ZH = re.compile(
    rf"(?P<which>(?:最后|后面?|前面?|倒数)(?:那|这)?[一二两三四五\d][部个本件款]|第[一二三四五\d][部个本件款]?(?:[、和跟,]第[一二三四五\d][部个本件款]?)*|"
    rf"《(?P<title>[^》]+)》|(?:这|那)(?:些|几?[部个本件款])|(?:你)?(?:给我?|推荐)的(?:这些|这几部)?)(?:根本|都|又|完全|压根|并|可|也|好像|明明|全)*(?:不是|不算|算不上|哪里?是)"
    rf"(?:什么|真正的)?(?P<what>{_HAN}{{2,5}}?){_FILM_ZH}{_SAID_ZH}(?=[,。!?…]|$)[,。!?…]*(?:(?:都|给我|把它)?(?:去掉|换掉|拿掉|不要|删掉)(?:吧|了)?[,。!]*)?"
)
_SAME_KIND_ZH = re.compile(
    rf"(?:这些|这几[部个本件款]|你?(?:给我?|推荐)的(?:这些|这几部)?|怎么|列表里)(?:怎么|全部|全都?|都|又|还|净|居然|竟然|几乎|大多)*是(?P<what>{_HAN}{{2,5}}?){_FILM_ZH}{_SAID_ZH}[,。!?…]+"
    r"(?P<rest>.*(?:要|想|换|有没有|来|找).*)"
)
_REMOVE_ZH = r"(?:去掉|删掉|删了|删|拿掉|去了|排除|剔除|撤掉|弄没|过滤掉|砍掉)"
_SPARED_ZH = re.compile(
    rf"(?:别|不要|不许|不能|干嘛|为什么|为啥|怎么|谁让你|谁叫你)(?:又|还)?(?:把|将)(?P<a>{_HAN}{{2,5}}?){_FILM_ZH}(?:都|也|给|全)*{_REMOVE_ZH}{_SAID_ZH}[,。!?…]*|"
    rf"(?:别|不要|不许|谁让你|谁叫你|为什么|为啥|干嘛){_REMOVE_ZH}(?P<b>{_HAN}{{2,5}}?){_FILM_ZH}{_SAID_ZH}(?:[,。!?…]+|$)|"
    rf"我(?:可)?(?:没有?|从没|又没)(?:说|让你|叫你|要你|要求)过?(?:不要|不看|{_REMOVE_ZH})(?P<c>{_HAN}{{2,5}}?){_FILM_ZH}{_SAID_ZH}(?:[,。!?…]+|$)|"
    rf"把(?P<d>{_HAN}{{2,5}}?){_FILM_ZH}(?:都|再|给我)*(?:加|放|要|找|弄)回来{_SAID_ZH}[,。!?…]*"
)
_OFF_ZH = re.compile(rf"(?:我(?:是|都)?说(?:的是|过)?)?把《(?P<title>[^》]+)》(?:给我)?{_REMOVE_ZH}{_SAID_ZH}[,。!?…]*")
_LOATHED_ZH = re.compile(
    rf"(?P<what>{_HAN}{{2,4}}?){_FILM_ZH}(?:[?!…]|吗)+(?:我们?|我?(?:老婆|老公|妈妈?|爸爸?|女朋友|男朋友|女儿|儿子|孩子)|她|他)(?:最|很|特别|超|都|可|就|是)*"
    rf"(?:讨厌|恨|怕|受不了|不爱看?|不喜欢看?|烦)(?:看)?(?:这个|它|这种|这些|(?P=what))?(?:的|片)?{_SAID_ZH}(?:[,。!?…]+|$)"
)


def without_disputes(line: str, state: DialogueState, catalog: Catalog) -> str:
    """Write what a line disputes as the wish that it comes to.

    Parameters
    ----------
    line
        What a person wrote.
    state
        What the conversation has come to.
    catalog
        Whose values are read.

    Returns
    -------
    str
        The line as it is where it disputes nothing.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", tuple(Item(g, g, "", {"genres": (g,)}) for g in ("Comedy", "War", "Western")), {})
    >>> state = DialogueState(last=ListState(items=("Comedy", "War", "Western")))
    >>> without_disputes("the first two are no westerns at all. older ones please", state, films)
    'not number 1 and number 2. only westerns. older ones please'
    >>> without_disputes("别把战争片去掉啊", state, films)
    '只要战争片。'
    """
    return _Reader(state, catalog).read(line) if state.last is not None else line


class _Reader:
    """Reads disputes within one conversation."""

    def __init__(self, state: DialogueState, catalog: Catalog) -> None:
        self._state, self._catalog, self._lexicon = state, catalog, Lexicon.of(catalog)
        self._listed = tuple(id for id in (state.last.items if state.last else ()) if id in catalog.row)
        self._product = wording(catalog).noun == "product"

    def read(self, line: str) -> str:
        """The line without disputes."""
        if is_chinese(line):
            text = with_titles(line.translate(HALF_WIDTH), self._catalog)
            if re.search(r"\w", without := _TURNED_ROUND_ZH.sub("", text).strip(",。!")):
                text = without
            if re.search("只(?:要|看)", text):
                text = _NOTHING_ELSE_ZH.sub("", text)
            read = _MISFIT_ZH.sub(self._misfit_chinese, text)
            read = _SAME_KIND_ZH.sub(self._same_kind_chinese, read)
            read = _SPARED_ZH.sub(self._spared_chinese, read)
            read = _OFF_ZH.sub(self._off_chinese, read)
            read = _LOATHED_ZH.sub(lambda match: f"不要{match['what']}。", read)
            return read.strip() if read != with_titles(line.translate(HALF_WIDTH), self._catalog) else line
        line_before, line = line, _ANSWERED_NO.sub(self._answered_no, _PARTLY.sub(self._partly, line))
        read = _TOO.sub(self._trait, _DATED.sub(self._trait, _TRAIT.sub(self._trait, line)))
        read = _LEFT.sub(self._left, read)
        if re.search(r"\w", without := _TURNED_ROUND.sub("", read)):
            read = without
        read = _LOATHED.sub(lambda match: f"no {match['what'].lower()}. ", read)
        read = _SPARED.sub(self._spared, read)
        read = _MISFIT.sub(self._misfit, read)
        read = _SAME_KIND.sub(self._same_kind, read)
        return read.strip() if read != line_before else line_before

    def _answered_no(self, match: re.Match[str]) -> str:
        """What is named and turned down, where it is a value of the catalogue."""
        return f"no {match['what'].lower()}. " if self._lexicon.mentions(match["what"]) else match[0]

    def _partly(self, match: re.Match[str]) -> str:
        """Of a kind that is wanted only what it is not to be like is ruled out."""
        how, kind = match["how"].lower(), self._kind(match["noun"])
        if (
            not self._product
            or how in _WHICHEVER
            or not (kind and self._stated(kind))
            or self._kind(f"{how} {match['noun']}")
        ):
            return match[0]
        return f"{match['no']} {how}"

    def _misfit(self, match: re.Match[str]) -> str:
        """The items that are none of a kind go, and the kind is wanted."""
        what = match["a"] or match["b"]
        if not (values := self._kind(what)) or self._ruled_out(values):
            return match[0]
        gone = self._places(match["which"] or "")
        said = [f"not {' and '.join(f'number {place}' for place in gone)}. "] if gone else []
        if not (gone and self._stated(values)):
            said.append(f"only {what}. ")
        return "".join(said)

    def _same_kind(self, match: re.Match[str]) -> str:
        """A whole list of a kind that was not asked for: none of it is wanted."""
        parts = [each.strip() for each in re.split(r",|\band\b|\bor\b", match["what"]) if each.strip()]
        values = [value for part in parts for value in self._kind(part)]
        mark = match["all"].strip() or match["aside"].strip() or re.search(r"[!?\u2026]|\.\.", match["mark"])
        rest = match["rest"]
        named = {value for each in self._lexicon.mentions(rest) for value in each.values}
        if (
            not values
            or _CONTENT.match(rest)
            or not (_REQUESTS.search(rest) or named)
            or not (mark or named or len(parts) > 1)
            or (self._stated(values) and not self._product)
        ):
            return match[0]
        if named and not self._product:
            return rest  # "these are comedies, I asked for horror" may want a horror comedy
        return f"{', '.join(f'no {part}' for part in parts)}. {rest}"

    def _spared(self, match: re.Match[str]) -> str:
        what = next(each for each in match.groupdict().values() if each)
        if not (values := self._kind(what)):
            return match[0]
        left = match.string[: match.start()] + match.string[match.end() :]
        if self._stated(values) and re.search(r"\w", left):
            return ""
        if self._ruled_out(values) and not self._stated_before(values):
            return f"{what} are fine again. "
        return f"only {what}. "

    def _left(self, match: re.Match[str]) -> str:
        """What is left is no longer wanted, unless the line changes something else."""
        what = match["what"]
        if not (values := self._kind(what)) or re.fullmatch(r"(?:in|on|there)", match["way"].strip()):
            return match[0]
        others = match.string[: match.start()] + match.string[match.end() :]
        if _CHANGES.search(others):
            return ""
        return f"drop the {what}. " if self._stated(values) else "" if re.search(r"\w", others) else f"no {what}"

    def _trait(self, match: re.Match[str]) -> str:
        place = self._place_of(match["title"])
        return f"not number {place}. " if place else match[0]

    def _misfit_chinese(self, match: re.Match[str]) -> str:
        values = self._kind_chinese(match["what"])
        if not values or self._ruled_out(values):
            return match[0]
        place = self._place_of(match["title"]) if match["title"] else 0
        if match["title"] and not place:
            return match[0]
        gone = (place,) if place else self._places(match["which"])
        said = f"不要{'和'.join(f'第{each}部' for each in gone)}。" if gone else ""
        return said if gone and self._stated(values) else f"{said}只要{match['what']}片。"

    def _same_kind_chinese(self, match: re.Match[str]) -> str:
        values = self._kind_chinese(match["what"])
        if not values or self._stated(values) or re.match(r"(?:很好|不错|太好|谢谢|挺好)", match["rest"]):
            return match[0]
        return f"不要{match['what']}片。{match['rest']}"

    def _spared_chinese(self, match: re.Match[str]) -> str:
        what = next(each for each in match.groupdict().values() if each)
        return f"只要{what}片。" if self._kind_chinese(what) else match[0]

    def _off_chinese(self, match: re.Match[str]) -> str:
        """Nothing, where a title is off the list already and the line says more."""
        left = match.string[: match.start()] + match.string[match.end() :]
        gone = {self._catalog.item(id).title for id in self._state.rejected if id in self._catalog.row}
        return "" if match["title"] in gone and re.search(r"\w", left) else match[0]

    def _kind(self, text: str) -> tuple[str, ...]:
        """The values that a word names, where they say of which kind an item is."""
        found = self._lexicon.mentions(text)
        whole = (each for each in found if each.start == 0 and each.end >= len(text.rstrip("'s")) - 1)
        return next((each.values for each in whole if any(map(is_kind, each.attributes))), ())

    def _kind_chinese(self, text: str) -> tuple[str, ...]:
        found = chinese_conditions(text, self._catalog)[1]
        return tuple(value for each in found if not excludes(each) for value in values_of(each))

    def _places(self, which: str) -> tuple[int, ...]:
        """The places of the list that a reference names; none for the whole of it."""
        count, said = len(self._listed), which.casefold()
        if ends := re.search(
            r"(last|final|bottom|top|first|最后|后|前|倒数)(?:面)?(?:那|这)? ?(two|three|four|few|[一二两三四五]|\d)",
            said,
        ):
            number = _COUNTS.get(ends[2]) or int(ends[2])
            from_start = ends[1] in ("first", "top", "前")
            return tuple(range(1, count + 1)[:number] if from_start else range(1, count + 1)[-number:])
        if re.search(r"\bof\b|these|those|they|它们|这些|那些", said):
            return ()
        found = [int(each) for each in re.findall(r"\d", said)]
        found += [_COUNTS[each] for each in re.findall(r"第([一二三四五])", said)]
        found += [n for n, word in enumerate(_ORDINALS, 1) if re.search(rf"\b{word}\b", said)]
        found += [count] if re.search(r"\blast\b|最后", said) else []
        return tuple(each for each in dict.fromkeys(found) if 0 < each <= count)

    def _place_of(self, title: str) -> int:
        """The place of the one listed item that begins with what is said; 0 for none, or for several."""
        titles = [
            _letters(re.sub(r"^(?:the|an?) ", "", natural_order(self._catalog.item(id).title), flags=re.I))
            for id in self._listed
        ]
        said = _letters(re.sub(r"^(?:the|an?) ", "", title.strip(), flags=re.I))
        found = [n for n, each in enumerate(titles, 1) if each == said or (len(said) > 4 and each.startswith(said))]
        return found[0] if len(found) == 1 else 0

    def _stated(self, values: Iterable[str]) -> bool:
        """Whether the last list was asked for of these values alone, whatever a mood added to it."""
        last = self._state.last
        held = [each for each in last.conditions if each not in last.preferred] if last else []
        return any(not excludes(each) and set(values_of(each)) & set(values) for each in held)

    def _stated_before(self, values: Iterable[str]) -> bool:
        lists = (self._state.first, *(each.last for each in self._state.earlier))
        return any(self._names(each, set(values)) for each in lists if each is not None)

    def _names(self, of: ListState, values: set[str]) -> bool:
        stated = {value for each in of.conditions if not excludes(each) for value in values_of(each)}
        said = {value for each in self._lexicon.mentions(of.query or "") for value in each.values}
        return bool((stated | said) & values)

    def _ruled_out(self, values: Iterable[str]) -> bool:
        held = (*(self._state.last.conditions if self._state.last else ()), *self._state.lasting)
        out = {value for each in held if excludes(each) for value in values_of(each)}
        return bool(out) and out.issuperset(values)


def _letters(title: str) -> str:
    """A title as its letters alone, without its article."""
    return "".join(re.findall(r"\w", re.sub(r"^(?:the|an?) ", "", title.strip().casefold())))
