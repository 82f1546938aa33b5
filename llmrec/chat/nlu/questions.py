"""Questions about items: which items of the conversation a line names, and what it wants to know of them."""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary, attribute_noun, words
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import CHINESE
from llmrec.chat.nlu.references import list_position
from llmrec.chat.nlu.suitability import without_ages
from llmrec.retrieval.filters import attribute_kinds

_WORD = r"[^\W_]+"
MIN_BARE_TITLE = 7
"""Letters from which a title of one word is known without its article, in whatever case."""
MAX_BARE_PLACE = 20
"""Number up to which one alone is a place in a list; "a man of 50" names none."""
MAX_TITLE_WORDS, MAX_TITLE_CHARACTERS = 10, 20
"""Of a title in a line; the characters are those of a language without spaces."""
_PLACES = re.compile(
    r"(?:(?P<sign>#|\bno\.? ?|\bnumber |\bitem |第)|(?<![a-zA-Z\d.,$€£¥])(?<!\bat )(?<!\bof )(?<!\bage )(?<!\baged ))(?P<n>\d{1,2})(?:st|nd|rd|th)?(?![a-zA-Z\d'’]|[.,]\d|[%$€£¥])(?P<unit>\s*(?:years?|yrs?|"
    r"minutes?|mins?|hours?|pages?|euros?|dollars?|bucks|people|kids|岁|年|分钟|块|元|页|个))?|"
    r"\b(?:the )?(?P<ordinal>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)"
    r"(?: (?:one|film|movie|book|item|product|song|album))?(?! (?:time|night|week|month|year|season))\b|"
    r"第(?P<chinese>[一二三四五六七八九十])|最后(?:一个|一部|一本|一件|那个|那部)",
    re.I,
)
_CHINESE_NUMBERS = "一二三四五六七八九十"
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
          r"多少(?:分钟|页|集)|几个小时|多久", "runtime", "duration", "minutes", "pages", "num_pages", "page_count"),
    _fact("director", r"direct(?:ed|or|s|ing)\b|who made (?:it|this|that|\d)|导演|谁导", "directors", "directed_by"),
    _fact("cast", r"who(?: else)?(?:'s| is| are|) (?:in|starr?ing|playing)\b|\bwho (?:stars|plays|acts)|\bcast\b|\bactors?\b|"
          r"\bstarring\b|主演|演员|谁演", "actors", "stars", "starring"),
    _fact("author", r"who(?:'s| is| has)? (?:wrote|written|the author)|\bauthors?\b|written by|\bwriters?\b|作者|谁写",
          "authors", "writer", "writers"),
    _fact("artist", r"who (?:sings|sang|performs)|\bartists?\b|\bsinger\b|歌手|谁唱", "artists", "singer", "performer"),
    _fact("year", r"what year|which year|\bwhen (?:was|did|is|were)|how old is (?:it|that|this|the|\d)|release date|came? out|"
          r"哪年|哪一年|什么时候|几几年", "release_year", "date"),
    _fact("price", r"how much|\bprice|\bcosts?\b|how expensive|多少钱|价格|价钱|贵吗|贵不贵", "cost"),
    _fact("rating", r"\brat(?:ed|ing)\b|\bscores?\b|\breviews?\b|how good|评分|几分|口碑", "average_rating", "stars", "score"),
    _fact("language", r"what language|which language|subtitl|dubbed|\bin (?:english|french|german|italian|spanish|japanese|chinese|korean)\b|英[语文]的?吗|中文的?吗|什么语|字幕|配音", "languages"),
    _fact("country", r"which country|what country|where (?:was|is) it (?:made|from)|哪国|哪个国家", "countries"),
    _fact("size", r"\bsizes?\b|尺码|尺寸|什么码|多大", "sizes"),
    _fact("material", r"\bmaterials?\b|made (?:of|from)|\bfabric|\bcotton\b|\bwool\b|\bleather\b|材质|面料|纯棉|什么做的",
          "materials", "fabric"),
    _fact("colour", r"what colou?r|which colou?r|colou?rs\b|什么颜色|啥颜色", "color", "colors", "colours"),
    _fact("brand", r"what brand|which brand|\bbrand\b|who makes\b|什么牌|牌子|品牌", "brands", "manufacturer"),
    _fact("studio", r"which studio|what studio|who produced|哪个公司|哪家公司", "studios", "production_company", "company"),
    _fact("awards", r"\boscars?\b|\bawards?\b|获奖|奥斯卡", "award", "oscars"),
    _fact("where", r"where can i (?:watch|see|stream|find)|\bnetflix\b|stream(?:ing)?\b|在哪(?:里|儿)?(?:看|能看)", "streaming", "available_on", "platform"),
    _fact("about", r"\babout\b(?: what)?|\bplot\b|\bstory\b|storyline|synopsis|what happens|describe|讲什么|讲的什么|讲了什么|"
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
    _quality("children", r"\bkids?\b|\bchild(?:ren)?\b|year[- ]olds?|toddler|family|\b(?:my|a|our) (?:son|daughter|"
             r"nephew|niece)s?\b|\b(?:ok(?:ay)?|fine|suitable|appropriate|good|safe) for (?:him|her|them)\b|孩子|小孩|儿童|小朋友|岁",
             "children's children family animation kids 儿童 动画 家庭", "horror thriller crime war film-noir adult 恐怖 惊悚"),
    _quality("scary", r"scar(?:y|ier)|frighten|creepy|nightmare|horror|吓人|恐怖|可怕", "horror thriller 恐怖 惊悚",
             "children's family comedy musical romance"),
    _quality("violent", r"violen|gor[ey]|blood|brutal|暴力|血腥", "war horror crime action 战争 恐怖 犯罪",
             "children's family musical romance"),
    _quality("funny", r"fun(?:ny|nier)|\bfun\b|laugh|humou?r|comed|好笑|搞笑|有趣", "comedy 喜剧 幽默", "horror war"),
    _quality("sad", r"\bsad|depress|\bcry\b|tear|heavy|虐|悲|哭|催泪", "drama war 剧情 悲剧", "comedy musical children's"),
    _quality("romantic", r"romantic|romance|love story|date night|浪漫|爱情", "romance romantic 爱情 浪漫", "war horror"),
)  # fmt: skip
"""What people ask and hardly a catalogue tells."""

