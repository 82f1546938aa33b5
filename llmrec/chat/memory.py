"""A conversation that comes whole with every turn, so that nothing is kept between turns: what was said, read again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from llmrec.chat.session import Session
from llmrec.chat.transcript import listed
from llmrec.errors import BadInput


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
