"""Talk of persons beside the wish: what a line asks of us as if we were one, and news of the person who writes.

News gets a few words of sympathy before whatever else is said; nothing else is read in it here.
"""

import re

_OF_PROGRAM = re.compile(
    r"(?:(?:and|so|but|ok|haha|lol|oh|tell me|by the way|btw)[, ]+)*(?:"
    r"(?:do|did|does|have|has|had|is|are|was|were|would|will|what(?:'s| is| does| did| do| about)|who(?:'s| is)|how(?:'s| is| about)|and) "
    r"your (?:own )?(?:mum|mom|mother|dad|father|parents|wife|husband|girlfriend|boyfriend|partner|kids?|children|son|daughter|brother|"
    r"sister|family|boss|friends?|cat|dog|day|evening|weekend|job|life|name)\b.*|"
    r"(?:do|did|have|are|were|will|would|can) you (?:ever |even |really |also |actually |personally )*(?:like|liked|love|enjoy|watch|watched|seen|read|cry|cried|laugh|sleep|"
    r"eat|eaten|wear|own|dream|feel|married|happy|tired|bored|lonely|alive|single|old)(?: (?:it|that|this|them|films?|movies?|books?|music|too|yourself|"
    r"at all|much|a lot|one|anything|people|me|clothes|ever))*|"
    r"(?:what(?:'s| is)|which is) your (?:own |all[- ]time )?favou?rite (?!of (?:these|those|them|the)\b|here\b|one\b)\w.*|(?:do|did|have|can|will) you ever (?!have|sell|stock|get new)(?:\w+ ?){1,5}|how old are you|where (?:do you live|are you from)|what do you look like"
    r")[\s?.!]*|"
    r"(?:那|所以)?(?:你|您)(?:自己|本人)?(?:的)?(?:妈妈?|爸爸?|老婆|老公|女朋友|男朋友|孩子|家人|朋友|老板).{0,10}[吗呢么??]+|"
    r"(?:那|所以)?(?:你|您)(?:自己|本人)?(?:平时|也|会|有没有|最)*(?:喜欢|爱)?(?:看|读|穿|哭|睡|吃)?(?:电影|书|什么|过)?(?:吗|么|呢)[??]*|"
    r"你(?:多大|几岁|住哪|结婚).{0,4}[??]*|你(?:以前|也|自己)*(?:生|得|去|谈|吃|哭|结|养|失|笑|累|困|坐|喝)过.{1,4}[吗么没][??]*",
    re.I,
)
"""What is asked of a person, and not of a catalogue."""
_I = r"\b(?:i|we|my (?:wife|husband|girlfriend|boyfriend|partner|fiance|fiancee|fiancé|fiancée))(?:'ve|'m|'re|'s| have| has| am| are| is| was| were| just| finally| recently| only just| got)*"
_NEWS = (
    (
        "loss",
        re.compile(
            r"\b(?:my|our) (?:\w+ ){1,2}(?:has |have |had |just |recently )*(?:died|passed away|passed on)\b|\b(?:my|our) \w+\b.{0,60}\b(?:he|she|they)(?:'s| has| had|'d)? (?:just |recently )?(?:died|passed away)\b|\b(?:i|we)(?:'ve|'m| have)? (?:just |recently )?lost (?:my|our) "
            r"(?!keys|phone|way|wallet|bag)\w+|"
            r"\b(?:broke up|split up|got divorced|getting divorced) with (?:me|my)\b|"
            rf"{_I} (?:broke up|split up|(?:getting |got )?divorced|been dumped|got dumped|dumped|(?:been |got )?(?:fired|laid off|made redundant))\b|"
            r"(?:^|[.!?,;] ?)(?:just )?(?:got|been) (?:dumped|divorced|fired|laid off|made redundant)\b|"
            r"\b(?:he|she) (?:dumped|left) me\b|\bfuneral\b(?=.*\b(?:my|our|i|we)\b)|"
            r"(?:我|我们|我家的?)[^,。]{0,6}(?:去世|过世|走了|没了)|(?:我|刚)[^,。]{0,4}(?:失恋|分手|被甩|离婚|失业|被裁|被炒)",
            re.I,
        ),
    ),
    (
        "joy",
        re.compile(
            rf"{_I} (?:just |finally |recently |a |the |now )*(?:became|become|becoming|going to be|gonna be) (?:a |an |the )?(?:new )?(?:dad|daddy|father|mum|mom|mother|parents?|"
            r"grand(?:ma|pa|mother|father|parents?)|aunt|uncle)\b|"
            rf"{_I} (?:just |finally |recently )*(?:engaged|married|pregnant|expecting|promoted|graduated)\b|"
            rf"{_I} (?:just |finally |recently )*(?:had (?:a|our|my) (?:first |second |new )?baby|having a baby|got (?:the|a new|that|my dream) job|got (?:engaged|married|promoted)|"
            r"passed (?:my|the|our|all my) \w+|(?:finished|handed in|turned in|submitted|defended) (?:my|our|the) (?:thesis|theses|exams?|finals|degree|dissertations?|phd)|bought (?:a|our|my) (?:first )?(?:house|flat|home))\b|"
            r"\b(?:it'?s|today is) (?:my|our) (?:\w+ )?(?:birthday|anniversary)\b|"
            r"(?:我|我们|刚)[^,。]{0,4}(?:当(?:了)?(?:爸|妈|爷|奶|外)|生了(?:宝宝|孩子|娃)|升职|考上|考过|毕业|订婚|结婚了|怀孕|买房)|今天(?:是)?我?们?(?:的)?(?:生日|纪念日)",
            re.I,
        ),
    ),
    (
        "ill",
        re.compile(
            r"\b(?:i|we)(?:'m| am|'ve| have|'re| are)(?: got| been| in bed| at home| down| stuck| so| really| a bit)* (?:with )?(?:(?:a|the) )?(?:(?:bad|awful|terrible|nasty|bit of a) )*"
            r"(?:ill|sick|flu|fever|cold|migraine|unwell|poorly|covid)\b(?! of\b)|\b(?:my|our) (?:\w+ ){1,2}(?:is|are|was) (?:\w+ (?:and|or) )?(?:home |at home |off |really |a bit )*(?:sick|ill|poorly|unwell)\b|\bhome sick\b|^(?:又)?(?:感冒|发烧|生病|头疼)|(?:我|我们|孩子|宝宝|老婆|老公|妈妈?|爸爸?)[^,。]{0,4}(?:感冒|发烧|生病|病了|不舒服|头疼)",
            re.I,
        ),
    ),
    (
        "tired",
        re.compile(
            r"\b(?:(?:had|having|been|it was|what|it's been|such)(?: \w+){0,2} |^)(?:a |an )?(?:really |very |pretty |so )?(?:long|hard|rough|bad|terrible|awful|horrible|tough|stressful|exhausting|"
            r"shitty|crap|lousy|rotten) (?:day|week|month|shift|night|time)\b|^(?:long|hard|rough|bad|tough) (?:day|week)\b|"
            rf"{_I} (?:so |really |very |just |completely |totally )*(?:exhausted|knackered|shattered|worn out|wiped out|stressed(?: out)?|burnt out|burned out)\b|"
            r"(?:今天|这周|最近)[^,。]{0,4}(?:好累|太累|很累|累死|糟透|不顺|倒霉|压力)|(?:^|[,,。])[^,。]{0,3}累(?:死|坏|惨|瘫)|(?:我|加班)[^,。]{0,4}(?:累坏|累死|好累|累了)",
            re.I,
        ),
    ),
)
"""Kind of news -> how people tell it of themselves."""


