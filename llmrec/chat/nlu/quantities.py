"""Years, prices and lengths that a line states, as they are ("under 40") or negated ("nothing over 40")."""

import re
from collections.abc import Callable

import numpy as np

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import MINUTES
from llmrec.retrieval.filters import attribute_kinds

_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_AMOUNT_IN_WORDS = (
    rf"(?:a|{'|'.join(_ONES)}) hundred|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join(_TEENS)}"
)
_MONEY = r"(?:[$€£]\s?)?"
_UNIT = r"(?:\s?(?:[$€£]|(?:dollars?|euros?|pounds?|bucks|quid|usd|eur|gbp)(?!\w)))?"

_OTHER_UNIT = r"[\s-]?(?:minutes?|mins?|hours?|hrs?|pages?|years?|months?|weeks?|days?|people|kids|stars?)\b"
"""What makes an amount one of something else than money."""


def _amount(group: str) -> str:
    return rf"{_MONEY}(?<![\w.])(?P<{group}>\d+(?:\.\d+)?|{_AMOUNT_IN_WORDS}){_UNIT}(?![\w%]|\.\d|{_OTHER_UNIT})"


_N, _Z, _M = _amount("n"), _amount("z"), _amount("m")
_PRICED = r"(?:(?:(?:that |which )?(?:costs?|costing|priced?|for)\s+)(?:is\s+)?)?"
_YEAR, _TO = (rf"(?P<{group}>(?:18|19|20)\d\d)" for group in "yz")
_ANY_YEAR = r"(?:18|19|20)\d\d"
_DECADE_NAMES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
_DECADE = rf"(?:'?(?:(?:18|19|20)\d|[2-9])0'?s|{'|'.join(_DECADE_NAMES)})"
_MADE = r"(?:(?:made|released|shot|published|came out|from|in|of|the)\s+){0,5}"
_OR = r"(?:\s*,\s*|\s*,?\s+(?:or|and|nor)\s+|\s*/\s*)(?:from |of |in |the ){0,5}"
_NEGATION = (
    r"(?:but |and |please )?(?:not|nothing|none|no|never|isn'?t|aren'?t|(?:anything|everything) (?:but|except)|"
    r"except(?: for)?|avoid|skip|without|"
    r"(?:remove|drop|hide|exclude|leave out|throw out|take out)(?: everything| anything| all)?|"
    r"(?:does|do|should|must|can|could|would)(?:n'?t| not)|"
    r"(?:i )?(?:don'?t|do not) (?:want|like|show me|need))\s+"
    r"(?:(?:anything|any|that'?s?|is|are|was|films?|movies?|ones?|items?|it|cost|be|go|exceed|too|so|very|really|"
    r"terribly)\s+){0,8}"
)
"""What negates a quantity that stands right after it."""
_INVERSE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!="}
_OF_A_PERSON = re.compile(
    r"\b(?:i|he|she|we|they|mum|mom|dad|mother|father|wife|husband|gran|son|daughter|born)"
    r"(?:'m|'s|'re| am| is| was| were| are)? "
    rf"(?:born )?(?:from|in|of) {_ANY_YEAR}\b",
    re.I,
)
"""A year that tells of a person ("I'm from 1975") and of no item."""
OLD, NOT_OLD, NOT_NEW, RECENT = 25, 20, 8, 5
"""Years before the newest item until which one is old, from which one is not, until which it is not too new, and from
which it is recent."""
_AROUND = 0.2
"""How far from a price "around" reaches, as a share of it."""

LENGTHS = {
    r"minutes?|mins?|hours?|hrs?": MINUTES,
    r"pages?": ("pages", "num_pages", "page_count"),
}
"""Units of a length -> names that catalogues give the attribute; hours are read as minutes."""
_OF_LENGTH = (
    r"(?:films?|movies?|flicks?|ones?|watch|books?|novels?|reads?|comed(?:y|ies)|dramas?|thrillers?|westerns?|musicals?|"
    r"horrors?|romances?|mystery|mysteries|documentar(?:y|ies)|cartoons?|animated|animations?)"
)
"""What "short" and "long" stand before where they tell of a length."""
_LENGTH_LEADS = (
    (r"under|below|less than|shorter than|fewer than", "<"),
    (r"at most|up to|within|max(?:imum)?\.?(?: of)?|no (?:longer|more) than|not (?:longer|more) than|in", "<="),
    (r"over|above|longer than|more than", ">"),
    (r"at least|no (?:less|shorter) than|min(?:imum)?\.?(?: of)?", ">="),
)
"""Words before a length -> how it compares."""

