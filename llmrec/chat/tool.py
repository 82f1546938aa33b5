"""llmrec as a tool of other people's agents: what an agent may choose, and what is fixed for it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from langchain_core.tools import StructuredTool, ToolException
from pydantic import BaseModel, ConfigDict, Field

from llmrec.catalog import Catalog
from llmrec.chat.chain import spoken
from llmrec.chat.conditions import read_conditions
from llmrec.chat.proposing import described
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request
from llmrec.retrieval.filters import parse_where

if TYPE_CHECKING:
    from llmrec.response import Response

MOST = 20
"""Items that an agent may ask for at once."""


class Wanted(BaseModel):
    """What is wanted."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(max_length=2000, description="The wish in the customer's own words: 'a heist with humour'.")
    where: str | None = Field(
        None,
        max_length=2000,
        description="Filters, joined by 'and': year>=1990 and genre=Comedy|Drama and genre!=Horror.",
    )
    like: str | None = Field(None, max_length=200, description="Id of an item that is like what is wanted.")
    k: int = Field(5, ge=1, le=MOST, description="How many items.")


def recommending_tool(
    catalog: Catalog,
    recommend: "Callable[[Request], Response]",
    *,
    user: str | None = None,
    history: tuple[str, ...] | None = None,
    never: tuple[str, ...] = (),
    where: str | None = None,
    context: Context | None = None,
    name: str = "recommend",
) -> StructuredTool:
    """A tool that recommends to one person, or to nobody; who that is, and `where`, no agent can change.

    Its answer is the list with reasons; its artifact the items as `Recommended.to_dict` gives them. Wrong arguments are
    answered with the sentence that says what to do. Raises `BadFilter` for a `where` that does not parse.
    """
    if where:
        parse_where(where, catalog)

    def answer(
        query: str, where: str | None = None, like: str | None = None, k: int = 5
    ) -> tuple[str, list[dict[str, Any]]]:
        try:
            read = read_conditions(query, catalog)
            if where:
                parse_where(where, catalog)  # alone: it must be a filter by itself
            clauses = [clause for clause in (fixed, where, *read.conditions) if clause]
            response = recommend(
                Request(
                    user=user,
                    history=history,
                    never=never,
                    query=read.query or None,
                    k=k,
                    like=like,
                    explain=True,
                    where=" and ".join(clauses) or None,
                    context=context,
                )
            )
        except BadInput as error:
            raise ToolException(f"{error}.") from error
        return spoken(response.items, catalog), [item.to_dict() for item in response.items]

    fixed = where
    names = ", ".join(str(attribute["name"]) for attribute in described(catalog))
    return StructuredTool.from_function(
        answer,
        name=name,
        description=f"Recommends items of the catalogue, with reasons that were checked. Filters may use: {names}.",
        args_schema=Wanted,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
