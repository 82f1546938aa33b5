"""The item that a person means by a title, however it was typed."""

import re
from collections.abc import Mapping

from rapidfuzz import fuzz, process, utils

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.errors import UnknownItem

MIN_SIMILARITY = 85.0
"""Similarity (0 to 100) from which a typed title counts as an item's."""


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
    near = _most_similar(_bare(typed), derived(catalog, _bare_titles))
    near.sort(key=lambda match: (-match[1], len(match[0])))
    if near and near[0][1] >= MIN_SIMILARITY:
        return vocabulary.by_title[near[0][0]][0]
    items = dict.fromkeys(vocabulary.by_title[alias][0] for alias, _ in near)
    titles = ", ".join(f'"{vocabulary.titles[item]}"' for item in items)
    raise UnknownItem(f"no title like {typed[:100]!r} is in the catalogue; did you mean one of {titles}?")


def _bare_titles(catalog: Catalog) -> dict[str, str]:
    """Folded title -> its bare form, made once a catalogue."""
    return {title: _bare(title) for title in Vocabulary.of(catalog).by_title}


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


def _bare(name: str) -> str:
    """Lower case without punctuation and articles, which make unlike titles look alike."""
    return re.sub(r"^(the|a|an) | +(the|a|an)$", "", utils.default_process(name))
