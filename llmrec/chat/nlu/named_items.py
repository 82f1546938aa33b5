"""Which items a line names: by their place in the last list, or by their titles."""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary, words
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import CHINESE
from llmrec.chat.nlu.lexicon import ORDINARY, Lexicon
from llmrec.chat.nlu.listed_titles import begun_titles
from llmrec.chat.nlu.references import list_position
from llmrec.chat.nlu.suitability import without_ages

_WORD = r"[^\W_]+"
MIN_BARE_TITLE = 7
"""Letters from which a title of one word is known without its article, in whatever case."""
MIN_NAME = 4
"""Letters from which the first word of a product's title is its name."""
MAX_NAMESAKES = 4
"""Titles of products up to which a word that they hold is a name, and no quality: "skinny"."""
MAX_BARE_PLACE = 20
"""Number up to which one alone is a place in a list; "a man of 50" names none."""
MAX_TITLE_WORDS, MAX_TITLE_CHARACTERS = 10, 20
"""Of a title in a line; the characters are those of a language without spaces."""
_PLACES = re.compile(
    r"(?:(?P<sign>#|\bno\.? ?|\bnumber |\bitem |第)|(?<![a-zA-Z\d.,$€£¥])(?<!\bat )(?:(?<!\bof )|(?=\d{1,2} (?:and|or) \d))(?<!\bage )(?<!\baged )(?<!pg )(?<!pg-)(?<!nc-))(?P<n>\d{1,2})(?:st|nd|rd|th)?(?![a-zA-Z\d'’]|[.,]\d|[%$€£¥])(?P<unit>\s*(?:years?|yrs?|"
    r"minutes?|mins?|hours?|pages?|euros?|dollars?|bucks|people|kids|岁|年|分钟|块|元|页|个))?|"
    r"\b(?:the )?(?P<ordinal>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)"
    r"(?: (?:one|film|movie|book|item|product|song|album|pair))?(?! (?:time|night|week|month|year|season))\b|"
    r"第(?P<chinese>[一二三四五六七八九十])|最后(?:一个|一部|一本|一件|那个|那部)",
    re.I,
)
_BETWEEN_SCRIPTS = re.compile(rf"(?<=[{CHINESE}])(?=[A-Za-z])|(?<=[A-Za-z\d])(?=[{CHINESE}])")
_CHINESE_NUMBERS = "一二三四五六七八九十"


def items_named(line: str, listed: Sequence[str], catalog: Catalog, offered: Container[str]) -> tuple[str, ...]:
    """Find the items that a line names by their place in the last list or by their title.

    Parameters
    ----------
    line
        A question.
    listed
        Ids of the items of the last list, in order.
    catalog
        Whose titles are read.
    offered
        Ids of the items that can be recommended; others are not named.

    Returns
    -------
    tuple of str
        Their ids, each once; places first.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("a", "Scream"), Item("b", "Alien"), Item("c", "Heat")), {})
    >>> items_named("1 or the third one, or Alien?", ["a", "b", "c"], films, films.row)
    ('b', 'a', 'c')
    """
    titled, rest = _titled(without_ages(line), catalog, offered)
    places = [place for match in _PLACES.finditer(rest) if (place := _place(match, len(listed)))]
    numbered = [listed[place - 1] for place in places if 1 <= place <= len(listed)]
    bare = f" {' '.join(re.findall(_WORD, _BETWEEN_SCRIPTS.sub(' ', rest).casefold()))} "
    shown = [
        id
        for id in listed
        if id in catalog.row and (title := _bare_title(catalog.item(id).title)) and f" {title} " in bare
    ]
    begun = [id for id in begun_titles(bare, listed, catalog) if id not in shown]
    named = [] if titled or shown else _by_name(bare, listed, catalog)
    return tuple(dict.fromkeys(id for id in (*titled, *shown, *begun, *named, *numbered) if id in offered))


def _by_name(bare: str, listed: Sequence[str], catalog: Catalog) -> list[str]:
    """Products of a list by the name that their title begins with: "why is lorentzo there" of a Lorentzo flannel shirt."""
    if wording(catalog).noun != "product":
        return []
    lexicon, found, titles = Lexicon.of(catalog), [], derived(catalog, _titles_with)
    for id in listed:
        name = next(iter(re.findall(_WORD, catalog.item(id).title.casefold())), "") if id in catalog.row else ""
        if len(name) < MIN_NAME or f" {name} " not in bare or len(titles.get(name, ())) > MAX_NAMESAKES:
            continue
        if name not in ORDINARY and not lexicon.mentions(name):
            found.append(id)
    return found[:1]


