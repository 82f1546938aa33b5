"""The forms of speech by which `llmrec.audit.style` reads an explanation, English and Chinese beside each other."""

import re

_FOLK = (
    r"(?:people|persons?|users?|viewers?|audiences?|fans?|readers?|listeners?|shoppers?|customers?|buyers?|members?|"
    r"players?|others|those|everyone|anyone)"
)
_FOLK_ZH = r"(?:用户|观众|读者|听众|顾客|客户|买家|影迷|书迷|乐迷|粉丝|网友|朋友|会员|消费者|人)"
_NUMBER = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
_CHOSE = (
    r"(?:watched|saw|seen|viewed|read|bought|purchased|liked|loved|enjoyed|rated|played|heard|picked|owned?|chose|chosen|"
    r"like|love|watch|recommend(?:ed)?|went on)"
)
_CHOSE_ZH = r"(?:看|读|买|听|玩|喜欢|收藏|购|评|打分|想看|推荐|下单|选|爱)"
SCALE = {"万": 1e4, "亿": 1e8, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6}
"""Word behind a number -> how many times it is."""

ALIKE = re.compile(
    rf"(?:和|跟|与|同)[你您][^,，。!！?？]{{0,8}}(?:相似|相近|相仿|类似|一样|相同|差不多|合拍)[^,，。!！?？]{{0,6}}?{_FOLK_ZH}|"
    rf"(?:兴趣|口味|品味|爱好|喜好)(?:与你|和你|跟你)?(?:相似|相近|相仿|类似|一样|相同|一致)的?{_FOLK_ZH}|志同道合|同好|"
    rf"\b{_FOLK}\b(?: (?:who|with|whose|that|are|have|an?|the|very|much|quite|just)){{0,3}} (?:like you(?:rself)?\b|similar "
    r"to you\b|(?:similar |same |close )?(?:tastes?|interests?|preferences?|likings?)(?: (?:that )?(?:are |is )?(?:like|close|"
    r"similar|near|akin|resembles?|matche?s?)(?: to)?(?: yours?)?)?|(?:shar(?:e|es|ed|ing) )your (?:tastes?|interests?|"
    rf"preferences?))|\b(?:like-?minded|kindred) {_FOLK}\b|\b(?:similar) (?:users|viewers|readers|customers|people)\b|\byour "
    r"(?:taste|interest)s? (?:neighbou?rs|twins|mates)",
    re.I,
)
"""People whose taste is like the reader's."""
SHARE = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s?(?:%|％|percent\b|per cent\b)|百分之(\d{1,3})", re.I)
PART_OF = re.compile(rf"{_NUMBER} (?:out )?of (?:the |those |all |every )*{_NUMBER}", re.I)
"""A part of a number of people: "149 of the 178"."""
TOP_SHARE = re.compile(r"(?:\btop|前|\bfirst)\s?(\d{1,2}(?:\.\d+)?)\s?(?:%|％|percent\b|per cent\b)", re.I)
"""A rank among all items, in per cent."""
COUNTED = re.compile(
    rf"{_NUMBER}\s?(万|亿|k\b|thousand\b|m\b|million\b)?\s?[多余来]?\s?[名位个]?{_FOLK_ZH}(?=[^,，。]{{0,6}}{_CHOSE_ZH})|"
    rf"{_NUMBER}\s?(k\b|thousand\b|m\b|million\b)? (?:\w+ )?{_FOLK}(?= (?:\w+ ){{0,3}}{_CHOSE})|"
    rf"(?<=ed by ){_NUMBER}\s?(k\b|thousand\b|m\b|million\b)? (?:\w+ )?{_FOLK}\b",
    re.I,
)
"""A number of people who chose something."""
POPULAR = re.compile(
    r"热门度?|畅销|爆款|流行|火爆|热度|人气|热播|热映|大家都|所有人都|排行榜|销量|"
    r"\b(?:popular(?:ity)?|best-?sell(?:ers?|ing)|most[ -](?:watched|seen|read|bought|played|viewed|sold|picked)|trending|"
    r"box[ -]office|blockbusters?|everyone is)\b",
    re.I,
)
OTHER_ITEM = re.compile(r"《[^》]{1,80}》|[\"“][A-Z0-9][^\"”]{1,80}[\"”]")
"""A title in the quotes of its language."""
OWN_ITEM = re.compile(
    r"[你您](?:之前|以前|曾经?|刚刚?|最近|也|都|已经)*(?:看|读|买|听|玩|喜欢|收藏|评)(?:过|了|的|完)|[你您](?:很|最)?喜欢(?=.{0,3}《)|"
    r"\byou(?:'ve| have| had)?(?: also| once| recently| just| already| really| both)? (?:watched|saw|seen|viewed|read|"
    r"bought|purchased|liked|loved|enjoyed|rated|played|heard|listened|picked|owned|own|chose)\b|\byour (?:\w+ )?(?:history|"
    r"list|collection|favou?rites?)\b|[你您]的(?:\w{0,4})(?:历史|记录|收藏)",
    re.I,
)
"""What the reader did before."""
ALSO = re.compile(
    rf"{_CHOSE_ZH}过?了?(?=《[^》]*》)|的(?:{_FOLK_ZH})?(?:也|都|还)(?:都|会|很)?{_CHOSE_ZH}过?|"
    rf"\b{_FOLK} (?:who|that) (?:\w+ )?{_CHOSE}\b|\b(?:fans|viewers|readers|buyers) of\b|\balso {_CHOSE}\b",
    re.I,
)
"""People with one item have the other, too."""
LIKENESS = re.compile(
    r"很像|相似|类似|相像|神似|如出一辙|和.{1,30}一样|同样是|\b(?:similar to|resembles?|reminiscent|in the (?:vein|spirit|style) of|"
    r"(?:much|a lot|very much) like|is like|close to|akin to|reminds? \w+ of)\b",
    re.I,
)
MAKER = re.compile(
    r"的?(?:导演|作者|设计师|品牌|创作者|制片人)(?:是|为|:|：)?|执导|\b(?:direct(?:ed|or|s)|(?:is|was|made|created|designed|authored) by|"
    r"author|designer|brand|film-?maker)\b",
    re.I,
)
CAST = re.compile(
    r"的?(?:演员|主演|主角)(?:有|是|为|包括|:|：)?|出演|饰演|\b(?:starr(?:ing|ed)|stars?|cast|actors?|actress(?:es)?|featuring)\b",
    re.I,
)
WRITER = re.compile(
    r"的?编剧(?:是|有|为|:|：)?|\b(?:(?:screenplay|script) by|written by|writers?|screenplay|screenwriters?|scripted by)\b",
    re.I,
)
NAME = re.compile(r"\b[A-Z][\w.'’-]+|[\u4e00-\u9fff]+(?:[·•][\u4e00-\u9fff]+)+")
"""A name by its capitals, or a foreign one in Chinese by its dots."""
ORIGIN = re.compile(
    r"美国|英国|法国|德国|日本|韩国|印度|意大利|西班牙|俄罗斯|加拿大|澳大利亚|荷兰|比利时|瑞典|丹麦|巴西|墨西哥|泰国|伊朗|波兰|中国|大陆|香港|台湾|"
    r"马其顿|欧洲|国产|\b(?:American|US|USA|British|UK|English|French|German|Japanese|Korean|Indian|Italian|Spanish|Russian|"
    r"Canadian|Australian|Dutch|Belgian|Swedish|Danish|Brazilian|Mexican|Thai|Iranian|Polish|Chinese|Taiwanese|Hong Kong|"
    r"European|Macedonian)\b"
)
KIND = re.compile(
    r"剧情|喜剧|爱情|动作|科幻|动画|悬疑|犯罪|惊悚|恐怖|奇幻|冒险|战争|历史|传记|纪录|歌舞|音乐剧|音乐|西部|武侠|家庭|儿童|短片|同性|灾难|运动|古装|小说|散文|诗集|"
    r"漫画|推理|连衣裙|裙|裤|衬衫|毛衣|外套|夹克|大衣|上衣|鞋|\b(?:drama|comed(?:y|ies)|romances?|romantic comedy|action|sci-?fi|science "
    r"fiction|animat(?:ion|ed)|myster(?:y|ies)|crime|thrillers?|horror|fantasy|adventures?|war|histor(?:y|ical)|"
    r"biograph(?:y|ical)|documentar(?:y|ies)|musicals?|westerns?|noir|family|children's|shorts?|novels?|poetry|comics?|"
    r"dress(?:es)?|skirts?|trousers|jeans|shirts?|sweaters?|jackets?|coats?|tops?|shoes|boots|sneakers)\b",
    re.I,
)
"""What an item is: a genre, or a piece of clothing."""
READER = re.compile(r"[你您]|\b(?:you|your|yours|yourself|you're|you've|you'll|you'd)\b", re.I)
ACCLAIM = re.compile(
    r"奖|奥斯卡|金像|金棕榈|经典|神作|佳作|杰作|名作|名著|代表作|巅峰|口碑|高分|评分|大师|最佳|最好|最高|最受|之最|顶级|一流|传奇|史上|著名|知名|有名|闻名|风靡|必[看读买]|"
    r"\btop\s?-?\d+(?!\s?[\d%％])|\b(?:awards?|award-winning|oscars?|prizes?|acclaimed|classics?|masterpieces?|masterful(?:ly)?|"
    r"masters?|best(?!-?sell)|finest|greatest|highly rated|top[- ]rated|critics|celebrated|renowned|famous|legendary|iconic|cult|"
    r"landmark|beloved|must[- ](?:see|read|watch|have))\b",
    re.I,
)
PRAISE = re.compile(
    r"好看|精彩|感人|动人|震撼|有趣|搞笑|幽默|笑点|刺激|紧张|紧凑|治愈|温情|温馨|温暖|唯美|很美|轻松|深刻|独特|扣人心弦|荡气回肠|反转|精良|酷炫|炫酷|超炫|超级|超萌|非常|"
    r"惊险|不俗|新奇|创意|浪漫|励志|漂亮|舒适|百搭|时尚|优雅|回味|难忘|引人|吸引|\b(?:gripping|moving|touching|thrilling|exciting|funny|hilarious|"
    r"witty|charming|beautiful(?:ly)?|gorgeous|stunning|heart-?warming|warm|tender|tense|suspenseful|clever|inventive|original|"
    r"unique|unforgettable|brilliant(?:ly)?|superb|wonderful|great|excellent|amazing|fantastic|delightful|captivating|"
    r"compelling|engaging|fast-paced|well-\w+|romantic|inspiring|profound|thought-provoking|twists?|comfortable|soft|stylish|"
    r"elegant|flattering|versatile|lovely|fun|vivid)\b",
    re.I,
)
PLAIN = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "it",
        "its",
        "it's",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "and",
        "or",
        "as",
        "so",
        "which",
        "who",
        "has",
        "have",
        "had",
        "there",
        "here",
        "also",
        "too",
        "one",
        "ones",
        "very",
        "both",
        "film",
        "films",
        "movie",
        "movies",
        "book",
        "books",
        "item",
        "items",
        "product",
        "products",
        "because",
        "since",
        "why",
        "we",
        "our",
        "picked",
        "chose",
        "recommend",
        "recommended",
        "shown",
        "suggest",
        "suggested",
        "watched",
        "watch",
        "seen",
        "saw",
        "read",
        "bought",
        "liked",
        "like",
        "likes",
        "loved",
        "love",
        "enjoyed",
        "enjoy",
        "them",
        "they",
        "their",
        "he",
        "she",
        "his",
        "her",
        "people",
        "users",
        "viewers",
        "you",
        "your",
        "i",
        "me",
        "my",
        "do",
        "does",
        "did",
        "not",
        "no",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "more",
        "most",
        "some",
        "any",
        "all",
        "what",
        "when",
        "where",
        "how",
        "percent",
        "per",
        "cent",
        "out",
        "than",
        "if",
        "may",
        "think",
        "just",
        "another",
        "same",
        "other",
    ]
)
"""English words that describe nothing."""
PLAIN_CHINESE = re.compile(
    r"电影|影片|作品|用户|喜欢|推荐|因为|所以|如果|可能|[这部一是的有和与跟同了也都还在为你您我他她它们个本件款片过着就很看买读中会来吧吗呢]"
)
CHINESE = re.compile(r"[\u3400-\u9fff]")
