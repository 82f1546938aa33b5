"""The words of a query by which items can be ranked: moods, as the kinds of items that they speak for, and no fillers.

A model that ranks by titles and kinds alone finds "Quiet Room" for "something quiet", "Women, The" for "she likes it",
and what is sad for "nothing sad".
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import is_kind
from llmrec.chat.nlu.lexicon import Lexicon, value_facets
from llmrec.retrieval.filters import written


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood, and the kinds of items that speak for it.

    Parameters
    ----------
    words
        How a line says it.
    kinds
        Attribute values, in lower case, of which an item in that mood has one.
    never
        Those that it has none of.
    """

    words: re.Pattern[str]
    kinds: frozenset[str]
    never: frozenset[str] = frozenset()


def _mood(words: str, chinese: str, kinds: str, never: str = "") -> Mood:
    pattern = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])|(?:{chinese})(?:一?[点些]儿?)?的?", re.I)
    return Mood(pattern, frozenset(kinds.split()), frozenset(never.split()))


MOODS = (
    _mood(
        r"cheer\w* (?:me|us|him|her|them)(?: both| all)? up|upbeat|feel[- ]?good|feeling (?:down|low|blue)|uplifting|heart-?warming|comforting|"
        r"(?:(?:i|we)(?:'m| am| feel|'re| are)|feeling) (?:so |really |very |a bit |a little |pretty |kinda )*(?:sad|down|low|blue|depressed|lonely|stressed(?: out)?)"
        r"(?: (?:today|tonight|now|lately))?",
        "治愈|温馨|温暖|暖心|心里?暖(?:暖|洋洋|乎乎)?|暖暖|走心|有爱|解压|减压|心情(?:不|很)?(?:好|差|糟)|难过|失恋了?|不开心|压力(?:很|好)?大|开心",
        "comedy children's animation musical 喜剧 动画 儿童", "horror war crime thriller film-noir 恐怖 战争 犯罪 惊悚",
    ),
    _mood(
        r"(?:switch|turn)(?:ing)? (?:my|our|the) brains? off|switch(?:ing)? off|(?:un|de-?)wind|wind down|mindless|brainless|zone out|(?:not|nothing|don't|without)[^,.;]{0,40}(?:concentrat(?:e|ing)|think(?:ing)?(?: (?:too )?(?:much|hard))?(?= on| to|[\s.,!]*$)|pay(?:ing)? (?:much )?attention)(?: on| to)?|light-?hearted|easy-?going|easy to watch|undemanding|relax(?:ing|ed)|cos[yi]e?|cozy|chilled?|light(?! (?:on|of|up|year))|lighter",
        "轻松|放松|下饭|不费脑|不动脑|不用动脑", "comedy romance children's animation musical 喜剧 爱情 动画",
        "horror war thriller crime film-noir 恐怖 战争 惊悚 犯罪",
    ),
    _mood(
        r"quiet(?:er)?|calm(?:ing|er)?|peaceful|meditative|contemplative|slow-?paced", "安静|平静|宁静|舒缓|慢节奏|文静",
        "drama romance documentary 剧情 爱情 纪录", "action horror thriller war crime adventure 动作 恐怖 惊悚 战争 犯罪",
    ),
    _mood(
        r"funnier|make (?:me|us|her|him) laugh",
        "搞笑|好笑|幽默|逗乐|爆笑|笑点", "comedy 喜剧 幽默",
    ),
    _mood(r"scary|scarier|creepy|spooky|frightening|terrifying", "吓人|可怕|惊悚", "horror thriller 恐怖 惊悚"),
    _mood(
        r"thrilling|exciting|gripping|suspense(?:ful)?|tense|fast-?paced|edge of (?:my|the|your|our) seats?|adrenaline",
        "刺激|紧张|热血|过瘾|快节奏", "action thriller adventure 动作 惊悚 冒险",
    ),
    _mood(
        r"tear-?jerkers?|moving|touching|emotional|(?:a )?good cry|make (?:me|us) cry|sad",
        "感人|感动|催泪|想哭|虐心|哭得(?:稀里哗啦|不行|很惨)?|大哭(?:一场)?|泪崩|泪目", "drama romance 剧情 爱情", "comedy horror 喜剧 恐怖",
    ),
    _mood(r"dark(?:er)?|bleak(?:er)?|gritt(?:y|ier)", "黑暗|阴暗|压抑|沉重", "film-noir crime thriller drama 犯罪 惊悚 剧情"),
    _mood(r"(?:a )?date (?:night|nite|movie|film)|romantic", "浪漫|约会", "romance 爱情 浪漫"),
    _mood(r"mind[- ]?bending|mind[- ]?blowing|plot twists?|twisty|clever|smart|intelligent|cerebral|brainy|thought[- ]?provoking", "烧脑|反转|悬念", "mystery sci-fi thriller film-noir 悬疑 科幻 惊悚"),
)  # fmt: skip
"""What people call moods, the more particular first."""
MIN_IN_MOOD = 5
"""Items that must be left for a mood to count: fewer, and the kind is hardly what is meant."""
_NEGATED = re.compile(
    r"(?:\b(?:no|not|nothing|without|never|less|isn't|don't|too)\b|不|别|没|太)\W*(?:\w+\s)?(?:too |so |very |太|那么|要)?$",
    re.I,
)
_COMPARED = re.compile(
    r"\b(?:(?P<y>funn|scar|sill|happ|gentl(?=ier)|cheer|quirk|creep|cos|comf|warm(?=ier)|wei(?=ier))ier|"
    r"(?P<stem>light|dark|soft|smart|mild|warm|bright|calm|slow|fast|deep|sweet|weird|clever|gentl|wild|quiet|"
    r"strong|thick|loud|rich|"
    r"loos|tight|plain|cool)e?r)\b(?! than (?!(?:that|this|it|these|those|them)\b))(?: than (?:that|this|it|"
    r"these|those|them)\b)?",
    re.I,
)
"""Comparatives, of which an encoder and a catalogue know the plain word better."""
_BEFORE_QUERY = re.compile(
    r"^(?:i'm|i am|we're|we are) (?:really |just |so )?(?:in the mood for|looking for|searching for|after|"
    r"up for|craving)\s+",
    re.I,
)
"""What stands before what is wanted, and would be ranked by ("I'm Not Rappaport")."""


