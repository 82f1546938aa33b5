"""Conversations: a line of words to a request, a chain that answers, and llmrec in other people's chains."""

from llmrec.extras import needs
from llmrec.runtime import configure

configure()
with needs("chat", "a chat"):
    from llmrec.chat.chain import conversing
    from llmrec.chat.proposing import proposing
    from llmrec.chat.retriever import LLMRecRetriever
    from llmrec.chat.tool import recommending_tool
    from llmrec.chat.understand import Intent, understand, understanding

__all__ = [
    "Intent",
    "LLMRecRetriever",
    "conversing",
    "proposing",
    "recommending_tool",
    "understand",
    "understanding",
]
