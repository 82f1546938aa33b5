"""llmrec for LangChain: the conversation as a runnable, a retriever, and a tool of other people's agents.

The runnable (messages -> state -> intent -> recommender -> reply) holds no state: messages come whole with every turn,
from whatever memory the caller keeps, and each reply carries the state of the conversation in its metadata.
"""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough
from langchain_core.tools import StructuredTool, ToolException
from pydantic import ConfigDict, Field, ValidationError

from llmrec.catalog.wording import plain
from llmrec.chat.agent_reading import attribute_names, read_request
from llmrec.chat.agent_schemas import Recommends, RequestArguments
from llmrec.chat.chinese_reasons import reason_in_chinese
from llmrec.chat.clarification import CANDIDATES, described
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.conditions import ParsedQuery, parse_conditions
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.rules import rule_parser
from llmrec.chat.state import DialogueState
from llmrec.chat.transcript import Message, introduced, render_reply, restore
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.evidence.records import ItemEvidence
from llmrec.request import Intent as ListIntent
from llmrec.request import Request
from llmrec.retrieval.filters import parse_where

Messages = str | Sequence[BaseMessage | tuple[str, str] | dict[str, Any]]


def chat_chain(
    recommender: Recommends,
    *,
    history: Sequence[str] = (),
    never: Sequence[str] = (),
    where: str | None = None,
    context: Context | None = None,
    parser: Runnable[str, Intent] | None = None,
    explain: bool = True,
) -> Runnable[Any, AIMessage]:
    """Make a chain from the messages of a conversation, or its first line, to the reply to the last.

    Parameters
    ----------
    recommender
        What makes the lists.
    history
        Ids of items that the person interacted with, oldest first.
    never
        Ids of items that must not be recommended.
    where
        A filter that holds whatever is said; see `llmrec.retrieval.filters`.
    context
        When and where the conversation is held.
    parser
        What reads a line: `model_parser(model, catalog)`, or by default the rules alone.
    explain
        Whether a list comes with reasons, which take half a second an item.

    Returns
    -------
    Runnable
        Messages of the system and of tools are not read. The reply's `response_metadata` holds `conditions`, of a list
        also `recommendations` (each item as `Recommended.to_dict` gives it) and `question` (what is asked back and its
        answers, or None), and `state`: a chain that gets the message back goes on from there, and reads the earlier
        messages only where they carry none.

    Raises
    ------
    UnknownItem, BadFilter
        By the chain, where the catalogue lacks what `history`, `never` or `where` name.
    BadInput
        By the chain, where the last message is not the person's.
    """
    reads = parser or rule_parser(recommender.catalog)

    def remember(messages: Messages) -> dict[str, Any]:
        conversation = Conversation(
            recommender.catalog, history=history, never=never, where=where, context=context, parser=reads
        )
        whole = [HumanMessage(messages)] if isinstance(messages, str) else convert_to_messages(messages)
        given = [message for message in whole if isinstance(message, AIMessage | HumanMessage)]
        known = [
            Message(isinstance(message, HumanMessage), message.text, id=str(at)) for at, message in enumerate(given)
        ]
        line = restore(conversation, known, lambda at: _state(given[int(at)]))
        return {"conversation": conversation, "messages": given, "line": line.text}

    def reply(turn: dict[str, Any]) -> AIMessage:
        try:
            return _reply(recommender, explain, **turn)
        except BadInput as error:
            return _message(f"{str(error)[:1].upper()}{str(error)[1:]}.", turn["conversation"])

    return (
        RunnableLambda(remember).with_config(run_name="memory")
        | RunnablePassthrough.assign(intent=itemgetter("line") | reads)
        | RunnableLambda(reply).with_config(run_name="llmrec")
    )


def _reply(
    recommender: Recommends,
    explain: bool,
    conversation: Conversation,
    messages: Sequence[BaseMessage],
    line: str,
    intent: Intent,
) -> AIMessage:
    reply = conversation.reply_to(intent, line)
    if reply.why is not None:
        reason = _reason(recommender, conversation, messages, reply.why, reply.language)
        return _message(f"{reply.words} {reason}".strip(), conversation)
    if reply.request is None:
        return _message(reply.words, conversation)
    request = replace(reply.request, explain=explain)
    response = recommender.recommend(request)
    items, candidates = response.items, response.candidates(CANDIDATES) if reply.clarifies else ()
    question = conversation.show(reply, [item.id for item in items], candidates=candidates)
    found = [item.to_dict() for item in items]
    text = introduced(reply.words, render_reply(items, conversation.catalog, reply.language), question)
    return _message(text, conversation, recommendations=found, question=described(conversation.state.question))