def _titles_with(catalog: Catalog) -> dict[str, set[str]]:
    """Word -> the titles that hold it."""
    found: dict[str, set[str]] = {}
    for item in catalog.items:
        for word in re.findall(_WORD, item.title.casefold()):
            found.setdefault(word, set()).add(item.title)
    return found


def _bare_title(title: str) -> str:
    """The words of a title without its article, by which people speak of what they see; "" where they are too few."""
    words_of_it = re.findall(_WORD, re.sub(r",? (?:the|an?)(?= *\(|$)|\(.*?\)", "", title.casefold()))
    words_of_it = words_of_it[1:] if words_of_it[:1] in (["the"], ["a"], ["an"]) else words_of_it
    return " ".join(words_of_it) if len(words_of_it) > 1 or len("".join(words_of_it)) >= MIN_BARE_TITLE else ""


def within_title(line: str, catalog: Catalog) -> Callable[[int, int], bool]:
    """Tell which characters of a line are part of a title of a catalogue ("give me 12 Angry Men").

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Whose titles are read.

    Returns
    -------
    callable
        Whether characters `[start, end)` are.
    """
    spans = [(start, end) for start, end, _ in _spans(line, Vocabulary.of(catalog).by_title)]
    return lambda start, end: any(first <= start and end <= last for first, last in spans)


def titles_within(line: str, catalog: Catalog) -> tuple[tuple[int, int], ...]:
    """Find the stretches of a line that are titles of several words.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Whose titles are read.

    Returns
    -------
    tuple of tuple of int
        Start and end of each.
    """
    spans = _spans(line, Vocabulary.of(catalog).by_title)
    # "a true romance" is none, though a film is called so
    kinds = re.compile(r"\b(?:an?|some|any|more|no|good|great|other)\s+$", re.I)
    return tuple((start, end) for start, end, alias in spans if " " in alias and not kinds.search(line[:start]))


def places_beyond(line: str, listed: Sequence[str], catalog: Catalog) -> int | None:
    """Find a place that a line names and the last list does not have.

    Parameters
    ----------
    line, listed, catalog
        As for `items_named`.

    Returns
    -------
    int or None
        The place, counted from 1.
    """
    rest = _titled(without_ages(line), catalog, catalog.row)[1]
    places = [_place(match, len(listed)) for match in _PLACES.finditer(rest)]
    return next((place for place in places if place and place > len(listed)), None)


_THE_ONE = re.compile(
    r"\b(?:that|the|this|your) (?P<what>(?:[\w'&-]+ ){1,4}?)(?P<noun>one|film|movie|thing)\b(?P<one> one\b)?(?! (?:of|from|with|about|like|that|where)\b)|"
    r"(?<=\bput )(?P<kept>(?!(?:it|that|this|them|the|both)\b)[\w'&-]+(?: [\w'&-]+){0,3}?)(?= (?:aside|on hold|back for)\b)|"
    r"(?<=\b(?:keep|hold|save) )(?P<held>(?!(?:it|that|this|them|the|both|one)\b)[\w'&-]+(?: [\w'&-]+){0,3}?)(?= for (?:me|later|us)\b)|"
    r"(?<=\bwhy )(?P<why>[\w'&-]+(?: [\w'&-]+){0,3}?)(?=[\s?.!]*$)|"
    r"(?<=\bwhy )(?:is|did you (?:pick|choose|put|show)) (?P<there>(?!(?:it|that|this|there|the|number)\b)[\w'&-]+(?: [\w'&-]+){0,3}?)(?: (?:in )?(?:there|here|in the list|on the list|listed))?(?=\s*(?:[?.!,]|$))",
    re.I,
)
"""An item by a word of its title, or by a value that it alone has: "that Kolya one", "the red one"."""
_NO_WORD_OF_TITLE = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "other",
        "others",
        "same",
        "only",
        "new",
        "newer",
        "old",
        "older",
        "best",
        "first",
        "second",
        "third",
        "last",
        "next",
        "it",
        "that",
        "this",
        "these",
        "those",
        "them",
    ]
)


