"""References to items: by place ("the second one"), by a title as typed, in comparisons ("cheaper than that")."""

import re
from collections.abc import Collection, Mapping

from rapidfuzz import fuzz, process, utils

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import MINUTES, Vocabulary, natural_order, words
from llmrec.chat.nlu.intent import LAST, THAT, THESE, Comparison
from llmrec.chat.nlu.lexicon import ORDINARY
from llmrec.errors import UnknownItem
from llmrec.retrieval.filters import attribute_kinds

_COMPARATIVES = {
    "cheaper": ("price", "<"), "less expensive": ("price", "<"), "more affordable": ("price", "<"),
    "less pricey": ("price", "<"), "pricier": ("price", ">"), "more expensive": ("price", ">"),
    "dearer": ("price", ">"),
    "newer": ("year", ">"), "more recent": ("year", ">"), "more modern": ("year", ">"), "later": ("year", ">"),
    "older": ("year", "<"), "earlier": ("year", "<"), "less recent": ("year", "<"),
    "less old": ("year", ">"), "less dated": ("year", ">"), "less ancient": ("year", ">"), "not as old": ("year", ">"),
    "less new": ("year", "<"), "less modern": ("year", "<"), "not as new": ("year", "<"),
    "longer": ("length", ">"), "shorter": ("length", "<"), "less long": ("length", "<"), "not as long": ("length", "<"),
}  # fmt: skip
_NAMES = {
    "price": ("price", "cost"), "year": ("year", "release_year"),
    "length": (*MINUTES, "pages", "num_pages", "page_count"),
}  # fmt: skip
"""What is compared -> names of attributes that tell it."""
_CHINESE_COMPARATIVES = {
    "便宜": ("price", "<"), "贵": ("price", ">"), "新": ("year", ">"), "老": ("year", "<"), "旧": ("year", "<"),
    "早": ("year", "<"), "晚": ("year", ">"), "长": ("length", ">"), "短": ("length", "<"),
}  # fmt: skip
_CHINESE_THAN = re.compile(
    rf"(?:比(?P<than>《[^》]+》|(?![那这它])[^,。比的\s第]{{2,10}}?(?=[早晚老旧]的)|第[一二三四五六七八九十\d]+[个部本件款]?|它|这些?[个部本件]?|"
    rf"那[个部本件]?))?(?:有没有|要|"
    rf"再|还|更|来|想|但是?|不过|,)*"
    rf"(?P<word>{'|'.join(_CHINESE_COMPARATIVES)})(?:一?[点些]儿?|得多|很多|(?<=[早晚老旧])(?=的)|"
    r"(?:(?<=更.)|(?<=更便宜))(?=的?(?:$|[,。!?吗])))的?"
)
_COMPARATIVE = rf"(?P<negation>(?:not|nothing|no) (?:any )?)?\b(?P<comparative>{'|'.join(_COMPARATIVES)})\b"
_THAN = re.compile(rf"{_COMPARATIVE}(?: (?:ones?|films?|movies?|items?))? than (?P<than>[^,;.!?]+)", re.I)
_DO_YOU_HAVE = (
    r"(?>(?:have|do|does|can|could|is|are) (?:you|there|we|i|they)(?: (?:have|got|get|see|know(?: of)?|find(?: me)?|"
    r"show(?: me)?|offer|recommend|suggest|be|sell|stock|do))?|(?:you|they)(?:'ve)? (?:got|have)|got)"
)
"""How it is asked whether there is something; "have you got" is read in one way alone, however often it is said."""
_ALONE = re.compile(
    rf"(?:(?:but|and|so|ok|no|oh|well|actually|sorry|i (?:meant?|said)|please|something|"
    rf"anything|some|any|an?|show me|give me|find me|make it|i want|i'd like|"
    rf"a bit|slightly|much|even|a little|far|way|just|only|also|more|stuff|things?|ones?|{_DO_YOU_HAVE}|"
    rf"any chance of|what about|how about|that(?:'s| is| are)|which (?:is|are)|maybe|perhaps|for me)\s+)*{_COMPARATIVE}"
    r"(?:\s+(?:ones?|films?|movies?|items?|things?|stuff|options?|please|if possible|at all|instead|for me|maybe|then|"
    r"in (?:there|here|stock)))*",
    re.I,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_POSITION = re.compile(
    rf"(?:the |that |#|no\.? ?|number |nr\.? ?|item )*(?:(?P<ordinal>{'|'.join(_ORDINALS)}|last)|(?P<n>\d{{1,3}})"
    r"(?:st|nd|rd|th)?)(?: (?:one|film|movie|item|product|of them|of these|in the list))*",
    re.I,
)
_THAT_ONE = re.compile(r"(?:that|this|it|that one|this one|the same|the same one|the same thing|same)", re.I)
_ALL_OF_THEM = re.compile(
    r"(?:these|those|them|all of (?:them|these|those)|any of (?:them|these|those)|the others|the rest)", re.I
)
_WHAT_WAS = re.compile(
    r"(?:the )?(?:originals?|usual|rest|ones before|last (?:ones|lot|list|batch)|previous (?:ones|list)|"
    r"(?:what|the ones?) you (?:just )?(?:showed|gave|listed|have)(?: me)?)(?: ones?)?",
    re.I,
)
"""What is compared with without a name."""
_INVERSE = {"<": ">=", ">": "<="}
MIN_SERIES = 5
"""Letters from which one word may be the name of a series."""
MIN_SIMILARITY = 85.0
"""Similarity (0 to 100) from which a typed title counts as an item's."""


def comparative(word: str) -> tuple[str, tuple[str, ...], str] | None:
    """Read what a comparative compares.

    Parameters
    ----------
    word
        Such as "newer", or 新.

    Returns
    -------
    tuple or None
        What it is ("price", "year" or "length"), names of attributes that tell it, and how the item compares.

    Examples
    --------
    >>> comparative("newer"), comparative("funnier")
    (('year', ('year', 'release_year'), '>'), None)
    """
    found = _COMPARATIVES.get(word.lower()) or _CHINESE_COMPARATIVES.get(word)
    return (found[0], _NAMES[found[0]], found[1]) if found else None


def list_position(words: str) -> str:
    """Read the place in a list that words name.

    Parameters
    ----------
    words
        Such as "the second one", "#2", "number two", "the last one" or "that".

    Returns
    -------
    str
        The number of the place, counted from 1; `LAST`, `THAT`, or "" where the words name none.

    Examples
    --------
    >>> list_position("the second one"), list_position("that one"), list_position("a western")
    ('2', 'that', '')
    """
    words = re.sub(
        rf"\bnumber ({'|'.join(_NUMBERS)})\b",
        lambda match: f"number {_NUMBERS.index(match[1].lower()) + 1}",
        words.strip(" ?.!"),
        flags=re.I,
    )
    if _THAT_ONE.fullmatch(words):
        return THAT
    match = _POSITION.fullmatch(words)
    if not match:
        return ""
    ordinal = (match["ordinal"] or "").lower()
    return LAST if ordinal == "last" else str(_ORDINALS.index(ordinal) + 1) if ordinal else str(int(match["n"]))


def parse_comparisons(text: str, catalog: Catalog, default: str = THESE) -> tuple[str, tuple[Comparison, ...]]:
    """Take comparisons with items of the conversation out of a text.

    Parameters
    ----------
    text
        A line of a conversation.
    catalog
        Only comparisons by its attributes "year" and "price" are read, and only with titles that it has.
    default
        What is meant where a line does not say what it compares with ("something cheaper").

    Returns
    -------
    text : str
        What is left.
    comparisons : tuple of Comparison
        All of them, in order.
    """
    names = derived(catalog, attribute_kinds)
    found: list[Comparison] = []

    def note(match: re.Match[str], subject: str) -> str:
        compared, operator = _COMPARATIVES[match["comparative"].lower()]
        attribute = next((name for name in _NAMES[compared] if names.get(name) == "number"), "")
        if not subject or not attribute:
            return match[0]
        found.append(Comparison(attribute, _INVERSE[operator] if match["negation"] else operator, subject))
        return " "

    def note_chinese(match: re.Match[str]) -> str:
        compared, operator = _CHINESE_COMPARATIVES[match["word"]]
        attribute = next((name for name in _NAMES[compared] if names.get(name) == "number"), "")
        if not attribute:
            return match[0]
        than = match["than"] or ""
        title = than.strip("《》") if than and not re.match(r"第|它|这|那", than) else ""
        found.append(Comparison(attribute, operator, title or _chinese_place(than) or default))
        return " "

    text = _CHINESE_THAN.sub(note_chinese, text)
    text = _THAN.sub(lambda m: note(m, _subject(m["than"], catalog)), text)
    parts = re.split(r"([,;.!?]\s*|\s+(?:but|and)\s+|\s+(?=(?:under|below|over|above|from|with|without|for)\b))", text)
    for n in range(0, len(parts), 2):
        if alone := _ALONE.fullmatch(parts[n].strip()):
            parts[n] = note(alone, default)
    return "".join(parts), tuple(found)


def than_places(line: str, listed: int) -> str:
    """Write the places of a list that a line compares with as such: a number after "than" may be an amount, too.

    Parameters
    ----------
    line
        What a person wrote.
    listed
        Number of items of the last list.

    Returns
    -------
    str

    Examples
    --------
    >>> than_places("cheaper than 3", 5), than_places("cheaper than 30", 5)
    ('cheaper than number 3', 'cheaper than 30')
    """
    unit = (
        r"(?![\w%$€£]|[.,]\d| ?(?:minutes?|mins?|hours?|pages?|years?|euros?|dollars?|pounds?|bucks|people|stars?)\b)"
    )
    place = re.compile(rf"(?<=\bthan )(\d){unit}", re.I)
    return place.sub(lambda match: f"number {match[1]}" if 1 <= int(match[1]) <= listed else match[1], line)


_ALL_BUT = re.compile(
    r"\b(?:all|everything|every one)(?: of (?:them|em|these|those))? (?:except|but|bar|apart from|besides) (?:for )?"
    r"(?:number |no\. ?|#|the )?(?P<first>\d|first|second|third|fourth|fifth|last)(?:st|nd|rd|th)?(?: one)?"
    r"(?: (?:and|or) (?:number |the )?(?P<second>\d|first|second|third|fourth|fifth|last)(?: one)?)?(?!\w|\.\d)|"
    r"除了第(?P<chinese>[一二三四五六七八九\d])[部本个件]?(?:以外|之外)?,?(?:其[他它余]的?)?(?:都|全)(?:部)?",
    re.I,
)


def all_but_places(line: str, listed: int) -> str:
    """Name the places of a list that "all except 4" means.

    Parameters
    ----------
    line
        What a person wrote.
    listed
        Number of items of the last list.

    Returns
    -------
    str

    Examples
    --------
    >>> all_but_places("seen them all except 4", 5), all_but_places("除了第二部都看过", 3)
    ('seen 1, 2, 3 and 5', '第一部和第三部都看过')
    """

    def place(said: str) -> int:
        if said.isdigit():
            return int(said)
        return listed if said == "last" else _ORDINALS.index(said) + 1

    def named(match: re.Match[str]) -> str:
        if chinese := match["chinese"]:
            out = {int(chinese) if chinese.isdigit() else "一二三四五六七八九".index(chinese) + 1}
        else:
            out = {place(match[name].lower()) for name in ("first", "second") if match[name]}
        kept = [n for n in range(1, min(listed, 9) + 1) if n not in out]
        if not kept or not all(1 <= n <= listed for n in out):
            return match[0]
        if chinese:
            return "和".join(f"第{'一二三四五六七八九'[n - 1]}部" for n in kept) + "都"
        return " and ".join(part for part in (", ".join(map(str, kept[:-1])), str(kept[-1])) if part)

    return re.sub(r"\b(?:em|them|these|those) (?=\d)", "", _ALL_BUT.sub(named, line)) if _ALL_BUT.search(line) else line


def _chinese_place(words: str) -> str:
    """The place that 第二部 names, `THAT` for 它; "" for none."""
    found = re.match(r"第([一二三四五六七八九十]|\d+)", words)
    if not found:
        return THESE if words.startswith("这些") else THAT if words else ""
    return found[1] if found[1].isdigit() else str("一二三四五六七八九十".index(found[1]) + 1)


def _subject(words: str, catalog: Catalog) -> str:
    """Read the reference that follows "than"; "" where there is none."""
    if _ALL_OF_THEM.fullmatch(words.strip()) or _WHAT_WAS.fullmatch(words.strip()):
        return THESE
    known = Vocabulary.of(catalog).by_title.get(words.strip().casefold())
    return ("" if words.strip().isdigit() else list_position(words)) or (words.strip() if known else "")


def find_title(typed: str, catalog: Catalog) -> str:
    """Find the item that a person means by a title.

    Parameters
    ----------
    typed
        The title as it was typed: in any case, misspelt, shortened, with or without its article.
    catalog
        The items to choose from.

    Returns
    -------
    str
        The id of the item with the most similar title; of several with the same title the catalogue's first.

    Raises
    ------
    UnknownItem
        Where no title is similar enough. The message names the three most similar.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("71", "Lion King, The"), Item("50", "Star Wars")), {})
    >>> find_title("the lion kng", films)
    '71'
    """
    vocabulary = Vocabulary.of(catalog)
    exact = vocabulary.by_title.get(typed.strip().casefold())
    if exact:
        return exact[0]
    near = _most_similar(bare_title(typed), derived(catalog, bare_titles))
    near.sort(key=lambda match: (-match[1], len(match[0])))
    if near and near[0][1] >= MIN_SIMILARITY:
        return vocabulary.by_title[near[0][0]][0]
    items = dict.fromkeys(vocabulary.by_title[alias][0] for alias, _ in near)
    titles = ", ".join(f'"{vocabulary.titles[item]}"' for item in items)
    raise UnknownItem(f"no title like {typed[:100]!r} is in the catalogue; did you mean one of {titles}?")


MAX_TITLE_WORDS = 7
"""Words of a title that is looked for in a line."""
MIN_TITLE, MIN_ONE_WORD = 8, 7
"""Letters from which several words, and one, may be a title in whatever case."""
MIN_SPELT, MIN_WORD_SPELT, MIN_ALONE_SPELT = 86.0, 70.0, 90.0
"""Similarity from which words of which one is not in the catalogue are a title that is misspelt; of each such word, and
of a word alone: "singing" is not "Shining"."""
_BEFORE_TITLE = re.compile(
    r"(?:\b(?:than|like|seen|watched|saw|read|is|was|does|did|have|has|about|of|loved?|liked?|enjoyed|"
    r"hated?|not|and|or|add|why|where|where's)|,|"
    r"\b(?:plays?|played|stars?|starr(?:ed|ing)|acts?|acted|who's|who is|happens) in)\s+(?:the |a |an )?$",
    re.I,
)
"""After what one word in small letters may be a title."""


MIN_SUBJECT = 5
"""Letters from which one word may be a title where a question says what only an item can be."""
_BEFORE_SUBJECT = re.compile(r"\b(?:is|isn'?t|was|wasn'?t)\s+$", re.I)
_AFTER_SUBJECT = re.compile(
    r"\s+(?:(?:an?|the|really|also) )*(?:[a-z-]+ ){0,2}"
    r"(?:one|film|movie|comedy|thriller|drama|horror|musical|western)\b|"
    r"\s+(?:(?:too|really|very|any|that|so|a bit) )*"
    r"(?:scary|sad|funny|violent|good|long|romantic|gory|boring|suitable|okay?) ?"
    r"(?:at all|for \w+(?: \w+)?)?\s*[?.!]*$",
    re.I,
)


def with_spelt_titles(line: str, catalog: Catalog) -> str:
    """Write the titles of a line as the catalogue does: "have i seen jurasic park" asks of Jurassic Park.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        The items.

    Returns
    -------
    str

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("71", "Lion King, The"), Item("1", "Jurassic Park")), {})
    >>> with_spelt_titles("is lion king newer than jurasic park?", films)
    'is The Lion King newer than Jurassic Park?'
    """
    known, vocabulary = derived(catalog, _spelt), derived(catalog, _title_words)
    tokens = words(line)
    at, left, kept = 0, [], 0
    while at < len(tokens):
        for length in range(min(MAX_TITLE_WORDS, len(tokens) - at), 0, -1):
            start, end = tokens[at][1], tokens[at + length - 1][2]
            title = _title_of(line, start, end, length, known, vocabulary)
            if title:
                left += [line[kept:start], title]
                kept, at = end, at + length - 1
                break
        at += 1
    return "".join((*left, line[kept:]))


def _title_of(
    line: str, start: int, end: int, length: int, known: Mapping[str, str], vocabulary: Collection[str]
) -> str:
    stretch, bare = line[start:end], bare_title(line[start:end])
    if re.search(r"[?!;]|[.,]\s", stretch):
        return ""  # the end of one sentence and the beginning of the next
    letters = bare.replace(" ", "")
    said = bare.split()
    subject = length == 1 and _BEFORE_SUBJECT.search(line[:start]) and _AFTER_SUBJECT.match(line[end:])
    least = MIN_TITLE if length > 1 else MIN_SUBJECT if subject else MIN_ONE_WORD
    if (
        len(letters) < least
        or not stretch.isascii()
        or ORDINARY.issuperset(said)
        or (said[0] in ORDINARY and len(said) < 3)
    ):
        return ""
    if length == 1 and not _BEFORE_TITLE.search(line[:start]):
        return ""
    if re.search(r"\b(?:an?|some|any|more|no)\s+$", line[:start], re.I):  # "a true romance"
        return ""
    if stretch.casefold() == known.get(bare, "").casefold():
        return stretch if length > 1 else known[bare] if stretch.islower() else ""
    if bare in known:
        return known[bare]
    unknown = [word for word in said if word.isalpha() and len(word) > 3 and word not in vocabulary]
    if not unknown or (length == 1 and len(letters) < MIN_TITLE):
        return ""
    near = process.extractOne(
        bare, known.keys(), scorer=fuzz.ratio, score_cutoff=MIN_SPELT if length > 1 else MIN_ALONE_SPELT
    )
    if near is None or re.findall(r"\d+", near[0]) != re.findall(r"\d+", bare):
        return ""
    slips = all(max(fuzz.ratio(word, own) for own in near[0].split()) >= MIN_WORD_SPELT for word in unknown)
    return known[near[0]] if slips and len(near[0].split()) == len(said) else ""


def _spelt(catalog: Catalog) -> dict[str, str]:
    """Bare title -> the title as it is said; the part before a colon too, where one title alone begins so."""
    found: dict[str, str] = {}
    begun: dict[str, set[str]] = {}
    for item in catalog.items:
        said = natural_order(item.title)
        if re.search(r"[,;?!]", said) or not said.isascii():
            continue  # it would be cut where sentences are
        for own in (re.sub(r"\s*\([^)]*\)", "", said), *re.findall(r"\(([^)]+)\)", said)):
            found.setdefault(bare_title(own), said)
            if len(bare_title(own).split()) > 1:
                found.setdefault(_in_digits(bare_title(own)), said)
        if ":" in said:
            begun.setdefault(bare_title(said.partition(":")[0]), set()).add(said)
    for start, titles in begun.items():
        series = sum(bare_title(natural_order(item.title)).startswith(start) for item in catalog.items)
        if series == 1 == len(titles) and len(start) >= MIN_TITLE:
            found.setdefault(start, *titles)
    return {bare: said for bare, said in found.items() if said.casefold() in Vocabulary.of(catalog).by_title}


_COUNTING = {word: str(n) for n, word in enumerate((*_NUMBERS, "eleven", "twelve", "thirteen"), 1)}


def _in_digits(bare: str) -> str:
    """A bare title with its number in the other form: "12 monkeys", "twelve angry men"."""
    words = {number: word for word, number in _COUNTING.items()}
    return " ".join(_COUNTING.get(word) or words.get(word, word) for word in bare.split())


def _title_words(catalog: Catalog) -> frozenset[str]:
    return frozenset(word for bare in derived(catalog, bare_titles).values() for word in bare.split()) | ORDINARY


_COUNTED = re.compile(r"\s*(?:[:&-]|\d|[ivx]+\b|part\b|volume\b|returns\b|forever\b)", re.I)
"""How the title of a further part goes on behind the name of its series."""


def find_series(typed: str, catalog: Catalog) -> tuple[str, ...]:
    """Find the items that words mean which may name one title or what several begin with ("star trek").

    Parameters
    ----------
    typed
        A title, or the name of a series.
    catalog
        The items.

    Returns
    -------
    tuple of str
        Ids, at least one.

    Raises
    ------
    UnknownItem
        As `find_title`.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> titles = ("Star Trek: Generations", "Star Trek III: The Search for Spock", "Starman")
    >>> find_series("star trek", Catalog("films", tuple(Item(t[-5:], t) for t in titles), {}))
    ('tions', 'Spock')
    """
    vocabulary = Vocabulary.of(catalog)
    bare = bare_title(typed)
    said = bare.split()
    named = len(said) > 1 or len(bare) >= MIN_SERIES
    if typed.strip().casefold() not in vocabulary.by_title and named and not ORDINARY.issuperset(said[:1]):
        begun = re.compile(rf"{re.escape(bare)}(?!\w)")
        begin = {title: each for title, each in derived(catalog, bare_titles).items() if begun.match(each)}
        found = [vocabulary.by_title[title] for title in begin]
        counted = any(_COUNTED.match(each[len(bare) :]) for each in begin.values())
        if len(found) > 1 and (len(said) > 1 or counted):  # one word may begin titles by chance: "black"
            return tuple(dict.fromkeys(id for ids in found for id in ids))
    return (find_title(typed, catalog),)


def is_spelt(word: str, title: str) -> bool:
    """Tell whether a word alone is a title, but for a slip: "screm", and not "singing" for "The Shining".

    Parameters
    ----------
    word
        As a person wrote it.
    title
        Of an item.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_spelt("screm", "Scream"), is_spelt("singing", "Shining, The")
    (True, False)
    """
    return _similarity(bare_title(word), bare_title(title)) >= MIN_ALONE_SPELT


def bare_titles(catalog: Catalog) -> dict[str, str]:
    """Make the bare forms of titles, once a catalogue.

    Parameters
    ----------
    catalog
        The items.

    Returns
    -------
    dict
        Folded title -> its bare form.
    """
    return {title: bare_title(title) for title in Vocabulary.of(catalog).by_title}


def _most_similar(typed: str, titles: Mapping[str, str], most: int = 3) -> list[tuple[str, float]]:
    """Of bare titles those most similar to a typed one: by edits, and those that hold it as words."""
    by_edits = {title for _, _, title in process.extract(typed, titles, scorer=fuzz.ratio, limit=most)}
    found = [title for title, bare in titles.items() if title in by_edits or (typed and typed in bare)]
    scored = [(title, _similarity(typed, titles[title])) for title in found]
    return sorted(scored, key=lambda match: -match[1])[:most]


def _similarity(typed: str, title: str) -> float:
    """Similarity by edits; the beginning of a title, or whole words of it, are similar to it too ("terminator 2")."""
    ratio = float(fuzz.ratio(typed, title))
    if typed and title.startswith(f"{typed} "):
        return max(ratio, 97.0)
    return max(ratio, 88.0) if len(typed) >= 5 and f" {typed} " in f" {title} " else ratio


def bare_title(name: str) -> str:
    """Take from a title what makes unlike titles look alike.

    Parameters
    ----------
    name
        A title, or words that may be one.

    Returns
    -------
    str
        In lower case, without punctuation and articles.

    Examples
    --------
    >>> bare_title("Lion King, The")
    'lion king'
    """
    return re.sub(r"^(the|a|an) | +(the|a|an)$", "", " ".join(utils.default_process(name).split()))
