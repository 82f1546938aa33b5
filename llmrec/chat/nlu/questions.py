"""Questions about items: which items of the conversation a line names, and what it wants to know of them."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary, attribute_noun, words
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import CHINESE
from llmrec.chat.nlu.references import list_position
from llmrec.retrieval.filters import attribute_kinds

MAX_BARE_PLACE = 20
"""Number up to which one alone is a place in a list; "a man of 50" names none."""
MAX_TITLE_WORDS, MAX_TITLE_CHARACTERS = 10, 20
"""Of a title in a line; the characters are those of a language without spaces."""
_PLACES = re.compile(
    r"(?:(?P<sign>#|\bno\.? ?|\bnumber |\bitem |第)|(?<![a-zA-Z\d.,$€£¥])(?<!\bat )(?<!\bof )(?<!\bage )(?<!\baged ))(?P<n>\d{1,2})(?:st|nd|rd|th)?(?![a-zA-Z\d'’]|[.,]\d|[%$€£¥])(?P<unit>\s*(?:years?|yrs?|"
    r"minutes?|mins?|hours?|pages?|euros?|dollars?|bucks|people|kids|岁|年|分钟|块|元|页|个))?|"
    r"\b(?:the )?(?P<ordinal>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)"
    r"(?: (?:one|film|movie|book|item|product|song|album))?(?! (?:time|night|week|month|year|season))\b|"
    r"第(?P<chinese>[一二三四五六七八九十])|最后(?:一个|一部|一本|一件|那个|那部)",
    re.I,
)
_CHINESE_NUMBERS = "一二三四五六七八九十"
_THAT = re.compile(
    r"\b(?:it|its|it's|that|this|that one|this one|the (?:film|movie|book|dress|song|album|product))\b|它|这个|那个|这部|"
    r"那部|这本|那本|这件|那件|这款|那款|这首",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that attributes tell.

    Parameters
    ----------
    key
        Its name among the replies (`llmrec.chat.wordings.UNKNOWN`).
    question
        What a question that wants it holds.
    attributes
        Names that catalogues give it.
    """

    key: str
    question: re.Pattern[str]
    attributes: tuple[str, ...]


def _fact(key: str, question: str, *attributes: str) -> Fact:
    return Fact(key, re.compile(question, re.I), (key, *attributes))


