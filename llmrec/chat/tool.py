"""llmrec as a tool of other people's agents: what an agent may choose, and what is fixed for it."""

from dataclasses import replace
from typing import Any

from langchain_core.tools import StructuredTool, ToolException
from pydantic import Field

from llmrec.chat.agent_schemas import RequestArguments
from llmrec.chat.agent_tools import attribute_names, read_request
from llmrec.chat.chain import Recommends
from llmrec.chat.transcript import render_reply
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.retrieval.filters import parse_where


class ToolArguments(RequestArguments):
    """What is wanted."""

    query: str = Field(
        max_length=2000, description="What is wanted, in the customer's own words: 'a heist with humour'."
    )


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
            arguments = ToolArguments(query=query, where=where, like=like, k=k)
            request, _ = read_request(arguments, catalog, catalog, (fixed,))
            response = recommender.recommend(
                replace(request, user=user, history=history, never=never, explain=True, context=context)
            )
        except BadInput as error:
            raise ToolException(f"{error}.") from error
        return render_reply(response.items, catalog), [item.to_dict() for item in response.items]

    return StructuredTool.from_function(
        answer,
        name=name,
        description="Recommends items of the catalogue, with reasons that were checked. "
        f"Filters may use: {attribute_names(catalog)}.",
        args_schema=ToolArguments,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
