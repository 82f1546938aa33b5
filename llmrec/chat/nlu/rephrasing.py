"""Ordinary ways to say what the rules read, written as they read it: "black is for funerals" rules black out.

Each expression is one habit of speech, whatever value, kind or title it is said of.
"""

import re

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import is_kind
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.lexicon import Lexicon, is_colour, value_facets
from llmrec.chat.nlu.suitability import audience_of

_CLAUSE = r"(?:(?<=^)|(?<=[,.;!?] )|(?<=\bbut )|(?<=\band ))"
_AGAINST = re.compile(
    _CLAUSE
    + r"(?P<what>[a-z][\w' -]{1,30}?) (?:is|are|looks?|feels?|seems?) (?:only |just |really |so |a bit |way |far |more )*"
    r"(?:for (?:funerals?|old (?:people|ladies|men)|grannies|kids|children|babies|teenagers|work|winter|summer|"
    r"others?|someone else|mourning|weddings|brides|the bride|the office|the gym)|"
    r"out|off the table|a no(?:[- ]go)?|boring|depressing|dull|ugly|awful|horrible|gloomy|not (?:for (?:me|us|"
    r"him|her|them)|my (?:thing|colou?r|style)))"
    r"(?=\s*(?:[,.;!]|$|\b(?:so|and|but)\b))",
    re.I,
)
"""What is said against a value: it is ruled out."""
_AFRAID = re.compile(
    r"(?:(?:one of )?(?:my|our|the|his|her) (?:[\w'-]+ )?[\w'-]+|he|she|they|i|we)(?:'s|'re|'m| is| are| am|"
    r" gets?) (?:(?:really|very|a bit|so|totally) )?"
    r"(?:scared|afraid|terrified|frightened) of (?P<what>[a-z]+(?: [a-z]+)?)(?=\s*(?:[,.;!]|$|\b(?:so|and|but)\b))",
    re.I,
)
"""What somebody is afraid of is not to be shown."""
_PLENTY = re.compile(
    r"(?:he|she|they|i|we|my \w+)(?:'s| has| have|'ve)?(?: already)?(?: got| own| owns)? (?:plenty|enough|"
    r"loads|lots|tons|too many)(?: of)? (?P<what>[a-z]+(?: [a-z]+)?)(?=\s*(?:[,.;!]|$|\balready\b|\bso\b))",
    re.I,
)
_FORGET = re.compile(
    _CLAUSE
    + r"(?:forget|enough with|no need for)(?: about)? (?:the |those |these )?(?P<what>[a-z]+s)(?=\s*(?:[,.;!]|$))",
    re.I,
)
"""What there is enough of."""
_BACK_TO = re.compile(
    r"(?:(?:can we |let'?s |please |could we )?(?:go|get|switch|come) |(?<=^)|(?<=[,.;!?] ))back to (?!the future)"
    r"(?:the |some |those )?(?P<what>[a-z][\w' -]*?)(?= ?(?:[,.;!?]|$|but\b|and\b))",
    re.I,
)
"""What is wanted in the place of what came last."""
_NO_SUCH = re.compile(
    _CLAUSE
    + r"(?!(?:something|anything|some|an?)\b)[^,.;!?]{2,60}?(?<!\bthat)(?<!\bwhich) (?:isn'?t|is not|is no|wasn'?t|was no)"
    r" (?:even |really |actually |exactly )?(?:an? )?(?P<what>[a-z][a-z -]*?)(?: (?:films?|movies?|ones?))?(?: at all)?"
    r"(?:[,.;!?]+\s*|$)",
    re.I,
)
"""A complaint that an item is none of a kind, which is wanted then."""
_NOT_EVEN = re.compile(
    _CLAUSE + r"[\"'\u2018\u2019]?[\w' -]{2,40}?[\"'\u2018\u2019]? (?:isn'?t|is not|is no|aren'?t|are not|are no)"
    r" (?:even |really |actually )*(?:an? )?(?:real |proper |actual )?(?:films?|movies?|products?|items?|books?|titles?)(?: at all)?(?:[,.;!?]+\s*|$)",
    re.I,
)
"""A complaint that something is no item at all, which no list has."""
_TONE = re.compile(
    _CLAUSE
    + r"(?:but )?(?P<what>[\w][\w' :-]*?) (?:is|was|has|had) (?:exactly |just |really |more )?(?:the |that |my |our |the right )"
    r"(?:right )?(?:tone|vibe|mood|feel|style|spirit|kind of thing|sort of thing)(?: (?:i|we)(?:'m|'re)? (?:want|need|after|like|looking for))?"
    r"(?=\s*(?:[,.;!]|$))",
    re.I,
)
"""A title whose like is wanted."""
_LIKE_BOTH = re.compile(
    r"(?:(?:something|anything|stuff|more|one|films?|movies?) )?(?:like|closer to|nearer to|in the vein of) "
    r"(?P<one>[\w][\w' :-]*?) (?:or|and) (?P<other>[\w][\w' :-]*?)(?=\s*(?:[,.;!]|$))",
    re.I,
)
"""Titles whose like is wanted: both are liked."""
_CLOSER = re.compile(_CLAUSE + r"(?:closer|nearer) to (?P<what>(?!home\b)[\w][\w' :-]*?)(?=\s*(?:[,.;!]|$))", re.I)
_NOT_INTO = re.compile(
    r"\b(?:(?:i|we)(?:'m|'re| am| are) )?not (?:really |that |so |too |much |very |exactly |quite )*"
    r"(?:into|in the mood for|in the mood to watch|a (?:big |huge )?fan of|keen on|feeling|fussed about|up for) (?P<what>(?!(?:it|that|this|them|those|these|\d|the \w+ one)\b)[\w' -]+?)"
    r"(?: (?:tonight|today|now|at the moment|right now|this time|stuff|things?))*(?=\s*(?:[,.;!]|$|\bbut\b))",
    re.I,
)
"""What is not wanted just now."""
_MORE_LIKE = re.compile(
    r"(?:(?<=^)|(?<=[.;,!?] ))(?:it's |that's |but )?more like (?P<what>(?!(?:it|that|this|them|those|these|the|number|\d)\b)[\w' -]+)",
    re.I,
)
"""What is wanted rather, and no title."""
_WITH_KIND = re.compile(r",? with (?P<what>an? [a-z-]+)(?=\s*(?:[,.;!?]|$))", re.I)
_DIFFERENCE = re.compile(
    r"\bwhat(?:'s|s| is| are)? (?:the )?dif+e?r?en?c?es?\b|\bdif+[er]+n?[ec]+e?\b(?= between)", re.I
)
_PAIR = re.compile(
    r"(?P<before>\b(?:difference|choose|decide|decision|choice|torn|toss[- ]up|compare|comparison|"
    r"pick)\b[^,.;!?]{0,12}) between (?:number |the )?(?P<a>\d) and (?:number |the )?(?P<b>\d)\b",
    re.I,
)
"""Places of the list, and no prices."""
_OLD_KIND = re.compile(
    r"\b(?P<lead>an? |some |the )?old (?P<more>(?:(?:black|and|white|hollywood|silent|classic|war|horror|detective|romantic|noir) )+)(?P<noun>films?|movies?|ones?|flicks?)\b",
    re.I,
)


