"""What a line says of items in running talk, beside its wish: titles that are liked or not, opinions of a list."""

from collections.abc import Container
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.chat.nlu.intent import READ_CHARACTERS
from llmrec.chat.nlu.opinions import read_opinion
from llmrec.chat.nlu.title_mentions import read_title_mentions
from llmrec.chat.state import DialogueState


@dataclass(frozen=True, slots=True)
class Talk:
    """What a line says of items, and what is left of it.

    Parameters
    ----------
    liked, seen, rejected
        Ids of items that are liked, of those that are known, and of those that are disliked.
    missing
        Titles that the catalogue does not have.
    rest
        The line without that; "" where it says no more.
    """

    liked: tuple[str, ...]
    seen: tuple[str, ...]
    rejected: tuple[str, ...]
    missing: tuple[str, ...]
    rest: str


def read_talk(line: str, state: DialogueState, catalog: Catalog, offered: Container[str]) -> Talk | None:
    """Read what a line says of items in running talk.

    Parameters
    ----------
    line
        What a person wrote, of which `READ_CHARACTERS` are read.
    state
        What the conversation has come to.
    catalog
        Whose titles are read.
    offered
        Ids of the items that can be recommended; others are not named.

    Returns
    -------
    Talk or None
        None where it says nothing of the kind, and is read as it stands.
    """
    line = line[:READ_CHARACTERS]
    told = read_title_mentions(line, catalog)
    opinion = read_opinion(told.rest if told else line)
    if told is None and opinion is None:
        return None
    liked = told.liked if told else ()
    if told is None and opinion is not None:
        liked = _meant(opinion.liked, state)
    rest = opinion.rest if opinion else told.rest if told else line
    return Talk(
        tuple(id for id in liked if id in offered),
        tuple(id for id in (told.seen if told else ()) if id in offered),
        tuple(id for id in (told.rejected if told else ()) if id in offered),
        told.missing if told else (),
        rest,
    )


def _meant(liked: str, state: DialogueState) -> tuple[str, ...]:
    """The items of the last list that an opinion is of."""
    listed = state.last.items if state.last else ()
    if liked == "all":
        return listed
    if not liked or not listed or (liked == "praised" and len(listed) > 1):
        return ()
    return (state.topic if state.topic in listed else listed[0],)
