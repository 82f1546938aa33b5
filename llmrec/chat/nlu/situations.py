"""Words of a line that tell the situation and no item: with whom, on which evening, after what, who is to like it.

No item is described by them, so they would rank by chance: "Friday" for a Friday night, "Little Women" for 和老婆一起看.
"""

import re

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekend|weekday"
_NIGHT = r"(?:movie|film|games?|girls'?|boys'?|lads'?|ladies'?|school|work|date) (?:night|evening)s?"
_COUNT = r"\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|a couple of|a few|several|some"
_OCCASION = re.compile(
    rf"[, ]*\b(?:(?:for|with|between|among) (?:just |only |about |around )?(?:(?:a |the |our )?(?:group|party|crowd|bunch|team) of )?(?:the )?(?:{_COUNT})"
    r"(?: (?:of us|of them|adults?|people|persons?|grown[- ]?ups|friends?|guests?|mates|couples?|women|men|colleagues|students))|"
    r"(?:for|with) (?:a |the |my |our )?(?:group|couple|crowd|whole gang|gang|lot of us|both of us|all of us)(?: of (?:friends|people|mates|us))?(?! (?:who|that|in)\b)|"
    rf"(?:on|for|this|next|every|some) (?:a |an |the |my |our )?(?:(?:rainy|lazy|cold|cosy|cozy|quiet|late|long|slow|sunny|snowy|hot|romantic|nice|relaxing|stormy|winter|summer|autumn) )*"
    rf"(?:{_NIGHT}|(?:{_DAY})(?:'s|s)?(?: (?:night|evening|afternoon|morning))?|night|evening|afternoon|morning)(?: (?:in|out|together|alone|at home|with friends|off))?"
    r"|(?:in|for|next|this|early|late|mid|by|at the (?:end|beginning) of)[- ](?:january|february|april|may|june|july|august|september|october|november|december)(?= *(?:$|[,.;!?]|and\b|but\b|or\b))"
    r"|(?:for|with) (?:the|my|our) (?:in-laws|parents|folks|family|mates|friends|flatmates?|colleagues|boss|neighbours?|partner|grandparents|other half)"
    r"|(?:for )?(?:a |my |our |the |his |her )?(?:kids'?|children'?s?)? ?(?:birthday|sleepover|slumber|house[- ]?warming)(?: (?:sleepover|party|parties|do))?"
    rf"(?: (?:on )?(?:next |this )?(?:{_DAY}))?(?:,? (?:{_COUNT})(?= ?$))?"
    r"|(?:over|with|after) (?:a )?(?:popcorn|pizza|dinner|wine|beers?|work|school|supper|a glass of wine))(?![\w'-])",
    re.I,
)
"""With how many people, and when, something is watched or used."""