_TIGHT = re.compile(
    r"\b(?:nothing|not|never|isn't|aren't|without being) (?:too |so |very )?(?:tight|tight-fitting|clingy)\b", re.I
)
_SHADES = re.compile(
    r"\b(?:in )?(?:an? |some )?(?P<shade>dark|light|pale|bright|vivid|cheerful|strong|pastel|neutral)(?:er)? (?:colou?r(?:ed|s)?|shades?|tones?|ones)\b",
    re.I,
)
_THAT_IS_NOT = re.compile(
    r"(?<=[a-z]) (?:that|which)(?: (?:isn't|aren't|is not|are not)|'s not|'re not) (?:too |so |very |really )?"
    r"(?P<what>[a-z]{3,})(?=\s*(?:[,.;!]|$))",
    re.I,
)
"""What something is not to be: "a comedy that isn't dumb"."""
_SCRAPS = re.compile(
    r"(?:(?<=^)|(?<=[.;,] ))(?:actually,? |ok(?:ay)?,? |no,? )?(?:scratch|forget(?: about)?|ditch|lose|scrap|never ?mind) the ",
    re.I,
)
"""What takes a condition back."""
_NOW = re.compile(r"(?:(?<=^)|(?<=[.;,] ))(?:and )?now (?!for\b|i\b|give\b|show\b)(?:some |the |a |an )?", re.I)


