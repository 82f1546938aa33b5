"""What rules find in a line and in what was said before it: features by which the model of acts tells acts apart.

A sentence vector says what a line is about; whether it says "seen it" or "never seen it", asks or tells, speaks of what
was offered or names something else, hangs on a word or two.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def _compiled(patterns: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern, re.I) for name, pattern in patterns.items()}


LINE = _compiled({
    "asks": r"[?\uff1f]|[吗么呢]\s*$",
    "ends asking": r"[?\uff1f][\s\"']*$|[吗么呢]\s*$",
    "opens asking": r"^(?:(?:and|so|but|ok|hm+|well|oh|also|wait|no)[,. ]+)*(?:is|are|was|were|does|do|did|has|can|could|"
                    r"will|would|should|who|how|what|when|where|which|whose|why)\b|^(?:为什么|为啥|怎么|什么|哪|谁|几|多少|有没有)",
    "asks of an item": r"\b(?:is|was|are|were|does|did|has) (?:it|that|this|they|there|he|she|the|any)\b[^.!]*[?\uff1f]|"
                       r"what(?:'?s| is| was) (?:it|that)\b|\bwho(?:'?s| is| was|se)? \w+[^.!]*[?\uff1f]|\babout\?|"
                       r"多长|几分钟|讲什么|谁[演写导唱]|什么时候|会不会|是不是|贵吗|好看吗",
    "asks the other": r"\b(?:do|did|have|are|would|can|what do|what did|how do|what'?s|what is) (?:you|u|your)\b(?! (?:have|"
                      r"recommend|suggest|help|find|show|give|know (?:of )?any))[^.!]*[?\uff1f]?|\bwhat about you\b|你(?:看过|喜欢|觉得|最)",
    "other ones": r"\b(?:any|some|what|got|have|an?)? ?\b(?:other|others|another|else|more (?:suggestions|recommendations|ideas|"
                  r"options|like)|different)\b|换[一个本部件首]|别的|其他|还有(?:吗|没有|什么)|再来",
    "requests": r"\b(?:looking for|look for|recommend|suggest|suggestions?|recommendations?|help me|in the mood|want to (?:see|"
                r"watch|read)|find me|need (?:a|an|some|something)|any ideas|would like)\b|推荐|想[看买读找听]|求|找[个一本部]|来[个一本部点]",
    "unseen": r"\b(?:have|had|has)(?:n'?t| not| never) (?:\w+ )?(?:seen|watched|heard|read|tried)\b|\bhaven.?t\b|"
              r"\bnever (?:actually )?(?:seen|watched|heard|read|tried|saw)|\bnot (?:seen|watched|heard of|yet)\b|\bdid(?:n'?t| not) (?:see|watch|"
              r"read)\b|没[看读听用]过|没听说",
    "seen": r"(?<!never )(?<!not )(?<!n't )\b(?:seen|watched|saw|own|read it|already|rewatch|watch it (?:all|every))\b|\byes,? i (?:have|did)\b|"
            r"\bi (?:have|did)\s*[.!,]|(?<!没)(?<!没有)[看读听用买]过|有了",
    "liked": r"\b(?:lov(?:e|ed)|liked|enjoyed|favou?rites?|hilarious|awesome|amazing|classic|excellent)\b|"
             r"\b(?:was|is|are|were|that'?s|it'?s|really|pretty|so|very|such a|also a) (?:really |pretty |so |very |such )*(?:a )?(?:good|great|funny|cute|"
             r"cool|fun|nice|awesome)\b|好看|喜欢|经典|爱了",
    "disliked": r"\b(?:did|do|does|was|were|is|am|are|would|could)(?:n'?t| not) (?:\w+ )?(?:like|love|enjoy|care|a fan|fan|into|good|my|for|"
                r"get into|interested)|\bdon.?t (?:\w+ )?(?:like|love|enjoy|care)|\bnot (?:\w+ ){0,3}(?:fan|into|my|for me|favou?rites?|interested|"
                r"so much|keen)\b|\bhate[ds]?\b|\b(?:boring|terrible|awful|stupid|dumb|dry|worst|lost|no sense)\b|不喜欢|讨厌|不好看|难看|不要|无聊",
    "will": r"\b(?:i'?ll|ill|will|might|may|gonna|going to|have to|need to|time to|think i|i'?d) (?:\w+ ){0,4}(?:check|watch|see|look|try|rent|"
            r"get|give|go|take|stick|buy|read)\b|\bcheck (?:it|them|that|those|this|\w+) out\b|\blook(?:ing)? (?:into|forward)|\b(?:my|the) list\b|"
            r"\bthat (?:is|will be) my choice\b|就(?:它|这|要|买|选|看)",
    "appeals": r"\bsounds? (?:\w+ )?(?:good|great|interesting|fun|like|awesome|perfect|cool)|\blooks? (?:\w+ )?(?:good|great|interesting)|"
               r"\bheard (?:\w+ ){0,4}(?:good|great|about)|\b(?:always|been) (?:wanted|meaning|wanting)|\bwant(?:ed)? to see (?:it|that|this)|"
               r"\bperfect\b|\bgreat\b|\bawesome\b|不错|可以|好的|好啊|行",
    "thanks": r"\bthan(?:k|ks|x)\b|\bthx\b|\bcheers\b|\bappreciate|谢|多謝|唔該",
    "helpful": r"\b(?:been|were|was|so) (?:\w+ ){0,3}(?:help|helpful|great)\b|\b(?:all|for) (?:your|the|these) (?:help|suggestions?)",
    "parts": r"\b(?:good)?bye\b|\b(?:have|had) an? (?:good|great|nice|lovely|wonderful)|\byou too\b|good ?night|see (?:you|ya)|take care|再见|拜|晚安",
    "greets": r"^(?:hi+|hey+|hello+|helloo+|good (?:morning|evening|afternoon|day)|greetings|howdy|yo)\b|how are you|你好|您好|在吗|嗨",
    "tells a taste": r"\bi (?:\w+ )?(?:like|love|enjoy|prefer)\b|\b(?:am|'?m|huge|big) (?:a )?(?:\w+ )?(?:fan|into)\b|\bmy favou?rites?\b|"
                     r"\b(?:one|some) of my\b|\bfavou?rites? (?:is|are|movies?|films?)|我(?:喜欢|爱|偏好)",
    "like that": r"\b(?:something|more|movies?|films?|things?|stuff|anything|one|ones) (?:\w+ )?(?:like|along the lines|similar|in the vein)|"
                 r"\bsimilar\b|\balong with\b|\bsame (?:kind|sort|type|vibe)|类似|像|同类",
    "too": r"\b(?:too|a bit|a little|little|kinda|kind of|sort of|overly)\b|(?:太|有点|不够)",
    "more or less": r"\b(?:more|less|fewer|bit|\w{3,}ier|newer|older|longer|shorter|cheaper|lighter|darker|slower|faster)\b|一点|更|些",
    "than": r"\bthan\b|\bcompared\b|\bas (?:\w+ )?as\b|比",
    "something": r"\b(?:something|anything|maybe|preferably|rather|instead|how about|what about|do you have|have any)\b|最好|换",
    "avoids": r"\b(?:but not|not (?:\w+ )?(?:like|too)|avoid|no more|without|nothing|except|don'?t want|rather not|none)\b|不要|别|除了|没有",
    "affirms": r"^(?:oh |ok |okay |lol |haha |well )*(?:yes|yea|yeah|yep|yup|sure|yess+|right|true|correct|exactly|i do|i did|i have)\b|^(?:对|是的?|嗯)",
    "denies": r"^(?:oh |ok |okay |lol |haha |well |actually )*(?:no|nope|nah|not|never|neither)\b|^(?:不|没|别)",
    "notes": r"^(?:oh|ok|okay|hm+|ah|ooh+|i see|wow|cool|nice|great)\b|^(?:哦|噢|好)",
    "apologises": r"\b(?:sorry|my bad|oops|no problem|no worries|welcome|haha|lol)\b|[:;]-?\)",
    "names a title": r"\((?:18|19|20)\d\d\)|《|\"[A-Z]",
    "names several": r"(?:\((?:18|19|20)\d\d\)|》).*(?:\((?:18|19|20)\d\d\)|》)",
    "names a person": r"\b(?:with|by|starring|like|love|about|is|and|directed by) (?:[A-Z][a-z]+ [A-Z]\w+)\b(?! \()",
    "names a kind": r"\b(?:horror|comed(?:y|ies)|thrillers?|dramas?|romances?|romantic|action|sci-?fi|science fiction|animat(?:ed|ion)|western|"
                    r"documentar(?:y|ies)|musicals?|myster(?:y|ies)|family|kids?|christmas|war|superhero(?:es)?|fantasy|genres?|suspense)\b|"
                    r"恐怖|喜剧|爱情|动作|科幻|悬疑|动画|纪录",
    "speaks of it": r"\b(?:it|that|that one|this one|those|them|these)\b|那[部个本]|这[部个本款]|它",
    "past": r"\b(?:was|were|did|didn'?t|watched|saw|tried|went|had|thought|made|stayed)\b|过|了",
    "numbers": r"\b(?:first|second|third|fourth|last|number|\d)\b|第[一二三四五\d]",
    "last time": r"\b(?:last (?:time|week|month|year|night)|did i|have i|i (?:bought|ordered|borrowed|had))\b|上次|上回|我之前|以前",
    "lasts": r"\b(?:ever|never|always|from now on|remember|every time|again)\b|永远|以后|记住|一律",
    "takes back": r"\b(?:undo|go back|scrap|forget|never ?mind|reset|ignore|cancel|put back|changed my mind|start over)\b|撤|算了|取消|刚才|重来",
    "why": r"\bwhy\b|\bhow come\b|\bwhat made you\b|为什么|为啥|凭什么",
    "which": r"\bwhich\b|\bor\b[^.]*\?|\bbetter\b|\bbetween\b|哪[个本部一]|还是",
})  # fmt: skip
"""Name -> what is found in a line."""
BEFORE = _compiled({
    "asked": r"[?\uff1f]",
    "ended asking": r"[?\uff1f][\s\"']*$|[吗呢]\s*$",
    "asked what is wanted": r"\b(?:what|which|any)\b[^.!?]*\b(?:kind|types?|genres?|sorts?|looking for|in the mood|do you (?:like|want)|you like|"
                            r"favou?rites?|can i|budget|size|occasion)\b|\bdo you (?:like|prefer|want|mean)\b|(?:什么|哪).*(?:类型|风格|喜欢|想|预算)",
    "asked if seen": r"\b(?:have you|did you|you'?ve|ever|you) (?:ever )?(?:seen|see|watched|watch|read|heard|tried)\b|看过",
    "asked either": r"\bor\b[^.!]*[?\uff1f]|还是",
    "offered": r"\b(?:how about|what about|try|check out|recommend|suggest|another (?:good )?one|here (?:are|is)|might like|would like|should)\b|推荐|为您|这款",
    "named a title": r"\((?:18|19|20)\d\d\)|《|^\d\. ",
    "named several": r"(?:\((?:18|19|20)\d\d\)|》).*(?:\((?:18|19|20)\d\d\)|》)|\b2\. ",
    "praised": r"\b(?:good|great|funny|awesome|classic|loved?|hilarious|amazing|liked|cute)\b|好看|经典",
    "greeted": r"^(?:hi+|hey+|hello+|helloo+|good (?:morning|evening|afternoon))\b|你好|您好",
    "parted": r"\b(?:bye|have an? (?:good|great|nice)|welcome|no (?:problem|worries)|enjoy|hope you|good ?night|anything else)\b|再见|还需要|不客气",
    "asked to confirm": r"\b(?:right|correct|shall i|should i|would you like me|did you mean|keep|do you want me)\b[^.!]*[?\uff1f]|对吗|要不要|需要.*吗|是吗",
    "told": r"\b(?:it'?s about|it is about|starring|stars|who|plot|story|tells|came out|directed)\b|讲述|主演",
})  # fmt: skip
"""Name -> what is found in what was said before."""
COUNT = len(LINE) + len(BEFORE) + 5
"""How many cues there are."""
_IN_TITLE = r"(?:[A-Z\d][\w'\u2019.:&-]*|of|the|and|a|in|to|for|[-\u2013])"
_TITLE = re.compile(rf"({_IN_TITLE}(?: {_IN_TITLE})*) \((?:18|19|20)\d\d\)|\u300a([^\u300b]+)\u300b")
_SHORT, _LONG = 20, 90
"""Characters up to which a line is short, and from which it is long."""


def act_cues(lines: Sequence[str], before: Sequence[str]) -> NDArray[np.float32]:
    """Find the cues of lines.

    Parameters
    ----------
    lines
        N lines.
    before
        What was said before each; "" for nothing.

    Returns
    -------
    numpy.ndarray
        (N, COUNT), each 0 or 1: `LINE`, `BEFORE`, whether a title of the line was named before, whether one was not,
        whether the line is short, or long, and whether nothing was said before.
    """
    found = [
        [
            *(cue.search(line) is not None for cue in LINE.values()),
            *(cue.search(said) is not None for cue in BEFORE.values()),
            *_of_titles(line, said),
            len(line) <= _SHORT,
            len(line) >= _LONG,
            not said,
        ]
        for line, said in zip(lines, before, strict=True)
    ]
    return np.array(found, np.float32).reshape(len(lines), COUNT)


def _of_titles(line: str, said: str) -> tuple[bool, bool]:
    named = {(match[1] or match[2]).casefold() for match in _TITLE.finditer(line)}
    known = [title for title in named if title in said.casefold()]
    return bool(known), len(known) < len(named)
