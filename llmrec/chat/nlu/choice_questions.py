"""What a line leaves to us to choose or to weigh: "which would I like most?", "1 or 3, for a date?", "why 2 over 1?"."""

import re
from dataclasses import dataclass

from llmrec.chat.nlu import cues

_OPENING = r"(?:(?:ok(?:ay)?|so|and|but|hm+|well|then|please|just|now|oh|hey|wait|right)[, ]+)*"
_ONES = r"(?: (?:one|film|movie|book|item|of (?:them|these|those|the (?:two|three|list))))*"
_BETTER = re.compile(
    rf"{_OPENING}(?:"
    rf"(?:what|which|who){_ONES}(?:'s| is| would be| are| do you think is)(?: the)? (?:better|best|nicer|the (?:better|right) (?:one|choice|pick|option))"
    r"(?: (?:one|choice|pick|option|bet|fit|out of|of|between))?[,:;]? (?P<pair>.+?)|"
    r"(?:is|are|would) (?P<first>(?:number |the )?[\w' ]+?) or (?P<second>(?:number |the )?[\w' ]+?) (?:be )?(?:the )?(?:better|best|nicer)(?P<better>(?: .*?)?)|"
    r"(?:should|shall|do|would) (?:i|we)(?: rather| better)? (?:go (?:for|with)|take|pick|choose|get|watch|buy|see|read|wear|start with) (?P<alternatives>.+? or .+?)|"
    r"(?P<torn>.+? or .+?)[,:;?-]+ (?:which|what)(?: one)?(?:'s| is| would be| do you think is)(?: the)? (?:better|best)(?P<which>(?: .*?)?)"
    r")[\s?.!]*",
    re.I,
)
"""What asks which of some items is better, without saying by what."""
_I_LIKE = re.compile(
    rf"{_OPENING}(?:which|what){_ONES} (?:would|will|might|could|do you (?:think|reckon|suppose)|am|are|is) ?(?:that )?(?:i|we|me|it)? ?(?:'d|would|will)? ?(?:be )?"
    r"(?:most |best |probably )*(?:like|enjoy|love|fancy|likely(?: to \w+)?|appreciate|the best (?:fit|match)(?: for me)?|(?:my|our) (?:taste|thing|kind of thing|cup of tea)|closest to (?:my|our) taste)"
    r"(?: (?:the )?(?:most|best|more|better))?(?:[,:;]? (?:out of |of )?[\w' ]+? or [\w' ]+?)?[\s?.!]*|"
    rf"{_OPENING}(?:which|what){_ONES}(?:'s| is| would be| comes?)(?: the)? (?:best|closest|nearest|most|right)(?: (?:fit|match|one|suited|me))*(?: (?:for|to) (?:me|us|my taste|our taste))?[\s?.!]*",
    re.I,
)
"""What asks which item the person would like."""
_BY_HISTORY = re.compile(
    r"[,;. ]*\b(?:(?:based|going|judging) (?:on|by|from)|given|considering|knowing|looking at|judging by|according to|in view of|with|for someone with) "
    r"(?:(?:what|all|the (?:films?|movies?|things|stuff|ones|books)|everything)(?: that| which)? (?:i|we)(?:'ve| have|ve)?(?: already| ever)? ?"
    r"(?:watched|seen|bought|liked|enjoyed|read|like|had|rated|watch|buy)?|"
    r"(?:my|our) (?:own )?(?:history|tastes?|past \w+|previous \w+|purchases|profile|records?|likes|viewing(?: history)?|watch(?:ing)? history|track record|other \w+))"
    r"(?: (?:so far|before|already|in the past))?[, ]*|"
    r"(?:按照?|根据|从|照|凭)(?:我|咱)(?:们)?(?:的)?(?:看过|买过|读过|以前|历史|口味|记录|喜好)[^,。?]{0,8}[,]?",
    re.I,
)
"""What of the person an item is to be chosen by."""
_OCCASION = re.compile(
    r"(?:[.,;!?]+\s*|\s+)(?:and |as |since |cause |because )?"
    r"(?:(?:it|this|that)(?:'s| is|s)|(?:we|i|they)(?:'re|'m| are| am))?(?: just| all| only)? ?"
    r"(?P<occasion>(?:for|on|having|with|going on|hosting)\b [^.,;?!]+)[\s?.!]*$",
    re.I,
)
"""What an item is chosen for, behind the question."""
_OCCASION_FIRST = re.compile(
    r"(?:(?:ok|so|well|hey|right)[, ]+)*(?:(?:it|this|that)(?:'s| is|s)|(?:we|i|they)(?:'re|'m| are| am))? ?"
    r"(?P<occasion>(?:for|on|having|with|going on|hosting)\b [^.,;?!]+)[.,;:]+ (?=\w)",
    re.I,
)
"""What an item is chosen for, before the question."""
_REASON_FOR = re.compile(
    rf"{_OPENING}(?:(?:can|could|would) you )?(?:"
    r"(?:(?:tell|show|explain|say|give)(?: to)?(?: (?:me|us))?(?: (?:briefly|quickly|shortly|honestly|in (?:one|a|1|two|a single) (?:short )?(?:sentence|line|word)s?|in a (?:few|couple of) words|in short))*,? )?"
    r"(?:why|how come) (?:(?:should|would|shall|do|must|might|could) (?:i|we|you|one) |(?:i|we|you|one)(?: should| would| might| must| could|'d)? )?(?:really |rather |better )*"
    r"(?:pick|choose|take|go (?:for|with)|watch|see|buy|get|read|wear|prefer|want|start with)(?= )|"
    r"(?:(?:give|tell|name)(?: (?:me|us))? )?(?:an?|one|any|some|the|your|two|three)?(?: (?:good|best|main|single|real))* reasons? (?:(?:why|that) (?:i|we) should|to|for|i should) "
    r"(?:pick|picking|choos(?:e|ing)|tak(?:e|ing)|go(?:ing)? (?:for|with)|watch(?:ing)?|see(?:ing)?|buy(?:ing)?|prefer(?:ring)?|get(?:ting)?|read(?:ing)?)(?= )|"
    r"what(?:'s| is| are) (?:the|your) (?:case|argument|arguments|reasons?) (?:for|to (?:pick|choose|take))(?= )|what speaks for(?= )|"
    r"(?:sell|convince|persuade) (?:me|us) (?:on|of|into|to (?:pick|take|choose)|that)(?= )|make (?:the|a|your) case for(?= )|"
    r"(?:tell|show|explain)(?: to)?(?: (?:me|us))?(?: (?:briefly|quickly|in (?:one|a|1) (?:sentence|line)|in a few words|in short))*,? (?:why|how come)(?: is)?(?= )"
    r") (?P<what>.+)",
    re.I,
)
"""What asks for the reasons of one thing over another, however it says so."""
_HAS_NOT = re.compile(
    rf"{_OPENING}what (?:does|has|did) (?P<one>.+?) (?:have|got|offer|have going for it) (?:that|which) (?P<other>.+?) (?:does not|doesn't|hasn't|has not|lacks?)(?: have| got)?[\s?.!]*|"
    rf"{_OPENING}what(?:'s| is) (?:so |that )*(?:good|great|special|better) about (?P<a>.+?) (?:compared (?:to|with)|over|versus|vs\.?|against|than|and not|but not) (?P<b>.+?)[\s?.!]*",
    re.I,
)
_JOINED = re.compile(
    r" (?:over|rather than|instead of|and not|ahead of|before|above|than|in place of|against|compared (?:to|with)) ",
    re.I,
)
_IN_BRIEF = re.compile(
    r"(?:,? (?:in (?:one|a|1|a single) (?:sentence|line)|briefly|in a few words|in short|please))+(?=[\s?.!]*$)", re.I
)


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """A line that leaves a choice to us.

    Parameters
    ----------
    question
        It without what follows.
    occasion
        What the item is chosen for, in the words of the line; "" where that is not said.
    by_history
        Whether it is to be chosen by what the person has.
    """

    question: str
    occasion: str = ""
    by_history: bool = False