_OF_SHADE = {
    "dark": ("black", "dark blue", "dark grey", "dark green", "dark red", "dark brown"),
    "light": ("white", "off white", "light beige", "beige", "light grey", "light blue", "light pink"),
    "bright": ("yellow", "orange", "red", "pink", "green", "turquoise", "light green", "light orange", "light yellow"),
    "neutral": ("beige", "grey", "white", "off white", "light beige", "light grey", "black"),
}


def _colours(shade: str, catalog: Catalog) -> str:
    """The colours of a catalogue that are dark, or light, as a line names them."""
    shade = {"pale": "light", "pastel": "light", "vivid": "bright", "cheerful": "bright", "strong": "bright"}.get(
        shade, shade
    )
    shades = _OF_SHADE[shade]
    values = {each.value.casefold() for each in derived(catalog, value_facets) if is_colour(each.name)}
    return " or ".join(each for each in shades if each in values)


_AT_FIRST = re.compile(r"\b(?P<what>an? [\w -]{3,30}?) first(?=\s*(?:[,.;!]|$))", re.I)
_FRONT = re.compile(
    r"\b(?:that |which )?(?:open(?:s|ing)?|buttons?|unbuttons?|do(?:es)? up) (?:up )?(?:at|down|in|on) the front\b|\bfront[- ]opening\b|\bbutton[- ](?:down|up|through|front)\b",
    re.I,
)
_NURSING = re.compile(r"\bfor (?:pumping|breast[- ]?feeding|feeding(?: the baby)?)\b", re.I)
"""What a description says in other words."""
_FOR_ONESELF = re.compile(
    r"(?:(?:no|wait|hey|sorry)[, ]+)*(?:the |these |those |all )?(?:clothes|things|it|they|this|that|these|tops?|ones|films?)(?:'s|'re| is| are) (?:all |only |just |meant )*for (?:me|myself|us)\b(?: (?:alone|only))?[,.;! ]*",
    re.I,
)
"""What says that something is for oneself, which no item tells."""
_TOO_MUCH_IN = re.compile(
    r"(?:there(?:'s| is) )?(?:way |far )?too (?:much|many) (?P<what>[a-z]+) in (?P<of>(?:number |no\. ?|#)?\d{1,2}|the (?:first|second|third|fourth|fifth|last)(?: one)?|that one|this one)(?=\s*(?:[,.;!]|$))",
    re.I,
)
"""What there is too much of in one that is listed."""
_RATHER = re.compile(
    r"^(?:(?:and|so|ok|but|hm+)[, ]+)*(?:what|how) about (?P<one>(?:something|anything|an?|some) .+?) (?:instead of|in place of|rather than) (?P<place>(?:number |the )?(?:\d{1,2}|first|second|third|fourth|fifth|last)(?: one)?)[\s?.!]*$",
    re.I,
)
"""What is wanted in the place of one that is listed."""


def _had(title: str, before: str) -> bool:
    """Whether a line says before that a title is known, which is a like already."""
    return re.search(rf"\b(?:seen|saw|watched)\b[^.;!?]*\b{re.escape(title.strip())}\b", before, re.I) is not None


def _each_refused(what: str) -> str:
    """What is refused as rules read it: "no star trek, no sci-fi"."""
    return ", ".join(f"no {each}" for each in re.split(r"\s*,\s*|\s+(?:or|and|nor)\s+", what) if each.strip())