def _reason(
    recommender: Recommends, conversation: Conversation, messages: Sequence[BaseMessage], item: str, language: str
) -> str:
    """Find the sentence of an item of the last list: the one that came with the list, or one written now."""
    lists = (message.response_metadata.get("recommendations") for message in reversed(messages))
    for listed in next((items for items in lists if items is not None), ()):
        if listed["id"] == item and listed["rationale"]:
            if language == "zh":
                evidence = ItemEvidence.from_dict(listed["rationale"]["evidence"])
                return reason_in_chinese(evidence, conversation.catalog)
            return plain(str(listed["rationale"]["text"]))
    response = recommender.recommend(conversation.last_request())
    found = next((each for each in response.items if each.id == item and each.rationale), None)
    if found is not None and found.evidence is not None and language == "zh":
        return reason_in_chinese(found.evidence, conversation.catalog)
    return plain(found.rationale.text) if found is not None and found.rationale else ""


def _message(text: str, conversation: Conversation, **more: Any) -> AIMessage:
    state = conversation.state.model_dump(mode="json")
    return AIMessage(text, response_metadata={"conditions": [*conversation.conditions], "state": state, **more})


def _state(message: BaseMessage) -> DialogueState | None:
    try:
        return DialogueState.model_validate(message.response_metadata["state"])
    except (KeyError, ValidationError):  # of another chain, or of another version of this one
        return None


class LLMRecRetriever(BaseRetriever):
    """Retrieve items for one person, or for one of whom nothing is known. In async code it runs in a thread.

    Parameters
    ----------
    recommender
        What ranks.
    user, history, never, where, context, k, explain
        As in `llmrec.Request`; `where` holds whatever the query says.
    score_threshold
        Least fused score of an item; what scores less is left out.
    parse_query
        Whether years, prices and exclusions in the query become filters; otherwise all of it is read by the LLM.

    Notes
    -----
    A document's `page_content` is the item's text, its `metadata` hold `id`, `title`, `score`, `reason` (empty without
    `explain`) and `attributes`. `invoke` raises what `Recommender.recommend` raises.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    recommender: Recommends
    user: str | None = None
    history: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()
    where: str | None = None
    context: Context | None = None
    k: int = Field(default=5, ge=1)
    score_threshold: float | None = None
    explain: bool = True
    parse_query: bool = True

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun | None = None,  # noqa: ARG002 (LangChain's signature)
    ) -> list[Document]:
        catalog = self.recommender.catalog
        parsed = parse_conditions(query, catalog) if self.parse_query else ParsedQuery(query, ())
        where = " and ".join((*([self.where] if self.where else []), *parsed.conditions)) or None
        response = self.recommender.recommend(
            Request(
                user=self.user,
                history=self.history,
                never=self.never,
                query=parsed.query or None,
                where=where,
                k=self.k,
                explain=self.explain,
                context=self.context,
            )
        )
        return [
            Document(
                id=item.id,
                page_content=catalog.item(item.id).text(),
                metadata={
                    "id": item.id,
                    "title": item.title,
                    "score": item.score,
                    "reason": item.rationale.text if item.rationale else "",
                    "attributes": item.attributes,
                },
            )
            for item in response.items
            if self.score_threshold is None or item.score >= self.score_threshold
        ]


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
        query: str, where: str | None = None, like: str | None = None, intent: ListIntent | None = None, k: int = 5
    ) -> tuple[str, list[dict[str, Any]]]:
        try:
            arguments = ToolArguments(query=query, where=where, like=like, intent=intent, k=k)
            request, _ = read_request(arguments, catalog, catalog, (fixed,))
            response = recommender.recommend(
                replace(request, user=user, history=history, never=never, intent=intent, explain=True, context=context)
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
