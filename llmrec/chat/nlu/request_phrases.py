"""How people ask, around what they want: "I was wondering if you could recommend some", "any suggestions?".

A list is ranked by the words of a wish, so what only asks would be ranked by, too: "suggestions" finds "Indecent
Proposal". The frames are taken out of each clause before anything else reads it, as far as a wish is left.
"""

import re

from llmrec.chat.nlu.languages import is_chinese
from llmrec.chat.nlu.talk_clauses import joined_clauses, talk_clauses

_OPENING = r"(?:(?>(?:hi|hello|hey|hiya|well|so|and|but|ok(?:ay)?|yes|yeah|sure|sorry|um+|oh|then|also|now|maybe|mm+)\b[\s,.!]*(?:there|three|everyone|bro|mate)?\b[\s,.!]*))*"
_JUST = r"(?:(?:just|really|very|also|only|actually|currently|kind of|kinda|always|still|both|today|tonight)\s+)*"
_BE = r"(?:\s*'?m|\s+am|\s+was|\s+were|\s*'re|\s+are|\s*'ve been|\s+have been|\s+had been)"
_FIND = r"(?:find|see|watch|get|pick|choose|rent|try|catch)"
_FRAME = re.compile(
    rf"^{_OPENING}(?:"
    rf"(?:i|we|(?:my )?\w+ and i){_BE}?\s+{_JUST}(?:on the hunt|looking|searching|hunting|hoping|seeking)(?:\s+{_JUST})?(?: to {_FIND}| for| at)+|"
    rf"(?:i|we){_BE}\s+{_JUST}(?:interested in|into|thinking (?:about|of)|an? (?:really |very )?(?:big |huge |massive )?fan of|in the mood for|up for|fond of|seeking)|"
    rf"(?:on the hunt|looking) for|(?:i|we) (?:could|can) use|"
    rf"(?:i|we){_BE} {_JUST}(?:wondering|hoping) (?:if )?(?:you|u) (?:could|can|would|might) (?:please )?(?:recommend|suggest|help (?:me|us) (?:find|with)|point (?:me|us) in the direction of)(?: (?:me|us))?|"
    rf"(?:do |did |would )?(?:you |u )?(?:happen to )?know(?: of| about)?(?= (?:any|some|a|an|good|more|other)\b)|"
    rf"(?:can|could|would|will) (?:you|u) (?:guys )?(?:please )?(?:recommend|suggest|recomend|reccomend|name|think of|help (?:me|us) {_FIND}|help (?:me|us) with|point (?:me|us) in the direction of)(?: (?:me|us))?|"
    rf"(?:do |would )?(?:you |u )have(?= (?:any|some|a) )|"
    rf"(?:can|could) (?:you|u) help (?:me|us) (?:to )?{_FIND}|"
    rf"(?:are|r) (?:you|u) familiar with|have (?:you|u) (?:seen|watched|got)(?= (?:any|some) )|"
    rf"(?:any|some|your)? ?(?:good |other |more )*(?:suggestions?|recommendations?|recs|ideas?) (?:for|of|on|about)|"
    rf"mine (?:is|are)"
    rf")\s+(?=\S)",
    re.I,
)
"""What stands before a wish."""
_ASKS = (
    r"(?:what(?:'s)? next|what (?:else )?(?:do|can|could|would|should|shall|did) (?:you|u|i|we) (?:\w+ )?(?:suggest|recommend|recomend|remomended|watch|see|think|buy|read|get|wear|try|pick|listen to)(?: next)?|what (?:recommend\w*|remomend\w*|suggest\w*)|which (?:other ones )?would you recommend|"
    r"(?:(?:do|would|can) (?:you|u) )?(?:have|got|know|think of|name|give me) (?:of )?(?:any|a few|some|one)(?: (?:good|other|more|new))*(?: movies?| films?)? (?:suggestions?|recommendations?|recs|ideas?)|(?:do|would) (?:you|u) (?:have|know(?: of)?) (?:any|suggestions?|recommendations?|ideas?)|"
    r"(?:can|could) (?:you|u) (?:please )?help(?: (?:me|us))?(?: out)?|(?:what|how) about (?:you|u)|that you (?:can|could|would) (?:recommend|suggest)|(?:you|u) think (?:you|u) could help(?: me| us)?|"
    r"(?:any|some|and more|your)(?: (?:good|other|more|new|further))*(?: movie| film)? (?:suggestions?|recommendations?|recs|ideas?))"
)
_SO_SAID = r"(?: (?:for (?:me|us)|please|in that genre|today|tonight|now|then|though|out there))*[\s?.!]*"
_ASKS_ALONE = re.compile(rf"{_OPENING}{_ASKS}{_SO_SAID}", re.I)
_ASKS_BEHIND = re.compile(rf"[\s,]+{_ASKS}{_SO_SAID}$", re.I)
_NOTHING_LEFT = re.compile(
    r"(?:(?:hi|hello|hey|yes|yeah|and|but|so|do|does|did|can|could|would|will|have|got|know|of|you|u|i|we|any|some|a|an|the|"
    r"other|others|more|another|good|new|looking|look|for|give|me|us|what|which|recommend|suggest)\b\W*)*",
    re.I,
)
"""Words that are no wish."""
_NOUN_BEHIND = re.compile(
    r"\s+(?:suggestions?|recommendations?|recs)(?: (?:please|to watch|for (?:me|us)))?[\s?.!]*$", re.I
)
"""A noun that stands behind a wish: "any good horror movie recommendations?"."""
_PURPOSE_BEHIND = re.compile(
    r"\s+(?:to (?:watch|see|check out|top (?:it|this) off|enjoy)|i can watch)(?: (?:tonight|today|now|this \w+|please))?(?=[\s?.!,]*$)",
    re.I,
)
_GREETS = re.compile(
    r"(?:(?:hi|hello|hey|good (?:morning|evening|afternoon))[\s,.!]*)*(?:(?:and )?how(?:'s| is| are| r)? (?:you|u|it|things|ya)\b[^?.!]{0,24}\??|"
    r"(?:i'?m|i am|im|all is|pretty|doing|not (?:too )?bad)?\s*(?:doing |pretty |very |so )*(?:good|great|fine|well|okay)(?:,? (?:and you|too|today|here|thanks|thank you))*)[\s,.!?]*",
    re.I,
)
"""Courtesies, which want nothing."""
_THANKS = re.compile(r"(?:thanks?|thank you)[\s,.!?]*", re.I)


