"""How people say what they do with items: the expressions by which a line is read as a reaction."""

import re
from typing import Literal

from llmrec.chat.nlu.negated_moods import CHINESE_MOODS

Kind = Literal["accept", "seen", "like", "reject", "criticise"]

ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)"
_THING = r"(?:one|film|movie|book|item|product|song|album|track|game|dress|shirt|shoes?|pair|show|series|option|pick|suggestion)"
PLACE = (
    rf"(?:(?:(?:the|that|option|{_THING}|number|nr\.?|no\.) ?|#)?(?:{ORDINAL}\b|\d{{1,2}}(?:st|nd|rd|th)?(?!\w|"
    rf"[.,]\d))"
    rf"(?: {_THING}\b)?(?: (?:of (?:them|these|those)|in the list|on the list))?"
    r"|number (?:one|two|three|four|five|six|seven|eight|nine|ten)\b"
    rf"|(?:this|that)(?: {_THING})?\b|it\b|both(?: of (?:them|these|those))?\b|(?:all|any|"
    rf"either)(?: of)? (?:them|these|those)\b|them\b|"
    rf"(?:these|those)(?: (?:two|three|four|five))?(?: {_THING}s?)?\b)"
)
_AND = r"(?:\s*,\s*(?:and |or |nor )?(?:not )?|\s+(?:and|or|nor|plus|as well as)\s+|\s*&\s*|\s*\+\s*)"
_PLACES = rf"(?P<places>{PLACE}(?:{_AND}{PLACE}){{0,9}})"
OPENING = (
    r"(?:(?:i'?d say|i think|honestly|to be honest|imo|and|ok(?:ay)?|yes|yeah|yep|sure|great|perfect|cool|nice|good|all ?right|fine|hmm*|well|then|so|oh|but|"
    r"and|no|nah|nope|sorry|actually|please)\b[,.! ]*){0,3}"
)
_ENDING = (
    r"(?:[,. ]*\b(?:please|cheers|thanks?|thank you|then|now|tonight|today|already|before|too|as well|again|twice|years? ago|"
    r"last (?:week|month|year|night)|yesterday|for me|at home|it is|instead|either)\b){0,3}[\s.!]*"
)
_BECAUSE = (
    r"(?:\s*(?:[,;:.!\u2013-]+|\b(?:because|since|as|but|it'?s|it is|it was|they'?re|they are)\b)+\s*(?P<more>.+))?"
)
_TOO = (
    r"(?:(?:is|are|was|were|looks?|seems?|sounds?|feels?)?\s*(?:just |really |a bit |a little |way |much |far |"
    r"still |also ){0,3})too\s"
)
_HAD = r"(?:seen|saw|watched|own|owned|have|had|got|bought|read|heard|know|played|tried|used)"

MARKS = " .!\u3002,\uff0c"

ZH_NUMBER = "一二三四五六七八九十"
ZH_PLACE = (
    rf"(?:第(?:[{ZH_NUMBER}]|\d{{1,2}})(?:个|部|本|件|款|首|张|支|条|双)?|\d{{1,2}}号?(?![\d年元块分]|个|部|本|件)|"
    r"最后(?:那|一|那一)?(?:个|部|本|件|款|首)|[这那](?:一)?(?:个|部|本|件|款|首|条|双)|它们?|[这那]些|这几(?:个|"
    r"部|本|件|款|首))"
)
_ZH_PLACES = rf"(?P<places>{ZH_PLACE}(?:\s*(?:和|跟|与|、|,|,|还有|以及)\s*{ZH_PLACE}){{0,9}})"
_ZH_OPENING = r"(?:(?:好的?|行|嗯+|可以|不|那就?|哦|唉|抱歉)[,,、。 ]*)?"
_ZH_END = r"(?:吧|了|啦|好了|就行|就好|谢谢|[,,。!! ]){0,3}"

