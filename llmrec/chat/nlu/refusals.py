"""What a line rules out that is no attribute value: "no hospitals", "without aliens", 不要鸡汤.

No filter can say it, and a query that holds the words would find just that. So the words are cut out, and items whose
title or description names them are left out; what a catalogue does not tell stays unknown.
"""

import re
from collections.abc import Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import words
from llmrec.chat.nlu.languages import CHINESE, is_chinese
from llmrec.chat.nlu.lexicon import ORDINARY
from llmrec.chat.nlu.normalisation import spelt_out
from llmrec.chat.nlu.sequels import all_sequels
from llmrec.chat.nlu.suitability import hints_at

_VERB = r"(?:\w+ )?(?:happens?|gets?|goes|dies|is|are|has|have)\b"
MAX_WORDS = 4
"""Words that one thing ruled out may have; a longer stretch is a sentence."""
MAX_SHARE = 0.5
"""Share of a catalogue up to which items are left out by a word: more, and the word tells nothing."""
_END = (
    r"(?=[,.;:!?()\u2026]|$|\s(?:but|and|or|nor|please|pls|at|by|for|i|i'm|it'?s|if|in it|in them|then|though|"
    r"tho|this|that|"
    r"thanks|either|because|bc|since|just|only|with|when|where|who|which|again|ever|anywhere|today|tonight|they'?re|"
    r"we|you|she|he)\b)"
)
_NEVER = (
    r"never (?:ever )?(?:(?:want|wish) to (?:see|watch|read|wear|buy)|show|give|recommend|suggest|offer|send|"
    r"bring|wear|watch|see|read|buy|use|"
    r"want|eat|listen to)"
)
_FILLER = (
    r"(?:(?:me|us|him|her|them|to|see|watch|wear|be|any|more|a|an|the|those|these|such|too much|so much|of|"
    r"other|all|kind of|single|anything|"
    r"something|everything|stuff|things?|films?|movies?|books?|items?|products?|ones?|with|about|featuring|involving|"
    r"containing|from|where|in which|(?:that|which) (?:has|have|is|are|contains?)|made (?:of|from))\s+){0,6}"
)
"""Words that stand between a refusal and what is refused."""
_NOT_ALONE = re.compile(
    r"(?:(?:but|and|ok|please|just|oh)[, ]+)*not (?:(?:the|a|an|"
    r"any)\s+)?(?P<what>[\w'-]+(?: [\w'-]+){0,2}?)(?: (?:please|again|though|tho|films?|"
    r"movies?|ones?|stuff|things?))*[\s.!]*",
    re.I,
)
"""A line that rules something out and says no more: "not star trek please"."""
_NOT_AT_END = re.compile(
    r"(?:,|\bbut|\band)\s*not (?:the |a |an |any )?(?P<what>[\w'-]+(?: [\w'-]+){0,2}?)"
    r"(?P<more>(?:\s*(?:,\s*)?\b(?:or|nor)\s+[\w'-]+(?: [\w'-]+){0,2}?)*)(?: please)?\s*(?=[.,;!]|$)",
    re.I,
)
"""What a line rules out behind what it wants: "sci-fi, not star trek"."""
_REFUSED = re.compile(
    r"(?<![\w'])(?:no(?! (?:one|idea|matter|problem|longer|way|need|doubt|rush|wonder|thanks|preference|"
    r"discussion|more than|"
    r"less|later|earlier|chance|pressure|hurry|worries|offence|offense|sin|i|you|we|he|she|they|it|that|this|but)\b)|"
    r"nothing (?:with|about|like|set in|in|"
    r"involving|featuring|containing|where|in which|(?:that|which) (?:has|have|contains?)|made (?:of|from))|"
    rf"not (?:with|about|like|set in|in|another|any|into|a fan of|keen on)|none (?:with|about|of|involving|featuring|where)|without|(?:(?:i|we) )?(?:don'?t|"
    rf"do not) ever want|{_NEVER}|never(?= (?:any|anything|ever|with|films?|movies?)\b)|spare (?:me|us)|"
    r"(?:stay|steer|keep) (?:away|clear) (?:from|of)|(?:fed up|done) with|(?:had )?enough of|allerg(?:ic|y) to|"
    r"avoid(?:ing)?|(?:(?:i|we|she|he|they) )?(?:do(?:es)?n'?t|do not) "
    r"(?:want|like|need|do|show|give|recommend|suggest|wear|watch|read|eat|buy)(?! to (?:know|say|tell|decide|think))|"
    r"(?:(?:i|we) )?(?:hates?|loathes?|detests?|dislikes?)|(?:(?:i|we) )?(?:can'?t|cannot|can not) "
    r"(?:stand|bear|wear|handle|take|tolerate|deal with|do)|except|leave out|leave|(?:sick|tired) of|"
    r"anything but|zero|minus|"
    rf"skip|(?<!me feel )(?<!us feel )(?<!feel )(?<!feeling )(?<!be )less(?! (?:than|well|known|popular|obvious)\b)|fewer(?! than\b))\s+{_FILLER}"
    rf"(?P<what>(?:[\w'’-]+\s?){{1,{MAX_WORDS}}}?)"
    rf"(?P<more>(?:\s*(?:,\s*)?\b(?:or|nor)\s+{_FILLER}(?!(?:something|anything|just|maybe|i|"
    rf"you)\b)[\w'-]+(?:\s[\w'-]+){{0,2}}?{_END})*){_END}",
    re.I,
)
_CHINESE_END = rf"(?=[,。!?;、,.!?;\s((]|的|了|吧|$|[^{CHINESE}\w])"
_REFUSED_CHINESE = (
    re.compile(
        r"(?:不想要|不想看|不想|不要|别要|(?<![特区卓分个])别(?!的|人|处)(?:再)?(?:给我)?(?:推荐|推|来)?|唔要|唔好|"
        r"唔想要|讨厌|不喜欢|不爱看?|受不了|(?:绝对|千万)?不能(?:有|出现)|(?:从来|从|永远|绝对)?不(?:看|买|穿|"
        r"听|读|碰|用)|避开|远离|拒绝|杜绝|"
        r"去掉|除了|(?<!有)没有(?!就))"
        r"(?:有|那种|再|带|太多|任何|看|到|见|给我|出现|关于|含有?)*"
        rf"(?P<what>(?!太|那么|这么|再|超过|比|是|了|给|推|让|问|说|想|用|买|看|只|都|个|跟|和|咁|办|怎|因为|"
        rf"出现|吗|像)[{CHINESE}\w]{{1,6}}?)" + _CHINESE_END
    ),
    re.compile(
        rf"(?:对|因为)?(?P<what>[{CHINESE}\w]{{2,6}}?)(?:的)?\s*(?:除外|过敏|不要了?|唔得|唔要|看腻了|免谈|"
        rf"就算了|别推了?)(?=[,。!?,.!?\s]|$)"
    ),
)
_TRAILING = re.compile(
    r"(?:\s+(?:i (?:said|told you|asked|meant)|this time|please|pls|plz|tho|though|then|either|ever|obvs|because|out|at all|in it|in them|on top|in there|"
    r"lol|haha))+$",
    re.I,
)
_OF_NOUN = re.compile(r"(?<=\w\w) (?:films?|movies?|books?|ones?|stuff|things?|products?)$", re.I)
_EMPTY = frozenset(
    re.findall(
        r"[\w']+",
        "it that this them those these one ones thing things stuff something anything everything me my you more much many "
        "too very so really just only at all of film films movie movies book books item items product products sure bad "
        "good idea matter mind time way point rule rules condition conditions filter filters first second third fourth "
        "fifth last kind sort type same there here any some lot know think want like list the a an in on with to be is sense wonder "
        "expensive cheap money long short need time",
    )
)
_DESCRIBES = re.compile(
    r"(?:(?:too|so|very|really|that|only|just|even|quite|as|from|for|by|in|on|at|like|if|when|because|yet|now|"
    r"today|tonight|necessarily|"
    r"sure|old|new|long|short|slow|fast|good|great|big|small|right|interested|working|helpful|what|happy|funny|"
    r"keen|into)\b|"
    r"\w+(?:ing|ed|ly|ive|ous|ful|y)$)",
    re.I,
)
"""What after "not" describes, and names nothing that a title or description could be searched for."""
_EMPTY_CHINESE = re.compile(
    r"^(?:这个|那个|这些|那些|这种|那种|第.+|它|别的.*|把|其[他它余].*|剩下.*|太.*|我|你|他|她|的|了|什么|啥|钱|事|人|一样|便宜的?|贵的?)$"
)


