"""What need no longer hold, written in the words by which conditions are taken back.

"The skirt needn't be green" and "the no blood thing doesn't count for me" give a condition up and rule nothing out,
whatever negation they hold.
"""

import re

from llmrec.catalog import Catalog
from llmrec.chat.nlu.languages import chinese_conditions, is_chinese
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.normalisation import HALF_WIDTH
from llmrec.chat.state import DialogueState, values_of

_START = r"(?:(?<=^)|(?<=[.!?;,\u2026] )|(?<=\band )|(?<=\bbut ))"
_LEAD = r"(?:(?:and|but|also|oh|ok|well|so|btw|by the way)[, ]+){0,3}"
_END = r"(?=\s*(?:[,.;!?\u2026]|$|\b(?:and|but|so|just)\b))"
_WHAT = r"(?P<{0}>(?!(?:the|any|it|that|this)\b)[a-z\d][\w'-]*(?: [\w'-]+){{0,3}}?)"
_RULE = r"(?:thing|rule|bit|part|condition|filter|stuff|limit|ban|restriction|business)s?"
_FOR_ME = r"(?: (?:for|to|with) (?:me|us|this(?: one)?|mine|that one|now))?(?: (?:any ?more|now|tonight|today|here|at all|either))*"
_RULE_WAIVED = re.compile(
    rf"{_START}{_LEAD}(?:the |that |my |your |her |his |our )+(?:no[ -]|not?[ -]+too[ -])?{_WHAT.format('a')} {_RULE} (?:(?:does|do|did) ?n'?t|(?:does|do) not|no longer|is ?n'?t|is not) "
    rf"(?:counts?|appl(?:y|ies)|holds?|matters?|go(?:es)?|includes? me|needed|necessary|important|a (?:problem|thing|must)){_FOR_ME}{_END}|"
    rf"{_START}{_LEAD}(?:(?:you can|please|let'?s|just) )?(?:ignore|drop|forget(?: about)?|lift|skip|scrap|lose|never ?mind)(?: about)? (?:the |that |my |her |his |our )+no[ -]{_WHAT.format('b')} {_RULE}{_FOR_ME}{_END}|"
    rf"{_START}{_LEAD}(?:the |that |my |her |his )?no[ -]{_WHAT.format('c')} {_RULE} (?:was|is|were) (?:only |just )?(?:for (?:her|him|them|tonight|yesterday|the kids|my [\w'-]+|earlier|the other one)|over|off|gone|lifted){_END}",
    re.I,
)
"""A condition that is named as one, and given up."""
_NOT_NEEDED = re.compile(
    rf"{_START}{_LEAD}(?P<of>(?:the |my |her |his |an? )?[\w'-]+ (?:ones? |ones |itself )?)?(?:need ?n'?t|need not|(?:does|do)(?: ?n'?t| not) (?:need|have|got)(?: to)?|has ?n'?t got to|need(?:s)? not) (?:necessarily |all |only )?(?:be|being|come in)"
    rf"(?: (?:an?|in|from|any|that|all|the))* {_WHAT.format('what')}(?: (?:films?|movies?|ones?|either|though|tho|you know|by the way|at all))*{_END}",
    re.I,
)
"""What something need not be."""
_NO_NEED = re.compile(
    rf"{_START}{_LEAD}(?:no need for|no need to be|not necessarily|it'?s not (?:essential|necessary|important) that (?:it'?s|it is|they'?re|it be))(?: (?:it|them) to be)?(?: an?| any)? {_WHAT.format('what')}{_END}",
    re.I,
)
_QUITE_FINE = re.compile(
    r"\b(?P<what>[a-z]+(?: [a-z]+)?) (?P<is>is|are|would be) (?:perfectly|totally|absolutely|just|quite|completely|really|actually|honestly) (?P<fine>fine|ok|okay|all ?right|allowed|welcome)\b"
    r"(?P<denied>,? (?:and |but )?(?:i|we) (?:never|did ?n'?t|did not) (?:said?|say|tell|mean|meant) (?:otherwise|not|anything else|that it (?:was|is)n'?t|no such thing))?",
    re.I,
)
"""That something may come, said with emphasis."""
_NOT_NEEDED_ZH = re.compile(
    r"(?:也)?(?:(?:不一定|不必|不用|不需要|无需|没必要|不见得)(?:非得?|非要)?(?:要|得|是|非要|非得)*|不是非(?:要|得))(?:是|要)?(?P<a>[\u3400-\u9fff]{1,4}?)(?:的|片|类的)?(?:不可)?(?:了|啦|吧)?(?=[,。!?…]|$)|"
    r"不是(?P<b>[\u3400-\u9fff]{1,4}?)(?:的|片)?(?:也|都)(?:行|可以|成|没关系|好)(?:了|啦|的|吧)?|"
    r"(?:那个|之前|前面)?(?:说的)?(?:不要|不能有?|没有)(?P<c>[\u3400-\u9fff]{1,4}?)(?:的|这)?(?:一?条|规则|要求|限制|条件)(?:对我)?(?:就)?(?:不算(?:数)?|不作数|不适用|取消|作废|不用管|可以去掉)(?:了|吧)?"
)