def choice_question(line: str) -> ChoiceQuestion | None:
    """Read a line that leaves the choice among the items of a list to us.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    ChoiceQuestion or None
        None for any other line.

    Examples
    --------
    >>> choice_question("what's better, 1 or 3? it's for a date").occasion
    'for a date'
    >>> choice_question("which of these would i like most, based on what i've watched").by_history
    True
    >>> choice_question("a comedy, based on what i've watched")
    """
    text = line.strip()
    by_history = _BY_HISTORY.search(text) is not None
    text = _BY_HISTORY.sub(" ", text).strip(" ,;") if by_history else text
    if _I_LIKE.fullmatch(text):
        return ChoiceQuestion(text, by_history=True)
    found = _OCCASION.search(text)
    if (before := _OCCASION_FIRST.match(text)) and (
        any(each.fullmatch(text[before.end() :]) for each in (cues.PICK, _BETTER, cues.PLACES_ALONE))
    ):
        return ChoiceQuestion(text[before.end() :], before["occasion"], by_history)
    for question, occasion in ((text[: found.start()], found["occasion"]) if found else ("", ""), (text, "")):
        if question and (picks := cues.PICK.fullmatch(question) or _BETTER.fullmatch(question)):
            suited = (picks.groupdict().get("suits") or "").strip()  # "which would suit a wedding best?"
            own = "" if re.fullmatch(r"(?:me|us|my taste|our taste|with .*|)", suited, re.I) else suited
            return ChoiceQuestion(question, occasion or own, by_history)
    return None


def as_contrast(line: str) -> str:
    """Write a line that asks for the reasons of one item over another as "why ... rather than ...".

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str
        The line itself where it asks no such thing.

    Examples
    --------
    >>> as_contrast("tell me in one sentence why i should pick 2 over 1")
    'why 2 rather than 1'
    >>> as_contrast("what does 2 have that 3 doesn't?"), as_contrast("why 2?")
    ('why 2 rather than 3', 'why 2?')
    """
    text = _IN_BRIEF.sub("", line.strip())
    if has := _HAS_NOT.fullmatch(text):
        return f"why {has['one'] or has['a']} rather than {has['other'] or has['b']}"
    match = _REASON_FOR.fullmatch(text)
    what = match["what"] if match else ""
    if not _JOINED.search(what):
        return line
    what = re.sub(r"\s+(?:is|are) (?:better|nicer|the better \w+)(?= than )", "", what, flags=re.I)
    return f"why {_JOINED.sub(' rather than ', what, count=1).rstrip(' ?.!')}"