_ANYBODY = re.compile(
    r"\b(?:where|when|so|that|which|while|and|because) (?:you|one|we all|people|the audience|nobody)(?: can)?\s*$", re.I
)
"""What stands before a verb that tells what an item does to anybody."""
_SEQUELS = re.compile(
    r"\b(?:sequels?|follow-?ups?|part (?:two|2|ii)|second parts?|franchises?)\b|续集|续作|系列片", re.I
)
_VAGUE = ORDINARY | frozenset(
    re.findall(
        r"[\w']+",
        "tonight today evening night weekend week afternoon holiday now later film films movie movies watch watching "
        "book books read reading buy buying wear song songs music listen shop product products new nice best decent "
        "worth interesting entertaining cool suggestion suggestions recommendation recommendations idea ideas bored "
        "surprise mood choose pick decide time some what's i'm i'd i'll looking look search searching should would "
        "feel hello hi hey thanks thank you ones popular trending got else am been going go spend enjoy",
    )
)
"""Words that tell no item from another."""
_VAGUE_CHINESE = re.compile(
    "推荐|换成|有没有|有什么|有吗|有么|想看|想买|想读|想找|想要|帮我|给我|今天|今晚|晚上|周末|最近|一下|一点|一些|电影|书|片子|"
    "小说|衣服|商品|东西|好看|不错|值得|"
    "随便|什么|可以|该|找|来|看|买|读|听|选|挑|点|个|部|本|件|首|一|几|些|吗|吧|呢|我|你|您|的|好|请|能|新|要|啥|"
    "呀|啊|了|都|给|但是?|不过|可是|更|还|也|很|真|超级?|非常|特别|挺|再来|这样|那样|这种|那种|类似|的"
)


