"""The items of a catalogue that go on with others: "Home Alone 3", "Batman Returns"."""

import re

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.chat.nlu.references import MIN_TITLE, bare_title, bare_titles

_FURTHER = re.compile(
    r".+ (?:[2-9]|ii|iii|iv|vi{0,3}|ix)(?: 1 2| \d+)?|.+ (?:part|volume|episode) (?:[2-9]|ii|iii|iv|vi{0,3}|two|"
    r"three|four)\b.*|"
    r".+ (?:returns|strikes back|strikes again|rides again|reloaded|goes on|continues)|"
    r"(?:another|return (?:of|to)|son of|bride of|revenge of|escape from|back to) .+",
    re.I,
)
"""Bare title of what goes on with another."""


def sequels(item: str, catalog: Catalog) -> tuple[str, ...]:
    """List the items whose titles go on with an item's: "Home Alone 3" after "Home Alone".

    Parameters
    ----------
    item
        Id of the item.
    catalog
        The items.

    Returns
    -------
    tuple of str
        Ids.
    """
    bare = bare_title(catalog.item(item).title)
    goes_on = re.compile(rf"{re.escape(bare)}(?: (?:\d+|[ivx]+)\b|:)", re.I)
    titles = derived(catalog, bare_titles)
    found = (
        id for title, each in titles.items() if goes_on.match(each) for id in Vocabulary.of(catalog).by_title[title]
    )
    return tuple(dict.fromkeys(id for id in found if id != item))


def all_sequels(catalog: Catalog) -> tuple[str, ...]:
    """List the items whose titles tell that they go on with another.

    Parameters
    ----------
    catalog
        The items.

    Returns
    -------
    tuple of str
        Ids: of a series that its titles name before a colon all but the first.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> titles = ("Speed", "Speed 2: Cruise Control", "Star Trek: One", "Star Trek: Two", "Apollo 13", "Batman Returns")
    >>> all_sequels(Catalog("films", tuple(Item(t, t, "", {"year": 1990 + n}) for n, t in enumerate(titles)), {}))
    ('Speed 2: Cruise Control', 'Star Trek: Two', 'Batman Returns')
    """
    titles = {item.id: re.sub(r"\s*\(.*?\)", "", item.title) for item in catalog.items}
    bare = {id: bare_title(title) for id, title in titles.items()}
    alone = {title: id for id, title in bare.items() if ":" not in titles[id]}
    series: dict[str, list[Item]] = {}
    found = set()
    for item in catalog.items:
        name, _, rest = titles[item.id].partition(":")
        if rest:
            series.setdefault(bare_title(name), []).append(item)
            if len(bare_title(rest)) >= MIN_TITLE and alone.get(bare_title(rest), item.id) != item.id:
                found.add(item.id)  # "The Lost World: Jurassic Park"
        if any(_FURTHER.fullmatch(each) for each in (bare[item.id], bare_title(name))):
            found.add(item.id)
    for name, items in series.items():
        first = min(items, key=lambda each: float(str(each.attributes.get("year", 0))))
        found |= {item.id for item in items if name in alone or (len(items) > 1 and item.id != first.id)}
    return tuple(item.id for item in catalog.items if item.id in found)
