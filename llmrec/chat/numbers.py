"""Years and prices that a line states, said forwards ("under 40") or as what must not be ("nothing over 40").

Comparisons with what was shown: "cheaper than that", "the second one but newer".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary

_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_SPELT = rf"(?:a|{'|'.join(_ONES)}) hundred|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join(_TEENS)}"
_MONEY = r"(?:[$€£]\s?)?"
_UNIT = r"(?:\s?(?:[$€£]|(?:dollars?|euros?|pounds?|bucks|quid|usd|eur|gbp)(?!\w)))?"


def _amount(group: str) -> str:
    return rf"{_MONEY}(?<![\w.])(?P<{group}>\d+(?:\.\d+)?|{_SPELT}){_UNIT}(?![\w%]|\.\d)"


_N, _Z, _M = _amount("n"), _amount("z"), _amount("m")
_PRICED = r"(?:(?:(?:that |which )?(?:costs?|costing|priced?|for)\s+)(?:is\s+)?)?"
_YEAR, _TO = (rf"(?P<{group}>(?:18|19|20)\d\d)" for group in "yz")
_ANY_YEAR = r"(?:18|19|20)\d\d"
_SPOKEN = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
_DECADE = rf"(?:'?(?:(?:18|19|20)\d|[2-9])0'?s|{'|'.join(_SPOKEN)})"
_MADE = r"(?:(?:made|released|shot|published|came out|from|in|of|the)\s+)*"
_OR = r"(?:\s*,\s*|\s*,?\s+(?:or|and|nor)\s+|\s*/\s*)(?:from |of |in |the )*"
_NOT = (
    r"(?:but |and |please )?(?:not|nothing|none|no|never|isn'?t|aren'?t|(?:anything|everything) (?:but|except)|"
    r"except(?: for)?|avoid|skip|without|(?:does|do|should|must|can|could|would)(?:n'?t| not)|"
    r"(?:i )?(?:don'?t|do not) (?:want|like|show me|need))\s+"
    r"(?:(?:anything|any|that'?s?|is|are|was|films?|movies?|ones?|items?|it|cost|be|go|exceed|too|so|very|really|terribly)\s+)*"
)
"""What turns a quantity around, where it stands right before it."""
_INVERSE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!="}
_NEAR = 0.2
"""How far from a price "around" reaches, as a share of it."""

Conditions = Callable[[re.Match[str]], list[str]]
Rule = tuple[str, Conditions]


def read_quantities(text: str, catalog: Catalog) -> tuple[str, list[str]]:
    """The text without its years and prices, and those as conditions; attributes that no item has are not read."""
    names = {name for item in catalog.items for name in item.attributes}
    rules = (_YEARS if "year" in names else ()) + (_PRICES if "price" in names else ())
    found: list[str] = []
    for pattern, conditions in (*rules, *(_bands(catalog) if "price" in names else ())):

        def note(match: re.Match[str], read: Conditions = conditions) -> str:
            said = read(match)
            found.extend(_turned(said) if match["turned"] else said)
            return " "

        text = re.sub(rf"(?<!\w)(?P<turned>{_NOT})?(?<![\w$€£]){pattern}", note, text, flags=re.I)
    return text, found


def _turned(conditions: list[str]) -> list[str]:
    """What holds where the conditions, which are one comparison or the two ends of a span, do not hold."""
    parts = [re.fullmatch(r"(\w+)(<=|>=|<|>|=)(.*)", condition) for condition in conditions]
    (name, operator, value), *end = [part.groups() for part in parts if part]
    if not end:
        return [f"{name}{_INVERSE[operator]}{value}"]
    last = int(end[0][2]) - 1 if end[0][1] == "<" else end[0][2]  # only decades end before a year
    return [f"{name}!={value}..{last}"]


def _between(name: str, low: str, high: str) -> list[str]:
    return [f"{name}>={low}", f"{name}<={high}"]


def _any_year(said: str) -> list[str]:
    return [f"year={'|'.join(re.findall(_ANY_YEAR, said))}"]


def _decades(match: re.Match[str]) -> list[str]:
    starts = [_decade(said) for said in re.findall(_DECADE, match["d"], re.I)]
    if len(starts) > 1:
        return ["year=" + "|".join(f"{start}..{start + 9}" for start in starts)]
    first, end = {"ear": (0, 4), "mid": (4, 7), "lat": (7, 10)}.get((match["part"] or "").lower()[:3], (0, 10))
    return [f"year>={starts[0] + first}", f"year<{starts[0] + end}"]


def _decade(said: str) -> int:
    """The first year of "90s", "1990's" or "nineties"."""
    if said.lower() in _SPOKEN:
        return 1920 + 10 * _SPOKEN.index(said.lower())
    number = int(re.sub(r"\D", "", said))
    return number if number >= 1000 else 1900 + number


_YEARS: tuple[Rule, ...] = (
    (rf"{_MADE}(?:between|from) {_YEAR} (?:and|to|until|till) {_TO}\b", lambda m: _between("year", m["y"], m["z"])),
    (rf"{_MADE}{_YEAR}\s?[-\u2013]\s?{_TO}\b", lambda m: _between("year", m["y"], m["z"])),
    (
        rf"(?:{_MADE}since {_YEAR}\b|from (?P<on>{_ANY_YEAR}) on(?:wards?)?\b|"
        rf"{_MADE}(?P<later>{_ANY_YEAR})(?:\+|\s(?:or|and) (?:later|newer|after|up)\b(?! than)))",
        lambda m: [f"year>={m['y'] or m['on'] or m['later']}"],
    ),
    (
        rf"(?:{_MADE}(?:up to|until|till) {_YEAR}\b|"
        rf"{_MADE}(?P<to>{_ANY_YEAR}) (?:or|and) (?:earlier|older|before)\b(?! than))",
        lambda m: [f"year<={m['y'] or m['to']}"],
    ),
    (rf"{_MADE}(?:after |later than |newer than |more recent than |post[- ]?){_YEAR}\b", lambda m: [f"year>{m['y']}"]),
    (rf"{_MADE}(?:before |earlier than |older than |pre[- ]?){_YEAR}\b", lambda m: [f"year<{m['y']}"]),
    (
        r"(?:(?:made|released|shot|published) )?(?:in|of|from) (?:the year )?"
        rf"(?P<ys>{_ANY_YEAR}(?:{_OR}{_ANY_YEAR})*)\b",
        lambda m: _any_year(m["ys"]),
    ),
    (rf"(?P<ys>{_ANY_YEAR}(?:{_OR}{_ANY_YEAR})+)\b", lambda m: _any_year(m["ys"])),
    (rf"(?<=\b[ay] )(?P<y>{_ANY_YEAR})(?= [a-z])", lambda m: [f"year={m['y']}"]),  # "a 1994 comedy", "any 1994 …"
    (r"(?:(?:made|released|shot) )?(?:in|of|from) '(?P<y>\d\d)\b", lambda m: [f"year=19{m['y']}"]),
    (rf"{_MADE}before (?:the )?(?P<d>{_DECADE})(?!\w)", lambda m: [f"year<{_decade(m['d'])}"]),
    (rf"{_MADE}after (?:the )?(?P<d>{_DECADE})(?!\w)", lambda m: [f"year>={_decade(m['d']) + 10}"]),
    (rf"{_MADE}since (?:the )?(?P<d>{_DECADE})(?!\w)", lambda m: [f"year>={_decade(m['d'])}"]),
    (
        rf"{_MADE}(?:(?P<part>early|mid|middle|late)[- ]?(?:of the |the )?)?(?P<d>{_DECADE}(?:{_OR}{_DECADE})*)(?!\w)",
        _decades,
    ),
)
_PRICES: tuple[Rule, ...] = (
    (rf"{_PRICED}(?:between|from) {_N} (?:and|to) {_Z}", lambda m: _between("price", _sum(m["n"]), _sum(m["z"]))),
    (rf"{_PRICED}{_N}\s?(?:-|\u2013|to)\s?{_Z}", lambda m: _between("price", _sum(m["n"]), _sum(m["z"]))),
    (
        rf"(?:{_PRICED}(?:up to|at most|max(?:imum)?\.?(?: of)?|within|(?:(?:my|a|on a) )?budget(?: is| of|:)?) {_N}|"
        rf"{_M} (?:(?:or|and) (?:less|under|below|cheaper)|max(?:imum)?|tops|at most)\b)",
        lambda m: [f"price<={_sum(m['n'] or m['m'])}"],
    ),
    (
        rf"(?:{_PRICED}(?:at least|from|min(?:imum)?\.?(?: of)?) {_N}|"
        rf"{_M}(?:\+| (?:or|and) (?:more|over|above|up)\b))",
        lambda m: [f"price>={_sum(m['n'] or m['m'])}"],
    ),
    (rf"{_PRICED}(?:under|below|less than|cheaper than|lower than) {_N}", lambda m: [f"price<{_sum(m['n'])}"]),
    (rf"{_PRICED}(?:over|above|(?:more|dearer|more expensive) than) {_N}", lambda m: [f"price>{_sum(m['n'])}"]),
    (
        rf"{_PRICED}(?:around|roughly|approximately|circa) {_N}",
        lambda m: _between("price", *(f"{float(_sum(m['n'])) * (1 + by):g}" for by in (-_NEAR, _NEAR))),
    ),
)


def _bands(catalog: Catalog) -> tuple[Rule, ...]:
    """ "cheap" and "expensive": the lower and the upper third of the catalogue's prices."""

    def edge(third: int) -> str:
        prices = [float(p) for item in catalog.items if isinstance(p := item.attributes.get("price"), int | float)]
        return f"{np.quantile(prices, third / 3):g}"

    return (
        (r"(?:cheap|inexpensive|affordable|low[- ](?:cost|priced?))\b", lambda _: [f"price<{edge(1)}"]),
        (r"(?:expensive|pricey|costly|luxurious|luxury|high[- ]end)\b", lambda _: [f"price>={edge(2)}"]),
    )


