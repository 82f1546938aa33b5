"""What somebody might say of a catalogue's own items: "a dark blue dress, no skirts"; help and greetings use it."""

from collections import Counter
from collections.abc import Mapping

from llmrec.catalog import Catalog
from llmrec.catalog.types import AttributeValue, derived
from llmrec.catalog.vocabulary import is_kind
from llmrec.catalog.wording import wording
from llmrec.chat.condition_words import several
from llmrec.chat.nlu.languages import in_chinese, is_chinese
from llmrec.chat.nlu.lexicon import is_colour
from llmrec.rationale.kinds import with_article

_GENERAL = {"en": ("something light", "nothing dark"), "zh": ("轻松一点的", "不要太沉重的")}
"""Of a catalogue that tells no kinds."""
_COMMANDS = {
    "en": "more · more like 2 · the second one but {newer} · why 2 · why not TITLE · like TITLE · not 2 · {seen} 1 and 3 · I'll take 2 · "
    "what do you know about me · undo · start over",
    "zh": "再来几个 · 类似第二个的 · 第二个但是{newer} · 为什么推荐第二个 · 为什么没有某某 · 不要第二个 · 第一个{seen}了 · 就要第二个 · 你知道我什么 · 撤销 · 重新开始",
}
_SEEN = {"film": ("seen", "看过"), "product": ("bought", "买过"), "item": ("seen", "看过")}


def help_text(catalog: Catalog, language: str = "en") -> str:
    """Say what can be said, with an example of the catalogue's own.

    Parameters
    ----------
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
    """
    query, unwanted = example(catalog, language)
    chinese = language == "zh"
    priced = any("price" in item.attributes for item in catalog.items[:100]) and wording(catalog).noun == "product"
    newer = ("便宜一点" if priced else "新一点") if chinese else "cheaper" if priced else "newer"
    commands = _COMMANDS[language].format(newer=newer, seen=_SEEN[wording(catalog).noun][chinese])
    if chinese:
        return f"说说想要什么样的(“{query},{unwanted}”),或者:{commands}"
    return f"Say what you would like (“{query}, {unwanted}”), or: {commands}"


def example(catalog: Catalog, language: str = "en") -> tuple[str, str]:
    """Say what somebody might want of a catalogue, and what not.

    Parameters
    ----------
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    tuple of str
        By its commonest kinds, and their commonest colour or decade.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> told = [("Dress", "Blue"), ("Dress", "Blue"), ("Skirt", "Red")]
    >>> items = tuple(Item(str(n), k, "", {"product_type": k, "colour": c}) for n, (k, c) in enumerate(told))
    >>> example(Catalog("shop", items, {}))
    ('a blue dress', 'no skirts')
    """
    kinds, colours, decades = derived(catalog, _counted)
    if not kinds:
        return _GENERAL[language][0], _GENERAL[language][1]
    one = kinds[0]
    other = next((each for each in kinds[1:] if each != one), "")
    colour = next(iter(colours), "")
    decade = next(iter(decades), "")
    if language == "zh":
        shown = in_chinese(one)
        before = (
            f"{in_chinese(colour)}的"
            if colour and is_chinese(in_chinese(colour))
            else f"{decade}年代的"
            if decade
            else ""
        )
        return f"{before}{shown}", f"不要{in_chinese(other)}" if other else _GENERAL["zh"][1]
    noun = one.split("/")[0]
    noun = noun if noun[1:2] == "-" else noun.lower()
    words = " ".join(part for part in (colour.lower(), noun) if part)
    query = words if several([one], "en") == noun else with_article(words)
    if decade and not colour:
        query = f"{query} from the {decade}s"
    return query, f"no {several([other], 'en')}" if other else _GENERAL["en"][1]


def _counted(catalog: Catalog) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    """The kinds of a catalogue, the colours of the commonest kind, and its decades, the commonest first."""
    kinds: Counter[str] = Counter()
    for item in catalog.items:
        kinds.update(_kinds(item.attributes))
    ranked = [kind for kind, _ in kinds.most_common() if 1 < len(kind) <= 20 and kind[:1].isalpha()]
    ranked = [kind for kind in ranked if kind.casefold() != "drama"] or ranked  # "a drama" is nobody's wish
    one = ranked[0] if ranked else ""
    colours: Counter[str] = Counter()
    decades: Counter[int] = Counter()
    for item in catalog.items:
        if one not in _kinds(item.attributes):
            continue
        colours.update(str(value) for name, value in item.attributes.items() if is_colour(name) and value)
        year = item.attributes.get("year")
        decades.update([int(year) // 10 * 10] if isinstance(year, int | float) else [])
    plain = [each for each, _ in colours.most_common() if each.casefold() not in ("black", "other", "white", "unknown")]
    return tuple(ranked), tuple(plain), tuple(each for each, _ in decades.most_common())


def _kinds(held: Mapping[str, AttributeValue]) -> list[str]:
    name = next((name for name in held if is_kind(name) and not name.endswith(("_id", "_code", "_path"))), "")
    value = held.get(name, ())
    return [str(each) for each in value] if isinstance(value, tuple) else [str(value)] if value else []
