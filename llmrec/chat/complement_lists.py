"""Lists of what goes with an item: which item a line means, and how such a list opens."""

import re
from collections.abc import Container, Iterable, Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import plain, wording
from llmrec.chat.item_references import find_item
from llmrec.chat.nlu.complements import Complemented
from llmrec.chat.nlu.intent import LAST, THAT
from llmrec.chat.nlu.references import find_title
from llmrec.chat.state import DialogueState
from llmrec.chat.wordings import SAYS
from llmrec.errors import BadInput, UnknownItem
from llmrec.ranking.terms import item_text

_NEWEST = 30
"""Newest items of a history by whose words one may be named."""


def complemented_item(
    requested: Complemented, state: DialogueState, history: Sequence[str], words: Catalog, offered: Container[str]
) -> str | None:
    """Find the item that a line wants something to go with.

    Parameters
    ----------
    requested
        What the line says.
    state
        What the conversation has come to.
    history
        Ids of the person's items, oldest first.
    words
        The items by whose titles and values a line is read.
    offered
        Ids of the items that can be recommended.

    Returns
    -------
    str or None
        Its id: by place, as what was spoken of or else was taken last, by its words among the list and the newest items
        of the history, or by its title. None where no item is meant, so that the line is a search.

    Raises
    ------
    BadInput
        Where a place, or "it", means no item.
    """
    listed = state.last.items if state.last else ()
    known = [id for id in reversed(history) if id in offered and id in words.row]
    if requested.subject == THAT and state.topic is None and known:
        return known[0]
    if requested.subject in (THAT, LAST) or requested.subject.isdigit():
        return find_item(requested.subject, state, words, offered)
    if id := _worded(requested.subject, (*listed, *known[:_NEWEST]), words):
        return id
    try:
        id = find_title(requested.subject, words)
    except UnknownItem:
        everything = (item.id for item in words.items if item.id in offered)
        return _worded(requested.subject, everything, words) if requested.owned else None
    return id if id in offered else None


def names(words: str, item: str, catalog: Catalog) -> bool:
    """Whether an item has all the words by which it is named; each may be in the plural.

    Parameters
    ----------
    words
        As a person wrote them.
    item
        Its id.
    catalog
        The items.
    """
    return _stems(words) <= _stems(item_text(catalog.item(item)))


def opening(item: str, catalog: Catalog, language: str) -> str:
    """How a list of what goes with an item opens.

    Parameters
    ----------
    item
        Id of the item.
    catalog
        The items.
    language
        "en" or "zh".
    """
    key = "goes with film" if wording(catalog).noun == "film" else "goes with"
    return plain(SAYS[key][language].format(title=natural_order(catalog.item(item).title)))


def no_item(error: BadInput) -> BadInput:
    """The answer to a line that means no item yet."""
    return BadInput(f"{error}, or name the item that something is to go with", *error.fields)


def _worded(said: str, ids: Iterable[str], words: Catalog) -> str | None:
    """The first item that has all the words by which one is named."""
    return next((id for id in ids if id in words.row and names(said, id, words)), None)


def _stems(text: str) -> set[str]:
    found = re.findall(r"[^\W_]+", text.casefold())
    return {word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found}