_ACCEPTS = (
    rf"{OPENING}(?:(?:i(?:'ll| will| would|'d)?(?: like| love)?(?: to)?|let'?s|let me|we(?:'ll| will)|i(?:'m|"
    rf" am)|gonna|"
    rf"i think i(?:'ll| will)) )?(?:just )?(?:going (?:for|with)|taking|getting|buying|take|have|go (?:with|for)|"
    rf"get|buy|watch|"
    rf"pick|choose|try|order|read|listen to|want|add) {_PLACES}{_ENDING}",
    rf"{OPENING}{_PLACES},? (?:please|it is|then|works(?: for me)?|will do|(?:sounds?|looks?|is|"
    rf"seems?) (?:\w+ )?(?:good|great|perfect|"
    rf"nice|lovely|fun|interesting|right|fine)){_ENDING}",
    rf"{OPENING}(?:(?:i'?m|i am|we'?re|we are|you(?:'ve| have)) )?(?:sold (?:me |us )?on|settled on|set on|happy with|all in on|decided on|going for) {_PLACES}{_ENDING}",
    rf"{OPENING}{_PLACES},? (?:gets (?:my|our) vote|wins|takes it|has it){_ENDING}",
    rf"{OPENING}(?:then (?P<places>(?:that|this)(?: one| film| movie))|(?P<that>that one) then){_ENDING}",
    rf"{OPENING}(?:(?:can|could) you )?(?:put|keep|set|save|hold|reserve) {_PLACES} (?:aside|back|for (?:me|us|later|now)|on hold)(?: for (?:me|us|later|now))?{_ENDING}",
    rf"{OPENING}(?:that|it|this)(?:'ll| will) (?:do|be fine|be perfect|work)(?: nicely| fine| for me)?{_ENDING}",
    rf"{OPENING}(?:the |number |no\. |#)?(?:{ORDINAL}(?: one)?|\d{{1,2}})\s*[.!]*",
    rf"{_ZH_OPENING}我?(?:就|想|决定|还是)*(?:要|选|买|看|拿|读|听|来){_ZH_PLACES}{_ZH_END}",
    rf"{_ZH_OPENING}就{_ZH_PLACES}{_ZH_END}",
    rf"{_ZH_OPENING}{_ZH_PLACES}(?:不错|挺好|很好|可以|好|就行|吧)(?:的|了|吧|[,,。! ])*",
    rf"{_ZH_OPENING}第(?:[{ZH_NUMBER}]|\d{{1,2}})(?:个|部|本|件|款|首)",
)
_SEEN = (
    rf"{OPENING}(?:i|we)(?:'ve got|'ve| have got| have)?(?: just| already| also| actually)? {_HAD}(?: already|"
    rf" both| all)? {_PLACES}{_ENDING}{_BECAUSE}",
    rf"{OPENING}(?:already |just )(?:{_HAD}) {_PLACES}{_ENDING}{_BECAUSE}",
    rf"{OPENING}(?:seen|watched|owned|bought|read|saw) {_PLACES}{_ENDING}{_BECAUSE}",
    rf"{OPENING}(?:have|got|know) {_PLACES} already[\s.!]*",
    rf"{OPENING}{_PLACES},? (?:(?:i|we)(?:'ve| have)?(?: just| already| both| all)?|(?:is|are|"
    rf"was)? ?(?:already)?) ?{_HAD}{_ENDING}{_BECAUSE}",
    rf"{_ZH_OPENING}我?(?:已经|早就|都|也)*(?:看|买|读|听|玩|用|穿)过(?:了)?{_ZH_PLACES}{_ZH_END}",
    rf"{_ZH_OPENING}{_ZH_PLACES}[,, ]*我?(?:都|已经|早就|也|以前|之前)*(?:(?:看|买|读|听|玩|用|穿)过|有)(?:了|"
    rf"啦)?(?:[,,](?P<more>.+))?[。! ]*",
    rf"{_ZH_OPENING}我?(?:已经|早就|都)*有{_ZH_PLACES}了[。! ]*",
)
_REJECTS = (
    rf"{OPENING}(?:(?:neither|none)(?: of)?|not|no|skip|drop|hide|remove|lose|get rid of|ditch|throw out|kick out|pass on|i'?ll pass on|anything but|(?:i )?(?:don'?t|do not|"
    rf"didn'?t|did not|"
    rf"wouldn'?t|can'?t) (?:really )?(?:like|want|fancy|love|enjoy|need|care for|stand)|(?:i )?(?:hated?|disliked?)|"
    rf"(?:don'?t|never|do not) (?:ever )?(?:show|recommend|suggest|give|offer)(?: me)?|i'?m not (?:into|"
    rf"a fan of)) {_PLACES}{_ENDING}{_BECAUSE}",
    rf"{OPENING}{_PLACES}\s*[,:-]?\s*(?P<more>{_TOO}.+)",
    rf"{OPENING}(?!(?:this|that|it|these|those) )(?:{_PLACES}),? (?:is|are|was|were|looks?|sounds?|"
    rf"seems?)(?: really| just| so)? (?:not for me|"
    rf"boring|lame|awful|terrible|bad|no good|"
    rf"ugly|rubbish|horrible|dull|not my (?:thing|taste|style))"
    rf"(?:[,;. ]+(?:get rid of|drop|skip|lose|remove) (?:it|that|them))?{_ENDING}{_BECAUSE}",
    rf"{OPENING}{_PLACES},? (?:(?:really |almost |nearly )?(?:put|sent) (?:me|us|him|her|them|my \w+|the \w+)(?: both| all| right| straight)? to sleep|"
    rf"bored (?:me|us|him|her|them|my \w+|the \w+)(?: both| all)?(?: to (?:tears|death|sleep))?|left (?:me|us) cold|did (?:nothing|n'?t do (?:anything|much)) for (?:me|us)|"
    rf"(?:was|is) (?:an? )?(?:real |total |bit of a |complete )?(?:bore|snooze|snoozefest|let-?down|waste of time|disappointment|dud|drag|disaster|mess))(?: though| really| honestly)?{_ENDING}",
    rf"{OPENING}{_PLACES},? (?:isn'?t|is not|aren'?t|is a no|not so much|not really)(?: for me)?{_ENDING}",
    rf"{_ZH_OPENING}我?(?:不要|不想要|不想看|不想买|不看|不买|不喜欢|别(?:推荐|要|给我)?|去掉|排除|跳过|换掉|"
    rf"不考虑){_ZH_PLACES}(?:了|吧)?"
    r"(?:[,,。! ]*(?:因为)?(?P<more>.+))?",
    rf"{_ZH_OPENING}{_ZH_PLACES}[,, ]*我?(?:不要|不太行|不行|不太好|不好|不怎么样|很?一般|不喜欢|算了|不合适|就算了|"
    rf"不想看)(?:了)?(?:[,,。 ]+(?P<more>.+))?[。! ]*",
    rf"{_ZH_OPENING}{_ZH_PLACES}[,, ]*我?(?:看|都|差点|直接)*(?:睡着|看困|看不下去|没看完|弃)了?{_ZH_END}",
    rf"{_ZH_OPENING}{_ZH_PLACES}(?:实在|也|都|[,, ])*(?P<more>(?:太|有点|偏|[好真](?=[老旧长厚贵])|这么).+)",
)
NONE = re.compile(
    rf"{OPENING}(?:(?:none|neither)(?: of (?:them|these|those))?(?: please| thanks)?|(?:i )?(?:don'?t|do not|"
    rf"didn'?t) (?:really )?(?:like|want|fancy) any"
    r"(?: of (?:them|these|those))?|i like none(?: of (?:them|these|those))?|"
    r"(?:boring|meh|lame|rubbish|dull|not (?:great|interested|impressed|my (?:thing|taste|cup of tea)|what i (?:want(?:ed)?|had in mind|meant|"
    r"asked for)|for me|feeling (?:it|these|any of these))|none appeals?)(?: (?:at all|really))?)[\s.!]*|(?:不行|不好|算了)?[, ]*(?:这些|一个|一部|一本|"
    r"一件)?我?(?:都)?(?:没意思|没劲|无聊|不好看|没兴趣)(?:啊|了|呀)?[。! ]*|(?:不行|不好|算了)?[, ]*(?:这些|一个|一部|一本|一件)?我?都(?:不|没)(?:要|喜欢|行|好看?|想看|合适|满意)(?:的)?[。! ]*",
    re.I,
)
TOO_ALONE = re.compile(
    rf"{OPENING}(?:(?:that|it|these|they|those|them|all|everything|your (?:films?|movies?|list|picks|suggestions)|"
    r"(?:the (?:ones|films?|movies?) )?(?:that |which )?you (?:give|gave|show|showed|recommend|recommended|suggest)(?: me)?)"
    rf"(?:'s|'re| is| are)?(?: all)? )?(?:{_TOO})[^,;.]+[\s.!]*|"
    r"(?:你|您)?(?:推荐|给|选|列)?(?:我)?的?(?:都|这些|有点|还是|价格|电影|片子?|[这那]几[部个本件款])*(?:太|好|真|这么|够|挺).{1,5}",
    re.I,
)
PRAISE = re.compile(r"(?:太|好|真|挺)(?:好|棒|赞|谢|感谢|巧|对|可爱|厉害|强|牛|完美|喜欢|贴心|合适|有意思|美|酷|香|看)")
TOO_CHINESE = re.compile(rf"(?:太|有点|偏|过于)\w?({'|'.join(CHINESE_MOODS)})")
TOO_ANY = re.compile(
    r"\btoo (?!(?:late|soon|bad|much|many|often|few|good|kind|funny|cute|nice|sweet|true|right|cool|great)\b)[a-z-]{3,}[\s.!]*$|(?:太|过于)[\u3400-\u9fff]{2,4}?[了吧啊点]*[。! ]*$",
    re.I,
)
"""What finds too much of whatever it is, and neither praises nor regrets."""
PATTERNS: dict[Kind, tuple[re.Pattern[str], ...]] = {
    "reject": tuple(re.compile(pattern, re.I) for pattern in _REJECTS),
    "seen": tuple(re.compile(pattern, re.I) for pattern in _SEEN),
    "accept": tuple(re.compile(pattern, re.I) for pattern in _ACCEPTS),
}
OF_TITLES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("seen", re.compile(
        rf"{OPENING}(?:(?:i|we)(?:'ve| have)?(?: already| just)? |already ){_HAD} (?P<titles>.+?){_ENDING}", re.I)),
    ("like", re.compile(
        rf"{OPENING}(?P<titles>.+?) (?:is|are|was|were) (?:(?:one|some|two) of )?(?:my|our)(?: all[- ]time)? favou?rites?"
        rf"(?: films?| movies?| ones?| ever)?{_ENDING}", re.I)),
    ("seen", re.compile(r"我?(?:已经|早就|都)*(?:看|买|读|听)过(?:了)?(?P<titles>.+?)了?[。! ]*", re.I)),
    ("accept", re.compile(
        rf"{OPENING}(?:i(?:'ll| will)|let'?s|we(?:'ll| will)) (?:take|have|go (?:with|for)|get|buy|watch|pick|"
        rf"choose|order|read) "
        rf"(?P<titles>.+?){_ENDING}", re.I)),
    ("accept", re.compile(
        rf"{OPENING}(?P<titles>.+?),? (?:it is|will do|it shall be|then it is|then|sounds (?:good|great|perfect))(?: then)?{_ENDING}", re.I)),
    ("accept", re.compile(r"(?:好的?|行|嗯|那)?[,, ]*(?:就|那就)(?:看|要|买|选|来)?(?P<titles>《[^》]+》)(?:吧|了|好了)?[。! ]*", re.I)),
)  # fmt: skip
ONE_PLACE = re.compile(rf"{PLACE}|{ZH_PLACE}", re.I)
REMINDS = re.compile(
    r"^(?:(?:but|and|hey|no|look|well)[, ]+)*(?:as )?(?:i|we)(?:'ve| have)? (?:just |already )*(?:said|told you|mentioned)(?: that| before)*[, ]+(?=(?:i|we|she|he|my)\b)",
    re.I,
)
"""What reminds of what was said before."""
SEEN_TITLES = re.compile(
    r"(?:(?:and|but|well|no|oh|yes|ok)[, ]+)*(?:(?:i|we|she|he|they|my \w+)(?:'ve| have| has)? )?(?:already |just |both |all |also )*(?:seen|saw|watched|know|own|read)(?: both)? (?P<titles>[^?]+?)[\s.!]*",
    re.I,
)
"""What names titles that are known, in whatever case."""
AFTER_TITLE = re.compile(
    r"(?:,? (?:(?:about |like |at least |around )?(?:a|one|two|three|a few|\d+)? ?(?:hundreds?|thousand|million|dozens?|couple|few|several|many|too many|\d+|two|three) ?(?:of )?times|"
    r"twice|once|too|already|as well|by heart|before|last \w+|(?:many |two |a few )?years ago|to death|recently|yesterday|obviously|of course|loads|a lot))+$",
    re.I,
)
"""What says behind a title how often, or when."""