_MALE = r"(?:bloke|man|guy|lad|dude|fella|chap|gentleman|male)"
_FEMALE = r"(?:woman|lady|girl|lass|gal|female)"
_RELATED_MEN = r"(?:husband|boyfriend|dad|father|brother|uncle|grandfather|grandad|grandpa|fiance|son-in-law|father-in-law|male \w+|bf|hubby)"
_RELATED_WOMEN = r"(?:wife|girlfriend|mum|mom|mother|sister|aunt|grandmother|grandma|gran|fiancee|daughter-in-law|mother-in-law|female \w+|gf|missus)"
_WEARERS = (
    ("men", re.compile(
        rf"\b(?:i'?m|i am) an? (?:[\w-]+ ){{0,3}}?{_MALE}\b(?: who [^,.;!?]+)?|\bas a {_MALE}\b|"
        r"(?<!\w)(?:(?:only|just) (?:men'?s|male)(?: (?:stuff|things|clothes|clothing|wear))?|(?:men'?s|male)(?: (?:stuff|things|clothes|clothing|wear))? only)(?=\s*(?:[,.;!?]|$|\bplease\b))|"
        r"\bno (?:women'?s|ladies'?|girly|female) (?:stuff|things|clothes|clothing|wear|items)\b", re.I)),
    ("women", re.compile(
        rf"\b(?:i'?m|i am) an? (?:[\w-]+ ){{0,3}}?{_FEMALE}\b(?: who [^,.;!?]+)?|\bas a {_FEMALE}\b|"
        r"(?<!\w)(?:(?:only|just) (?:wom[ae]n'?s|ladies'?)(?: (?:stuff|things|clothes|clothing|wear))?|(?:wom[ae]n'?s|ladies'?)(?: (?:stuff|things|clothes|clothing|wear))? only)(?=\s*(?:[,.;!?]|$|\bplease\b))|"
        r"\bno (?:men'?s) (?:stuff|things|clothes|clothing|wear|items)\b", re.I)),
)  # fmt: skip
"""Who will wear what is wanted, which holds until it is taken back."""
WEARER = re.compile(r"(?:\.? ?)always for (?:men|women)\.?$")
"""How a line is written that says who will wear what is wanted."""
_BOYS = r"(?:sons?|nephews?|grandsons?|godsons?|boys?|lads?|little brothers?)"
_GIRLS = r"(?:daughters?|nieces?|granddaughters?|goddaughters?|girls?|little sisters?)"
_YOUNG = r"(?:little |young |younger |small |small |two |three |teenage )*"
_GROWN = {"boys": "men", "girls": "women"}
_IS_GROWN = re.compile(
    r"\b(?:(?:he|she)(?:'s| is)|who(?:'s| is)|aged?|turns|turning) (?:already |now |about |nearly )?(?:1[6-9]|[2-9]\d)\b|\bgrown[- ]?up\b|\badult\b",
    re.I,
)
"""What says that somebody's child is none any more."""
_GIFTS = (
    (
        "boys",
        re.compile(
            rf"\bfor (?:(?:my|our|his|her|a|the) )?{_YOUNG}{_BOYS}(?:'s birthday)?\b|^(?:my |our ){_YOUNG}{_BOYS} (?:needs|wants|would like|is looking for)\b",
            re.I,
        ),
    ),
    (
        "girls",
        re.compile(
            rf"\bfor (?:(?:my|our|his|her|a|the) )?{_YOUNG}{_GIRLS}(?:'s birthday)?\b|^(?:my |our ){_YOUNG}{_GIRLS} (?:needs|wants|would like|is looking for)\b",
            re.I,
        ),
    ),
    (
        "men",
        re.compile(
            rf"\bfor (?:my|our|his|her|a) (?:[\w-]+ )?{_RELATED_MEN}\b|^(?:my |our )?{_RELATED_MEN} (?:needs|wants|would like|is looking for)\b",
            re.I,
        ),
    ),
    (
        "women",
        re.compile(
            rf"\bfor (?:my|our|his|her|a) (?:[\w-]+ )?{_RELATED_WOMEN}\b|^(?:my |our )?{_RELATED_WOMEN} (?:needs|wants|would like|is looking for)\b",
            re.I,
        ),
    ),
)
"""For whom something is bought this once."""


def _for_wearer(line: str, catalog: Catalog) -> str:
    """Write who will wear it as the section that is theirs, where a catalogue tells sections apart."""
    lexicon = Lexicon.of(catalog)
    for who, pattern in _WEARERS:
        if pattern.search(line) and lexicon.mentions(who):
            return (
                pattern.sub("", line).strip(" ,.;") + f". always for {who}"
                if pattern.sub("", line).strip(" ,.;!?")
                else f"always for {who}"
            )
    for who, pattern in _GIFTS:
        if who in _GROWN and audience_of(line) is not None:
            continue  # of a child whose age is told more is known
        who = _GROWN.get(who, who) if _IS_GROWN.search(line) else who
        if lexicon.mentions(who):
            line = pattern.sub(f"for {who}", line)
    return line


