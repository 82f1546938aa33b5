"""Answers to what compares items: by a number of theirs, by a quality that their kinds hint at, or by what they are."""

import re
from collections.abc import Sequence
from typing import Any

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import derived
from llmrec.chat.answers import sentence_with
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.chat.item_phrases import item_kind, kinds_of
from llmrec.chat.item_statistics import best_rated, item_statistics, rated_apart
from llmrec.chat.nlu.comparatives import Compared, degree, quality_compared
from llmrec.chat.nlu.questions import FACTS, RATINGS, superlative
from llmrec.chat.nlu.references import comparative
from llmrec.chat.price_words import PRICES, is_money
from llmrec.chat.wordings import COMPARED_BY, UNKNOWN, UNKNOWN_OF_ALL

MIN_APART = 0.5
"""By how much the kinds of one item must hint more at a quality than those of the others for it to be named."""
MAX_ALIKE = 2
"""Items that may share the first place of more than two."""


def compared(line: str, items: Sequence[Item], catalog: Catalog, language: str) -> str:
    """Answer a question that compares items.

    Parameters
    ----------
    line
        Such as "1 or 3?", "which came first?" or "which is scarier?".
    items
        What is compared, two or more.
    catalog
        The catalogue of the items.
    language
        "en" or "zh".

    Returns
    -------
    str
        The item that it is, or that it cannot be told; where the line says nothing to compare by, what each one is.

    Examples
    --------
    >>> films = [Item("1", "Heat", "", {"year": 1995}), Item("2", "Big", "", {"year": 1988})]
    >>> compared("which came first?", films, Catalog("films", tuple(films), {}), "en")
    'Big (1988) is older; Heat is from 1995.'
    """
    say = CatalogueSentences(language, catalog)
    if wanted := superlative(line):
        return _by_ratings(wanted, items, catalog, language)[0] or _by_number(say, wanted[0], wanted[1], items)
    if quality := quality_compared(line):
        return by_quality(quality, items, catalog, language)[0]
    asked = next((fact for fact in FACTS if fact.key in UNKNOWN_OF_ALL and fact.question.search(line)), None)
    if asked and asked.key == "rating" and (rated := best_rated(items, catalog, language)[0]):
        return rated
    if asked and not any(name in each.attributes for name in asked.attributes for each in items):
        return say("lacks", what=say.of_all(asked.key))
    return _what_they_are(say, items, catalog)