_APPEAL = re.compile(
    r",? *\b(?:that |which )?(?:(?:nobody|no one|none of us|neither of us)(?: (?:will|would|can|could|'ll|might))? (?:really )?(?:hates?|minds?|dislikes?|objects? to|complains? about|"
    r"falls? asleep (?:in|during|over)|(?:be|get|gets|is) bored(?: by)?)|"
    r"(?:everyone|everybody|we all|we both|both of us|all of us|the whole (?:room|group|gang)|we)(?: (?:will|would|can|could|'ll|might))? (?:really |all |both )?(?:likes?|loves?|enjoys?|agrees? on))\b",
    re.I,
)
"""Whom something is to please."""
_LIKE_BEFORE = re.compile(
    r"\b(?:along|on|in) (?:(?:the )?(?:same|those|these|similar|such)) (?:kinds? of |sorts? of )?(?:lines?|vein|spirit|direction)\b|\b(?:of|in) that (?:sort|kind|vein|ilk|spirit)\b|"
    r"\bto (?:pair|go|match|watch|put|be shown) (?:up )?(?:together )?with (?:it|that|them)\b",
    re.I,
)
"""What only goes on with the list before."""
_TELLS = re.compile(
    r"^(?![^,;.!?]*\b(?:like|love|enjoy|prefer|adore|mood|into|fan|fancy|want|after|need)\b[^,;.!?]*(?:\band\b|\bbut\b|,))"
    r"(?:(?:so|well|hi|hey|ok|look|right)[, ]+)*(?:i|we|it|she|he|they|there|my|our|the|today|tonight)(?:'s|'ve|'re|'m|'ve got|'d)?\b[^,;.!?]*?(?:,? (?:and|so|and so|but)|,) "
    r"(?=(?:(?:i|we|i'd|we'd|i'm|we're|i am|we are) )?(?:really |just )?(?:want|wants|need|fancy|would like|like to|could do with|am (?:looking|after)|are (?:looking|after)|looking for)\b|"
    r"(?:nothing|something|anything)\b)|"
    r"^(?:my|the|our) \w+ (?:says?|said|insists?|wants?|would like|prefers?|is asking)(?: that| on| for)? (?:it (?:has to|must|should|needs to) be |it to be |(?=(?:something|nothing|anything)\b))|"
    r"^(?:she|he|they|my \w+)(?:'s|'re| is| are) (?:[a-z]+ ){1,4}?so\b[, ]*",
    re.I,
)
"""A clause that tells of the people, before the one that says what is wanted."""
_COMPANY = re.compile(
    r"(?:(?:跟|和|陪|与|同|带|给|为)(?:我|咱)?(?:家)?(?:的)?)(?:老婆|老公|媳妇|妻子|丈夫|女朋友|男朋友|女友|男友|对象|爱人|爸妈|父母|爸爸|妈妈|老爸|老妈|爷爷|奶奶|家人|家里人|朋友|闺蜜|"
    r"哥们|室友|同学|同事|邻居|[一两二三四五几]个(?:人|朋友|同学|同事|哥们))(?:们)?(?:[一两二三四五几]起|一块儿?|[一两二三四五]个)?(?:去|来)?(?:看|过|用)?(?:的)?|"
    r"(?:我们)?(?:一个|两个|三个|四个|[一两几]个)人(?:一起|在家|晚上)?(?:看|用)?(?:的)?|(?:周[一二三四五六日末天]|星期[一二三四五六日天]|礼拜[一二三四五六日天])(?:的)?(?:晚上|下午|早上|中午)?|"
    r"窝(?:在)?(?:家里?|沙发上?|被窝里?)|(?:再)?(?:挑|选|来|推荐)?(?:一[部个本件])?给我?(?:爸妈|爸|妈|爷爷|奶奶)(?!妈|爸)|(?:下班|放学|睡前|饭后|吃饭时|午休)(?:后|之后|以后|的时候)?(?:看|用)?(?:的)?"
)


_PARENTS = r"(?:parents?|grandparents?|grand(?:ma|pa|mother|father)|gran|granny|mum|mom|mother|dad|father|wife|husband|generation)"
ERA_OF_PEOPLE = re.compile(
    rf"\b(?:(?:from|of|in|like in) )?(?:my|our|his|her|their) {_PARENTS}(?:'s|s'|s)? (?:time|days?|era|youth|generation|age|childhood|young days)\b|"
    rf"\b(?:from )?when (?:(?:my|our|his|her|their) {_PARENTS}|i|we|they) (?:was|were) (?:young|younger|kids?|little|a (?:kid|child|boy|girl|teenager)|teenagers?|at school|at university)\b|"
    r"\b(?:from|of|in) (?:my|our) (?:childhood|youth|school days|teens|twenties)\b|"
    r"[, ]*\b(?:(?:like|such as|from) )?(?:(?:the|those|that|some) )?(?:(?:kind|sort) of )?(?:stuff|things?|ones?|films?|movies?|pictures?)? ?(?:that |which )?"
    r"(?:i|we|he|she|they|my \w+) (?:grew up|was brought up|were brought up) (?:with|on|watching)\b|"
    r"(?:我|咱)?(?:们)?(?:爸爸?妈妈?|爸爸?|妈妈?|父母|爷爷奶奶|爷爷|奶奶|老一辈)(?:们)?(?:他们)?(?:那个?(?:年代|时候|时代|辈)|年轻(?:的)?(?:时候|那会儿?)|的年代)(?:的)?|(?:我)?小时候(?:看过?)?的",
    re.I,
)
"""A time that is told by people's lives, of whose years nothing is known."""


def without_situation(query: str) -> str:
    """Take the words that tell the situation out of a query.

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str

    Examples
    --------
    >>> without_situation("a clever one for two people on a Friday night"), without_situation("a film about two people")
    ('a clever one', 'a film about two people')
    >>> without_situation("we've got friends over and want a heist film nobody will hate")
    'want a heist film'
    """
    query = _TELLS.sub("", query.strip())
    for pattern in (ERA_OF_PEOPLE, _APPEAL, _LIKE_BEFORE, _OCCASION, _COMPANY):
        query = pattern.sub(" ", query)
    query = re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", query)
    return re.sub(r"\s+([,.;!?])", r"\1", " ".join(query.split())).strip(" ,.;!?")
