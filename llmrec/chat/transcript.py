"""A reply as text, and the list in the text of an earlier reply: a chat client sends back nothing but the words."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmrec.catalog import Catalog

if TYPE_CHECKING:
    from llmrec.response import Recommended

_LINE = re.compile(r"^(\d{1,3})\. (\S.*)$", re.M)
NOTHING = "Nothing in the catalogue fits. Ask for less at once."
WHY = "Why these:"


def listing(items: "Sequence[Recommended]", catalog: Catalog) -> str:
    """The ranked items, a numbered line each."""
    lines = [f"{place}. {catalog.item(item.id).label()}" for place, item in enumerate(items, start=1)]
    return "\n".join(lines) or NOTHING


def reason(place: int, item: "Recommended") -> str:
    """The checked sentence of one item, by its number."""
    return f"({place}) {item.rationale.text}" if item.rationale else ""


def listed(text: str, catalog: Catalog) -> tuple[str, ...]:
    """Ids of the items in a listing; of items that look alike in it the catalogue's first.

    Empty where a line names no item of the catalogue: then the text is no listing of ours.
    """
    labels = [match[2].strip() for match in _LINE.finditer(text)]
    if not labels:
        return ()
    wanted, found = set(labels), dict[str, str]()
    for item in catalog.items:
        if (label := item.label()) in wanted:
            found.setdefault(label, item.id)
    return tuple(found[label] for label in labels) if wanted <= found.keys() else ()