def with_waivers(line: str, state: DialogueState, catalog: Catalog) -> str:
    """Write what a line gives up in the words by which conditions are taken back.

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
        Without what need not be and was never asked for.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> from llmrec.chat.state import ListState
    >>> clothes = Catalog("clothes", tuple(Item(c, c, "", {"colour": c}) for c in ("Green", "Pink")), {})
    >>> green = DialogueState(last=ListState(conditions=("colour=Green",)))
    >>> with_waivers("the skirt needn't be green. a warm one", green, clothes)
    "it doesn't have to be green. a warm one"
    >>> with_waivers("it needn't be pink. a warm one", green, clothes)
    'a warm one'
    >>> with_waivers("the no blood thing doesn't count for me", green, clothes)
    'forget about blood'
    """
    if is_chinese(line):
        text = line.translate(HALF_WIDTH)
        read = _NOT_NEEDED_ZH.sub(lambda match: _waived_chinese(match, state, catalog), text)
        return line if read == text or not re.search(r"\w", read) else read.strip(",。 ")
    read = _RULE_WAIVED.sub(lambda match: _rule(match, state, catalog), line)
    read = _NOT_NEEDED.sub(lambda match: _unneeded(match, state, catalog), read)
    read = _NO_NEED.sub(lambda match: _unneeded(match, state, catalog), read)
    read = _QUITE_FINE.sub(lambda match: _fine(match, state, catalog), read)
    read = re.sub(r"^[\s,.;!?\u2026]+", "", re.sub(r"(?<=[.!?,;])\s*[.,;]+", "", read)) if read != line else line
    return read if re.search(r"\w", read) else line


def _rule(match: re.Match[str], state: DialogueState, catalog: Catalog) -> str:
    what = match["a"] or match["b"] or match["c"]
    ruled_out = re.search(r"\bno[ -]", match[0], re.I) is not None
    return f"forget about {what}" if ruled_out or _held(what, state, catalog) else match[0]


def _fine(match: re.Match[str], state: DialogueState, catalog: Catalog) -> str:
    """What is fine with emphasis; where it was never turned down, it is said of it and no more."""
    said = f"{match['what']} {match['is']} {match['fine']}"
    if not match["denied"]:
        return said
    return f"{said} again" if _held(match["what"], state, catalog) else ""


def _unneeded(match: re.Match[str], state: DialogueState, catalog: Catalog) -> str:
    what = match["what"]
    if not Lexicon.of(catalog).mentions(what):
        return match[0]
    return f"it doesn't have to be {what}" if _held(what, state, catalog) else ""


def _waived_chinese(match: re.Match[str], state: DialogueState, catalog: Catalog) -> str:
    what = match["a"] or match["b"] or match["c"]
    values = {value for each in chinese_conditions(what, catalog)[1] for value in values_of(each)}
    if match["c"]:
        return f"{what}又可以了" if values or what in state.refused else match[0]
    if not values:
        return match[0]
    return f"不必{what}" if values & _values_held(state) else ""


def _held(what: str, state: DialogueState, catalog: Catalog) -> bool:
    """Whether a condition, or a word of what is wanted or ruled out, is about it."""
    if {value for each in Lexicon.of(catalog).mentions(what) for value in each.values} & _values_held(state):
        return True
    said = " ".join((*state.refused, (state.last.query if state.last else None) or "")).casefold()
    return any(word in said for word in re.findall(r"[a-z]{4,}", what.casefold()))


def _values_held(state: DialogueState) -> set[str]:
    held = (*(state.last.conditions if state.last else ()), *state.lasting)
    return {value for each in held for value in values_of(each)}
