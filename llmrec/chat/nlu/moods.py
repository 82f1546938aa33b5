"""Moods, genre-like words and occasions, as the kinds of items that a catalogue has for them.

No attribute says "whodunit", "cosy" or "for a festival", and everybody knows what is meant: each stands for kinds that
speak for it, with the hedge that they do no more than that. A model that ranks by titles and kinds alone finds "Quiet
Room" for "something quiet".
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import is_kind
from llmrec.chat.nlu.lexicon import Lexicon, value_facets
from llmrec.chat.nlu.quantities import OLD
from llmrec.chat.nlu.query_words import A_TOUCH, FILLERS
from llmrec.retrieval.filters import attribute_kinds, written


@dataclass(frozen=True, slots=True)
class Mood:
    """A word that stands for kinds of items.

    Parameters
    ----------
    words
        How a line says it.
    kinds
        Attribute values, in lower case: an item of that mood has one of each set.
    never
        Those that it has none of.
    noun
        Whether the word names what is wanted ("a heist"), by which a list is ranked, too, and not how it is ("quiet").
    occasion
        Whether it says what something is for, which tells a kind only where the line states none.
    """

    words: re.Pattern[str]
    kinds: tuple[frozenset[str], ...]
    never: frozenset[str] = frozenset()
    noun: bool = False
    occasion: bool = False


def _mood(words: str, chinese: str, kinds: str, never: str = "", *, noun: bool = False, occasion: bool = False) -> Mood:
    """Make one; "&" joins sets of kinds, and "_" stands for the blank of a kind's name."""
    pattern = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])|(?:{chinese})(?:一?[点些]儿?)?的?", re.I)
    sets = tuple(_kinds(each) for each in kinds.split("&"))
    return Mood(pattern, sets, _kinds(never), noun, occasion)


def _kinds(names: str) -> frozenset[str]:
    return frozenset(name.replace("_", " ") for name in names.split())


