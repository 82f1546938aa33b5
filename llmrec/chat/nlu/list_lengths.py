"""How many items a list is to have, as a line says it: "give me 3", "no more than two", "a shorter list"."""

import re
from collections.abc import Callable

_WORDS = re.findall(
    r"\w+",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen",
)
"""Numbers in words, from 1 on."""
_NUMBER = rf"\d{{1,2}}|{'|'.join(_WORDS)}|a couple(?: of)?|half a dozen|a dozen"
_COUNTED = (
    r"(?:films?|movies?|flicks?|books?|items?|products?|options?|suggestions?|recommendations?|recs|picks?|titles?|"
    r"ideas?|results?|things?|of (?:them|these|those)|ones?)"
)
"""What is counted where a line says how many a list is to have."""
_NO_UNIT = (
    r"(?![\w:./-]| ?(?:minutes?|mins?|hours?|hrs?|pages?|years?|yrs?|months?|weeks?|days?|stars?|euros?|dollars?|"
    r"pounds?|bucks|people|kids|children|%|[$€£])|,\d)"
)
_LENGTH_OF_LIST = re.compile(
    r"(?:\b(?:please|can you|could you|just|only|ok|now)\b[, ]*)*(?:"
    r"\b(?:give|show|find|get|recommend|suggest|pick|choose|list|bring|send)(?: (?:me|us))?(?: (?:just|only|exactly|"
    rf"your|my|up to))*(?: (?:the )?(?:top|best|first|next)(?! one\b))? (?P<a>{_NUMBER}){_NO_UNIT}"
    rf"(?: (?:more|others?))?(?! (?:and|or|&)\b)(?:(?: good| great| other| different)* {_COUNTED}\b)?|"
    r"\b(?:limit|narrow|cut|trim|shorten|whittle|reduce|keep|make|bring) (?:it|that|this|them|these|(?:the|your|this) "
    rf"list)(?: down)?(?: to)?(?: (?:just|only|the))*(?: (?:top|best))? (?P<b>{_NUMBER}){_NO_UNIT}(?: {_COUNTED}\b)?|"
    rf"\b(?:the |your |my |a )?top (?P<c>{_NUMBER}){_NO_UNIT}(?: {_COUNTED}\b)?|"
    rf"\b(?:only|just) (?P<d>{_NUMBER}) {_COUNTED}\b|"
    r"\b(?:i |we )?(?:only |just )?(?:want|need|have time for|would like|'d like) (?:just |only )?"
    rf"(?P<e>{_NUMBER}) {_COUNTED}\b|"
    rf"(?:^|(?<=[.!?] ))(?:just |only |got |have you got |do you have )?"
    rf"(?P<f>{_NUMBER}) (?:more|others?|{_COUNTED})(?= ?(?:[.,!]|please|like\b|$))|"
    rf"\b(?:only |just )?(?P<g>{_NUMBER}) (?:(?:is|are|would be|will be) (?:enough|plenty)|"
    r"(?:will|would|'ll) (?:do|suffice)|(?:is|are) all i (?:need|want))|"
    r"(?:(?:^|(?<=[.!?,] ))(?:and |then |plus )?|\bwhat'?s )(?P<j>one) (?:more|other)(?= (?:in|for|to|please)\b)|"
    rf"\ba list of (?P<h>{_NUMBER}){_NO_UNIT}|^(?:just|only) (?:the )?(?P<i>one)(?= ?(?:[.,!]|please|$))"
    r")(?: (?:only|please|this time|from now on|each time|every time|next time|is (?:enough|fine)|will do|at (?:most|a time)|max))*",
    re.I,
)
_LENGTH_OF_LIST_CHINESE = re.compile(
    r"(?:请|麻烦)?(?:(?P<only>只要|只给我?|只推荐|只列|只看|只想要|就要|最多)|(?:再|就)?(?:给我|帮我)?(?:推荐|来|列出?|找|换)|再?给我)(?:我|给我|前)?"
    r"(?P<n>\d{1,2}|[一二两三四五六七八九十])(?:部|本|件|款|首|条|双|个|张)(?!月|小时|钟头|人|孩子)(?:就行|就好|就够了?|吧|就可以了?)?|"
    r"(?P<m>\d{1,2}|[一二两三四五六七八九十])(?:部|本|件|款|首|条|双|个|张)(?:就够|就行|就好|足够|够)了?|"
    r"前(?P<o>\d{1,2}|[三四五六七八九十])名?(?:就行|就好)?(?=[。,,!!]|$)"
)
_HANZI = {word: n for n, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_OTHER_LENGTH = re.compile(
    r"\b(?:a )?(?P<way>shorter|longer) list(?: please)?[, .]*|(?:列表|名单)(?P<zh>短|长)一?[点些]儿?[,,。]*", re.I
)
_CAP = (
    rf"(?:max(?:imum)?\.?(?: of)?|at (?:the )?most|(?:no|not|never) more than|up to|not over|limit(?: of)?:?) (?:number )?(?P<a>{_NUMBER}){_NO_UNIT}|"
    rf"(?P<b>{_NUMBER}) (?:max(?:imum)?|tops|at (?:the )?most|at a time|at once|per list|each time|and no more|or fewer|or less)|"
    rf"(?:just |only )?(?P<c>{_NUMBER})(?: of (?:them|these|those))? "
    r"(?:(?:is|are|would be|will be|'s) (?:more than )?(?:enough|plenty|fine)|(?:will|would|'ll) (?:do|suffice))"
)
"""At most so many."""
_SO_SAID = (
    rf"(?: (?:{_COUNTED}))?(?:,? (?:please|thanks|only|then|now|from now on|at a time|at once|each time|every time|per list|"
    r"in (?:a|the|one) list|next time))*"
)
_TOO_MUCH = (
    r"(?:(?:because|cause|since|as|or|coz) )?(?:(?:it|that|this|five|ten|all (?:this|that|of (?:it|this))|the (?:rest|list)|"
    r"there|otherwise|more|anything more)(?:'s|'re| is| are|s|)? )?"
    r"(?:it'?s |is )?(?:(?:way |just |a bit |all |really )*too (?:much|many|long)\b[^.!?]*|(?:a lot|hard|tiring) to \w+|"
    r"overwhelming|(?:i )?(?:get|got|am|i'm) (?:lost|overwhelmed|confused)|"
    r"my (?:screen|phone|eyes|attention span) (?:is|are)[^.!?]*)"
)
"""Why no more."""
_CAPPED = re.compile(
    r"(?:^|(?<=[.!?;,] ))(?:(?:ok(?:ay)?|and|but|so|well|please|just|hm+|no|can we have|(?:i|we) (?:only |just )?(?:want|need)|give me|show me|let'?s say|"
    rf"make it|keep it to|(?:no need for|(?:i|we) don'?t need|there'?s no need for) (?:all )?(?:(?:so|that) many|{_NUMBER}))[,;. ]+)*(?:{_CAP}){_SO_SAID}(?:[,;. ]+{_TOO_MUCH})?(?=\s*(?:[.!;?]|$))",
    re.I,
)
"""A sentence that says how many items a list may have at most, and perhaps why."""
_CAPPED_CHINESE = re.compile(
    r"(?:别|不要|不)(?:超过|多于)(?P<n>\d{1,2}|[一二两三四五六七八九十])(?:部|本|件|款|首|条|双|个|张)(?!月|小时|钟头|人|孩子)"
)
_TOO_MANY = re.compile(
    r"(?:(?:ok(?:ay)?|but|oh|hm+|well|sorry)[, ]+)*(?:"
    r"(?:that|this|it|five|the list|your list|these)(?:'s| is| are|s)? (?:way |a bit |just |far )*too (?:much|many|long)(?: \w+)? "
    r"(?:to (?:read|choose from|look at|take in|go through)|at once|at a time|for me to read)|"
    r"(?:show (?:me )?|give me |can i have )?(?:fewer|less)(?: of them| options?| films?| movies?| results?| items?| suggestions?)?)"
    r"(?: please| next time)*[\s.!]*",
    re.I,
)
"""What finds a list too long, and says no number."""
MAX_CAP = 10
"""Items up to which a bare "max 5" is the length of a list, and no price."""
_GOES_ON = re.compile(r"\b(?:more|others?)\b|再|换", re.I)
SHORTER, LONGER = 3, 10
"""Items of "a shorter list", and of "a longer" one."""
MAX_LENGTH = 20
"""Items of the longest list that is shown."""


def list_length(line: str, within: Callable[[int, int], bool] = lambda _start, _end: False) -> tuple[str, int | None]:
    """Read how many items a list is to have.

    Parameters
    ----------
    line
        What a person wrote.
    within
        Whether characters `[start, end)` of the line are part of something else, such as a title.

    Returns
    -------
    text : str
        The line without the words that say so.
    length : int or None
        1 to `MAX_LENGTH`; None where the line does not tell.

    Examples
    --------
    >>> list_length("just give me 3"), list_length("show me two comedies"), list_length("a list of ten, from the 90s")
    (('', 3), ('comedies', 2), (', from the 90s', 10))
    >>> list_length("no more than 3 please, it's too much to read"), list_length("max 3"), list_length("max 30")
    (('', 3), ('', 3), ('max 30', None))
    >>> list_length("only 90 minutes"), list_length("只要三部"), list_length("来一部喜剧")
    (('only 90 minutes', None), ('', 3), ('来一部喜剧', None))
    """
    if _TOO_MANY.fullmatch(line.strip()):
        return "", SHORTER
    for pattern in (_CAPPED, _CAPPED_CHINESE):
        for match in pattern.finditer(line):
            length = _counted(next(value for value in match.groups() if value))
            if 1 <= length <= MAX_CAP and not within(*match.span()):
                return f"{line[: match.start()]}{line[match.end() :]}".strip(" ,;!.?"), length
    other = _OTHER_LENGTH.search(line)
    if other:
        line = f"{line[: other.start()]}{line[other.end() :]}"
    for pattern in (_LENGTH_OF_LIST, _LENGTH_OF_LIST_CHINESE):
        for match in pattern.finditer(line):
            groups = match.groupdict()
            name, said = next((name, value) for name, value in groups.items() if value and name != "only")
            if within(match.start(name), match.end(name)):
                continue
            length = _counted(said)
            if not length or (said == "一" and not groups.get("only") and name == "n"):
                continue  # 来一部 is "a film"
            on = _GOES_ON.search(match[0])
            more = "" if on is None else "more" if on[0].isascii() else "再来几个"
            rest = " ".join(f"{line[: match.start()]} {more} {line[match.end() :]}".split())
            return re.sub(r"^(?:the|of them|of these)\b", "", rest).strip(" !."), min(length, MAX_LENGTH)
    if other:
        shorter = (other["way"] or "").lower() == "shorter" or other["zh"] == "短"
        return line.strip(" !."), SHORTER if shorter else LONGER
    return line, None


def _counted(said: str) -> int:
    said = said.lower().removesuffix(" of")
    several = {"a couple": 2, "half a dozen": 6, "a dozen": 12}
    return several.get(said) or _HANZI.get(said) or (int(said) if said.isdigit() else _WORDS.index(said) + 1)
