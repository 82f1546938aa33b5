"""A chat model behind an endpoint that speaks OpenAI's API, which reads lines beside the rules of many conversations.

The model is asked for a line ahead (`CatalogParser.prefetch`), within a time limit and outside of any worker; parsing
then looks up what it proposed. So a line costs at most one call, and it means the same whenever it is parsed again. A
line that was not prefetched is read by the rules alone.
"""

import asyncio
import logging
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from llmrec.catalog import Catalog
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.proposals import (
    KEPT_PROPOSALS,
    MAX_CHARACTERS,
    Proposal,
    instructions,
    is_settled,
    merge_proposal,
    messages,
)
from llmrec.chat.nlu.rules import understand
from llmrec.errors import BadInput
from llmrec.extras import needs
from llmrec.prompts import as_data

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

SECONDS = 5.0
"""Time in which a line must be read."""
MAX_TOKENS = 512
"""Tokens of an answer: twenty conditions take some 400."""
LOG = logging.getLogger(__name__)
RETRY_SECONDS = 10.0
"""Seconds between two attempts to reach a model that did not answer."""
MAX_CALLS = 64
"""Lines that are with the model at once; further ones are read by the rules."""
TRIAL = "something that I would like"
"""A line of nobody's, which finds out whether the model answers."""


class ChatModelParser:
    """One chat model, whatever the catalogue. Used within one event loop; `proposal` may be called by any thread.

    Parameters
    ----------
    model
        A chat model of LangChain's that gives structured output by a JSON schema.
    seconds
        Time limit of a call.
    retry_seconds
        While the model does not answer it is given no line; it is tried with `TRIAL` at this interval.
    """

    def __init__(self, model: "BaseChatModel", seconds: float = SECONDS, retry_seconds: float = RETRY_SECONDS) -> None:
        self._structured = model.with_structured_output(Proposal, method="json_schema")
        self._seconds, self._retry_seconds = seconds, retry_seconds
        self._proposals: dict[str, tuple[int, Proposal]] = {}
        self._calls = 0
        self._retry: asyncio.Task[None] | None = None
        self.away = False
        """Whether the model did not answer last time: the rules read alone."""

    def for_catalog(self, catalog: Catalog) -> "CatalogParser":
        """Make a parser of lines about the items of a catalogue.

        Parameters
        ----------
        catalog
            Its attributes are part of the model's instructions.

        Returns
        -------
        CatalogParser
            It shares this model, its limits and its proposals.
        """
        return CatalogParser(self, catalog)

    async def prefetch(self, system: str, line: str) -> None:
        """Ask the model for a line and keep what it proposes. Never raises.

        Parameters
        ----------
        system
            The instructions, as `llmrec.chat.nlu.proposals.instructions` gives them.
        line
            What a person wrote. Nothing is asked where its proposal is kept, the model is away, or `MAX_CALLS` lines
            are with it.
        """
        known = self._proposals.get(line)
        if self.away or self._calls >= MAX_CALLS or (known and known[0] == hash(system)):
            return
        self._calls += 1
        try:
            proposal = await self._call(system, line)
        except Exception as error:  # of whatever library the model comes from
            self._note(system, error)
            return
        finally:
            self._calls -= 1
        self._proposals.pop(line, None)  # the newest stand last
        self._proposals[line] = hash(system), proposal
        if len(self._proposals) > KEPT_PROPOSALS:
            del self._proposals[next(iter(self._proposals))]

    def proposal(self, line: str) -> Proposal | None:
        """Look up what the model proposed.

        Parameters
        ----------
        line
            A line that was prefetched.

        Returns
        -------
        Proposal or None
            None where there is none.
        """
        known = self._proposals.get(line)
        return known[1] if known else None

    def forget_lines(self) -> None:
        """Drop the lines that were read lately, with what was proposed for them."""
        self._proposals.clear()

    async def _call(self, system: str, line: str) -> Proposal:
        async with asyncio.timeout(self._seconds):  # the client's own limit starts anew with every byte that comes
            return Proposal.model_validate(await self._structured.ainvoke(messages(system, line)))

    def _note(self, system: str, error: Exception) -> None:
        # the message may hold the line
        reason = {"fields": {"reason": type(error).__name__, "status": getattr(error, "status_code", None)}}
        if not unreachable(error):
            LOG.warning("chat model of no use for a line", extra=reason)
        elif not self.away:
            self.away = True
            LOG.warning("chat model away", extra=reason)
            self._retry = asyncio.create_task(self._retry_until_back(system))

    async def _retry_until_back(self, system: str) -> None:
        while self.away:
            await asyncio.sleep(self._retry_seconds)
            try:
                await self._call(system, TRIAL)
            except Exception as error:
                if unreachable(error):
                    continue
            self.away = False
            LOG.warning("chat model back")


class CatalogParser:
    """Lines about the items of one catalogue, read by the rules and a chat model; see `ChatModelParser.for_catalog`.

    Parameters
    ----------
    model
        The model, shared by all catalogues.
    catalog
        What conditions and titles are held against.
    """

    def __init__(self, model: ChatModelParser, catalog: Catalog) -> None:
        from langchain_core.runnables import RunnableLambda

        self._model, self._catalog = model, catalog
        self._system = instructions(catalog)
        self.runnable: Runnable[str, Intent] = RunnableLambda(self._parse)
        """From a line to its intent, without waiting."""

    async def prefetch(self, line: str = TRIAL) -> None:
        """Have the model read a line, where it could add to what the rules read. Takes at most the time limit.

        Parameters
        ----------
        line
            What a person wrote.
        """
        if not self._model.away and not is_settled(await asyncio.to_thread(understand, line, self._catalog)):
            await self._model.prefetch(self._system, as_data(line, MAX_CHARACTERS))

    def forget_lines(self) -> None:
        """See `ChatModelParser.forget_lines`."""
        self._model.forget_lines()

    def _parse(self, line: str) -> Intent:
        rules, proposal = understand(line, self._catalog), self._model.proposal(as_data(line, MAX_CHARACTERS))
        return merge_proposal(rules, proposal, line, self._catalog) if proposal else rules


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