_NO_COMMA = re.compile(r"(?<![\w'])no (?!no\b)[\w'-]+(?= no [\w'-]+)", re.I)
"""The first of what is ruled out one after the other: "no jeans no joggers"."""


def refusals(line: str) -> tuple[str, tuple[str, ...]]:
    """Take out of a text what it rules out.

    Parameters
    ----------
    line
        A line of which the attribute values that it rules out are cut already.

    Returns
    -------
    text : str
        What is left.
    refused : tuple of str
        What is ruled out, in the words of the line.

    Examples
    --------
    >>> refusals("nothing with hospitals in it please, something daft")
    (', something daft', ('hospitals',))
    >>> refusals("通勤看的书 不要鸡汤")
    ('通勤看的书', ('鸡汤',))
    """
    found: list[str] = []

    def note(match: re.Match[str]) -> str:
        if _ANYBODY.search(match.string[: match.start()]):
            return match[0]  # "where you never see the end coming" tells what is wanted
        also = re.split(rf"\s*(?:,\s*)?\b(?:or|nor)\s+{_FILLER}", match.groupdict().get("more") or "")
        if also[1:] and len(content_words(match["what"])) > 1 and re.match(_VERB, match["what"], re.I):
            whole = " ".join(f"{match['what']} {match['more'].strip(' ,')}".split())
            found.append(f"what {_TRAILING.sub('', whole)}")  # "happens to a kid or baby" is one thing
            return " "
        whats = [_TRAILING.sub("", " ".join(each.split())).strip("'\u2019-") for each in (match["what"], *also)]
        if not content_words(whats[0]):
            return match[0]
        found.extend(_OF_NOUN.sub("", each) for each in whats if content_words(each))
        return " "

    if (
        (alone := _NOT_ALONE.fullmatch(line.strip()))
        and not _DESCRIBES.match(alone["what"])
        and content_words(alone["what"])
    ):
        return "", (_TRAILING.sub("", alone["what"]),)

    text = _REFUSED.sub(note, _NO_COMMA.sub(r"\g<0>,", spelt_out(line)))
    text = _NOT_AT_END.sub(lambda match: match[0] if _DESCRIBES.match(match["what"]) else note(match), text)
    if is_chinese(line):
        for pattern in _REFUSED_CHINESE:
            text = pattern.sub(note, text)
    return (" ".join(text.split()) if found else line), tuple(dict.fromkeys(found))


