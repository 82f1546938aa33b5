"""Finds the item a person means by a title, however loosely typed."""

import re

from rapidfuzz import fuzz, process, utils

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.errors import UnknownItem

SURE = 85.0
"""Similarity (0 to 100) from which a typed title is taken to be an item's."""


def find_title(typed: str, catalog: Catalog) -> str:
    """The id of the item with the title nearest to `typed`; raises `UnknownItem` naming the nearest."""
    vocabulary = Vocabulary.of(catalog)
    exact = vocabulary.by_title.get(typed.strip().casefold())
    if exact:
        return exact[0]
    near = process.extract(typed, list(vocabulary.by_title), scorer=_similarity, processor=_bare, limit=3)
    near.sort(key=lambda match: (-match[1], len(match[0])))
    if near and near[0][1] >= SURE:
        return vocabulary.by_title[near[0][0]][0]
    items = dict.fromkeys(vocabulary.by_title[alias][0] for alias, _, _ in near)
    titles = ", ".join(f'"{vocabulary.titles[item]}"' for item in items)
    raise UnknownItem(f"no title like {typed!r} is in the catalogue; did you mean one of {titles}?")


def _similarity(typed: str, title: str, **_options: object) -> float:
    """The edit similarity; a title's beginning, or whole words of it, are near to it too ("terminator 2")."""
    ratio = float(fuzz.ratio(typed, title))
    if typed and title.startswith(f"{typed} "):
        return max(ratio, 97.0)
    return max(ratio, 88.0) if len(typed) >= 5 and f" {typed} " in f" {title} " else ratio


def _bare(name: str) -> str:
    """Lower case without punctuation and articles, which make unlike titles look alike."""
    return re.sub(r"^(the|a|an) | +(the|a|an)$", "", utils.default_process(name))
