"""How people say that more will do than was asked for: for somebody else, of any kind, or one kind besides."""

import re

FOR_ONESELF = re.compile(
    r"\bfor (?:me|myself)(?: alone| only| tomorrow| next(?: time)?| this time| later)(?! to\b)\b|\bfor myself\b|"
    r"\b(?:just|only) for (?:me|myself)\b(?! to\b)|\b(?:watch(?:ing)?|see|seeing)(?: it| one| something)? "
    r"(?:alone|on my own|by myself)\b|\bjust me (?:tonight|tomorrow|this time|now)\b|"
    r"我(?:自己)?一个?人看|我自己(?:一个人)?看|就我(?:自己|一个人)|给我自己",
    re.I,
)
"""What says that the next list is for the person alone."""
FOR_ANOTHER = re.compile(
    r"\bmy [a-z]+ (?:also |now )?(?:wants?|needs?|would like|'d like|fancies) (?:something|one|a film|a movie) "
    r"(?:after|too|as well|next|later|of (?:his|her|their) own)\b|"
    r"\b(?:and|now|then|next|also)(?: one| something| a film| a movie)? for my [a-z]+(?:,? (?:too|as well|now))?(?=\s*(?:[,.;!?]|$))|"
    r"(?:对了|另外|还有|顺便)?[,, ]*(?:我|咱)[^,。我]{1,4}也(?:想|要|要求|打算)(?:再)?(?:看|找|来)",
    re.I,
)
"""What asks for another list, for somebody else."""
AT_ALL = re.compile(
    r"\b(?:any|anything)\b(?! (?:time|year|decade|era|chance|idea|more|longer|way)\b)[^,.;!?]{1,50}? (?:at all|whatsoever)\b|"
    r"\bany old (?=[a-z])(?!time|year)|(?:随便|不管|无论)(?:什么样|怎样|哪种)的?",
    re.I,
)
"""What wants something of a kind, whatever it is like."""
ANY_BUT = re.compile(
    r"\b(?:any|every|whatever|whichever)(?: other)? (?P<noun>colou?r|pattern|genre|brand|decade|year|kind)s?"
    r"(?: (?:will do|is fine|goes|you like|at all))?,? (?:but|except(?: for)?|bar|apart from|other than|only not|just not|as long as it'?s not) |"
    r"(?:除了|除)(?P<what>[^,。!]{1,8}?)(?:以外|之外|外)?[,, ]*(?:什么|哪种|任何)(?P<zh>颜色|图案|类型|年代)(?:的)?(?:都|也)|"
    r"(?:什么|哪种|任何)(?P<zh2>颜色|图案|类型|年代)(?:的)?都(?:行|可以|好)[,, ]*(?:就是|只是|只要|但)?(?:不要|别)",
    re.I,
)
"""What opens all values of an attribute but one."""
AT_ALL_WORDS = re.compile(r"\s*\b(?:at all|whatsoever)\b|^any old\b", re.I)
LEFT_OVER = re.compile(r"(?:^|(?<=[,.;!?] ))(?:and|but|now|this is|it'?s|that'?s)?\s+(?=[,.;!]|$)", re.I)
"""What is left around the words that say for whom something is."""
NOUNS = {"颜色": "colour", "图案": "pattern", "类型": "genre", "年代": "year", "decade": "year", "kind": "genre"}
FINE = re.compile(
    r"(?:(?:and|but|also|ok|or|well|actually|oh|no)[, ]+)*(?:from )?"
    r"(?P<what>(?!(?:any|every|some|an?|it|that|this|these|those|they|both|all|number|one|i|we|you|he|she|all)\b)[^,.;!?]{2,40}?)"
    r"(?:'s|'re| is| are| would be| will be| can be)(?: (?:also|perfectly|totally|quite|just|really))* "
    r"(?:fine|ok|okay|all ?right|alright|good|welcome|acceptable)(?: (?:too|as well|also|by me|with me|for me|then))*[\s.!]*|"
    r"(?P<zh>[^,。!?;,.!?;]{1,16}?)的?(?:也行|也可以|也成|也好|也没问题|也能接受|也不介意)[的啊吧呀了! ]*",
    re.I,
)
"""A clause that says what will do as well."""
OF_ITEMS = re.compile(
    r"第[一二三四五六七八九十\d]|^[这那它]|^(?:the )?(?:first|second|third|fourth|fifth|last)\b", re.I
)
"""What speaks of items of the list."""
ADDING = re.compile(
    r"^(?:(?:算了|好吧|对了|嗯|哦|那)[,。!、 ]*)?(?:(?:再|另外|还)(?:加|添|补)(?:一?[条点个]|上)|(?:再|另外|还)有(?:一[条点个]|个)(?:要求|条件)?|补充一[点条下])"
    r"(?:要求|条件)?[,:。! ]*(?=\S)|^(?:(?:ok|oh|and|well|right)[, ]+)*(?:one more (?:thing|wish|condition)|another (?:thing|condition)|to add)[,:.]* (?=\w)",
    re.I,
)
"""How a line begins that adds to the wish of before."""
WHETHER = re.compile(
    r"(?:(?<=^)|(?<=[,.;!?] )|(?<=\bwait )|(?<=\bbut )|(?<=\band ))(?:wait,? )?(?:is|are|was|were|isn't|aren't|does|do) "
    r"(?!there\b|you\b|we\b|i\b|it possible)(?:[\w':,-]+ ){1,6}?(?:(?:an?|too|really|very|quite|so|that|get|gets|the) )*[a-z-]{3,}(?: (?:one|film|movie|story))?"
    r"(?= *(?:$|[,.;!?]))|(?:《[^》]+》|它|[这那]一?[部个本]|第[一二三四五六七八九十\d][部个本])[^,。!?]*[吗么](?=$|[,。!? ])",
    re.I,
)
"""A question what an item is like, whose words are no wish."""