SUPERLATIVES: Mapping[str, tuple[tuple[str, ...], bool]] = {
    r"shortest|quick(?:est)?\b|shorter|最短|更短": (FACTS[0].attributes, False),
    r"longest|longer|最长|更长": (FACTS[0].attributes, True),
    r"cheap(?:est|er)|least expensive|lowest price|costs? (?:the )?least|最便宜|更便宜": (("price", "cost"), False),
    r"most expensive|priciest|dearest|more expensive|最贵|更贵": (("price", "cost"), True),
    r"new(?:est|er)|latest|most recent|more recent|youngest|最新|更新|较新": (("year", "release_year"), True),
    r"old(?:est|er)|earliest|最老|最早|更老|更早": (("year", "release_year"), False),
    r"best rated|highest rated|better rated|评分最高": (("rating", "average_rating", "score"), True),
}
"""What a comparison asks -> the attributes that tell it, and whether the largest is meant."""


_NATIONS = (
    r"french|german|italian|spanish|japanese|korean|chinese|indian|british|english|irish|scottish|swedish|danish|norwegian|"
    r"russian|polish|czech|iranian|turkish|mexican|brazilian|australian|canadian|american|european|asian|african|"
    r"scandinavian|hindi|cantonese|mandarin|arabic|portuguese|dutch|greek|hungarian"
)
_STUDIOS = (
    r"disney|pixar|(?:studio )?ghibli|dreamworks|marvel|warner(?: bro(?:thers|s)\.?)?|miramax|paramount|mgm|a24|lucasfilm|"
    r"aardman|hammer|columbia pictures|20th century fox|universal(?: (?:pictures|studios))?"
)
_ZH_STUDIOS = "迪士尼|迪斯尼|皮克斯|吉卜力|漫威|梦工厂|华纳|派拉蒙|米拉麦克斯"
_ZH_NAMES = (
    "阿艾埃安奥巴贝比波伯布查达戴德迪丁杜多恩尔法菲费弗福盖格古哈海赫亨霍基吉加杰金卡凯科克库拉莱兰朗劳雷里利林罗洛马麦曼梅蒙米莫穆姆纳奈尼诺帕佩皮普奇乔切琼"
    "萨塞桑沙史斯司索塔泰汤特提图托瓦万维温沃伍西希辛休雪亚扬伊约泽詹珍朱佐区柯"
)
"""Characters by which names of other languages are written in Chinese."""
_SURNAMES = "成周李张王刘陈杨黄赵吴徐孙朱胡林郭何罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪姜范姚谭廖邹熊陆郝孔崔康邱秦顾侯邵孟葛巩舒"
"""Characters by which names of persons begin in Chinese."""
_PRECEDES = r"\b(?:(?:anything|something|one|ones|any|films?|movies?|stuff|more) )?"
_DEMANDS = {
    "cast": _PRECEDES + r"(?:with|starring|featuring|(?:that|which) (?:has|have|stars?)) (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)+)(?: in (?:it|them))?|"
            r"(?:有|由|要)?(?P<zh>(?!有没有|想看)[\u3400-\u9fff]{2,4})(?:主演|(?<!导)演|出演)的(?:电影|片子?)?",
    "director": _PRECEDES + r"(?:directed by|(?:the )?director(?: is)?) (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)*)|"
                r"(?:by |from )?(?:the )?(?P<same>same director|director of \S+)|"
                rf"(?<![.!?] )(?<!^)(?P<own>\b(?!(?i:{_NATIONS})\b)[A-Z][a-z]+(?: [A-Z][a-z]+)*(?:'s)?) (?:films?|movies?|flicks?|pictures?)\b|"
                rf"(?P<zhname>[{_ZH_NAMES}·]{{3,8}}|昆汀|李安|张艺谋|王家卫|宫崎骏|黑泽明)的?(?:电影|片子|作品|片)|"
                r"(?P<zh>(?!有没有|想看)[\u3400-\u9fff]{2,4})(?:导演|执导|导)的(?:电影|片子?)?|(?P<zhsame>同一个?导演)",
    "person": rf"(?:^|[,。!? ]|有没有|有|来|看|推荐|找)(?:一?[点些部个])?(?P<zhname>(?!文艺|高分|安静|金属|白色|黄色|万圣|马戏|石头|温馨|江湖|方言|常见|高中|关于|古装|经典)[{_SURNAMES}][\u3400-\u9fff]{{1,2}})的(?:电影|片子?|作品)",
    "by": r"\b(?:anything|something|films?|movies?|books?|one|ones|stuff|else) by (?P<lower>(?!(?:the|a|an|my|any|myself|chance|far|now|then|year|genre|itself)\b)[a-z][\w.'-]+(?: [a-z][\w.'-]+)?)(?=[?.!, ]*$)|\bby (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)*)|(?P<zh>[\u3400-\u9fff]{2,4})(?:写|著)的",
    "size": r"\bsize (?P<name>xxs|xs|s|m|l|xl|xxl|\d{1,2})\b|(?P<zh>[SMLX]{1,3}码|\d{2}码)",
    "length": r"(?:(?:under|below|less than|shorter than|at most|up to|max(?:imum)?|no (?:longer|more) than|over|more than|longer than|"
              r"about|around|at least|not (?:over|more than)|within)\s)?(?P<name>\b\d+(?:\.\d)?[\s-]?(?:minutes?|mins?|hours?|hrs?)\b|"
              r"\b(?:an|one|two|three) hours?(?: and a half)?\b)(?: (?:or (?:less|shorter|so)|long|max|tops))*|"
              r"(?:不超过|不要超过|最多)?(?P<zh>\d+分钟|[一两三]个?半?小时)(?:以内|之内|以下|左右)?(?:的)?",
    "price": r"(?:(?:under|below|less than|at most|up to|over|about|around)\s)?(?P<name>[$€£]\s?\d+|\b\d+ ?(?:dollars?|euros?|pounds?|bucks)\b)|"
             r"(?P<zh>\d+(?:块|元))",
    "language": rf"\b(?:in|with) (?P<name>{_NATIONS})(?: (?:language|audio|subtitles?|subs))?(?= ?(?:[.,!?]|$|please|maybe|only|with|but|and|if))|"
                r"\b(?:with |no |without |has |have )?(?P<subs>(?:\w+ )?subtitles?|subtitled|dubbed|original language|foreign[- ]language)\b|"
                r"(?P<zh>[国粤英法日韩德俄]语(?:配音|字幕|对白)?的?|中文(?:字幕|配音)|有字幕的?)",
    "country": rf"\b(?P<name>{_NATIONS})(?: (?:and|or) (?:{_NATIONS}))? (?=(?:[a-z]+ )?(?:films?\b|movies?\b|cinema|ones?\b|comed|drama|horror|thriller|classics?|"
               r"romance|romantic|animat|documentar|war |western|action|crime|cartoons?))|"
               rf"\b(?:something|anything|one|be|is) (?P<adjective>{_NATIONS}|foreign)(?= ?(?:[.,!?]|$|please|maybe|but|and|from|with|for))|"
               r"\b(?:from|made in) (?P<land>France|Germany|Italy|Spain|Japan|Korea|China|India|Britain|the UK|England|Ireland|Sweden|Denmark|Russia|"
               r"Poland|Iran|Mexico|Brazil|Australia|Canada|Hong Kong|Europe|Asia|Hollywood|Bollywood)\b|"
               r"(?P<zh>法国|日本|韩国|英国|意大利|印度|德国|西班牙|香港|台湾|中国|国产|欧洲|俄罗斯)的?(?=片|电影|喜剧|动画|恐怖|爱情|战争|剧|[。,,!??]|$)",
    "studio": rf"\b(?:by|from|made by)?\s*(?P<name>{_STUDIOS})\b(?:'s)?(?= ?(?:[.,!?]|$|films?|movies?|ones?|classics?|animat|cartoons?|stuff|please|studios?))|"
              rf"(?P<zh>{_ZH_STUDIOS})的?",
    "where": r"\b(?:on|available on|streaming on) (?P<name>netflix|prime(?: video)?|amazon|hulu|hbo(?: max)?|disney ?(?:\+|plus)|youtube|apple tv)\b|"
             r"\b(?P<cinema>in (?:the )?(?:cinemas?|theatres?|theaters?)(?: now)?|(?:i can|to|that) stream(?:ing)?)\b|(?P<zh>(?:爱奇艺|优酷|腾讯|网飞|影院)(?:上)?)",
    "awards": r"\b(?P<name>oscar(?:s|[- ]winn(?:ing|ers?))?|academy awards?|award[- ]winn(?:ing|ers?)|golden globes?|palme d'or|cannes)\b|"
              r"(?P<zh>奥斯卡|金像奖|获奖)的?",
    "rating": r"\b(?P<name>(?:highly|best|well|top|critically)[- ](?:rated|reviewed|acclaimed)|(?:good|great|high) (?:reviews?|ratings?|scores?)|"
              r"(?:at least |over |above )?\d(?:\.\d)? ?(?:stars?|/10|out of (?:5|10))|imdb|rotten tomatoes)\b|(?P<zh>评分高|高分|豆瓣\S{0,6}|口碑好)的?",
}  # fmt: skip
"""What a line demands by a name or a number -> how it is written."""
_ANY_CASE = ("size", "length", "price", "language", "country", "studio", "where", "awards", "rating")
_DEMANDED = {key: re.compile(pattern, re.I if key in _ANY_CASE else 0) for key, pattern in _DEMANDS.items()}
_OF_FILMS = ("language", "country", "studio", "where", "awards", "director", "cast")
"""Demands that are made of films; of products the same words may mean a material, a fit or a maker."""
_LENGTH_COMPARED = re.compile(
    r"\b(?:longer|shorter)\b(?! ago)|\b(?:not|nothing|isn't|never|no)\b[^,.;!?]{0,20}\b(?:too|so|very|that) long\b(?! ago)|[长短]一?[点些](?:的|儿|$)|(?:不要|别|不能|不)(?:太|那么|超)?[长短](?!大)",
    re.I,
)


