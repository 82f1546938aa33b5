"""The quality by which a question compares items: "which is less sad?", "is 2 scarier than 3?", 哪个更搞笑.

No attribute says how scary a film is; its kinds lean one way or the other, and how far each does is written here. A
word for which nothing is written is a quality all the same, of which a catalogue tells at most what descriptions say.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from llmrec.chat.nlu.languages import CHINESE
from llmrec.chat.nlu.questions import seeks, superlative


@dataclass(frozen=True, slots=True)
class Compared:
    """The quality by which items are compared.

    Parameters
    ----------
    word
        As the line says it: "scarier", "less sad", 更搞笑.
    base
        The quality alone: "scary", 搞笑.
    less
        Whether the least of it is asked for.
    kinds
        Kind of item in lower case -> how much of the quality it has, below zero for the opposite; empty where no kind
        tells of it.
    """

    word: str
    base: str
    less: bool
    kinds: Mapping[str, float]


def _kinds(told: str) -> dict[str, float]:
    return {name: float(weight) for name, weight in (each.split(":") for each in told.split())}


_QUALITIES = (
    (
        r"scar[iy]|scared|spook[iy]|creep[iy]|frighten|terrif|horrif|吓人|恐怖|可怕|惊悚",
        "horror:3 thriller:2 film-noir:1 mystery:1 crime:1 "
        "war:1 romance:-1 comedy:-1 musical:-2 children's:-2 animation:-1",
    ),
    (
        r"violent|gor[iy]|blood[iy]|brutal|grues|暴力|血腥",
        "horror:3 war:2 action:2 crime:2 thriller:1 "
        "western:1 romance:-1 comedy:-1 musical:-2 children's:-2 animation:-1",
    ),
    (
        r"funn[iy]|fun$|sill[iy]|goof|hilarious|humorous|witt[iy]|amusing|entertaining|搞笑|好笑|有趣|幽默|欢乐|逗",
        "comedy:3 animation:1 children's:1 musical:1 drama:-1 war:-2 horror:-2 thriller:-1 film-noir:-2",
    ),
    (
        r"sad|depress|heav[iy]|tragic|tear|bleak|gloom|难过|悲|虐|催泪|沉重|压抑",
        "drama:2 war:2 film-noir:2 romance:0.5 thriller:0.5 "
        "comedy:-2 musical:-1.5 children's:-1 animation:-1 adventure:-0.5",
    ),
    (
        r"light|cheer|upbeat|happ[iy]|eas[iy]|relax|cos[iy]|coz[iy]|feel-?good|sweet|warm-?hearted|heart-?warming|uplift|"
        r"轻松|欢快|开心|温馨|温暖|治愈|暖心",
        "comedy:2 musical:2 children's:2 animation:2 romance:1.5 adventure:0.5 drama:-1 mystery:-1 war:-2 "
        "horror:-2 crime:-1 thriller:-1 film-noir:-2",
    ),
    (
        r"calm|quiet|peaceful|gentl|slow|sooth|mild|安静|平静|舒缓|温和|慢",
        "documentary:2 romance:1.5 drama:1 musical:0.5 comedy:0.5 "
        "action:-2 horror:-2 thriller:-2 war:-2 crime:-1 adventure:-1",
    ),
    (
        r"excit|thrill|tens[ei]|suspense|gripping|fast|intens|wild|刺激|紧张|过瘾|精彩|热血",
        "action:3 thriller:2 adventure:2 war:1 horror:1 sci-fi:1 "
        "crime:1 western:1 drama:-1 romance:-1 documentary:-2 musical:-1",
    ),
    (r"romantic|浪漫|甜", "romance:3 musical:0.5 action:-1 thriller:-1 crime:-1 war:-1 horror:-2"),
    (
        r"dark|grim|gritt[iy]|黑暗|阴暗",
        "film-noir:3 horror:2 crime:2 war:2 thriller:2 "
        "drama:1 romance:-1 comedy:-1 musical:-2 children's:-2 animation:-1",
    ),
    (r"serious|严肃|深刻", "documentary:2 drama:2 war:2 comedy:-2 animation:-1 children's:-2 musical:-1"),
    (
        r"child|kid|famil[iy]|suit(?:able|ed)|适合(?:小?孩|儿童|小朋友|全家|一家)",
        "children's:3 family:3 animation:2 musical:1 comedy:0.5 "
        "adventure:0.5 horror:-3 thriller:-2 crime:-2 war:-2 film-noir:-2",
    ),
)
"""How a quality is begun to be said -> kinds and how much of it each has."""
_NO_DEGREE = frozenset(
    re.findall(
        r"\w+",
        "other another either neither whether rather ever never over under after number together however "
        "whatever whoever her their per later earlier newer older shorter longer cheaper dearer pricier best "
        "latest newest oldest shortest longest cheapest dearest priciest interest forest west guest quest "
        "rest test modest honest request suggest thriller summer winter dinner weather water paper cover "
        "order offer father mother brother sister partner daughter character killer minister master monster "
        "answer wonder remember consider prefer further super better first last most least more less fewer "
        "dancer player river silver former sober clever proper hunter soldier officer",
    )
)
"""Words that end like a comparative of a quality and are none."""
_DEGREE = re.compile(
    r"\b(?:(?P<how>more|less|most|least) (?!expensive|recent|than|of|or|like|people|often|popular|"
    r"ratings|reviews|votes|views|fans|buyers|and|for)"
    r"(?P<adjective>[a-z][a-z-]+)"
    r"|(?P<ended>[a-z]{2,}(?:er|est)))\b",
    re.I,
)
_BEST_FOR = re.compile(
    r"\b(?:best|better|more suitable) for "
    r"(?P<whom>kids|children|families|a child|(?:my|our) (?:kids?|child(?:ren)?))\b",
    re.I,
)
_DEGREE_CHINESE = re.compile(
    r"(?P<less>最不|更不|没那么|不那么|不太|没有那么|少一?点)?(?:更加?|比较|最|要|还)?(?P<word>适合(?:小?孩子?|儿童|小朋友|全家|一家人)|"
    r"[\u3400-\u9fff]{1,2}?)(?:一?[点些]|得多)?(?:一起)?(?:[看穿读听用])?(?:的|呢|吗|么|啊|呀|一部|一个)*[??。! ]*$"
)
_ASKS = re.compile(
    r"(?:^|[,.;] ?)(?:(?:so|and|but|ok(?:ay)?|hm+|well|then|hey)[, ]+)*(?:which|what'?s|what is|who'?s)\b|\bwhich\b|"
    r"^(?:(?:so|and|but|ok(?:ay)?|hm+|well|then)[, ]+)*(?:is|are|was|were|would|isn't) .+ (?:than|or) .+",
    re.I,
)
_ASKS_CHINESE = re.compile(
    rf"(?:哪|谁)[{CHINESE}\d]*?(?:更|比较|最|要|没那么|不那么|不太|还)(?P<what>.+)|.*比.+?(?:更|还|要)(?P<than>.+?)[吗么]?[??]*$"
)
_FORMS = (("iest", "y"), ("ier", "y"), ("est", "e"), ("est", ""), ("er", "e"), ("er", ""))


def quality_compared(line: str) -> Compared | None:
    """Read by which quality a question compares items.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    Compared or None
        None where it asks no such thing: a wish ("something scarier"), or a comparison by a number.

    Examples
    --------
    >>> quality_compared("which of 1 and 3 is less sad?").word, quality_compared("is 2 scarier than 3?").base
    ('less sad', 'scary')
    >>> quality_compared("第一部和第三部哪个更搞笑?").base, quality_compared("which is newer?")
    ('搞笑', None)
    """
    if superlative(line):
        return None
    if re.search(f"[{CHINESE}]", line):
        asked = _ASKS_CHINESE.search(line)
        found = _DEGREE_CHINESE.search(line[asked.start("what" if asked["what"] else "than") :]) if asked else None
        if found and not _told(found["word"]) and found.start():
            return None  # what only stands at the end
        if not asked or not found or found["word"] in ("好", "好看", "合适", "值得", "推荐"):
            return None
        less = bool(found["less"]) or re.search(r"没那么|不那么|最不|更不|不太", asked[0]) is not None
        base = found["word"]
        return Compared(base, base, less, _told(base))
    if not _ASKS.search(line) or seeks(line):
        return None
    if suits := _BEST_FOR.search(line):
        return Compared(f"better for {suits['whom']}", "suitable for children", False, _told("child"))
    for found in _DEGREE.finditer(line):
        if found["how"]:
            word, base = found[0].lower(), found["adjective"].lower()
            return Compared(word, base, found["how"].lower() in ("less", "least"), _told(base))
        word = found["ended"].lower()
        if word in _NO_DEGREE:
            continue
        return Compared(word, _base(word), False, _told(word))
    return None


def _told(word: str) -> dict[str, float]:
    """How much of a quality each kind has; empty where nothing is written of it."""
    return next((_kinds(kinds) for said, kinds in _QUALITIES if re.match(rf"(?:{said})", word, re.I)), {})


def _base(word: str) -> str:
    """The adjective of a comparative: "scarier" is "scary", "sadder" is "sad"."""
    for ending, plain in _FORMS:
        if word.endswith(ending):
            base = f"{word.removesuffix(ending)}{plain}"
            if plain == "e" and not re.search(r"[aeiou][lsvtnr]e$|[td]le$|nse$", base):
                continue
            return re.sub(r"([bdgnt])\1$", r"\1", base)
    return word


def degree(kinds: Collection[str], of: Mapping[str, float]) -> float:
    """How much of a quality an item has by its kinds: the mean of what is written of each.

    Parameters
    ----------
    kinds
        Of the item, in lower case.
    of
        As `Compared.kinds`.

    Returns
    -------
    float
        0 where its kinds tell nothing of it.

    Examples
    --------
    >>> degree(["comedy", "drama"], {"comedy": 3.0, "drama": -1.0})
    1.0
    """
    return sum(of.get(each, 0.0) for each in kinds) / len(kinds) if kinds else 0.0