_WANTS = re.compile(
    r"\b(?:something|anything|want|need|would like|looking|find|show|give|recommend|suggest|watch|see|read|wear|buy|films?|"
    r"movies?|books?|comed\w+|thrillers?|dramas?|celebrate|please|no|nothing|not|without|more|else)\b|\?|想|要|来|找|推荐|看|有没有|换|别|不",
    re.I,
)
"""Words by which a line that tells news of the person wants something, too."""


def is_small_talk(line: str) -> bool:
    """Tell whether a line asks of us what one asks of a person: "did your mum like it too?".

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_small_talk("did your mum like it too?"), is_small_talk("do you like films?"), is_small_talk("do you have 2 in red?")
    (True, True, False)
    """
    return _OF_PROGRAM.fullmatch(line.strip()) is not None


def personal_news(line: str) -> str:
    """Find the news that a line tells of the person.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str
        A key of `llmrec.chat.short_replies.SYMPATHY`; "" for none.

    Examples
    --------
    >>> personal_news("I've just become a father, something calm"), personal_news("a film about a man who became a father")
    ('joy', '')
    """
    return next((key for key, told in _NEWS if told.search(line)), "")


def only_news(line: str) -> bool:
    """Tell whether a line tells news of the person and wants nothing.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool

    Examples
    --------
    >>> only_news("my grandad died yesterday"), only_news("my grandad died, something gentle please")
    (True, False)
    """
    return bool(personal_news(line)) and _WANTS.search(line) is None