Conditions = Callable[[re.Match[str]], list[str]]
Rule = tuple[str, Conditions]


def parse_quantities(text: str, catalog: Catalog) -> tuple[str, list[str]]:
    """Take the years and prices out of a text.

    Parameters
    ----------
    text
        A line of a conversation.
    catalog
        What is read are its attributes "year", "price" and those that hold a length (`LENGTHS`), as far as it has them.

    Returns
    -------
    text : str
        What is left.
    conditions : list of str
        The quantities, as `llmrec.retrieval.filters.parse_where` reads them; all must hold.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> shop = Catalog("shop", (Item("1", "Coat", "", {"price": 80.0}),), {})
    >>> parse_quantities("a coat, nothing over $90", shop)
    ('a coat,  ', ['price<=90'])
    """
    names = derived(catalog, attribute_kinds)
    rules = (_YEARS if "year" in names else ()) + (_PRICES if "price" in names else ())
    rules = (_SHORT_YEARS if "year" in names and "price" not in names else ()) + rules
    rules = (*derived(catalog, _lengths), *(derived(catalog, _recent_years) if "year" in names else ()), *rules)
    found: list[str] = []
    if _OF_A_PERSON.search(text):
        return text, found
    for pattern, conditions in (*rules, *(derived(catalog, _price_bands) if "price" in names else ())):

        def note(match: re.Match[str], conditions: Conditions = conditions) -> str:
            stated = conditions(match)
            found.extend(_negated(stated) if match["negation"] else stated)
            return " "

        text = re.sub(rf"(?<!\w)(?P<negation>{_NEGATION})?(?<![\w$€£]){pattern}", note, text, flags=re.I)
    return text, found


def _negated(conditions: list[str]) -> list[str]:
    """Negate conditions, which are one comparison or the two ends of a span."""
    parts = [re.fullmatch(r"(\w+)(<=|>=|<|>|=)(.*)", condition) for condition in conditions]
    (name, operator, value), *end = [part.groups() for part in parts if part]
    if not end:
        return [f"{name}{_INVERSE[operator]}{value}"]
    last = int(end[0][2]) - 1 if end[0][1] == "<" else end[0][2]  # only decades end before a year
    return [f"{name}!={value}..{last}"]


def _between(name: str, low: str, high: str) -> list[str]:
    return [f"{name}>={low}", f"{name}<={high}"]


def _any_year(years: str) -> list[str]:
    return [f"year={'|'.join(re.findall(_ANY_YEAR, years))}"]


def _decades(match: re.Match[str]) -> list[str]:
    starts = [_decade(decade) for decade in re.findall(_DECADE, match["d"], re.I)]
    if len(starts) > 1:
        return ["year=" + "|".join(f"{start}..{start + 9}" for start in starts)]
    first, end = {"ear": (0, 4), "mid": (4, 7), "lat": (7, 10)}.get((match["part"] or "").lower()[:3], (0, 10))
    return [f"year>={starts[0] + first}", f"year<{starts[0] + end}"]


def _decade(decade: str) -> int:
    """Read the first year of "90s", "1990's" or "nineties"."""
    if decade.lower() in _DECADE_NAMES:
        return 1920 + 10 * _DECADE_NAMES.index(decade.lower())
    return full_year(re.sub(r"\D", "", decade))


def full_year(digits: str) -> int:
    """A year as people write it, of two digits or four; below 20 two are of this century.

    Examples
    --------
    >>> full_year("85"), full_year("08"), full_year("1999")
    (1985, 2008, 1999)
    """
    year = int(digits)
    return year if year >= 100 else year + (2000 if year < 20 else 1900)