MOODS = (
    _mood(
        r"cos[yi]e?|cozy|snug|heart-?warming|comforting|wholesome|(?:feel|be) less lonely|warm and fuzzy", "温馨|温暖|暖心|心里?暖(?:暖|洋洋|乎乎)?|暖暖|有爱",
        "romance children's 爱情 儿童", "horror war crime thriller film-noir action sci-fi 恐怖 战争 犯罪 惊悚 动作 科幻",
    ),
    _mood(
        r"cheer\w* (?:me|us|him|her|them)(?: both| all)? up|upbeat|feel[- ]?good|feeling (?:down|low|blue)|uplifting|"
        r"(?:(?:i|we)(?:'m| am| feel|'re| are)|feeling) (?:so |really |very |a bit |a little |pretty |kinda )*(?:sad|down|low|blue|depressed|lonely|stressed(?: out)?)"
        r"(?: (?:today|tonight|now|lately))?",
        "治愈|走心|解压|减压|心情(?:不|很)?(?:好|差|糟)|难过|不开心|压力(?:很|好)?大|开心",
        "comedy children's animation musical 喜剧 动画 儿童", "horror war crime thriller film-noir 恐怖 战争 犯罪 惊悚",
    ),
    _mood(
        r"(?:switch|turn)(?:ing)? (?:my|our|the) brains? off|switch(?:ing)? off|mindless|brainless|zone out|(?:not|nothing|don't|without)[^,.;]{0,40}(?:concentrat(?:e|ing)|think(?:ing)?(?: (?:too )?(?:much|hard))?(?= on| to|[\s.,!]*$)|pay(?:ing)? (?:much )?attention)(?: on| to)?",
        "不费脑|不动脑|不用动脑|不用动?脑子?", "comedy action adventure animation 喜剧 动作 冒险 动画", "drama war mystery film-noir documentary horror 剧情 战争 悬疑 纪录 恐怖",
    ),
    _mood(
        r"(?:un|de-?)wind|wind down|light-?hearted|easy-?going|easy to watch|undemanding|relax(?:ing|ed)|chilled?|light(?! (?:on|of|up|year))|lighter",
        "轻松|放松|下饭", "comedy romance children's animation musical 喜剧 爱情 动画",
        "horror war thriller crime film-noir 恐怖 战争 惊悚 犯罪",
    ),
    _mood(
        r"quiet(?:er)?|calm(?:ing|er)?|peaceful|meditative|contemplative|slow-?paced", "安静|平静|宁静|舒缓|慢节奏|文静",
        "drama romance documentary 剧情 爱情 纪录", "action horror thriller war crime adventure 动作 恐怖 惊悚 战争 犯罪",
    ),
    _mood(
        r"funnier|(?<=but )funny|(?<=and )funny|(?<=also )funny|funny too|makes? (?:me|us|her|him|them) laugh|(?:want(?:s)? to|like to|need to) laugh|(?:have|need|want) a (?:good )?laugh|a laugh|"
        r"(?:(?:some|more|a (?:bit|touch|dash|hint|little) of|a little) )?humou?r|(?:with )?(?:some|a few|more|a couple of) laughs|jokes|gags",
        "搞笑|好笑|幽默|逗乐|爆笑|笑点", "comedy 喜剧 幽默",
    ),
    _mood(r"scary|scarier|scares? (?:me|us|them|him|her)|creepy|spooky|frightening|terrifying", "吓人|可怕|瘆人|毛骨悚然", "horror 恐怖"),

    _mood(
        r"thrilling|exciting|gripping|suspense(?:ful)?|tense|fast-?paced|edge of (?:my|the|your|our) seats?|adrenaline",
        "刺激|紧张|热血|过瘾|快节奏", "action thriller adventure 动作 惊悚 冒险",
    ),
    _mood(
        r"tear-?jerkers?|moving|touching|emotional|(?:a )?good (?:cry|weep|sob)|(?:make|makes|have) (?:me|us) (?:cry|weep|sob)|sad|tragic|traged(?:y|ies)|weep(?:y|ies?)|"
        r"(?:sad|unhappy|tragic|bad) endings?|(?:does ?n't|does not|do ?n't) end (?:well|happily)",
        "感人|感动|催泪|想哭|虐心|哭得(?:稀里哗啦|不行|很惨)?|大?哭(?:一场|个够|一下)|泪崩|泪目|悲剧|悲伤|悲情|悲惨|伤感|虐恋|悲(?=的|[,。!]|$)|结局(?:不好|很?悲|很?惨)|坏结局", "drama romance 剧情 爱情", "comedy horror 喜剧 恐怖",
    ),
    _mood(r"dark(?:er)?|bleak(?:er)?|gritt(?:y|ier)", "黑暗|阴暗|压抑|沉重", "film-noir crime thriller drama 犯罪 惊悚 剧情"),
    _mood(r"(?:a )?date (?:night|nite|movie|film)|(?:for|on) (?:(?:a|my|our|the|his|her) )?(?:first |second |third |blind |hot )?date|romantic", "浪漫|约会", "romance 爱情 浪漫"),
    _mood(r"mind[- ]?bending|mind[- ]?blowing|plot twists?|twisty|clever|smart|intelligent|cerebral|brainy|thought[- ]?provoking|"
        r"(?:where |that |so )?(?:you|one|nobody|no one|we) (?:never|ca(?:n't|nnot)|do(?:n't|esn't)|won't)(?: quite)? (?:sees?|guess(?:es)?|knows?|tell|expects?|figures? out) (?:(?:the|it|that|how|what|who|its?) ?)?"
        r"(?:(?:ending|end|twist|killer|it|did it|it ends|is coming|happens next|next) ?)*(?:coming)?|keeps? (?:you|us|me|one) guessing|(?:a |with a |some )?(?:big |good |nice )?twist(?:s)?(?: ending| in the tail| at the end)?|surprise endings?", "烧脑|反转|悬念", "mystery sci-fi thriller film-noir 悬疑 科幻 惊悚"),
    _mood(
        r"whodunn?its?|murder myster(?:y|ies)|(?:detective|agatha christie|sherlock holmes)(?: stor(?:y|ies)| films?| movies?)?|who did it",
        "推理|侦探|破案", "mystery 悬疑 推理", noun=True,
    ),
    _mood(r"heists?|capers?|bank (?:robber(?:y|ies)|jobs?)|con (?:artists?|men|man)|jewel thie(?:f|ves)", "劫案|抢银行|骗子", "crime thriller action 犯罪 惊悚 动作", noun=True),
    _mood(r"road (?:movies?|films?|trips?)|on the run|car chases?", "公路片|公路|逃亡|逃跑", "adventure action crime 冒险 动作 犯罪", noun=True),
    _mood(
        r"slashers?|splatter|zombies?|vampires?|haunted houses?|ghost stor(?:y|ies)|werewol(?:f|ves)", "丧尸|吸血鬼|鬼片|闹鬼", "horror 恐怖", noun=True,
    ),
    _mood(r"chick[- ]?flicks?|rom-?coms?|romantic comed(?:y|ies)", "爱情喜剧|浪漫喜剧", "comedy 喜剧 & romance 爱情 浪漫", noun=True),
    _mood(
        r"sw[oa]rds?[- ](?:and|&|n)[- ]sandals?|gladiators?|(?:ancient )?rom(?:e|an empire)(?= |$)|toga (?:epics?|films?)|epics?(?! fail)",
        "古罗马|角斗士|史诗片?", "adventure war action 冒险 战争 动作", "animation children's comedy 动画 儿童 喜剧", noun=True,
    ),
    _mood(r"buddy[- ](?:cops?|movies?|films?|comed(?:y|ies))(?: (?:movies?|films?))?|cop buddy", "搭档片", "comedy 喜剧 & action crime 动作 犯罪", noun=True),
    _mood(r"(?:spy|spies|espionage|secret agents?)(?: (?:films?|movies?|thrillers?|stor(?:y|ies)))?", "间谍|谍战|特工|卧底", "action thriller 动作 惊悚", noun=True),
    _mood(r"court ?room|legal (?:drama|thriller)s?|(?:political|conspiracy)(?= (?:films?|movies?|stuff|one))", "律政|法庭|政治片", "drama thriller 剧情 惊悚", noun=True),
    _mood(
        r"clon(?:es?|ing)|genetics?|genetic engineering|artificial intel+i(?:gence|gance)|a\.?i\.?|androids?|cyborgs?|robots?|dystopian?s?|"
        r"science (?:going|gone|that goes|gets) (?:too far|wrong|mad)|mad scientists?|time[- ]travel(?:ling)?|outer space|space(?:ships?| travel)|aliens?|post-?apocalyptic",
        "克隆|人工智能|机器人|外星人?|太空|宇宙|时间旅行|穿越|未来世界|末日", "sci-fi science_fiction 科幻", noun=True,
    ),
    _mood(r"swashbucklers?|pirates?|treasure hunts?|quests?", "海盗|寻宝|探险", "adventure 冒险", noun=True),
    _mood(r"martial arts|kung[- ]?fu|samurais?|super-?hero(?:es)?|shoot-?(?:'?em-?)?(?:outs?|ups?)|explosions?|blow(?:ing|s)? (?:things |stuff )?up", "功夫|武打|武侠|超级英雄|枪战|爆炸", "action 动作", noun=True),
    _mood(r"disaster (?:films?|movies?)|creature features?|monster (?:films?|movies?)|monsters?", "灾难片|怪兽", "action horror sci-fi thriller 动作 恐怖 科幻", noun=True),
    _mood(r"(?:period|costume) (?:dramas?|pieces?|films?|movies?)|jane austen|bodice[- ]?rippers?", "古装|年代剧", "drama romance 剧情 爱情", noun=True),
    _mood(r"coming[- ]of[- ]age|(?:teen|high[- ]?school)(?: (?:films?|movies?|comed(?:y|ies)))?", "青春片|校园片?", "comedy drama romance 喜剧 剧情 爱情", "horror thriller war 恐怖 惊悚 战争", noun=True),
    _mood(
        r"fall(?:s|ing)? in love|love (?:stor(?:y|ies)|affairs?)", "谈恋爱|爱情故事", "romance 爱情", "horror thriller crime war 恐怖 惊悚 犯罪 战争", noun=True,
    ),
    _mood(r"mafia|mobsters?|gangsters?|gang(?:land)? (?:films?|movies?)|serial killers?|(?:cop|police) (?:films?|movies?|stor(?:y|ies))", "黑帮|警匪|连环杀手|杀手", "crime 犯罪", noun=True),
    _mood(r"submarines?|soldiers?|world war(?: (?:two|one|ii?|2|1))?|ww(?:ii|2|i|1)|battle(?:fields?|s)?", "潜艇|二战|一战|士兵", "war 战争", noun=True),
    _mood(r"(?:gloriously |so )?(?:dumb|trashy|cheesy|campy|stupid|over[- ]the[- ]top)|so bad (?:it's|they're|that it's) good|guilty pleasures?", "无脑|爽片|烂片", "action comedy sci-fi horror adventure 动作 喜剧 科幻", "drama film-noir documentary war 剧情 纪录"),
    _mood(r"serious(?! (?:about|problem))|profound|weighty|makes? (?:you|us|me|them) think|gets? (?:them|us|people|everyone|the class) (?:arguing|talking|thinking|debating)", "严肃|深刻|有深度|发人深省", "drama 剧情 documentary 纪录", "comedy musical children's animation 喜剧 儿童 动画"),
    _mood(
        r"(?:for |to )?(?:a |the |my )?(?:rainy |muddy )?(?:music )?(?:festivals?|camping(?: trip)?|hik(?:e|ing))|mud(?:dy)?",
        "音乐节|露营|徒步", "jacket boots hoodie coat outdoor_waistcoat 夹克 靴子 卫衣", noun=True, occasion=True,
    ),
    _mood(r"(?:for|to) (?:the |my )?(?:office|work|(?:job )?interviews?|(?:business )?meetings?)|office wear|businesslike", "上班|通勤|面试", "blazer blouse shirt trousers 西装 衬衫 裤子", noun=True, occasion=True),
    _mood(r"(?:(?:as |for )?(?:a )?wedding guests?|(?:(?:for|to) )?(?:(?:a|an|the|my|our|his|her|their) )?(?:[\w-]+(?:'s|s')? )?(?:wedding|christening|prom|gala|cocktail party))", "婚礼|参加婚礼|晚宴", "dress jumpsuit/playsuit blazer skirt 连衣裙 西装", noun=True, occasion=True),
    _mood(r"(?:for|to) (?:the |a )?(?:beach|pool|seaside)(?: holiday)?", "海边|沙滩|游泳", "bikini_top swimwear_bottom swimsuit sarong 泳衣", noun=True, occasion=True),
    _mood(r"(?:for|to) (?:the )?(?:gym|yoga|running|jogging|work(?:ing)? ?out)|(?:gym|yoga|running|jogging|workout)(?: (?:stuff|gear|clothes|wear|kit|things|outfits?))", "健身|跑步|瑜伽", "leggings/tights t-shirt vest_top shorts sneakers 运动裤 T恤", noun=True, occasion=True),
)  # fmt: skip
"""What stands for kinds of items, moods first and the more particular first; then what names, or says what for."""
KINDS_FOR_CHILDREN = frozenset(("children's", "animation", "儿童", "动画"))
"""Kinds of items for children, in lower case."""
MIN_IN_MOOD = 5
"""Items that must be left for a mood to count: fewer, and the kind is hardly what is meant."""
_NEGATED = re.compile(
    r"(?:\b(?:no|not|nothing|without|never|less|isn't|don't|doesn't like|hates?|loathes?|detests?|dislikes?|(?:can't|cannot) (?:stand|bear)|too|forget(?: about)?(?: the| all| all the)?|(?:enough|tired|sick) of)\b|不|别|(?<!有)没(?:有|什么)?|太)\W*(?:\w+\s)?(?:too |so |very |太|那么|要)?$",
    re.I,
)
_OLD = re.compile(
    r"(?<![\w-])(?:(?:real |really |good |proper |very )?old(?:ies?|[- ]fashioned|[- ]school)?"
    r"(?=\s*(?:$|[,.;!?])|\s+(?:war|crime|horror|western|comed\w+|romantic|romance|sci-fi|black|hollywood|detective|noir|classics?|"
    r"films?|movies?|pictures?|flicks?|ones?\b|stuff|thrillers?|musicals?|with\b|about\b|from\b|in black|mystery|mysteries|adventures?|dramas?))|"
    r"(?<!\ban )old(?=\s+(?:but|yet|though|please|pls)\b)|(?<=thing )old\b|"
    r"vintage|(?:old |golden[- ]age |hollywood )*classics?(?: (?=films?|movies?|ones?))?)(?![\w-])|老(?:片子?|电影)的?|经典老片|老的",
    re.I,
)
"""What asks for what was made long ago."""


