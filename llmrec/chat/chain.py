"""The conversation as a LangChain runnable: messages -> state -> intent -> recommender -> reply.

It holds no state: messages come whole with every turn, from whatever memory the caller keeps, and each reply carries
the state of the conversation in its metadata.
"""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough
from pydantic import ValidationError

from llmrec.catalog import Catalog
from llmrec.chat.clarification import CANDIDATES, described
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.rules import rule_parser
from llmrec.chat.plain_text import plain
from llmrec.chat.state import DialogueState
from llmrec.chat.transcript import Message, introduced, render_reply, restore
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request

if TYPE_CHECKING:
    from llmrec.response import Response

Messages = str | Sequence[BaseMessage | tuple[str, str] | dict[str, Any]]


@runtime_checkable
class Recommends(Protocol):
    """What chains, tools and retrievers need of a recommender; `llmrec.recommender.Recommender` is one."""

    @property
    def catalog(self) -> Catalog:
        """The items."""

    def recommend(self, request: Request, /) -> "Response":
        """Answer one request."""


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
        return _message(_reason(recommender, conversation, messages, reply.why), conversation)
    if reply.request is None:
        return _message(reply.words, conversation)
    request = replace(reply.request, explain=explain)
    response = recommender.recommend(request)
    items, candidates = response.items, response.candidates(CANDIDATES) if reply.clarifies else ()
    question = conversation.show(reply, [item.id for item in items], candidates=candidates)
    found = [item.to_dict() for item in items]
    text = introduced(reply.words, render_reply(items, conversation.catalog), question)
    return _message(text, conversation, recommendations=found, question=described(conversation.state.question))


def _reason(recommender: Recommends, conversation: Conversation, messages: Sequence[BaseMessage], item: str) -> str:
    """Find the sentence of an item of the last list: the one that came with the list, or one written now."""
    lists = (message.response_metadata.get("recommendations") for message in reversed(messages))
    for listed in next((items for items in lists if items is not None), ()):
        if listed["id"] == item and listed["rationale"]:
            return plain(str(listed["rationale"]["text"]))
    response = recommender.recommend(conversation.last_request())
    return next((plain(each.rationale.text) for each in response.items if each.id == item and each.rationale), "")


def _message(text: str, conversation: Conversation, **more: Any) -> AIMessage:
    state = conversation.state.model_dump(mode="json")
    return AIMessage(text, response_metadata={"conditions": [*conversation.conditions], "state": state, **more})


def _state(message: BaseMessage) -> DialogueState | None:
    try:
        return DialogueState.model_validate(message.response_metadata["state"])
    except (KeyError, ValidationError):  # of another chain, or of another version of this one
        return None