def only_requests(line: str) -> bool:
    """Tell whether a line asks for a list and says nothing of it.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool

    Examples
    --------
    >>> only_requests("So what should I watch next?"), only_requests("What next?"), only_requests("any horror films?")
    (True, True, False)
    """
    return _ASKS_ALONE.fullmatch(line) is not None


def without_request_phrases(line: str) -> str:
    """Take out of a line what only asks, and courtesies beside a wish.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str
        The line itself where nothing else would be left of it.

    Examples
    --------
    >>> without_request_phrases("I was wondering if you could recommend some romantic comedies?")
    'some romantic comedies?'
    >>> without_request_phrases("I'm good, thanks. I'm interested in war movies. Have any good suggestions?")
    'war movies.'
    >>> without_request_phrases("Any other suggestions?")
    'Any other suggestions?'
    """
    if is_chinese(line):
        return line
    parts: list[str] = []
    clauses = talk_clauses(line)
    asks = any(_FRAME.match(clause) for clause in clauses)
    for clause in clauses:
        if len(clauses) > 1 and (_GREETS.fullmatch(clause) or _ASKS_ALONE.fullmatch(clause)):
            continue
        if asks and _THANKS.fullmatch(clause):
            continue
        if _ASKS_ALONE.fullmatch(clause):
            parts.append(clause)
            continue
        left = clause
        for pattern in (_ASKS_BEHIND, _NOUN_BEHIND, _PURPOSE_BEHIND):
            if (match := pattern.search(left)) and not _NOTHING_LEFT.fullmatch(left[: match.start()]):
                left = f"{left[: match.start()]}{(re.search(r'[?.!]*$', clause) or [''])[0]}"
        framed = _FRAME.match(left)
        parts.append(left[framed.end() :] if framed else left)
    if parts == clauses:
        return line
    return joined_clauses(tuple(dict.fromkeys(part.strip() for part in parts))) or line