def demands_unknown(line: str, catalog: Catalog) -> tuple[str, ...]:
    """Find what a line demands that the catalogue does not tell of any item.

    Parameters
    ----------
    line
        A line that asks for a list.
    catalog
        Its attributes.

    Returns
    -------
    tuple of str
        Keys of `FACTS`: "cast" for a film with a person where no item has a cast.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Scream", "", {"year": 1996}),), {})
    >>> demands_unknown("something with Tom Hanks under 100 minutes", films)
    ('cast', 'length')
    """
    found = [key for key, _, _ in _demands(line, catalog)]
    if "length" not in found and wording(catalog).noun == "film" and _LENGTH_COMPARED.search(line):
        found += ["length"] if not _told("length", catalog) else []
    return tuple(dict.fromkeys(found))


def without_demands(text: str, catalog: Catalog) -> str:
    """Cut out of a text what it demands that the catalogue does not tell: words that are no wish rank by chance.

    Parameters
    ----------
    text
        What is left of a line.
    catalog
        Its attributes.

    Returns
    -------
    str

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Magic Hour, The", "", {"year": 1998}),), {})
    >>> without_demands("more sci-fi please, less than 2 hours", films)
    'more sci-fi please,'
    """
    for _, start, end in sorted(_demands(text, catalog), key=lambda each: -each[1]):
        text = f"{text[:start]} {text[end:]}"
    if wording(catalog).noun == "film" and not _told("length", catalog):
        text = _LENGTH_COMPARED.sub(" ", text)
    return " ".join(text.split())


