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
MAX_TOKENS = 512
"""Tokens of an answer: twenty conditions take some 400."""


def chat_model(url: str | None, name: str | None) -> "BaseChatModel | None":
    """Make a client of a chat model. Nothing is asked of it yet.

    Parameters
    ----------
    url
        URL of the endpoint, such as "http://127.0.0.1:8003/v1". Its key is what the environment has as OPENAI_API_KEY,
        if it has it.
    name
        Name of the model there.

    Returns
    -------
    BaseChatModel or None
        None where neither is given.

    Raises
    ------
    BadInput
        Where one of both is missing, or the URL is none. `BadInput.fields` names `chat_url` and `chat_model`.
    MissingExtra
        Where the packages of the extra "chat" are missing.
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
        max_completion_tokens=MAX_TOKENS, timeout=Timeout(SECONDS, connect=2.0), max_retries=1,
    )  # fmt: skip


def unreachable(error: Exception) -> bool:
    """Tell whether the endpoint would give the next line no answer either.

    Parameters
    ----------
    error
        What a call raised.

    Returns
    -------
    bool
        True where it is dead or too slow, or wants another key or model; False where it only refused this line.
    """
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
