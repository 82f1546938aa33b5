"""Which of two things an item is: "a cartoon or real actors?", "black or navy?", "old or new?"."""

import re
from collections.abc import Sequence

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import derived
from llmrec.chat.catalogue_sentences import CatalogueSentences, as_written
from llmrec.chat.nlu.lexicon import Lexicon, value_facets
from llmrec.chat.nlu.questions import FACTS

_EITHER = re.compile(
    r"(?:(?:so|and|but|ok|hm+|well|wait)[, ]+)*(?:is|was|are|were|does|would) .*?(?P<one>\b(?:an?|in|for|with|more of an?|more|all|mostly|of|any|the)? ?[\w'&-]+(?: [\w'&-]+)?),? "
    r"or (?:is it |does it have |it's |more )?(?P<other>(?:(?:an?|in|for|with|more of an?|of|the) )?[\w'& -]+?)[\s?.!]*|"
    r".*?(?:是|算)(?P<a>[^,是还]{1,8}?)的?还是(?P<b>[^,。?]{1,8}?)的?[的呢啊??。 ]*",
    re.I,
)
"""A question that names two things of which an item is one."""
_DRAWN = re.compile(r"\b(?:cartoons?|animat(?:ed|ion)|drawn|anime|cgi)\b|动画|卡通", re.I)
_LIVE = re.compile(
    r"\b(?:real (?:actors?|people|life|humans?)|live[- ]action|actors?|people|humans?|filmed)\b|真人|实拍", re.I
)
"""What no attribute is for: that a film is drawn is told by its genre, and that it is not by the lack of it."""
_ANIMATION = frozenset(("animation", "animated", "动画"))
_PLACE = re.compile(
    r"^(?:(?:more|mostly|all|any|is|it|the) |(?:number |no\.? ?|#)?\d+(?:st|nd|rd|th)? |(?:first|second|third|fourth|fifth|last) |one )+",
    re.I,
)
"""What stands before a thing and belongs to the question."""
_SCALES = (
    (r"(?:old(?:er)?|classic|vintage|ancient|new(?:er)?|recent|modern|[新老旧])", ("year", "release_year"), "year"),
    (r"(?:long|short|[长短])", FACTS[0].attributes, "length"),
    (r"(?:cheap|expensive|pricey|dear|便宜|贵)", ("price", "cost"), "price"),
)
"""Two ends of a scale -> attributes that tell where on it an item is."""


def either_of(line: str, item: Item, catalog: Catalog, language: str) -> str:
    """Answer which of two things an item is.

    Parameters
    ----------
    line
        The question.
    item
        What it is about.
    catalog
        The catalogue of the item.
    language
        "en" or "zh".

    Returns
    -------
    str
        "" where the line asks no such thing, or the catalogue tells of neither.

    Examples
    --------
    >>> film = Item("1", "Babe", "", {"genres": ("Comedy",), "year": 1995})
    >>> drawn = Item("2", "Aladdin", "", {"genres": ("Animation",), "year": 1992})
    >>> either_of("is it a cartoon or real actors?", film, Catalog("films", (film, drawn), {}), "en")
    'Babe is listed as Comedy and not as animated: real actors, as far as that tells.'
    """
    sides = _sides(line)
    if sides is None:
        return ""
    say = CatalogueSentences(language, catalog)
    for words, names, fact in _SCALES:
        if all(re.search(rf"(?:^|\W){words}$|^{words}$", side, re.I) for side in sides):
            name = next((name for name in names if item.attributes.get(name) not in (None, "")), "")
            return say.value(item, name, fact) if name else say.lacks(item, fact)
    own = {each.casefold() for each in _values(item)}
    if any(map(_DRAWN.search, sides)) and any(map(_LIVE.search, sides)):
        if not any(facet.value.casefold() in _ANIMATION for facet in derived(catalog, value_facets)):
            return ""
        drawn = bool(own & _ANIMATION)
        side = next(side for side in sides if (_DRAWN if drawn else _LIVE).search(side))
        return say("drawn" if drawn else "not drawn", item, value=_listed_as(say, item), side=side)
    meant = [{value.casefold() for m in Lexicon.of(catalog).mentions(side) for value in m.values} for side in sides]
    if not all(meant):
        return ""
    holding = [side for side, values in zip(sides, meant, strict=True) if values & own]
    if len(holding) == 1:
        other = next(side for side in sides if side not in holding)
        return say("either", item, value=_listed_as(say, item), side=holding[0], other=other)
    return say("both of either" if holding else "neither", item, value=_listed_as(say, item))


def _sides(line: str) -> tuple[str, str] | None:
    """The two things that a line names, in its words."""
    match = _EITHER.fullmatch(line.strip())
    if match is None:
        return None
    one, other = (
        _PLACE.sub("", (a or b).strip()) for a, b in ((match["one"], match["a"]), (match["other"], match["b"]))
    )
    return (
        None
        if any(re.fullmatch(r"(?:number |the )?(?:\d+|\w+ one|first|second|third)", side) for side in (one, other))
        else (one, other)
    )


def _values(item: Item) -> Sequence[str]:
    held = (value if isinstance(value, tuple) else (value,) for value in item.attributes.values())
    return [each for values in held for each in values if isinstance(each, str)]


def _listed_as(say: CatalogueSentences, item: Item) -> str:
    """What the item is listed as: the kinds, or all that its attributes say in words."""
    words = [value for value in item.attributes.values() if isinstance(value, str | tuple) and value]
    kinds = next((value for value in words if isinstance(value, tuple)), None)
    return say.listed(kinds) if kinds else ", ".join(as_written(each) for each in words[:3]) or "-"