def _told(key: str, catalog: Catalog) -> bool:
    names = attribute_kinds(catalog)
    return any(name in names for fact in FACTS if fact.key == key for name in fact.attributes)


def _demands(line: str, catalog: Catalog) -> Iterator[tuple[str, int, int]]:
    """What a line demands and no attribute tells: keys of `FACTS`, and where it says so."""
    film, product = (wording(catalog).noun == noun for noun in ("film", "product"))
    spans = None
    for key, pattern in _DEMANDED.items():
        for match in pattern.finditer(line):
            key = ("director" if film and not _told("author", catalog) else "author") if key == "by" else key
            key = ("cast" if film else "author") if key == "person" else key
            name = next((value for value in match.groupdict().values() if value), "")
            if (key in _OF_FILMS and product) or _told(key, catalog) or _in_texts(name, catalog):
                continue
            if match.groupdict().get("own") and derived(catalog, _title_words) & set(
                re.findall(r"\w+", name.casefold())
            ):
                continue  # "Christmas films" are about Christmas
            spans = within_title(line, catalog) if spans is None else spans
            if name.casefold() in Vocabulary.of(catalog).by_title or spans(*match.span()) or _is_value(name, catalog):
                continue
            yield key, *match.span()


def _title_words(catalog: Catalog) -> frozenset[str]:
    return frozenset(word for item in catalog.items for word in re.findall(r"\w+", item.title.casefold()))


