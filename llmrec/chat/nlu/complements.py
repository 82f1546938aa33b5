"""Lines that want what goes with an item: "what goes with 2?", "I bought X, what else do I need?", 这个配什么好."""

import re
import unicodedata
from dataclasses import dataclass

from llmrec.chat.nlu.intent import THAT
from llmrec.chat.nlu.references import list_position

_LEAD = r"(?:(?:ok(?:ay)?|so|and|great|nice|good|thanks|right|well|then|hm+|please|now)[,.! ]+)*"
_VERB = (
    r"(?:(?:that|which|to|would|will|could|can|might|should|do|does|i|we|you|people|they|others|usually|often|normally|"
    r"typically|best|also) )*"
    r"(?:go|goes|pair|pairs|match|matches|work|works|fit|fits|suit|suits|combine|combines|wear|buy|get|bought|watch|"
    r"watched|use|have|need|take)"
    r"(?: (?:well|nicely|best|good|great|together|along|it|that|them))*"
)
_WHAT = (
    r"(?:(?:(?:can|could) you )?(?:show|give|find|recommend|suggest)(?: me| us)? |"
    r"(?:i(?:'d| would)? (?:want|like|need)|"
    r"i'?m looking for|looking for|need|any ideas?(?: for)?|got|is there|do you have|have you got) )?"
    r"(?:what(?:'s| is)?(?: else| kinds? of thing)?|(?:some|any)thing(?: else)?|things?|stuff|items?|ideas|"
    r"accessories|the right thing|which (?:ones?|items?|products?))"
)
_SUBJECT = r"(?P<subject>[^?!。?]+?)"
_END = r"(?:,? (?:please|then|though|best|well|nicely))?[\s?.!]*"
_WITH = re.compile(rf"{_LEAD}{_WHAT} {_VERB} (?:with|alongside|on top of) {_SUBJECT}{_END}", re.I)
_MATCHES = re.compile(
    rf"{_LEAD}{_WHAT} (?:(?:that|which|to|would|will|could|can) )*(?:match|matches|suit|suits|complement|complements) "
    rf"{_SUBJECT}{_END}",
    re.I,
)
_BELONGS = re.compile(
    rf"{_LEAD}(?:what(?:'s| is) (?:a )?(?:good|nice|right)? ?"
    r"(?:match|pairing|addition|companion|accessory) (?:for|to|with)|"
    rf"what else (?:do|will|would|should) (?:i|we) (?:need|get|buy|want) (?:for|with|to go with)|accessories for|"
    rf"(?:complete|round off) (?:the (?:look|outfit|set) (?:with|of|for)|my) ?) {_SUBJECT}{_END}",
    re.I,
)
_ELSE = re.compile(
    rf"{_LEAD}what (?:else )?(?:do|will|would|should|could|might|can) (?:i|we) (?:also )?(?:need|get|buy|add|want)"
    rf"(?: (?:with|for|to go with|next to|besides?) (?P<subject>it|that|this|them))?{_END}",
    re.I,
)
_OWNED = re.compile(
    r"(?:.*?\b)(?:i|we)(?:'ve| have)? (?:just |already |recently )?(?:bought|ordered|got|purchased|picked up|"
    r"took|watched|saw|seen|own|have)(?: myself)? (?P<title>[^?!;]+?)\s*(?:[.,;!]|\band\b)+\s*"
    r"(?P<rest>(?:so |now |and )?(?:what|anything|something|show|any|recommend|suggest|is there|do you)\b.+)",
    re.I,
)
_CHINESE_OWNED = re.compile(
    r"(?:我)?(?:刚刚?|已经|才)?(?:买|入手|下单|看)(?:了|过)(?P<title>[^,,。?]{1,30})[,,。 ]*(?:那|那么)?"
    r"(?:还(?:需要|要|缺|差)(?:买|配)?(?:点|些)?(?:什么|啥)|(?:该|要|能|可以)?(?:再)?(?:搭配?|配)(?:点|些)?(?:什么|啥))(?:好|合适|呢)*[??。]*"
)
_CHINESE = re.compile(
    r"(?:那|请问|所以)?(?P<subject>第[一二三四五六七八九十\d]+[个件条双部款]?|[这那]?(?:个|件|条|双|部|款)|[这那它]|《[^》]+》|[^,,。??的]{1,20}?)"
    r"(?:要|该|能|可以|应该|一般|通常)?(?:怎么搭|(?:搭配?|配)(?:点|些|个)?(?:什么|啥))(?:比较|最|会|更)?(?:好看?|合适|呢|比较好|不错)*[??吗。呢]*|"
    r"(?:有)?(?:什么|啥)(?:东西|单品|衣服|商品)?(?:可以|能|适合)?(?:跟|和|与|同|来)?(?:搭配?|配)(?P<after>第[一二三四五六七八九十\d]+[个件条双部款]?|"
    r"[这那](?:个|件|条|双|部|款)?|它|《[^》]+》|[^,,。??的]{2,20}?)(?:的|好|合适|呢)*[??吗。]*|"
    r"(?:什么|啥)(?:跟|和|与|同)(?P<beside>第[一二三四五六七八九十\d]+[个件条双部款]?|[这那](?:个|件|条|双|部|款)?|它|《[^》]+》|[^,,。??的]{2,20}?)"
    r"(?:搭配?|配|搭)(?:好|合适|呢)*[??吗。]*"
)
_PRONOUN = re.compile(r"(?:it|that|this|them|these|those|the item|that one|this one)", re.I)
_ARTICLE = re.compile(r"^(?:the|an?|my|those|these|that|this|some)\s+", re.I)
_DIGITS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Complemented:
    """What a line wants something to go with.

    Parameters
    ----------
    subject
        A number in the last list, `LAST`, `THAT`, or the words that name an item.
    owned
        Whether the line says that the person has it.
    """

    subject: str
    owned: bool = False


