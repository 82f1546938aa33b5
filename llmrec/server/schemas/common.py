"""Types of fields that several bodies have, and the body of every refusal."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _storable(text: str) -> str:
    """Refuse what a database cannot hold as text."""
    if "\x00" in text:
        raise ValueError("must not hold the character NUL")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Id = Annotated[Text, Field(min_length=1, max_length=200)]
Words = Annotated[Text, Field(max_length=2000)]
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