def moods(
    query: str,
    stated: Collection[str],
    catalog: Catalog,
    ruled_out: Collection[str] = (),
    *,
    named: Collection[str] = (),
    occasions: bool = True,
) -> tuple[str, str, tuple[str, ...]]:
    """Read the moods of a query as conditions on the kinds of items that a catalogue has.

    Parameters
    ----------
    query
        What is left of a line.
    stated
        Values that the line asks for.
    catalog
        Whose kinds are read.
    ruled_out
        Values that the line rules out.
    named
        Values that it names without asking for them: a "dark comedy" is no crime film, a "murder mystery" is a mystery.
    occasions
        Whether what something is for counts.

    Returns
    -------
    query : str
        Without the words of the moods; as it was where the catalogue has no such kind.
    said : str
        Those words, joined; "" for none.
    conditions : tuple of str
        Each as `llmrec.retrieval.filters.parse_where` reads it.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> genres = ("Comedy", "Drama", "Horror", "Mystery")
    >>> films = Catalog("films", tuple(Item(g, g, "", {"genres": (g,)}) for g in genres), {})
    >>> moods("something quiet with dogs", (), films)
    ('something with dogs', 'quiet', ('genres=Drama', 'genres!=Horror'))
    >>> moods("a whodunit", (), films)
    ('a whodunit', 'whodunit', ('genres=Mystery',))
    """
    kinds: dict[str, dict[str, str]] = {}
    for facet in derived(catalog, value_facets):
        if is_kind(facet.name):
            kinds.setdefault(facet.name, {})[facet.value.casefold()] = facet.value
    known = frozenset(value for own in kinds.values() for value in own)
    held, gone, beside = ({value.casefold() for value in values} for values in (stated, ruled_out, named))
    lexicon = Lexicon.of(catalog)
    said: list[tuple[int, str]] = []
    wanted: list[frozenset[str]] = []
    query = rest = A_TOUCH.sub("", query)
    never: set[str] = set()
    for mood in MOODS:
        found = mood.words.search(rest)
        if (
            not found
            or _NEGATED.search(rest[: found.start()])
            or not (mood.noun or not _of_something(rest[found.end() :], lexicon))
            or not all(each & known for each in mood.kinds)
            or (mood.occasion and (not occasions or (held | beside) & known))
        ):
            continue
        matches = [*mood.words.finditer(rest)] if mood.noun else [found]
        said += [(each.start(), each[0].strip()) for each in matches]
        for each in matches:  # as long as it was, such that places stay
            rest = f"{rest[: each.start()]}{' ' * len(each[0])}{rest[each.end() :]}"
            query = query if mood.noun else query.replace(each[0], " ", 1)
        apart = held if mood.noun else held | beside
        wanted += [
            each - gone
            for each in mood.kinds
            if not each & apart
            and each - gone & known
            and not (each & gone and (each - gone) & known <= KINDS_FOR_CHILDREN)
        ]  # "cosy, no romance" is not children's films alone
        never |= mood.never
    never -= held.union(*wanted)
    conditions: dict[str, None] = {}
    for operator, values in (*(("=", each) for each in wanted), *((("!=", never),) if never else ())):
        name = max(kinds, key=lambda name: len(values & set(kinds[name])))
        if own := tuple(sorted(kinds[name][value] for value in values & set(kinds[name]))):
            conditions[written(name, operator, own)] = None
    if (old := _OLD.search(query)) and not _NEGATED.search(query[: old.start()]) and (year := _old_year(catalog)):
        query = f"{query[: old.start()]} {query[old.end() :]}"
        conditions[written("year", "<", (str(year),))] = None
    return " ".join(query.split()), ", ".join(word for _, word in sorted(said)), tuple(conditions)


