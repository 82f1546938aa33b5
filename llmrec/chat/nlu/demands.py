"""What a line demands that a catalogue does not tell of any item: a cast, a country, a price, a length.

Words that no item is described by rank by chance, so they are cut out of a query, and it is said that they are.
"""

import re
from collections.abc import Iterator

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.named_items import within_title
from llmrec.chat.nlu.questions import FACTS
from llmrec.retrieval.filters import attribute_kinds

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
    "cast": r"(?:(?:the |that )?(?:sort|kind|type|style) of (?:things?|films?|movies?|stuff|ones?)(?: that| which)? (?P<own>[A-Za-z][\w'-]*(?: [A-Za-z][\w'-]*){0,2}?) "
            r"(?:was|were|is|used to be|would be|would have been|always was|starred|played|acted|appeared|did)(?: in| so well| best)?(?=\s*(?:[.,;!?]|$)))|" + _PRECEDES + r"(?:with|starring|featuring|(?:that|which) (?:has|have|stars?)) (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)+)(?: in (?:it|them))?|"
            r"\b(?:any(?:thing)?|something|one|ones|films?|movies?) (?:with|starring|featuring) (?P<lower>(?!(?:a|an|the|some|any|lots?|no|less|more)\b)[a-z][\w'-]+(?: (?:(?:de|van|von|la|le|mc) ?)?[a-z][\w'-]+){0,2})(?: in (?:it|them))(?=\s*(?:[?.!,]|$))|"
            r"(?:有|由|要)?(?P<zh>(?!有没有|想看)[\u3400-\u9fff]{2,4})(?:主演|(?<!导)演|出演)的(?:电影|片子?)?",
    "director": r"\b(?:(?:i|we)(?:'ve| have)? )?(?:seen|watched|know) (?:all|everything|every film|most|nearly all)(?: (?:of|by|from))? (?P<every>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)*)(?: (?:films?|movies?))?|" + _PRECEDES + r"(?:directed by|(?:the )?director(?: is)?) (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)*)|"
                r"(?:by |from )?(?:the )?(?P<same>same director|director of \S+)|"
                rf"(?<![.!?] )(?<!^)(?P<own>\b(?!(?i:{_NATIONS})\b)[A-Z][a-z]+(?: [A-Z][a-z]+)*(?:'s)?) (?:films?|movies?|flicks?|pictures?)\b|"
                rf"(?P<zhname>[{_ZH_NAMES}·]{{3,8}}|昆汀|李安|张艺谋|王家卫|宫崎骏|黑泽明)的?(?:电影|片子|作品|片)|"
                r"(?P<zh>(?!有没有|想看)[\u3400-\u9fff]{2,4})(?:导演|执导|导)的(?:电影|片子?)?|(?P<zhsame>同一个?导演)",
    "person": rf"(?:^|[,。!? ]|有没有|有|来|看|推荐|找)(?:一?[点些部个])?(?P<zhname>(?!文艺|高分|安静|金属|白色|黄色|万圣|马戏|石头|温馨|江湖|方言|常见|高中|关于|古装|经典)[{_SURNAMES}][\u3400-\u9fff]{{1,2}})的(?:电影|片子?|作品)",
    "by": r"\b(?:anything|something|films?|movies?|books?|one|ones|stuff|else) by (?P<lower>(?!(?:the|a|an|my|any|myself|chance|far|now|then|year|genre|itself)\b)[a-z][\w.'-]+(?: [a-z][\w.'-]+)?)(?=[?.!, ]*$)|\bby (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)*)|(?P<zh>[\u3400-\u9fff]{2,4})(?:写|著)的",
    "match": r"(?P<own>\b(?:to|that) (?:match|go with it)(?:es)?(?=\s*(?:$|[,.?!]))|\bmatching(?= \w))|(?:(?:that |which |to )?(?:would |will |could )?(?P<name>(?:go(?:es|ing)?|match(?:es)?|pairs?) (?:well |nicely )?(?:with )?(?:it|that|this|them|these|those|(?:number |no\. ?)?\d|the \w+(?: one)?)))|"
             r"(?P<zh>(?:能|可以|用来)?(?:搭配?|配)(?:它|这[条件双个]|第.[条件双个])的?)",
    "size": r"\bsize (?P<name>xxs|xs|s|m|l|xl|xxl|\d{1,2})\b|\bin (?:an? )?(?P<in>(?:extra[- ])?(?:small|medium|large)|xx?s|xx?l)(?=\s*(?:$|[,.?!]|please))|(?P<zh>[SMLX]{1,3}码|\d{2}码)",
    "length": r"(?:(?:under|below|less than|shorter than|at most|up to|max(?:imum)?|no (?:longer|more) than|over|more than|longer than|"
              r"about|around|at least|not (?:over|more than)|within)\s)?(?P<name>\b\d+(?:\.\d)?[\s-]?(?:minutes?|mins?|hours?|hrs?)\b|"
              r"\b(?:an|one|two|three) hours?(?: and a half)?\b)(?: (?:or (?:less|shorter|so)|long|max|tops))*|"
              r"(?:不超过|不要超过|最多)?(?P<zh>\d+分钟|[一两三]个?半?小时)(?:以内|之内|以下|左右)?(?:的)?",
    "price": r"(?:(?:under|below|less than|at most|up to|over|about|around)\s)?(?P<name>[$€£]\s?\d+|\b\d+ ?(?:dollars?|euros?|pounds?|bucks)\b)|"
             r"(?:under|below|less than|at most|up to|cheaper than) (?P<bare>\d{1,3})(?![\w.,:%-]| ?(?:minutes?|mins?|hours?|pages?|years?|people|kids)\b)|"
             r"\b(?P<cheap>(?:cheap(?:er|est)?|inexpensive|affordable|less expensive|(?:not|nothing) (?:too |so |very )?(?:expensive|pricey))"
             r"(?! (?:thrills?|shots?|tricks?|jokes?|laughs?)))\b(?: (?:ones?|films?|movies?))?|"
             r"(?P<zh>\d+(?:块|元)|(?:最|更|(?:不要|别)太)?(?:便宜|贵)(?!妃|族|人|宾|州)(?:一?[点些])?的?)",
    "language": rf"\b(?:in|with) (?P<name>{_NATIONS})(?: (?:language|audio|subtitles?|subs))?(?= ?(?:[.,!?]|$|please|maybe|only|with|but|and|if))|"
                r"\b(?:with |no |without |has |have )?(?P<subs>(?:\w+ )?subtitles?|subtitled|dubbed|original language|foreign[- ]language)\b|"
                r"(?P<zh>[国粤英法日韩德俄]语(?:配音|字幕|对白)?的?|中文(?:字幕|配音)|有字幕的?)",
    "country": rf"\b(?P<name>{_NATIONS}|foreign)(?: (?:and|or) (?:{_NATIONS}))? (?=(?:[a-z]+ )?(?:films?\b|movies?\b|cinema|ones?\b|comed|drama|horror|thriller|classics?|"
               r"romance|romantic|animat|documentar|war |western|action|crime|cartoons?))|"
               rf"\b(?:something|anything|nothing|one|be|is|not?|more|less) (?P<adjective>{_NATIONS}|foreign)(?= ?(?:[.,!?]|$|please|maybe|but|and|from|with|for))|"
               r"\b(?:from|made in) (?P<land>France|Germany|Italy|Spain|Japan|Korea|China|India|Britain|the UK|England|Ireland|Sweden|Denmark|Russia|"
               r"Poland|Iran|Mexico|Brazil|Australia|Canada|Hong Kong|Europe|Asia|Hollywood|Bollywood)\b|"
               r"(?P<zh>美国|法国|日本|韩国|英国|意大利|印度|德国|西班牙|香港|台湾|中国|国产|欧洲|俄罗斯|外国|国外|海外|华语|好莱坞|宝莱坞)的?(?=片|电影|喜剧|动画|恐怖|爱情|战争|剧|[。,,!??]|$)",
    "shot": r"\b(?P<name>(?:in |shot in |filmed in )?(?:(?:full |technicolor )?colou?r(?! of)|black[- ](?:and|&|n)[- ]white|b&w|monochrome))\b(?: (?:films?|movies?|ones?))?|(?P<zh>彩色|黑白(?!分明|两道))的?(?:电影|片子?)?",
    "studio": rf"\b(?:by|from|made by)?\s*(?P<name>{_STUDIOS})\b(?:'s)?(?= ?(?:[.,!?]|$|films?|movies?|ones?|classics?|animat|cartoons?|stuff|please|studios?))|"
              rf"(?P<zh>{_ZH_STUDIOS})的?",
    "where": r"\b(?:on|available on|streaming on) (?P<name>netflix|prime(?: video)?|amazon|hulu|hbo(?: max)?|disney ?(?:\+|plus)|youtube|apple tv)\b|"
             r"\b(?P<cinema>in (?:the )?(?:cinemas?|theatres?|theaters?)(?: now)?|(?:i can|to|that) stream(?:ing)?)\b|(?P<zh>(?:爱奇艺|优酷|腾讯|网飞|影院)(?:上)?)",
    "awards": r"\b(?P<name>oscar(?:s|[- ]winn(?:ing|ers?))?|academy awards?|award[- ]winn(?:ing|ers?)|golden globes?|palme d'or|cannes)\b|"
              r"(?P<zh>奥斯卡|金像奖|获奖)的?",
    "certificate": r"\b(?P<name>(?:rated |with an? )?(?:(?:pg|nc|r)[- ]?1[2-8]|(?<=rated )(?:r|x|g|u|pg|15|18)|[rx][- ]rated|pg(?: rated)?))\b(?: (?:ones?|films?|movies?|rating|rated))?|"
                   r"\b(?P<age>age[- ]ratings?)\b|(?P<zh>(?:PG(?:-?13)?|[RX]级|限制级)的?)",
    "fame": r"\b(?P<name>(?:less|lesser|little|not so|not too|not very|better|well)[- ](?:well[- ])?(?:known|popular|famous|mainstream|obvious)|obscure|under[- ]?rated|hidden gems?|under the radar|off the beaten (?:track|path))\b(?: (?:ones?|films?|movies?|titles?))?|"
            r"(?P<zh>冷门|小众|不(?:那么|太)?(?:出名|有名|大众|热门)|没那么(?:出名|有名|热门))的?",
    "rating": r"\b(?P<name>(?:highly|best|well|top|critically)[- ](?:rated|reviewed|acclaimed)|(?:good|great|high) (?:reviews?|ratings?|scores?)|"
              r"(?:at least |over |above )?\d(?:\.\d)? ?(?:stars?|/10|out of (?:5|10))|imdb|rotten tomatoes)\b|(?P<zh>评分高|高分|豆瓣\S{0,6}|口碑好)的?",
}  # fmt: skip
"""What a line demands by a name or a number -> how it is written."""
_ANY_CASE = (
    "match",
    "size",
    "length",
    "price",
    "language",
    "country",
    "shot",
    "studio",
    "where",
    "awards",
    "certificate",
    "fame",
    "rating",
)
_DEMANDED = {key: re.compile(pattern, re.I if key in _ANY_CASE else 0) for key, pattern in _DEMANDS.items()}
_OF_FILMS = ("language", "country", "shot", "studio", "where", "awards", "director", "cast", "certificate")
"""Demands that are made of films; of products the same words may mean a material, a fit or a maker."""
_LENGTH_COMPARED = re.compile(
    r"\b(?:longer|shorter)\b(?! ago)|\b(?:not|nothing|isn't|never|no)\b[^,.;!?]{0,20}\b(?:too|so|very|that) (?:long|short)\b(?! ago)|[长短]一?[点些](?:的|儿|$)|(?:不要|别|不能|不)(?:太|那么|超)?[长短](?!大)|片长|时长|(?:太|过)[长短]的?(?:就)?(?:算了|不要|不行|免谈|别)了?",
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
        text = re.sub(r"\b(?:short|long)\b(?=\s*(?:[,.;]|and\b|$))", " ", text, flags=re.I)
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
            if (key in _OF_FILMS and product) or (key == "match" and film) or _told(key, catalog):
                continue
            if key not in ("size", "length", "price") and in_descriptions(name, catalog):
                continue
            if match.groupdict().get("lower") and key == "cast" and not _of_nobody(name, catalog):
                continue  # "anything with dinosaurs in it" is looked for in titles
            if (
                key == "director"
                and match.groupdict().get("own")
                and derived(catalog, _title_words) & set(re.findall(r"\w+", name.casefold()))
            ):
                continue  # "Christmas films" are about Christmas
            spans = within_title(line, catalog) if spans is None else spans
            if name.casefold() in Vocabulary.of(catalog).by_title or spans(*match.span()) or _is_value(name, catalog):
                continue
            yield key, *match.span()


def _of_nobody(name: str, catalog: Catalog) -> bool:
    """Whether no title has a word of a name, nor any kind of item: a person it must be."""
    said = {form for word in re.findall(r"\w+", name.casefold()) for form in (word, re.sub(r"(?:es|s)$", "", word))}
    return len(name.split()) > 1 and not said & derived(catalog, _title_words)


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


def in_descriptions(name: str, catalog: Catalog) -> bool:
    """Tell whether descriptions speak of a name, or titles of products do, by which a search finds it.

    Parameters
    ----------
    name
        A name, or any word.
    catalog
        The items.

    Returns
    -------
    bool
    """
    texts = derived(catalog, _descriptions)
    return bool(texts) and re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", texts) is not None


def _descriptions(catalog: Catalog) -> str:
    texts = [item.description for item in catalog.items if item.description]
    if wording(catalog).noun == "product":  # "Skinny 5pkt" says what it is like; the title of a film is a name
        texts += [item.title for item in catalog.items]
    return "\n".join(texts).casefold()
