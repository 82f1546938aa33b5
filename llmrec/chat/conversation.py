"""A reply as text, and the list in the text of an earlier reply: a chat client sends back nothing but the words.

A conversation that comes whole with every turn, so that nothing is kept between turns: what was said, read again.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from llmrec.catalog import Catalog
from llmrec.chat.session import Session
from llmrec.errors import BadInput

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


@dataclass(frozen=True, slots=True)
class Line:
    """One message: what the person said and showed, or what was answered (`mine`)."""

    mine: bool
    words: str
    image: bytes | None = None


def remember(session: Session, lines: Sequence[Line], offered: Collection[str] | None = None) -> Line:
    """Has a new session recall all lines but the last, and gives that one back: it is to be answered.

    `offered`: ids that may still be spoken of, all by default. Raises `BadInput` where there is nothing to answer.
    """
    if not lines or lines[-1].mine:
        raise BadInput("messages must end with one of the user's; add it")
    for line, answer in pairwise(lines):
        if not line.mine:
            shown = listed(answer.words, session.catalog) if answer.mine else ()
            session.recall(line.words, [id for id in shown if offered is None or id in offered], line.image)
    return lines[-1]
