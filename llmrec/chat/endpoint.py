"""A chat model behind an endpoint that speaks OpenAI's API: vLLM, OpenAI's own, and others."""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from llmrec.errors import BadInput
from llmrec.extras import needs

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SECONDS = 5.0
"""Time in which a line must be read."""
WORDS = 512
"""Tokens of an answer: twenty conditions take some 400."""


def chat_model(url: str | None, name: str | None) -> "BaseChatModel | None":
    """The model `name` of the endpoint at `url`; None where neither option is given. Nothing is asked of it yet.

    The key is what the environment has as OPENAI_API_KEY, if it has it. Raises `BadInput` where one is missing or the
    URL is none, `MissingExtra` where the package is missing.
    """
    if url is None and name is None:
        return None
    if not url or not name:
        raise BadInput("`chat_url` and `chat_model` belong together; pass both, or neither", "chat_url", "chat_model")
    if not _is_address(url):
        raise BadInput(
            f"`chat_url` is {url!r}; pass the URL of an endpoint, such as http://127.0.0.1:8003/v1", "chat_url"
        )
    with needs("chat", "a chat model"):
        from langchain_openai import ChatOpenAI
        from openai import Timeout
    from pydantic import SecretStr

    return ChatOpenAI(
        model=name, base_url=url, api_key=SecretStr(os.environ.get("OPENAI_API_KEY") or "none"), temperature=0,
        max_completion_tokens=WORDS, timeout=Timeout(SECONDS, connect=2.0), max_retries=1,
    )  # fmt: skip


def unreachable(error: Exception) -> bool:
    """Whether the endpoint would give the next line no answer either: dead, too slow, another key or model wanted."""
    from openai import APIConnectionError, APIStatusError

    if isinstance(error, APIStatusError):
        return error.status_code not in (400, 422)  # it refuses what it was sent, a line that it finds indecent perhaps
    return isinstance(error, TimeoutError | APIConnectionError)


def _is_address(url: str) -> bool:
    try:
        address = urlsplit(url)
        return address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False