_A_TOUCH = re.compile(
    r"\b(?:(?:just )?a (?:touch|tad|shade|hint|smidge|smidgen|wee bit|little bit|fraction|notch)|slightly|somewhat|ever so slightly) (?=\w+er\b|more\b|less\b|too\b)",
    re.I,
)
"""How little of a comparison is meant."""


def plain_degree(query: str) -> str:
    """Write comparatives of a query as the plain word, without what stands before what is wanted.

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str

    Examples
    --------
    >>> plain_degree("something funnier and softer")
    'something funny and soft'
    """
    query = _BEFORE_QUERY.sub("", query)
    return _COMPARED.sub(lambda match: f"{match['y']}y" if match["y"] else match["stem"], query)


_AROUND_QUERY = (
    re.compile(
        r"^not (?:those|these|them)(?: two| three| ones?)?(?: obviously| of course| please| though)*[.,;! ]+", re.I
    ),
    re.compile(r"^(?:splendid|excellent|wonderful|marvellous|brilliant|lovely|perfect)[,.! ]+(?=\w)", re.I),
    re.compile(r"(?:^|[,;]\s*)(?:it )?doesn't matter(?=\s*(?:[,.;]|$))", re.I),
    re.compile(
        r"^not (?:that|this|those|these)(?: kinda| kind of| sort of| type of)? (?:stuff|things?|ones?|films?)$", re.I
    ),
    re.compile(
        r"\b(?:but |no,? )?that(?:'s| is| was)? ?(?:not|n't) what i (?:meant|asked(?: for)?|said|want(?:ed)?)\b|"
        r"\b(?:as )?i (?:already )?(?:said|told you)\b|(?:\b(?:and|but|or) )?\bnothing$",
        re.I,
    ),
    re.compile(
        r"^(?:(?:hi|hiya|hello|hey|yo|(?:good )?(?:evening|morning|afternoon)|there|everyone|ok|okay|well|so|and|"
        r"but|then|now|right|yes|yeah|fine|"
        r"great|cool|thanks|also|maybe|perhaps|please|instead|rather|just|only)\b[,.!:; ]+)+",
        re.I,
    ),
    re.compile(
        r"^(?:(?:i|we)(?:'m|'re| am| are)? (?:just )?(?:looking|searching|hunting|hoping) for|(?:i|we)(?:'d|"
        r" would)?(?: really| just| quite)? "
        r"(?:like|love|want|need|fancy|feel like|could do with|am after)(?: (?:to (?:see|watch|find|get|read|buy|"
        r"have)|watching|seeing))?|looking for|"
        r"(?:(?:can|could|would|will) (?:you|we|i) )?(?:please )?(?:give|show|find|recommend|suggest|get|pick|"
        r"tell|see|have)(?: (?:me|us))?|"
        r"(?:do )?(?:you |have you |have )(?:have |got )?|have you got|got|is there|are there|(?:what|how) about|"
        r"what else|"
        r"(?:let'?s )?make (?:it|that|them)|let'?s (?:see|watch|try|have|go for)|(?:recommend|suggest)\b)\s+(?=(?:a|an|the|some|any|anything|"
        r"something|more|one|ones|films?|movies?|"
        r"books?|\w+ (?:films?|movies?|ones?|books?)|\w+y)\b)",
        re.I,
    ),
    re.compile(
        r"^(?:anything|something|(?:some|any|a|an|the)? ?(?:films?|movies?|one|ones)) (?=(?:with|about|set|"
        r"involving|featuring|where|for)\b)",
        re.I,
    ),
    re.compile(r"^(?:(?:can|could|would|will) (?:you|we|i)|(?:please )?only|just)$", re.I),
    re.compile(
        r"(?:^|[,;. ]+)(?:(?:and|but|because|as|since|'?cause) )?(?:(?:i|we)(?:'m|'re|m| am| are| feel| was)|feeling)"
        r"(?: (?:so|really|very|just|a bit|a little|pretty|quite|too|kinda|totally|all|feeling|dead))*"
        r" (?:tired|exhausted|sleepy|bored|knackered|shattered|ill|sick|busy|free|(?:at )?home|alone|hung ?over|hungry|"
        r"off (?:work|today)|worn out)(?: (?:tonight|today|now|(?:of|from|after) \w+))?(?=[\s,.!?;]*$|[,.;!?])",
        re.I,
    ),
    re.compile(r"^(?:with|about|involving|featuring) (?!a |an |the )", re.I),
    re.compile(
        r"[, ]+(?:please|pls|then|instead|again|though|tho|thanks|thank you|cheers|if possible|if you (?:can|"
        r"have any)|in (?:it|them)|"
        r"for (?:me|us|tonight|today|this evening|the weekend|tomorrow)|tonight|today|this (?:evening|afternoon|"
        r"weekend)|tomorrow|"
        r"for (?:my|our|the) (?:family|mum|mom|mother|dad|father|wife|husband|girlfriend|boyfriend|partner|gran|"
        r"grandma|friends?|parents))"
        r"(?=[\s,.!?;]*$|[,.;!?])",
        re.I,
    ),
    re.compile(
        r"(?:,? (?:and|but|or|she|he|they|who)(?:'s|'re| is| are)?|[, ]+(?:she|he|they) (?:likes?|loves?|wants?))\s*$",
        re.I,
    ),
)
"""What stands around the words of a wish."""


