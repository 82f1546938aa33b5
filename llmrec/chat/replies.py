"""What one line of a conversation comes to: words, a list to be made, an item whose reasons are wanted."""

import re
from dataclasses import dataclass

from llmrec.chat.state import ListState
from llmrec.request import Request


@dataclass(frozen=True, slots=True)
class Reply:
    """What one line comes to. Without `request` and `why` it is `words` alone.

    Parameters
    ----------
    words
        The whole of a short reply, or what is said before a list or before reasons.
    request
        The list that is to be made; `Conversation.show` is told when it is.
    list
        The state that the list of `request` will have, without its items.
    why
        Id of the item of the last list whose reasons are wanted.
    done
        Whether the person ends the conversation.
    clarifies
        Whether a question may be asked back below the list.
    detailed
        Whether the evidence of those reasons is wanted, too.
    language
        The language of the line, in which reasons are told, too: "en" or "zh".
    """

    words: str = ""
    request: Request | None = None
    list: ListState | None = None
    why: str | None = None
    done: bool = False
    clarifies: bool = False
    language: str = "en"
    detailed: bool = False


_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])\s*")
_WHOLE = 8
"""Characters from which a piece of text is a sentence, and not the end of "Mrs."."""


def once(words: str) -> str:
    """Leave out each sentence that is said already.

    Parameters
    ----------
    words
        What is said.

    Examples
    --------
    >>> once("Only comedies, then. From 1990 on. Only comedies, then.")
    'Only comedies, then. From 1990 on.'
    """
    pieces, said = _SENTENCE.split(words), set[str]()
    kept = []
    for piece in pieces:
        if len(piece) < _WHOLE or piece not in said:
            kept.append(piece)
        said.add(piece)
    return words if len(kept) == len(pieces) else " ".join(kept).strip()
