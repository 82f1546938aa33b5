"""Items that come, change and go, and what the catalogue is about."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt

from llmrec.server.schemas.common import Attribute, OneLine, StrictBody, Text

Name = Annotated[Text, Field(pattern=r"\S", max_length=200)]
"""As the catalogue's files may have it: blanks, signs and any script."""
Number = Annotated[StrictInt, Field(ge=-(10**15), le=10**15)] | Annotated[StrictFloat, Field(allow_inf_nan=False)]
Word = Annotated[Text, Field(min_length=1, max_length=200)]


class ItemBody(StrictBody):
    """An item as it is offered from now on; media go beside it as files of a multipart form."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "Galaxy Miners",
                    "description": "A crew of miners far out in space meets an alien machine.",
                    "attributes": {"genres": ["Sci-Fi", "Adventure"], "year": 1997},
                }
            ]
        },
    )

    title: Annotated[Text, Field(min_length=1, max_length=500)]
    description: Annotated[Text, Field(max_length=20_000)] = ""
    attributes: Annotated[
        dict[Name, Number | Word | Annotated[list[Word], Field(min_length=1, max_length=50)]], Field(max_length=50)
    ] = Field(default_factory=dict, description="Of the kinds that the catalogue's items have: words, lists, numbers.")


class ItemState(BaseModel):
    """An item, and whether answers can hold it by now."""

    id: str
    searchable: bool
    title: OneLine | None = None
    description: str | None = None
    attributes: dict[str, Attribute] = Field(default_factory=dict)
    media: list[str] = Field(default_factory=list, description="What there is of it besides words.")


class CatalogState(BaseModel):
    """What the catalogue is about.

    `noun`: what one item is called, `chose`: what people did with it ("watched"); `values`: attribute → its most
    frequent values, the most frequent first.
    """

    name: str
    items: int
    noun: str
    chose: str
    values: dict[str, list[str]]


class ItemsServed(BaseModel):
    """The items that a gateway offers."""

    version: int = Field(description="The last change of items that is in force here; 0 for the folder's alone.")
    offered: int


class IndexServed(BaseModel):
    """The index that a gateway asks."""

    version: str = Field(description="The same of all indexes that hold the same vectors.")
    items: int = Field(description="0 while it is out of reach.")


class Readiness(BaseModel):
    """What a gateway that can answer serves."""

    status: Literal["ready"]
    items: ItemsServed
    index: IndexServed
