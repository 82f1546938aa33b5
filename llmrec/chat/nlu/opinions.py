"""What running talk says of the films that were just named, and what it says beside a wish: "I loved both of those".

People answer a suggestion as they talk: "yes, I loved that one!", "haven't seen it, sounds good". The first is an
opinion of what was named; the second is no wish, and would be ranked by its words.
"""

import re
from dataclasses import dataclass
from typing import Literal

from llmrec.chat.nlu.languages import is_chinese
from llmrec.chat.nlu.talk_clauses import joined_clauses, talk_clauses

_SO = r"(?:(?:really|also|absolutely|do|did|just|already|both|all|have|'ve|actually|totally|still|even|ever|so|very|pretty|such|super|quite|too|kind of|kinda)\s+)*"
_OPENING = re.compile(
    r"^(?:(?:oh|ah|yes|yeah|yep|yea|yup|yess+|ooh|lol|haha+|well|wow|hey|hi|hello|and|but|so|ok(?:ay)?|sure|true|right|me too|no|nope|hm+|"
    r"sorry|actually|thanks?|thank you)\b[\s,.!~:]*|(?:great|cool|nice|awesome|good|excellent|perfect)\b(?:[\s]*[,.!~:]+\s*|\s*$))+",
    re.I,
)
_ENDING = r"(?:[\s,]*\b(?:too|also|as well|a lot|so much|very much|again|though|tho|already|before|for sure|though|lol|haha|both|either|yet|myself)\b)*[\s.,!~:)*]*"
_LOVED = r"(?:loved|love|enjoyed|enjoy|liked|like|adored|adore)"
_GOOD = (
    r"(?:good|great|awesome|amazing|excellent|fantastic|brilliant|hilarious|funny|wonderful|fun|perfect|classics?|cool|"
    r"favou?rites?|one of my favou?rites?|scary|cute|lovely|the best|my favou?rites?)"
)
_THING = r"(?:ones?|movies?|films?|flicks?|picks?|shows?|books?)"
_THOSE = (
    rf"(?:both(?: of (?:those|them|these))?|all(?: \d| two| three| four| five)?(?: of)? (?:those|them|these)|"
    rf"(?:those|them|these)(?: (?:two|three|four|both|all))?)(?: {_THING})?"
)
_THAT = rf"(?:that|it|this|the original)(?: (?:old|first|original))?(?: {_THING})?"
_LIKED_ALL = re.compile(
    rf"(?:(?:i|we)\s+)?{_SO}(?:loved|enjoyed|liked|adored) {_THOSE}{_ENDING}|"
    rf"(?:(?:i|we)\s+)?{_SO}{_LOVED} both(?: of (?:those|them|these))?(?: {_THING})?{_ENDING}|"
    rf"(?:(?:i|we|i'?ve|we'?ve)\s+)?{_SO}seen (?:them|those|both|all)(?: (?:all|both|of (?:them|those)))* and {_SO}{_LOVED} (?:them|those|both|all)(?: (?:all|both))?{_ENDING}|"
    rf"{_THOSE} were {_SO}{_GOOD}(?: {_THING})?{_ENDING}",
    re.I,
)
_LIKED_ONE = re.compile(
    rf"(?:(?:i|we|my \w+)\s+)?{_SO}{_LOVED} {_THAT}{_ENDING}|(?:i'?m |i am )?(?:an? )?(?:huge|big) fan of {_THAT}{_ENDING}|"
    rf"{_THAT} was {_SO}(?:an? )?{_SO}{_GOOD}(?: {_THING})?{_ENDING}|"
    rf"(?:(?:i|i'?ve)\s+)?{_SO}(?:seen|saw|watched) {_THAT} and {_SO}{_LOVED} {_THAT}{_ENDING}|"
    rf"(?:and|which) (?:i )?{_SO}{_LOVED}(?: it)?{_ENDING}",
    re.I,
)
_PRAISED_ONE = re.compile(
    rf"(?:that|it|this|that one|this one|that movie)(?:'s|s| is) {_SO}(?:an? )?{_SO}{_GOOD}(?: {_THING}| classic)?{_ENDING}|"
    rf"(?:is )?(?:an? )?{_SO}{_GOOD} {_THING}{_ENDING}",
    re.I,
)
"""Praise that stands for having seen it where one thing alone was named."""
_WHAT = r"(?:(?:that|it|this|them|those|these|either|any)(?: (?:one|two|movie|film|ones))?(?: of (?:them|those|these))?|any)"
_ASIDE = re.compile(
    rf"(?:(?:i|we)\s+)*(?:(?:do ?n['\u2019]?t|do not) (?:think|believe|recall|remember) (?:i'?ve|i have|that|ever|having)?(?: ever)? ?(?:seen|seeing|watched|watching)?|"
    rf"(?:have|had|has|'ve|did)?\s*(?:n['\u2019]?t|not|never)(?: (?:yet|ever|actually|really|even))* (?:seen|see|saw|watched|heard of|heard|read|tried)|"
    rf"haven['\u2019]?t(?: (?:yet|ever|actually|really|even))* (?:seen|watched|heard of|read|tried)|never(?: even| actually)? (?:seen|saw|heard of|watched))(?: (?:of|about))?(?: {_WHAT})?"
    rf"(?: (?:in a (?:long )?while|in (?:a )?(?:long time|years|ages)|yet|either|before|so far|one))*{_ENDING}|"
    rf"(?:i |we )?(?:have not|haven['\u2019]?t|not yet|no|nope|not){_ENDING}|"
    rf"(?:(?:that|it|this|now that|those|they|that one|which)\s+)?(?:all |both |really |does |just )*(?:sounds?|looks?)(?: (?:really|very|pretty|so|like|a|an|quite|super|kind of|kinda|it))*"
    rf" (?:interesting|good|great|fun|funny|awesome|scary|familiar|nice|amazing|perfect|intriguing|cool|fantastic|lovely|cute|hilarious|fun movie|good movie|good one|good plan|good idea|plan)(?: (?:movie|film|one))?{_ENDING}|"
    rf"(?:(?:i|we)(?:'ll|'d|\s+will|\s+would|\s+should|\s+might|\s+may|\s+can|'m going to|\s+am going to|'m gonna| gonna)?\s+)?(?:(?:will|have|need|want|like|love|going|definitely|def|probably|really|got|gonna|just|to|be|surely|certainly|for sure|try)\s+)*"
    rf"(?:(?:check(?:ing)?|look(?:ing)?|seek(?:ing)?|try(?:ing)?|put(?:ting)?|add(?:ing)?|give|see|watch|find|rent)\s+)(?:(?:out|into|for|up)\s+)*{_WHAT}(?:\s+(?:out|up|a try|a go|a watch|a shot|on my list|to my list|for sure|soon|one|tonight|then|some ?time|later|next))*{_ENDING}|"
    rf"(?:always |i(?:'ve| have)? )?(?:always )?heard (?:\w+ )?(?:good|great|nice) things(?: about {_WHAT})?(?: though)?{_ENDING}|"
    rf"(?:(?:that|it|this|those|they|both) )?(?:was|were|is|are) (?:just |only |pretty |kind of )*(?:ok(?:ay)?|alright|all right|so[- ]so|fine){_ENDING}|"
    rf"(?:those|these|that|they|it|this)?(?:'s|'re| is| are)?\s*(?:an? |some |all |both )*(?:good|great|awesome|nice|excellent|interesting|perfect) (?:choices?|suggestions?|picks?|ideas?|recommendations?|start){_ENDING}|"
    rf"(?:was|is) (?:it|that|this) (?:any )?(?:good|scary|funny|worth it|worth watching)(?: for .*)?\??|"
    rf"(?:(?:that|it|this)\s+)?sounds? (?:a (?:bit|little) )?like an? .*|(?:i )?(?:have |'ve )?(?:seen|saw|watched) the original{_ENDING}|"
    rf"(?:i )?(?:think )?(?:i )?(?:might|may|must|could) have (?:heard|seen|read)(?: (?:of|about))?(?: {_WHAT})?{_ENDING}|"
    rf"(?:i )?(?:do ?n['\u2019]?t|do not) (?:recall(?: (?:seeing|watching))?(?: {_WHAT})?|remember (?:seeing|watching) {_WHAT}|know (?:that|this) one){_ENDING}|"
    rf"(?:he|she|they)(?:'s|'re| is| are| was| were) {_SO}(?:an? )?{_SO}(?:{_GOOD}|hot|talented)(?: \w+){{0,3}}{_ENDING}|"
    rf"(?:i )?(?:may|might) (?:have|need) to (?:re)?watch {_WHAT}(?: again)?{_ENDING}|"
    rf"(?:it |that )?rings? a bell|(?:lol|haha+|rofl|lmao|me too|same here|same|merry christmas|happy new year|good to know|no problem|you(?:'re| are) welcome|my pleasure|i see|of course|exactly|agreed|true|obviously)"
    rf"{_ENDING}|thank(?:s| you)(?: (?:so much|very much|a lot|again))?(?: for .*)?",
    re.I,
)
"""What is said beside a wish, of what was named or of nothing."""