def bare_query(query: str) -> str:
    """Take out of a query what only asks: by the words of a request a film would be ranked, too ("Tonight", "Give Me").

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str

    Examples
    --------
    >>> bare_query("have you got anything with dinosaurs in it"), bare_query("a heist tonight please")
    ('dinosaurs', 'a heist')
    """
    for _ in range(2):
        for pattern in _AROUND_QUERY:
            query = pattern.sub("", query.strip(" ,.;!?")).strip()
    return re.sub(r"^(?:a|an|the)\s*,\s*", "", query).strip(" ,.;!?")


def moods(query: str, stated: Collection[str], catalog: Catalog) -> tuple[str, str, tuple[str, ...]]:
    """Read the moods of a query as conditions on the kinds of items that a catalogue has.

    Parameters
    ----------
    query
        What is left of a line.
    stated
        Values that the line asks for, or rules out.
    catalog
        Whose kinds are read.

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
    >>> genres = ("Comedy", "Drama", "Horror")
    >>> films = Catalog("films", tuple(Item(g, g, "", {"genres": (g,)}) for g in genres), {})
    >>> moods("something quiet with dogs", (), films)
    ('something with dogs', 'quiet', ('genres=Drama', 'genres!=Horror'))
    """
    kinds: dict[str, dict[str, str]] = {}
    for facet in derived(catalog, value_facets):
        if is_kind(facet.name):
            kinds.setdefault(facet.name, {})[facet.value.casefold()] = facet.value
    held, lexicon = {value.casefold() for value in stated}, Lexicon.of(catalog)
    said: list[str] = []
    wanted: list[frozenset[str]] = []
    query = _A_TOUCH.sub("", query)
    never: set[str] = set()
    for mood in MOODS:
        found = mood.words.search(query)
        if (
            not found
            or _NEGATED.search(query[: found.start()])
            or _of_something(query[found.end() :], lexicon)
            or not any(mood.kinds & set(own) for own in kinds.values())
        ):
            continue
        said.append(found[0].strip())
        query = f"{query[: found.start()]} {query[found.end() :]}"
        wanted += [] if mood.kinds & held else [mood.kinds]
        never |= mood.never
    never -= held.union(*wanted)
    conditions: dict[str, None] = {}
    for operator, values in (*(("=", each) for each in wanted), *((("!=", never),) if never else ())):
        name = max(kinds, key=lambda name: len(values & set(kinds[name])))
        if own := tuple(sorted(kinds[name][value] for value in values & set(kinds[name]))):
            conditions[written(name, operator, own)] = None
    return " ".join(query.split()), ", ".join(said), tuple(conditions)