def _bare(title: str) -> str:
    """A title in lower case without its article."""
    return re.sub(r"^(?:the|an?)\s+|,\s*(?:the|an?)$", "", title.strip().casefold())


def _titles(catalog: Catalog) -> frozenset[str]:
    return frozenset(_bare(item.title) for item in catalog.items)


_IN_DETAIL = re.compile(
    r"(?P<why>.*\b(?:why|explain|reasons?)\b.*?)[ ,]+(?:in (?:more |full |greater |some )?detail|in full|in depth|"
    r"(?:and |with )+(?:(?:all|me|show|the|your) )*(?:evidence|numbers|figures|proof))[\s?.!]*|"
    r"(?:(?:and|so|ok|please|show(?: me)?|give me|tell me|what(?:'s| is|'re| are)|where(?:'s| is)) )*(?:the |your |any )?"
    r"(?:evidence|proof|numbers|figures)(?: (?:behind|for|of) (?P<of>[^?.!]+?))?[\s?.!]*|"
    r"(?:(?:and|so|but|ok) )*how (?:do|can|could) you (?:know|tell|be (?:so )?sure)(?: (?:that|this|it|so))?[\s?.!]*|"
    r"(?P<chinese>(?=.*(?:为什么|为啥|理由|原因|推荐)).*?)(?:详细|具体)(?:说说|讲讲|说明|解释|说)?(?:一下)?[\s。??!]*|"
    r"(?:详细|具体)(?:说说|讲讲|说明|解释|说)?(?:一下)?(?P<zh>(?=.*(?:为什么|为啥|理由|原因|推荐)).+?)[\s。??!]*|"
    r"(?:你)?(?:的)?(?:依据|证据|根据)(?:是什么|呢|在哪)?[\s。??!]*|你?(?:是)?怎么知道的?[\s。??!]*",
    re.I,
)
"""What asks for the evidence behind a reason, and not for the reason alone."""


def evidence_requested(line: str) -> str:
    """Read a line that wants the evidence of a reason as one that asks for the reason.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str
        The line that asks for the reason; "" where no evidence is asked for.

    Examples
    --------
    >>> evidence_requested("why 2 in detail"), evidence_requested("show me the evidence for 3"), evidence_requested("why 2")
    ('why 2', 'why 3', '')
    """
    if not (asked := _IN_DETAIL.fullmatch(line.strip())):
        return ""
    if asked["why"] or asked["chinese"] or asked["zh"]:
        return str(asked["why"] or asked["chinese"] or asked["zh"]).rstrip(" ,")
    if re.search("[\u3400-\u9fff]", line):
        return "为什么推荐它"
    return f"why {asked['of'] or ''}".strip()


_WHAT_FOR = re.compile(
    r"(?P<before>(?:(?:and|so|but|ok|hm+|wait|hey)[, ]+)*)(?:"
    r"what (?:did|do|have|would) you (?:pick|picked|choose|chosen|show|shown|recommend|recommended|suggest|list|listed|put|include|included|give)(?: me)? "
    r"(?P<a>it|this|that|number \d+|#?\d|the \w+(?: one)?)(?: (?:on|in|up) (?:there|here|the list)| there| here)? for|"
    r"what(?:'s| is) (?P<b>it|this|that|number \d+|#?\d|the \w+(?: one)?) (?:(?:doing|here for|there for)(?: (?:on|in) (?:there|here|the list|my list)| there| here)?)|"
    r"what made you (?:pick|choose|show|recommend|suggest|list|include|think of)(?: me)? (?P<c>it|this|that|number \d+|#?\d|the \w+(?: one)?))[\s?.!]*",
    re.I,
)
"""What asks why an item is in a list without a "why"."""


def _as_why(match: re.Match[str]) -> str:
    return f"{match['before']}why {match['a'] or match['b'] or match['c']}"