def with_places(line: str, listed: Sequence[str], catalog: Catalog) -> str:
    """Write the place of each item that a line names by a word of its title, or by a value that it alone has.

    Parameters
    ----------
    line
        What a person wrote.
    listed, catalog
        As for `items_named`.

    Returns
    -------
    str

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> items = (Item("a", "Kolya", "", {"genre": "Comedy"}), Item("b", "Heat", "", {"genre": "Crime"}))
    >>> films = Catalog("films", items, {})
    >>> with_places("why that kolya one?", ["a", "b"], films), with_places("like the crime one", ["a", "b"], films)
    ('why number 1?', 'like number 2')
    """
    shown = [catalog.item(id) for id in listed if id in catalog.row]
    titles = [set(re.findall(_WORD, item.title.casefold())) for item in shown]
    values = [
        {form for value in item.attributes.values() for each in (value if isinstance(value, tuple) else (value,))
         for form in (str(each).casefold(), f"{str(each).casefold()}s")}
        for item in shown
    ]  # fmt: skip

    def named(match: re.Match[str]) -> str:
        what = next(match[name] for name in ("what", "why", "there", "kept", "held") if match[name]).strip().casefold()
        what += f" {match['noun'].casefold()}" if match["one"] else ""
        said = [word for word in re.findall(_WORD, what) if word not in _NO_WORD_OF_TITLE]
        places = [n for n, title in enumerate(titles, 1) if said and title.issuperset(said)]
        if not places and match["what"]:
            places = [n for n, held in enumerate(values, 1) if what in held]
        if len(places) == 1:
            return f"number {places[0]}"
        known = Vocabulary.of(catalog).by_title
        title = next((held for held in (f"a {what}", f"the {what}", what) if held in known), "")
        return title.title() if title and " " in what and match["what"] else match[0]

    return _THE_ONE.sub(named, line)


def names_alone(text: str, listed: Sequence[str], catalog: Catalog) -> bool:
    """Tell whether a text does nothing but name items: "2 and Heat".

    Parameters
    ----------
    text
        A clause.
    listed, catalog
        As for `items_named`.

    Returns
    -------
    bool
    """
    titled, rest = _titled(text, catalog, catalog.row)
    left = re.sub(r"\b(?:and|or|nor|the|ones?|number)\b|[和跟]|还有", " ", _PLACES.sub(" ", rest), flags=re.I)
    return not re.search(r"\w", left) and bool(titled or (listed and _PLACES.search(rest)))


def names_place(line: str) -> bool:
    """Tell whether a line names a place in a list ("2", "the last one").

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool
    """
    return any(match["sign"] or not match["unit"] for match in _PLACES.finditer(without_ages(line)))


def _place(match: re.Match[str], length: int) -> int | None:
    if match["unit"] and not match["sign"]:
        return None
    if match["n"]:
        return int(match["n"]) if match["sign"] or int(match["n"]) <= MAX_BARE_PLACE else None
    if match["chinese"]:
        return _CHINESE_NUMBERS.index(match["chinese"]) + 1
    if match["ordinal"] and match["ordinal"].lower() != "last":
        return int(list_position(match["ordinal"]))
    return length


def _titled(line: str, catalog: Catalog, offered: Container[str]) -> tuple[list[str], str]:
    """Items whose title stands in a line, and the line without those titles."""
    by_title = Vocabulary.of(catalog).by_title
    found: list[str] = []
    for quoted in re.finditer(r"《([^》]+)》|[\"“]([^\"”]+)[\"”]", line):
        found += by_title.get((quoted[1] or quoted[2]).casefold(), [])[:1]
    rest = line
    for start, end, alias in _spans(line, by_title):
        held = [id for id in by_title[alias] if id in offered]
        if held and not set(rest[start:end]) <= {"\0"}:
            found.append(held[0])
            rest = rest[:start] + "\0" * (end - start) + rest[end:]
    return found, rest


def _spans(line: str, by_title: Mapping[str, object]) -> Iterator[tuple[int, int, str]]:
    """Stretches of a line that are titles, the longest first, none within another.

    A short title of one word counts only as it is written, with a capital: "it" and "heat" are words, too.
    """
    tokens = words(line)
    covered = 0
    for at in range(len(tokens)):
        for length in range(min(MAX_TITLE_WORDS, len(tokens) - at), 0, -1):
            start, end = tokens[at][1], tokens[at + length - 1][2]
            stretch = next((s for s in (line[start:end], line[start : end + 1]) if s.casefold() in by_title), "")
            plain = length == 1 and (stretch.islower() or (at == 0 and len(stretch) < 6))
            if start >= covered and stretch and not plain and not stretch.isdigit():
                covered = start + len(stretch)
                yield start, covered, stretch.casefold()
                break
    for run in re.finditer(f"[{CHINESE}\\w]*[{CHINESE}]+[{CHINESE}\\w]*", line):  # written without spaces
        for start in range(run.start(), run.end()):
            ends = range(min(run.end(), start + MAX_TITLE_CHARACTERS), start + 1, -1)
            stretch = next((s for end in ends if (s := line[start:end].casefold()) in by_title), "")
            if start >= covered and stretch:
                covered = start + len(stretch)
                yield start, covered, stretch