def _is_value(name: str, catalog: Catalog) -> bool:
    """Whether an item has the name as a value: its kind, or a word of a query as any other."""
    return name.casefold() in derived(catalog, _folded_values)


def _folded_values(catalog: Catalog) -> frozenset[str]:
    found = (
        v
        for item in catalog.items
        for value in item.attributes.values()
        for v in (value if isinstance(value, tuple) else (value,))
    )
    return frozenset(
        form for each in found if isinstance(each, str) for form in (each.casefold(), f"{each.casefold()}s")
    )


def _in_texts(name: str, catalog: Catalog) -> bool:
    """Whether descriptions speak of a name, by which a search finds it."""
    texts = derived(catalog, _descriptions)
    return bool(texts) and re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", texts) is not None


def _descriptions(catalog: Catalog) -> str:
    return "\n".join(item.description for item in catalog.items if item.description).casefold()


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
            return attributes, largest, found[0].lower()
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


def items_named(line: str, listed: Sequence[str], catalog: Catalog, offered: Container[str]) -> tuple[str, ...]:
    """Find the items that a line names by their place in the last list or by their title.

    Parameters
    ----------
    line
        A question.
    listed
        Ids of the items of the last list, in order.
    catalog
        Whose titles are read.
    offered
        Ids of the items that can be recommended; others are not named.

    Returns
    -------
    tuple of str
        Their ids, each once; places first.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("a", "Scream"), Item("b", "Alien"), Item("c", "Heat")), {})
    >>> items_named("1 or the third one, or Alien?", ["a", "b", "c"], films, films.row)
    ('b', 'a', 'c')
    """
    titled, rest = _titled(without_ages(line), catalog, offered)
    places = [place for match in _PLACES.finditer(rest) if (place := _place(match, len(listed)))]
    numbered = [listed[place - 1] for place in places if 1 <= place <= len(listed)]
    bare = f" {' '.join(re.findall(_WORD, rest.casefold()))} "
    shown = [
        id
        for id in listed
        if id in catalog.row and (title := _bare_title(catalog.item(id).title)) and f" {title} " in bare
    ]
    return tuple(dict.fromkeys(id for id in (*titled, *shown, *numbered) if id in offered))


