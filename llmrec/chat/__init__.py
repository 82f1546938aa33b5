"""Conversations: lines that become requests, and llmrec in other people's LangChain chains and agents.

`chat_chain` answers whole conversations, `LLMRecRetriever` and `recommend_tool` are for chains and agents of one's own,
`understand` reads one line. `Conversation` is the dialogue itself, for whoever keeps its state elsewhere.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.proposals import model_parser
from llmrec.chat.nlu.rules import rule_parser, understand
from llmrec.chat.replies import Reply
from llmrec.chat.state import DialogueState
from llmrec.extras import needs
from llmrec.runtime import configure

configure()
if TYPE_CHECKING:
    from llmrec.chat.chain import LLMRecRetriever, chat_chain, recommend_tool

__all__ = [
    "Conversation",
    "DialogueState",
    "Intent",
    "LLMRecRetriever",
    "Reply",
    "chat_chain",
    "model_parser",
    "recommend_tool",
    "rule_parser",
    "understand",
]


def __getattr__(name: str) -> Any:
    """What is made for LangChain: a second to import, which a gateway and a chat in the terminal need not wait for."""
    if name not in ("LLMRecRetriever", "chat_chain", "recommend_tool"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needs("chat", f"`{name}`"):
        return getattr(import_module("llmrec.chat.chain"), name)