_TENDS = re.compile(rf"(?:{_THAT}\s+)?(?:sounds?|looks?) (?:\w+ )?\w+{_ENDING}", re.I)
"""What alone says of a list that something in it will do."""


_ASKS = re.compile(r"(?:(?:and|so|but|ok)[, ]+)*is (?:it|that|this)\b", re.I)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a line says of what was just named.

    Parameters
    ----------
    liked
        "all" of it, "one" thing, "praised" where one thing alone was named, or "" for none.
    rest
        The line without that, and without what is only said beside a wish.
    """

    liked: Literal["all", "one", "praised", ""]
    rest: str


def read_opinion(line: str) -> Opinion | None:
    """Read opinions of what was just named out of running talk.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    Opinion or None
        None where the line holds nothing of the kind.

    Examples
    --------
    >>> read_opinion("Yes, I loved both of those! Any other suggestions?")
    Opinion(liked='all', rest='Any other suggestions?')
    >>> read_opinion("I haven't seen that one. It sounds interesting, I'll check it out")
    Opinion(liked='', rest='')
    >>> read_opinion("something like it but funnier")
    """
    if is_chinese(line):
        return None
    liked: Literal["all", "one", "praised", ""] = ""
    rest: list[str] = []
    aside = False
    parts = talk_clauses(line)
    if len(parts) == 1 and _ASKS.match(parts[0]):
        return None  # "is it any good", with nothing beside it, wants an answer
    for clause in parts:
        said = _OPENING.sub("", clause.strip()).replace("\u2019", "'")
        if _LIKED_ALL.fullmatch(said):
            liked = "all"
        elif _LIKED_ONE.fullmatch(said):
            liked = liked or "one"
        elif _PRAISED_ONE.fullmatch(said):
            liked = liked or "praised"
        elif said and _ASIDE.fullmatch(said):
            aside = True
        else:
            rest.append(clause)
    if not (liked or aside) or (len(parts) == 1 and _TENDS.fullmatch(said)):
        return None
    return Opinion(liked, joined_clauses([part for part in rest if re.search(r"\w", _OPENING.sub("", part))]))
