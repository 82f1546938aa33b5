"""llmrec as a tool of other people's agents: what an agent may choose, and what is fixed for it."""

from typing import Any

from langchain_core.tools import StructuredTool, ToolException
from pydantic import BaseModel, ConfigDict, Field

from llmrec.chat.chain import Recommends
from llmrec.chat.nlu.conditions import parse_conditions
from llmrec.chat.nlu.proposals import describe_attributes
from llmrec.chat.transcript import render_reply
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request
from llmrec.retrieval.filters import parse_where

MAX_ITEMS = 20
"""Items that an agent may ask for at once."""


class ToolArguments(BaseModel):
    """What is wanted."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(
        max_length=2000, description="What is wanted, in the customer's own words: 'a heist with humour'."
    )
    where: str | None = Field(
        None,
        max_length=2000,
        description="Filters, joined by 'and': year>=1990 and genre=Comedy|Drama and genre!=Horror.",
    )
    like: str | None = Field(None, max_length=200, description="Id of an item that is like what is wanted.")
    k: int = Field(5, ge=1, le=MAX_ITEMS, description="How many items.")


def recommend_tool(
    recommender: Recommends,
    *,
    user: str | None = None,
    history: tuple[str, ...] | None = None,
    never: tuple[str, ...] = (),
    where: str | None = None,
    context: Context | None = None,
    name: str = "recommend",
) -> StructuredTool:
    """Make a tool that recommends to one person, or to one of whom nothing is known.

    Parameters
    ----------
    recommender
        What makes the lists.
    user, history, never, where, context
        As in `llmrec.Request`. No agent can change them; what it adds to `where` narrows.
    name
        Name of the tool.

    Returns
    -------
    StructuredTool
        Its answer is the list with its reasons, its artifact the items as `Recommended.to_dict` gives them. Wrong
        arguments are answered with a sentence that says what to do.

    Raises
    ------
    BadFilter
        Where `where` does not parse.
    """
    catalog, fixed = recommender.catalog, where
    if fixed:
        parse_where(fixed, catalog)

    def answer(
        query: str, where: str | None = None, like: str | None = None, k: int = 5
    ) -> tuple[str, list[dict[str, Any]]]:
        try:
            parsed = parse_conditions(query, catalog)
            if where:
                parse_where(where, catalog)  # alone: it must be a filter by itself
            clauses = [clause for clause in (fixed, where, *parsed.conditions) if clause]
            response = recommender.recommend(
                Request(
                    user=user,
                    history=history,
                    never=never,
                    query=parsed.query or None,
                    k=k,
                    like=like,
                    explain=True,
                    where=" and ".join(clauses) or None,
                    context=context,
                )
            )
        except BadInput as error:
            raise ToolException(f"{error}.") from error
        return render_reply(response.items, catalog), [item.to_dict() for item in response.items]

    names = ", ".join(str(attribute["name"]) for attribute in describe_attributes(catalog))
    return StructuredTool.from_function(
        answer,
        name=name,
        description=f"Recommends items of the catalogue, with reasons that were checked. Filters may use: {names}.",
        args_schema=ToolArguments,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
