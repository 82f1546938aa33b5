"""The conversation as a LangChain runnable: messages -> what was said before -> intent -> llmrec -> the reply.

It holds no state: messages come whole with every turn, from whatever memory the caller keeps.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from llmrec.catalog import Catalog
from llmrec.chat.conversation import WHY, Line, listing, remember
from llmrec.chat.session import Reply, Session
from llmrec.chat.understand import Intent, understanding
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request

if TYPE_CHECKING:
    from llmrec.response import Recommended, Response

Messages = str | Sequence[BaseMessage | tuple[str, str] | dict[str, Any]]


def conversing(
    catalog: Catalog,
    recommend: "Callable[[Request], Response]",
    *,
    history: Sequence[str] = (),
    never: Sequence[str] = (),
    where: str | None = None,
    context: Context | None = None,
    understand: Runnable[str, Intent] | None = None,
    explain: bool = True,
) -> Runnable[Any, AIMessage]:
    """A chain from the messages of a conversation (or its first line) to the answer to the last.

    `history`, `never`: item ids of the person who speaks; `where`: a filter that holds whatever is said; `understand`:
    what reads a line (`proposing(model, catalog)`), the rules by default; `explain`: whether a list comes with reasons,
    which take half a second an item. The reply's `response_metadata` holds
    `recommendations` (each item as `Recommended.to_dict` gives it) and `conditions`. Messages of the system and of
    tools steer nothing. Raises `UnknownItem`, `BadFilter`, and `BadInput` where there is no line to answer.
    """
    reads = understand or understanding(catalog)

    def recalled(messages: Messages) -> dict[str, Any]:
        session = Session(catalog, recommend, history, never, reads, where, context)
        last = remember(session, _lines(messages))
        return {"session": session, "line": last.words}

    def answered(turn: dict[str, Any]) -> AIMessage:
        session: Session = turn["session"]
        try:
            return _message(session, session.answer(turn["intent"], turn["line"]), explain)
        except BadInput as error:
            return AIMessage(f"{str(error)[:1].upper()}{str(error)[1:]}.")

    return (
        RunnableLambda(recalled).with_config(run_name="memory")
        | RunnablePassthrough.assign(intent=itemgetter("line") | reads)
        | RunnableLambda(answered).with_config(run_name="llmrec")
    )


def _lines(messages: Messages) -> list[Line]:
    told = [HumanMessage(messages)] if isinstance(messages, str) else convert_to_messages(messages)
    return [Line(isinstance(m, AIMessage), m.text) for m in told if isinstance(m, AIMessage | HumanMessage)]


def _message(session: Session, reply: Reply, explain: bool) -> AIMessage:
    told: dict[str, Any] = {"conditions": list(session.conditions)}
    if reply.why:
        return AIMessage(reply.why.rationale.text if reply.why.rationale else "", response_metadata=told)
    if reply.response is None:
        return AIMessage(reply.words, response_metadata=told)
    items = session.explained() if explain and reply.response.items else reply.response.items
    told["recommendations"] = [item.to_dict() for item in items]
    return AIMessage(spoken(items, session.catalog), response_metadata=told)


def spoken(items: "Sequence[Recommended]", catalog: Catalog) -> str:
    """A list in words: a numbered line each, then the checked sentence of each that has one, by its number."""
    reasons = [f"({place}) {item.rationale.text}" for place, item in enumerate(items, start=1) if item.rationale]
    return "\n".join([listing(items, catalog), *(["", WHY, *reasons] if reasons else [])])
