"""Remarks on what people have or how something suits them, whose values are no wish.

"I own nothing but hoodies" wants no hoodie, and "dark green is lovely with her red hair" speaks of what was seen.
"""

import re

from llmrec.catalog import Catalog
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import is_chinese
from llmrec.chat.nlu.normalisation import HALF_WIDTH
from llmrec.chat.nlu.suitability import suits_children
from llmrec.chat.state import DialogueState, excludes

_START = r"(?:(?<=^)|(?<=[.!?;,\u2026] )|(?<=\band )|(?<=\bbut )|(?<=\bbecause )|(?<=\bsince ))"
_END = r"(?=\s*(?:[,.;!?\u2026]|$|\b(?:but|so|and (?=i|we|need|want|looking|now)|any|have you|do you|can you|would you|got any)\b))"
_LEAD = r"(?:(?:oh|well|ok|yes|but|and|because|since|as|you know|honestly|tbh|no)[, ]+){0,3}"
_THINGS = r"[a-z][\w'-]*(?: (?!so\b|but\b|any\b)[\w'-]+){0,3}?(?:(?:,| and|,? or) [a-z][\w'-]*(?: [\w'-]+){0,2}?){0,2}"
_OWNS = re.compile(
    rf"{_START}{_LEAD}(?:(?:i|we|he|she|they|my [\w'-]+) (?:(?:really|currently|basically) )?(?:(?:only|just) (?:own|have|has|owns|(?:have |'ve )?got)|(?:own|owns|have|has|'ve got|have got|possess)s? (?:nothing but|only|just|nothing except|mostly))|"
    r"(?:i|we|he|she|they)(?:'ve|'s)? (?:only |just )?got (?:nothing but|only|just)|"
    r"(?:all|the only (?:thing|things)) (?:that )?(?:i|we|he|she) (?:own|owns|have|has|'ve got|have got|got)(?: at home)? (?:is|are)|"
    r"(?:my|his|her|our) (?:whole )?(?:wardrobe|closet|drawer|drawers|cupboard) (?:is|are|'s) (?:just |only |all |nothing but |full of |stuffed with )+|"
    rf"(?:i|we|he|she) (?-i:HAVE)|(?:i|we)(?:'ve| have)? already (?!(?:got |have |own )?(?:one|it|that|seen|said|told)\b)(?:got |have |own )?(?=\w)) ?{_THINGS}(?: already)?{_END}",
    re.I,
)
"""What somebody has, and needs no more of."""
_PRAISE = r"(?:lovely|gorgeous|great|beautiful|nice|pretty|perfect|good|wonderful|amazing|stunning|fantastic|fab|cute|brilliant)"
_BODY = r"(?:hair|eyes|skin|complexion|colouring|coloring|face|figure|freckles|beard)"
_SUITS = re.compile(
    rf"{_START}{_LEAD}(?:(?:that |the )?(?P<colour>[a-z]+(?: [a-z]+)?) (?:is|are|looks?|would look|goes|will look) (?:so |really |just |always |very |absolutely )*(?:{_PRAISE}|well) (?:on|with|against) (?:her|his|my|your|him|me|you|them|(?:my|our) [\w'-]+)(?:'s)?(?: (?:\w+ )?{_BODY})?|"
    rf"(?:you|she|he|they|i|we|my [\w'-]+|everyone) (?:always |really |just )*(?:looks?|looked|would look) (?:so |really |absolutely |very )*{_PRAISE} in (?P<worn>[a-z]+(?: [a-z]+)?)|"
    rf"(?P<suits>[a-z]+(?: [a-z]+)?) (?:really |always )?(?:suits|flatters|brings out|becomes) (?:her|him|me|you|them|(?:my|his|her) [\w'-]+)(?:'s)?(?: (?:\w+ )?{_BODY})?){_END}",
    re.I,
)
"""How a colour suits somebody."""
_FOR_THE_CHILD = re.compile(
    r" for (?:her|him|them)\b(?! (?:[a-z]+ )?(?:mum|mom|mother|dad|father|sister|brother|aunt|friend)s?\b)", re.I
)
_OWNS_ZH = re.compile(
    r"(?:我|他|她|我们|我老公|我老婆)(?:现在|家里|衣柜里)?(?:只有|全是|都是|净是|除了)(?:[\u3400-\u9fffT恤]{1,6}?)(?:什么都?没有|没别的)?(?=[,。!?…]|$)[,。!?…]*|"
    r"(?:我的?|他的?|她的?)?衣柜里?(?:全|都|全都|净)(?:是)?[\u3400-\u9fffT恤]{1,6}?(?=[,。!?…]|$)[,。!?…]*|"
    r"[\u3400-\u9fffT恤]{2,4}?我?(?:已经)?有(?:一堆|很多|好多|不少|好几件)了?(?=[,。!?…]|$)[,。!?…]*"
)
_SUITS_ZH = re.compile(
    r"[\u3400-\u9fff]{1,3}色(?:很|真|特别|挺|最|好|太)*(?:衬|配|适合|称)(?:她|他|我|你|我女儿|我儿子|孩子)(?:的)?(?:肤色|头发|眼睛|皮肤|气质)?(?:了|呢|啊)?[,。!?…]*|"
    r"(?:她|他|我|你|我女儿|我老婆|我老公|孩子)穿[\u3400-\u9fff]{1,3}色(?:的)?(?:很|真|特别|挺|最|好|超)*(?:好看|漂亮|美|帅|合适|可爱)(?:了|呢|啊)?[,。!?…]*"
)


def without_remarks(line: str, state: DialogueState, catalog: Catalog) -> str:
    """Cut the clauses of a line about clothes that only tell what people have, or what suits them.

    Parameters
    ----------
    line
        What a person wrote.
    state
        What the conversation has come to: "for her" is no woman where the list is for a girl.
    catalog
        The items; of others than products the line stays as it is.

    Returns
    -------
    str
        "" where the line says no more.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> clothes = Catalog("clothes", (Item("1", "Mio", "", {"colour": "Black", "price": 9.0}),), {})
    >>> without_remarks("a new job and i own nothing but hoodies. black trousers please", DialogueState(), clothes)
    'a new job. black trousers please'
    >>> without_remarks("Dark green is lovely with her red hair. A skirt?", DialogueState(), clothes)
    'A skirt?'
    """
    if wording(catalog).noun != "product":
        return line
    text = line.translate(HALF_WIDTH)
    if is_chinese(text):
        read = _SUITS_ZH.sub("", _OWNS_ZH.sub("", text))
        return line if read == text else read.strip(" ,。!")
    read = _SUITS.sub("", _OWNS.sub("", text))
    held = (*(state.last.conditions if state.last else ()), *state.lasting)
    if any(not excludes(each) and suits_children(each) for each in held):
        read = _FOR_THE_CHILD.sub("", read)
    if read == text:
        return line
    read = re.sub(r"(?:,| and| but| because| since)?\s*(?=[.;!?\u2026])", "", read.strip())
    read = re.sub(r"^[\s,.;!?\u2026]+", "", re.sub(r"(?<=[.;!?,\u2026])\s*[.,;]+", "", read))
    return read if re.search(r"\w", read) else ""