def _bare_title(title: str) -> str:
    """The words of a title without its article, by which people speak of what they see; "" where they are too few."""
    words_of_it = re.findall(_WORD, re.sub(r",? (?:the|an?)(?= *\(|$)|\(.*?\)", "", title.casefold()))
    words_of_it = words_of_it[1:] if words_of_it[:1] in (["the"], ["a"], ["an"]) else words_of_it
    return " ".join(words_of_it) if len(words_of_it) > 1 or len("".join(words_of_it)) >= MIN_BARE_TITLE else ""


def within_title(line: str, catalog: Catalog) -> Callable[[int, int], bool]:
    """Tell which characters of a line are part of a title of a catalogue ("give me 12 Angry Men").

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Whose titles are read.

    Returns
    -------
    callable
        Whether characters `[start, end)` are.
    """
    spans = [(start, end) for start, end, _ in _spans(line, Vocabulary.of(catalog).by_title)]
    return lambda start, end: any(first <= start and end <= last for first, last in spans)


def titles_within(line: str, catalog: Catalog) -> tuple[tuple[int, int], ...]:
    """Find the stretches of a line that are titles of several words.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Whose titles are read.

    Returns
    -------
    tuple of tuple of int
        Start and end of each.
    """
    spans = _spans(line, Vocabulary.of(catalog).by_title)
    # "a true romance" is none, though a film is called so
    kinds = re.compile(r"\b(?:an?|some|any|more|no|good|great|other)\s+$", re.I)
    return tuple((start, end) for start, end, alias in spans if " " in alias and not kinds.search(line[:start]))


