"""Conversations as messages: a list written as text, and the state found again from what a client sends back.

A message that carries the id of a kept answer, or the state itself, needs no reading. For clients that send back
nothing but words, the earlier lines are parsed and the lists read off the earlier replies.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.wording import plain
from llmrec.chat.chinese_reasons import reason_in_chinese
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.intent import READ_CHARACTERS
from llmrec.chat.state import DialogueState
from llmrec.errors import BadInput
from llmrec.evidence.records import ItemEvidence

EARLIER_CHARACTERS = 20_000
"""Characters of earlier lines that are read where no state of the conversation is kept; older lines are left out."""
MIN_COST = 200
"""Characters as which a shorter line counts: it takes time, too, to find the item that it names."""
NOTHING_FITS = {
    "en": "Nothing in the catalogue fits. Ask for less at once.",
    "zh": "目录里没有合适的。请少提一些条件再试。",
}
REASONS_HEADING = {"en": "Why these:", "zh": "为什么是这些:"}
_NUMBERED = re.compile(r"^(\d{1,3})\. (\S.*)$", re.M)


class _Reasoned(Protocol):
    @property
    def text(self) -> str: ...


class _Listed(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def rationale(self) -> _Reasoned | None: ...

    @property
    def evidence(self) -> ItemEvidence | None: ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    Parameters
    ----------
    from_user
        Whether the person wrote it; otherwise it is a reply.
    text
        Its words.
    image
        The picture that came with it, as a file holds it.
    id
        Of a reply: the id under which its state is kept.
    """

    from_user: bool
    text: str
    image: bytes | None = None
    id: str | None = None


def render_list(items: Iterable[_Listed], catalog: Catalog, language: str = "en") -> str:
    """Write a list as text.

    Parameters
    ----------
    items
        Ranked items, best first.
    catalog
        What they are called.
    language
        Of the conversation: "en" or "zh".

    Returns
    -------
    str
        A numbered line each, or `NOTHING_FITS`.
    """
    lines = [f"{position}. {plain(catalog.item(item.id).label())}" for position, item in enumerate(items, start=1)]
    return "\n".join(lines) or NOTHING_FITS[language]


def render_reason(position: int, item: _Listed, catalog: Catalog, language: str = "en") -> str:
    """Write why an item is in a list, below the titles.

    Parameters
    ----------
    position
        Its number in the list.
    item
        The item.
    catalog
        The items.
    language
        Of the conversation: "en" or "zh".

    Returns
    -------
    str
        Its number and its rationale, or in Chinese what its evidence comes to; "" where no reasons are there.
    """
    if item.rationale is None:
        return ""
    if language == "zh" and item.evidence is not None:
        return f"({position}) {reason_in_chinese(item.evidence, catalog, titled=False)}"
    return f"({position}) {plain(item.rationale.text)}"


def render_reply(items: Sequence[_Listed], catalog: Catalog, language: str = "en") -> str:
    """Write a list and its reasons as text.

    Parameters
    ----------
    items
        Ranked items, best first.
    catalog
        What they are called.
    language
        Of the conversation: "en" or "zh".

    Returns
    -------
    str
        The list, then the sentence of each item that has one.
    """
    each = (render_reason(position, item, catalog, language) for position, item in enumerate(items, start=1))
    reasons = [reason for reason in each if reason]
    told = ["", REASONS_HEADING[language], *reasons] if reasons else []
    return "\n".join([render_list(items, catalog, language), *told])


def introduced(words: str, text: str, question: str = "") -> str:
    """Put what is said before a list in front of it, and the question that is asked back below it.

    Parameters
    ----------
    words
        As `Reply.words` has them; "" for nothing.
    text
        The list as text.
    question
        What is asked back; "" for nothing.

    Returns
    -------
    str
        All of them, with empty lines between.
    """
    return "\n\n".join(part for part in (words, text, question) if part)


def parse_list(text: str, catalog: Catalog) -> tuple[str, ...]:
    """Read the list off the text of a reply.

    Parameters
    ----------
    text
        As `render_list` writes it, with anything before and after.
    catalog
        The items.

    Returns
    -------
    tuple of str
        Item ids; of items that look alike in a list the catalogue's first. Empty where a numbered line names no item
        of the catalogue: then the text is no list of ours.
    """
    labels = [match[2].strip() for match in _NUMBERED.finditer(text)]
    by_label = derived(catalog, _ids_by_label) if labels else {}
    ids = [by_label.get(label) for label in labels]
    return tuple(id for id in ids if id is not None) if None not in ids else ()


def restore(
    conversation: Conversation,
    messages: Sequence[Message],
    find_state: Callable[[str], DialogueState | None] = lambda _id: None,
    check: Callable[[], None] = lambda: None,
) -> Message:
    """Bring a new conversation to where its messages had come.

    Parameters
    ----------
    conversation
        One that begins. It gets the state of the latest reply of which one is kept, and replays the lines after it;
        without one it replays all lines.
    messages
        The messages, oldest first; the last is the line to be answered.
    find_state
        From the id of a reply to its state; None where none is kept.
    check
        Called before each line that is read; what it raises ends the work.

    Returns
    -------
    Message
        The last message.

    Raises
    ------
    BadInput
        Where the last message is not the person's, or a reply without words has an id under which nothing is kept.
    """
    if not messages or not messages[-1].from_user:
        raise BadInput("`messages` must end with one of the user's; add it", "messages")
    earlier = messages[:-1]
    start = 0
    for at in reversed(range(len(earlier))):
        id = None if earlier[at].from_user else earlier[at].id
        if id is not None and (state := find_state(id)) is not None:
            conversation.state = state
            start = at + 1
            break
    if any(message.id is not None and not message.text for message in earlier[start:]):
        raise BadInput("nothing is kept of the reply before; send the conversation's messages", "messages")
    start = max(start, first_read(earlier))
    for message in earlier[:start]:
        if message.image is not None:
            conversation.add_picture(message.image)
    for at, message in enumerate(earlier[start:], start):
        check()
        answer = messages[at + 1]
        if message.from_user:
            items = () if answer.from_user else parse_list(answer.text, conversation.catalog)
            conversation.replay(message.text, items, message.image)
    return messages[-1]


def first_read(earlier: Sequence[Message]) -> int:
    """Find the first message that is read where nothing is kept: what the person wrote from there on is within a bound.

    Parameters
    ----------
    earlier
        The messages before the line that is answered, oldest first.

    Returns
    -------
    int
        Its place.
    """
    left = EARLIER_CHARACTERS
    for at in reversed(range(len(earlier))):
        if earlier[at].from_user:
            left -= max(MIN_COST, min(len(earlier[at].text), READ_CHARACTERS))
            if left < 0:
                return at + 1
    return 0


def _ids_by_label(catalog: Catalog) -> dict[str, str]:
    """Label -> item id, built once a catalogue; of items with the same label the first."""
    found: dict[str, str] = {}
    for item in catalog.items:
        found.setdefault(plain(item.label()), item.id)
    return found
