"""Whom a list is for, and the kinds of items by which a catalogue tells what suits them.

Hardly a catalogue has age ratings. What it has are kinds: a genre for children, a section for boys, kinds that are
violent or scary more often than not. A list for a child keeps to the one and leaves out the other, and says so.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.chat.nlu.lexicon import value_facets
from llmrec.retrieval.filters import parse_where, read_clauses, written

CHILD, TEENAGER, GROWN = 12, 15, 16
"""Ages up to which films are to be ones for children, up to which clothes are, and from which a person is none."""
_CHILD = (
    r"(?:kids?|child(?:ren)?|toddlers?|bab(?:y|ies)|little ones?|youngsters?|grandkids|grandchild(?:ren)?|"
    r"pre-?schoolers?)"
)
_RELATIVE = r"(?:son|daughter|nephew|niece|grandson|granddaughter|brother|sister|cousin|boy|girl|godson|goddaughter)s?"
_WHOSE = r"(?:(?:my|our|the|a|an|his|her|some|two|three|four|small|young|younger|little|youngest|smaller) ){0,4}"
_AGES = r"(?P<{0}>\d{{1,2}})(?:,? (?:and|&|or) \d{{1,2}})*"
_YEARS_OLD = re.compile(
    r"(?:\b(?:a|an|my|our|for) )?\b(?P<age>\d{1,2})[- ]?years?(?:[- ]olds?\b| of age\b)|\baged? (?P<aged>\d{1,2})\b",
    re.I,
)
_IS = (
    r"(?:,? (?:who |and |he |she |they )?(?:is|are|turns|(?:just )?turned|'s|'re)|'s|'re|,? (?:he|she|they)(?:'s|'re| is|"
    r" are)) (?:only |just |about |almost |nearly |"
    r"turning ){0,2}"
)
_FOR_CHILDREN = re.compile(
    rf"\b(?:for|with(?! (?:(?:my|our|the|a|an|his|her|small|young|little|new) )*(?:bab(?:y|ies)|toddlers?|newborns?)\b)|suit(?:s|able for)?|ok(?:ay)? for|fine for|appropriate for|safe for|"
    rf"entertain) {_WHOSE}(?:{_CHILD}|{_RELATIVE})\b"
    rf"(?:{_IS}{_AGES.format('a')})?|"
    rf"\b(?:my|our|the) (?:two |three |little |young |youngest ){{0,2}}(?:{_CHILD}|"
    rf"{_RELATIVE})(?:{_IS}{_AGES.format('b')}|(?= (?:want|need|get|will|can|are|is|"
    r"would|both)\b|,))|\b(?:she|he|they|i)(?:'s|'re|'m| am| is| are) (?:only |just )?(?P<c>\d{1,2})(?![\w%$€£]|[.:]\d|"
    r" (?:minutes|films|movies))|"
    r"\bfamily (?:film|movie|night|viewing|friendly)\b|\b(?:the|our) whole family\b|\bchild[- ]friendly\b|"
    r"\bkid[- ]friendly\b",
    re.I,
)
_ADULTS = re.compile(
    r"\b(?:for|just|only|we'?re all|we are all) (?:us )?(?:the )?(?:grown[- ]?ups?|adults?)(?: only)?\b|"
    r"\bno kids (?:tonight|here|around|now|today)\b|"
    r"\b(?:kids|children|little ones) are (?:finally |both |all |already |now )*(?:in bed|asleep|away|out|gone)\b|大人看|成年?人看|给大人|成人看|"
    r"(?<=\bsomething )(?:more |a bit more )?(?:grown[- ]?up|adult)\b|"
    r"\b(?:grown[- ]?up|adult)(?= (?:films?|movies?|comed(?:y|ies)|dramas?|stuff|things?|ones?|humou?r)\b)|"
    r"\b(?:not|isn't|ain't|n't) (?:meant |looking |anything )?for (?:an?|any|my|the)? ?(?:kids?|child(?:ren)?|toddlers?|bab(?:y|ies))\b|"
    r"\b(?:i'?m|i am|we'?re|we are) (?:not (?:an? |some )?(?:kids?|child(?:ren)?|toddlers?)|no (?:kids?|child(?:ren)?)|(?:an )?(?:adults?|grown[- ]?ups?|grown (?:wo)?m[ae]n))\b|"
    r"我(?:们)?又?(?:可)?(?:不是|不小)(?:什么)?(?:小孩子?|孩子|儿童|小朋友)了?|不是给(?:小孩子?|孩子|儿童)看",
    re.I,
)
_NO_CHILDREN = re.compile(
    rf"\b(?:no|not|nor|without|isn't|aren't|never|nothing)(?: (?:a|an|any|the|for|with|my|our|another|more|of|those|these|suitable|just|only|little|small|young))* "
    rf"(?:{_CHILD}(?:'s)?|family)\b|\b(?:were|was|used to be) for (?:my|our|the) (?:{_CHILD}|{_RELATIVE})\b|"
    rf"\b(?:no|not|nothing|without)\b[^,.;!?]{{0,30}}\b(?:or|and|nor)(?: (?:stuff|things|films|movies|anything|ones?))?(?: (?:that'?s|that are|made|meant))? for (?:little |small )?{_CHILD}\b|"
    r"(?:不要|不是|别)(?:给)?(?:孩子|小孩|儿童)|"
    r"(?:不要|不想看?|不看|别|除了|讨厌|不喜欢|去掉|没有)[^,\u3002!?;\s]{1,8}?(?:[和、或跟与及]|还有|也不要)(?:孩子|小孩子?|儿童)(?:看的)?(?:片|电影|剧|的|类)|"
    r"(?:孩子|小孩|儿童)[^,\u3002!?;\s]{0,6}(?:不要|不看|不行|去掉|除外|免了|算了)[了的吧啊]*(?=[,\u3002!?;\s]|$)",
    re.I,
)
"""What says that no child is watching, or that what is for children is not wanted."""
_CHINESE = re.compile(
    r"(?P<age>\d{1,2}|[一二三四五六七八九十])(?:岁|歲)|孩子|小孩|儿童|小朋友|宝宝|娃|"
    r"(?:适合)?(?:全家|一家人|一家老小|一家[三四五]口|阖家)(?:人|都|一起|观看|能|可以|看)*|老少皆宜|合家欢"
)
_CHINESE_DIGITS = {word: n for n, word in enumerate("一二三四五六七八九十", 1)}
_ABOUT = re.compile(r"(?:关于|讲|有)(?:一个)?(?:孩子|小孩|儿童)(?:的)?(?:故事|电影|书)")
_BOY = re.compile(r"\b(?:son|nephew|grandson|brother|boy|he|his|him|godson)s?\b|男孩|儿子|侄子|他", re.I)
_GIRL = re.compile(r"\b(?:daughter|niece|granddaughter|sister|girl|she|her|goddaughter)s?\b|女孩|女儿|侄女|她", re.I)
_OF_CHILDREN = re.compile(
    r"\b(?:child(?:ren)?|kids?|bab(?:y|ies)|toddlers?|boys?|girls?|infants?|family)\b|儿童|童|婴|亲子", re.I
)
"""Values of attributes that mark items for children."""
_OF_BOYS, _OF_GIRLS = (re.compile(pattern, re.I) for pattern in (r"\bboys?\b|男童|男孩", r"\bgirls?\b|女童|女孩"))

_UNSUITED = frozenset(
    [
        "horror",
        "thriller",
        "crime",
        "war",
        "film-noir",
        "adult",
        "erotic",
        "mystery",
        "恐怖",
        "惊悚",
        "犯罪",
        "战争",
        "成人",
    ]
)
_UNSUITED_TEENAGERS = frozenset(["horror", "adult", "erotic", "恐怖", "成人"])
FOR_BABIES = (
    r"(?:bab(?:y|ies)(?:'s|s')?|toddlers?|little kids?) (?:stuff|movies?|films?|things?|shows?|cartoons?)\b|"
    r"(?:made |meant |just |only |stuff |something |films |movies )?for (?:the )?(?:bab(?:y|ies)|toddlers|little (?:kids|ones|children))\b"
)
"""What is for small children alone."""
_VIOLENT = frozenset(
    ["action", "crime", "horror", "thriller", "war", "western", "动作", "犯罪", "恐怖", "惊悚", "战争", "西部"]
)
_HINTS: Mapping[str, tuple[re.Pattern[str], frozenset[str]]] = {
    key: (re.compile(pattern, re.I), values)
    for key, pattern, values in (
        ("violence", r"violen|brutal|shoot|fight|killing|murder|暴力|打斗|打杀|杀人", _VIOLENT),
        (
            "childishness",
            r"childish|babyish|juvenile|kiddie|\b(?:baby|kids?|kid'?s|little kid) (?:movies?|films?|stuff|things?)|幼稚|低龄|小儿科",
            frozenset(["children's", "animation", "儿童", "动画"]),
        ),
        ("blood", r"blood|gor[ey]|splatter|gruesome|grisly|血", _VIOLENT - {"western", "西部"}),
        ("deaths", r"\b(?:die|dies|dying|deaths?|dead|killed)\b|死", _VIOLENT),
        ("guns", r"\bguns?\b|weapon|firearm|枪", _VIOLENT - {"horror", "thriller", "恐怖", "惊悚"}),
        ("singing", r"\bsing(?:s|ing|ers?)?\b|\bshow ?tunes?\b|唱歌", frozenset(["musical", "音乐剧", "歌舞"])),
        (
            "frightening scenes",
            r"scar(?:y|e)|frighten|creepy|nightmare|spooky|吓人|可怕|吓",
            frozenset(["horror", "thriller", "恐怖", "惊悚"]),
        ),
    )
}
"""What is ruled out -> how it is named, and kinds of items, in lower case, that have it more often than not."""
_WANTED_KINDS = tuple(
    (re.compile(pattern, re.I), frozenset(values.split()))
    for pattern, values in (
        (r"scar(?:y|ed)|horror|frighten|creepy|spooky|terrif|吓人|恐怖|可怕", "horror thriller mystery 恐怖 惊悚 悬疑"),
        (r"thrill|suspense|tense|gripping|惊悚|悬疑|紧张", "thriller crime mystery 惊悚 悬疑 犯罪"),
        (r"\baction|动作", "action 动作"),
        (r"\bwar\b|战争|打仗", "war 战争"),
        (r"\bcrime|gangster|mafia|heist|detective|murder mystery|犯罪|破案|侦探|黑帮", "crime mystery 犯罪 悬疑"),
        (r"western|cowboy|西部", "western 西部"),
    )
)
"""Words of a wish -> kinds of items that it is for, whatever goes with them."""
_MARKS = " ,.;!?\uff0c\u3002\u7684"
_HARSH = frozenset(["horror", "war", "恐怖", "战争"])
_NEGATED = re.compile(
    r"(?:\b(?:no|not|nothing|without|non|isn't|don't (?:want|like)|avoid|hates?|less|minus|skip|can't stand)\b|"
    r"不要|别|不想看?|(?<!有)没有|不能|不(?=太?(?:血腥|暴力|吓人|可怕|恐怖)))"
    r"(?P<soft>[^,.;!?,。]{0,24}\b(?:too|so|very|overly|that)\b|[^,.;!?,。]{0,24}太)?[^,.;!?,。]{0,24}?"
    r"(?P<what>violen\w*|gor[ey]\b|bloody?\b|gruesome|grisly|brutal\w*|scar(?:y|es?)\b|frightening|creepy|spooky|childish\w*|babyish|juvenile|kiddie\w*|"
    rf"{FOR_BABIES}|暴力|血腥|幼稚|低龄|小儿科|"
    r"打打杀杀|打斗|吓人|可怕)",
    re.I,
)
_SCARED = re.compile(
    r"\b(?:gets?|has|have|having|give[sn]?) (?:him |her |them )?(?:bad )?nightmares?\b|"
    r"\bscares? (?:so )?easily\b|\b(?:easily|gets?) (?:scared|frightened)\b|胆小|怕黑|做噩梦",
    re.I,
)


_AGES_TOLD = re.compile(
    rf"\b(?:i|he|she|they|we|you|who|mum|mom|dad|mother|father|gran(?:ny|dma|dpa)?|wife|husband|{_CHILD}|{_RELATIVE})"
    r"(?:(?:'m|'s|'re| am| is| are| was| just turned| turned| turns| turning)(?: (?:only|just|about|almost|nearly|"
    r"turning|not yet|both|now))*|,) \d{1,2}(?:,? (?:and|&|or) \d{1,2})*(?![\w%$€£]|[.:]\d| ?(?:minutes|mins|hours|films|movies))|"
    r"\b(?:aged?|ages) \d{1,2}(?:,? (?:and|&|or) \d{1,2})*|\b\d{1,2}(?:,? (?:and|&|or) \d{1,2})?[- ](?:years?[- ]olds?|months?[- ]olds?)\b|"
    r"\d{1,2}(?:岁|歲)",
    re.I,
)


_NO_DEATHS = re.compile(
    r"(?:\b(?:where |in which )?(?:nobody|no[- ]one)(?: (?:ever|really))? (?:dies?(?! hard)|gets? (?:killed|hurt|murdered)|is killed)|"
    r"\b(?:(?:i|we)(?:'d| would) rather not|(?:i|we) (?:do not|don't) (?:want|like|need) to|can't (?:bear|stand) to|not|without|no|never)\b(?: (?:to|want|see|watch|have|seeing|watching|be))*"
    r"(?: (?:any(?:one|body)|people|someone|somebody|characters?|animals|dogs?|kids))? (?:die|dies|dying|deaths|getting killed|get killed|being killed)\b(?! hard)|"
    r"(?:我)?(?:不要|别|不想看?到?|没有?|不希望|不能)[^,\u3002]{0,6}死(?:人|掉|去)?(?:的)?)",
    re.I,
)
"""That nobody is to die."""


def without_qualities(query: str) -> str:
    """Cut out of a query what it does not want to be shown and kinds of items hint at: deaths, nightmares.

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str

    Examples
    --------
    >>> without_qualities("a comedy, I'd rather not see anyone die")
    'a comedy'
    """
    left = _SCARED.sub(" ", _NO_DEATHS.sub(" ", query))
    return (
        query
        if left == query
        else re.sub(r"(?:[,;]| (?:where|and|but|so))\s*$", "", " ".join(left.split())).strip(" ,;")
    )


def without_ages(line: str) -> str:
    """Blank the ages of persons in a line, which are no places in a list.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str
        As long as the line.

    Examples
    --------
    >>> without_ages("is 2 ok for her? my son is 4").rstrip()
    'is 2 ok for her? my son is'
    """
    return _AGES_TOLD.sub(lambda match: re.sub(r"\d", " ", match[0]), line)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a list is for.

    Parameters
    ----------
    kind
        A "child", or "adults" alone.
    age
        Years of the youngest; None where it is not told.
    sex
        "boy", "girl" or "" where it is not told.
    rest
        The line without the words that tell it.
    """

    kind: Literal["child", "adults"]
    age: int | None
    sex: Literal["boy", "girl", ""]
    rest: str