_YEARS: tuple[Rule, ...] = (
    (rf"{_MADE}(?:between|from) {_YEAR} (?:and|to|until|till) {_TO}\b", lambda m: _between("year", m["y"], m["z"])),
    (rf"{_MADE}{_YEAR}\s?[-\u2013]\s?{_TO}\b", lambda m: _between("year", m["y"], m["z"])),
    (
        rf"(?:{_MADE}since {_YEAR}\b|from (?P<on>{_ANY_YEAR}) on(?:wards?)?\b|"
        rf"{_MADE}(?P<later>{_ANY_YEAR})(?:\+|\s(?:or|and) (?:later|newer|after|up)\b(?! than| \d)))",
        lambda m: [f"year>={m['y'] or m['on'] or m['later']}"],
    ),
    (
        rf"(?:{_MADE}(?:up to|until|till) {_YEAR}\b|"
        rf"{_MADE}(?P<to>{_ANY_YEAR}) (?:or|and) (?:earlier|older|before)\b(?! than| \d))",
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
    (rf"(?:but|same|sorry|make it|i meant?|let'?s say) (?P<y>{_ANY_YEAR})\b", lambda m: [f"year={m['y']}"]),
    (r"(?:(?:made|released|shot) )?(?:in|of|from) '(?P<y>\d\d)\b", lambda m: [f"year=19{m['y']}"]),
    (rf"{_MADE}before (?:the )?(?P<d>{_DECADE})(?!\w)", lambda m: [f"year<{_decade(m['d'])}"]),
    (rf"{_MADE}after (?:the )?(?P<d>{_DECADE})(?!\w)", lambda m: [f"year>={_decade(m['d']) + 10}"]),
    (rf"{_MADE}since (?:the )?(?P<d>{_DECADE})(?!\w)", lambda m: [f"year>={_decade(m['d'])}"]),
    (
        rf"{_MADE}(?:(?P<part>early|mid|middle|late)[- ]?(?:of the |the )?)?(?P<d>{_DECADE}(?:{_OR}{_DECADE})*)(?!\w)",
        _decades,
    ),
)
_OR_YEAR = r"(?:\s*,?\s*(?:or|and|/|,|-|\u2013)\s*)"
_COUNTED = r" (?:films?|movies?|of (?:them|these|those)|times|percent|degrees|something|year|and over|plus)\b"
_NO_COUNT = rf"(?!\w|%|[.:]\d|{_OTHER_UNIT}|{_COUNTED})"


def _short_years(years: str) -> list[str]:
    """Years by their last digits, either of which will do: of "95-97" all three."""
    found = [f"19{each}" for each in re.findall(r"\d\d", years)]
    if re.fullmatch(r"'?\d\d\s*[-\u2013]\s*'?\d\d", years):
        return _between("year", found[0], found[1])
    return [f"year={'|'.join(dict.fromkeys(found))}"]


_SHORT_YEARS: tuple[Rule, ...] = (
    (
        rf"{_MADE}(?:between|from) '?(?P<y>[3-9]\d) (?:and|to|until|till|-) '?(?P<z>[3-9]\d)(?!\w|{_OTHER_UNIT})",
        lambda m: _between("year", f"19{m['y']}", f"19{m['z']}"),
    ),
    (
        rf"(?:{_MADE}(?:from|in|made in|released in) (?:the year |either )?)"
        rf"'?(?P<ys>[3-9]\d(?:{_OR_YEAR}'?[3-9]\d)*){_NO_COUNT}",
        lambda m: _short_years(m["ys"]),
    ),
    (
        r"(?<![.:$€£\d] )(?<!\bis )(?<!\bam )(?<!'m )(?<!'s )(?<!are )(?<!age )(?<!aged )"
        rf"(?:either )?'?(?P<ys>[3-9]\d(?:{_OR_YEAR}'?[3-9]\d)+){_NO_COUNT}",
        lambda m: _short_years(m["ys"]),
    ),
    (rf"{_MADE}(?:since) '?(?P<y>[3-9]\d){_NO_COUNT}", lambda m: [f"year>=19{m['y']}"]),
    (
        rf"{_MADE}(?:after|newer than|later than) '?(?P<y>[3-9]\d){_NO_COUNT}",
        lambda m: [f"year>19{m['y']}"],
    ),
    (
        rf"{_MADE}(?:before|older than|earlier than) '?(?P<y>[3-9]\d){_NO_COUNT}",
        lambda m: [f"year<19{m['y']}"],
    ),
)
"""Years by their last digits, where nothing has a price."""
_PRICES: tuple[Rule, ...] = (
    (rf"{_PRICED}(?:between|from) {_N} (?:and|to) {_Z}", lambda m: _between("price", _sum(m["n"]), _sum(m["z"]))),
    (rf"{_PRICED}{_N}\s?(?:-|\u2013|to)\s?{_Z}", lambda m: _between("price", _sum(m["n"]), _sum(m["z"]))),
    (
        rf"(?:{_PRICED}(?:up to|at most|max(?:imum)?\.?(?: of)?|within|(?:(?:my|a|on a) )?budget(?: is| of|:)?) {_N}|"
        rf"{_M} (?:(?:or|and) (?:less|under|below|cheaper)|max(?:imum)?|tops|at most)\b(?! \d))",
        lambda m: [f"price<={_sum(m['n'] or m['m'])}"],
    ),
    (
        rf"(?:{_PRICED}(?:at least|from|min(?:imum)?\.?(?: of)?) {_N}|"
        rf"{_M}(?:\+| (?:or|and) (?:more|over|above|up)\b(?! \d)))",
        lambda m: [f"price>={_sum(m['n'] or m['m'])}"],
    ),
    (rf"{_PRICED}(?:under|below|less than|cheaper than|lower than) {_N}", lambda m: [f"price<{_sum(m['n'])}"]),
    (rf"{_PRICED}(?:over|above|(?:more|dearer|more expensive) than) {_N}", lambda m: [f"price>{_sum(m['n'])}"]),
    (
        rf"{_PRICED}(?:around|roughly|approximately|circa) {_N}",
        lambda m: _between("price", *(f"{float(_sum(m['n'])) * (1 + by):g}" for by in (-_AROUND, _AROUND))),
    ),
)


def _lengths(catalog: Catalog) -> tuple[Rule, ...]:
    """Make rules for "under 100 minutes", "at least two hours", "up to 300 pages", where the catalogue tells that."""
    kinds = derived(catalog, attribute_kinds)
    rules: list[Rule] = []
    for unit, names in LENGTHS.items():
        name = next((name for name in names if kinds.get(name) == "number"), None)
        if name is None:
            continue
        amount = (
            rf"(?:about |around )?(?P<n>\d+(?:\.\d+)?|{_AMOUNT_IN_WORDS}|an?|{'|'.join(_ONES)})(?P<half> and a half)?"
            rf"[\s-]?(?P<u>{unit})\b(?P<late> and a half)?"
        )
        for words, operator in _LENGTH_LEADS:
            rules.append((rf"(?:{words}) {amount}(?: long)?", _length_of(name, operator)))
        ends = r"(?: (?:or|and) (?:less|under|shorter|below)| max(?:imum)?| tops| at most)\b(?! \d)"
        rules.append((rf"{amount}(?: long)?{ends}", _length_of(name, "<=")))
        rules.append((rf"{amount}(?: long)? (?:or|and) (?:more|over|longer|above)\b(?! \d)", _length_of(name, ">=")))
        rules += _length_bands(catalog, name)
    return tuple(rules)


def _length_bands(catalog: Catalog, name: str) -> list[Rule]:
    """Make rules for "a short film", "not too long" and "a long one": by the thirds of the catalogue's lengths."""
    lengths = [float(held) for each in catalog.items if isinstance(held := each.attributes.get(name), int | float)]
    low, high = np.round(np.quantile(lengths, (1 / 3, 2 / 3))) if lengths else (np.nan, np.nan)
    return [
        (
            r"(?:not|nothing|isn'?t|aren'?t)(?: (?:anything|an?|one|ones|that|that's|is|be))* "
            r"(?:too|so|very|overly) long\b(?! ago)",
            lambda _: [f"{name}<={high:g}"],
        ),
        (rf"short(?:ish)?\b(?= {_OF_LENGTH}\b)|(?<=something )short\b(?!-| and)", lambda _: [f"{name}<{low:g}"]),
        (rf"long(?:ish)?\b(?= {_OF_LENGTH}\b)", lambda _: [f"{name}>={high:g}"]),
    ]


def _length_of(name: str, operator: str) -> Conditions:
    def conditions(match: re.Match[str]) -> list[str]:
        words = match["n"].lower()
        number = 1.0 if words in ("a", "an") else float(_sum(words))
        number += 0.5 if match["half"] or match["late"] else 0.0
        return [f"{name}{operator}{number * (60 if match['u'].lower().startswith('h') else 1):g}"]

    return conditions


def _recent_years(catalog: Catalog) -> tuple[Rule, ...]:
    """Make a rule for "from the last five years": they are counted from the newest item."""
    newest = newest_year(catalog)
    counts = {"couple of": "2", "few": "3"}
    return (
        (
            rf"{_MADE}(?:last|past) (?P<n>\d{{1,2}}|few|couple of|{'|'.join((*_ONES, *_TEENS))}) years\b",
            lambda m: [f"year>{newest - int(_sum(counts.get(m['n'].lower(), m['n'])))}"],
        ),
        (
            r"(?:nothing|not?|isn'?t|aren'?t|don'?t want(?: anything)?|without|forget(?: about)?)(?: (?:too|so|very|"
            r"really|that|"
            r"anything|any|the))* "
            r"(?:old|ancient|dated|old[- ]fashioned)\b(?! (?:boy|man|men|yeller|dogs?|people|ladies|lady|school)\b)"
            r"(?: (?:ones?|films?|movies?|stuff|crap|things?))?",
            lambda _: [f"year>{newest - NOT_OLD}"],
        ),
        (
            r"(?:nothing|not?|isn'?t|aren'?t|don'?t want(?: anything)?|never|without)(?:"
            r"(?: (?:too|so|very|really|that|all that|overly|anything|any|brand))+ (?:new|recent)|"
            r"(?: (?:too|so|very|really|that|all that|overly|anything|any))* (?:modern|contemporary))\b"
            r"(?: (?:ones?|films?|movies?|stuff|things?))?",
            lambda _: [f"year<{newest - NOT_NEW}"],
        ),
        (
            r"(?:an? |some |the )?(?:really |very |proper )?(?:old (?:films?|movies?|flicks?|ones)|oldies)\b",
            lambda _: [f"year<{newest - OLD}"],
        ),
        (
            r"(?:something |anything |more )?(?:fairly |quite |rather |very |pretty )?recent(?: (?:ones?|films?|"
            r"movies?|stuff|things?))?\b"
            r"(?! (?:history|events|past))",
            lambda _: [f"year>{newest - RECENT}"],
        ),
    )


def newest_year(catalog: Catalog) -> int:
    """Return the year of a catalogue's newest item; 0 where it tells none.

    Parameters
    ----------
    catalog
        The items.

    Returns
    -------
    int
    """
    years = (int(y) for item in catalog.items if isinstance(y := item.attributes.get("year"), int | float))
    return max(years, default=0)


def price_bands(catalog: Catalog) -> tuple[float, float]:
    """Find below which price an item is cheap, and from which one it is expensive.

    Parameters
    ----------
    catalog
        The items.

    Returns
    -------
    tuple of float
        The ends of the lower and of the upper third; NaN where nothing has a price.
    """
    prices = [float(p) for item in catalog.items if isinstance(p := item.attributes.get("price"), int | float)]
    low, high = np.quantile(prices, (1 / 3, 2 / 3)) if prices else (np.nan, np.nan)
    return float(low), float(high)


def _price_bands(catalog: Catalog) -> tuple[Rule, ...]:
    """Make rules for "cheap" and "expensive": the lower and the upper third of the catalogue's prices."""
    low, high = price_bands(catalog)
    return (
        (
            r"(?:(?:cheap|inexpensive|affordable|(?:wallet|budget|purse)[- ]friendly|low[- ](?:cost"
            r"|priced?|budget(?= (?!films?|movies?))))\b|(?:easy|gentle|light) on (?:the|my) (?:wallet"
            r"|purse|budget)\b|on a (?:tight |small |low )?budget\b)",
            lambda _: [f"price<{low:g}"],
        ),
        (r"(?:expensive|pricey|costly|luxurious|luxury|high[- ]end)\b", lambda _: [f"price>={high:g}"]),
    )


def _sum(amount: str) -> str:
    """Write an amount in digits, whether it was written so or in words."""
    if amount[0].isdigit():
        return amount
    total = 0
    for word in re.split(r"[- ]", amount.lower()):
        if word == "hundred":
            total *= 100
        elif word in _TENS:
            total += 20 + 10 * _TENS.index(word)
        else:
            total += {"a": 1, **{w: n for n, w in enumerate((*_ONES, *_TEENS), 1)}}[word]
    return str(total)