def _of_something(rest: str, lexicon: Lexicon) -> bool:
    """Whether a mood is that of what follows ("a quiet island"), and not of what is wanted."""
    word = re.match(r"\s+([a-z'-]+)", rest, re.I)
    if word is None or word[1].casefold() in _FILLERS or word[1].casefold() in ("enough", "comedy", "love", "family"):
        return False
    return not any(mention.start <= word.start(1) for mention in lexicon.mentions(rest))


_FILLERS = frozenset(
    re.findall(
        r"[\w']+",
        "i i'm i'd i'll i've me my we we're us our you your he he's she she's they they're it it's that's there there's his "
        "her their him them need needs needed want wants wanted would could can may might should must with for to of at on "
        "in and or but so gf bf girlfriend boyfriend wife husband partner mum mom mother dad father son daughter friend "
        "friends parents brother sister nephew niece uncle aunt colleague boss roommate gran grandma grandpa who is are be "
        "monday tuesday wednesday thursday friday saturday sunday weekend evening night tonight today tomorrow afternoon "
        "morning june july later now then likes like loves love loved liked prefers prefer enjoys ideally preferably "
        "hopefully maybe perhaps possibly actually basically obviously definitely changed mind bit little kind sort type "
        "bored both all us everybody ever similar same others other back also too put add get go going present gift something anything some any a an "
        "the one ones film films movie movies stuff thing things please thanks ok okay yes no well hmm oh just only really "
        "very quite if possible looking search searching find show give recommend suggest watch watching see seen "
        "what which how about else again instead rather than as does do did have has had got been was were will let's let "
        "think reckon guess meant mean everyone everybody mix completely totally entirely different whatever ugh normally usually typically cool swap "
        "more else this that these those here really still even much many lot lots fine good nice great best put up",
    )
)
"""Words that tell no item from another, at the edges of what is wanted."""


def without_fillers(query: str) -> str:
    """Take the words that tell no item from another from the edges of each part of a query.

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str
        A query in Chinese as it is.

    Examples
    --------
    >>> without_fillers("need a film for saturday with my gf, she likes dinosaurs")
    'dinosaurs'
    """
    if re.search("[\u3400-\u9fff]", query):
        return query
    parts = []
    for part in re.split(r"[,;.!?]+", query):
        words = part.split()
        article: list[str] = []
        while words and words[0].casefold().strip("'") in _FILLERS:
            first = words.pop(0)
            article = [first] if first in ("a", "an", "the") else []
        while words and words[-1].casefold().strip("'") in _FILLERS:
            words.pop()
        parts += [" ".join((*article, *words))] if words else []
    return ", ".join(parts)