def _sum(said: str) -> str:
    """An amount in digits, whether it was written so or in words."""
    if said[0].isdigit():
        return said
    total = 0
    for word in re.split(r"[- ]", said.lower()):
        if word == "hundred":
            total *= 100
        elif word in _TENS:
            total += 20 + 10 * _TENS.index(word)
        else:
            total += {"a": 1, **{w: n for n, w in enumerate((*_ONES, *_TEENS), 1)}}[word]
    return str(total)


THAT, THESE, LAST = "that", "these", "last"
"""Subjects beside numbers and titles: the item spoken of, the whole last list, its end."""
_WORDS = {
    "cheaper": ("price", "<"), "less expensive": ("price", "<"), "more affordable": ("price", "<"),
    "less pricey": ("price", "<"), "pricier": ("price", ">"), "more expensive": ("price", ">"),
    "dearer": ("price", ">"),
    "newer": ("year", ">"), "more recent": ("year", ">"), "more modern": ("year", ">"), "later": ("year", ">"),
    "older": ("year", "<"), "earlier": ("year", "<"), "less recent": ("year", "<"),
}  # fmt: skip
_COMPARED = rf"(?P<turned>(?:not|nothing|no) (?:any )?)?\b(?P<word>{'|'.join(_WORDS)})\b"
_THAN = re.compile(rf"{_COMPARED}(?: (?:ones?|films?|movies?|items?))? than (?P<than>[^,;.!?]+)", re.I)
_ALONE = re.compile(
    rf"(?:(?:but|and|please|something|anything|some|any|an?|show me|give me|find me|make it|i want|i'd like|a bit|"
    rf"slightly|much|even|a little|far|way|just|only|also)\s+)*{_COMPARED}"
    r"(?:\s+(?:ones?|films?|movies?|items?|things?|stuff|options?|please|if possible))*",
    re.I,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_PLACE = re.compile(
    rf"(?:the |that |#|no\.? ?|number |nr\.? ?|item )*(?:(?P<word>{'|'.join(_ORDINALS)}|last)|(?P<n>\d{{1,3}})"
    r"(?:st|nd|rd|th)?)(?: (?:one|film|movie|item|product|of them|of these|in the list))*",
    re.I,
)
_THIS = re.compile(r"(?:that|this|it|that one|this one|the same|the same one|the same thing|same)", re.I)
_ALL = re.compile(
    r"(?:these|those|them|all of (?:them|these|those)|any of (?:them|these|those)|the others|the rest)", re.I
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`attribute operator` what `subject` has: a number in the last list, "last", "that", "these", or a title."""

    attribute: str
    operator: str
    subject: str

    def __str__(self) -> str:
        return f"{self.attribute}{self.operator}#{self.subject}"


def place(words: str) -> str:
    """The number of a place in a list that the words name ("the second one" -> "2"), "last", "that", or ""."""
    words = re.sub(
        rf"\bnumber ({'|'.join(_NUMBERS)})\b",
        lambda match: f"number {_NUMBERS.index(match[1].lower()) + 1}",
        words.strip(" ?.!"),
        flags=re.I,
    )
    if _THIS.fullmatch(words):
        return THAT
    match = _PLACE.fullmatch(words)
    if not match:
        return ""
    word = (match["word"] or "").lower()
    return LAST if word == "last" else str(_ORDINALS.index(word) + 1) if word else str(int(match["n"]))


def read_comparisons(text: str, catalog: Catalog, usual: str = THESE) -> tuple[str, tuple[Comparison, ...]]:
    """The text without its comparisons, and those; one that says nothing to compare with means `usual`.

    Read are only comparisons by attributes that an item has, with a place of the list or a title.
    """
    names = {name for item in catalog.items for name in item.attributes}
    found: list[Comparison] = []

    def note(match: re.Match[str], subject: str) -> str:
        attribute, operator = _WORDS[match["word"].lower()]
        if not subject or attribute not in names:
            return match[0]
        found.append(Comparison(attribute, _INVERSE[operator] if match["turned"] else operator, subject))
        return " "

    text = _THAN.sub(lambda m: note(m, _subject(m["than"], catalog)), text)
    parts = re.split(r"([,;.!?]\s*|\s+(?:but|and)\s+)", text)
    for n in range(0, len(parts), 2):
        if alone := _ALONE.fullmatch(parts[n].strip()):
            parts[n] = note(alone, usual)
    return "".join(parts), tuple(found)


def _subject(words: str, catalog: Catalog) -> str:
    if _ALL.fullmatch(words.strip()):
        return THESE
    known = Vocabulary.of(catalog).by_title.get(words.strip().casefold())
    return ("" if words.strip().isdigit() else place(words)) or (words.strip() if known else "")
