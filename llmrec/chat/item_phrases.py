"""What an item is, as a person would say it: "a romantic comedy from 1952", "a dark green blazer", 爱情喜剧片."""

from llmrec.catalog import Item
from llmrec.catalog.vocabulary import is_kind
from llmrec.chat.nlu.languages import in_chinese, is_chinese, kind_in_english
from llmrec.chat.nlu.lexicon import is_colour
from llmrec.rationale.kinds import BEFORE, NOUNS, genre_words, with_article

_GENRES = ("genres", "genre")
_CHINESE_SHORT = {"音乐剧": "歌舞", "黑色电影": "黑色", "剧情片": "剧情", "纪录片": "纪录"}
"""Genres in Chinese as they stand before 片."""


def kinds_of(item: Item) -> tuple[str, ...]:
    """List the kinds of an item, in English and lower case.

    Parameters
    ----------
    item
        Any item.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> kinds_of(Item("1", "Heat", "", {"genres": ("Crime", "Drama"), "year": 1995}))
    ('crime', 'drama')
    """
    return tuple(map(kind_in_english, _values(item)))


def item_kind(item: Item, noun: str, language: str, dated: bool = False) -> str:
    """Say what an item is.

    Parameters
    ----------
    item
        The item.
    noun
        What the catalogue calls its items, in the language.
    language
        "en" or "zh".
    dated
        Whether its year is told.

    Returns
    -------
    str
        "" where the catalogue tells no kind of it.

    Examples
    --------
    >>> item_kind(Item("1", "Quiet Man", "", {"genres": ("Comedy", "Romance"), "year": 1952}), "film", "en", dated=True)
    'a romantic comedy from 1952'
    >>> item_kind(Item("1", "Robin", "", {"product_type": "Blazer", "colour": "Dark Green"}), "product", "en")
    'a dark green blazer'
    """
    values = _values(item)
    if not values:
        return ""
    year = next((item.attributes[name] for name in ("year", "release_year") if item.attributes.get(name)), "")
    when = f"{year:g}" if isinstance(year, int | float) else str(year)
    if language == "zh":
        return _in_chinese(item, values, when if dated else "")
    genre = next((name for name in _GENRES if item.attributes.get(name)), "")
    words = _genre_phrase([each.casefold() for each in values], noun) if genre else _product(item, values[0])
    return f"{words}{f' from {when}' if dated and when else ''}"


def _values(item: Item) -> tuple[str, ...]:
    """The values of the first attribute that holds kinds."""
    names = [name for name in item.attributes if name in _GENRES] or [
        name for name in item.attributes if is_kind(name) and not name.endswith(("_id", "_code", "_path"))
    ]
    value = next((item.attributes[name] for name in names if item.attributes[name] not in ("", ())), ())
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def _genre_phrase(genres: list[str], noun: str) -> str:
    chosen = genre_words([], genres)
    last = chosen[-1]
    before = [BEFORE.get(each, each) for each in chosen[:-1]]
    ends = [NOUNS[last]] if last in NOUNS else [BEFORE.get(last, last), noun]
    return with_article(" ".join([*before, *ends]))


def _product(item: Item, kind: str) -> str:
    colour = next((str(value).lower() for name, value in item.attributes.items() if is_colour(name) and value), "")
    thing = kind.split("/")[0]
    thing = thing if thing[1:2] == "-" else thing.lower()
    words = " ".join(word for word in (colour, thing) if word)
    return words if thing.endswith("s") and not thing.endswith("ss") else with_article(words)


def _in_chinese(item: Item, values: tuple[str, ...], year: str) -> str:
    told = [in_chinese(each) for each in values]
    when = f"{year}年的" if year else ""
    if any(name in _GENRES for name in item.attributes):
        short = [_CHINESE_SHORT.get(each, each) for each in told]
        joined = "".join(short) if all(map(is_chinese, short)) and len(short) < 3 else "、".join(short)
        return f"{when}{joined}片" if is_chinese(joined) else f"{when}{joined}"
    colour = next((in_chinese(str(value)) for name, value in item.attributes.items() if is_colour(name) and value), "")
    return f"{when}{colour}{'的' if colour else ''}{told[0]}"