def without_moods(query: str) -> str:
    """Take the words that stand for kinds out of a query.

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str

    Examples
    --------
    >>> without_moods("a heist with dogs")
    'a with dogs'
    """
    for mood in MOODS:
        query = mood.words.sub(" ", query)
    return " ".join(_OLD.sub(" ", query).split())


def _old_year(catalog: Catalog) -> int:
    """The year before which what a catalogue has is old; 0 where it tells no years, or has nothing as old."""
    if attribute_kinds(catalog).get("year") != "number":
        return 0
    years = derived(catalog, _years)
    year = int(years[-1]) - OLD if years else 0
    return year if len([each for each in years if each < year]) >= MIN_IN_MOOD else 0


def _years(catalog: Catalog) -> list[float]:
    values = (item.attributes.get("year") for item in catalog.items)
    return sorted(float(value) for value in values if isinstance(value, int | float))


def _of_something(rest: str, lexicon: Lexicon) -> bool:
    """Whether a mood is that of what follows ("a quiet island"), and not of what is wanted."""
    word = re.match(r"\s+([a-z'-]+)", rest, re.I)
    if word is None or word[1].casefold() in FILLERS or word[1].casefold() in ("enough", "comedy", "love", "family"):
        return False
    return not any(mention.start <= word.start(1) for mention in lexicon.mentions(rest))