def places_beyond(line: str, listed: Sequence[str], catalog: Catalog) -> int | None:
    """Find a place that a line names and the last list does not have.

    Parameters
    ----------
    line, listed, catalog
        As for `items_named`.

    Returns
    -------
    int or None
        The place, counted from 1.
    """
    rest = _titled(without_ages(line), catalog, catalog.row)[1]
    places = [_place(match, len(listed)) for match in _PLACES.finditer(rest)]
    return next((place for place in places if place and place > len(listed)), None)


_SEEKS = re.compile(
    r"\b(?:anything|something)\b|\b(?:any|some)(?: (?:good|other|more|nice|decent|\w+y))* (?:films?|movies?|books?|ones?|shows?|music|albums?|"
    r"dress(?:es)?|shirts?|shoes|jackets?)\b|"
    r"^(?:(?:and|so|but|ok|well|then|now)[, ]+)*(?:what|how) about (?:a|an|some|the \d0s|\w+ (?:films?|movies?|ones))\b|\bwhat else\b|\bwhat (?:do you have|have you got|would you)\b|"
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


def names_place(line: str) -> bool:
    """Tell whether a line names a place in a list ("2", "the last one").

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool
    """
    return any(match["sign"] or not match["unit"] for match in _PLACES.finditer(without_ages(line)))


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


def _place(match: re.Match[str], length: int) -> int | None:
    if match["unit"] and not match["sign"]:
        return None
    if match["n"]:
        return int(match["n"]) if match["sign"] or int(match["n"]) <= MAX_BARE_PLACE else None
    if match["chinese"]:
        return _CHINESE_NUMBERS.index(match["chinese"]) + 1
    if match["ordinal"] and match["ordinal"].lower() != "last":
        return int(list_position(match["ordinal"]))
    return length


def _titled(line: str, catalog: Catalog, offered: Container[str]) -> tuple[list[str], str]:
    """Items whose title stands in a line, and the line without those titles."""
    by_title = Vocabulary.of(catalog).by_title
    found: list[str] = []
    for quoted in re.finditer(r"《([^》]+)》|[\"“]([^\"”]+)[\"”]", line):
        found += by_title.get((quoted[1] or quoted[2]).casefold(), [])[:1]
    rest = line
    for start, end, alias in _spans(line, by_title):
        held = [id for id in by_title[alias] if id in offered]
        if held and not set(rest[start:end]) <= {"\0"}:
            found.append(held[0])
            rest = rest[:start] + "\0" * (end - start) + rest[end:]
    return found, rest


def _spans(line: str, by_title: Mapping[str, object]) -> Iterator[tuple[int, int, str]]:
    """Stretches of a line that are titles, the longest first, none within another.

    A short title of one word counts only as it is written, with a capital: "it" and "heat" are words, too.
    """
    tokens = words(line)
    covered = 0
    for at in range(len(tokens)):
        for length in range(min(MAX_TITLE_WORDS, len(tokens) - at), 0, -1):
            start, end = tokens[at][1], tokens[at + length - 1][2]
            stretch = next((s for s in (line[start:end], line[start : end + 1]) if s.casefold() in by_title), "")
            plain = length == 1 and (stretch.islower() or (at == 0 and len(stretch) < 6))
            if start >= covered and stretch and not plain and not stretch.isdigit():
                covered = start + len(stretch)
                yield start, covered, stretch.casefold()
                break
    for run in re.finditer(f"[{CHINESE}\\w]*[{CHINESE}]+[{CHINESE}\\w]*", line):  # written without spaces
        for start in range(run.start(), run.end()):
            ends = range(min(run.end(), start + MAX_TITLE_CHARACTERS), start + 1, -1)
            stretch = next((s for end in ends if (s := line[start:end].casefold()) in by_title), "")
            if start >= covered and stretch:
                covered = start + len(stretch)
                yield start, covered, stretch
