"""A conversation that comes whole with every request, answered by the recommender: the list first, reasons after."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from llmrec.catalog.wording import wording
from llmrec.chat.conversation import WHY, Line, listing, reason, remember
from llmrec.chat.session import Session
from llmrec.context import Context
from llmrec.errors import BadInput, UnknownUser
from llmrec.request import Request
from llmrec.response import Response
from llmrec.server.answering import Answering
from llmrec.server.store.users import Person

OUTAGES = {
    "llm": "The language model's server is out of reach just now, so the reasons are plain ones.",
    "index": "The search index is out of reach just now, so all items were gone through instead.",
}
"""What is said where something was out of reach and replaced, by its word in `Response.degraded`."""


async def hear(answering: Answering, lines: Sequence[Line]) -> None:
    """Has the chat model, where there is one, read the line that is to be answered: outside of the gate, as it keeps
    no core busy here."""
    reader = answering.live.stock.reader
    if reader and lines and not lines[-1].mine:
        await reader.hear(lines[-1].words)


class Conversation:
    """One turn of it: `opening` is the list, or the whole of a short answer; `rest` what takes longer."""

    def __init__(
        self,
        answering: Answering,
        tenant: str,
        user: str | None,
        lines: Sequence[Line],
        context: Context | None = None,
    ) -> None:
        """`user`: one that nobody knows is a newcomer. Raises `BadInput` where there is nothing to answer."""
        stock = answering.live.stock
        self._answering, self._tenant = answering, tenant
        self._recommender = stock.recommender
        self._person = self._known(user)
        self.stored: dict[str, Any] | None = None
        """The answer that was stored, with its `id` and `items`."""
        history = self._person.history if self._person else ()
        never = self._person.turned_down if self._person else ()
        catalog = self._recommender.catalog
        understand = stock.reader.understanding if stock.reader else None
        self._session = Session(catalog, self._recommend, history, never, understand, context=context)
        self._last = remember(self._session, lines, stock.offered)
        self._explains = False

    def opening(self) -> str:
        """The list, or the answer to a line that asks for none; what cannot be met is answered in a sentence."""
        try:
            reply = self._session.say(self._last.words, self._last.image)
        except BadInput as error:
            return f"{str(error)[:1].upper()}{str(error)[1:]}."
        if reply.why:
            return reply.why.rationale.text if reply.why.rationale else ""
        if reply.response:
            self._explains = bool(reply.response.items)
            return listing(reply.response.items, self._recommender.catalog)
        return reply.words

    @property
    def conditions(self) -> tuple[str, ...]:
        """What every item of the list meets, as filters: "year>=1990"."""
        return self._session.conditions

    @property
    def inputs(self) -> dict[str, str]:
        """What people call the inputs of an item that evidence names: "plot" for text, "audience" for id."""
        return dict(wording(self._recommender.catalog).modalities)

    def media(self, id: str) -> list[str]:
        """What there is of an item besides words."""
        return sorted(self._recommender.catalog.item(id).media)

    def titles(self) -> dict[str, str]:
        """The titles of the history items that the evidence names, by id."""
        catalog, items = self._recommender.catalog, (self.stored or {"items": ()})["items"]
        evidence = (item["rationale"]["evidence"] for item in items if item["rationale"])
        records = (record for kept in evidence for part in kept.values() if isinstance(part, list) for record in part)
        named = {id for record in records if (id := record.get("history_item")) in catalog.row}
        return {id: catalog.item(id).title for id in sorted(named)}

    def rest(self) -> Iterator[str]:
        """The reasons for the list, measured now, a piece for each item as soon as it is there; none without a list."""
        asked = self._session.asked
        if not self._explains or asked is None or self.stored is None:
            return
        answer = self._recommender.stream(replace(asked, explain=True))
        yield f"\n\n{WHY}"
        items = []
        for place, item in enumerate(answer.explained, start=1):
            items.append(item)
            yield f"\n{reason(place, item)}"
        self.stored = self._answering.explain_kept(self.stored, answer.response(tuple(items)))
        for what in self.stored["degraded"]:
            if what in OUTAGES:
                yield f"\n\n{OUTAGES[what]}"

    def _known(self, user: str | None) -> Person | None:
        if user is None:
            return None
        try:
            return self._answering.person(self._tenant, user)
        except UnknownUser:
            return None

    def _recommend(self, request: Request) -> Response:
        response = self._recommender.recommend(request)
        if self.stored is None:
            self.stored = self._answering.keep(self._tenant, self._person, request, response)
        else:
            self.stored = self._answering.explain_kept(self.stored, response)
        return response


def picture_of(url: str) -> bytes:
    """The bytes of a `data:` URL. Raises `BadInput` for any other: what an address holds is never fetched."""
    head, comma, content = url.partition(",")
    if not head.lower().startswith("data:image/") or not comma:
        raise BadInput("a picture must come as a data: URL (data:image/jpeg;base64,…); addresses are not fetched")
    if not head.lower().endswith(";base64"):
        raise BadInput("a picture's data: URL must be base64; encode it so")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("a picture's data: URL is not valid base64; encode the file again") from error
