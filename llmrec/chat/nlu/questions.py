"""Questions: what a line wants to know of items, and by what it compares them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import MINUTES, attribute_noun, words
from llmrec.chat.nlu.languages import CHINESE
from llmrec.chat.nlu.references import list_position
from llmrec.retrieval.filters import attribute_kinds

_THAT = re.compile(
    r"\b(?:it|its|it's|that|this|that one|this one|the (?:film|movie|book|dress|song|album|product))\b|它|这个|那个|这部|"
    r"那部|这本|那本|这件|那件|这款|那款|这首",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that attributes tell.

    Parameters
    ----------
    key
        Its name among the replies (`llmrec.chat.wordings.UNKNOWN`).
    question
        What a question that wants it holds.
    attributes
        Names that catalogues give it.
    """

    key: str
    question: re.Pattern[str]
    attributes: tuple[str, ...]


def _fact(key: str, question: str, *attributes: str) -> Fact:
    return Fact(key, re.compile(question, re.I), (key, *attributes))


FACTS = (
    _fact("length", r"how long|running time|run ?time|durations?|how many (?:minutes|hours|pages)|\blength\b|多长|时长|几分钟|"
          r"多少(?:分钟|页|集)|几个小时|多久", *MINUTES, "pages", "num_pages", "page_count"),
    _fact("director", r"direct(?:ed|or|s|ing)\b|who made (?:it|this|that|\d)|导演|谁导", "directors", "directed_by"),
    _fact("cast", r"who(?: else)?(?:'s| is| are|) (?:in|starr?ing|playing)\b|\bwho (?:stars|plays|acts)|\bcast\b|\bactors?\b|"
          r"\bstarring\b|主演|演员|谁演", "actors", "stars", "starring"),
    _fact("author", r"who(?:'s| is| has)? (?:wrote|written|the author)|\bauthors?\b|written by|\bwriters?\b|作者|谁写",
          "authors", "writer", "writers"),
    _fact("artist", r"who (?:sings|sang|performs)|\bartists?\b|\bsinger\b|歌手|谁唱", "artists", "singer", "performer"),
    _fact("year", r"what year|which year|\bwhen (?:was|did|is|were)|how old is (?:it|that|this|the|number|\d)|release date|came? out|"
          r"哪年|哪一年|多少年|什么时候|几几年", "release_year", "date"),
    _fact("price", r"how much|\bprice|\bcosts?\b|how expensive|多少钱|价格|价钱|贵吗|贵不贵", "cost"),
    _fact("popularity", r"how many (?:people|others|users|customers|viewers|buyers)\b(?!.*\brat(?:ed|ings?)\b)|how (?:popular|well known|famous) |\b(?:is|are|was) (?:it|that|this|\w+ \d|the \w+(?: one)?|\d) (?:very |really |that )?(?:popular|well[- ]known|famous|a hit|a best ?seller)\b|"
          r"\b(?:do|did) (?:many|a lot of|lots of|most) (?:people|others) (?:watch|buy|see|read|like)|多少人(?!.*(?:评|打分))|(?:火|热门|出名|有名|受欢迎)(?:吗|不|么)"),
    _fact("certificate", r"\bage[- ]ratings?\b|\brated (?:r|x|g|u|m|pg|nc|12a?|15|18)\b(?![.,]\d| (?:out )?of\b)|\b(?:r|x)[- ]rated\b|\b(?:pg|r|nc)[- ]?1[2-8]\b|\bpg\b|\bmpaa\b|\bbbfc\b|"
          r"\b(?:film|movie|age|cinema) certificates?\b|\bage (?:limit|restriction|recommendation)s?\b|\bwh(?:at|ich) age (?:is|are|was|group|range)\b|\bhow old (?:do|does|must|should|have) (?:you|one|they|he|she|kids|i|we)\b|"
          r"\bfor (?:over|under)[- ]?(?:1\d)s\b|\bcertificate (?:12|15|18|u|pg)\b|分级|限制级|(?:年龄|观影)(?:限制|要求)|几岁(?:能|可以|才能|以上|的?孩?子?(?:能|可以))|适合几岁|适合多大|[RX]级|PG|少儿不宜",
          "certification", "mpaa", "mpaa_rating", "age_rating", "content_rating"),
    _fact("rating", r"\bthought of\b|\bwell (?:liked|received|regarded)\b|\bhow (?:do|did) (?:people|others|viewers|customers|everyone|everybody)\b.{0,16}\b(?:like|rate|find|see|feel)|\brat(?:e[ds]?|ings?)\b|\bscores?\b|\breview(?:s|ed)?\b|how good|\bcritics?\b|\bany good\b|\bis (?:it|that|this|\d) good\b|\bworth (?:watching|seeing|buying|reading|it|my time)\b|"
          r"\b(?:do|did|does) (?:people|others|viewers|customers|everybody|everyone) (?:generally |usually |mostly )?(?:like|love|enjoy|rate)|\bwhat (?:do|did|does) (?:(?:other |most |the )?(?:people|others|viewers|users|customers|everybody|everyone|rest)) (?:generally |usually )?(?:think|say|make)\b|评分|几分|口碑|打分|评价", "average_rating", "stars", "score"),
    _fact("language", r"what language|which language|subtitl|dubbed|\bin (?:english|french|german|italian|spanish|japanese|chinese|korean)\b|英[语文]的?吗|中文的?吗|什么语|字幕|配音", "languages"),
    _fact("country", r"which country|what country|where (?:was|is) it (?:made|from)|哪国|哪个国家", "countries"),
    _fact("size", r"\bsizes?\b|\bin (?:an? )?(?:(?:extra|x)[- ])?(?:small|medium|large|petite|plus size|x{0,2}[sml])\b|\brun(?:s|ning)? (?:\w+ )?(?:small|large|big|tight|true to size)\b|尺码|尺寸|什么码|多大|(?<![A-Za-z])(?:[SMLX]{1,3}|\d{2})码|[大中小均]码", "sizes"),
    _fact("match", r"\b(?:go(?:es|ing)?|wear|pair|match(?:es)?)\b.{0,12}\b(?:with|well)\b|\bmatch(?:es)? (?:it|this|that|\d)|搭配|配什么|怎么搭"),
    _fact("material", r"\bmaterials?\b|made (?:of|from)|\bfabric|\bcotton\b|\bwool\b|\bleather\b|材质|面料|纯棉|什么做的",
          "materials", "fabric"),
    _fact("colour", r"what colou?r|which colou?r|colou?rs\b|什么颜色|啥颜色", "color", "colors", "colours"),
    _fact("brand", r"what brand|which brand|\bbrand\b|who makes\b|什么牌|牌子|品牌", "brands", "manufacturer"),
    _fact("shot", r"\bblack[- ](?:and|&)[- ]white\b|\bin (?:full )?colou?r\b(?! \w)|黑白|彩色", "is_color"),
    _fact("studio", r"which studio|what studio|who produced|哪个公司|哪家公司", "studios", "production_company", "company"),
    _fact("awards", r"\boscars?\b|\bawards?\b|获奖|奥斯卡", "award", "oscars"),
    _fact("where", r"where can i (?:watch|see|stream|find)|\b(?:rent|hire|borrow|download|stream) (?:it|this|that|them|#?\d)\b|\bnetflix\b|stream(?:ing)?\b|在哪(?:里|儿)?(?:看|能看)", "streaming", "available_on", "platform"),
    _fact("about", r"\babout\b(?: what)?|\bthe deal with\b|\bwhat(?:'s| is) (?:.{1,30} )?like\b|\bwhat (?:does|do|did) (?:.{1,40} )?look like\b|\bplot\b|\bstory\b|storyline|synopsis|what happens|describe|讲什么|讲的什么|讲了什么|"
          r"讲的是|剧情|什么故事|说什么的|内容"),
    _fact("genres", r"what (?:kind|sort|type|genre)|which genre|\bgenres?\b|什么类型|哪种|类型", "genre", "category",
          "product_type", "categories"),
)  # fmt: skip
"""What can be asked, the more particular first."""


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality that only attributes and text hint at.

    Parameters
    ----------
    key
        What is said of it.
    question
        What a question that wants it holds.
    speaks_for, against
        Attribute values, in lower case, that hint at it, and at its opposite.
    """

    key: str
    question: re.Pattern[str]
    speaks_for: frozenset[str]
    against: frozenset[str]


def _quality(key: str, question: str, speaks_for: str, against: str = "") -> Quality:
    return Quality(key, re.compile(question, re.I), frozenset(speaks_for.split()), frozenset(against.split()))


QUALITIES = (
    _quality("children", r"\bkids?\b|childish|幼稚|\bchild(?:ren)?\b|year[- ]olds?|toddler|family|全家|一家人|老少皆宜|\b(?:my|a|our) (?:son|daughter|"
             r"nephew|niece)s?\b|\b(?:ok(?:ay)?|fine|suitable|appropriate|good|safe) for (?:him|her|them)\b|孩子|小孩|儿童|小朋友|岁",
             "children's children family animation kids 儿童 动画 家庭", "horror thriller crime war film-noir adult 恐怖 惊悚"),
    _quality("scary", r"scar(?:y|ier|e[sd]?\b)|frighten|creepy|nightmare|horror|吓人|恐怖|可怕|害怕|吓到", "horror thriller 恐怖 惊悚",
             "children's family comedy musical romance"),
    _quality("violent", r"violen|gor[ey]|blood|brutal|暴力|血腥", "war horror crime action 战争 恐怖 犯罪",
             "children's family musical romance"),
    _quality("funny", r"fun(?:ny|nier)|\bfun\b|sill[yi]|goof|daft|laugh|humou?r|comed|好笑|搞笑|有趣", "comedy 喜剧 幽默", "horror war"),
    _quality("sad", r"\bsad|depress|\bcry\b|tear|heavy|虐|悲|哭|催泪", "drama war 剧情 悲剧", "comedy musical children's"),
    _quality("romantic", r"romantic|romance|love story|date night|浪漫|爱情", "romance romantic 爱情 浪漫", "war horror"),
)  # fmt: skip
"""What people ask and hardly a catalogue tells."""

RATINGS = ("rating", "average_rating", "score")
"""Names of attributes that hold how an item is rated."""
SUPERLATIVES: Mapping[str, tuple[tuple[str, ...], bool]] = {
    r"shortest|quick(?:est)?\b|shorter|最短|更短|(?:哪|谁)[一个部本件款]*(?:更|比较)?短": (FACTS[0].attributes, False),
    r"longest|longer|最长|更长|(?:哪|谁)[一个部本件款]*(?:更|比较)?长": (FACTS[0].attributes, True),
    r"cheap(?:est|er)|least expensive|lowest price|costs? (?:the )?(?:least|less)|最便宜|更便宜|(?:哪|谁)[一个部本件款]*(?:更|比较)?便宜": (
        ("price", "cost"),
        False,
    ),
    r"most expensive|costs? the most|priciest|dearest|more expensive|最贵|更贵|(?:哪|谁)[一个部本件款]*(?:更|比较)?贵": (
        ("price", "cost"),
        True,
    ),
    r"new(?:est|er)|latest|(?:came|come|comes|was|made|released)(?: out)? (?:later|last)\b|most recent|more recent|youngest|"
    r"(?:后|晚)(?:上映|出|拍)|(?:上映|出|拍)得(?:更|比较)?晚|最新|更新|较新|(?:哪|谁)[一个部本件款]*(?:更|比较)?新": (
        ("year", "release_year"),
        True,
    ),
    r"old(?:est|er)|earliest|(?:came|come|comes|was|made|released)(?: out)? (?:first|earlier)\b|"
    r"(?:先|早)(?:上映|出|拍)|(?:上映|出|拍)得(?:更|比较)?早|最老|最早|更老|更早|(?:哪|谁)[一个部本件款]*(?:更|比较)?[老旧早]": (
        ("year", "release_year"),
        False,
    ),
    r"(?:best|highest|better|higher|top)[- ](?:rated|reviewed|rating|score)s?|(?:rated|reviewed|scores?|scored|rates) (?:the )?(?:best|highest|higher|better)\b|"
    r"(?:the )?(?:best|better|higher|highest) (?:average )?(?:ratings?|reviews?|scores?)\b|(?:评分|口碑|分数?)(?:最高|最好|更高|更好)": (
        RATINGS,
        True,
    ),
    r"(?:worst|lowest|lower)[- ](?:rated|reviewed|rating|score)s?|(?:rated|reviewed|scores?|scored) (?:the )?(?:worst|lowest|lower)\b|"
    r"(?:the )?(?:worst|lowest) (?:average )?(?:ratings?|reviews?|scores?)\b|(?:评分|口碑|分数?)(?:最低|最差|更低)": (
        RATINGS,
        False,
    ),
}
"""What a comparison asks -> the attributes that tell it, and whether the largest is meant."""


def superlative(line: str) -> tuple[tuple[str, ...], bool, str] | None:
    """Read what a line compares by.

    Parameters
    ----------
    line
        Such as "which is the shortest?".

    Returns
    -------
    tuple or None
        Names of attributes that tell it, whether the largest is meant, and the word itself.
    """
    for pattern, (attributes, largest) in SUPERLATIVES.items():
        if found := re.search(pattern, line, re.I):
            return attributes, largest, re.sub(r"^(?:哪|谁)[一个部本件款]*(?:更|比较)?", "更", found[0].lower())
    return None


def attribute_named(line: str, catalog: Catalog) -> str:
    """Find the attribute whose own name a line holds.

    Parameters
    ----------
    line
        Such as "what pattern is the second one?".
    catalog
        Its attributes.

    Returns
    -------
    str
        "" where there is none.
    """
    held = {word for word, _, _ in words(re.sub(r"\byears?[- ]olds?\b", " ", line, flags=re.I))}
    for name in attribute_kinds(catalog):
        noun = attribute_noun(name).split()
        if noun and all({word, word.rstrip("s"), f"{word}s"} & held for word in noun):
            return name
    return next((name for name in attribute_kinds(catalog) if re.search(f"[{CHINESE}]", name) and name in line), "")


_SEEKS = re.compile(
    r"\b(?:anything|something)\b|^(?:(?:and|so|but|ok|well)[, ]+)*any (?:with|about|where|that (?:has|have|is|are)|featuring)\b|\b(?:any|some)(?: (?:good|other|more|nice|decent|\w+y))* (?:films?|movies?|books?|ones?|shows?|music|albums?|"
    r"dress(?:es)?|shirts?|shoes|jackets?)\b|"
    r"^(?:(?:and|so|but|ok|well|then|now)[, ]+)*(?:what|how) about (?:a|an|some|the \d0s|\w+ (?:films?|movies?|ones))\b|\bwhat else\b|^(?:(?:and|so|but|ok|well|then|now)[, ]+)*(?:what|anything|something)(?:'s good)? (?:from|in|with|set|like)\b(?! (?:it|there|common|this|that|the (?:list|cast|title|catalogue))\b)|\bwhat (?:do you have|have you got|would you)\b(?! (?:on|about) (?:me|us)\b)|"
    r"\b(?:can|could|would|will) (?:you|we|i) (?:please |just |maybe )*(?:leave out|skip|avoid|include|add|make it|show|find|give|recommend|suggest|get|"
    r"exclude|remove|not|only|stick|keep|have|see|try|go|drop|swap|change)\b|"
    r"\b(?:do|can) you (?:sell|stock|carry) (?!(?:it|that|this|them|the)\b)|\b(?:do you have|have you got|have you|you got|is there|are there)(?: got)? (?:a|an|any|some|more)\b(?! (?:sequel|part|follow|second))|"
    r"(?:有没有|有冇|有什么|有啥)(?!第|它|这|那).*(?:的|片|书|电影|衣服|裙|衫|裤|鞋)|(?:能|可以)不?(?:能|可以)?(?:推荐|给我|找|换|不要|去掉)",
    re.I,
)
_WITH_IN_IT = re.compile(r"(?P<with>\b(?:with|has|have) .{2,40}?) in (?:it|them)\b", re.I)
_OF_LISTED = re.compile(r"\b(?:of|among|in) (?:these|them|those|it|there)\b|这里面|其中|里面|这些", re.I)


def seeks(line: str) -> bool:
    """Tell whether a question is one for a list ("do you have anything with dogs?"), and not about items shown.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool

    Examples
    --------
    >>> seeks("what about something set in Paris?"), seeks("is there anything scary in it?"), seeks("is it long?")
    (True, False, False)
    """
    line = _WITH_IN_IT.sub(r"\g<with>", line)
    return _SEEKS.search(line) is not None and _OF_LISTED.search(line) is None


def of_listed(line: str) -> bool:
    """Tell whether a line speaks of what is listed ("any of these").

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool
    """
    return _OF_LISTED.search(line) is not None


def refers_to_topic(line: str) -> bool:
    """Tell whether a line speaks of the item that was spoken of last ("how long is it?").

    Parameters
    ----------
    line
        A question.

    Returns
    -------
    bool
    """
    return _THAT.search(line) is not None or bool(list_position(line))
