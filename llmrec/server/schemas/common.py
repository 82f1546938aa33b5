"""Types of fields that several bodies have, and the body of every refusal."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from llmrec.catalog.types import INVISIBLE, composed, normal_id
from llmrec.chat.plain_text import one_line


def _storable(text: str) -> str:
    """Refuse what a database cannot hold as text."""
    if "\x00" in text:
        raise ValueError("must not hold the character NUL")
    if not utf8(text):
        raise ValueError("must be text that UTF-8 can hold; it has half of a character")
    return text


def utf8(text: str) -> bool:
    """Tell whether a text has a UTF-8 form: JSON can hold half of an emoji, where a program has cut a string.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    bool
    """
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def whole(text: str) -> str:
    r"""Put U+FFFD in the place of half characters.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The text, with a UTF-8 form.

    Examples
    --------
    >>> whole("funny \ud83d")
    'funny �'
    """
    return text if utf8(text) else re.sub("[\ud800-\udfff]", "\ufffd", text)


Text = Annotated[str, AfterValidator(_storable)]
"""What must come as it is, or not at all: two ids must not become one."""


def _same_id(text: str) -> str:
    """An id as the catalogue keeps it; one that would lose characters is refused, as it may name another person."""
    if hidden := INVISIBLE.search(text):
        raise ValueError(
            f"must not hold the invisible character U+{ord(hidden[0]):04X}; catalogues are read without it"
        )
    if not (found := normal_id(text)):
        raise ValueError("must not be blank")
    return found


SameId = AfterValidator(_same_id)
"""What makes a text an id in one spelling."""
Id = Annotated[Text, Field(min_length=1, max_length=200), SameId]
FreeText = Annotated[str, AfterValidator(whole), AfterValidator(composed), AfterValidator(_storable)]
"""What people write, in which a broken character does no harm."""
OneLine = Annotated[str, AfterValidator(one_line)]
"""A title as it leaves."""
Words = Annotated[FreeText, Field(max_length=2000)]
Attribute = str | int | float | list[str]
"""An attribute of an item as JSON holds it: a word, a number, or several words."""
ID_IN_PATH = "^[^\x00]*$"
"""Pattern of an id that is part of a path."""


class StrictBody(BaseModel):
    """A body with exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class Failure(BaseModel):
    """One sentence: what is wrong, and what to do."""

    message: str
    type: str
    param: str | None
    code: str


class Failed(BaseModel):
    """What every refused request gets."""

    error: Failure
