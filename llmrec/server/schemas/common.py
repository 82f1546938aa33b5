"""Types of fields that several bodies have, and the body of every refusal."""

import re
import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from llmrec.catalog.types import composed, same_id, storable, utf8
from llmrec.catalog.wording import one_line


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


Text = Annotated[str, AfterValidator(storable)]
"""What must come as it is, or not at all: two ids must not become one."""


LATEST = 1e11
"""Seconds; what is larger counts milliseconds, or less."""
AHEAD = 86_400
"""Seconds by which a client's clock, or its day, may be ahead."""


def _in_seconds(at: float) -> float:
    if at > LATEST:
        raise ValueError("must be Unix seconds; this counts milliseconds or less, divide it")
    if at > time.time() + AHEAD:
        raise ValueError("must not be in the future")
    return at


Seconds = Annotated[float, Field(ge=0, json_schema_extra={"maximum": LATEST}), AfterValidator(_in_seconds)]
"""When something was."""
SameId = AfterValidator(same_id)
"""What makes a text an id in one spelling."""
Id = Annotated[str, Field(min_length=1, max_length=200), SameId]
FreeText = Annotated[str, AfterValidator(whole), AfterValidator(composed), AfterValidator(storable)]
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
