"""A chat model that reads lines beside the rules, for a process that serves many: no line waits for it for long.

A line is first heard (`hear`), which asks the model and may wait; to understand it later asks nothing, but looks up
what was heard. So of a conversation that comes whole with every turn only the last line costs a call, and the earlier
ones mean what they meant when they were answered. What was not heard, the rules read alone.
"""

import asyncio
import logging

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableLambda

from llmrec.catalog import Catalog
from llmrec.chat.endpoint import SECONDS, unreachable
from llmrec.chat.proposing import KEPT, LONGEST, Proposed, agreed, instructions, messages, settled
from llmrec.chat.understand import Intent, understand
from llmrec.prompts import as_data

LOG = logging.getLogger(__name__)
AGAIN = 10.0
"""Seconds between two looks whether a model that was away is back."""
AT_ONCE = 64
"""Lines that are with the model at once; the rules read those above."""
TRIAL = "something that I would like"
"""A line of nobody's, to find out whether the model answers."""


class ModelReader:
    """One model, whatever the catalogue. Used within one event loop; `heard` may be called by any thread."""

    def __init__(self, model: BaseChatModel, seconds: float = SECONDS, again: float = AGAIN) -> None:
        """`model` must give structured output by a JSON schema, within `seconds`; while it does not answer it is
        left alone, but for a look every `again` seconds."""
        self._structured = model.with_structured_output(Proposed, method="json_schema")
        self._seconds, self._again = seconds, again
        self._heard: dict[str, tuple[int, Proposed]] = {}
        self._asking = 0
        self._looking: asyncio.Task[None] | None = None
        self.away = False
        """Whether the last word of it was none: the rules read alone."""

    def over(self, catalog: Catalog) -> "CatalogueReader":
        """This model, told of the attributes of a catalogue."""
        return CatalogueReader(self, catalog)

    async def hear(self, told: str, line: str) -> None:
        """Has the model read a line after the instructions `told`, and keeps what it says; never raises."""
        known = self._heard.get(line)
        if self.away or self._asking >= AT_ONCE or (known and known[0] == hash(told)):
            return
        self._asking += 1
        try:
            proposed = await self._ask(told, line)
        except Exception as error:  # of whatever library the model comes from
            self._note(told, error)
            return
        finally:
            self._asking -= 1
        self._heard.pop(line, None)  # the newest stand last
        self._heard[line] = hash(told), proposed
        if len(self._heard) > KEPT:
            del self._heard[next(iter(self._heard))]

    def heard(self, line: str) -> Proposed | None:
        """What the model read in a line when it was heard last."""
        known = self._heard.get(line)
        return known[1] if known else None

    async def _ask(self, told: str, line: str) -> Proposed:
        async with asyncio.timeout(self._seconds):  # the client's own limit starts anew with every byte that comes
            return Proposed.model_validate(await self._structured.ainvoke(messages(told, line)))

    def _note(self, told: str, error: Exception) -> None:
        # the message may hold the line
        reason = {"fields": {"reason": type(error).__name__, "status": getattr(error, "status_code", None)}}
        if not unreachable(error):
            LOG.warning("chat model of no use for a line", extra=reason)
        elif not self.away:
            self.away = True
            LOG.warning("chat model away", extra=reason)
            self._looking = asyncio.create_task(self._look(told))

    async def _look(self, told: str) -> None:
        while self.away:
            await asyncio.sleep(self._again)
            try:
                await self._ask(told, TRIAL)
            except Exception as error:
                if unreachable(error):
                    continue
            self.away = False
            LOG.warning("chat model back")


class CatalogueReader:
    """Lines of one catalogue, read by rules and a model."""

    def __init__(self, reader: ModelReader, catalog: Catalog) -> None:
        self._reader, self._catalog = reader, catalog
        self._told = instructions(catalog)
        self.understanding: Runnable[str, Intent] = RunnableLambda(self._understand)
        """From a line to its intent, at once."""

    async def hear(self, line: str = TRIAL) -> None:
        """Has the model read a line, where it could add to what the rules read. Takes `seconds` at most."""
        if not self._reader.away and not settled(await asyncio.to_thread(understand, line, self._catalog)):
            await self._reader.hear(self._told, as_data(line, LONGEST))

    def _understand(self, line: str) -> Intent:
        rules, proposed = understand(line, self._catalog), self._reader.heard(as_data(line, LONGEST))
        return agreed(rules, proposed, line, self._catalog) if proposed else rules