def complemented(line: str) -> Complemented | None:
    """Read what a line wants something to go with.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    Complemented or None
        None for any other line: "a bag to go with it" looks for bags.

    Examples
    --------
    >>> complemented("what goes with the second one?"), complemented("something to go with the black jeans")
    (Complemented(subject='2', owned=False), Complemented(subject='black jeans', owned=False))
    >>> complemented("I just bought the Lima phone, what else do I need?")
    Complemented(subject='Lima phone', owned=True)
    >>> complemented("这个配什么好"), complemented("a bag to go with it")
    (Complemented(subject='that', owned=False), None)
    """
    text = " ".join(unicodedata.normalize("NFKC", line).split())  # commas and question marks of Chinese as of English
    if match := _OWNED.fullmatch(text):
        if _ELSE.fullmatch(match["rest"]) or _with(match["rest"]):
            return Complemented(_subject(match["title"]), True)
        return None
    if match := _CHINESE_OWNED.fullmatch(text):
        return Complemented(_chinese(match["title"]), True)
    if found := _with(text):
        return Complemented(_subject(found))
    if _ELSE.fullmatch(text) and "else" in text.lower():
        return Complemented(THAT)
    if match := _CHINESE.fullmatch(text):
        return Complemented(_chinese(match["subject"] or match["after"] or match["beside"]))
    return None


def _with(text: str) -> str:
    match = _WITH.fullmatch(text) or _MATCHES.fullmatch(text) or _BELONGS.fullmatch(text)
    return match["subject"] if match else ""


def _subject(words: str) -> str:
    if _PRONOUN.fullmatch(words.strip()):
        return THAT
    return list_position(words) or re.sub(
        r"^(?:the|an?|my|those|these|that|this|some)\s+", "", words.strip(), flags=re.I
    )


def _chinese(words: str) -> str:
    words = words.strip("《》 ")
    if re.fullmatch(r"[这那]?(?:个|件|条|双|部|款)?|它", words):
        return THAT
    if place := re.fullmatch(r"第([一二三四五六七八九十]|\d+)[个件条双部款]?", words):
        return place[1] if place[1].isdigit() else str(_DIGITS.index(place[1]) + 1)
    return re.sub(r"^(?:一)?(?:个|件|条|双|部|款)", "", words)