def by_quality(quality: Compared, items: Sequence[Item], catalog: Catalog, language: str) -> tuple[str, str | None]:
    """Judge which of some items has most of a quality, or least, by what their kinds and descriptions hint at.

    Parameters
    ----------
    quality
        What is asked.
    items, catalog, language
        As for `compared`.

    Returns
    -------
    words : str
        With the hedge that it is no more than that; that it cannot be told where they are alike in it.
    id : str or None
        Of the item that it is.
    """
    say = CatalogueSentences(language, catalog)
    of_two = len(items) == 2
    word = _degree_of(quality, of_two, language)
    told = [(each, text) for each in items if (text := sentence_with({quality.base}, each.description))]
    if len(told) == 1 and not quality.less and not quality.kinds:
        return say("judged by text" if of_two else "judged most by text", told[0][0], word=word, text=told[0][1]), told[
            0
        ][0].id
    scores = {each.id: (-1 if quality.less else 1) * degree(kinds_of(each), quality.kinds) for each in items}
    ranked = sorted(items, key=lambda each: -scores[each.id])
    first = [each for each in ranked if scores[each.id] > scores[ranked[0].id] - MIN_APART]
    tells = bool(quality.kinds) and (quality.less or scores[ranked[0].id] > 0)
    if tells and len(first) <= (1 if of_two else min(MAX_ALIKE, len(items) // 2)):
        kind = item_kind(first[0], say.noun, language)
        titles = say.titles(first)
        key = "judged" if of_two else "judged most" if len(first) == 1 else "judged most of two"
        return say(key, title=titles, kind=kind, word=word), first[0].id if len(first) == 1 else None
    if tells and not quality.less and 1 < len(first) < len(items):
        return say("judged several", titles=say.titles(first), word=word), None
    if not quality.kinds or not all(item_kind(each, say.noun, language) for each in items):
        return say("untold" if of_two else "untold most", word=word), None
    kinds = [item_kind(each, say.noun, language) for each in items]
    if len(set(kinds)) == 1:
        many = kinds[0] if language == "zh" else plural(kinds[0])
        return say("alike" if of_two else "alike most", word=word, kinds=many), None
    if of_two:
        one, other = (say.title(each) for each in items)
        return say("untold of two", word=word, title=one, other=other, kind=kinds[0], theirs=kinds[1]), None
    return say("untold by kinds", word=word), None


def _by_ratings(
    wanted: tuple[tuple[str, ...], bool, str], items: Sequence[Item], catalog: Catalog, language: str
) -> tuple[str, str | None]:
    """Which item people rated best, or worst, where that is asked and no attribute tells it."""
    names, largest, _ = wanted
    if names != RATINGS or any(name in each.attributes for name in names for each in items):
        return "", None
    return best_rated(items, catalog, language, worst=not largest)


def best_of(line: str, items: Sequence[Item], catalog: Catalog) -> str | None:
    """Find the item that a question like "which is the shortest?" is answered by.

    Parameters
    ----------
    line, items, catalog
        As for `compared`.

    Returns
    -------
    str or None
        Its id; None where there is none, or more than one.
    """
    if not (wanted := superlative(line)):
        return None
    if by_people := _by_ratings(wanted, items, catalog, "en")[1]:
        return by_people
    names, largest, _ = wanted
    for name in names:
        known = [(number, each) for each in items if (number := _number(each.attributes.get(name))) is not None]
        if known:
            found = _best(known, largest)[0]
            return found[0].id if len(found) == 1 else None
    return None


def versus(word: str, one: Item, other: Item, catalog: Catalog, language: str) -> str:
    """Answer whether an item is newer, longer or the like than another.

    Parameters
    ----------
    word
        Such as "newer".
    one, other
        The items.
    catalog
        Their catalogue.
    language
        "en" or "zh".

    Returns
    -------
    str
        What the catalogue does not tell is said.
    """
    say = CatalogueSentences(language, catalog)
    if (asked := comparative(word)) is None:
        line = f"which is {word}?" if language == "en" else f"哪个更{word}?"
        return compared(line, (one, other), catalog, language)
    key, names, operator = asked
    for name in names:
        mine, theirs = (_number(each.attributes.get(name)) for each in (one, other))
        if mine is not None and theirs is not None:
            holds = mine < theirs if operator == "<" else mine > theirs
            verdict = "versus yes" if holds else "versus same" if mine == theirs else "versus no"
            verdict += " by year" if name in ("year", "release_year") else ""
            return say(
                verdict, one, other=say.title(other), value=_told(say, name, mine), than=_told(say, name, theirs)
            )
    return say("lacks", what=UNKNOWN[key][language].format(title=say.title(one)))


def in_order(
    items: Sequence[Item], names: Sequence[str], largest: bool, catalog: Catalog, language: str
) -> tuple[str, str | None]:
    """Tell the items of a list in the order of a number of theirs, each with its place in the list.

    Parameters
    ----------
    items
        Of the list, as it stands.
    names
        Attributes that tell the number; of a rating, the mean of what people gave where none does.
    largest
        Whether the largest comes first.
    catalog, language
        As for `compared`.

    Returns
    -------
    words : str
        What the catalogue does not tell is said.
    id : str or None
        Of the item that comes first.
    """
    say = CatalogueSentences(language, catalog)
    key = next((key for key in COMPARED_BY if key[0] in names and key[1] == largest), ("rating", largest))
    most = COMPARED_BY[key][language][1]
    name = next((name for name in names if any(_number(each.attributes.get(name)) is not None for each in items)), "")
    means = derived(catalog, item_statistics) if tuple(names) == RATINGS and not name else None
    known = [
        (number, place, each)
        for place, each in enumerate(items, 1)
        if (number := means.mean_of(each.id) if means else _number(each.attributes.get(name))) is not None
    ]
    if not known:
        return say("not best known", word=most), None
    known.sort(key=lambda each: (-each[0] if largest else each[0], each[1]))
    money = name in PRICES and not is_money(catalog)
    told = []
    for number, place, item in known:
        value = "" if money else f"{number:.1f}" if means else _told(say, name, number)
        told.append(say("at place of value" if value else "at place", item, place=place, value=value))
    told += [say("at place", each, place=n) for n, each in enumerate(items, 1) if each not in [k[2] for k in known]]
    joint = "、" if language == "zh" else "; "
    return say("in order", most=most[:1].upper() + most[1:], titles=joint.join(told)), known[0][2].id


def answers_unknown(word: str, catalog: Catalog, language: str) -> str:
    """Say that a catalogue does not tell which of its items is the most or the least something.

    Parameters
    ----------
    word
        Such as "least silly".
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
    """
    return CatalogueSentences(language, catalog)("not best known", word=word)


def plural(phrase: str) -> str:
    """Say what several items are that are alike.

    Parameters
    ----------
    phrase
        As `llmrec.chat.item_phrases.item_kind` gives it.

    Returns
    -------
    str

    Examples
    --------
    >>> plural("a romantic comedy"), plural("a thriller"), plural("black trousers")
    ('romantic comedies', 'thrillers', 'black trousers')
    """
    bare = re.sub(r"^an? ", "", phrase)
    if bare == phrase:
        return bare
    return re.sub(r"y$", "ie", bare) + ("es" if re.search(r"(?:s|x|sh|ch)$", bare) else "s")


def _by_number(say: CatalogueSentences, names: Sequence[str], largest: bool, items: Sequence[Item]) -> str:
    """Which item has the least or the most of a number."""
    name = next((name for name in names if any(_number(each.attributes.get(name)) is not None for each in items)), "")
    known = [(number, each) for each in items if (number := _number(each.attributes.get(name))) is not None]
    key = next((key for key in COMPARED_BY if key[0] in names and key[1] == largest), None)
    than, most = COMPARED_BY[key][say.language] if key else ("", "")
    if not known:
        return say("not best known", word=most if len(items) > 2 else than)
    of_them, best = _best(known, largest)
    value = _told(say, name, best)
    if len(of_them) == len(items) > 1:
        same = "same year" if name in ("year", "release_year") else "best same"
        return say(same if len(items) == 2 else "best same", title=say.titles(of_them), value=value)
    if len(items) == 2 and len(known) == 2:
        number, other = next(pair for pair in known if pair[1] not in of_them)
        by = "first of two by year" if name in ("year", "release_year") else "first of two"
        return say(by, of_them[0], word=than, value=value, other=say.title(other), than=_told(say, name, number))
    return say("best" if len(of_them) == 1 else "best several", title=say.titles(of_them), word=most, value=value)


def _what_they_are(say: CatalogueSentences, items: Sequence[Item], catalog: Catalog) -> str:
    """What each item is, and which of two people rated higher."""
    told = [item_kind(each, say.noun, say.language, dated=True) for each in items]
    if len(items) == 2 and all(told) and len(set(told)) == 1:
        return _apart(say, *items)
    if len(items) > 2 or not all(told) or len(set(told)) < len(told):
        return say("beside", facts="; ".join(f"{say.title(each)}: {say.facts(each)}" for each in items))
    prices = [each.attributes.get("price") for each in items]
    if all(isinstance(each, int | float) for each in prices):
        told = [f"{kind}, {say.amount('price', float(price))}" for kind, price in zip(told, prices, strict=True)]  # type: ignore[arg-type]
    one, other = (say.title(each) for each in items)
    rated = rated_apart(items[0], items[1], catalog, say.language)
    both = say("both are", title=one, other=other, kind=told[0], theirs=told[1])
    return f"{both}{'' if say.language == 'zh' else ' '}{rated}".strip()


def _apart(say: CatalogueSentences, one: Item, other: Item) -> str:
    """What tells two items apart that are of one kind."""
    mine, theirs = say.apart(one, other), say.apart(other, one)
    if mine and theirs:
        return say("apart", one, other=say.title(other), mine=mine, theirs=theirs)
    if mine or theirs:
        more, less = (one, other) if mine else (other, one)
        return say("apart one", more, other=say.title(less), mine=mine or theirs)
    return say("apart none", one, other=say.title(other))


def _degree_of(quality: Compared, of_two: bool, language: str) -> str:
    """The word of a quality as two items are compared by it, or as several are."""
    word = quality.word
    if language == "zh":
        if of_two:
            return f"{'没那么' if quality.less else '更'}{quality.base}"
        return f"{'最不' if quality.less else '最'}{quality.base}"
    pairs = (("more ", "most "), ("less ", "least "))
    for two, many in pairs:
        word = re.sub(f"^{many}", two, word) if of_two else re.sub(f"^{two}", many, word)
    word = re.sub(r"est$", "er", word) if of_two else re.sub(r"er$", "est", word) if " " not in word else word
    return re.sub(r"^better", "best", word) if not of_two else word


def _best(known: Sequence[tuple[float, Item]], largest: bool) -> tuple[list[Item], float]:
    best = (max if largest else min)(number for number, _ in known)
    return [each for number, each in known if number == best], best


def _told(say: CatalogueSentences, name: str, value: float) -> str:
    return f"{value:g}" if name in ("year", "release_year") else say.amount(name, value)


def _number(value: Any) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    found = re.search(r"\d+(?:\.\d+)?", value) if isinstance(value, str) else None
    return float(found[0]) if found else None
