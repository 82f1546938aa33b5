"""The items that a line means: by their place in the last list, as what was just spoken of, or by their titles."""

from collections.abc import Container, Sequence
from statistics import median, median_low

from llmrec.catalog import Catalog
from llmrec.catalog.wording import plain
from llmrec.chat.nlu.intent import LAST, THAT, THESE, Comparison
from llmrec.chat.nlu.references import find_title
from llmrec.chat.state import DialogueState
from llmrec.errors import BadInput
from llmrec.retrieval.filters import written

MAX_POSITION = 100
"""Numbers up to here are positions in a list, larger ones are titles ("1984")."""


def find_item(subject: str, state: DialogueState, catalog: Catalog, offered: Container[str]) -> str:
    """Find the item that a reference means.

    Parameters
    ----------
    subject
        A position in the last list, `LAST`, `THAT` (the topic, or the first of the list), or a title.
    state
        What the conversation has come to.
    catalog
        The items.
    offered
        Ids of the items that can be recommended.

    Returns
    -------
    str
        Id of the item.

    Raises
    ------
    BadInput
        Where there is no such item, or it is not offered any more.
    """
    items = state.last.items if state.last else ()
    if subject == THAT:
        if state.topic is None and not items:
            raise BadInput("there is nothing yet that could be meant; ask for something first")
        return _offered(state.topic or items[0], offered)
    position = str(len(items)) if subject == LAST else subject
    if position.isdigit() and int(position) <= max(len(items), MAX_POSITION):
        if not 1 <= int(position) <= len(items):
            raise BadInput(f"there is no number {position} in the last list; ask for something first")
        return _offered(items[int(position) - 1], offered)
    return find_title(subject, catalog)


def resolve_comparisons(
    comparisons: Sequence[Comparison],
    state: DialogueState,
    catalog: Catalog,
    offered: Container[str],
    than_most: bool = False,
) -> tuple[str, ...]:
    """Turn comparisons with items of the conversation into conditions.

    Parameters
    ----------
    comparisons
        What the line compares with.
    state, catalog, offered
        As for `find_item`.
    than_most
        Whether less than a list is less than its middle, and not than its least.

    Returns
    -------
    tuple of str
        Conditions as `llmrec.retrieval.filters.parse_where` reads them. Less than a list is less than the least of it.

    Raises
    ------
    BadInput
        Where there is no such item, or it lacks the attribute.
    """
    listed = state.last.items if state.last else ()
    found = []
    for each in comparisons:
        if each.subject == THESE and not listed:
            raise BadInput("there is no list yet to compare with; ask for something first")
        items = (
            [id for id in listed if id in offered]
            if each.subject == THESE
            else [find_item(each.subject, state, catalog, offered)]
        )
        values = [catalog.item(id).attributes.get(each.attribute) for id in items]
        numbers = [float(value) for value in values if isinstance(value, int | float)]
        if not numbers:
            title = plain(catalog.item(items[0]).title) if items else "these"
            raise BadInput(f"the {each.attribute} of {title} is not known; compare with another item")
        middle = median_low if all(map(float.is_integer, numbers)) else median  # no year has a half
        bound = middle(numbers) if than_most else (min if "<" in each.operator else max)(numbers)
        found.append(written(each.attribute, each.operator, (f"{bound:.10g}",)))
    return tuple(found)


def _offered(item: str, offered: Container[str]) -> str:
    if item not in offered:
        raise BadInput("that item is not offered any more; choose another")
    return item