FACTS = (
    _fact("length", r"how long|running time|run ?time|durations?|how many (?:minutes|hours|pages)|\blength\b|多长|时长|几分钟|"
          r"多少(?:分钟|页|集)|几个小时|多久", "runtime", "duration", "minutes", "pages", "num_pages", "page_count"),
    _fact("director", r"direct(?:ed|or|s|ing)\b|who made (?:it|this|that|\d)|导演|谁导", "directors", "directed_by"),
    _fact("cast", r"who(?:'s| is| are|) (?:in|starr?ing|playing)\b|\bwho (?:stars|plays|acts)|\bcast\b|\bactors?\b|"
          r"\bstarring\b|主演|演员|谁演", "actors", "stars", "starring"),
    _fact("author", r"who(?:'s| is| has)? (?:wrote|written|the author)|\bauthors?\b|written by|\bwriters?\b|作者|谁写",
          "authors", "writer", "writers"),
    _fact("artist", r"who (?:sings|sang|performs)|\bartists?\b|\bsinger\b|歌手|谁唱", "artists", "singer", "performer"),
    _fact("year", r"what year|which year|\bwhen (?:was|did|is|were)|how old is (?:it|that|this|the|\d)|release date|came? out|"
          r"哪年|哪一年|什么时候|几几年", "release_year", "date"),
    _fact("price", r"how much|\bprice|\bcosts?\b|how expensive|多少钱|价格|价钱|贵吗|贵不贵", "cost"),
    _fact("rating", r"\brat(?:ed|ing)\b|\bscores?\b|\breviews?\b|how good|评分|几分|口碑", "average_rating", "stars", "score"),
    _fact("language", r"what language|which language|subtitl|dubbed|什么语|字幕|配音", "languages"),
    _fact("country", r"which country|what country|where (?:was|is) it (?:made|from)|哪国|哪个国家", "countries"),
    _fact("size", r"\bsizes?\b|尺码|尺寸|什么码|多大", "sizes"),
    _fact("material", r"\bmaterials?\b|made (?:of|from)|\bfabric|\bcotton\b|\bwool\b|\bleather\b|材质|面料|纯棉|什么做的",
          "materials", "fabric"),
    _fact("colour", r"what colou?r|which colou?r|colou?rs\b|什么颜色|啥颜色", "color", "colors", "colours"),
    _fact("brand", r"what brand|which brand|\bbrand\b|who makes\b|什么牌|牌子|品牌", "brands", "manufacturer"),
    _fact("about", r"\babout\b(?: what)?|\bplot\b|\bstory\b|storyline|synopsis|what happens|describe|讲什么|讲的什么|讲了什么|"
          r"讲的是|剧情|什么故事|说什么的|内容"),
    _fact("genres", r"what (?:kind|sort|type|genre)|which genre|\bgenres?\b|什么类型|哪种|类型", "genre", "category",
          "product_type", "categories"),
)  # fmt: skip
"""What can be asked, the more particular first."""


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality that only attributes and text hint at.

    Parameters
    ----------
    key
        What is said of it.
    question
        What a question that wants it holds.
    speaks_for, against
        Attribute values, in lower case, that hint at it, and at its opposite.
    """

    key: str
    question: re.Pattern[str]
    speaks_for: frozenset[str]
    against: frozenset[str]


def _quality(key: str, question: str, speaks_for: str, against: str = "") -> Quality:
    return Quality(key, re.compile(question, re.I), frozenset(speaks_for.split()), frozenset(against.split()))


QUALITIES = (
    _quality("children", r"\bkids?\b|\bchild(?:ren)?\b|year[- ]olds?|toddler|family|\b(?:my|a|our) (?:son|daughter|"
             r"nephew|niece)s?\b|孩子|小孩|儿童|小朋友|岁",
             "children's children family animation kids 儿童 动画 家庭", "horror thriller crime war film-noir adult 恐怖 惊悚"),
    _quality("scary", r"scar(?:y|ier)|frighten|creepy|nightmare|horror|吓人|恐怖|可怕", "horror thriller 恐怖 惊悚",
             "children's family comedy musical romance"),
    _quality("violent", r"violen|gor[ey]|blood|brutal|暴力|血腥", "war horror crime action 战争 恐怖 犯罪",
             "children's family musical romance"),
    _quality("funny", r"fun(?:ny|nier)|\bfun\b|laugh|humou?r|comed|好笑|搞笑|有趣", "comedy 喜剧 幽默", "horror war"),
    _quality("sad", r"\bsad|depress|\bcry\b|tear|heavy|虐|悲|哭|催泪", "drama war 剧情 悲剧", "comedy musical children's"),
    _quality("romantic", r"romantic|romance|love story|date night|浪漫|爱情", "romance romantic 爱情 浪漫", "war horror"),
)  # fmt: skip
"""What people ask and hardly a catalogue tells."""

SUPERLATIVES: Mapping[str, tuple[tuple[str, ...], bool]] = {
    r"shortest|quick(?:est)?\b|shorter|最短|更短": (FACTS[0].attributes, False),
    r"longest|longer|最长|更长": (FACTS[0].attributes, True),
    r"cheap(?:est|er)|least expensive|lowest price|costs? (?:the )?least|最便宜|更便宜": (("price", "cost"), False),
    r"most expensive|priciest|dearest|more expensive|最贵|更贵": (("price", "cost"), True),
    r"new(?:est|er)|latest|most recent|more recent|youngest|最新|更新|较新": (("year", "release_year"), True),
    r"old(?:est|er)|earliest|最老|最早|更老|更早": (("year", "release_year"), False),
    r"best rated|highest rated|better rated|评分最高": (("rating", "average_rating", "score"), True),
}
"""What a comparison asks -> the attributes that tell it, and whether the largest is meant."""


_DEMANDS = {
    "cast": r"\b(?:with|starring|featuring|has|have) (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)+)|(?:有|由|要)?(?P<zh>[\u3400-\u9fff]{2,4})(?:主演|(?<!导)演的|出演)",
    "director": r"\b(?:directed by|director) (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)*)|(?P<zh>[\u3400-\u9fff]{2,4})(?:导演|执导|导)的",
    "by": r"\bby (?P<name>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)+)|(?P<zh>[\u3400-\u9fff]{2,4})(?:写|著)的",
    "size": r"\bsize (?P<name>xxs|xs|s|m|l|xl|xxl|\d{1,2})\b|(?P<zh>[SMLX]{1,3}码|\d{2}码)",
    "length": r"(?P<name>\b\d+[\s-]?(?:minutes?|mins?|hours?)\b|\b(?:an|one|two|three) hours?\b)|(?P<zh>\d+分钟|[一两三]个?小时)",
    "price": r"(?P<name>[$€£]\s?\d+|\b\d+ ?(?:dollars?|euros?|pounds?|bucks)\b)|(?P<zh>\d+(?:块|元))",
}  # fmt: skip
"""What a line demands by a name or a number -> how it is written."""
_DEMANDED = {
    key: re.compile(pattern, re.I if key in ("size", "length", "price") else 0) for key, pattern in _DEMANDS.items()
}
_LENGTH_COMPARED = re.compile(r"\b(?:longer|shorter)\b(?! ago)|[长短]一?[点些](?:的|儿|$)", re.I)


def demands_unknown(line: str, catalog: Catalog) -> tuple[str, ...]:
    """Find what a line demands that the catalogue does not tell of any item.

    Parameters
    ----------
    line
        A line that asks for a list.
    catalog
        Its attributes.

    Returns
    -------
    tuple of str
        Keys of `FACTS`: "cast" for a film with a person where no item has a cast.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Scream", "", {"year": 1996}),), {})
    >>> demands_unknown("something with Tom Hanks under 100 minutes", films)
    ('cast', 'length')
    """
    names, found = attribute_kinds(catalog), []
    books = any(name in names for fact in FACTS if fact.key == "author" for name in fact.attributes)
    for key, pattern in _DEMANDED.items():
        match = pattern.search(line)
        key = ("author" if books or wording(catalog).noun != "film" else "director") if key == "by" else key
        held = next(fact.attributes for fact in FACTS if fact.key == key)
        name = (match["name"] or match["zh"] or "") if match else ""
        if key == "length" and match is None and wording(catalog).noun == "film":
            match = _LENGTH_COMPARED.search(line)
            name = ""
        if match and not any(each in names for each in held) and name.casefold() not in Vocabulary.of(catalog).by_title:
            found.append(key)
    return tuple(dict.fromkeys(found))


def superlative(line: str) -> tuple[tuple[str, ...], bool, str] | None:
    """Read what a line compares by.

    Parameters
    ----------
    line
        Such as "which is the shortest?".

    Returns
    -------
    tuple or None
        Names of attributes that tell it, whether the largest is meant, and the word itself.
    """
    for pattern, (attributes, largest) in SUPERLATIVES.items():
        if found := re.search(pattern, line, re.I):
            return attributes, largest, found[0].lower()
    return None


def attribute_named(line: str, catalog: Catalog) -> str:
    """Find the attribute whose own name a line holds.

    Parameters
    ----------
    line
        Such as "what pattern is the second one?".
    catalog
        Its attributes.

    Returns
    -------
    str
        "" where there is none.
    """
    held = {word for word, _, _ in words(line)}
    for name in attribute_kinds(catalog):
        noun = attribute_noun(name).split()
        if noun and all({word, word.rstrip("s"), f"{word}s"} & held for word in noun):
            return name
    return next((name for name in attribute_kinds(catalog) if re.search(f"[{CHINESE}]", name) and name in line), "")


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
    titled, rest = _titled(line, catalog, offered)
    places = [place for match in _PLACES.finditer(rest) if (place := _place(match, len(listed)))]
    numbered = [listed[place - 1] for place in places if 1 <= place <= len(listed)]
    return tuple(dict.fromkeys(id for id in (*titled, *numbered) if id in offered))


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
    rest = _titled(line, catalog, catalog.row)[1]
    places = [_place(match, len(listed)) for match in _PLACES.finditer(rest)]
    return next((place for place in places if place and place > len(listed)), None)


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
    return any(match["sign"] or not match["unit"] for match in _PLACES.finditer(line))


def refers_to_topic(line: str) -> bool:
    """Tell whether a line speaks of the item that was spoken of last ("how long is it?").

    Parameters
    ----------
    line
        A question.

    Returns
    -------
    bool
    """
    return _THAT.search(line) is not None or bool(list_position(line))


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