def naming(refused: Sequence[str], catalog: Catalog) -> tuple[str, ...]:
    """List the items that name what is ruled out.

    Parameters
    ----------
    refused
        What is ruled out, as `refusals` gives it.
    catalog
        The items.

    Returns
    -------
    tuple of str
        Ids of those whose title or description holds all words of one of them.
    """
    texts = derived(catalog, _texts) if refused else []
    left_out: dict[str, None] = {}
    for what in refused:
        if _SEQUELS.search(what):
            left_out.update(dict.fromkeys(derived(catalog, all_sequels)))
            continue
        words = content_words(what)
        patterns = [
            re.compile(
                rf"(?<![不无無非没]){re.escape(word)}"
                if is_chinese(word)
                else rf"(?<!\bno )(?<!\bnot )(?<!\bwithout )\b{re.escape(word)}(?:s|es)?\b(?![ -]free)"
            )
            for word in words
        ]
        ids = [id for id, text in texts if patterns and all(pattern.search(text) for pattern in patterns)]
        if len(ids) <= MAX_SHARE * len(texts):
            left_out.update(dict.fromkeys(ids))
    return tuple(left_out)


def unnamed(query: str, catalog: Catalog) -> tuple[str, ...]:
    """Find the words of a query that no item of a catalogue names.

    Parameters
    ----------
    query
        What is left of a line.
    catalog
        The items.

    Returns
    -------
    tuple of str
        Words of English that tell something; of Chinese none are told apart.
    """
    known = derived(catalog, _words)
    words = dict.fromkeys(re.findall(r"[^\W\d_]{3,}", query)) if not is_chinese(query) else ()
    return tuple(word for word in words if not {word.casefold(), *content_words(word)} & known and content_words(word))


def is_vague(query: str | None) -> bool:
    """Tell whether the words of a query tell no item from another.

    Parameters
    ----------
    query
        A query, without the conditions that were read in it.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_vague("recommend me something good for tonight"), is_vague("a heist"), is_vague("今晚看什么好")
    (True, False, True)
    """
    text = query or ""
    if re.search(f"[{CHINESE}]", text):
        return re.sub(r"\W", "", _VAGUE_CHINESE.sub("", text)) == ""
    return all(word in _VAGUE for word, _, _ in words(text))


def allowed_again(line: str, refused: Sequence[str]) -> tuple[str, ...]:
    """Find what a line names of what was ruled out.

    Parameters
    ----------
    line
        Such as "hospitals are fine again".
    refused
        What was ruled out.

    Returns
    -------
    tuple of str
    """
    held = line.casefold()
    return tuple(
        what
        for what in refused
        if hints_at(what, line) or ((words := content_words(what)) and all(word in held for word in words))
    )


def content_words(what: str) -> list[str]:
    """List the words of a phrase that tell something.

    Parameters
    ----------
    what
        A phrase.

    Returns
    -------
    list of str
        In the singular; none where it is a pronoun or a whole clause.

    Examples
    --------
    >>> content_words("the old hospitals")
    ['old', 'hospital']
    """
    if is_chinese(what):
        return [] if _EMPTY_CHINESE.match(what) else [what.casefold()]
    words = [word for word in re.findall(r"[\w'-]+", what.casefold()) if word not in _EMPTY and len(word) > 1]
    return [re.sub(r"(?<=\w{3})(?:(?<=[sxh])es|(?<!s)s)$", "", word) for word in words]


def _words(catalog: Catalog) -> frozenset[str]:
    """Words of titles, descriptions and attribute values, as they are and in the singular; made once a catalogue."""
    texts = [text for _, text in derived(catalog, _texts)]
    texts += [
        str(each).casefold()
        for item in catalog.items
        for value in item.attributes.values()
        for each in (value if isinstance(value, tuple) else (value,))
    ]
    found = {word for text in texts for word in re.findall(r"[^\W\d_]{3,}", text)}
    return frozenset(found | {form for word in found for form in content_words(word)})


def _texts(catalog: Catalog) -> list[tuple[str, str]]:
    """Id and words of each item, in lower case; made once a catalogue."""
    return [(item.id, f"{item.title} {item.description}".casefold()) for item in catalog.items]
