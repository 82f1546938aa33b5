"""Conversations: lines that become requests, and llmrec in other people's LangChain chains and agents.

`chat_chain` answers whole conversations, `LLMRecRetriever` and `recommend_tool` are for chains and agents of one's own,
`understand` reads one line. `Conversation` is the dialogue itself, for whoever keeps its state elsewhere.
"""

from llmrec.extras import needs
from llmrec.runtime import configure

configure()
with needs("chat", "a chat"):
    from llmrec.chat.chain import LLMRecRetriever, chat_chain, recommend_tool
    from llmrec.chat.conversation import Conversation, Reply
    from llmrec.chat.nlu.intent import Intent
    from llmrec.chat.nlu.proposals import model_parser
    from llmrec.chat.nlu.rules import rule_parser, understand
    from llmrec.chat.state import DialogueState

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