def audience_of(line: str) -> Audience | None:
    """Read whom a line wants a list for, where that is children, or adults alone after them.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    Audience or None
        None where it does not tell, or where they are no children any more.

    Examples
    --------
    >>> audience_of("a film for my daughter, she's 6, with songs")
    Audience(kind='child', age=6, sex='girl', rest='a film, with songs')
    >>> audience_of("a film about kids"), audience_of("my son is 25")
    (None, None)
    """
    if _ADULTS.search(line) and not re.search(r"\bteen", line, re.I):
        return Audience("adults", None, "", _tidy(_ADULTS.sub(" ", line)))
    if _NO_CHILDREN.search(line):
        return None
    matches = [*_YEARS_OLD.finditer(line), *_FOR_CHILDREN.finditer(line)]
    if not _ABOUT.search(line):
        matches += _CHINESE.finditer(line)
    if not matches:
        return None
    told = [each for match in matches for each in match.groupdict().values() if each]
    told += re.findall(r"(?:and|&|or|,) (\d{1,2})(?![\w%$€£])", " ".join(match[0] for match in matches))
    ages = [_CHINESE_DIGITS.get(each) or int(each) for each in told]
    words = " ".join(match[0] for match in matches)
    if (ages and min(ages) >= GROWN) or (
        not ages and not re.search(rf"{_CHILD}\b|family|friendly|孩|童|小朋友|宝宝|娃|家|老少", words, re.I)
    ):
        return None
    rest = line
    for start, end in sorted((match.span() for match in matches), reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    sex = "" if bool(_BOY.search(line)) == bool(_GIRL.search(line)) else "boy" if _BOY.search(line) else "girl"
    return Audience("child", min(ages) if ages else None, sex, _tidy(rest))  # type: ignore[arg-type]


def suiting(audience: Audience, catalog: Catalog) -> tuple[str, ...]:
    """Find the conditions by which a catalogue tells what suits somebody.

    Parameters
    ----------
    audience
        Whom a list is for.
    catalog
        The items.

    Returns
    -------
    tuple of str
        Each as `llmrec.retrieval.filters.parse_where` reads it; none where the catalogue does not tell.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> genres = ("Children's", "Comedy", "Horror")
    >>> films = Catalog("films", tuple(Item(g, g, "", {"genres": (g,)}) for g in genres), {})
    >>> suiting(audience_of("for a 7 year old"), films)
    ("genres=Children's", 'genres!=Horror')
    >>> suiting(audience_of("something for grown-ups"), films)
    ("genres!=Children's",)
    """
    values = derived(catalog, _values)
    marked = [(name, value) for name, value in values if _OF_CHILDREN.search(value)]
    if audience.kind == "adults":
        return _conditions(marked, "!=")
    age = audience.age if audience.age is not None else 0
    unsuited = _UNSUITED_TEENAGERS if age > CHILD - 1 else _UNSUITED
    ruled_out = [(name, value) for name, value in values if value.casefold() in unsuited]
    if age > (CHILD - 1 if ruled_out else TEENAGER):
        marked = []
    if audience.sex:
        other = _OF_GIRLS if audience.sex == "boy" else _OF_BOYS
        marked = [pair for pair in marked if not other.search(pair[1])] or marked
    return (*_conditions(marked, "="), *_conditions(ruled_out, "!="))


def suits_children(condition: str) -> bool:
    """Tell whether a condition is one of those that `suiting` finds for a child.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    bool
    """
    clauses = read_clauses(condition)
    return all(
        all(_OF_CHILDREN.search(value) for value in each.values)
        if each.operator == "="
        else each.operator == "!=" and _UNSUITED.issuperset(value.casefold() for value in each.values)
        for each in clauses
    )


def unwanted_qualities(line: str) -> tuple[str, ...]:
    """Find what a line does not want to be shown, where kinds of items hint at it.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    tuple of str
        Such as "violence"; "too much violence" where a little of it is fine.

    Examples
    --------
    >>> unwanted_qualities("gripping but not too violent"), unwanted_qualities("no gore"), unwanted_qualities("violent")
    (('too much violence',), ('blood',), ())
    """
    found = []
    for match in _NEGATED.finditer(line):
        babies = "childishness" if re.fullmatch(FOR_BABIES, match["what"], re.I) else ""
        key = next((key for key, (pattern, _) in _HINTS.items() if pattern.search(match["what"])), babies)
        found += [f"too much {key}" if match["soft"] and key == "violence" else key] if key else []
    found += ["deaths"] if _NO_DEATHS.search(line) else []
    return tuple(dict.fromkeys((*found, *(["frightening scenes"] if _SCARED.search(line) else []))))


def hinting(refused: Sequence[str], catalog: Catalog, query: str = "") -> tuple[tuple[str, str], ...]:
    """Find the attribute values that hint at what is ruled out.

    Parameters
    ----------
    refused
        What is ruled out in words ("guns").
    catalog
        The items.
    query
        What is wanted, in words: what it asks for ("scary") is not left out for what goes with it ("gore").

    Returns
    -------
    tuple of tuple of str
        Name of the attribute, and value.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Patton", "", {"genres": ("War",)}), Item("2", "Big")), {})
    >>> hinting(("guns",), films)
    (('genres', 'War'),)
    """
    kinds: set[str] = set()
    for what in refused:
        for key, (pattern, values) in _HINTS.items():
            if what == key or pattern.search(what):
                kinds |= _HARSH if what.startswith("too much") else values
    for word, values in _WANTED_KINDS:
        if word.search(query):
            kinds -= values
    return tuple(pair for pair in derived(catalog, _values) if pair[1].casefold() in kinds)


def hints_at(what: str, line: str) -> bool:
    """Tell whether a line names what is ruled out by kinds of items.

    Parameters
    ----------
    what
        As `unwanted_qualities` gives it.
    line
        What a person wrote.

    Returns
    -------
    bool

    Examples
    --------
    >>> hints_at("blood", "gore is fine"), hints_at("hospitals", "gore is fine")
    (True, False)
    """
    pattern = _HINTS.get(what.removeprefix("too much "), (None,))[0]
    return pattern is not None and pattern.search(line) is not None


def of_kinds(pairs: Collection[tuple[str, str]], catalog: Catalog) -> tuple[str, ...]:
    """List the items that have one of some attribute values.

    Parameters
    ----------
    pairs
        Names of attributes, and values.
    catalog
        The items.

    Returns
    -------
    tuple of str
        Ids.
    """
    found: dict[str, None] = {}
    for name in sorted({name for name, _ in pairs}):
        condition = written(name, "=", tuple(sorted(value for each, value in pairs if each == name)))
        found.update(
            (catalog.items[row].id, None) for row in parse_where(condition, catalog).mask(catalog).nonzero()[0]
        )
    return tuple(found)


def _conditions(pairs: Sequence[tuple[str, str]], operator: str) -> tuple[str, ...]:
    names = dict.fromkeys(name for name, _ in pairs)
    of_names = [(name, tuple(value for each, value in pairs if each == name)) for name in names]
    if operator == "=" and len(of_names) > 1:  # the attribute that marks the most: another says what an item is
        of_names = [max(of_names, key=lambda pair: len(pair[1]))]
    return tuple(written(name, operator, values) for name, values in of_names)


def _values(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Attribute values that people may name, without those of numbers."""
    return tuple(_each(catalog))


def _each(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for facet in derived(catalog, value_facets):
        yield facet.name, facet.value


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,.;!?])", r"\1", " ".join(text.split()))
    text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text).strip(_MARKS)
    return re.sub(r"\s+(?:for|with|then|so)$|^(?:so|actually|ok|and|for)\s+", "", text, flags=re.I).strip(" ,")