def rephrased(line: str, catalog: Catalog) -> str:
    """Write a line as the rules read it.

    Parameters
    ----------
    line
        What a person wrote, in English; other languages stay as they are.
    catalog
        Whose values are read.

    Returns
    -------
    str

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> clothes = Catalog("clothes", (Item("1", "Mio", "", {"colour": "Black"}),), {})
    >>> rephrased("black is for funerals. something green", clothes)
    'no black. something green'
    >>> rephrased("what's the diffrence between 1 and 2", clothes)
    'compare 1 and 2'
    """
    if re.search(r"[\u3400-\u9fff]", line):
        return line
    lexicon = Lexicon.of(catalog)

    def is_value(text: str, kind: bool = False) -> bool:
        bare = re.sub(r"^(?:the|an?|those|these)\s+|\s+(?:ones?|films?|movies?)$", "", text.strip(), flags=re.I)
        return any(
            each.end - each.start >= len(bare) - 2 and (not kind or any(map(is_kind, each.attributes)))
            for each in lexicon.mentions(bare)
        )

    def is_title(text: str) -> bool:
        return _bare(text) in derived(catalog, _titles)

    if asked := _WHAT_FOR.fullmatch(line.strip()):
        return _as_why(asked)
    line = _FOR_ONESELF.sub("", line) if re.search(r"\w", _FOR_ONESELF.sub("", line)) else line
    line = _TOO_MUCH_IN.sub(lambda match: f"not {match['of']}, no {match['what']}", line)
    line = _RATHER.sub(lambda match: f"not {match['place']}, {match['one']}", line)
    line = _DIFFERENCE.sub("difference", line)
    line = _PAIR.sub(lambda match: f"{match['before'].strip()} {match['a']} and {match['b']}", line)
    line = re.sub(r"\bdifference (?=\d and \d)", "compare ", line)
    line = _AGAINST.sub(lambda match: f"no {match['what']}" if is_value(match["what"]) else match[0], line)
    line = _AFRAID.sub(lambda match: f"no {match['what']}", line)
    for pattern in (_PLENTY, _FORGET) if wording(catalog).noun == "product" else ():
        line = pattern.sub(lambda match: f"no {match['what']}", line)
    if wording(catalog).noun == "product":
        line = _for_wearer(line, catalog)
        line = _AT_FIRST.sub(r"\g<what>", line)
        line = _FRONT.sub("with buttons down the front", line)
        line = _NURSING.sub("for nursing", line)
        line = _TIGHT.sub("loose", line)
        line = _SHADES.sub(lambda match: _colours(match["shade"].casefold(), catalog) or match[0], line)
        line = _NOW.sub(lambda match: "now for " if lexicon.mentions(line[match.end() :][:16]) else match[0], line)
    line = _SCRAPS.sub(lambda match: "drop the " if lexicon.mentions(line[match.end() :][:16]) else match[0], line)
    line = _THAT_IS_NOT.sub(r", not \g<what>", line)
    line = _NOT_EVEN.sub("", line) if re.search(r"\w", _NOT_EVEN.sub("", line)) else line
    cut = _NO_SUCH.sub(lambda match: "" if is_value(match["what"], kind=True) else match[0], line)
    line = cut if re.search(r"\w", cut) else line
    both = _LIKE_BOTH.fullmatch(line.rstrip(" .!"))
    if both and is_title(both["one"]) and is_title(both["other"]):
        line = f"I loved {both['one']} and {both['other']}"
    line = _CLOSER.sub(lambda match: f"something like {match['what']}" if is_title(match["what"]) else match[0], line)
    line = _TONE.sub(lambda match: "" if _had(match["what"], line[: match.start()]) else match[0], line)
    line = _TONE.sub(lambda match: f"I loved {match['what']}" if is_title(match["what"]) else match[0], line)
    line = _BACK_TO.sub(lambda match: match["what"] if is_value(match["what"]) else match[0], line)
    line = _NOT_INTO.sub(lambda match: _each_refused(match["what"]), line)
    line = _MORE_LIKE.sub(lambda match: match[0] if is_title(match["what"]) else match["what"], line)
    if wording(catalog).noun != "product":
        line = _WITH_KIND.sub(
            lambda match: f", {match['what']}" if is_value(match["what"], kind=True) else match[0], line
        )
        line = _OLD_KIND.sub(lambda match: f"{match['lead'] or ''}old {match['noun']}, {match['more'].strip()}", line)
    return line.lstrip(" ,")
